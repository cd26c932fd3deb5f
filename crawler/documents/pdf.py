"""PDF: words by pdfplumber's glyphs, checked against pdfium's; tables by their ruled lines."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pdfplumber
import pypdfium2
from pdfplumber.page import Page

from crawler.documents import layout
from crawler.documents.document import Document, document
from crawler.documents.layout import Glyph, Line, Sheet
from crawler.documents.ruled import Ruled, Rules, joined, ruled
from crawler.errors import EmptyReading, TooLarge, Unreadable
from storage.records import Grid

PAGES_LIMIT = 400
MARKS_LIMIT = 40_000  # lines, boxes and curves of one page: a map or a pattern; the search for cells takes time by the square
UNPACKED_LIMIT = 192 * 2**20  # bytes of all streams that are no images
SIDEWAYS = 0.8  # share of a page's characters; a watermark across an upright page is less
FEW = 8  # characters a page: what a stamp or a page number under a scanned image comes to
STREAM = re.compile(rb"(?<!end)stream\r?\n")
ENCRYPTED = 4  # FPDF_ERR_PASSWORD

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every odd font


def read(data: bytes) -> Document:
    """Open a PDF.

    Raises:
        TooLarge: `pages`, `unpacked` or `marks`.
        Unreadable: `encrypted`, or `damaged`.
        EmptyReading: `scanned`: pictures of pages, without words.
    """
    _check_streams(data)
    words, title = _pdfium(data)
    try:
        sheets, tables, turns = _pages(data)
        if turns:
            sheets, tables, _ = _pages(_turned(data, turns))
    except (TooLarge, MemoryError):
        raise
    except Exception as error:  # pdfminer answers damage with whatever its parser stumbles over
        raise Unreadable(f"a damaged PDF: {type(error).__name__}: {error}", rule="damaged") from error
    if sum(len("".join(text.split())) for text in words) < FEW * len(words):
        raise EmptyReading(f"{len(words)} scanned pages without words", rule="scanned")
    return document("pdf", _blocks(layout.body(sheets), tables), title)


def _pdfium(data: bytes) -> tuple[list[str], str | None]:
    """The words of each page as pdfium reads them, and the title of the file."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == ENCRYPTED:
            raise Unreadable("the PDF opens with a password only", rule="encrypted") from error
        raise Unreadable(f"no whole PDF: {error}", rule="damaged") from error
    try:
        if len(pdf) > PAGES_LIMIT:
            raise TooLarge(f"{len(pdf)} pages, {PAGES_LIMIT} are read", rule="pages")
        if not len(pdf):
            raise Unreadable("a PDF without pages", rule="damaged")
        words = []
        for page in pdf:
            text = page.get_textpage()
            words.append(text.get_text_range())
            text.close()
            page.close()
        return words, pdf.get_metadata_value("Title") or None
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"a damaged PDF: {error}", rule="damaged") from error
    finally:
        pdf.close()


def _check_streams(data: bytes) -> None:
    """Unpack every stream that is no image, and throw it away, to know how large they are before a parser holds them in memory."""
    total = 0
    for found in STREAM.finditer(data):
        before = data[max(0, found.start() - 1000) : found.start()]
        before = before[before.rfind(b" obj") + 1 :]
        if (b"FlateDecode" not in before and b"/Fl" not in before) or re.search(rb"/Subtype\s*/Image", before):
            continue
        unpacker = zlib.decompressobj()
        rest: bytes = data[found.end() : found.end() + 2**26]
        try:
            while rest and not unpacker.eof and total <= UNPACKED_LIMIT:
                total += len(unpacker.decompress(rest, 2**20))
                rest = unpacker.unconsumed_tail
        except zlib.error:
            continue  # the parsers mend what they can
        if total > UNPACKED_LIMIT:
            raise TooLarge(f"more than {UNPACKED_LIMIT} bytes unpacked", rule="unpacked")


def _pages(data: bytes) -> tuple[list[Sheet], list[list[Ruled]], dict[int, int]]:
    """Each page's lines and tables, and by how many degrees pages that are printed sideways must be turned to be read."""
    sheets: list[Sheet] = []
    tables: list[list[Ruled]] = []
    turns: dict[int, int] = {}
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            sheet, found = _page(page, number)
            sheets.append(sheet)
            tables.append(found)
            if turn := _turn(page):
                turns[number] = turn
            page.close()
    return sheets, tables, turns


def _turn(page: Page) -> int:
    """90 or 270 where nearly all of a page runs up or down: a broad table laid across the sheet, without the /Rotate that would show it upright."""
    directions = Counter(
        0 if char["upright"] else 90 if char["matrix"][1] > 0 else 270 for char in page.chars if char["text"].strip() and any(char["matrix"][:2])
    )
    turn, often = directions.most_common(1)[0] if directions else (0, 0)
    return turn if often > SIDEWAYS * directions.total() else 0


def _turned(data: bytes, turns: dict[int, int]) -> bytes:
    """The file with pages turned clockwise by so many degrees, by number."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        for number, degrees in turns.items():
            page = pdf[number - 1]
            page.set_rotation((page.get_rotation() + degrees) % 360)
            page.close()
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()
    finally:
        pdf.close()


def _page(page: Page, number: int) -> tuple[Sheet, list[Ruled]]:
    marks = len(page.rects) + len(page.lines) + len(page.curves)
    if marks > MARKS_LIMIT:
        raise TooLarge(f"{marks} lines and boxes on page {number}", rule="marks")
    glyphs = list(_glyphs(page))
    tables = []
    rules = Rules(page)
    for found in page.find_tables({"explicit_horizontal_lines": rules.closing}) if marks else ():
        table, glyphs = ruled(found, glyphs, number, rules)
        if table is not None:
            tables.append(table)
    return Sheet(tuple(layout.lines(glyphs)), float(page.width), float(page.height)), tables


def _glyphs(page: Page) -> Iterator[Glyph]:
    """What is printed upright. Text at an angle is a watermark; a glyph twice on one spot is bold made by hand."""
    chars: list[dict[str, Any]] = page.dedupe_chars(tolerance=0.5).chars if page.chars else []
    for char in chars:
        if char["upright"]:
            yield Glyph(char["text"], char["x0"], char["top"], char["x1"], char["bottom"])


def _blocks(sheets: list[Sheet], tables: list[list[Ruled]]) -> Iterator[str | Grid]:
    """Paragraphs and tables in reading order; a table that goes on after a page break is one."""
    order: list[Line | None] = []
    grids: list[list[Ruled]] = []
    for sheet, found in zip(sheets, tables, strict=True):
        waiting = sorted(found, key=lambda table: table.top)
        for line in sheet.lines:
            while waiting and waiting[0].top < line.top:
                _add(waiting.pop(0), order, grids)
            order.append(line)
        for table in waiting:
            _add(table, order, grids)
    rest = iter(grids)
    for block in layout.paragraphs(order):
        yield joined(next(rest)) if block is None else block


def _add(table: Ruled, order: list[Line | None], grids: list[list[Ruled]]) -> None:
    if order and order[-1] is None and table.goes_on(grids[-1][-1]):
        grids[-1].append(table)
    else:
        order.append(None)
        grids.append([table])

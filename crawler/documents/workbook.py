"""Excel files of either format: each sheet that shows something is a table."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine
from lxml import etree

from crawler.documents import packed
from crawler.documents.document import Document, document, grid
from crawler.errors import EmptyReading, TooLarge, Unreadable
from crawler.reading.lines import squeeze
from storage.records import Cell, Grid

CELLS_LIMIT = 2_000_000  # positions of one sheet, filled or not: the parser lays them all out
COLUMNS = 16_384  # of one sheet
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
SHEETS_LIMIT = 100
READ_LIMIT = 200_000  # cells of one sheet that become cells of a table
XLS_LIMIT = 32 * 2**20  # bytes: the older format is not packed
HIDDEN = re.compile(rb'<(?:\w+:)?(col|row)\s([^>]{0,400}?\bhidden="(?:1|true)"[^>]{0,400})>')
NUMBER = re.compile(rb'\b(min|max|r)="([0-9]{1,8})"')
REFERENCE = re.compile(rb'<(?:\w+:)?c\s[^>]{0,200}?\br="([A-Z]{1,4})([0-9]{1,8})"')


def read_xlsx(data: bytes) -> Document:
    """Open an XLSX.

    Raises:
        TooLarge: `cells`, `sheets`; else see `packed.opened`. Unreadable: `damaged`, `encrypted`, `entities`. EmptyReading: `no_words`.
    """
    with packed.opened(data) as archive:
        names = archive.namelist()
        if packed.declared_entities(archive, [name for name in names if name.lower().endswith((".xml", ".rels"))]):
            raise Unreadable("the file declares a document type of its own", rule="entities")
        hidden = {name: _check_extent(archive, name) for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")}
        unseen = {sheet: hidden[name] for sheet, name in _members(archive).items() if name in hidden}
    return _read("xlsx", data, unseen)


def read_xls(data: bytes) -> Document:
    """Open an XLS.

    Raises:
        TooLarge: `bytes`, `cells`, `sheets`. Unreadable: `damaged`, `encrypted`. EmptyReading: `no_words`.
    """
    if len(data) > XLS_LIMIT:
        raise TooLarge(f"{len(data)} bytes of an Excel file, {XLS_LIMIT} are read", rule="bytes")
    return _read("xls", data, {})


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rows and columns, from 0, that a sheet hides: last year's numbers often stay there."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


def _members(archive: zipfile.ZipFile) -> dict[str, str]:
    """The file of each sheet, by the sheet's name."""
    try:
        book, links = archive.read("xl/workbook.xml"), archive.read("xl/_rels/workbook.xml.rels")
        targets = {link.get("Id"): link.get("Target") or "" for link in etree.fromstring(links, PARSER).iter("{*}Relationship")}
        sheets = list(etree.fromstring(book, PARSER).iter("{*}sheet"))
    except (KeyError, etree.XMLSyntaxError) as error:
        raise Unreadable(f"a damaged Excel file: {error}", rule="damaged") from error
    found = {}
    for sheet in sheets:
        target = next((targets.get(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), None)
        if target:
            found[str(sheet.get("name"))] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return found


def _check_extent(archive: zipfile.ZipFile, name: str) -> Unseen:
    """What a sheet hides.

    Raises:
        TooLarge: two cells, A1 and XFD1048576, make a sheet of seventeen billion.
    """
    rows = columns = 1
    hidden: dict[bytes, set[int]] = {b"row": set(), b"col": set()}
    left = b""
    with archive.open(name) as member:
        while chunk := member.read(2**20):
            for kind, said in HIDDEN.findall(left + chunk):
                numbers = {key: int(number) for key, number in NUMBER.findall(said)}
                first = numbers.get(b"r") or numbers.get(b"min") or 0
                last = min(numbers.get(b"max") or first, first + COLUMNS)
                hidden[kind].update(number - 1 for number in range(first, last + 1))
            for letters, row in REFERENCE.findall(left + chunk):
                rows = max(rows, int(row))
                columns = max(columns, _column(letters))
            left = chunk[-1024:]
            if rows * columns > CELLS_LIMIT:
                raise TooLarge(f"{name} reaches over {rows} rows and {columns} columns", rule="cells")
    return Unseen(frozenset(hidden[b"row"]), frozenset(hidden[b"col"]))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read(kind: str, data: bytes, unseen: Mapping[str, Unseen]) -> Document:
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            shown = [
                about.name
                for about in book.sheets_metadata
                if about.visible == calamine.SheetVisibleEnum.Visible and about.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            if len(shown) > SHEETS_LIMIT:
                raise TooLarge(f"{len(shown)} sheets", rule="sheets")
            found = document(kind, (block for name in shown for block in _sheet(book.get_sheet_by_name(name), unseen.get(name, Unseen()))))
    except calamine.PasswordError as error:
        raise Unreadable("the file opens with a password only", rule="encrypted") from error
    except (calamine.CalamineError, OSError, ValueError, KeyError) as error:
        raise Unreadable(f"a damaged Excel file: {error}", rule="damaged") from error
    if not found.lines:
        raise EmptyReading("no words in the file", rule="no_words")
    return found


def _sheet(sheet: calamine.CalamineSheet, unseen: Unseen) -> Iterator[str | Grid]:
    """Lines above and below the table where a row says one thing only; the table between. What the sheet hides is left blank."""
    if sheet.total_height * sheet.total_width > CELLS_LIMIT:
        raise TooLarge(f"a sheet of {sheet.total_height} rows and {sheet.total_width} columns", rule="cells")
    first_row, first_column = sheet.start or (0, 0)
    rows = [
        ["" if first_row + y in unseen.rows or first_column + x in unseen.columns else printed(value) for x, value in enumerate(row)]
        for y, row in enumerate(sheet.to_python(skip_empty_area=True))
    ]
    filled = [n for n, row in enumerate(rows) if sum(map(bool, row)) > 1]
    top, bottom = (filled[0], filled[-1] + 1) if filled else (len(rows), len(rows))
    if sum(map(len, rows[top:bottom])) > READ_LIMIT:
        raise TooLarge(f"a table of {bottom - top} rows and {len(rows[0])} columns", rule="cells")
    yield from _lines(rows[:top])
    spans, covered = _merged(sheet, first_row, first_column)
    cells = []
    for y in range(top, bottom):
        for x, text in enumerate(rows[y]):
            if (y, x) not in covered:
                high, wide = spans.get((y, x), (1, 1))
                path = f"sheet {sheet.name} cell {_letters(first_column + x)}{first_row + y + 1}"
                cells.append(Cell(text, y - top, x, min(high, bottom - y), min(wide, len(rows[y]) - x), path=path))
    found = grid(cells)
    if found is not None:
        yield found
    yield from _lines(rows[bottom:])


def _lines(rows: list[list[str]]) -> Iterator[str]:
    for row in rows:
        yield from (text for text in row if text)


def _merged(sheet: calamine.CalamineSheet, row: int, column: int) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Merged ranges: the span of each first cell, and the positions it covers, counted from the used area's corner."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if (bottom - top + 1) * (right - left + 1) > READ_LIMIT or len(covered) > READ_LIMIT:
            raise TooLarge("merged cells without end", rule="cells")
        spans[top - row, left - column] = (bottom - top + 1, right - left + 1)
        covered.update((y - row, x - column) for y in range(top, bottom + 1) for x in range(left, right + 1) if (y, x) != (top, left))
    return spans, covered


def _letters(column: int) -> str:
    out = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def printed(value: Any) -> str:
    """A value as the sheet would show it: 12.0 is 12, and 0.1 + 0.2 is 0.3."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return "\n".join(text for line in str(value).split("\n") if (text := squeeze(line)))

"""DOCX: paragraphs and tables in the order of the file, as Word would show it: what was deleted is left out, what was inserted is in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

import docx as python_docx
from docx.oxml.ns import qn
from lxml.etree import _Element

from crawler.documents import numbering, packed
from crawler.documents.document import Document, document, grid
from crawler.errors import EmptyReading, Unreadable
from crawler.reading.lines import squeeze
from storage.records import Cell, Grid

LEVELS_LIMIT = 60  # tables and boxes inside each other

# fmt: off
_P, _TBL, _TR, _TC, _RUN = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:r")
_GONE = {qn(f"w:{name}") for name in ["del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "tcPr", "trPr", "sdtPr"]}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same text box again, for older programs
_BOX = qn("w:txbxContent")
# fmt: on
_MARKS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:ptab"): " "}


class Place(NamedTuple):
    """A cell of a row, before spans are resolved: `vmerge` is None, ``restart`` or ``continue``."""

    node: _Element
    column: int
    span: int
    vmerge: str | None


def read(data: bytes) -> Document:
    """Open a DOCX.

    Raises:
        TooLarge, Unreadable: see `packed.opened`; `entities`, where its XML declares a document type.
        EmptyReading: `no_words`; `scanned`, when it holds pictures only.
    """
    with packed.opened(data) as archive:
        names = archive.namelist()
        if packed.declared_entities(archive, [name for name in names if name.lower().endswith((".xml", ".rels"))]):
            raise Unreadable("the file declares a document type of its own", rule="entities")
        pictures = any("/media/" in name for name in names)
    try:
        opened = python_docx.Document(io.BytesIO(data))
        blocks = list(_Body(numbering.Numbering(opened)).blocks(opened.element.body, "body", LEVELS_LIMIT))
        title = opened.core_properties.title
    except MemoryError:
        raise
    except Exception as error:  # a package may lack any of its parts, and python-docx names each lack differently
        raise Unreadable(f"a damaged DOCX: {type(error).__name__}: {error}", rule="damaged") from error
    found = document("docx", blocks, title)
    if not found.lines:
        raise EmptyReading("no words in the file" + (", only pictures" if pictures else ""), rule="scanned" if pictures else "no_words")
    return found


class _Body:
    def __init__(self, numbers: numbering.Numbering) -> None:
        self._numbers = numbers

    def blocks(self, parent: _Element, path: str, levels: int) -> Iterator[str | Grid]:
        """Paragraphs and tables below an element. Content controls, insertions and the like only wrap."""
        counts: dict[str, int] = {}
        for node in parent:
            if node.tag in _GONE or node.tag == _FALLBACK or not isinstance(node.tag, str):
                continue
            if node.tag == _P:
                boxes: list[_Element] = []
                text = self._numbers.before(node) + _text(node, boxes)
                yield from text.split("\n")
                for box in boxes if levels else ():
                    yield from self.blocks(box, path, levels - 1)
            elif node.tag == _TBL:
                counts["tbl"] = counts.get("tbl", 0) + 1
                yield from self._table(node, f"{path}/tbl[{counts['tbl']}]", levels)
            elif levels:
                yield from self.blocks(node, path, levels - 1)

    def _table(self, table: _Element, path: str, levels: int) -> Iterator[str | Grid]:
        """A table; where it has one column, or holds other tables, it only lays out and its cells are read one by one."""
        rows = [list(_row(row)) for row in _rows(table)]
        inner = any(place.node.find(f".//{_TBL}") is not None for row in rows for place in row)
        found = None if inner else grid(self._cells(rows, path))
        if found is not None:
            yield found
            return
        for row in rows:
            for place in row:
                if levels and place.vmerge != "continue":
                    yield from self.blocks(place.node, f"{path}/tc", levels - 1)

    def _cells(self, rows: list[list[Place]], path: str) -> list[Cell]:
        cells: list[Cell] = []
        open_: dict[int, int] = {}  # column -> the cell above that goes on downwards
        for y, row in enumerate(rows):
            still: dict[int, int] = {}
            for n, place in enumerate(row):
                above = open_.get(place.column)
                if place.vmerge == "continue" and above is not None and cells[above].colspan == place.span:
                    cells[above] = _taller(cells[above])
                    still[place.column] = above
                    continue
                cells.append(Cell(self._said(place.node), y, place.column, 1, place.span, path=f"{path}/tr[{y + 1}]/tc[{n + 1}]"))
                if place.vmerge is not None:
                    still[place.column] = len(cells) - 1
            open_ = still
        return cells

    def _said(self, cell: _Element) -> str:
        out = []
        for paragraph in cell.iter(_P):
            if not any(above.tag in (_BOX, _FALLBACK) for above in _between(paragraph, cell)):
                boxes: list[_Element] = []
                out += (self._numbers.before(paragraph) + _text(paragraph, boxes)).split("\n")
                out += ["".join(box.itertext(qn("w:t"))) for box in boxes]
        return "\n".join(text for line in out if (text := squeeze(line)))


def _rows(table: _Element) -> Iterator[_Element]:
    for node in table:
        if node.tag == _TR:
            properties = node.find(qn("w:trPr"))
            if properties is None or properties.find(qn("w:del")) is None:
                yield node
        elif isinstance(node.tag, str) and node.tag not in _GONE:
            yield from _rows(node)  # content controls around rows


def _row(row: _Element) -> Iterator[Place]:
    properties = row.find(qn("w:trPr"))
    column = _number(properties.find(qn("w:gridBefore")), 0) if properties is not None else 0
    for node in _cells_of(row):
        properties = node.find(qn("w:tcPr"))
        span, vmerge = 1, None
        if properties is not None:
            span = max(1, _number(properties.find(qn("w:gridSpan")), 1))
            merge = properties.find(qn("w:vMerge"))
            vmerge = (merge.get(qn("w:val")) or "continue") if merge is not None else None
        yield Place(node, column, span, vmerge)
        column += span


def _cells_of(row: _Element) -> Iterator[_Element]:
    for node in row:
        if node.tag == _TC:
            yield node
        elif isinstance(node.tag, str) and node.tag not in _GONE:
            yield from _cells_of(node)


def _number(node: _Element | None, absent: int) -> int:
    value = "" if node is None else node.get(qn("w:val")) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else absent


def _taller(cell: Cell) -> Cell:
    return Cell(cell.text, cell.row, cell.column, cell.rowspan + 1, cell.colspan, cell.header, cell.path)


def _text(node: _Element, boxes: list[_Element]) -> str:
    """The words of a paragraph; the text boxes that hang on it are put into `boxes`."""
    out = []
    for child in node:
        tag = child.tag
        if tag in _GONE or tag == _FALLBACK or not isinstance(tag, str) or (tag == _RUN and _hidden(child)):
            continue
        if tag == qn("w:t"):
            out.append(child.text or "")
        elif tag in _MARKS:
            out.append(_MARKS[tag])
        elif tag == _BOX:
            boxes.append(child)
        else:
            out.append(_text(child, boxes))
    return "".join(out)


def _hidden(run: _Element) -> bool:
    """Whether a run is formatted as hidden text: last year's number beside this year's, which no reader sees."""
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val")) not in {"0", "false", "off"}


def _between(node: _Element, top: _Element) -> Iterator[_Element]:
    for above in node.iterancestors():
        if above is top:
            return
        yield above

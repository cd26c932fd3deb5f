"""From a part of the tree to lines, as a reader of the page would see them: one line a block, one a row of a data table."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from crawler.reading.dom import BREAKING, clean

BREAKS = BREAKING | {"br", "hr", "body", "html", "ucapcontent", "option", "legend", "caption", "summary", "details", "frameset", "xmp", "listing"}
PRE = frozenset({"pre", "xmp", "listing", "plaintext"})
# A line end in the source between two Chinese characters is no space: editors wrap long lines.
WRAPPED = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f])[ \t\r\n]*\n[ \t\r\n]*(?=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])"
)


class Line(NamedTuple):
    """A line of a page. `row`: it is a row of a data table."""

    text: str
    row: bool = False


def squeeze(text: str) -> str:
    """Text with runs of white space (ideographic and no-break ones as well) made one space, none at the ends, no control characters."""
    if "\n" in text:
        text = WRAPPED.sub("", text)
    text = " ".join(text.split())
    return text if text.isprintable() else " ".join(clean(text).split())


def lines(
    element: _Element,
    *,
    table: Callable[[_Element], list[str] | None] | None = None,
    skip: Collection[_Element] = (),
    start: _Element | None = None,
    stop: _Element | None = None,
) -> list[Line]:
    """The lines of an element.

    Args:
        element: a part of a tree whose hidden parts are cleared (hidden.clear).
        table: asked at each table; the rows of a data table, or None for one that only lays out.
        skip: elements to leave out with all they hold.
        start, stop: markers inside the element; only what stands between them is taken.

    Returns:
        Its lines in the order of the page, none empty.
    """
    out: list[Line] = []
    buffer: list[str] = []
    pre = 0
    on = start is None
    walk = etree.iterwalk(element, events=("start", "end", "comment"))
    for event, node in walk:
        if event == "start":
            if node is start:
                on = True
            if node is stop:
                break
            tag = node.tag
            if tag in BREAKS:
                _flush(buffer, out)
                pre += _preformatted(node)
            if node in skip:
                walk.skip_subtree()
                continue
            if tag == "table" and table is not None and on and (rows := table(node)) is not None:
                out += [Line(row, True) for row in rows]
                walk.skip_subtree()
                continue
            text = node.text
        else:
            if event == "comment" and (node is start or node is stop):
                if node is stop:
                    break
                on = True
            elif event == "end" and node.tag in BREAKS:
                _flush(buffer, out)
                pre -= _preformatted(node)
            text = node.tail if node is not element else None
        if text and on:
            if pre:
                *whole, text = text.split("\n")
                for part in whole:
                    buffer.append(part)
                    _flush(buffer, out)
            buffer.append(text)
    _flush(buffer, out)
    return out


def _preformatted(node: _Element) -> bool:
    return node.tag in PRE or "white-space:pre" in (node.get("style") or "").replace(" ", "")


def _flush(buffer: list[str], out: list[Line]) -> None:
    if buffer:
        if text := squeeze("".join(buffer)):
            out.append(Line(text))
        buffer.clear()

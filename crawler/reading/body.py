"""The body of a page: cut by the portal's own selector, by a container of its CMS, or by dominance; and the lines around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lxml.etree import _Element

from crawler.reading import chrome, containers, dominance, grid
from crawler.reading.containers import Cut
from crawler.reading.lines import Line, lines
from crawler.reading.page import Body
from storage.records import Grid

NEAR = 60  # lines before a body in which the header of the page is looked for
BELOW = 30  # lines after it


def find(tree: _Element, *, selector: str | None = None, family: str | None = None, titles: Collection[str] = ()) -> Body:
    """Find the body of a page.

    Args:
        tree: a page, its hidden parts cleared (hidden.clear).
        selector: the portal's own CSS selector for it.
        family: of the portal.
        titles: how the page calls itself: repetitions at both ends are no part of the body.

    Returns:
        The body; without lines when the page holds no prose.
    """
    cut = (containers.select(tree, selector) if selector else None) or containers.find(tree, family)
    if cut is not None:
        body = _read(cut, titles, certain=True)
        if body.lines:
            return body
    node, link_boxes, _ = dominance.find(tree)
    if node is None:
        return Body(lines=(), container="none", certain=False)
    return _read(Cut("dominance", (node,)), titles, certain=False, skip=link_boxes)


def plain(text: str, titles: Collection[str] = ()) -> Body:
    """The body of a plain text: its lines, without the furniture that was copied along."""
    trimmed = chrome.trim([Line(line) for line in text.splitlines() if line], titles)
    return Body(
        lines=tuple(line.text for line in trimmed.body),
        container="plain",
        certain=False,
        head=tuple(line.text for line in trimmed.head),
        tail=tuple(line.text for line in trimmed.tail),
    )


def _read(cut: Cut, titles: Collection[str], *, certain: bool, skip: Collection[_Element] = ()) -> Body:
    grids: list[tuple[Grid, list[str]]] = []
    texts: list[Line] = []

    def table(node: _Element) -> list[str] | None:
        found = grid.read(node)
        if found is None:
            return None
        rows = grid.row_lines(found)
        grids.append((found, rows))
        return rows

    for element in cut.elements:
        texts += lines(element, table=table, skip=skip, start=cut.start, stop=cut.stop)
    trimmed = chrome.trim(texts, titles)
    kept = {line.text for line in trimmed.body if line.row}
    return Body(
        lines=tuple(line.text for line in trimmed.body),
        tables=tuple(found for found, rows in grids if any(row in kept for row in rows)),
        container=cut.name,
        certain=certain,
        elements=cut.elements,
        head=tuple(line.text for line in trimmed.head),
        tail=tuple(line.text for line in trimmed.tail),
    )


def before(body: Body) -> tuple[str, ...]:
    """The visible lines right before a body, in order; those trimmed off its head come last."""
    out: list[str] = []
    for node in _upwards(body.elements[0], previous=True) if body.elements else ():
        out[:0] = _texts(node)
        if len(out) >= NEAR:
            break
    return (*out[-NEAR:], *body.head)


def after(body: Body) -> tuple[str, ...]:
    """The visible lines right after a body, in order; those trimmed off its tail come first."""
    out: list[str] = []
    for node in _upwards(body.elements[-1], previous=False) if body.elements else ():
        out += _texts(node)
        if len(out) >= BELOW:
            break
    return (*body.tail, *out[:BELOW])


def below(body: Body, levels: int = 3) -> Iterable[_Element]:
    """The elements that follow a body on its own level and on those right above."""
    node: _Element | None = body.elements[-1] if body.elements else None
    while node is not None and levels and node.tag != "body":
        yield from node.itersiblings()
        node, levels = node.getparent(), levels - 1


def _upwards(node: _Element, *, previous: bool) -> Iterable[_Element]:
    for element in (node, *node.iterancestors()):
        if element.tag in {"body", "html"}:
            break
        yield from element.itersiblings(preceding=previous)


def _texts(node: _Element) -> list[str]:
    def table(element: _Element) -> list[str] | None:
        found = grid.read(element)
        return None if found is None else grid.row_lines(found)

    if not isinstance(node.tag, str) or node.tag == "head":
        return []
    out = [line.text for line in lines(node, table=table)]
    tail = " ".join((node.tail or "").split())
    return [*out, tail] if tail else out

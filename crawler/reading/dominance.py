"""Where the body stands when no container names it: go down from `<body>` as long as one child holds nearly all the prose.

Nothing that looks like the report's own text is left behind on the way: an introduction beside a large block ends the descent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element

from crawler.reading import grid
from crawler.reading.chrome import FOOTER, HEADING, LABELLED, ONLY_CHROME
from crawler.reading.dom import BREAKING

SHARE = 0.72  # of the prose of an element that one child must hold
PUNCTUATION = re.compile(r"[,，。;；:：、()（）《》%％]")
WEIGHT = 12  # a mark of punctuation is worth so many characters: prose has them, navigation has none
# fmt: off
LEAVES = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "pre", "span", "font", "b", "strong", "a"))
BOXES = frozenset(("ul", "ol", "dl", "div", "table", "section", "aside", "nav", "td", "tr", "tbody", "form", "header", "footer"))
# fmt: on
LINKED = 0.7  # share of link text that makes a box a list of links
MANY_LINKS = 3
LONG = 120  # characters; furniture is shorter
PARAGRAPH, BLOCK = 25, 60  # characters that make a paragraph, or a block of them, part of the report; a box with an address is shorter
FIGURES = 200  # characters without links that are part of it though they hold no sentence: a form typed as lines
BESIDE = 60  # prose beside a heavy child that ends the descent, in points


@dataclass(slots=True)
class Weight:
    """What an element holds, its descendants included."""

    points: int = 0  # characters outside links and furniture, punctuation weighted
    plain: int = 0  # characters outside links
    linked: int = 0  # characters in links
    links: int = 0
    own: int = 0  # points of its own text and of what stands right in it
    children: list[_Element] = field(default_factory=list)


def find(tree: _Element) -> tuple[_Element | None, frozenset[_Element], float]:
    """Find the body by dominance.

    Args:
        tree: a page whose hidden parts are cleared.

    Returns:
        The element (None when the page holds no prose at all), the boxes in it that are lists of links, and the share of the page's prose
        that it holds.
    """
    body = tree.find("body")
    root = body if body is not None else tree
    weights = _weigh(root)
    whole = weights[root].points
    if not whole:
        return None, frozenset(), 0.0
    node = root
    while (child := _heavy(node, weights)) is not None:
        node = child
    return node, frozenset(_link_boxes(node, weights)), weights[node].points / whole


def _weigh(root: _Element) -> dict[_Element, Weight]:
    weights: dict[_Element, Weight] = {}
    stack: list[Weight] = []
    in_link = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment")):
        if event == "start":
            weight = weights[node] = Weight()
            if stack:
                stack[-1].children.append(node)
            stack.append(weight)
            if node.tag == "a" and node.get("href"):  # `<a name="top">` is often never closed
                in_link += 1
                weight.links += 1
            _add(weight, node.text, in_link)
        elif event == "end":
            if node.tag == "a" and node.get("href"):
                in_link -= 1
            weight = stack.pop()
            if stack:
                above = stack[-1]
                above.points += weight.points
                above.plain += weight.plain
                above.linked += weight.linked
                above.links += weight.links
                if node.tag not in BREAKING:
                    above.own += weight.own
                _add(above, node.tail, in_link)
        elif stack:
            _add(stack[-1], node.tail, in_link)
    return weights


def _add(weight: Weight, text: str | None, in_link: int) -> None:
    if text and (text := text.strip()):
        size = len(text)
        if in_link and (size < PARAGRAPH or "。" not in text):
            weight.linked += size
            return
        weight.plain += size
        if size < LONG and _is_furniture(text):
            return
        points = size + WEIGHT * len(PUNCTUATION.findall(text))
        weight.points += points
        weight.own += points


@lru_cache(maxsize=4096)  # runs of Word and links of navigation come again and again
def _is_furniture(text: str) -> bool:
    return bool(ONLY_CHROME.fullmatch(text) or FOOTER.search(text) or LABELLED.match(text))


def _heavy(node: _Element, weights: dict[_Element, Weight]) -> _Element | None:
    """The child to go down to, if there is one and nothing of the report stands beside it."""
    weight = weights[node]
    heavy = max(weight.children, key=lambda child: weights[child].points, default=None)
    if heavy is None or heavy.tag in LEAVES or weights[heavy].points < SHARE * weight.points:
        return None
    if heavy.tag == "table" and grid.read(heavy) is not None:
        return None
    if weight.own >= BESIDE or any(_is_text(child, weights) for child in weight.children if child is not heavy):
        return None
    return heavy


def _is_text(node: _Element, weights: dict[_Element, Weight]) -> bool:
    """Prose without links: a paragraph of the report, or a block of such paragraphs."""
    weight = weights[node]
    if weight.linked:
        return False
    text = "".join(node.itertext())
    if node.tag in LEAVES and HEADING.match(text.strip()):
        return True
    if weight.points < BESIDE:
        return False
    if node.tag == "table":
        return grid.read(node) is not None
    size = len("".join(text.split()))
    return size >= FIGURES or ("。" in text and size >= (PARAGRAPH if node.tag in LEAVES else BLOCK))


def _link_boxes(node: _Element, weights: dict[_Element, Weight]) -> list[_Element]:
    out = []
    todo = list(weights[node].children)
    while todo:
        child = todo.pop()
        weight = weights[child]
        if child.tag in BOXES and weight.links >= MANY_LINKS and weight.linked >= LINKED * (weight.linked + weight.plain):
            out.append(child)
        else:
            todo += weight.children
    return out

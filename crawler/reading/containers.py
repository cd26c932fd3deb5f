"""Where the content management systems of portals put the body of an article."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

# Names (ids or classes) that a system gives to the body and to nothing else. Families after PORTALS 2.1.
NAMES: Mapping[str, str] = {
    "trs_editor": "trs",
    "custom_unionstyle": "trs",
    "trs_editor_view": "trs",
    "trs_ueditor": "trs",
    "trs_preappend": "trs",
    "zoom": "hanweb",
    "zoomcon": "gkmlpt",
    "article-content": "gkmlpt",
    "article-content-body": "gkmlpt",
    "article_content": "gkmlpt",
    "articlecontent": "hanweb",
    "artile_zw": "hanweb",
    "main-txt": "hanweb",
    "ucap-content": "ucap",
    "v_news_content": "vsb",
    "ivs_content": "shanghai",
    "pages_content": "ucap",
    "view_content": "trs",
    "fontzoom": "static",
    "content_zw": "static",
}
PREFIXES: Mapping[str, str] = {"vsb_content": "vsb", "zoomcon": "gkmlpt"}
NAMED = etree.XPath("//body//*[@id or @class]")
UCAP = "ucapcontent"
BEGIN = re.compile(r"ZJEG_RSS\.content\.begin|<\$\[(?:信息内容|文章内容|正文)\]>begin|(?:正文|文章内容|内容)\s*(?:begin|start|开始)", re.IGNORECASE)
END = re.compile(r"ZJEG_RSS\.content\.end|<\$\[(?:信息内容|文章内容|正文)\]>end|(?:正文|文章内容|内容)\s*(?:end|结束)", re.IGNORECASE)
ENOUGH = 20  # characters; an empty container means that the body is elsewhere, in an iframe for one
SMALL_PART = 0.1  # of the largest container: contact boxes and footers are edited with the same editor
ELSEWHERE = 3  # times as many sentences outside as inside: the name was used for something else


@dataclass(frozen=True, slots=True)
class Cut:
    """What to take as the body: all of some elements, or what stands between two markers.

    Attributes:
        name: what it was found by: ``#zoom``, ``.TRS_Editor``, ``ucapcontent``, ``ContentStart`` ...
        elements: in the order of the page, none inside another.
    """

    name: str
    elements: tuple[_Element, ...]
    start: _Element | None = None
    stop: _Element | None = None


def find(tree: _Element, family: str | None = None) -> Cut | None:
    """The container a CMS put the body in, outermost first; None when there is none, or none that holds the body.

    Args:
        tree: a page whose hidden parts are cleared.
        family: of the portal; its own names win over others of the same size.
    """
    cut = _between(tree) or _by_name(tree, family)
    if cut is None:
        return None
    inside = sum(_sentences(node) for node in cut.elements)
    body = tree.find("body")
    around = _sentences(body) if body is not None else 0
    return None if around - inside > max(5, ELSEWHERE * inside) else cut


def select(tree: _Element, selector: str) -> Cut | None:
    """What a portal's own CSS selector names; None when it names nothing on this page."""
    found = tree.cssselect(selector)
    outermost = _outermost(found)
    return Cut(selector, tuple(outermost)) if outermost else None


def length(node: _Element) -> int:
    """Characters outside links."""
    total = len("".join("".join(node.itertext()).split()))
    return total - sum(len("".join("".join(a.itertext()).split())) for a in node.iter("a"))


def _sentences(node: _Element) -> int:
    return "".join(node.itertext()).count("。")


def _between(tree: _Element) -> Cut | None:
    """Between the markers that hanweb writes: comments, or `<meta name="ContentStart">` in the middle of the page."""
    start = stop = None
    name = ""
    for node in tree.iter(etree.Comment, "meta"):
        if isinstance(node, etree._Comment):
            opens, closes = BEGIN.search(node.text or "") is not None, END.search(node.text or "") is not None
        else:
            called = (node.get("name") or "").lower()
            opens, closes = called == "contentstart", called == "contentend"
        if opens and start is None:
            start, name = node, "ContentStart"
        elif closes and start is not None:
            stop = node
    if start is None or stop is None:
        return None
    around = {id(parent): parent for parent in stop.iterancestors()}
    common = next((parent for parent in start.iterancestors() if id(parent) in around), None)
    if common is None or common.tag == "head" or length(common) < ENOUGH:
        return None
    return Cut(name, (common,), start, stop)


def _by_name(tree: _Element, family: str | None) -> Cut | None:
    found: dict[str, list[_Element]] = {}
    for node in tree.iter(UCAP):
        found.setdefault(UCAP, []).append(node)
    for node in NAMED(tree):
        for mark, word in [("#", node.get("id")), *((".", word) for word in (node.get("class") or "").split())]:
            if word and _family(word) is not None:
                found.setdefault(mark + word, []).append(node)
    sizes = {name: max(map(length, nodes)) for name, nodes in found.items()}
    largest = max(sizes.values(), default=0)
    if largest < ENOUGH and not any(next(node.iter("table"), None) is not None for nodes in found.values() for node in nodes):
        return None
    whole = [name for name, size in sizes.items() if size >= 0.98 * largest]
    name = min(whole, key=lambda name: (_family(name.lstrip("#.")) != family, _depth(found[name][0])))
    parts = _outermost([node for node in found[name] if length(node) >= SMALL_PART * sizes[name]])
    return Cut(name, tuple(parts))


def _family(word: str) -> str | None:
    word = word.lower()
    return NAMES.get(word) or next((family for prefix, family in PREFIXES.items() if word.startswith(prefix)), None)


def _depth(node: _Element) -> int:
    return sum(1 for _ in node.iterancestors())


def _outermost(nodes: list[_Element]) -> list[_Element]:
    chosen = set(nodes)
    return [node for node in nodes if not any(parent in chosen for parent in node.iterancestors())]

"""From text to a tree. Hostile pages cost bounded time and lose no words."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

# libxml2 stops at 2,048 levels even with huge_tree and says so only in its log: the rest of the page is gone.
PARSER_LEVELS = 2000
KEPT_LEVELS = 900
GRID_LEVELS = 300  # the tags of tables may go so much deeper: a flattened table is a heap of numbers
# A tag with 100,000 attributes takes libxml2 20 seconds (each is compared with all before it).
LONG_TAG = 16_384  # characters
LONG_RUN = re.compile(rf"[^<]{{{LONG_TAG},}}")
# fmt: off
VOID = frozenset((
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta", "param", "source",
    "track", "wbr",
))
BREAKING = frozenset((
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
GRID = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th"))
INLINE = ("span", "font", "b", "strong", "i", "em", "u", "o:p")
MANY_OPEN = 12
RAW = re.compile(r"<(script|style|textarea|title)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
SERVER_SIDE = re.compile(r"<%.*?%>", re.DOTALL)  # JSP and ASP that the server left standing
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:_-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
# NUL and the other controls, non-characters, lone surrogates: no part of any text, refused by PostgreSQL, moved about with each request.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufdd0-\ufdef]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")


def clean(text: str) -> str:
    """Text without control characters and without marks that show nothing (soft hyphens, zero-width spaces, bidi controls)."""
    return INVISIBLE.sub("", CONTROL.sub("", text))


def parse(html: str) -> _Element:
    """Parse a page.

    Args:
        html: the decoded page, injected tags taken out (junk.strip).

    Returns:
        Its root. A page that holds nothing gives an empty one; nothing that can be fed in raises.
    """
    html = clean(html)
    if "<%" in html:
        html = SERVER_SIDE.sub("", html)
    if LONG_RUN.search(html):
        html = TAG.sub(lambda tag: tag[0] if len(tag[3]) < LONG_TAG else f"<{tag[1]}{tag[2]}>", html)
    html = _without_unclosed(html)
    root = _tree(html)
    if _levels(root) >= PARSER_LEVELS:
        root = _tree(flatten(html))
    return root


def _without_unclosed(html: str) -> str:
    """Drop inline tags that a page opens by the dozen and never closes.

    They bear no structure, but libxml2 puts the next cell of a table inside the open `<span>` of the last, and so on to the end.
    """
    lower = html.lower()
    for name in INLINE:
        opened = lower.count(f"<{name}>") + lower.count(f"<{name} ")
        if opened - lower.count(f"</{name}>") > MANY_OPEN:
            html = re.sub(rf"</?{name}(?:\s[^<>]*)?>", "", html, flags=re.IGNORECASE)
    return html


def _tree(html: str) -> _Element:
    parser = etree.HTMLParser(huge_tree=True, encoding="utf-8", remove_pis=True)
    try:
        root = etree.fromstring(html.encode("utf-8"), parser)
    except etree.ParserError:
        root = None
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        root = etree.fromstring(b"<html><body></body></html>", etree.HTMLParser(encoding="utf-8"))
    return root


def _levels(root: _Element) -> int:
    """Levels down to the last element: that is where the parser stood when it gave up."""
    levels, last = 0, root
    while len(last):
        last = last[-1]
        levels += 1
    return levels


def flatten(html: str) -> str:
    """Rewrite a page nested beyond any parser: tags below 900 levels go (those of tables below 1,200), each that would
    break a line leaves a `<br>`; all words stay."""
    out: list[str] = []
    opened: dict[str, int] = {}
    dropped: dict[str, int] = {}
    depth = start = 0
    raw = [match.span() for match in RAW.finditer(html)]
    skip = 0
    for tag in TAG.finditer(html):
        while skip < len(raw) and raw[skip][1] <= tag.start():
            skip += 1
        name = tag[2].lower()
        if name in VOID or (skip < len(raw) and raw[skip][0] <= tag.start()):
            continue
        if tag[1]:
            keep = not dropped.get(name)
            if not keep:
                dropped[name] -= 1
            elif opened.get(name):
                opened[name] -= 1
                depth -= 1
        else:
            keep = depth < KEPT_LEVELS or (name in GRID and depth < KEPT_LEVELS + GRID_LEVELS)
            counts = opened if keep else dropped
            counts[name] = counts.get(name, 0) + 1
            depth += keep
        if not keep:
            between = html[start : tag.start()]
            if between.strip():
                out.append(between)
            if name in BREAKING and out[-1:] != ["<br>"]:
                out.append("<br>")
            start = tag.end()
    return "".join(out) + html[start:]

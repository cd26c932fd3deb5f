"""What a page holds but does not show. Hidden spam goes; hidden tab panes of a report stay."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from crawler.reading.brands import BRANDS

# A pane of a tabbed report is hidden until it is clicked, and is long; injected words are short. Measured: with this bound hidden spam goes
# (F1 0.99 -> 1.00) and tab panes stay; removing all that is hidden loses three quarters of a tabbed report.
PANE = 400  # characters outside links
PROBES, PROBE = 8, 16  # places of a hidden text, and characters at each, that are looked for elsewhere on the page

# fmt: off
SILENT = (
    "script", "style", "noscript", "template", "svg", "math", "canvas", "audio", "video", "object", "embed", "applet", "iframe", "frame",
    "button", "input", "select", "textarea", "datalist", "progress", "meter", "map", "marquee",
)
# fmt: on
PANES = frozenset(("div", "section", "ul", "ol", "dd", "article", "table"))
RAW = ("xmp", "noframes", "listing", "plaintext")
HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|font-size:0(?![.\d]*[1-9])|opacity:0(?![.\d])|"
    r"height:[01](?:px)?;(?:.*;)?overflow:hidden|overflow:hidden;(?:.*;)?(?:max-)?height:[01](?:px)?(?:;|$)"
)
AWAY = re.compile(r"(?:left|top|right|text-indent|margin-left|margin-top):-\d{3,}(?:px|em|pt|%)?|clip:rect\(0|transform:translate\w*\(-\d{4}")
STYLED = etree.XPath("//*[@style or @hidden]")
RULE = re.compile(r"([.#][\w-]+)\s*\{([^{}]*)\}")
BY_SCRIPT = re.compile(r"""getElementById\(\s*["']([\w-]+)["']\s*\)\.style\.(?:display\s*=\s*["']none|visibility\s*=\s*["']hidden)""")
ONLY_TAGS = re.compile(r"(?:\s|<[^<>]*>)*")


def clear(tree: _Element) -> None:
    """Empty, in place, what a reader of the page does not see. The elements stay, so that places in the tree hold.

    Emptied are scripts, styles and form controls; raw-text elements that hold only tags; what stands off the screen; and hidden blocks,
    unless they hold prose of at least 400 characters or a table without links.
    """
    hidden_names = _hidden_by_rules(tree)
    for node in list(tree.iter(*SILENT)):
        _empty(node)
    for node in list(tree.iter(*RAW)):
        if node.tag in {"noframes"} or ONLY_TAGS.fullmatch("".join(node.itertext())):
            _empty(node)
    for node in STYLED(tree):
        style = (node.get("style") or "").replace(" ", "").lower()
        if AWAY.search(style):
            _empty_spam(node, off_screen=True)
        elif node.get("hidden") is not None or HIDING.search(style):
            _empty_spam(node)
    if hidden_names:
        for node in tree.xpath("//*[@id or @class]"):
            names = {f"#{node.get('id')}", *(f".{name}" for name in (node.get("class") or "").split())}
            if away := [hidden_names[name] for name in names if name in hidden_names]:
                _empty_spam(node, off_screen=any(away))


def _hidden_by_rules(tree: _Element) -> dict[str, bool]:
    """Selectors of one id or class that style sheets or scripts of the page hide; True for those moved off the screen."""
    out: dict[str, bool] = {}
    for node in tree.iter("style"):
        for selector, body in RULE.findall(node.text or ""):
            body = body.replace(" ", "").lower()
            if AWAY.search(body):
                out[selector] = True
            elif HIDING.search(body):
                out.setdefault(selector, False)
    for node in tree.iter("script"):
        for name in BY_SCRIPT.findall(node.text or ""):
            out.setdefault(f"#{name}", False)
    return out


def _empty_spam(node: _Element, *, off_screen: bool = False) -> None:
    if node.tag in {"html", "body"}:
        return
    if _prose(node) >= PANE:
        if _is_copy(node):
            _empty(node)
    elif off_screen or not (_has_data(node) or _is_pane(node)):
        _empty(node)


def _is_pane(node: _Element) -> bool:
    """One of several blocks of the same kind, some of which are shown and hold prose: a short pane among tabs."""
    kind = node.get("class")
    words = "".join(node.itertext())
    if node.tag not in PANES or not kind or next(node.iter("a"), None) is not None or BRANDS.search(words) or not words.strip():
        return False
    siblings = [*node.itersiblings(node.tag), *node.itersiblings(node.tag, preceding=True)]
    return any(_kinds(other) & set(kind.split()) and not _is_styled_away(other) and "。" in "".join(other.itertext()) for other in siblings)


def _kinds(node: _Element) -> set[str]:
    return set((node.get("class") or "").split())


def _is_styled_away(node: _Element) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return node.get("hidden") is not None or HIDING.search(style) is not None


def _is_copy(node: _Element) -> bool:
    """Text that the page shows elsewhere as well: some portals keep the article once more, in one line, for reading aloud."""
    tree = node.getroottree().getroot()
    own = "".join("".join(node.itertext()).split())
    page = "".join("".join(tree.itertext()).split())
    step = len(own) // (PROBES + 1)
    probes = [own[n * step : n * step + PROBE] for n in range(1, PROBES + 1)]
    return all(page.count(probe) > own.count(probe) for probe in probes)


def _prose(node: _Element) -> int:
    """Characters outside links, if they are sentences."""
    total = "".join("".join(node.itertext()).split())
    linked = sum(len("".join("".join(a.itertext()).split())) for a in node.iter("a"))
    enders = sum(total.count(c) for c in "。;；")
    return len(total) - linked if enders >= 2 and linked * 3 < len(total) else 0


def _has_data(node: _Element) -> bool:
    """A table of two rows or more with numbers and no links: a pane may be a table and nothing else."""
    return any(
        next(table.iter("a"), None) is None and sum(1 for _ in table.iter("tr")) >= 2 and any(c.isdigit() for c in "".join(table.itertext()))
        for table in node.iter("table")
    )


def _empty(node: _Element) -> None:
    tail = node.tail
    for child in list(node):
        node.remove(child)
    node.text = None
    node.tail = tail

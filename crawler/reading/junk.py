"""Tags that spam generators inject into mirrored pages, taken out before any parser sees them.

The shape (seen on a mirror of a city's 2014 report): ``<legend id="h4sia"></legend><samp id="h4sia"></samp><delect id="h4sia">``: tags
of random names, empty or left open, all with the same few random ids and nothing else. A parser turns those left open into hundreds of
nested levels and loses the text below; a string does not care.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

# Names that a CMS hardly ever writes with an id, and two that no one ever wrote but spam generators.
# fmt: off
ODD = frozenset((
    "delect", "abbr", "acronym", "address", "b", "bdo", "big", "blockquote", "center", "cite", "code", "dd", "del", "dfn", "dir", "dl", "dt",
    "fieldset", "i", "ins", "kbd", "legend", "mark", "menuitem", "meter", "noframes", "noscript", "optgroup", "output", "progress", "q", "rp",
    "rt", "ruby", "s", "samp", "small", "strike", "sub", "sup", "tbody", "tfoot", "th", "thead", "track", "tt", "u", "var", "wbr", "xmp",
))
# fmt: on
LONE_ID = re.compile(r"""<([a-zA-Z][a-zA-Z0-9]{0,11})\s+id\s*=\s*(["']?)([a-zA-Z0-9]{4,8}(?:-[a-zA-Z0-9]{3,8})?)\2\s*/?>""")
MANY_TAGS = 8  # injected tags on a page; generators write dozens
MANY_NAMES = 5  # different tag names that carry the same id, or ids of the same make


def strip(html: str) -> tuple[str, bool]:
    """Take injected tags out of a page; no word of text is touched.

    Args:
        html: the decoded page.

    Returns:
        The page without them, and whether there were any.
    """
    ids = _injected(html)
    if not ids:
        return html, False
    carries = rf"""\s+id\s*=\s*["']?(?:{"|".join(sorted(map(re.escape, ids)))})["']?"""
    pair = re.compile(rf"<([a-zA-Z][a-zA-Z0-9]*){carries}\s*>\s*</\1\s*>")
    crossed = re.compile(rf"<([a-zA-Z][a-zA-Z0-9]*){carries}\s*>((?:\s*<[a-zA-Z][a-zA-Z0-9]*{carries}\s*/?>){{1,4}}+)\s*</\1\s*>")
    found = 1
    while found:  # innermost pairs first: as many passes as pairs are nested, four or five
        html, pairs = pair.subn("", html)
        html, found = crossed.subn(lambda match: match[2], html)
        found += pairs
    html = re.sub(rf"(?:<[a-zA-Z][a-zA-Z0-9]*{carries}\s*/?>\s*)++(?:</[a-zA-Z][a-zA-Z0-9]*\s*>\s*)*+", _crossed, html)
    opener = re.compile(rf"<([a-zA-Z][a-zA-Z0-9]*){carries}(?:\s[^<>]*)?/?>")
    left = _by_name(opener.findall(html))
    if left:
        opened, closed = (_by_name(re.findall(rf"<{slash}([a-zA-Z][a-zA-Z0-9]*)", html)) for slash in ("", "/"))
        for name, count in left.items():
            excess = closed[name] - (opened[name] - count)
            if excess > 0:
                html = _drop_closers(html, name, opener, excess)
    return opener.sub("", html), True


def _by_name(names: list[str]) -> Counter[str]:
    out: Counter[str] = Counter()
    for name, count in Counter(names).items():
        out[name.lower()] += count
    return out


def _injected(html: str) -> frozenset[str]:
    """The injected ids of a page; empty for a clean one.

    An injected id stands on several tag names, rare ones among them. An id that a careless template repeats (`<td id="line">` forty
    times) has one name and stays.
    """
    names: defaultdict[str, set[str]] = defaultdict(set)
    tags: Counter[str] = Counter()
    for (name, _, value), count in Counter(LONE_ID.findall(html)).items():
        names[value].add(name.lower())
        tags[value] += count
    mixed = {value for value, seen in names.items() if len(seen) >= 2 and seen & ODD}
    if sum(tags[value] for value in mixed) < MANY_TAGS or len({name for value in mixed for name in names[value]}) < MANY_NAMES:
        return frozenset()
    makes = {_make(value) for value in mixed if "-" in value}
    return frozenset(mixed | {value for value, seen in names.items() if (len(seen) >= 2 or seen <= ODD) and _make(value) in makes})


def _make(value: str) -> str:
    """How an id is made: "uhko-lowy" and "wxbb-kaws" are both aaaa-aaaa."""
    return re.sub(r"[a-zA-Z]", "a", re.sub(r"[0-9]", "0", value))


def _crossed(match: re.Match[str]) -> str:
    """Injected openers followed at once by closers, as in `<u id=x><s id=x></u>`: those that belong together go, the others stay."""
    if "</" not in match[0]:
        return match[0]
    openers = re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>", match[0])
    kept = []
    for closer in re.findall(r"</([a-zA-Z][a-zA-Z0-9]*)", match[0]):
        same = [n for n, (name, _) in enumerate(openers) if name.lower() == closer.lower()]
        if same:
            del openers[same[-1]]
        else:
            kept.append(f"</{closer}>")
    return "".join(kept) + "".join(f"<{name}{rest}>" for name, rest in openers)


def _drop_closers(html: str, name: str, opener: re.Pattern[str], excess: int) -> str:
    """Take out the closers of injected tags that stand around real text: `excess`, as many as the page has too many of."""
    found = list(re.finditer(rf"<(/?){name}(?=[\s>/])[^<>]*>", html, re.IGNORECASE))
    stack: list[bool] = []
    pieces: list[str] = []
    start = 0
    for tag in found:
        if not tag[1]:
            stack.append(opener.match(tag[0]) is not None)
        elif excess and stack and stack.pop():
            pieces.append(html[start : tag.start()])
            start = tag.end()
            excess -= 1
    return "".join(pieces) + html[start:]

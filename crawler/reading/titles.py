"""The title of a page, once: from its tag, its heading, its first lines or its index table. Never made up.

Seen on portals: titles in two lines, said twice on a line or three times under the text, cut from `<title>` with the site's name
before or behind them, or standing in the 索引号 table alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from crawler.reading import meta
from crawler.reading.kinds import FOUR, YEAR, kind, nameless, normal
from crawler.reading.page import Page

LONGEST = 300  # characters; what is longer is no title, and patterns need not be tried on it
_CLOSING = r"[”\"』》」]?(?:的?(?:通知|公告|通告|函|公示|汇报|情况))?(?:[（(][^（()）]{1,30}[）)])?"
_END_OF_TITLE = re.compile(rf"(?:报告|年报|成绩单|总结|汇报|汇总|合集|一览|统计|数据|图解|解读|读懂|制度|格式|办法|情况){_CLOSING}$")
# Prose, crumbs, labels, and the headings of sections (二、政府信息公开工作要点落实情况).
_SENTENCE = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.．]|[\u3400-\u9fff\s]{2,8}[:：]|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、．]\D)|[。；;！!]|，.*，|,.*,|^(?:当前位置|您|首页|首\s+页|现将|根据|关于印发《)"
)
_CUT = re.compile(r"\s*[_|]+\s*|\s+[-–—·]+\s+|(?<!\d)\s*-+\s*(?!\d)")  # not within 1-10月
_SITE = re.compile(r"(?:网|网站|门户|平台|首页|专栏|政府|委员会|[厅局]|办公室|频道)$")


def squeeze(text: str) -> str:
    """White space collapsed; a line that says the same twice (or more often) says it once."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    for times in (4, 3, 2):
        size, rest = divmod(len(line), times)
        if size >= 8 and not rest and line == line[:size] * times:
            return line[:size]
    return line


def title(page: Page) -> tuple[str, str] | None:
    """The title of a page and where it stood; None when it has none. Never made up from a file name, a URL or a first sentence."""
    tagged = page.tags.get("articletitle")
    if tagged and len(tagged) <= LONGEST:
        return squeeze(tagged), "tag ArticleTitle"
    headings = list(_headings(page))
    named = _without_site(page, [*headings, *page.head_lines[-12:], *page.body.lines[:5]])
    if named:
        for heading in headings:
            if len(named) >= 6 and normal(heading) == normal(named):
                return heading, "heading that stands in <title>"
        if kind(named) and not nameless(named):
            return named, "<title>"
    around = [*page.head_lines[-40:], *page.body.lines[:12]]
    if found := _shaped(headings):
        return found, "heading with the shape of a title"
    for near in ([*page.head_lines[-8:], *page.body.lines[:6]], around):  # a list of other reports may stand above
        if found := _shaped(near):
            return found, "line with the shape of a title"
    for entry in meta.labelled(around):
        if entry.field == "title" and len(entry.value) >= 6:
            return squeeze(entry.value), f"label {entry.label}"
    if named and len(named) >= 6 and any(normal(named) == normal(line) for line in around):
        return named, "<title>, which stands on the page"
    alone = {heading for heading in headings if len(heading) >= 8 and not heading.startswith(("您", "当前"))}
    if len(alone) == 1:
        return alone.pop(), "the page's one heading"
    if named and len(named) >= 8:
        return named, "<title>"
    tail = [*page.body.lines[-6:], *page.tail_lines[:6]]
    if found := _shaped(tail):
        return found, "line under the text with the shape of a title"
    return None


def _headings(page: Page) -> Iterator[str]:
    for element in page.tree.iter("h1", "h2", "h3"):
        text = squeeze("".join(element.itertext()))
        if 4 <= len(text) <= LONGEST:
            yield text


def _without_site(page: Page, lines: Sequence[str]) -> str | None:
    """`<title>` without the name of the site, on whichever side of it: by what stands on the page, else by what reads like a site."""
    if not page.title_tag or len(page.title_tag) > LONGEST:
        return None
    whole = squeeze(page.title_tag)
    cuts = [m.span() for m in _CUT.finditer(whole)]
    parts = [whole, *(whole[:start] for start, _ in reversed(cuts)), *(whole[end:] for _, end in cuts)]
    on_page = {normal(line) for line in lines}
    for part in parts:
        if len(part) >= 6 and normal(part) in on_page and not (part != whole and _SITE.search(part)):
            return part
    pieces = [piece for piece in _CUT.split(whole) if piece]
    kept = [piece for piece in pieces if not _SITE.search(piece)]
    if len(pieces) == 1 or not kept:
        return None if _SITE.search(whole) else whole
    return whole if kept == pieces else max(kept, key=len)


def _shaped(lines: Sequence[str]) -> str | None:
    """The first line (or two or three lines that belong together) with the shape of a title; one that names a year before others.

    None where three titles or more stand: that is a list of reports, and none of them is the title of the page.
    """
    plain_lines = [squeeze(line) for line in lines if line.strip() and "\t" not in line and "|" not in line]
    found: list[str] = []
    for n, line in enumerate(plain_lines):
        if len(line) > 90 or _SENTENCE.search(line) or not _END_OF_TITLE.search(line) or (kind(line) or (None, ""))[0] is None:
            continue
        found.append(_with_lines_above(plain_lines[:n], line))
    found = [line for line in found if not _is_menu(line)]
    dated = [line for line in found if re.search(rf"{FOUR}(?:年|信息|政府|政务)", normal(line))]
    if len({normal(line) for line in dated}) >= 3:
        return None
    return next(iter(dated or [line for line in found if len(normal(line)) > 12]), None)


def _with_lines_above(above: Sequence[str], line: str) -> str:
    """A title in two or three lines: 诸城市人民政府 / 2017年政府信息公开工作年度报告, or …关于公布 / …年度报告的通知."""
    for previous in reversed(above[-2:]):
        if len(previous) > 40 or re.search(r"[。；：:|【]", previous):
            break
        if re.search(r"关于(?:公布|发布|印发)?$", previous):
            return previous + line
        bare = re.match(rf"(?:{YEAR})?(?:政府|政务)?信息公开", normal(line))
        if not bare or not re.fullmatch(rf"{YEAR}|.*(?:政府|[省市县区旗州盟局委厅办]|办公[室厅]|委员会|街道办事处|[镇乡])", normal(previous)):
            break
        line = previous + line
    return line


def _is_menu(line: str) -> bool:
    """首 页 信息公开指南 信息公开目录 信息公开年度报告 is a menu, and so is any line of many short words."""
    words = line.split()
    return len(words) >= 4 or (len(words) >= 2 and words[0] in ("首页", "当前位置"))

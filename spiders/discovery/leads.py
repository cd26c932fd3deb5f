"""Which links of a page may lead to a report column: by their words first, by the names of their folders second."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from spiders import links
from spiders.families import Page

TEXT_LIMIT = 30  # characters; a longer text is the title of an article
LINKS_LIMIT = 3000  # of one page

_PUBLICITY = r"(?:政府信息与?政务|政府信息|政务信息|政务|信息)公开|政府公开"
_COLUMN = re.compile(
    rf".{{0,14}}(?:{_PUBLICITY}|公开)(?:工作)?(?:年度(?:工作)?报告|年报)(?:专栏|专题|栏目|汇总|汇编|公开|列表)?"
    r"|(?:历年|往年|政府|部门|工作)?(?:年度报告|年报)(?:专栏|专题|公开|列表)?"
)
_WAY = re.compile(rf"(?:{_PUBLICITY})(?:平台|专栏|专题|目录|栏目|网|专区)?|法定主动公开内容|公开")
_OTHER = re.compile(r"网站|法治|依法行政|财政|预算|决算|统计|环境|政府工作报告|指南|制度|申请")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TRIM = re.compile(r"[\s>»›·•|\[\]【】《》“”\"'：:+]+|更多|more", re.I)
_NAMED = frozenset({"zfxxgknb", "xxgkndbg", "xxgknb", "gknb", "ndbg", "gkndbg", "zfxxgkgzndbg", "zfxxgkndbg", "zwgknb", "bmnb"})


class Rank(IntEnum):
    """What speaks for a link, the strongest first."""

    WORDS = 0  # 政府信息公开年报, 年度报告
    FOLDER = 1  # …/xxgkndbg/
    WAY = 2  # 政府信息公开: the column stands behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A link that may lead to a report column.

    Attributes:
        text: as the page prints it.
        page: where the link stands.
    """

    url: str
    text: str
    rank: Rank
    page: str


def of(page: Page) -> list[Lead]:
    """The leads of a page, the strongest first, each address once. Reports themselves (with a year in their title) are none."""
    base = links.address(page.selector.xpath("//base/@href").get(), page.url) or page.url
    found: dict[str, Lead] = {}
    for anchor in page.selector.xpath("//a[@href]")[:LINKS_LIMIT]:
        url = links.address(anchor.root.get("href"), base)
        text = links.title(anchor.root) or links.clean(" ".join(anchor.xpath(".//img/@alt").getall()))
        rank = _rank(text, url) if url else None
        if url and rank is not None and url not in {page.url, base} and (url not in found or rank < found[url].rank):
            found[url] = Lead(url=url, text=text, rank=rank, page=page.url)
    return sorted(found.values(), key=lambda lead: lead.rank)


def strongest(leads: Iterable[Lead]) -> list[Lead]:
    """Each address once, under its strongest lead, the strongest first; otherwise in order."""
    kept: dict[str, Lead] = {}
    for lead in leads:
        if lead.url not in kept or lead.rank < kept[lead.url].rank:
            kept[lead.url] = lead
    return sorted(kept.values(), key=lambda lead: lead.rank)


def _rank(text: str, url: str) -> Rank | None:
    plain = _TRIM.sub("", unicodedata.normalize("NFKC", text))
    if len(plain) <= TEXT_LIMIT and not _YEAR.search(plain):
        if _COLUMN.fullmatch(plain) and not _OTHER.search(plain):
            return Rank.WORDS
        if _WAY.fullmatch(plain):
            return Rank.WAY
    names = [name for name in urlsplit(url).path.split("/") if name]
    last = names[-1] if names and "." not in names[-1] else names[-2] if len(names) > 1 and names[-1].startswith("index.") else ""
    return Rank.FOLDER if last.lower() in _NAMED and not _OTHER.search(plain) else None

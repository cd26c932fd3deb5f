"""hanweb: 大汉 JCMS (杭州 and most of 浙江, 江苏, much of 山东). The list a browser shows is empty in the page's source.

The rows stand in a `<script type="text/xml">` datastore, each in a CDATA section; dataproxy.jsp answers with further datastores, of one
or several pages each. The numbers it wants belong to the column (a wrong pair lists another column, or nothing) and stand in the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import ClassVar
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from lxml import etree

from spiders import links
from spiders.families import Next, Page, datastores
from spiders.families.listed import ROWS_LIMIT, Listed
from spiders.families.marks import Mark
from storage.records import Candidate

PROXY = "dataproxy.jsp"
UNITS_LIMIT = 100  # lists of one page; one a year is the most seen

_FORM_KEYS = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
_UNIT_START = re.compile(r"\bjpage\s*\(\s*\{", re.I)
_COLUMN_OF_URL = re.compile(r"/col/col(\d+)/")
_DEFAULT_PROXY = "/module/web/jpage/dataproxy.jsp"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What a column page says of its list.

    Attributes:
        proxy: absolute address of dataproxy.jsp.
        form: the parameters that name the column, as the page's script posts them.
        perpage: rows of one page; group: pages of one answer.
        method: GET or POST, as the script asks.
        total: rows of the whole column; None where it is not said.
    """

    proxy: str
    form: tuple[tuple[str, str], ...]
    perpage: int
    group: int
    method: str
    total: int | None

    def after(self, shown: int, number: int) -> Next | None:
        """The request for the rows after the first `shown`.

        The address carries all parameters even when they are posted: a Capture keeps no request body, and its address alone must
        say which rows of which column it holds.
        """
        if self.total is None or shown <= 0 or shown >= self.total:
            return None
        last = min(shown + self.perpage * self.group, self.total)
        place = (("startrecord", str(shown + 1)), ("endrecord", str(last)), ("perpage", str(self.perpage)))
        url = f"{self.proxy}?{urlencode((*place, *self.form), quote_via=quote)}"
        return Next(url=url, method=self.method, body=urlencode(self.form, quote_via=quote) if self.method == "POST" else None, number=number)


class Hanweb(Listed):
    """Articles /art/2018/3/28/art_1229497170_3845568.html; since 2026 also /col/col1229063407/art/2026/art_<32 hex>.html."""

    name: ClassVar[str] = "hanweb"
    article: ClassVar[re.Pattern[str] | None] = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d+_\d+|art_[0-9a-f]{32})\.html$", re.I)
    marks: ClassVar[tuple[Mark, ...]] = (
        Mark(says="addresses /col/colN/", pattern=re.compile(r"/col/col\d+/", re.I), weight=3),
        Mark(
            says="addresses /art/Y/…/art_…", pattern=re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d+_\d+|art_[0-9a-f]{32})\.html", re.I), weight=3
        ),
        Mark(says="dataproxy.jsp", pattern=re.compile(r"/jpage/dataproxy\.jsp", re.I), weight=2),
        Mark(says="jpaas-publish-server", pattern=re.compile(r"/jpaas-publish-server/", re.I), weight=2),
        Mark(says="meta Maketime", pattern=re.compile(r"<meta[^<>]{0,40}\bMaketime\b", re.I)),
    )

    def rows(self, page: Page) -> list[Candidate]:
        if _is_answer(page):
            return self._records(page, datastores.answer(page)) if page.text.strip() else []
        stores = datastores.embedded(page)
        found = [row for store in stores for row in self._records(page, store)]
        return found[:ROWS_LIMIT] if found else super().rows(page)

    def next(self, page: Page) -> Next | None:
        if not _is_answer(page):
            stores = datastores.embedded(page)
            units = _units(page, stores)
            if not units:
                return self._group(page, stores) or super().next(page)
            return next((following for unit, shown in units if (following := unit.after(shown, page.number + 1))), None)
        if not page.text.strip():
            return None
        store = datastores.answer(page)
        shown = len(datastores.texts(store))
        if shown == 0:  # 54 bytes: nothing more, or parameters that the server does not take
            return None
        asked = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
        if "startrecord" in asked:
            first, last = _number(asked["startrecord"]), _number(asked.get("endrecord", ""))
            # 75 rows asked for, 76 came (江苏): counted on by what was asked, or every answer would lose a row to the next
            shown = min(shown, last - first + 1) if last >= first else shown
            return _asked_unit(page, asked, datastores.total([store])).after(first - 1 + shown, page.number + 1)
        return self._group(page, [store])

    def _group(self, page: Page, stores: list[etree._Element]) -> Next | None:
        """The address that a datastore itself names for the next group of pages."""
        for store in stores:
            for text in store.xpath("//nextgroup/text()"):
                href = re.search(r"href\s*=\s*[\"']([^\"']+)", unescape(text))
                url = links.address(unescape(href.group(1)), page.url if _is_answer(page) else _proxy(page)) if href else None
                if url and PROXY in url and url != page.url:
                    return Next(url=url, number=page.number + 1)
        return None

    def _records(self, page: Page, store: etree._Element) -> list[Candidate]:
        found = []
        for text in datastores.texts(store)[:ROWS_LIMIT]:
            # an answer's relative links are meant from the column's page, which shows them
            record = Page.of(text if "<" in text else unescape(text), url=page.column, number=page.number)
            anchors = [selector.root for selector in record.selector.xpath("//a[@href]")]
            body = record.selector.xpath("/html/body")
            if body and (candidate := self._candidate(body[0].root, anchors, page.column)):
                found.append(candidate)
        return found


def _is_answer(page: Page) -> bool:
    return PROXY in urlsplit(page.url).path


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _units(page: Page, stores: list[etree._Element]) -> list[tuple[Unit, int]]:
    """The page's lists and how many rows of each it ships already; the list of the column in the page's address first.

    A page may hold one list a year, each with its own datastore and script: they stand in the same order.
    """
    blocks = [_block(page.text, match.start()) for match in islice(_UNIT_START.finditer(page.text), UNITS_LIMIT)] or [page.text]
    paired = len(blocks) == len(stores)
    units = []
    for n, block in enumerate(blocks):
        own = [stores[n]] if paired else stores
        if unit := _unit_of(page, block, datastores.total(own)):
            units.append((unit, max((len(datastores.texts(store)) for store in own), default=0)))
    column = _COLUMN_OF_URL.search(page.url)
    return sorted(units, key=lambda pair: column is not None and dict(pair[0].form).get("columnid") != column.group(1))


def _block(text: str, start: int) -> str:
    """From `start` to where the first brace closes again."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start, start + 20_000):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return text[start : match.end()]
    return text[start : start + 20_000]


def _unit_of(page: Page, block: str, total: int | None) -> Unit | None:
    form = tuple((key, value) for key in _FORM_KEYS if (value := _setting(block, key)) is not None)
    if not {"columnid", "unitid"} <= {key for key, _ in form}:
        return None
    said = _setting(block, "totalRecord") or _setting(page.text, "totalRecord") or ""
    return Unit(
        proxy=_proxy(page),
        form=form,
        perpage=max(1, _number(_setting(block, "perPage") or _setting(page.text, "perPage") or "15")),
        group=max(1, _number(_setting(block, "groupSize") or "1")),
        method="GET" if (_setting(block, "type") or _setting(block, "method") or "").upper() == "GET" else "POST",
        total=total if total is not None else (_number(said) or None),
    )


def _setting(block: str, key: str) -> str | None:
    """The value of `key: value`, `key=value`, `"key":"value"` or `name="key" value="value"`."""
    match = re.search(rf"(?<![\w$]){key}[\"']?\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)'|([\w./-]+))", block, re.I) or re.search(
        rf"<input[^<>]{{0,300}}\b(?:name|id)=[\"']{key}[\"'][^<>]{{0,300}}\bvalue=(?:\"([^\"]*)\"|'([^']*)'|(\w+))", block, re.I
    )
    return next((group for group in match.groups() if group is not None), None) if match else None


def _proxy(page: Page) -> str:
    """Absolute address of dataproxy.jsp: /module/jpage/ in 浙江, /module/web/jpage/ in 江苏; the other path answers 404 there."""
    match = re.search(rf"[\w./:-]*{re.escape(PROXY)}", page.text)
    named = match.group() if match and match.group().startswith(("/", "http")) else _DEFAULT_PROXY
    url = urljoin(page.url, named)
    return url if urlsplit(url).hostname == urlsplit(page.url).hostname else urljoin(page.url, urlsplit(url).path)


def _asked_unit(page: Page, asked: dict[str, str], total: int | None) -> Unit:
    """The unit as this answer's own address names it; a repeated script would say no more."""
    start, end, perpage = (_number(asked.get(key, "")) for key in ("startrecord", "endrecord", "perpage"))
    perpage = max(1, perpage)
    return Unit(
        proxy=page.url.partition("?")[0],
        form=tuple((key, asked[key]) for key in _FORM_KEYS if key in asked),
        perpage=perpage,
        group=max(1, -(-(end - start + 1) // perpage)),
        method="POST",
        total=total,
    )

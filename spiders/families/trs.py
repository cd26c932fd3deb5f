"""trs: TRS WCM of the "t-date" kind (青岛, 辽源, 诸城, most ministries): `./202403/t20240307_7895020.shtml`.

The date in an address is when the page was made, often a migration's night (青岛's reports of 2013 to 2018 say 20201019): never read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

from spiders import links
from spiders.families import Next, Page, scripts
from spiders.families.listed import PARTS_LIMIT, Listed
from spiders.families.marks import Mark
from storage.records import Candidate

_CALL = "createPageHTML|createPage"
_SUFFIX = re.compile(r"s?html?|jsp|aspx?", re.I)
_DRAWN_SUFFIX = re.compile(r"\.[\"'\s+]*(s?html?)\b", re.I)  # "_" + nextPage + "."+"htm"
_NAME = re.compile(r"[\w-]{1,64}", re.A)
_ARTICLE_NAME = re.compile(r"t\d{8}_\d+", re.I)
_ARTICLE_SUFFIX = re.compile(r"/t\d{8}_\d+\.(s?html?)\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Pager:
    """What a paging call says.

    Attributes:
        pages: how many there are.
        current: the page's index, counted from `first`.
        first: 0, or 1 where the call names an element to draw into.
        records: rows in the whole column, where it says so.
    """

    pages: int
    current: int
    first: int
    name: str
    suffix: str
    records: int | None = None

    @property
    def following(self) -> str | None:
        """File name of the page after this one: index_1.html is the second page."""
        last = self.pages - 1 + self.first
        return f"{self.name}_{self.current + 1}.{self.suffix}" if self.current < last else None


class Trs(Listed):
    """Static pages; how many there are stands in a createPageHTML call, whose arguments differ from portal to portal."""

    name: ClassVar[str] = "trs"
    article: ClassVar[re.Pattern[str] | None] = re.compile(r"/\d{6}/t\d{8}_\d+(?:_wap)?\.s?html?$", re.I)
    marks: ClassVar[tuple[Mark, ...]] = (
        Mark(says="addresses YYYYMM/tYYYYMMDD_ID", pattern=re.compile(r"/\d{6}/t\d{8}_\d+(?:_wap)?\.s?html?", re.I), weight=3),
        Mark(says="a call of createPageHTML", pattern=re.compile(r"createPageHTML\s?\(")),
        Mark(says="TRS_Editor and its like", pattern=re.compile(r"TRS_(?:Editor|PreAppend|UEDITOR)|trs_editor_view", re.I), weight=2),
    )

    def rows(self, page: Page) -> list[Candidate]:
        script_rows = self._written_rows(page)
        if not script_rows:
            return super().rows(page)
        shown = self._by_selector(page, self.portal.listing.row) if self.portal.listing.row else self._by_address(page, page.selector)
        return shown + [row for row in script_rows if row.url not in {other.url for other in shown}]

    def next(self, page: Page) -> Next | None:
        if self.portal.listing.next:
            return super().next(page)
        pagers = [pager for pager in self._pagers(page) if not _ARTICLE_NAME.fullmatch(pager.name)]
        if not pagers:
            return super().next(page)
        pager = pagers[0]
        # some lists ship every row and slice them in the browser: there is no index_1 to ask for
        if pager.following is None or (pager.records is not None and page.number == 1 and len(self.rows(page)) >= pager.records):
            return None
        return Next(url=urljoin(page.url, links.directory(page.url) + pager.following), number=page.number + 1)

    def parts(self, page: Page) -> list[str]:
        """The further pages of an article split by createPageHTML(3,0,"t20190918_693227","shtml"), then frames."""
        stem = urlsplit(page.url).path.rpartition("/")[2].rpartition(".")[0]
        for pager in self._pagers(page):
            if _ARTICLE_NAME.fullmatch(pager.name) and pager.name.lower() == stem.lower():
                names = [f"{pager.name}_{n}.{pager.suffix}" for n in range(1, min(pager.pages, PARTS_LIMIT + 1))]
                return [urljoin(page.url, name) for name in names]
        return super().parts(page)

    def _written_rows(self, page: Page) -> list[Candidate]:
        """Rows that a script writes with document.writeln (武汉)."""
        written = "".join(scripts.written(script) for script in scripts.live(page.selector) if "document.write" in script)
        if "<a" not in written.lower():
            return []
        drawn = Page.of(written, url=page.url, column=page.column, number=page.number)
        return self._by_address(drawn, drawn.selector)

    def _pagers(self, page: Page) -> list[Pager]:
        found = []
        for script in scripts.live(page.selector):
            called = [_pager(arguments, page) for arguments in scripts.calls(script, _CALL)]
            found += [pager for pager in called if pager]
            if not called and (pager := _from_variables(script, page)):
                found.append(pager)
        return found


def _pager(arguments: list[scripts.Value], page: Page) -> Pager | None:
    """The paging that a call describes; None when it is not one, or speaks of another page than this.

    Seen: (pages, current, "index", "html"); (records, pages, current, "index", "html", perpage) in 北京;
    ('page_div', pages, current, 'zwgklist', 'shtml', records) with pages counted from 1.
    """
    at = next((n for n in range(1, len(arguments)) if _is_suffix(arguments[n]) and isinstance(arguments[n - 1], str)), None)
    name, suffix = ("index", _suffix(page)) if at is None else (str(arguments[at - 1]), str(arguments[at]))
    lead = arguments if at is None else arguments[: at - 1]
    numbers = [value for value in lead if isinstance(value, int)]
    if len(numbers) < 2 or not _NAME.fullmatch(name):
        return None
    here = page.number - 1
    records = None
    if lead and isinstance(lead[0], str):
        pages, current = numbers[:2]
        first = 1
        tail = [value for value in arguments[at + 1 :] if isinstance(value, int)] if at is not None else []
        records = tail[0] if tail else None
    else:
        if len(numbers) > 2 and (numbers[2] == here or numbers[1] != here):
            records, pages, current = numbers[:3]
        else:
            pages, current = numbers[:2]
        first = 1 if current == here + 1 and not _ARTICLE_NAME.fullmatch(name) else 0
    if page.number > 1 and current - first != here:
        return None  # the server shows another page than the one asked for: no way on from here
    return Pager(pages=pages, current=current, first=first, name=name, suffix=suffix, records=records)


def _from_variables(script: str, page: Page) -> Pager | None:
    """The pager of the 2000s, drawn in place: `var currentPage = 0; var countPage = 5;`."""
    known = scripts.variables(script)
    pages, current = known.get("countPage"), known.get("currentPage")
    if not isinstance(pages, int) or not isinstance(current, int) or current != page.number - 1:
        return None
    drawn = _DRAWN_SUFFIX.search(script)
    return Pager(pages=pages, current=current, first=0, name="index", suffix=drawn.group(1) if drawn else _suffix(page))


def _is_suffix(value: scripts.Value) -> bool:
    return isinstance(value, str) and _SUFFIX.fullmatch(value) is not None


def _suffix(page: Page) -> str:
    """Of the column's own address; where that is a folder, of its articles: a site prints one kind (诸城: .htm)."""
    suffix = urlsplit(page.url).path.rpartition("/")[2].rpartition(".")[2]
    if _SUFFIX.fullmatch(suffix):
        return suffix
    article = _ARTICLE_SUFFIX.search(page.text)
    return article.group(1) if article else "html"

"""Lists that come with their rows in the HTML: what `static`, `trs` and `contentn` share, and `hanweb` where the server renders its list.

Rows are found by the shape of an article's address, which a redesign keeps, and only where a portal file says so by a selector.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import ClassVar
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml import etree, html
from parsel import Selector, css2xpath

from crawler.errors import ConfigError, LayoutChanged
from crawler.urls import canonical
from spiders import links, titles
from spiders.families import Family, Next, Page, folders, frames
from spiders.portal import Portal
from storage.records import Candidate

ROWS_LIMIT = 5000
COLUMNS_LIMIT = 80
PARTS_LIMIT = 50

_ROW_TAGS = frozenset({"li", "tr", "dl", "article"})
_OUTSIDE = frozenset({"body", "html", "ul", "ol", "table", "tbody", "form"})
_NEXT_TEXT = re.compile(r"(?:下一?页|后一?页|next)\s*[>»›]*|[>»›]", re.I)
_EMPTY = re.compile(r"暂无(?:相关)?(?:信息|内容|数据|记录|文章)|(?:没有|未)(?:找到|查到|检索到)?(?:任何|相关|符合条件的)?(?:信息|记录|内容|文章)")
_CHROME = re.compile(r"(?:^|[\s_-])(?:nav|menu|head|header|top|foot|footer|crumb|position|links?|share|search|login|tabs?)(?:$|[\s_-])", re.I)
_TITLE_LENGTH = 8  # shorter link texts are menus; 2023年度报告 is 8 characters


class Listed(Family):
    """A list rendered by the server.

    Attributes:
        article: what the path of an article looks like; None: any link with a title.
        any_folder: folders below the column are sub-columns whatever they are called.
    """

    article: ClassVar[re.Pattern[str] | None] = None
    any_folder: ClassVar[bool] = False

    def __init__(self, portal: Portal) -> None:
        """Take the portal's rules.

        Raises:
            ConfigError: a selector or the expression of its file is wrong; better said by `portals check` than on the first night.
        """
        super().__init__(portal)
        rules = portal.listing
        for key, selector in {
            "body": portal.body,
            "listing.row": rules.row,
            "listing.link": rules.link,
            "listing.date": rules.date,
            "listing.next": rules.next,
        }.items():
            try:
                css2xpath(selector or "a")
            except SelectorError as error:
                raise ConfigError(f"{portal.key}: {key}: {selector!r} is no CSS selector: {error}") from error
        try:
            self._follow = re.compile(rules.follow) if rules.follow else None
        except re.error as error:
            raise ConfigError(f"{portal.key}: listing.follow: {rules.follow!r} is no regular expression: {error}") from error

    def rows(self, page: Page) -> list[Candidate]:
        rules = self.portal.listing
        rows = self._by_selector(page, rules.row) if rules.row else self._by_address(page, page.selector)
        if not rows and page.number == 1 and not self._only_folders(page) and not self._says_empty(page):
            what = f"no row matches {rules.row!r}" if rules.row else "no link to an article"
            raise LayoutChanged(f"list page without rows: {what}", url=page.url, rule="list-without-rows")
        return rows

    def next(self, page: Page) -> Next | None:
        if self.portal.listing.next:
            anchors = [node for node in _elements(page.selector.css(self.portal.listing.next)) if node.get("href")]
        else:
            anchors = [node for node in _elements(page.selector.xpath("//a[@href]")) if _leads_on(node)]
        base = _base(page)
        for anchor in anchors:
            url = links.address(anchor.get("href"), base)
            if url and url not in {page.url, page.column} and "disabled" not in (anchor.get("class") or ""):
                return Next(url=url, number=page.number + 1)
        return None

    def columns(self, page: Page) -> list[str]:
        base = _base(page)
        found = []
        for anchor in _elements(page.selector.xpath("//a[@href]")):
            url = links.address(anchor.get("href"), base)
            if url is None or self.is_article(url) or url in {page.url, page.column}:
                continue
            text = links.title(anchor)
            if folders.is_below(url, text, self.portal.start, any_name=self.any_folder) or self._is_followed(url, text):
                found.append(url)
        return links.unique(found)[:COLUMNS_LIMIT]

    def parts(self, page: Page) -> list[str]:
        """The frames that hold the body, where it stands in frames."""
        return frames.of(page, self.body, _base(page))[:PARTS_LIMIT]

    def is_article(self, url: str) -> bool:
        """True when the family's articles have addresses of this shape."""
        return self.article is not None and self.article.search(urlsplit(url).path.partition(";")[0]) is not None  # ;jsessionid=…

    def _by_selector(self, page: Page, selector: str) -> list[Candidate]:
        rules = self.portal.listing
        base = _base(page)
        found = []
        for row in page.selector.css(selector)[:ROWS_LIMIT]:
            anchors = _elements(row.css(rules.link) if rules.link else row.xpath("descendant-or-self::a[@href]"))
            printed = links.only_date(" ".join(row.css(rules.date).xpath("string()").getall())) if rules.date else None
            if candidate := self._candidate(row.root, anchors, base):
                found.append(replace(candidate, listed=printed) if rules.date else candidate)
        return found

    def _by_address(self, page: Page, selector: Selector) -> list[Candidate]:
        """Rows around the links to articles, and what else stands in the same lists (links to other sites, to files)."""
        base = _base(page)
        targets = {}
        for anchor in _elements(selector.xpath("//a[@href]")):
            url = links.address(anchor.get("href"), base)
            if url and self._may_be_article(page, anchor, url):
                targets[anchor] = url
        below: dict[html.HtmlElement, set[str]] = {}
        for anchor, url in targets.items():
            for ancestor in islice(anchor.iterancestors(), 5):
                below.setdefault(ancestor, set()).add(url)
        lists = {(row.getparent(), row.tag): None for row in (_row(anchor, below) for anchor in targets) if row.getparent() is not None}
        found: list[Candidate] = []
        for parent, tag in sorted(lists, key=lambda pair: _place(pair[0])):
            rows = []
            for row in islice(parent.iterchildren(tag), ROWS_LIMIT - len(found)):
                anchors = list(row.iter("a"))
                if candidate := self._candidate(row, [a for a in anchors if a in targets] or anchors, base):
                    rows.append(candidate)
            if self._is_list(page, rows):
                found += rows
        return found

    def _is_list(self, page: Page, rows: list[Candidate]) -> bool:
        """Footers link 网站声明 by an article's address too; a list has dates, titles of reports, or articles in its column's folder."""
        here = links.directory(page.column)
        return any(
            row.listed or titles.is_candidate(row.title) or (self.is_article(row.url) and urlsplit(row.url).path.startswith(here) and here != "/")
            for row in rows
        )

    def _candidate(self, row: html.HtmlElement, anchors: list[html.HtmlElement], base: str) -> Candidate | None:
        for anchor in anchors:
            url = links.address(anchor.get("href"), base)
            title = links.title(anchor)
            if url and title:
                return Candidate(url=url, title=title, listed=links.listed(row, anchor), issuer=_issuer(row))
        return None

    def _may_be_article(self, page: Page, anchor: html.HtmlElement, url: str) -> bool:
        if self.article is not None:
            return self.is_article(url)
        if url in {page.url, page.column} or any(_is_chrome(node) for node in anchor.iterancestors()):
            return False
        title = links.title(anchor)
        return len(title) >= _TITLE_LENGTH or titles.is_candidate(title)

    def _is_followed(self, url: str, text: str) -> bool:
        """By the portal file's expression; an address with a query only when the expression speaks of the address itself."""
        if self._follow is None:
            return False
        return self._follow.search(url) is not None or (not urlsplit(url).query and self._follow.search(text) is not None)

    def _only_folders(self, page: Page) -> bool:
        """True for a column that only leads to its sub-columns. Year tabs beside a list lead elsewhere: they excuse no missing row."""
        here = links.directory(page.column)
        return any(links.directory(url).startswith(here) and links.directory(url) != here for url in self.columns(page))

    def _says_empty(self, page: Page) -> bool:
        """A sub-column opened ahead of its reports says so; an entry column has no such excuse."""
        if canonical(page.column) in map(canonical, self.portal.start):
            return False
        return _EMPTY.search("".join(page.selector.xpath("//body//text()[not(parent::script)]").getall())) is not None


def _elements(selectors: list[Selector]) -> list[html.HtmlElement]:
    return [selector.root for selector in selectors if isinstance(selector.root, etree._Element)]


def _base(page: Page) -> str:
    declared = page.selector.xpath("//base/@href").get()
    base = links.address(declared, page.url) if declared else None
    return base or page.url


def _leads_on(anchor: html.HtmlElement) -> bool:
    return anchor.get("rel") == "next" or _NEXT_TEXT.fullmatch(links.clean(anchor.text_content())) is not None


def _row(anchor: html.HtmlElement, below: dict[html.HtmlElement, set[str]]) -> html.HtmlElement:
    """The widest element around a link that holds no other article; the link itself where rows have no element of their own."""
    row = anchor
    for ancestor in islice(anchor.iterancestors(), 4):
        if ancestor.tag in _OUTSIDE or len(below.get(ancestor, ())) > 1:
            break
        row = ancestor
        if row.tag in _ROW_TAGS:
            break
    return row


def _place(element: html.HtmlElement) -> tuple[int, ...]:
    """Where an element stands in the document, comparable."""
    path = []
    while (parent := element.getparent()) is not None:
        path.append(parent.index(element))
        element = parent
    return tuple(reversed(path))


def _issuer(row: html.HtmlElement) -> str | None:
    """The organ named in the row of a table that has a column for it."""
    if row.tag != "tr":
        return None
    table = next(row.iterancestors("table"), None)
    heads = [links.clean(cell.text_content()) for cell in table.xpath("(.//tr)[1]/*[self::th or self::td]")] if table is not None else []
    cells = row.xpath("./td|./th")
    for n, head in enumerate(heads):
        if head in {"发布机构", "发布单位", "发布部门", "公开单位", "信息来源"} and n < len(cells):
            return links.clean(cells[n].text_content()) or None
    return None


def _is_chrome(node: html.HtmlElement) -> bool:
    return node.tag in {"nav", "header", "footer"} or _CHROME.search(f"{node.get('class') or ''} {node.get('id') or ''}") is not None

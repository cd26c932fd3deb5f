"""What portals print around a report, new with every request: counters, times, tokens, the order of the sidebar, injected junk."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from random import Random

from app.demo.papers import Document

HEADLINES = (
    "市政府召开常务会议研究安全生产工作",
    "全市重点项目建设现场推进会召开",
    "关于清明节期间道路交通管理的通告",
    "中小学幼儿园招生政策咨询周启动",
    "市领导到基层走访调研",
    "城区供水管网改造工程进展公示",
)
SIZES = '<a href="javascript:;">大</a> <a href="javascript:;">中</a> <a href="javascript:;">小</a>'
# Elements that spam generators append to mirrored pages: mostly empty, partly unclosed, all with one random id.
JUNK = (
    '<legend id="{id}"></legend><samp id="{id}"></samp>',
    '<sup id="{id}"></sup>',
    '<mark id="{id}"><del id="{id}"></del></mark>',
    '<p id="{id}"><td id="{id}"></td></p><track id="{id}"></track>',
    '<delect id="{id}"></delect>',
    '<input id="{id}"><address id="{id}"></address>',
    '<menuitem id="{id}"></menuitem>',
    '<blockquote id="{id}"><rt id="{id}"></rt></blockquote><wbr id="{id}">',
    '<th id="{id}"><center id="{id}"><delect id="{id}"></delect></center></th>',
    '<dl id="{id}"></dl><rp id="{id}"><option id="{id}"></option></rp>',
)


class Visit:
    """One visit to a page: everything drawn from it differs from the visit before.

    Parameters:
        now: the clock of the night.
        random: the source of the differences; the system's when left out.
    """

    def __init__(self, now: datetime, random: Random | None = None) -> None:
        self._random = random or Random()
        self._now = now

    @property
    def made(self) -> str:
        """When the page claims to have been generated."""
        return f"{self._now + timedelta(hours=8, seconds=self._random.randint(0, 3_600)):%Y-%m-%d %H:%M:%S}"

    def counter(self) -> int:
        return self._random.randint(100, 99_999)

    def token(self, length: int = 20) -> str:
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=length))

    def sidebar(self, heading: str) -> str:
        """A box of links to pages that are no reports, in another order each time."""
        lines = self._random.sample(HEADLINES, 4)
        links = "".join(f'<li><a href="/xwzx/{HEADLINES.index(line) + 4_101}.html">{line}</a></li>' for line in lines)
        return f'<div class="sidebar"><h3>{heading}</h3><ul class="hot">{links}</ul></div>'

    def junk(self, html: str) -> str:
        """The page with junk between its blocks, under an id of its own each time."""
        name = self.token(5).lower()
        pieces = html.split("</p>")
        out = [piece + "</p>" + self._random.choice(JUNK).format(id=name) for piece in pieces[:-1]]
        lead = "".join(self._random.sample(JUNK, 5)).format(id=name)
        return "".join([*out, pieces[-1]]).replace("<body>", f"<body>{lead}", 1)


def tags(site: str, code: str, domain: str, column: str, document: Document | None, made: str) -> str:
    """The standard meta tags (政府网站发展指引): of the site, of the column and, on an article, its own."""
    pairs = [("SiteName", site), ("SiteDomain", domain), ("SiteIDCode", code), ("ColumnName", column), ("ColumnType", "政府信息公开年报")]
    if document:
        pairs += [("ArticleTitle", document.title or ""), ("ContentSource", document.source or "")]
        if document.dated:
            pairs.append(("PubDate", f"{document.published} 10:26"))
    pairs.append(("HtmlGenerateTime", made))
    return "\n".join(f'<meta name="{name}" content="{escape(value)}" />' for name, value in pairs)


def footer(organ: str, code: str) -> str:
    return (
        f'<div class="footer"><p>主办单位：{organ}　网站标识码：{code}　ICP备00000000号</p>'
        f'<p><a href="http://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code={code}">政府网站找错</a>　<a href="/">网站地图</a></p></div>'
    )

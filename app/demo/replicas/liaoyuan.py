"""辽源: TRS, .html, with junk that somebody injects into every article under new ids, and a mirror of one report elsewhere."""

from __future__ import annotations

from html import escape
from typing import ClassVar

from app.demo.chrome import Visit
from app.demo.markup import body
from app.demo.papers import Document
from app.demo.replicas.base import Replica
from app.demo.replicas.trs import TrsReplica
from app.demo.wire import Answer, Request, page

COPIED = "liaoyuan/88012"  # the report of 2014, which the mirror copies


class Liaoyuan(TrsReplica):
    """One list page; its new layout of the third night is drawn by a script, and no row is in the page."""

    key = "liaoyuan"
    name = "辽源市人民政府"
    adcode = "220400"
    family = "trs"
    host = "127.0.1.13"
    code = "2204000001"
    start = ("/lysrmzf/xxgkndbg/",)
    folders: ClassVar[dict[str, str]] = {"xxgkndbg": "/lysrmzf/xxgkndbg/"}

    def listing(self, column: str, number: int, night: int, visit: Visit) -> Answer:
        if self.script.redesigned(self.key, night):
            return page(self._new_design(visit))
        return super().listing(column, number, night, visit)

    def row(self, document: Document) -> str:
        own = super().row(document)
        if document.key != COPIED or "mirror" not in self.addresses:
            return own
        # An editor linked a copy on a foreign host; the crawler must not follow it.
        there = f"{self.addresses['mirror']}{self.address(document)}"
        title = escape(document.listed)
        return f'{own}\n<li><a href="{there}" target="_blank" title="{title}">{title}</a><span>{document.published}</span></li>'

    def article(self, document: Document, part: int, request: Request, visit: Visit) -> Answer:
        return page(visit.junk(self.report(document, visit)))

    def report(self, document: Document, visit: Visit) -> str:
        """An article before the junk is put in."""
        title = escape(document.title or "")
        content = (
            f'<div class="user"><a href="/login">登录</a> <a href="/register">注册</a></div>\n<div class="article"><h2>{title}</h2>\n'
            f'<div class="date">发布日期:{document.published}&nbsp;&nbsp;&nbsp;&nbsp;点击数:<span id="hits">{visit.counter()}</span></div>\n'
            f'<div class="trs_editor_view TRS_UEDITOR">\n{body(document.blocks, self.editor)}\n{self.offered(document)}</div>\n'
            f'<div class="tools">【<a href="javascript:window.print()">打印</a>】【<a href="javascript:window.close()">关闭</a>】</div></div>\n'
            f"{visit.sidebar('相关链接')}"
        )
        return self.frame(f"{title}-{self.name}", content, visit, document)

    def _new_design(self, visit: Visit) -> str:
        content = (
            '<div class="banner"><img src="/images/gk2026.jpg" alt="政府信息公开平台全新改版"></div>\n'
            '<div id="app" class="cards"><div class="card" v-for="report in reports"><a :href="report.link">{{ report.name }}</a></div></div>\n'
            f'<script src="/static/js/app.{visit.token(8)}.js"></script>\n'
            f'<script>window.PLATFORM = {{api: "/openapi/reports", nonce: "{visit.token()}"}};</script>'
        )
        return self.frame("政府信息公开平台", content, visit)


class Mirror(Replica):
    """A copy of one report on a host that is not the division's: its links point to itself, its junk is its own."""

    key = "mirror"
    name = "辽源市人民政府"
    adcode = "220400"
    family = "trs"
    host = "127.0.1.19"
    code = "2204000001"
    start = ()

    def address(self, document: Document, part: int = 0) -> str:
        return Liaoyuan().address(document, part)

    def shelf(self, night: int) -> list[Document]:
        return [document for document in self.script.shelf("liaoyuan", night) if document.key == COPIED]

    def route(self, request: Request, night: int, visit: Visit) -> Answer | None:
        found = self.at(request.path, night)
        return page(visit.junk(Liaoyuan(self.addresses).report(found[0], visit))) if found else None

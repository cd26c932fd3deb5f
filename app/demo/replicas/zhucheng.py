"""诸城: TRS addresses in upper-case folders, GBK without or with a wrong charset header, a WAF that hands out tokens by redirects."""

from __future__ import annotations

from html import escape
from typing import ClassVar

from app.demo import markup
from app.demo.chrome import Visit
from app.demo.papers import Document
from app.demo.replicas.trs import TrsReplica
from app.demo.wire import Answer, Request, page, redirect

TOKEN = "WebShieldDRSessionVerify"
COOKIE = "WebShieldSession"


class Zhucheng(TrsReplica):
    """Two columns: the government's and its office's reports, and those of towns and departments."""

    key = "zhucheng"
    name = "诸城市人民政府"
    adcode = "370782"
    family = "trs"
    host = "127.0.1.14"
    code = "3707820001"
    column_name = "信息公开年度报告"
    start = ("/XXGK/XXGKNB/SZFBGS/", "/XXGK/XXGKNB/ZJ/")
    folders: ClassVar[dict[str, str]] = {"XXGK/XXGKNB/SZFBGS": "/XXGK/XXGKNB/SZFBGS/", "XXGK/XXGKNB/ZJ": "/XXGK/XXGKNB/ZJ/"}
    suffix = "htm"
    page_size = 5
    editor = markup.WORD

    def answer(self, request: Request, night: int, visit: Visit) -> Answer:
        """The WAF first: without its cookie a visitor is sent to the same page with a token, and from there back, cookie in hand."""
        if request.path == "/robots.txt":
            return super().answer(request, night, visit)
        if TOKEN in request.form:
            return redirect(request.path, headers=(("Set-Cookie", f"{COOKIE}={visit.token()}; Path=/"),))
        if COOKIE not in request.cookies:
            return redirect(f"{request.path}?{TOKEN}={visit.token()}")
        answer = super().answer(request, night, visit)
        if answer.status != 200:
            return answer
        # GBK; the header says nothing for lists and lies for articles.
        lying = "text/html; charset=ISO-8859-1" if self.at(request.path, night) else "text/html"
        return page(answer.body.decode(), encoding="gb18030", content_type=lying)

    def list_page(self, rows: str, number: int, total: int, visit: Visit) -> str:
        pages = -(-total // self.page_size)
        content = (
            f"<table width=980 align=center><tr><td width=220 valign=top>{visit.sidebar('点击排行')}</td><td valign=top>\n"
            f'<ul class="list">\n{rows}\n</ul>\n'
            f'<script language="JavaScript">createPageHTML({total}, {pages}, {number}, "index", "{self.suffix}", {self.page_size});'
            "</script></td></tr></table>"
        )
        return self.frame(self.column_name, content, visit)

    def frame(self, title: str, content: str, visit: Visit, document: Document | None = None, head: str = "") -> str:
        """The frame of the 2000s: no standard tags, a charset only in the http-equiv."""
        return (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">\n<HTML><HEAD>'
            f'<META http-equiv=Content-Type content="text/html; charset=gb2312"><TITLE>{title}</TITLE>{head}</HEAD>\n<BODY>'
            "<div class=menu>首  页 信息公开指南 信息公开目录 信息公开年度报告 依申请公开 返回中国诸城</div>\n"
            "<div class=pos>当前位置: 市政府办公室</div>\n"
            f"{content}\n<div class=foot>Copyright 2003 Zhucheng China All Rights Reserved<br>主办单位：中共诸城市委 诸城市人民政府<br>"
            f"ICP备00000000号　访客：{visit.counter()}</div></BODY></HTML>"
        )

    def article(self, document: Document, part: int, request: Request, visit: Visit) -> Answer:
        title = escape(document.title or "")
        # The body repeats the title over two lines, as its Word file did.
        year = title.find(str(document.year))
        repeated = "".join(self.editor.caption.format(text=line) for line in (title[:year], title[year:]) if line)
        author = f"作者: {document.author}&nbsp; " if document.author else ""
        content = (
            "<table width=980 align=center cellpadding=0><tr><td align=center><b>" + title + "</b></td></tr>\n"
            f"<tr><td align=center>{author}来源: {document.source}&nbsp; 时间: {document.published}</td></tr>\n"
            f"<tr><td><div class=TRS_Editor>{repeated}\n{markup.body(document.blocks, self.editor)}\n</div></td></tr>\n"
            f"<tr><td align=right>点击数：{visit.counter()}　【<a href='javascript:window.print()'>打　　印</a>】　"
            "【<a href='javascript:window.close()'>关闭本页</a>】</td></tr></table>"
        )
        return page(self.frame(title, content, visit, document))

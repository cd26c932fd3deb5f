"""青岛: TRS since a migration in October 2020, so every older report's address says 20201018 or 20201019. UTF-8, .shtml, ETags."""

from __future__ import annotations

from datetime import UTC, datetime, time
from email.utils import format_datetime
from html import escape
from typing import ClassVar

from app.demo import markup
from app.demo.chrome import SIZES, Visit
from app.demo.papers import Document
from app.demo.replicas.base import tag_of
from app.demo.replicas.trs import TrsReplica
from app.demo.wire import Answer, Request, page


class Qingdao(TrsReplica):
    """Two list pages, one report split over two pages, conditional requests answered with 304."""

    key = "qingdao"
    name = "青岛市人民政府"
    adcode = "370200"
    family = "trs"
    host = "127.0.1.11"
    code = "3702000001"
    start = ("/zwgk/szfgk/gknb/",)
    folders: ClassVar[dict[str, str]] = {"gknb": "/zwgk/szfgk/gknb/"}
    suffix = "shtml"
    page_size = 10
    editor = markup.TRS

    def article(self, document: Document, part: int, request: Request, visit: Visit) -> Answer:
        changed = datetime.combine(document.published, time(2, 26), tzinfo=UTC)
        validators = (("ETag", tag_of(document, part)), ("Last-Modified", format_datetime(changed, usegmt=True)))
        if request.headers.get("if-none-match") == tag_of(document, part):
            return Answer(status=304, headers=validators)
        split = ""
        if document.parts > 1:
            name = f"t{document.filed:%Y%m%d}_{document.number}"
            split = f'<div class="page"><script>createPageHTML({document.parts}, {part}, "{name}", "{self.suffix}");</script></div>'
        title = escape(document.title or "")
        content = (
            f'<div class="content"><h1 class="title">{title}</h1>\n'
            f'<div class="info"><span>青岛政务网</span> <span>发布日期 : {document.published}</span> <span>来源 : {document.source}</span> '
            f"<span>浏览次数：{visit.counter()}</span> <span>字体大小: {SIZES}</span> "
            f'<a href="javascript:window.print()">打印</a> <a href="javascript:;" data-token="{visit.token()}">我要收藏</a></div>\n'
            f'<div class="TRS_Editor"><style type="text/css">.TRS_Editor P{{line-height:2;font-family:宋体;}}</style>\n'
            f"{markup.body(markup.halves(document.blocks, document.parts, part), self.editor)}\n</div>{split}</div>\n"
            f"{visit.sidebar('点击排行')}{visit.sidebar('推荐阅读')}"
        )
        return page(self.frame(title, content, visit, document), headers=validators)

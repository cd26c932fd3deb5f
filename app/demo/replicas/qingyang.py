"""庆阳: the shared platform of Gansu's governments. A folder a year, below it one a group of organs; articles are content_N, no suffix."""

from __future__ import annotations

from html import escape

from app.demo import markup
from app.demo.chrome import SIZES, Visit
from app.demo.papers import Document
from app.demo.replicas.base import Replica, tag_of
from app.demo.wire import Answer, Request, page

COLUMN = "/gk/zfxxgk/xxgkndbg/"
GROUPS = {"szf": "市政府", "szfzcbm": "市政府组成部门", "xqzf": "县区政府"}


class Qingyang(Replica):
    """Folders within folders; one page prints neither a title nor a date."""

    key = "qingyang"
    name = "庆阳市人民政府"
    adcode = "621000"
    family = "contentn"
    host = "127.0.1.12"
    code = "6210000001"
    column_name = "信息公开年度报告"
    start = (COLUMN,)

    def address(self, document: Document, part: int = 0) -> str:
        return f"{COLUMN}{document.column}/content_{document.number}"

    def route(self, request: Request, night: int, visit: Visit) -> Answer | None:
        if found := self.at(request.path, night):
            return self._article(found[0], request, visit)
        if not request.path.startswith(COLUMN):
            return None
        folder = request.path.removeprefix(COLUMN).strip("/")
        columns = list(dict.fromkeys(document.column for document in self.rows(night)))
        years = list(dict.fromkeys(column.partition("/")[0] for column in columns))
        if folder == "":
            return page(self._folders([(f"{COLUMN}{year}/", f"{year[:4]}年") for year in years], visit))
        if folder in years:
            below = [column for column in columns if column.startswith(f"{folder}/")]
            return page(self._folders([(f"{COLUMN}{column}/", GROUPS[column.partition("/")[2].rstrip("0123456789")]) for column in below], visit))
        if folder in columns:
            return page(self._rows(self.rows(night, folder), visit))
        return None

    def _folders(self, folders: list[tuple[str, str]], visit: Visit) -> str:
        links = "".join(f'<li><a href="{path}">{text}</a></li>' for path, text in folders)
        return self.frame(self.column_name, f'<div class="tree"><ul>{links}</ul></div>\n{visit.sidebar("热点信息")}', visit)

    def _rows(self, documents: list[Document], visit: Visit) -> str:
        rows = "\n".join(
            f'<li><a href="{self.address(document)}" title="{escape(document.listed)}">{escape(document.listed)}</a>'
            f"<span>{document.published}</span></li>"
            for document in documents
        )
        return self.frame(self.column_name, f'<div class="list-right"><ul>\n{rows}\n</ul></div>\n{visit.sidebar("热点信息")}', visit)

    def _article(self, document: Document, request: Request, visit: Visit) -> Answer:
        validators = (("ETag", tag_of(document)),)
        if request.headers.get("if-none-match") == tag_of(document):
            return Answer(status=304, headers=validators)
        head = ""
        if document.title:
            head = (
                f'<h1>{escape(document.title)}</h1>\n<div class="info">来源：{document.source} 发布时间：{document.published} 15:21:31 '
                f"【字体：{SIZES}】 浏览量：{visit.counter()}</div>\n"
            )
        content = (
            f'<div class="main">{head}<div id="zoom" class="article-content">\n{markup.body(document.blocks)}\n</div>\n'
            f'<div class="share" data-csrf="{visit.token(32)}">分享到：<a href="javascript:;">微信</a> 扫一扫在手机打开当前页</div></div>\n'
            f"{visit.sidebar('热点信息')}"
        )
        return page(self.frame(document.title or self.name, content, visit, document), headers=validators)

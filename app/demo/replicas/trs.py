"""TRS WCM, type "t-date": static lists cut into index.html, index_1.html (the second page), articles at YYYYMM/tYYYYMMDD_ID."""

from __future__ import annotations

from html import escape
from typing import ClassVar

from app.demo import markup
from app.demo.chrome import Visit
from app.demo.markup import Editor
from app.demo.papers import Document
from app.demo.replicas.base import Replica
from app.demo.wire import Answer, Request, page

STUB = '<html><head><meta charset="utf-8"><title></title></head><body>\n<!-- 此页面不存在或已删除 -->\n<script>var t=0;</script>\n</body></html>\n'


class TrsReplica(Replica):
    """A TRS portal.

    Attributes:
        folders: path of each column of the shelf.
        suffix: of its pages.
        page_size: rows on one list page.
    """

    folders: ClassVar[dict[str, str]]
    suffix: ClassVar[str] = "html"
    page_size: ClassVar[int] = 20
    editor: ClassVar[Editor] = markup.PLAIN

    def address(self, document: Document, part: int = 0) -> str:
        tail = f"_{part}" if part else ""
        return f"{self.folders[document.column]}{document.filed:%Y%m}/t{document.filed:%Y%m%d}_{document.number}{tail}.{self.suffix}"

    def route(self, request: Request, night: int, visit: Visit) -> Answer | None:
        if found := self.at(request.path, night):
            return self.article(*found, request, visit)
        for column, folder in self.folders.items():
            if request.path.startswith(folder) and "/" not in (name := request.path.removeprefix(folder)):
                if name in {"", f"index.{self.suffix}"}:
                    return self.listing(column, 0, night, visit)
                number = name.removeprefix("index_").removesuffix(f".{self.suffix}")
                if name.startswith("index_") and number.isdigit():
                    return self.listing(column, int(number), night, visit)
        return None

    def listing(self, column: str, number: int, night: int, visit: Visit) -> Answer:
        """One page of a column, counted from 0. Beyond the last: a stub with status 200, as real ones leave behind."""
        documents = self.rows(night, column)
        pages = -(-len(documents) // self.page_size)
        if number >= pages:
            return page(STUB)
        rows = "\n".join(self.row(document) for document in documents[number * self.page_size : (number + 1) * self.page_size])
        return page(self.list_page(rows, number, len(documents), visit))

    def row(self, document: Document) -> str:
        return (
            f'<li><a href=".{self.address(document).removeprefix(self.folders[document.column].rstrip("/"))}" target="_blank" '
            f'title="{escape(document.listed)}">{escape(document.listed)}</a><span>{document.published}</span></li>'
        )

    def list_page(self, rows: str, number: int, total: int, visit: Visit) -> str:
        """One page of a column of `total` rows, around its rows."""
        pages = -(-total // self.page_size)
        content = (
            f'<div class="news_list"><h2>{self.column_name}</h2><ul class="list">\n{rows}\n</ul>\n'
            f'<div class="page"><script type="text/javascript">createPageHTML({pages}, {number}, "index", "{self.suffix}");</script></div></div>\n'
            f"{visit.sidebar('推荐阅读')}"
        )
        return self.frame(self.column_name, content, visit)

    def article(self, document: Document, part: int, request: Request, visit: Visit) -> Answer:
        """One page of a document."""
        raise NotImplementedError

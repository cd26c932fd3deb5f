"""What every replica is: a portal that answers requests from the documents that stand on it on a night."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from app.demo import chrome
from app.demo.chrome import Visit
from app.demo.enclosures import docx
from app.demo.life import DEMO
from app.demo.papers import Document
from app.demo.script import Script
from app.demo.wire import DOWN, FENCE, NOT_FOUND, Answer, Request, page

ROBOTS = Answer(headers=(("Content-Type", "text/plain"),), body=b"User-agent: *\nDisallow: /admin/\n")
PLATFORM = "/zfxxgk/"  # where every portal explains its publicity, between the home page and the report columns


class Replica:
    """One portal.

    Attributes:
        key, name, adcode, family: as in the portal's file.
        host: its loopback address; a host of its own, so that trust by host is real.
        code: its SiteIDCode.
        start: paths of its report columns.
        file: further keys of its portal file.
        redraws: False where its pages are static files with an ETag; they change only when a document does.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    adcode: ClassVar[str]
    family: ClassVar[str]
    host: ClassVar[str]
    code: ClassVar[str]
    column_name: ClassVar[str] = "政府信息公开年报"
    start: ClassVar[tuple[str, ...]]
    file: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, addresses: Mapping[str, str] | None = None, few: int | None = None, script: Script = DEMO) -> None:
        self.addresses = {} if addresses is None else addresses  # of all replicas by key, as `http://127.0.1.11:8001`, for links between them
        self.few = few  # how many documents a column shows, besides the written reports and those of the script; None for all
        self.script = script

    def answer(self, request: Request, night: int, visit: Visit) -> Answer:
        """The answer to a request on a night; `visit` makes it differ from the one before."""
        if self.script.down(self.key, night):
            return DOWN
        if request.path == "/robots.txt":
            return ROBOTS
        if self.script.fenced(self.key, night):
            return FENCE
        if request.path == "/":
            menu = f'<ul class="menu"><li><a href="{PLATFORM}">政府信息公开</a></li><li><a href="/zmhd/">政民互动</a></li></ul>'
            return page(self.frame(self.name, f"{menu}<p>欢迎访问，本站正在建设中。</p>{visit.sidebar('要闻')}", visit))
        if request.path == PLATFORM:
            return page(self.frame("政府信息公开", f"{self._tabs()}<p>请从左侧选择栏目。</p>{visit.sidebar('要闻')}", visit))
        if (found := self.at(request.path, night)) and self.script.fenced(self.key, night, found[0].key):
            return FENCE
        return self._enclosed(request.path, night) or self.route(request, night, visit) or NOT_FOUND

    def _tabs(self) -> str:
        """The tabs of the standard page of 政府信息公开; the column of every group of organs stands beside the first."""
        names = ("政府信息公开年报", "部门政府信息公开年报")
        tabs = [("/zfxxgk/zn/", "政府信息公开指南"), ("/zfxxgk/zd/", "政府信息公开制度"), *zip(self.start, names, strict=False)]
        return '<ul class="tabs">' + "".join(f'<li><a href="{path}">{text}</a></li>' for path, text in tabs) + "</ul>"

    def route(self, request: Request, night: int, visit: Visit) -> Answer | None:
        """The page at a path; None where there is none."""
        raise NotImplementedError

    def address(self, document: Document, part: int = 0) -> str:
        """Path of a document's page, or of a further part of it."""
        raise NotImplementedError

    def shelf(self, night: int) -> list[Document]:
        """The documents that stand on the portal on a night."""
        documents = self.script.shelf(self.key, night)
        return documents if self.few is None else [document for document in documents if document.key in self._chosen(self.few)]

    def rows(self, night: int, column: str | None = None) -> list[Document]:
        """The documents that the lists show on a night; those of one column alone, where it is named."""
        return [document for document in self.shelf(night) if document.shown and column in {None, document.column}]

    def enclosure(self, document: Document) -> str:
        """Path of the file beside a document."""
        return f"{self.address(document).rpartition('/')[0]}/P0{document.number}.docx"

    def offered(self, document: Document) -> str:
        """The link to the file beside a document, where there is one."""
        return "" if document.enclosed is None else f'<p><a href="{self.enclosure(document)}">{document.enclosed[0]}</a></p>\n'

    def _chosen(self, few: int) -> set[str]:
        """Keys of the documents a small portal has: the same on every night, whatever else happens there."""
        places: Counter[str] = Counter()
        chosen = {event.document for event in self.script.events if event.document is not None and event.portal == self.key}
        for document in self.script.shelf(self.key, min(self.script.nights)):
            places[document.column] += 1
            if document.written or places[document.column] <= few:
                chosen.add(document.key)
        return chosen

    def _enclosed(self, path: str, night: int) -> Answer | None:
        for document in self.shelf(night):
            if document.enclosed is not None and self.enclosure(document) == path:
                return Answer(headers=(("Content-Type", "application/octet-stream"),), body=docx(*document.enclosed))
        return None

    def at(self, path: str, night: int) -> tuple[Document, int] | None:
        """The document that stands at a path, and which part of it."""
        for document in self.shelf(night):
            for part in range(document.parts):
                if self.address(document, part) == path:
                    return document, part
        return None

    def frame(self, title: str, content: str, visit: Visit, document: Document | None = None, head: str = "") -> str:
        """A whole page around its content."""
        tags = chrome.tags(self.name, self.code, self.addresses.get(self.key, ""), self.column_name, document, visit.made)
        return (
            f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">\n<title>{title}</title>\n{tags}\n{head}</head>\n<body>'
            f'<div class="top"><a href="/">{self.name}</a> <span>您当前所在的位置：<a href="/">首页</a> &gt; {self.column_name}</span></div>\n'
            f"{content}\n{chrome.footer(self.name, self.code)}\n</body></html>"
        )


def tag_of(document: Document, part: int = 0) -> str:
    """An ETag that changes with the document and with nothing else."""
    return f'"{hashlib.sha256(f"{part}{document}".encode()).hexdigest()[:16]}"'

"""What every replica is: a portal that answers requests from the documents that stand on it on a night."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from app.demo import chrome, life
from app.demo.chrome import Visit
from app.demo.papers import Document
from app.demo.wire import NOT_FOUND, Answer, Request, page

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

    def __init__(self, addresses: Mapping[str, str] | None = None, few: int | None = None) -> None:
        self.addresses = {} if addresses is None else addresses  # of all replicas by key, as `http://127.0.1.11:8001`, for links between them
        self.few = few  # how many documents a column shows, besides the written reports; None for all

    def answer(self, request: Request, night: int, visit: Visit) -> Answer:
        """The answer to a request on a night; `visit` makes it differ from the one before."""
        if request.path == "/robots.txt":
            return ROBOTS
        if request.path == "/":
            menu = f'<ul class="menu"><li><a href="{PLATFORM}">政府信息公开</a></li><li><a href="/zmhd/">政民互动</a></li></ul>'
            return page(self.frame(self.name, f"{menu}<p>欢迎访问，本站正在建设中。</p>{visit.sidebar('要闻')}", visit))
        if request.path == PLATFORM:
            return page(self.frame("政府信息公开", f"{self._tabs()}<p>请从左侧选择栏目。</p>{visit.sidebar('要闻')}", visit))
        return self.route(request, night, visit) or NOT_FOUND

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
        documents = life.shelf(self.key, night)
        if self.few is None:
            return documents
        places: Counter[str] = Counter()
        shown = []
        for document in documents:
            places[document.column] += 1
            if document.written or places[document.column] <= self.few:
                shown.append(document)
        return shown

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

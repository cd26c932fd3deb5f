"""What an answer shows at first sight: just enough to tell a page from a fence, an error or an empty shell.

A gate that parsed every page would cost as much as reading it. One pass over the tags with `str.find` is enough, takes
linear time whatever it is fed (a megabyte of "<" included) and never fails on broken markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlsplit

from crawler.gate.walk import Walk
from crawler.reading.charset import decode
from storage.records import Capture, Origin

LIMIT = 300_000  # characters looked at: home pages measure 130,000, challenge scripts up to 200,000

_META = re.compile(r"<meta\b([^<>]{0,2000})>", re.I)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,20})\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_CANONICAL = re.compile(r"""<link\b[^<>]{0,300}?rel=["']?canonical["'\s][^<>]{0,300}>""", re.I)
_HREF = re.compile(r"""href=["']?([^"'\s>]+)""", re.I)
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--|<!doctype\s+html|<(?:html|head|body|script|meta|title|div|style|center|h1|p|table|form)\b)", re.I
)
_REPORT_TITLE = re.compile(r"报告|年报|总结|汇报|通报")

BINARY = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"Rar!", b"7z\xbc\xaf", b"\x00\x00\x01\x00", b"OTTO", b"wOFF", b"\x7fELF")
DOCUMENT = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")


class Look:
    """One capture at first sight. Everything is computed when first asked for.

    Attributes:
        lines: visible text outside links, one entry a block; no scripts, comments, <noscript> or <title>.
        prose: characters of `lines`. A site's frame has 100 to 400 of them: its menus are links, its footer is not.
        links, link_words: number of links and the characters they show.
        hidden: characters swallowed by a comment, script or style that is never closed.
    """

    def __init__(self, capture: Capture, origin: Origin | None = None) -> None:
        self.capture = capture
        self.origin = origin
        self.status = capture.status
        self._answers: dict[Callable[[Look], str | None], str | None] = {}

    def remembered(self, question: Callable[[Look], str | None]) -> str | None:
        """The answer to a question that several rules ask."""
        if question not in self._answers:
            self._answers[question] = question(self)
        return self._answers[question]

    @cached_property
    def start(self) -> bytes:
        return self.capture.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00")

    @cached_property
    def headers(self) -> str:
        """All headers as lower-case `name: value` lines."""
        return "\n".join(f"{name}: {value}" for name, value in self.capture.headers).lower()

    @cached_property
    def whole(self) -> str:
        return decode(self.capture.body, self.capture.header("Content-Type"))[0]

    @cached_property
    def text(self) -> str:
        """As much of the page as rules look at."""
        return self.whole[:LIMIT]

    @cached_property
    def lower(self) -> str:
        return self.text.lower()

    @cached_property
    def is_html(self) -> bool:
        """By its bytes: portals send pages as text/plain and image/jpeg (fault `mime_lie`), and pages as files."""
        return not self.start.startswith(DOCUMENT + BINARY) and _HTML_START.match(self.text[:2000]) is not None

    @cached_property
    def is_structured(self) -> bool:
        """JSON or XML: an answer for programs, which the family judges by its own shape."""
        return self.start[:1] in {b"{", b"["} or (self.start.startswith((b"<?xml", b"<datastore", b"<recordset")) and not self.is_html)

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta tags by lower-case name or http-equiv; the first non-empty one counts."""
        found: dict[str, str] = {}
        for match in _META.finditer(self.text[:60_000]):
            attributes = {key.lower(): a or b or c for key, a, b, c in _ATTRIBUTE.findall(match[1])}
            name = (attributes.get("name") or attributes.get("http-equiv") or "").lower()
            value = html.unescape(attributes.get("content", "")).strip()
            if name and value:
                found.setdefault(name, value)
        return found

    @cached_property
    def canonical(self) -> str | None:
        """The address the page gives itself; None where it names none, or one that is no address."""
        tag = _CANONICAL.search(self.text[:30_000])
        href = _HREF.search(tag[0]) if tag else None
        try:
            urlsplit(href[1] if href else "")
        except ValueError:
            return None
        return href[1] if href else None

    @cached_property
    def is_article(self) -> bool:
        """The page says it is one: the ArticleTitle that government CMSs must emit (国办发〔2017〕47号)."""
        return bool(self.metas.get("articletitle"))

    @cached_property
    def is_titled_report(self) -> bool:
        """<title> or ArticleTitle names a report. No fence, error or home page does."""
        return _REPORT_TITLE.search(self.title) is not None or self.is_article

    # the one pass over the tags; everything below is a part of its result

    @cached_property
    def _walk(self) -> Walk:
        return Walk(self.text)

    @property
    def title(self) -> str:
        return self._walk.title

    @property
    def lines(self) -> list[str]:
        return self._walk.lines

    @property
    def scripts(self) -> str:
        return self._walk.scripts

    @property
    def links(self) -> int:
        return self._walk.links

    @property
    def link_words(self) -> int:
        return self._walk.link_words

    @property
    def hidden(self) -> int:
        return self._walk.hidden

    @property
    def has_password(self) -> bool:
        return self._walk.password

    @property
    def has_frames(self) -> bool:
        return self._walk.frames

    @cached_property
    def prose(self) -> int:
        return sum(map(len, self.lines))

    @cached_property
    def words(self) -> int:
        return self.prose + self.link_words

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.lines), default=0)

    @cached_property
    def said(self) -> str:
        """Title and lines as one text, each on a line of its own, for rules that look for a sentence."""
        return "\n".join([self.title, *self.lines])

    @cached_property
    def said_lower(self) -> str:
        return self.said.lower()

    @cached_property
    def asked_path(self) -> str:
        return urlsplit(self.capture.url).path or "/"

    @cached_property
    def final_path(self) -> str:
        return urlsplit(self.capture.final_url or self.capture.url).path or "/"

    @property
    def was_redirected(self) -> bool:
        return bool(self.capture.final_url) and self.capture.final_url != self.capture.url

"""A rendered page as a capture."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.records import Capture
from tests.gold.templates import Rendered

FETCHED = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)


def capture(page: Rendered) -> Capture:
    return Capture(url=page.url, status=200, headers=(("Content-Type", page.content_type),), body=page.body, fetched_at=FETCHED)


def page(html: str | bytes, url: str = "http://www.example.gov.cn/zwgk/t20150313_1.html", content_type: str = "text/html") -> Capture:
    """A capture of a page written in a test."""
    return capture(Rendered(html.encode() if isinstance(html, str) else html, content_type, url))

"""What comes from a portal: captures, candidates, listings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a reader may know of the portal that served a page. Stored with the archive, so that readings can be recomputed."""

    key: str
    name: str
    adcode: str
    hosts: tuple[str, ...]  # trusted hosts; "*.liaoyuan.gov.cn" stands for the domain and all below it
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP answer (or one imported file) as received.

    Attributes:
        url: canonical URL asked for (crawler.urls.canonical), or a `file:` URL for imports that name none.
        final_url: the canonical URL that answered; differs from `url` after a redirect.
        status: HTTP status; 200 for imported files.
        headers: as received, in order, duplicates kept.
        body: the entity body: transfer and content coding undone, nothing else touched.
        fetched_at: aware UTC time of the answer.
        rendered: True when `body` is a browser's DOM and not what the server sent.
        portal: key of the portal it was fetched for.
        wire_sha256, wire_bytes: of the body before content decoding, where it was coded.
        imported_from: name and, of a WARC or WACZ, SHA-256 of the file it came from; None when it was received from the portal.
    """

    url: str
    final_url: str | None = None
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes
    fetched_at: datetime
    rendered: bool = False
    portal: str | None = None
    wire_sha256: str | None = None
    wire_bytes: int | None = None
    imported_from: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A link on a list page whose title may be a report; not fetched yet."""

    url: str
    title: str
    listed: date | None = None  # the date printed beside the link
    issuer: str | None = None  # where the list prints one


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One reading of one page of a portal's report column. Also evidence of absence.

    Attributes:
        column: URL of the column (its first page).
        page: 1 for the first page.
        last: True when no page follows this one.
        rows: every link the page listed, in its order, reports or not.
        confirms: number of the earlier capture that holds the page's bytes, where the answer was a 304 (Not Modified) without any.
    """

    portal: str
    column: str
    page: int = 1
    last: bool = True
    rows: tuple[Candidate, ...]
    read_at: datetime
    confirms: int | None = None

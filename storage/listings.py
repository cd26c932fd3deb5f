"""Listings: what a report column showed, and which known reports it shows no longer.

Absence is a question, never an answer: a list that is blank, partial or redesigned makes every report look gone. What is absent gets a direct
look before anyone calls it missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select

from storage import frontier
from storage.captures import header
from storage.evidence import ledger
from storage.evidence.facts import Kind
from storage.records import Candidate, Listing, State
from storage.schema import captures, listings, readings, reports
from storage.schema import frontier as frontier_table
from storage.types import dumps, utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a listing taught.

    Attributes:
        id: the listing's number.
        new: URLs of reports unknown until now, in the list's order.
        known: URLs of reports known before.
        absent: URLs of filed reports that an earlier listing of this page showed and this one should show, but does not.
    """

    id: int
    new: tuple[str, ...]
    known: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLast:
    """What a page of a column showed when it was read last, and the answer that holds its bytes.

    Attributes:
        capture: number of that answer.
        url: canonical address it was asked for at.
        etag, last_modified: its validators, verbatim.
        whole_at: when the bytes came.
        confirmed: since then a 304 was taken for the page.
        rows: as they are stored.
    """

    capture: int
    url: str
    etag: str | None
    last_modified: str | None
    whole_at: datetime
    confirmed: bool
    rows: list[list[str | None]]


def file(connection: Connection, listing: Listing, *, capture: int, run: int | None, candidates: Sequence[Candidate]) -> Listed:
    """Store a listing and note its candidates in the frontier.

    Raises:
        ValueError: the listing has no rows. A list without rows is a broken page or a broken selector; it is evidence of nothing.
    """
    if not listing.rows:
        raise ValueError(f"{listing.column}: a listing without rows is no listing")
    read_at = utc(listing.read_at)
    number = store(connection, listing, capture, run)
    absent = _absent(connection, listing, _earlier(connection, listing, number))
    new: list[str] = []
    known: list[str] = []
    for candidate in {candidate.url: candidate for candidate in candidates}.values():
        (new if frontier.add(connection, listing.portal, candidate, read_at, run) else known).append(candidate.url)
    if absent:
        frontier.unlisted(connection, listing.portal, absent, read_at)
    return Listed(id=number, new=tuple(new), known=tuple(known), absent=tuple(absent))


def is_late(connection: Connection, listing: Listing, capture: int) -> bool:
    """See Archive.is_late."""
    here = (listings.c.portal == listing.portal, listings.c.column == listing.column, listings.c.page == listing.page)
    newer = select(listings.c.id).where(*here, or_(listings.c.read_at > utc(listing.read_at), listings.c.capture == capture))
    return connection.execute(newer.limit(1)).first() is not None


def store(connection: Connection, listing: Listing, capture: int, run: int | None) -> int:
    """Store a listing unless it is there; returns its number."""
    rows = plain(listing.rows)
    same = select(listings.c.id).where(listings.c.capture == capture, listings.c.column == listing.column, listings.c.page == listing.page)
    found = connection.execute(same).scalar_one_or_none()
    if found is not None:
        return int(found)
    stored = connection.execute(
        insert(listings)
        .values(
            portal=listing.portal,
            column=listing.column,
            page=listing.page,
            last=listing.last,
            rows=rows,
            rows_sha256=hashlib.sha256(dumps(rows).encode()).hexdigest(),
            capture=capture,
            run=run,
            read_at=utc(listing.read_at),
            confirms=listing.confirms,
        )
        .returning(listings.c.id)
    )
    number = int(stored.scalar_one())
    ledger.append(connection, Kind.LISTING, number)
    return number


def plain(rows: Sequence[Candidate]) -> list[list[str | None]]:
    """Rows as they are stored: address, title, printed date, issuer."""
    return [[row.url, row.title, row.listed.isoformat() if row.listed else None, row.issuer] for row in rows]


def shown_last(connection: Connection, portal: str, column: str, page: int) -> ShownLast | None:
    """See Archive.shown_last."""
    here = (listings.c.portal == portal, listings.c.column == column, listings.c.page == page)
    newest = select(func.max(listings.c.id)).where(*here).scalar_subquery()
    holds = func.coalesce(listings.c.confirms, listings.c.capture)
    asked = select(listings.c.rows, listings.c.confirms, captures).join(captures, captures.c.id == holds).where(listings.c.id == newest)
    row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    return ShownLast(
        capture=row.id, url=row.url, etag=header(row, "etag"), last_modified=header(row, "last-modified"), whole_at=row.fetched_at,
        confirmed=row.confirms is not None, rows=row.rows,
    )  # fmt: skip


def _earlier(connection: Connection, listing: Listing, number: int) -> list[Row[Any]]:
    """Of every page of this column the newest listing stored before this one, by page. By number: all pages of a replayed night bear one time."""
    newest = (
        select(func.max(listings.c.id))
        .where(listings.c.portal == listing.portal, listings.c.column == listing.column, listings.c.id < number)
        .group_by(listings.c.page)
    )
    return list(connection.execute(select(listings).where(listings.c.id.in_(newest)).order_by(listings.c.page)))


def _absent(connection: Connection, listing: Listing, earlier: Sequence[Row[Any]]) -> list[str]:
    previous = next((row for row in earlier if row.page == listing.page), None)
    if previous is None:
        return []
    shown = {row.url for row in listing.rows}
    # pages are read in order: those before this one are of the same night when they were stored after `previous`, and a row they show was pulled up
    elsewhere = {url for row in earlier if row.page < listing.page and row.id > previous.id for url in _urls(row)}
    behind = [url for row in earlier if row.page > listing.page for url in _urls(row)]  # of the night before, like `previous`
    order = _urls(previous) + behind
    last_shown = max((place for place, url in enumerate(order) if url in shown), default=-1)
    due_here = order if listing.last else order[: min(last_shown + 1, len(_urls(previous)))]
    missed = [url for url in due_here if url not in shown and url not in elsewhere]
    return _filed(connection, listing.portal, missed)


def _urls(row: Row[Any]) -> list[str]:
    return [url for url, *_ in row.rows]


def _filed(connection: Connection, portal: str, urls: Sequence[str]) -> list[str]:
    """Those of the URLs that were filed last as a report, and not known to be gone, in their order."""
    filed = (
        select(frontier_table.c.url)
        .join(readings, readings.c.capture == frontier_table.c.capture)
        .join(reports, reports.c.id == readings.c.report)
        .where(frontier_table.c.portal == portal, frontier_table.c.url.in_(urls), frontier_table.c.state != frontier.GONE)
        .where(reports.c.state == State.ALIVE)
    )
    found = set(connection.execute(filed).scalars()) if urls else set()
    return [url for url in dict.fromkeys(urls) if url in found]

"""The frontier: which pages are to be fetched, and how far each got. It lives in the archive, in the transaction of the result.

pending   listed, never answered
kept      the bytes are safe, the reading is not filed yet (a killed run leaves these: they are read without a new request)
done      filed
failed    no usable answer; tried again, later each time
refused   an answer that holds no report; looked at again when known pages are
gone      404, 410 or a soft 404 on a direct look
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

from storage.captures import header
from storage.engine import insert_new
from storage.records import Candidate
from storage.schema import captures as captures_table
from storage.schema import frontier

PENDING, KEPT, DONE, FAILED, REFUSED, GONE = "pending", "kept", "done", "failed", "refused", "gone"
# What `failed` was told of a page that said nothing of itself, as incidents name it. A page that answered and could not be read is none of them.
UNANSWERED = ("blocked", "challenge", "tls", "unreachable", "bad_status", "soft_not_found", "out_of_scope", "disallowed")
GONE_AGAIN = timedelta(days=6, hours=12)  # three looks within two weeks prove a withdrawal (storage/absences.py), at whatever minute a night begins
KNOWN = (DONE, REFUSED, GONE)
_LONGEST_WAIT = 6  # hours: a page that fails tonight is asked for again tomorrow night at the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A page to fetch (or, when `kept`, to read).

    Attributes:
        listed: the date printed beside its link.
        etag, last_modified: validators of the capture that was filed last, None when there is none.
        capture: that capture; what a 304 confirms.
        captures: the kept captures that wait for a reading, the page first.
        fetched_at: when it was asked for last.
        whole_at: when its bytes came last, which a 304 only confirmed since.
    """

    url: str
    kind: str
    title: str | None
    listed: date | None
    state: str
    etag: str | None
    last_modified: str | None
    capture: int | None
    captures: tuple[int, ...] = ()
    fetched_at: datetime | None = None
    whole_at: datetime | None = None


def add(connection: Connection, portal: str, candidate: Candidate, at: datetime, run: int | None) -> bool:
    """Note a candidate shown by a listing; True when its URL was unknown until now."""
    if insert_new(
        connection, frontier, portal=portal, url=candidate.url, kind="report", title=candidate.title, listed=candidate.listed, state=PENDING,
        tries=0, listed_at=at, run=run,
    ) is not None:  # fmt: skip
        return True
    _set(connection, portal, candidate.url, title=candidate.title, listed=candidate.listed, listed_at=at, absent_since=None)
    return False


def unlisted(connection: Connection, portal: str, urls: Sequence[str], at: datetime) -> None:
    """Their list shows these pages no longer: each is due for one direct look."""
    ours = and_(frontier.c.portal == portal, frontier.c.url.in_(urls), frontier.c.absent_since.is_(None))
    connection.execute(update(frontier).where(ours).values(absent_since=at))


def due(connection: Connection, portal: str, at: datetime, revisit: timedelta | None, full: bool) -> list[Task]:
    """Pages to fetch now, newest listed first: pending, failed and due again, known and not looked at for `revisit` (None: whoever chooses among
    the known does it), or gone from their list and not looked at since; what is gone every GONE_AGAIN at least, so that it is proven to stay
    away, or found to be back."""
    known = frontier.c.state.in_(KNOWN)
    wanted: list[ColumnElement[bool]] = [frontier.c.state == PENDING]
    if full:
        wanted += [frontier.c.state == FAILED, known]
    else:
        wanted.append(and_(frontier.c.state == FAILED, or_(frontier.c.not_before.is_(None), frontier.c.not_before <= at)))
        if revisit is not None:
            wanted.append(and_(known, frontier.c.fetched_at <= at - revisit))
        wanted.append(and_(frontier.c.state == GONE, frontier.c.fetched_at <= at - (GONE_AGAIN if revisit is None else min(revisit, GONE_AGAIN))))
        wanted.append(and_(known, frontier.c.absent_since.is_not(None), frontier.c.fetched_at < frontier.c.absent_since))
    rows = connection.execute(_TASKS.where(frontier.c.portal == portal, or_(*wanted)).order_by(*_ORDER))
    return [_task(row) for row in rows]


def known(connection: Connection, portal: str) -> list[Task]:
    """Every page that was looked at to its end, newest listed first."""
    rows = connection.execute(_TASKS.where(frontier.c.portal == portal, frontier.c.state.in_(KNOWN)).order_by(*_ORDER))
    return [_task(row) for row in rows]


def unread(connection: Connection, portal: str) -> list[Task]:
    """Pages whose bytes are safe and whose reading is not filed."""
    rows = connection.execute(_TASKS.where(frontier.c.portal == portal, frontier.c.state == KEPT).order_by(*_ORDER))
    return [_task(row) for row in rows]


def answered(connection: Connection, url: str, portal: str, captures: Sequence[int], run: int | None, at: datetime) -> None:
    """The page's bytes are safe; a URL that no listing showed is noted as well."""
    facts = {"state": KEPT, "kept": list(captures), "fetched_at": at, "run": run}
    if insert_new(connection, frontier, portal=portal, url=url, kind="report", tries=0, **facts) is None:
        _set(connection, portal, url, **facts)


def awaits(connection: Connection, url: str, portal: str, at: datetime) -> bool:
    """Whether a page is to be looked at, or was looked at before that time: then an answer of that time is the last word on it."""
    older = or_(frontier.c.fetched_at.is_(None), frontier.c.fetched_at < at)
    return connection.execute(select(frontier.c.url).where(_is(portal, url), older)).first() is not None


def filed(connection: Connection, urls: set[str], portal: str | None, captures: Sequence[int], capture: Row[Any]) -> None:
    """The reading of the page is filed: from now on its validators may be sent.

    A reading of older captures, filed late, does not touch a page of which newer ones are filed or wait.
    """
    if portal is None:
        return
    last = select(captures_table.c.fetched_at).where(captures_table.c.id == frontier.c.capture).scalar_subquery()
    ours = and_(
        frontier.c.portal == portal,
        frontier.c.url.in_(sorted(urls)),
        or_(frontier.c.state != KEPT, frontier.c.kept == list(captures)),
        or_(frontier.c.capture.is_(None), last < capture.fetched_at, and_(last == capture.fetched_at, frontier.c.capture <= capture.id)),
        or_(frontier.c.state != GONE, frontier.c.fetched_at <= capture.fetched_at),
    )
    facts = {"capture": capture.id, "etag": header(capture, "etag"), "last_modified": header(capture, "last-modified")}
    done = {"state": DONE, "kept": None, "tries": 0, "error": None, "not_before": None, "fetched_at": capture.fetched_at}
    connection.execute(update(frontier).where(ours).values(**facts, **done))


def unchanged(connection: Connection, url: str, portal: str, run: int | None, at: datetime) -> None:
    """304: what was filed last still stands."""
    _set(connection, portal, url, state=DONE, tries=0, error=None, not_before=None, fetched_at=at, run=run)


def gone(connection: Connection, url: str, portal: str, run: int | None, at: datetime) -> None:
    """The page is not there. Without validators: when it comes back, it comes whole."""
    _set(connection, portal, url, state=GONE, kept=None, tries=0, error=None, not_before=None, fetched_at=at, run=run, etag=None, last_modified=None)


def failed(connection: Connection, url: str, portal: str, kind: str, at: datetime, *, retry: bool, waits: bool = True) -> None:
    """No reading came of it. The first two tries cost no wait; after that an hour more each, up to six. See Archive.failed."""
    tries = int(waits) + (connection.execute(select(frontier.c.tries).where(_is(portal, url))).scalar_one_or_none() or 0)
    wait = at + timedelta(hours=min(tries - 1, _LONGEST_WAIT)) if retry and waits and tries > 1 else None
    facts = {"state": FAILED if retry else REFUSED, "kept": None, "tries": tries, "error": kind, "not_before": wait, "fetched_at": at}
    if insert_new(connection, frontier, portal=portal, url=url, kind="report", **facts) is None:
        _set(connection, portal, url, **facts)


def _is(portal: str, url: str) -> ColumnElement[bool]:
    return and_(frontier.c.portal == portal, frontier.c.url == url)


def _set(connection: Connection, portal: str, url: str, **facts: Any) -> None:
    connection.execute(update(frontier).where(_is(portal, url)).values(**facts))


def _task(row: Row[Any]) -> Task:
    return Task(
        url=row.url, kind=row.kind, title=row.title, listed=row.listed, state=row.state, etag=row.etag, last_modified=row.last_modified,
        capture=row.capture, captures=tuple(row.kept or ()), fetched_at=row.fetched_at, whole_at=row.whole_at,
    )  # fmt: skip


_TASKS = select(frontier, captures_table.c.fetched_at.label("whole_at")).outerjoin(captures_table, captures_table.c.id == frontier.c.capture)
_ORDER = (frontier.c.listed.desc().nulls_last(), frontier.c.listed_at.desc().nulls_last(), frontier.c.url)

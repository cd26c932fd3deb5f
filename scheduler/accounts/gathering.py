"""From the archive to the account of a night."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row

from scheduler.accounts.account import COUNTS, Account, Asked, Crawl, News, Trouble
from scheduler.alerts.views import cleaned
from storage import nightwork
from storage.archive import Archive
from storage.evidence.heads import Head
from storage.nights import night_of, span_of
from storage.records import Outcome

MOST = 200  # changes, and incidents, told one by one; the rest is counted
_TITLE, _DETAIL, _URL = 200, 400, 2000  # characters
_WORST = (Outcome.FAILED, Outcome.DEGRADED, Outcome.RUNNING, Outcome.OK)
_STATES = ("opened", "closed", "going_on")


def last_night(archive: Archive) -> date | None:
    """The newest night in which a portal was crawled; None when none ever was."""
    newest = nightwork.newest(archive)
    return None if newest is None else night_of(newest)


def account(archive: Archive, night: date, at: datetime) -> Account:
    """The account of a night. A night in which nobody crawled has an account as well: an empty one.

    Parameters:
        at: the time of asking.
    """
    work = nightwork.of_night(archive, night)
    since, until = span_of(night)
    crawls = sorted((_crawl(row, work.lists.get(row.id, 0)) for row in work.runs), key=lambda run: (_WORST.index(Outcome(run.outcome)), run.portal))
    ended = [row.finished for row in work.runs if row.finished is not None]
    troubles = sorted((_trouble(row, since, until) for row in work.incidents), key=lambda trouble: _STATES.index(trouble.state))
    return Account(
        night=night,
        since=since,
        until=until,
        at=at,
        crawls=tuple(crawls),
        outcomes=dict(Counter(run.outcome for run in crawls)),
        totals={name: sum(run.counts[name] for run in crawls) for name in COUNTS},
        portals=len({run.portal for run in crawls}),
        unmeasured=sum(row.outcome == Outcome.FAILED and not row.counts for row in work.runs),
        first=min((row.started for row in work.runs), default=None),
        last=max(ended, default=None),
        stages=_stages(row.counts for row in work.runs),
        hosts=_hosts(row.counts for row in work.runs),
        answers={datetime.fromtimestamp(moment, UTC): number for moment, number in work.answers.items()},
        changes=tuple(_news(row) for row in work.changes[:MOST]),
        kinds=dict(Counter(row.kind for row in work.changes)),
        incidents=tuple(troubles[:MOST]),
        troubles=dict(Counter(trouble.state for trouble in troubles)),
        slots=work.slots,
        head=None if work.head is None else Head(**work.head._mapping).line,
        messages=work.messages,
    )


def _crawl(row: Row[Any], lists: int) -> Crawl:
    counts = {name: _number(row.counts.get(name)) for name in COUNTS}
    milliseconds = row.counts.get("milliseconds")
    return Crawl(
        portal=row.portal,
        name=cleaned(row.name, _TITLE),
        outcome=row.outcome,
        started=row.started,
        seconds=None if not isinstance(milliseconds, int) else milliseconds / 1000,
        counts={**counts, "listings": max(counts["listings"], lists)},
        detail=None if row.detail is None else cleaned(row.detail, _DETAIL),
    )


def _stages(counts: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    seconds: defaultdict[str, float] = defaultdict(float)
    for one in counts:
        for stage, spent in _group(one, "stages"):
            seconds[cleaned(stage, 40)] += _seconds(spent)
    return {stage: round(spent, 3) for stage, spent in seconds.items()}


def _hosts(counts: Iterable[Mapping[str, Any]]) -> tuple[Asked, ...]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in counts:
        for host, told in _group(one, "hosts"):
            if isinstance(told, Mapping):
                found.setdefault(cleaned(host, _TITLE), []).append(told)
    asked = []
    for host, rows in found.items():
        statuses: Counter[str] = Counter()
        for row in rows:
            statuses.update({cleaned(status, 10): _number(number) for status, number in _group(row, "statuses")})
        requests, seconds = sum(_number(row.get("requests")) for row in rows), sum(_seconds(row.get("seconds")) for row in rows)
        asked.append(
            Asked(
                host=host,
                requests=requests,
                seconds=seconds,
                mean=seconds / requests if requests else 0.0,
                slowest=max(_seconds(row.get("slowest")) for row in rows),
                bytes=sum(_number(row.get("bytes")) for row in rows),
                statuses=dict(sorted(statuses.items())),
            )
        )
    return tuple(sorted(asked, key=lambda host: (-host.mean, host.host)))


def _news(row: Row[Any]) -> News:
    return News(
        kind=row.kind, portal=row.portal, year=row.year, title=cleaned(row.title or "", _TITLE), report=row.report, before=row.before,
        after=row.after, url=_link(row.url),
    )  # fmt: skip


def _trouble(row: Row[Any], since: datetime, until: datetime) -> Trouble:
    closed = row.closed is not None and row.closed < until
    state = "closed" if closed else "opened" if row.opened >= since else "going_on"
    return Trouble(
        kind=cleaned(row.kind, 60), state=state, portal=row.portal, url=_link(row.url), detail=cleaned(row.detail or "", _DETAIL), opened=row.opened,
        times=row._mapping["count"],
    )  # fmt: skip


def _link(url: str | None) -> str | None:
    """An address a browser may be given: never javascript: or file:."""
    return cleaned(url, _URL) if url is not None and url.lower().startswith(("http://", "https://")) else None


def _group(counts: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    """A group of a run's counts. Runs of other archives come with an import, and may hold anything."""
    group = counts.get(name)
    return group.items() if isinstance(group, Mapping) else ()


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e9 else 0.0

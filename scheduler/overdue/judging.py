"""From what is known of an organ's report to its state. Our own failure can never be the organ's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from scheduler.deadlines import Deadline, Deadlines
from scheduler.overdue import organs
from scheduler.overdue.cases import Case, Organ, Reason, Standing, Timely
from scheduler.overdue.evidence import Doubt, Lack, Portals
from storage.appearing import Appeared
from storage.dues import Known
from storage.nights import CHINA
from storage.records import State


def judge(
    organ: Organ, year: int, deadlines: Deadlines, *, at: datetime, seen_within: int, evidence: Portals, appeared: Mapping[int, Appeared],
    places: Mapping[int, set[str]],
) -> Case | None:  # fmt: skip
    """What the board says of an organ's report of a year; None for an organ that owes none and published none.

    Args:
        seen_within: see organs.must.
        appeared, places: of its reports of this year; of its last ones before it.
    """
    deadline = deadlines.of(organ.who, organ.adcode, year)
    case = Case(organ=organ, year=year, deadline=deadline, at=at, state=Standing.UNKNOWN)
    if year in organ.official:
        return _published(case, min(organ.official[year], key=lambda one: (one.first_seen, one.id)), appeared, evidence)
    owes = organs.must(organ, year, deadlines, seen_within)
    if owes is False or deadline is None:
        return None
    if owes is None:
        return replace(case, reason=Reason.NOT_SEEN_SINCE, detail=f"its last known report is of {organ.before(year)}")
    if at < deadline.closes:
        return replace(case, reason=Reason.NOT_DUE_YET, detail=f"until the end of {deadline.day}, China time")
    if year in organ.copies:
        copy = organ.copies[year][0]
        return replace(case, reason=Reason.MIRROR_ONLY, report=copy, detail=f"report {copy.id} is a copy that the organ did not serve")
    return _absent(case, deadline, evidence, _portals(organ, year, places, evidence))


def _portals(organ: Organ, year: int, places: Mapping[int, set[str]], evidence: Portals) -> list[str]:
    """Where its report would stand: where its last one stands, among portals that are crawled; for a government never seen, at its division's."""
    before = organ.before(year)
    stood: set[str] = set()
    for one in organ.official.get(before or 0, ()):
        stood |= places.get(one.id) or ({one.portal} if one.portal is not None else set())
    return sorted(stood & evidence.origins.keys() or stood or set(organ.home))


def _absent(case: Case, deadline: Deadline, evidence: Portals, keys: list[str]) -> Case:
    """Overdue when every portal it may stand on proves that it lacks it."""
    if not keys:
        return replace(case, reason=Reason.NO_PORTAL)
    found: list[Lack] = []
    for key in keys:
        lack = evidence.lack(key, case.organ, case.year, deadline.closes)
        if isinstance(lack, Doubt):
            return replace(case, reason=lack.reason, detail=lack.detail, portal=key)
        found.append(lack)
    oldest = min(found, key=lambda one: one.listing.read_at)  # with several portals, all of them are proven up to here
    days = deadline.days_late(oldest.listing.read_at)
    return replace(
        case, state=Standing.OVERDUE, days=days, listing=oldest.listing.id, capture=oldest.listing.capture, read_at=oldest.listing.read_at,
        portal=oldest.walk.portal, detail=f"listing {oldest.listing.id} of run {oldest.walk.run} lacks it {days} days after {deadline.day}",
    )  # fmt: skip


def _published(case: Case, report: Known, appeared: Mapping[int, Appeared], evidence: Portals) -> Case:
    seen = appeared.get(report.id, Appeared(not_after=report.first_seen))
    case = replace(case, state=Standing.PUBLISHED, report=report, portal=report.portal, appeared=seen)
    if report.state != State.ALIVE:
        case = replace(case, detail=f"{report.state} since")
    deadline = case.deadline
    if deadline is None:
        return case
    after = seen.not_after or report.first_seen
    if after < deadline.closes:
        return replace(case, timely=Timely.ON_TIME, timely_by="seen")
    if seen.not_before is None or seen.not_before < deadline.closes:
        lack = evidence.lacked(report.portal, case.organ, case.year, deadline.closes, after) if report.portal is not None else None
        if lack is not None:
            seen = replace(seen, not_before=lack.listing.read_at, not_before_listing=lack.listing.id)
            case = replace(case, appeared=seen)
    return _timed(case, deadline, report, seen, after)


def _timed(case: Case, deadline: Deadline, report: Known, seen: Appeared, after: datetime) -> Case:
    """On time or late: by what was seen where that decides, else by the claimed date where nothing speaks against it."""
    claimed = report.claimed
    if seen.not_before is not None and seen.not_before >= deadline.closes:
        said = f"; it claims {claimed}" if claimed is not None and claimed <= deadline.day else ""
        detail = f"listing {seen.not_before_listing} lacked it after the deadline{said}"
        return replace(case, timely=Timely.LATE, timely_by="seen", days=deadline.days_late(seen.not_before), detail=_joined(case.detail, detail))
    if claimed is None:
        return replace(case, timely=Timely.UNTELLABLE, detail=_joined(case.detail, "it claims no date, and was seen first after the deadline"))
    early = seen.not_before is not None and claimed < seen.not_before.astimezone(CHINA).date()
    if early or claimed > after.astimezone(CHINA).date():
        said = f"listing {seen.not_before_listing} lacked it after that day" if early else "it was seen before that day"
        return replace(case, timely=Timely.UNTELLABLE, detail=_joined(case.detail, f"it claims {claimed}, but {said}"))
    if claimed <= deadline.day:
        return replace(case, timely=Timely.ON_TIME, timely_by="claimed")
    return replace(case, timely=Timely.LATE, timely_by="claimed", days=(claimed - deadline.day).days)


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)

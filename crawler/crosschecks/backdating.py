"""A page dated earlier than a listing that does not show it (indicators.yaml, XD-1).

A column read well (storage/shown.py) after the date a page claims, and not showing it, says that the page was not there yet. It must be the column
that showed the report first, and share rows with the list that did, so that another list or a broken one is evidence of nothing. A report that was
listed under another address or another title on that day was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from storage.nights import CHINA
from storage.records import Blame, Finding, FindingLevel
from storage.shown import Shown, nights, read_well, shows, titles
from storage.standing import Standing

GRACE = 2  # days: lists are rendered and cached, and a day ends at different hours here and there


def window(report: Standing) -> tuple[datetime, datetime] | None:
    """The time in which a listing may speak against a report's date: from two days after it until we saw the report.

    Returns:
        None when there was no such time.
    """
    if report.published is None:
        return None
    start = datetime.combine(report.published + timedelta(days=GRACE), datetime.min.time(), CHINA).astimezone(UTC)
    return (start, report.first_seen) if start < report.first_seen else None


def against(report: Standing, addresses: Iterable[str], listings: Sequence[Shown]) -> list[Finding]:
    """The finding that lists make of a report's date; none where nothing speaks against it.

    Args:
        addresses: every URL it was read from or asked for at.
        listings: of its portal, read in its window, oldest first.
    """
    urls = frozenset(addresses)
    known = titles(report.title, urls, listings)
    first = next((listing for listing in listings if shows(listing, urls, known)), None)
    if first is None or report.published is None:
        return []
    # another column may list it later than it was there
    here = [listing for listing in listings if listing.column == first.column and listing.read_at < first.read_at and listing.run != first.run]
    familiar = {url for url, _, _ in first.rows}
    for night in reversed(nights(here)):
        rows = [url for listing in night for url, _, _ in listing.rows]
        if familiar.intersection(rows) and read_well(night, report.published):
            return [_finding(report, night, first)]
    return []


def _finding(report: Standing, night: Sequence[Shown], first: Shown) -> Finding:
    read, shown = (listing.read_at.astimezone(CHINA).date().isoformat() for listing in (night[0], first))
    told = f"{read}读取的栏目共列{sum(len(listing.rows) for listing in night)}条，没有这份报告；{shown}的栏目才列出"
    return Finding(
        rule="XD-1",
        level=FindingLevel.WARN,
        blame=Blame.SOURCE,
        text="发布日期之后读取的栏目应当列出该报告",
        detail=f"页面发布日期{report.published}，而{told}",
        quotes=(f"发布日期 {report.published}", told),
        places=(f"capture {report.capture}", "; ".join(f"listing {listing.id} capture {listing.capture}" for listing in [*night, first])),
    )

"""Nights of one portal for tests of what lists and looks add up to: lists are read, pages looked at, and the run is settled, as a crawl does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from storage.archive import Archive
from storage.records import Candidate, Capture, Change, ChangeKind, Listing, Origin, Outcome, Reading

FIRST = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
HOST = "https://www.zhucheng.gov.cn"
COLUMN = f"{HOST}/gk/"
PORTAL = Origin(key="zhucheng", name="诸城", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="trs")


@dataclass
class Nights:
    """A portal's nights, by the day after the first one."""

    archive: Archive
    report: Reading
    runs: int = 0
    told: list[Change] = field(default_factory=list)

    def __call__(
        self,
        day: float,
        rows: Sequence[str | tuple[str, str]] | None,
        looks: Mapping[str, object] | None = None,
        *,
        column: str = COLUMN,
        last: bool = True,
        whole: bool = True,
    ) -> list[ChangeKind]:
        """One night's crawl; returns the kinds of what it told, in their order.

        Args:
            rows: addresses (or addresses and titles) the list shows; None where it could not be read.
            looks: what pages answered: a reading, 404, 304, or the kind of an error.
        """
        at, before = FIRST + timedelta(days=day), len(self.told)
        run = self.archive.start_run(PORTAL, at)
        listing = None
        if rows is not None:
            shown = tuple(Candidate(url=url, title=title, listed=date(2018, 3, 29)) for url, title in map(_titled, rows))
            page = Listing(portal="zhucheng", column=column, last=last, rows=shown, read_at=at)
            listing = self.archive.list(page, capture=self._keep(column, at, run), run=run, reports=shown)
        for url, answer in (looks or {}).items():
            self._look(url, answer, at, run, listing.id if listing is not None and url in listing.absent else None)
        if rows is not None:
            self.told += self.archive.settle("zhucheng", run, at, whole=whole)
        self.archive.finish_run(run, at, Outcome.OK, {})
        return [change.kind for change in self.told[before:]]

    def _look(self, url: str, answer: object, at: datetime, run: int, listing: int | None) -> None:
        change = None
        if isinstance(answer, Reading):
            capture = self._keep(url, at, run)
            self.archive.answered(url, "zhucheng", [capture], run, at)
            change = self.archive.file(answer, captures=[capture], portal="zhucheng", run=run, at=at)
        elif answer == 404:
            change = self.archive.gone(url, "zhucheng", self._keep(url, at, run, 404), listing, run, at)
        elif answer == 304:
            change = self.archive.unchanged(url, "zhucheng", self._keep(url, at, run, 304), run, at)
        else:
            self.archive.failed(url, "zhucheng", str(answer), at)
        if change is not None:
            self.told.append(change)

    def _keep(self, url: str, at: datetime, run: int, status: int = 200) -> int:
        self.runs += 1
        body = f"visitor {self.runs}".encode()
        return self.archive.keep(Capture(url=url, status=status, body=body, fetched_at=at, portal="zhucheng"), run=run)

    def page(self, url: str, **facts: object) -> Reading:
        """The report as read at a page."""
        return replace(self.report, url=url, **facts)  # type: ignore[arg-type]


def _titled(row: str | tuple[str, str]) -> tuple[str, str]:
    return (row, row.rpartition("/")[2]) if isinstance(row, str) else row

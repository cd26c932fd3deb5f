"""Nights of portals around deadlines, and the board of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from scheduler import deadlines, overdue
from storage.archive import Archive
from storage.nights import CHINA
from storage.records import Candidate, Capture, DocumentType, Level, Listing, Origin, Outcome, Reading, Trust
from tests.storage.conftest import archive as archive
from tests.storage.conftest import folder as folder
from tests.storage.conftest import on_postgresql as on_postgresql
from tests.storage.conftest import on_sqlite as on_sqlite
from tests.storage.conftest import postgresql as postgresql
from tests.storage.conftest import report as report
from tests.storage.conftest import url as url

HOST = "https://www.zhucheng.gov.cn"
COLUMN = f"{HOST}/nb/"
ZHUCHENG = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="static")
GOVERNMENT, FINANCE = "诸城市人民政府", "诸城市财政局"
LAW = deadlines.load()

Row = tuple[str, str, date | None]


def day(text: str, year: int = 2025) -> date:
    """02-01 is 1 February 2025."""
    return date.fromisoformat(f"{year}-{text}")


def at(when: date | str, hour: int = 2) -> datetime:
    """That hour in China; crawls begin at two in the morning."""
    return datetime.combine(day(when) if isinstance(when, str) else when, time(hour), CHINA).astimezone(UTC)


def address(issuer: str, year: int) -> str:
    return f"{HOST}/nb/{'zf' if issuer == GOVERNMENT else 'czj'}{year}.html"


def row(issuer: str, year: int, listed: date | str | None = None) -> Row:
    """A row of a list: the report of that organ and year."""
    printed = day(listed) if isinstance(listed, str) else listed or date(year + 1, 1, 20)
    return (address(issuer, year), f"{issuer}{year}年政府信息公开工作年度报告", printed)


EARLIER = [row(GOVERNMENT, 2023), row(FINANCE, 2023), row(GOVERNMENT, 2022), row(FINANCE, 2022)]


@dataclass
class World:
    """An archive that crawls, one call a night.

    Attributes:
        portal: whose nights these are.
    """

    archive: Archive
    reading: Reading
    portal: Origin = ZHUCHENG
    bodies: int = 0
    portals: dict[str, Origin] = field(default_factory=lambda: {"zhucheng": ZHUCHENG})

    def page(self, issuer: str, year: int | None, /, *, claimed: date | str | None = None, **facts: Any) -> Reading:
        """A report as its page is read; it claims 20 January of the next year unless told otherwise."""
        said = day(claimed) if isinstance(claimed, str) else claimed
        known = {
            "url": address(issuer, year or 0), "issuer": issuer, "year": year, "title": f"{issuer}{year}年政府信息公开工作年度报告",
            "level": Level.COUNTY if issuer == GOVERNMENT else Level.DEPARTMENT, "published": said or date((year or 2024) + 1, 1, 20),
            "text": f"{self.reading.text}\n{issuer} {year}",
        }  # fmt: skip
        return replace(self.reading, **(known | facts))

    def night(
        self,
        when: date | str,
        rows: Sequence[Row] | dict[str, list[tuple[Sequence[Row], bool]]] | None,
        *pages: Reading,
        last: bool = True,
        unread: int = 0,
        outcome: Outcome | None = None,
        year_missing: bool = False,
    ) -> None:
        """A crawl at two in the morning: lists are read, pages filed.

        Args:
            rows: of the one page of the one column; or of each column its pages, each with whether it is the last; None where nothing answered.
            last: the page has no other behind it.
            unread: columns that could not be read.
        """
        moment = at(when)
        run = self.archive.start_run(self.portal, moment)
        lists = rows if isinstance(rows, dict) else {} if rows is None else {COLUMN: [(rows, last)]}
        for column, printed in lists.items():
            for number, (shown, is_last) in enumerate(printed, 1):
                candidates = tuple(Candidate(url=url, title=title, listed=listed) for url, title, listed in shown)
                kept = self._keep(f"{column}?{number}", moment, run)
                listing = Listing(portal=self.portal.key, column=column, page=number, last=is_last, rows=candidates, read_at=moment)
                self.archive.list(listing, capture=kept, run=run, reports=candidates)
        for page in pages:
            self.file(page, moment, run)
        missing = int(year_missing)
        counts = {"listings": len(lists), "columns_unread": unread + missing + (not lists), "newest_year_missing": missing}
        ended = outcome or (Outcome.OK if lists and not unread else Outcome.DEGRADED if lists else Outcome.FAILED)
        self.archive.finish_run(run, moment, ended, counts)

    def file(self, page: Reading, moment: datetime, run: int | None = None, portal: str | None = "") -> None:
        """A page answers, and is filed."""
        where = self.portal.key if portal == "" else portal
        kept = self._keep(str(page.url), moment, run, where)
        self.archive.file(page, captures=[kept], portal=where, run=run, at=moment)

    def _keep(self, url: str, moment: datetime, run: int | None, portal: str | None = None) -> int:
        self.bodies += 1
        page = Capture(url=url, status=200, body=f"<p>{self.bodies}</p>".encode(), fetched_at=moment, portal=portal or self.portal.key)
        return self.archive.keep(page, run=run)

    def filled(self) -> World:
        """In May 2024 the portal was crawled first: two organs, two years."""
        pages = [self.page(issuer, year) for issuer in (GOVERNMENT, FINANCE) for year in (2022, 2023)]
        self.night(date(2024, 5, 6), EARLIER, *pages)
        return self

    def cases(self, when: date | datetime | str, year: int = 2024, **asked: Any) -> dict[str, overdue.Case]:
        """The board of a day's evening, by organ."""
        moment = when if isinstance(when, datetime) else at(when, 20)
        return {case.organ.issuer: case for case in overdue.board(self.archive, LAW, self.portals, [year], moment, **asked)}

    def says(self, when: date | datetime | str, issuer: str = FINANCE, year: int = 2024) -> str:
        """The state of one organ, with its reason or its timeliness."""
        case = self.cases(when, year).get(issuer)
        if case is None:
            return "-"
        return " ".join(str(part) for part in (case.state, case.reason, case.timely, case.timely_by) if part is not None)


@pytest.fixture
def world(archive, report) -> World:
    return World(archive, report).filled()


def collection(world: World, year: int | None, **facts: Any) -> Reading:
    """A page that holds the reports of many organs."""
    said = {"type": DocumentType.COLLECTION_PAGE, "url": f"{HOST}/nb/hj.html", "title": f"{year}年政府信息公开年报合集"}
    return world.page(GOVERNMENT, year, **(said | facts))


def mirrored(world: World, issuer: str, year: int) -> Reading:
    return world.page(issuer, year, url=f"https://mirror.example/{year}.html", trust=Trust.MIRROR)

"""Small archives for the tests of findings between reports: organs, years, figures and lists as a test needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crawler.crosschecks import recheck
from storage import queries
from storage.archive import Archive
from storage.records import Candidate, Capture, DocumentType, Figure, FigureKind, Level, Listing, Origin, Outcome, Reading, Trust

FORM = "gbgkbh_2021_30"
NIGHT = datetime(2024, 2, 20, 18, 0, tzinfo=UTC)


def figure(table: str, row: str, column: str, raw: str, *, form: str = FORM, **facts: Any) -> Figure:
    """A cell as printed: a number, or a blank."""
    value = Decimal(raw) if raw.lstrip("+-").replace(".", "").isdigit() else None
    kind = FigureKind.BLANK if not raw else FigureKind.NUMBER if value else FigureKind.ZERO if value == 0 else FigureKind.UNREADABLE
    told = {"format": form, "table": table, "row": row, "column": column, "label": row, "raw": raw, "kind": kind, "value": value, "unit": "件"}
    return Figure(**{**told, "place": f"table 1 /{table}/{row}/{column}", "capture": "c" * 64, **facts})


def requests(**cells: str) -> tuple[Figure, ...]:
    """Cells of table 3 in the column 总计: `requests(carried_in="3")`."""
    return tuple(figure("t3_requests", row, "total", raw) for row, raw in cells.items())


def reading(year: int = 2023, figures: Sequence[Figure] = (), **facts: Any) -> Reading:
    """A report of 诸城市人民政府, unless `facts` say otherwise; every one says something else."""
    issuer = facts.get("issuer", "诸城市人民政府")
    told: dict[str, Any] = {
        "reader": "1", "url": f"https://www.zhucheng.gov.cn/{issuer}/{year}.html", "encoding": "utf-8",
        "type": DocumentType.STATUTORY_ANNUAL_REPORT, "issuer": issuer, "level": Level.COUNTY, "adcode": "370782", "city": "诸城市", "year": year,
        "title": f"{issuer}{year}年政府信息公开工作年度报告", "published": date(year + 1, 1, 20), "signed": None, "source": None,
        "trust": Trust.OFFICIAL_HOST, "text": f"{issuer}{year}年" + " ".join(f"{one.row} {one.raw}" for one in figures), "figures": tuple(figures),
    }  # fmt: skip
    return Reading(**{**told, **facts})


@dataclass
class Shelf:
    """Files reports and listings, a night apart, and asks for what contradicts between them."""

    archive: Archive
    night: int = 0

    @property
    def at(self) -> datetime:
        return NIGHT + timedelta(days=self.night)

    def file(self, *readings: Reading) -> None:
        for one in readings:
            self.night += 1
            capture = Capture(url=one.url or "", status=200, body=f"{self.night}".encode(), fetched_at=self.at, portal="zhucheng")
            self.archive.file(one, captures=[self.archive.keep(capture)], portal="zhucheng", at=self.at)

    def list(self, *rows: tuple[str, str, date | None], day: date, page: int = 1, last: bool = True, column: str = "https://www.zhucheng.gov.cn/nb/"):
        """A listing of a run of its own, read at noon in China; for further pages of the same run give the first page's run."""
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        run = self.archive.start_run(Origin(key="zhucheng", name="诸城", adcode="370782", hosts=(), family="trs"), at)
        capture = self.archive.keep(Capture(url=column, status=200, body=repr((rows, day)).encode(), fetched_at=at, portal="zhucheng"), run=run)
        candidates = tuple(Candidate(url=url, title=title, listed=listed) for url, title, listed in rows)
        listing = Listing(portal="zhucheng", column=column, page=page, last=last, rows=candidates, read_at=at)
        self.archive.list(listing, capture=capture, run=run, reports=())
        self.archive.finish_run(run, at, Outcome.OK, {})

    def between(self, *, rule: str | None = None) -> list[dict[str, Any]]:
        """Compare everything; the findings between reports."""
        recheck(self.archive, at=self.at)
        return [row for row in queries.findings(self.archive, rule=rule) if row["kind"] == "between"]

    def rules(self) -> list[tuple[int, str]]:
        return [(row["year"], row["rule"]) for row in self.between()]

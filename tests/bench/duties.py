"""The board of overdue reports of 3,200 divisions beside the question asked organ by organ, on SQLite.

Each division has a portal with a government and a department, three years of reports and five nights since the deadline; a third of the organs owe
the newest year. The naive board asks for each organ its reports, its portal's newest run and that run's lists.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, select

from crawler.reading import divisions
from scheduler import deadlines, overdue
from storage import shown
from storage.archive import Archive
from storage.engine import reading, writing
from storage.records import Capture, Level, Origin
from storage.schema import captures, contents, listings, portals, readings, reports, runs
from storage.types import dumps

DIVISIONS = 3200
NIGHTS = 5
YEAR = 2024
_PAGES = 10_000_000  # captures of reports are numbered from here
FIRST = datetime(2025, 4, 1, 18, 0, tzinfo=UTC)


def run() -> None:
    """Measure once, and print a table."""
    with tempfile.TemporaryDirectory() as folder, Archive.open(f"sqlite:///{Path(folder) / 'bench.sqlite3'}") as archive:
        origins = _fill(archive)
        at = FIRST + timedelta(days=NIGHTS)
        started = time.process_time()
        cases = list(overdue.board(archive, deadlines.load(), origins, [YEAR], at))
        ours = time.process_time() - started
        started = time.process_time()
        asked = sum(_naive(archive, case) for case in cases[:: max(1, len(cases) // 200)])
        theirs = (time.process_time() - started) * len(cases) / max(1, asked)
    table = Table(title=f"The board of {DIVISIONS} divisions x 1 year, {len(cases)} organs, CPU seconds")
    for column in ("", "seconds", "ratio"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("the board", f"{ours:.1f}", "1.0")
    table.add_row("organ by organ (200 asked, scaled)", f"{theirs:.1f}", f"{theirs / ours:.1f}")
    Console(width=150).print(table)
    counts = {state: sum(case.state is state for case in cases) for state in overdue.Standing}
    Console(width=150).print(", ".join(f"{number} {state}" for state, number in counts.items()))


def _naive(archive: Archive, case: overdue.Case) -> int:
    """What somebody would ask for one organ; returns 1."""
    with reading(archive.engine) as connection:
        connection.execute(select(reports).where(reports.c.adcode == case.organ.adcode, reports.c.issuer == case.organ.issuer)).all()
        for key in case.organ.home:
            last = connection.execute(select(runs).where(runs.c.portal == key).order_by(runs.c.id.desc()).limit(1)).one()
            shown.of_run(connection, key, last.id)
            list(shown.of_portal(connection, key))
    return 1


def _fill(archive: Archive) -> dict[str, Origin]:
    body = archive.keep(Capture(url="http://gov.cn/", status=200, body=b"list", fetched_at=FIRST))
    codes = [str(code) for code in range(110000, 700000) if divisions.by_code(str(code))][:DIVISIONS]
    rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in (portals, runs, reports, captures, readings, listings)}
    with reading(archive.engine) as connection:
        sha256 = connection.execute(select(captures.c.sha256).where(captures.c.id == body)).scalar_one()
    for number, code in enumerate(codes):
        _portal(rows, number, code, sha256)
    with writing(archive.engine) as connection:
        said = dict.fromkeys(("content_sha256", "text_sha256", "tables_sha256"), "0" * 64)
        connection.execute(insert(contents).values(text="-", tables=[], **said))
        for table, found in rows.items():
            for start in range(0, len(found), 1000):
                connection.execute(insert(table), found[start : start + 1000])
    return {
        f"p{code}": Origin(key=f"p{code}", name=f"{code}人民政府", adcode=code, hosts=("gov.cn",), family="static") for code in codes
    }  # fmt: skip


def _portal(rows: dict[Any, list[dict[str, Any]]], number: int, code: str, sha256: str) -> None:
    key, division = f"p{code}", divisions.by_code(code)
    assert division is not None
    rows[portals].append({"key": key, "name": key, "adcode": code, "hosts": ["gov.cn"], "family": "static", "first_seen": FIRST, "last_seen": FIRST})
    shows = []
    for place, (issuer, level) in enumerate([(f"{division.name}人民政府", division.level), (f"{division.name}财政局", Level.DEPARTMENT)]):
        for step, year in enumerate(range(YEAR - 2, YEAR + 1 if (number + place) % 3 else YEAR)):
            url, report = f"http://gov.cn/{code}/{place}/{year}.html", number * 6 + place * 3 + step + 1
            shows.append([url, f"{issuer}{year}年政府信息公开工作年度报告", date(year + 1, 1, 20).isoformat(), None])
            told = {"issuer": issuer, "level": level, "adcode": code, "city": division.name, "year": year, "type": "statutory_annual_report",
                    "title": shows[-1][1], "published": date(year + 1, 1, 20), "portal": key, "trust": "official_host"}  # fmt: skip
            rows[reports].append({"id": report, "identity": url, "state": "alive", "first_seen": FIRST, "last_seen": FIRST, **told})
            rows[captures].append(_capture(_PAGES + report, url, key, FIRST, sha256))
            rows[readings].append(
                {"captures": [_PAGES + report], "reader": "1", "capture": _PAGES + report, "report": report, "content_sha256": "0" * 64, "url": url,
                 "encoding": "utf-8", "attachments": [], "evidence": {}, "filed_at": FIRST, **told}
            )  # fmt: skip
    for night in range(NIGHTS):
        at = FIRST + timedelta(days=night)
        capture = 2 + number * NIGHTS + night
        counts = {"listings": 1, "columns_unread": 0}
        rows[runs].append({"id": capture, "portal": key, "started": at, "finished": at, "outcome": "ok", "counts": counts})
        rows[captures].append(_capture(capture, f"http://gov.cn/{code}/", key, at, sha256) | {"run": capture})
        rows[listings].append(
            {"portal": key, "column": f"http://gov.cn/{code}/", "page": 1, "last": True, "rows": shows, "capture": capture, "run": capture,
             "rows_sha256": hashlib.sha256(dumps(shows).encode()).hexdigest(), "read_at": at}
        )  # fmt: skip


def _capture(number: int, url: str, portal: str, at: datetime, sha256: str) -> dict[str, Any]:
    return {
        "id": number, "url": url, "status": 200, "headers": [], "sha256": sha256, "fetched_at": at, "rendered": False, "portal": portal, "run": None,
    }  # fmt: skip

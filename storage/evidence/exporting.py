"""An archive, or a part of it, as one WARC with its index, or as one WACZ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cdxj_indexer.main import CDXJIndexer
from sqlalchemy import Connection, Row, select

from storage import captures as captures_
from storage.archive import Archive
from storage.engine import reading
from storage.evidence import capture_facts, warc
from storage.evidence.selecting import Selection, Wanted, select_from
from storage.schema import captures, runs

INDEXED = "response,revisit,resource"  # metadata is ours and for imports
Each = Callable[[list[int]], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Page:
    """A report in the list of pages: where its record stands."""

    url: str
    at: datetime
    title: str
    report: int


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a WARC."""

    captures: int
    records: int
    pages: list[Page]


def export_warc(archive: Archive, wanted: Wanted, path: Path, index: Path, *, name: str, made: datetime, each: Each) -> Written:
    """Write a WARC and its index (CDXJ).

    Args:
        path, index: files to write; temporary names of the caller's.
        name: what the WARC will be called, which its index says.
        made: when this export is made.
        each: what the numbers of captures are passed through, for a progress bar.

    Raises:
        CorruptCapture: a body is damaged; nothing else may be said of it.
    """
    with reading(archive.engine) as connection:
        written = write(connection, wanted, path, name=name, made=made, each=each)
    indexed(path, name, index)
    return written


def write(connection: Connection, wanted: Wanted, path: Path, *, name: str, made: datetime, each: Each) -> Written:
    """Write the WARC alone, of one state of the archive."""
    selection = select_from(connection, wanted)
    about = {"nianbao-selection": json.dumps(described(wanted), ensure_ascii=False)}
    with path.open("wb") as out:
        writer = warc.Writer(out, name, made, about)
        for run in _runs(connection, selection):
            writer.run(capture_facts.of_run(connection, run, whole=wanted.everything))
        for number in each(selection.captures):
            row = connection.execute(select(captures).where(captures.c.id == number)).one()
            writer.capture(captures_.load(connection, number), capture_facts.of(connection, row, selection))
    return Written(len(selection.captures), writer.records, list(_pages(connection, selection)))


def indexed(path: Path, name: str, index: Path) -> None:
    """Write the CDXJ of a WARC: sorted, plain."""
    CDXJIndexer(str(index), [str(path)], sort=True, filename=name, records=INDEXED).process_all()


def described(wanted: Wanted) -> dict[str, Any]:
    """What was asked for, for the export to say."""
    named = {
        "portal": wanted.portal, "adcodes": list(wanted.adcodes) if wanted.adcodes is not None else None, "year": wanted.year,
        "report": wanted.report, "since": wanted.since and wanted.since.isoformat(), "until": wanted.until and wanted.until.isoformat(),
    }  # fmt: skip
    return {name: value for name, value in named.items() if value is not None} or {"everything": True}


def _runs(connection: Connection, selection: Selection) -> list[Row[Any]]:
    """The runs that the captures were kept in."""
    chosen = set(selection.captures)
    of_captures = connection.execute(select(captures.c.id, captures.c.run).where(captures.c.run.is_not(None)))
    numbers = {row.run for row in of_captures if row.id in chosen}
    return [row for row in connection.execute(select(runs).order_by(runs.c.id)) if row.id in numbers]


def _pages(connection: Connection, selection: Selection) -> Iterator[Page]:
    """Of each report the page that was read last."""
    latest: dict[int, tuple[Any, Any]] = {}
    for rows in selection.readings.values():
        for row in rows:
            capture = captures_.row(connection, row.capture)
            if row.report not in latest or (latest[row.report][1].fetched_at, latest[row.report][0].id) < (capture.fetched_at, row.id):
                latest[row.report] = (row, capture)
    for report, (row, capture) in sorted(latest.items(), key=lambda pair: pair[0]):
        yield Page(url=capture.final_url or capture.url, at=capture.fetched_at, title=row.title or capture.url, report=report)

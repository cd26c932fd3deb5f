"""The search beside a scan with LIKE, in one run on one archive on SQLite: room for the index, and time for a question.

Texts are lines of the gold documents, shuffled, with numbers of their own: as alike as reports are. CPU seconds of the process count; a scan is the
database's own, in C, over texts that lie in memory, which is the best that a scan can do.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text as sql

from crawler.reading import read
from storage import queries, search
from storage.archive import Archive
from storage.engine import reading, writing
from storage.records import Capture, Reading
from tests.gold.documents import DOCUMENTS
from tests.portal_site import report

REPORTS = 600
LIMIT = 20
AT = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
QUESTIONS = {
    "words of one report": ("编号299号", None),
    "words of none": ("编号299龘", None),
    f"words of every report, the first {LIMIT}": ("政府信息", LIMIT),
    "words of every report, all of them": ("政府信息", None),
    "a single character, the first 20": ("政", LIMIT),
}


def run(rounds: int) -> None:
    """Measure, and print two tables."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Archive.open(f"sqlite:///{Path(folder) / 'bench.sqlite3'}") as archive:
        _fill(archive)
        console.print(_room(archive))
        console.print(_time(archive, rounds))


def _fill(archive: Archive) -> None:
    chance = random.Random(1)
    lines = [line for document in DOCUMENTS for line in document.lines]
    body = report(2015).encode()
    seen: Reading = read(Capture(url="http://gov.cn/a.html", status=200, body=body, fetched_at=AT))
    for number in range(REPORTS):
        told = [*chance.choices(lines, k=80), f"编号{number}号：主动公开政府信息{number * 7}条"]
        chance.shuffle(told)
        capture = archive.keep(Capture(url=f"http://gov.cn/{number}.html", status=200, body=f"{number}".encode(), fetched_at=AT))
        other = replace(seen, url=f"http://gov.cn/{number}.html", issuer=f"第{number}局", text="\n".join(told))
        archive.file(other, captures=[capture], portal=None, at=AT)


def _room(archive: Archive) -> Table:
    with reading(archive.engine) as connection:
        texts, characters = connection.exec_driver_sql("SELECT SUM(LENGTH(CAST(text AS BLOB))), SUM(LENGTH(text)) FROM contents").one()
    started = time.process_time()
    with writing(archive.engine) as connection:
        search.rebuild(connection)
    spent = time.process_time() - started
    with reading(archive.engine) as connection:
        index = connection.exec_driver_sql("SELECT SUM(LENGTH(block)) FROM grams_data").scalar_one()
    table = Table(title=f"The index of {REPORTS} reports of {characters / REPORTS:.0f} characters on SQLite")
    for column in ("texts, MB", "index, MB", "index to texts", "characters indexed a CPU second"):
        table.add_column(column, justify="right")
    table.add_row(f"{texts / 1e6:.1f}", f"{index / 1e6:.1f}", f"{index / texts:.0%}", f"{characters / spent:,.0f}")
    return table


def _time(archive: Archive, rounds: int) -> Table:
    table = Table(title=f"A question, {rounds} rounds; the ratio is what counts")
    for column in ("question", "reports", "search: CPU ms", "LIKE: CPU ms", "LIKE to search"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for name, (words, limit) in QUESTIONS.items():
        found = len(queries.find(archive, text=words, limit=limit))
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):  # interleaved: neighbours on the machine disturb both alike
            ours.append(_spent(lambda words=words, limit=limit: queries.find(archive, text=words, limit=limit)))
            theirs.append(_spent(lambda words=words: _scan(archive, words)))
        table.add_row(
            name, str(found), f"{1000 * statistics.median(ours):.1f}", f"{1000 * statistics.median(theirs):.1f}",
            f"{statistics.median(theirs) / statistics.median(ours):.1f}x",
        )  # fmt: skip
    return table


def _scan(archive: Archive, words: str) -> Any:
    with reading(archive.engine) as connection:
        return connection.execute(sql("SELECT COUNT(*) FROM contents WHERE text LIKE :words"), {"words": f"%{words}%"}).scalar_one()


def _spent(ask: Callable[[], Any]) -> float:
    started = time.process_time()
    for _ in range(3):
        ask()
    return (time.process_time() - started) / 3

"""A program of its own for test_many_writers.py: files readings of captures that are kept already, or keeps and files until it is killed.

writers.py URL file SEED      file all wordings of all reports, reports in an order of its own
writers.py URL crawl          keep, note as answered and file report after report; print each step when it is acknowledged
"""

import os
import random
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from storage.archive import Archive
from storage.records import Capture, Cell, DocumentType, Grid, Level, Reading, Trust

NIGHT = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
REPORTS = int(os.environ.get("TESTS_REPORTS", "50"))
WORDINGS = 2


def reading(number: int, wording: int) -> Reading:
    return Reading(
        reader="1", url=f"https://www.qingdao.gov.cn/{number}.html", encoding="utf-8", type=DocumentType.STATUTORY_ANNUAL_REPORT,
        issuer=f"青岛市第{number % (REPORTS // 2)}局", level=Level.DEPARTMENT, adcode="370200", city="青岛市", year=2014 + number // (REPORTS // 2),
        title=f"年度报告{number}", published=date(2015, 3, 1 + wording), signed=None, source=None, trust=Trust.OFFICIAL_HOST,
        text=f"第 {number} 号报告\n" + f"全年公开 {1000 + wording} 条。" * 20,
        tables=(Grid(cells=(Cell("申请", 0, 0), Cell(str(wording), 0, 1)), height=1, width=2),),
    )  # fmt: skip


def capture(number: int, wording: int) -> Capture:
    body = f"<p>{number} {wording}</p>".encode() * 100
    return Capture(url=reading(number, wording).url or "", status=200, body=body, fetched_at=NIGHT + timedelta(days=wording), portal="qingdao")


def keep_all(archive: Archive) -> None:
    """Wording after wording, so that the capture of report r in wording w has the id 1 + w x REPORTS + r."""
    for wording in range(WORDINGS):
        for number in range(REPORTS):
            archive.keep(capture(number, wording))


def file_all(archive: Archive, seed: int) -> None:
    order = random.Random(seed).sample(range(REPORTS), REPORTS)
    for wording in range(WORDINGS):
        for number in order:
            archive.file(reading(number, wording), captures=[1 + wording * REPORTS + number], portal="qingdao", at=NIGHT + timedelta(days=wording))


def crawl(archive: Archive) -> None:
    for task in archive.unread("qingdao"):
        number = int(task.url.rsplit("/", 1)[1].removesuffix(".html"))
        archive.file(reading(number, 0), captures=task.captures, portal="qingdao", at=NIGHT)
        print("filed", number, flush=True)
    done = {task.url for task in archive.due("qingdao", NIGHT, timedelta(0), full=True)}
    for number in range(REPORTS):
        url = reading(number, 0).url or ""
        if url in done:
            continue
        kept = archive.keep(capture(number, 0))
        print("kept", kept, flush=True)
        archive.answered(url, "qingdao", [kept], None, NIGHT)
        print("answered", number, flush=True)
        archive.file(replace(reading(number, 0)), captures=[kept], portal="qingdao", at=NIGHT)
        print("filed", number, flush=True)


def main() -> None:
    with Archive.open(sys.argv[1]) as archive:
        if sys.argv[2] == "crawl":
            crawl(archive)
        else:
            file_all(archive, int(sys.argv[3]))


if __name__ == "__main__":
    main()

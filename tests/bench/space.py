"""What bodies take: ours, zlib and plain Zstandard on the pages of the replicas, visited on several nights, in one run.

A night later counters, times, tokens and the order of side lists have changed, as portals change them. A minor revision is the page with one number
changed in its text and its chrome left alone. Ours is measured in the archive after `nianbao db pack`, dictionaries included.
"""

from __future__ import annotations

import re
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import zstandard
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from app.demo.chrome import Visit
from app.demo.life import NIGHTS
from app.demo.site import Site
from app.demo.wire import Request
from storage import packing
from storage.archive import Archive
from storage.engine import reading
from storage.records import Capture
from storage.schema import blobs, dictionaries

VISITS = 5
NUMBER = re.compile(rb">([^<>]*?)(\d{3,})")


@dataclass(frozen=True, slots=True)
class Page:
    portal: str
    url: str
    bodies: tuple[bytes, ...]  # one a visit
    revision: bytes | None  # the first with one number changed


def pages() -> Iterator[Page]:
    """Every report page of the replicas."""
    site = Site()
    site.addresses.update((replica.key, f"http://{replica.key}.example") for replica in site.portals)
    for replica in site.portals:
        for document in replica.shelf(1):
            path = replica.address(document)
            answers = [
                replica.answer(Request(method="GET", path=path), 1, Visit(NIGHTS[1] + timedelta(days=n), Random(f"{path} {n}")))
                for n in range(VISITS)
            ]
            if all(answer.status == 200 for answer in answers):
                bodies = tuple(answer.body for answer in answers)
                yield Page(replica.key, f"http://{replica.key}.example{path}", bodies, _revised(bodies[0]))


def _revised(body: bytes) -> bytes | None:
    """The body with the last digit of a number in its middle changed."""
    found = NUMBER.search(body, len(body) // 2)
    return None if found is None else body[: found.end() - 1] + (b"7" if body[found.end() - 1 : found.end()] != b"7" else b"3") + body[found.end() :]


def _level(level: int) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=level)


OTHERS = {
    "zlib, level 9": lambda body: len(zlib.compress(body, 9)),
    "zstd, level 9 (as kept)": lambda body: len(_level(9).compress(body)),
    "zstd, level 19": lambda body: len(_level(19).compress(body)),
}


def run() -> None:
    """Measure, and print a table."""
    found = list(pages())
    captures = [(page.portal, page.url, body) for number in range(VISITS) for page in found for body in [page.bodies[number]]]
    revisions = [(page.portal, page.url, page.revision) for page in found if page.revision is not None]
    plain, per_revision = sum(len(body) for *_, body in captures), len(revisions)
    rows = {}
    for name, size in OTHERS.items():
        started = time.process_time()
        rows[name] = (sum(size(body) for *_, body in captures), sum(size(body) for *_, body in revisions), time.process_time() - started)
    with tempfile.TemporaryDirectory() as folder, Archive.open(f"sqlite:///{Path(folder) / 'a.sqlite3'}") as archive:
        first = _packed(archive, captures[: len(found)])
        all_of_them = _packed(archive, captures[len(found) :])
        again = _packed(archive, revisions)
        rows["ours, packed"] = (all_of_them[0], again[0] - all_of_them[0], first[1] + all_of_them[1] + again[1])
    kilobytes = plain / len(captures) / 1000
    table = Table(title=f"{len(captures)} captures of {len(found)} pages of {len({p.portal for p in found})} portals, {kilobytes:.1f} KB each")
    for column in ("stored as", "bytes a capture", "of the plain", "bytes a minor revision", "CPU ms a body"):
        table.add_column(column, justify="left" if column == "stored as" else "right")
    for name, (stored, revised, spent) in rows.items():
        each = (f"{stored / len(captures):.0f}", f"{stored / plain:.1%}", f"{revised / per_revision:.0f}", f"{1000 * spent / len(captures):.2f}")
        table.add_row(name, *each)
    table.add_row("ours, first captures alone", f"{first[0] / len(found):.0f}", f"{first[0] / sum(len(p.bodies[0]) for p in found):.1%}", "", "")
    Console(width=150).print(table)


def _packed(archive: Archive, found: list[tuple[str, str, bytes]]) -> tuple[int, float]:
    """Keep captures, pack; bytes that bodies and dictionaries take then, and seconds that packing took."""
    for portal, url, body in found:
        archive.keep(Capture(url=url, status=200, body=body, fetched_at=NIGHTS[1], portal=portal))
    started = time.process_time()
    packing.pack(archive.engine, NIGHTS[1])
    spent = time.process_time() - started
    with reading(archive.engine) as connection:
        bodies = connection.execute(select(func.sum(func.length(blobs.c.data)))).scalar_one()
        learnt = connection.execute(select(func.coalesce(func.sum(func.length(dictionaries.c.data)), 0))).scalar_one()
    return int(bodies) + int(learnt), spent

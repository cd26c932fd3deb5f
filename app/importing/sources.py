"""Reading the named files: every answer of every WARC and WACZ, decoded once and spooled, with what an export of ours says of it."""

from __future__ import annotations

import hashlib
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from app import files
from app.importing import answers, members
from app.importing.facts import CaptureFacts, RunFacts, facts
from app.importing.found import Found, Item, Trouble, agree, told_of
from app.importing.members import Damaged, Raw
from app.importing.spool import Spool
from crawler.config import FIRST_YEAR, CrawlSection
from crawler.urls import canonical, host_of
from storage.evidence.warc import DOM
from storage.records import Capture

ROOM = 2**20  # bytes of HTTP headers beside a body
AHEAD = timedelta(days=1)  # clocks differ; more is no time at which anybody fetched anything
RATIO = 50  # a WARC in a WACZ that unpacks to more than so many times its size is meant to fill a disk
ANSWERS = {"response", "revisit", "resource"}
SUFFIXES = (".warc", ".warc.gz", ".wacz")


def is_source(path: Path) -> bool:
    """Whether a file is one of those that hold records, by its name or its first bytes."""
    if path.name.lower().endswith(SUFFIXES):
        return True
    try:
        with path.open("rb") as file:
            return file.read(5) == b"WARC/"
    except OSError:
        return False


def read(paths: Sequence[Path], spool: Spool, crawl: CrawlSection, now: datetime, seen: Callable[[], None] = lambda: None) -> Found:
    """Read all records of all sources.

    Args:
        crawl: the bounds of a crawl are those of an import.
        now: no answer is younger.
        seen: called for each record.
    """
    found = Found()
    waiting: list[tuple[Item, str]] = []  # revisits, and the digest of the payload that another record has
    payloads: dict[str, str] = {}
    for number, path in enumerate(paths):
        reading = _Source(number, path, found, spool, crawl, now, waiting, payloads)
        try:
            reading.origin = _origin(path)
            for warc in _warcs(path):
                reading.read(warc, seen)
        except Damaged as damaged:
            found.troubles.append(Trouble(str(path), None, damaged.rule, str(damaged)))
        except (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
            found.troubles.append(Trouble(str(path), None, "unreadable", f"unreadable: {getattr(error, 'strerror', None) or error}"))
        reading.join()
    for item, digest in waiting:
        if digest in payloads:
            item.sha256 = payloads[digest]
            found.items.append(item)
        else:
            detail = f"revisit: no record has the body {digest[:80]} that this one refers to"
            found.troubles.append(Trouble(item.path, item.address, "revisit", detail))
    agree(found)
    return found


def _warcs(path: Path) -> Iterator[Path]:
    """The WARC files in a source: itself, or those of a WACZ, one at a time under a name of ours."""
    with path.open("rb") as file:
        packed = file.read(4) == b"PK\x03\x04"
    if not packed:
        yield path
        return
    with zipfile.ZipFile(path) as package, tempfile.TemporaryDirectory(prefix="nianbao") as folder:
        names = [info for info in package.infolist() if info.filename.startswith("archive/") and info.filename.lower().endswith(SUFFIXES[:2])]
        if not names:
            raise Damaged("format", "a ZIP file without WARC in archive/: no WACZ")
        for info in names:
            if info.file_size > RATIO * max(info.compress_size, 2**20):
                raise Damaged("too_large", f"{info.filename!r} unpacks from {info.compress_size} to {info.file_size} bytes")
            target = Path(folder) / "warc"
            with package.open(info) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, 2**20)
            yield target


class _Source:
    """The records of one source on their way into what was found."""

    def __init__(
        self, number: int, path: Path, found: Found, spool: Spool, crawl: CrawlSection, now: datetime, waiting: list[tuple[Item, str]],
        payloads: dict[str, str],
    ) -> None:  # fmt: skip
        self._number, self._path, self._found, self._spool = number, path, found, spool
        self.origin = files.named(path)
        self._limit, self._latest = crawl.attachment_limit, now + AHEAD
        self._waiting, self._payloads = waiting, payloads
        self._answers: dict[str, Item] = {}  # by record id
        self._facts: list[tuple[CaptureFacts, str | None]] = []

    def read(self, warc: Path, seen: Callable[[], None]) -> None:
        for record in members.records(warc, self._limit + ROOM):
            seen()
            try:
                if record.trouble is not None:
                    raise record.trouble
                self._take(record)
            except Damaged as damaged:
                self._trouble(record, damaged)

    def join(self) -> None:
        """Put the facts of an export beside their answers; what it kept no answer of (304) becomes one."""
        for told, refers in self._facts:
            if refers is not None and refers in self._answers:
                self._answers[refers].facts = told
            elif told.status == 304:
                self._found.items.append(self._item(told_of(told), self._spool.put(b""), 0, told))

    def _take(self, record: Raw) -> None:
        kind = record.header("warc-type") or "unknown"
        if kind == "metadata":
            told = facts(record.block) if (record.header("content-type") or "").startswith("application/json") else None
            if told is not None:  # headers and times are taken from it: where nothing is packed, no checksum of gzip vouches for it
                answers.check_block(record)
            if isinstance(told, RunFacts):
                self._found.runs[self._number, told.run] = told
            elif told is not None:
                self._facts.append((told, record.header("warc-refers-to")))
            else:
                self._found.skipped[kind] += 1
        elif kind in ANSWERS:
            self._answer(record, kind)
        else:
            self._found.skipped[kind] += 1

    def _answer(self, record: Raw, kind: str) -> None:
        said = (record.header("warc-target-uri") or "").strip("<>")
        rendered = kind == "resource" and said.startswith(DOM)
        url = canonical(said.removeprefix(DOM) if rendered else said)
        if not url.startswith(("http://", "https://", "file:")) or (kind != "resource" and url.startswith("file:")):
            self._found.skipped[f"{kind} {url.split(':')[0][:20] or 'without address'}"] += 1
            return
        if not url.startswith("file:") and not host_of(url):
            raise Damaged("headers", f"WARC-Target-URI names no host: {url[:80]}")
        at = answers.moment(record)
        if at.year < FIRST_YEAR:
            raise Damaged("date", f"WARC-Date {at.isoformat()} is older than the web")
        if at > self._latest:
            raise Damaged("date", f"WARC-Date {at.isoformat()} lies in the future")
        if kind == "resource":
            answer = answers.resource(record, self._limit)
        else:
            answer = answers.answer(record, url, self._limit)
        wire = answer.wire
        capture = Capture(
            url=url, status=answer.status, headers=answer.headers, body=b"", fetched_at=at, rendered=rendered,
            wire_sha256=None if wire is None else _sha256(wire), wire_bytes=None if wire is None else len(wire),
        )  # fmt: skip
        not_modified = kind == "revisit" and "server-not-modified" in (record.header("warc-profile") or "")
        item = self._item(capture, "" if answer.body is None and not not_modified else self._spool.put(answer.body or b""), record.offset, None)
        if record_id := record.header("warc-record-id"):
            self._answers[record_id] = item
        if not item.sha256:
            self._waiting.append((item, answer.digest or ""))
            return
        if answer.digest is not None and answer.body:
            self._payloads.setdefault(answer.digest, item.sha256)
        self._found.items.append(item)

    def _item(self, capture: Capture, sha256: str, offset: int, told: CaptureFacts | None) -> Item:
        return Item(self._number, str(self._path), offset, replace(capture, imported_from=self.origin), sha256, facts=told)

    def _trouble(self, record: Raw, damaged: Damaged) -> None:
        url = (record.header("warc-target-uri") or "").strip("<>") or None
        self._found.troubles.append(Trouble(str(self._path), url, damaged.rule, f"{damaged} (record at byte {record.offset})"))


def _origin(path: Path) -> str:
    """What captures say they came from: the file's name, and the hash by which it is known again."""
    with path.open("rb") as file:
        return f"{files.named(path)} sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()

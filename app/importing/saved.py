"""Pages and documents that somebody saved to files: kept, gated, read, filed, as every page is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app import files
from crawler.config import Config
from crawler.errors import CrawlError
from crawler.readers import is_read_twice
from storage import queries, readings
from storage.archive import Archive
from storage.engine import reading as reads
from storage.errors import ArchiveError


def imported(archive: Archive, path: Path, config: Config) -> dict[str, Any]:
    """Import one file; the row that tells of it. Hold `files.readers` open around all calls."""
    row: dict[str, Any] = {"path": str(path), "report": None, "version": None, "change": None, "error": None, "rule": None}
    at = config.clock()
    try:
        capture = files.capture(path, at, config.crawl)
    except files.UnreadableFile as error:
        return {**row, "error": str(error)}
    number = archive.keep(capture)
    twice = is_read_twice(capture.url, config.crawl.second_opinion)
    try:
        change = archive.file(files.read(capture, config.crawl, second_opinion=twice), captures=[number], portal=None, run=None, at=at)
    except CrawlError as error:
        return {**row, "error": f"{error.kind}: {error.detail}", "rule": error.rule}
    report, version = filed(archive, [number])
    return {**row, "report": report, "version": version, "change": change.kind if change else None}


def filed(archive: Archive, captures: list[int]) -> tuple[int, int | None]:
    """Report and version that the content of captures belongs to, also when it was known before.

    Returns:
        No version where a better reader gave the captures another content since.

    Raises:
        ArchiveError: they are not filed.
    """
    with reads(archive.engine) as connection:
        read = readings.latest(connection, captures)
    if read is None:
        raise ArchiveError(f"captures {captures} were filed, and their reading is not in the archive")
    versions = {row["content_sha256"]: row["version"] for row in queries.history(archive, read.report)}
    return read.report, versions.get(read.content_sha256)

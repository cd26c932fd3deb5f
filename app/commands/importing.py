"""nianbao import: files and folders into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from app import files, tables
from app.options import AS_JSON, PATH, configured, writing_archive
from crawler.config import Config
from crawler.errors import CrawlError
from scheduler import sealing
from storage import queries, readings
from storage.archive import Archive
from storage.engine import reading as reads
from storage.errors import ArchiveError

COLUMNS = ["path", "report", "version", "change", "error"]


@click.command("import")
@click.argument("paths", type=PATH, nargs=-1, required=True, metavar="PATH ...")
@AS_JSON
@configured
def import_(config: Config, paths: tuple[Path, ...], as_json: bool) -> None:
    """Pages and documents in files and folders into the archive. Every file is kept; what cannot be read is named.

    The capture's time is this call's. The URL is what a browser wrote into the page when it was saved, or unknown.
    """
    chosen = list(files.found(paths))
    if not chosen:
        raise click.UsageError(f"no HTML, text, PDF, Word, Excel or OFD file in {', '.join(map(str, paths))}")
    console = Console(stderr=True)
    rows = []
    with writing_archive(config) as archive, files.readers():
        for path in track(chosen, "importing", console=console, transient=True, disable=not console.is_terminal):
            row = _imported(archive, path, config)
            rows.append(row)
            if as_json:
                tables.json_line(row)
        troubles = sealing.seal(archive, config, config.clock())
    failed = any(row["error"] for row in rows)
    if not as_json:
        tables.table(rows, COLUMNS if failed else COLUMNS[:-1])
    for trouble in troubles:
        click.echo(f"nianbao: {trouble}", err=True)
    if failed or troubles:
        raise click.exceptions.Exit(1)


def _imported(archive: Archive, path: Path, config: Config) -> dict[str, Any]:
    """Keep, gate, read, file: the way every page goes."""
    row: dict[str, Any] = {"path": str(path), "report": None, "version": None, "change": None, "error": None, "rule": None}
    at = config.clock()
    try:
        capture = files.capture(path, at, config.crawl)
    except files.UnreadableFile as error:
        return {**row, "error": str(error)}
    number = archive.keep(capture)
    try:
        change = archive.file(files.read(capture, config.crawl), captures=[number], portal=None, run=None, at=at)
    except CrawlError as error:
        return {**row, "error": f"{error.kind}: {error.detail}", "rule": error.rule}
    report, version = _filed(archive, number)
    return {**row, "report": report, "version": version, "change": change.kind if change else None}


def _filed(archive: Archive, capture: int) -> tuple[int, int]:
    """Report and version that a capture's content belongs to, also when it was known before."""
    with reads(archive.engine) as connection:
        read = readings.latest(connection, [capture])
    if read is None:
        raise ArchiveError(f"capture {capture} was filed, and its reading is not in the archive")
    versions = {row["content_sha256"]: row["version"] for row in queries.history(archive, read.report)}
    return read.report, versions[read.content_sha256]

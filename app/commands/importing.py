"""nianbao import: WARC, WACZ, files and folders into the archive."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, track

from app import files, tables
from app.importing import replay, restoring, sources
from app.importing.members import Damaged
from app.importing.saved import imported
from app.importing.spool import Spool
from app.importing.telling import Row, Told
from app.importing.trusting import Portals
from app.options import AS_JSON, PATH, PORTALS, configured, writing_archive
from crawler.config import Config
from crawler.crosschecks import compare_new
from scheduler import sealing
from spiders import catalogue
from storage.archive import Archive

COLUMNS = ["path", "report", "version", "change", "error"]


@click.command("import")
@click.argument("paths", type=PATH, nargs=-1, required=True, metavar="PATH ...")
@PORTALS
@AS_JSON
@configured
def import_(config: Config, paths: tuple[Path, ...], as_json: bool) -> None:
    """WARC and WACZ files, and pages and documents in files and folders, into the archive. What cannot be read is named.

    Answers in WARC and WACZ bear the time of their records and are filed in the order of time over all files. A WACZ of a whole archive is
    restored as it was when it is given alone and the archive is empty. Saved pages bear the time of this call; their URL is what a browser wrote
    into them, or unknown.
    """
    recorded, saved = chosen(paths)
    if not recorded and not saved:
        raise click.UsageError(f"no HTML, text, PDF, Word, Excel or OFD file, WARC or WACZ in {', '.join(map(str, paths))}")
    console = Console(stderr=True)
    with writing_archive(config) as archive:
        if [*recorded, *saved] == recorded[:1] and restoring.carries_archive(recorded[0]) and restoring.is_empty(archive):
            _restored(archive, recorded[0], config, console, as_json)
            return
        rows: list[Row] = []

        def told(row: Row) -> None:
            rows.append(row)
            if as_json:
                tables.json_line(row)

        summary = _replayed(archive, recorded, config, console, told) if recorded else None
        with files.readers():
            for path in track(saved, "importing", console=console, transient=True, disable=not console.is_terminal):
                told(imported(archive, path, config))
        troubles = sealing.seal(archive, config, config.clock())
    failed = any(row["error"] for row in rows)
    if summary is not None and as_json:
        tables.json_line({"summary": summary})
    if not as_json:
        shown = [row for row in rows if row["report"] or row["error"]]
        tables.table(shown, COLUMNS if failed else COLUMNS[:-1], empty="no report")
        if summary is not None:
            click.echo(_said(summary), err=True)
    for trouble in troubles:
        click.echo(f"nianbao: {trouble}", err=True)
    if failed or troubles:
        raise click.exceptions.Exit(1)


def chosen(paths: tuple[Path, ...]) -> tuple[list[Path], list[Path]]:
    """WARC and WACZ files among what is named, and the other files, each with those of folders (all below, in order).

    Raises:
        ConfigError: a path is not there, or a folder cannot be read.
    """
    recorded: dict[Path, None] = {}
    saved: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # where a folder may not be entered, Path's own raises
            recorded |= {file: None for file in files.below(path) if file.name.lower().endswith(sources.SUFFIXES)}
        elif os.path.isfile(path) and sources.is_source(path):  # noqa: PTH113
            recorded[path] = None
            continue
        saved |= dict.fromkeys(files.found([path]))
    return list(recorded), list(saved)


def _restored(archive: Archive, path: Path, config: Config, console: Console, as_json: bool) -> None:
    with _progress(console, "restoring", None) as passed:
        try:
            rows = restoring.restore(archive, path, lambda name: passed())
        except Damaged as damaged:
            raise click.ClickException(f"{path}: {tables.printable(str(damaged))}. Nothing was imported") from damaged
    troubles = sealing.write_heads(archive, config, config.clock())
    for trouble in troubles:
        click.echo(f"nianbao: {trouble}", err=True)
    if as_json:
        tables.json_line({"summary": {"restored": rows}})
    else:
        click.echo(
            f"restored: {rows['captures']} captures, {rows['reports']} reports, {rows['versions']} versions; every hash is as it was", err=True
        )
    if troubles:
        raise click.exceptions.Exit(1)


def _replayed(archive: Archive, paths: list[Path], config: Config, console: Console, told: Told) -> Row:
    portals = Portals(catalogue.portals(config.portals.paths))
    at = config.clock()
    with Spool() as spool:
        with _progress(console, "reading records", None) as passed:
            found = sources.read(paths, spool, config.crawl, at, passed)
        filing = replay.Replay(archive, found, spool, portals, config, told)
        with _progress(console, "importing", len(filing.steps)) as passed:
            asyncio.run(filing.run(passed))
    compare_new(archive, at=at)
    return filing.counts.summary()


@contextmanager
def _progress(console: Console, title: str, total: int | None) -> Iterator[Any]:
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)


def _said(summary: Row) -> str:
    """A summary in a line for people."""
    skipped = ", ".join(f"{count} {what}" for what, count in summary["skipped"].items())
    changes = ", ".join(f"{count} {kind}" for kind, count in summary["changes"].items())
    return (
        f"{summary['kept']} captures kept, {summary['known']} known; {summary['filed']} pages filed; changes: {changes or 'none'}; "
        f"skipped: {skipped or 'none'}; errors: {summary['errors']}"
    )

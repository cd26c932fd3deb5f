"""nianbao reread: what the archive holds, read anew by today's reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from app import figures, tables
from app.options import AS_JSON, NUMBER, PORTALS, configured, reading_archive
from crawler import rereading
from crawler.config import Config
from crawler.crosschecks import compare_new
from crawler.errors import ConfigError
from crawler.reading import READER
from crawler.rereading import Failure
from spiders import catalogue
from spiders.families import families, family
from storage import queries, rereads
from storage.archive import Archive
from storage.records import Origin, Reading
from storage.rereads import Old

NOTED_EVERY = 50  # readings; a kill leaves the counts of the event at most so far behind


class Rereading:
    """One call: counts what happens, tells it, and files what is to be filed.

    Attributes:
        counts: read, differ, failed.
        tell: takes each reading that differs, and each failure, as JSON.
    """

    def __init__(self, archive: Archive, config: Config, tell: Callable[[dict[str, Any]], None], *, dry: bool) -> None:
        self.archive, self.config, self.tell, self.dry = archive, config, tell, dry
        self.counts = {"read": 0, "differ": 0, "failed": 0}
        self._event = None if dry else rereads.begin(archive, READER, config.clock())
        self._broken = set() if dry else {(row["portal"], row["url"]) for row in queries.incidents(archive, open=True)}

    def done(self, old: Old, reading: Reading) -> None:
        """A reading: told where it differs, and put in the place of the old one."""
        found = rereads.differs(self.archive, old, reading)
        if not self.dry:
            self.archive.file(reading, captures=old.captures, portal=old.portal, at=self.config.clock())
            if (old.portal, old.url) in self._broken:
                self.archive.close_incidents(old.portal, self.config.clock(), kinds=rereading.KINDS, urls=[old.url])
        self.counts["read"] += 1
        if any(found.values()):
            self.counts["differ"] += 1
            self.tell(_named(old) | {"title": reading.title, "reader": reading.reader, **found})
        self._note()

    def failed(self, old: Old, failure: Failure) -> None:
        """No reading: named, and an incident."""
        self.counts["failed"] += 1
        if not self.dry:
            self.archive.open_incident(failure.kind, old.portal, old.url, failure.detail, self.config.clock())
        self.tell(_named(old) | {"error": f"{failure.kind}: {failure.detail}", "rule": failure.rule})
        self._note()

    def finish(self) -> None:
        """Hold what is said anew against other years, levels and neighbours, and close the event."""
        if self._event is not None:
            compare_new(self.archive, at=self.config.clock())
            rereads.note(self.archive, self._event, self.counts, finished=self.config.clock())

    def _note(self) -> None:
        if self._event is not None and (self.counts["read"] + self.counts["failed"]) % NOTED_EVERY == 0:
            rereads.note(self.archive, self._event, self.counts)


@click.command()
@click.argument("keys", nargs=-1, metavar="[PORTAL ...]")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would differ, and write nothing.")
@click.option("--all", "every", is_flag=True, help="With --dry-run: also what this version of the reader read.")
@click.option("--jobs", type=NUMBER, help="Readings at a time; else crawl.readers.")
@PORTALS
@AS_JSON
@configured
def reread(config: Config, keys: tuple[str, ...], dry: bool, every: bool, jobs: int | None, as_json: bool) -> None:
    """Read anew what an older reader read, in the whole archive or of the named portals. No change comes of it.

    What is done is done: begin again after a kill. Exit code 1 when something could not be read; what the older reader said of it stays.
    """
    if every and not dry:
        raise click.UsageError("--all needs --dry-run: what one version of the reader said is written once")
    crawl = config.crawl if jobs is None else config.crawl.model_copy(update={"readers": jobs})
    known = catalogue.portals(config.portals.paths)
    selectors = {key: family(portal).body for key, portal in known.items()}

    def body(origin: Origin | None) -> str | None:
        if origin is None:
            return None
        of_its_kind = families().get(origin.family)  # a portal without a file any more
        return selectors.get(origin.key, of_its_kind.body if of_its_kind else None)

    console = Console(stderr=True)
    with reading_archive(config) as archive, Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        for key in keys:
            if key not in known and archive.origin(key) is None:
                raise ConfigError(f"{key}: there is no such portal, neither among the portal files nor in the archive")
        portals = list(keys) or None
        task = bar.add_task("reading anew", total=rereads.count(archive, None if every else READER, portals))

        def tell(row: dict[str, Any]) -> None:
            tables.json_line(row) if as_json else _print(row, whole=dry)

        work = Rereading(archive, config, tell, dry=dry)

        def done(old: Old, reading: Reading) -> None:
            work.done(old, reading)
            bar.advance(task)

        def failed(old: Old, failure: Failure) -> None:
            work.failed(old, failure)
            bar.advance(task)

        asyncio.run(rereading.reread(archive, crawl, body=body, done=done, failed=failed, portals=portals, every=every))
        work.finish()
    counts = work.counts
    if as_json:
        tables.json_line({"reread": counts["read"], "differ": counts["differ"], "failed": counts["failed"], "reader": READER, "dry_run": dry})
    else:
        click.echo(f"{counts['read']} read anew by reader {READER}, {counts['differ']} differ, {counts['failed']} failed" + "; nothing written" * dry)
    if counts["failed"]:
        raise click.exceptions.Exit(1)


def _named(old: Old) -> dict[str, Any]:
    return {"report": old.report, "portal": old.portal, "url": old.url, "capture": old.captures[0], "reader_before": old.reader}


def _print(row: dict[str, Any], *, whole: bool) -> None:
    """One line a reading; with `whole` all that differs below it."""
    click.secho(tables.cell(f"report {row['report']} {row['portal'] or ''} {row['url']}"), bold=True)
    if "error" in row:
        click.secho(f"  {tables.cell(row['error'])}", fg="red")
        return
    told = {"facts": row["facts"], "figures": row["figures"], "lines": row["lines"]}
    if not whole:
        click.echo("  " + ", ".join(f"{len(found)} {name}" for name, found in told.items() if found))
        return
    for fact in row["facts"]:
        click.echo(f"  {fact['field']}: {tables.cell(fact['before'])} -> {tables.cell(fact['after'])}")
    for figure in row["figures"]:
        click.echo(f"  {tables.cell(figures.named(figure))}: {tables.cell(figure['before'])} -> {tables.cell(figure['after'])}")
    for line in row["lines"]:
        for sign, text in (("-", line["before"]), ("+", line["after"])):
            if text is not None:
                click.echo(f"  {sign} {tables.printable(text, keep=chr(9))}")

"""nianbao db: the archive's database: its schema, its room, its way to another database."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.engine import make_url

from app import tables
from app.options import AS_JSON, configured, reading_archive
from crawler.config import Config, masked
from scheduler import queueing
from storage import copying, migrations, packing, search, vacuuming
from storage.archive import Archive
from storage.engine import path_of, writing
from storage.errors import SchemaOutdated
from storage.verifying import whole


@click.group()
def db() -> None:
    """The archive's database."""


@db.command()
@configured
def upgrade(config: Config) -> None:
    """Bring an older archive to this program's schema; makes an empty one where there is none."""
    where = masked(config.archive.url)
    try:
        Archive.open(config.archive.url).close()
    except SchemaOutdated:
        before = migrations.current(config.archive.url)
        if before is not None and before > migrations.head():
            raise  # newer than this program: there is no way back
        migrations.upgrade(config.archive.url)
        click.echo(f"{where}: schema {before or 'unknown'} -> {migrations.head()}")
    else:
        click.echo(f"{where}: schema {migrations.head()}, nothing to do")
    if config.schedule.queue:
        queueing.refuse_without(config)
        with Archive.open(config.archive.url) as archive:
            queueing.prepare(archive.engine)


@db.command()
@configured
def reindex(config: Config) -> None:
    """Make the search's index anew, from what the archive holds. Nothing else is touched; it may be stopped at any time."""
    console = Console(stderr=True)
    with (
        Archive.open(config.archive.url, create=False) as archive,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("indexing reports", total=None)
        with writing(archive.engine) as connection:
            count = search.rebuild(connection, lambda done, total: bar.update(task, completed=done, total=total))
    click.echo(f"{masked(config.archive.url)}: {count} documents indexed")


@db.command()
@click.option("--vacuum", is_flag=True, help="Then give the room that became free back to the disk; nobody can write meanwhile.")
@AS_JSON
@configured
def pack(config: Config, vacuum: bool, as_json: bool) -> None:
    """Store bodies smaller: with a dictionary of their portal, or as the difference to an earlier body of their URL.

    Goes on while others crawl and read, may be stopped at any moment and started again, and changes nothing that anybody reads.
    """
    console = Console(stderr=True)
    with reading_archive(config) as archive, Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("packing", total=packing.waiting(archive.engine))
        done = packing.pack(archive.engine, config.clock(), lambda: bar.advance(task))
        freed = vacuuming.vacuum(archive.engine) if vacuum else None
    row = {**asdict(done), "damaged": len(done.damaged), "file_before": None, "file_after": None}
    if freed is not None:
        row.update(file_before=freed[0], file_after=freed[1])
    if as_json:
        tables.json_line(row)
    else:
        tables.table([row], COLUMNS)
    for damage in done.damaged:
        click.echo(f"nianbao: {damage}", err=True)
    if done.after < done.before and not vacuum and not as_json and path_of(make_url(config.archive.url)) is not None:
        click.echo("nianbao: the file keeps its size and fills again; nianbao db pack --vacuum makes it smaller", err=True)
    if done.damaged:
        raise click.exceptions.Exit(1)


COLUMNS = ["bodies", "with_dictionary", "deltas", "alone", "plain", "before", "after", "dictionaries", "dictionary_bytes", "damaged"]


@db.command()
@click.argument("source", metavar="FROM-URL")
@click.argument("target", metavar="TO-URL")
@AS_JSON
@configured
def copy(config: Config, source: str, target: str, as_json: bool) -> None:
    """Copy an archive into an empty database, SQLite or PostgreSQL, compare the two table by table, and verify the copy.

    All of it is copied, or nothing.
    """
    console = Console(stderr=True)
    sizes = copying.sizes(source)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("copying", total=3 * sum(sizes.values()))  # each row is written, and read again on both sides
        copied = copying.copy(source, target, lambda table, rows: bar.update(task, advance=rows, description=table))
        bar.update(task, total=None, description="verifying")
        with Archive.open(target, create=False) as archive:
            bad = list(whole.verify(archive))
    rows = [asdict(table) for table in copied]
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, ["table", "rows", "sha256"])
    for one in bad:
        click.echo(f"nianbao: {one.kind} {one.id}: {one.what}", err=True)
    if bad:
        click.echo("nianbao: the copy is what the archive was, and both have what is named above; nianbao verify tells more", err=True)
        raise click.exceptions.Exit(1)

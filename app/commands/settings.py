"""nianbao config, nianbao db: what is in force, and the archive's schema."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from app import tables
from app.options import AS_JSON, configured
from crawler.config import Config, explain, masked
from storage import migrations, search
from storage.archive import Archive
from storage.engine import writing
from storage.errors import SchemaOutdated


@click.command()
@click.option("--explain", "explained", is_flag=True, help="With the origin and the meaning of each key.")
@AS_JSON
@configured
def config(config: Config, explained: bool, as_json: bool) -> None:
    """The configuration in force; passwords are masked."""
    rows = [{"key": s.key, "value": s.value, "origin": s.origin, "description": s.description} for s in explain(config)]
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, ["key", "value", "origin", "description"] if explained else ["key", "value"])


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

"""nianbao show: one version of a report."""

from __future__ import annotations

import click

from app import tables, writing
from app.options import AS_JSON, NUMBER, configured, reading_archive
from crawler.config import Config
from storage import queries

FORMATS = {"text": writing.as_text, "md": writing.as_markdown, "html": writing.as_html}


@click.command()
@click.argument("report", type=NUMBER)
@click.option("--version", type=NUMBER, help="Version; the last when not given.")
@click.option("--format", "layout", type=click.Choice([*FORMATS, "json"]), default="text", show_default=True)
@AS_JSON
@configured
def show(config: Config, report: int, version: int | None, layout: str, as_json: bool) -> None:
    """One version of a report: its facts and its text. --json is --format json."""
    with reading_archive(config) as archive:
        row = queries.show(archive, report, version=version)
    if as_json or layout == "json":
        tables.json_line(row)
    else:
        click.echo(FORMATS[layout](row))

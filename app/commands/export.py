"""nianbao export: rows as CSV, Parquet and JSON lines, evidence as WARC and WACZ."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from app import tables
from app.cities import City, below
from app.commands.news import Since
from app.indicators import Choice, IndicatorName
from app.options import AS_JSON, NUMBER, PATH, Words, configured, reading_archive
from crawler.config import Config
from crawler.reading.divisions import Division
from spiders import catalogue
from storage import queries
from storage.archive import Archive
from storage.errors import UnknownReport
from storage.evidence.selecting import Wanted, has_captures

ROWS = ("csv", "parquet", "jsonl")
EVIDENCE = ("warc", "wacz")


@click.command()
@click.argument("layout", type=click.Choice([*ROWS, *EVIDENCE]), metavar="csv|parquet|jsonl|warc|wacz")
@click.argument("path", type=PATH)
@click.option("--portal", type=Words(), metavar="KEY", help="warc, wacz: captures made for this portal.")
@click.option("--city", type=City(), help="A division: 诸城, 诸城市, 370782 or zhucheng.")
@click.option("--below", "with_below", is_flag=True, help="Also the divisions below --city.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Reporting year.")
@click.option("--report", type=NUMBER, help="warc, wacz: what one report rests on.")
@click.option("--since", type=Since(), help="warc, wacz: captures of this time and later.")
@click.option("--until", type=Since(), help="warc, wacz: captures before this time.")
@click.option("--indicator", "chosen", type=IndicatorName(), multiple=True, help="Rows: only these figures and series; may be repeated.")
@click.option("--wide", is_flag=True, help="Rows: one a report and scope, a column an indicator: one more file in the folder, or the one file.")
@click.option("--bom", is_flag=True, help="CSV with a byte-order mark, by which Excel knows UTF-8.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@AS_JSON
@configured
def export(
    config: Config,
    layout: str,
    path: Path,
    portal: str | None,
    city: Division | None,
    with_below: bool,
    year: int | None,
    report: int | None,
    since: datetime | None,
    until: datetime | None,
    chosen: tuple[Choice, ...],
    wide: bool,
    bom: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Figures, findings, reports and series into files of a folder, or figures alone into one file; or captures into a WARC or WACZ file.

    For csv, parquet and jsonl PATH is a folder, or a file when it ends in the format's suffix; the data dictionary (codebook.csv, codebook.md) is
    written beside. For warc and wacz PATH is a file (.warc.gz, .wacz); a WACZ of everything can be imported as the archive it was.
    """
    if with_below and city is None:
        raise click.UsageError("--below needs --city")
    if bom and layout != "csv":
        raise click.UsageError("--bom is for CSV")
    for name, given in {"--portal": portal, "--report": report, "--since": since, "--until": until}.items():
        if given is not None and layout in ROWS:
            raise click.UsageError(f"{name} is for warc and wacz")
    for name, asked_for in {"--indicator": bool(chosen), "--wide": wide}.items():
        if asked_for and layout in EVIDENCE:
            raise click.UsageError(f"{name} is for csv, parquet and jsonl")
    if since is not None and until is not None and since >= until:
        raise click.UsageError(f"--since {since.isoformat()} must be earlier than --until {until.isoformat()}: nothing is fetched in between")
    adcodes = None if city is None else sorted(below(city)) if with_below else [city.code]
    console = Console(stderr=True)
    rows: list[dict[str, Any]]
    with reading_archive(config) as archive:
        if layout in EVIDENCE:
            from app.exports import evidence  # what writes and indexes WARC takes a while to import

            _refuse_unknown(archive, config, portal, report)
            asked = Wanted(portal=portal, adcodes=adcodes, year=year, report=report, since=since, until=until)
            rows = evidence.export(archive, layout, path, asked, config.clock(), console, force=force)
            if rows[0]["rows"] == 0:
                click.echo(f"nianbao: no capture is what was asked for: {path} holds none", err=True)
        else:
            from app.exports import gathering

            wanted = gathering.Wanted(adcodes, year, chosen)
            rows = gathering.export(archive, layout, path, wanted, console, wide=wide, bom=bom, force=force)
    for row in rows:
        if as_json:
            tables.json_line(row)
    if not as_json:
        tables.table(rows, ["path", "rows"])


def _refuse_unknown(archive: Archive, config: Config, portal: str | None, report: int | None) -> None:
    """A key or a number that is mistyped would make a file without a capture, which looks like an answer."""
    if portal is not None and not has_captures(archive, portal) and portal not in catalogue.portals(config.portals.paths):
        raise click.UsageError(f"--portal {portal}: there is no such portal; `nianbao portals list` lists them")
    if report is not None:
        try:
            queries.history(archive, report)
        except UnknownReport as error:
            raise click.UsageError(f"--report {report}: {error}") from error

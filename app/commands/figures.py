"""nianbao figures: the numbers of reports, one row a figure or one row a report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby, islice
from typing import Any

import click

from app import figures as numbers
from app import series, tables
from app.cities import City, below
from app.indicators import Choice, IndicatorName, meant
from app.options import AS_JSON, NUMBER, Words, configured, reading_archive
from crawler.config import Config
from crawler.reading.divisions import Division
from crawler.series import Comparability, Indicator, all_indicators

COLUMNS = ["report", "year", "scope", "label", "column", "value", "unit", "kind", "check"]
WIDE = ["report", "year", "adcode", "issuer", "trust", "scope"]
SIGNS = {Comparability.APPROXIMATE: "≈", Comparability.NOT_COMPARABLE: "≠"}


@click.command()
@click.option("--city", type=City(), help="A division: 诸城, 诸城市, 370782 or zhucheng.")
@click.option("--below", "with_below", is_flag=True, help="Also the divisions below --city.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Reporting year.")
@click.option("--report", type=NUMBER, help="One report.")
@click.option("--indicator", "chosen", type=IndicatorName(), multiple=True, help="An indicator, a row or a cell (docs/codebook.md); may be repeated.")
@click.option("--scope", type=Words(), help="市本级 or 本行政区域, where a report prints both.")
@click.option("--wide", is_flag=True, help="One row a report and scope, a column an indicator.")
@click.option("--limit", type=NUMBER, help="At most so many rows.")
@AS_JSON
@configured
def figures(
    config: Config,
    city: Division | None,
    with_below: bool,
    year: int | None,
    report: int | None,
    chosen: tuple[Choice, ...],
    scope: str | None,
    wide: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """The numbers of reports, of the version each portal shows now: every cell of the official tables, and the numbers of the text.

    --wide: what the formats of several years count alike. ≈ is only near, ≠ is another quantity, | breaks the line from the year before, ? was
    read with doubt.
    """
    if with_below and city is None:
        raise click.UsageError("--below needs --city")
    adcodes = None if city is None else sorted(below(city)) if with_below else [city.code]
    with reading_archive(config) as archive:
        rows = [row for row in numbers.wanted(archive, adcodes=adcodes, year=year, report=report) if scope is None or row["scope"] == scope]
    if wide:
        _wide(rows, meant(chosen) if chosen else all_indicators(), limit, as_json)
        return
    rows = list(islice((row for row in rows if not chosen or any(choice.means(row) for choice in chosen)), limit))
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, COLUMNS, empty="no figures")


def _wide(rows: Sequence[dict[str, Any]], indicators: Sequence[Indicator], limit: int | None, as_json: bool) -> None:
    found = series.measured(rows, indicators)[:limit]
    if as_json:
        for one in found:
            tables.json_line(series.wide(one))
        return
    said = [indicator for indicator in indicators if any(one.values[indicator.key].value is not None for one in found)]
    if sys.stdout.isatty():
        _by_organ(found, said)
        return
    rows = [{**one.head, **{indicator.key: _signed(one, indicator.key) for indicator in said}} for one in found]
    tables.table(rows, [*WIDE, *(indicator.key for indicator in said)], empty="no figures")


def _by_organ(found: Sequence[series.Measured], said: Sequence[Indicator]) -> None:
    """For a terminal, which is too narrow for a column an indicator: each organ's reports side by side."""
    if not found:
        click.echo("no figures", err=True)
    for (organ, adcode), of_organ in groupby(found, key=lambda one: (one.head["issuer"], one.head["adcode"])):
        reports = list(of_organ)
        titles = [" ".join(tables.cell(part) for part in (one.head["year"], one.head["scope"]) if part is not None) for one in reports]
        headings = [f"{title} ({one.head['report']})" for title, one in zip(titles, reports, strict=True)]
        click.secho(f"{tables.cell(organ)} {tables.cell(adcode)}", bold=True)
        rows = [
            {"indicator": one.zh, **{heading: _signed(report, one.key) for heading, report in zip(headings, reports, strict=True)}} for one in said
        ]
        tables.table(rows, ["indicator", *headings])
        click.echo()


def _signed(one: series.Measured, key: str) -> str | None:
    """A value with the signs that must not be lost on the way to a chart."""
    value = one.values[key]
    if value.value is None:
        return None
    sign = SIGNS.get(value.comparability, "") if value.comparability is not None else ""
    return f"{'|' if value.break_before else ''}{sign}{series.exact(value.value)}{'' if value.certain else '?'}"

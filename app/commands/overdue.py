"""nianbao overdue: who published in time, who did not, and where nobody can tell."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import click

from app import duties, tables
from app.cities import City
from app.options import AS_JSON, PORTALS, configured, reading_archive
from crawler.config import Config
from crawler.reading.divisions import Division
from scheduler.overdue import SORTS, Case, Standing

COLUMNS = ["adcode", "issuer", "year", "state", "days", "deadline", "why", "not_before", "not_after", "claimed", "report", "listing"]


@click.command()
@click.option("--year", type=click.IntRange(duties.FIRST, 2200), help="Report year; last year when not given.")
@click.option("--city", type=City(), help="A division: 诸城, 诸城市, 370782 or zhucheng.")
@click.option("--below", "with_below", is_flag=True, help="Also the divisions below --city.")
@click.option("--province", type=duties.Province(), help="A province with all below it: 山东.")
@click.option("--state", "states", type=click.Choice([str(state) for state in Standing]), multiple=True, help="Only these; may be repeated.")
@click.option("--kind", "kinds", type=click.Choice([*SORTS]), multiple=True, help="Sorts of organs; may be repeated.")
@PORTALS
@AS_JSON
@configured
def overdue(
    config: Config,
    year: int | None,
    city: Division | None,
    with_below: bool,
    province: Division | None,
    states: tuple[str, ...],
    kinds: tuple[str, ...],
    as_json: bool,
) -> None:
    """For each organ that must report: published, overdue, or unknown and why. Without --state a table leaves out what was on time."""
    adcodes = duties.chosen(city, province, with_below=with_below)
    counts: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    with reading_archive(config) as archive:
        for case in duties.cases(archive, config, [year or duties.newest_year(config)], adcodes, kinds or SORTS):
            if states and case.state not in states:
                continue
            if as_json:
                tables.json_line(case.plain())
                continue
            counts[_counted(case)] += 1
            if states or not (case.state is Standing.PUBLISHED and case.timely == "on_time"):
                rows.append(_row(case))
    if not as_json:
        tables.table(rows, COLUMNS, empty="nobody is overdue" if counts else "nobody must report there, as far as the archive knows")
        if counts and sys.stdout.isatty():
            click.echo(", ".join(f"{number} {name}" for name, number in sorted(counts.items())))


def _counted(case: Case) -> str:
    return f"{case.state} {duties.in_words(case)}" if case.state is not Standing.OVERDUE else str(case.state)


def _row(case: Case) -> dict[str, Any]:
    plain = case.plain()
    days = {name: None if plain[name] is None else plain[name][:16] for name in ("not_before", "not_after")}
    return {**plain, **days, "why": duties.in_words(case)}

"""nianbao findings: where a report contradicts itself or another one."""

from __future__ import annotations

import click

from app import findings as contradictions
from app import tables
from app.cities import City, below
from app.options import AS_JSON, NUMBER, Words, configured, reading_archive, writing_archive
from crawler.config import Config
from crawler.reading.divisions import Division
from storage.records import Blame

COLUMNS = ["report", "year", "rule", "level", "blame", "state", "scope", "detail"]


@click.command()
@click.option("--city", type=City(), help="A division: 诸城, 诸城市, 370782 or zhucheng.")
@click.option("--below", "with_below", is_flag=True, help="Also the divisions below --city.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Reporting year.")
@click.option("--report", type=NUMBER, help="One report.")
@click.option("--rule", type=Words(), help="Id of a rule, e.g. T3-1.")
@click.option("--blame", type=click.Choice([str(one) for one in Blame]), help="source: the organ's error; reader: possibly ours.")
@click.option("--recheck", is_flag=True, help="First compare every report with its other years, its lower levels and its neighbours anew.")
@AS_JSON
@configured
def findings(
    config: Config,
    city: Division | None,
    with_below: bool,
    year: int | None,
    report: int | None,
    rule: str | None,
    blame: str | None,
    recheck: bool,
    as_json: bool,
) -> None:
    """Contradictions inside a report and between reports, each with both quotes and both places; and rules that blanks leave open."""
    if with_below and city is None:
        raise click.UsageError("--below needs --city")
    if recheck:
        from crawler import crosschecks  # a comparison of texts, which listing needs not

        with writing_archive(config) as archive:
            crosschecks.recheck(archive, at=config.clock())
    adcodes = None if city is None else sorted(below(city)) if with_below else [city.code]
    with reading_archive(config) as archive:
        rows = contradictions.wanted(archive, adcodes=adcodes, year=year, report=report, rule=rule, blame=blame)
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, COLUMNS, empty="no findings")

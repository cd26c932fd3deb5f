"""nianbao coverage: which governments' reports of which years the archive has, and why the others are not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import click
from rich.cells import cell_len

from app import duties, tables
from app.cities import City, below
from app.options import AS_JSON, PORTALS, configured, reading_archive
from crawler.config import Config
from crawler.reading import divisions
from crawler.reading.divisions import Division
from scheduler.overdue import Case, Reason, Standing, Timely

LEGEND = {
    "●": "published on time", "◐": "published late", "○": "published, unknown whether on time", "✗": "overdue: a list read well lacks it",
    "·": "not due yet", "?": "never crawled", "!": "portal could not be read", "~": "no list read since the deadline, or not to its end",
    "-": "no earlier report listed there", "m": "only a mirror's copy", "0": "no portal is known",
    "x": "not seen for years: the organ may be no more", "u": "listed and not read, or another document may be it",
}  # fmt: skip
_PUBLISHED = {Timely.ON_TIME: "●", Timely.LATE: "◐", Timely.UNTELLABLE: "○"}
_UNKNOWN = {
    Reason.NOT_DUE_YET: "·", Reason.NEVER_CRAWLED: "?", Reason.IN_TROUBLE: "!", Reason.NOT_READ_SINCE: "~", Reason.LEFT_EARLY: "~",
    Reason.NEVER_LISTED: "-", Reason.MIRROR_ONLY: "m", Reason.LISTED_UNREAD: "u", Reason.UNCLEAR: "u",
    Reason.NO_PORTAL: "0", Reason.NOT_SEEN_SINCE: "x",
}  # fmt: skip


class Years(click.ParamType[range]):
    """2008-2025, or one year."""

    name = "years"

    def convert(self, value: str | range, param: click.Parameter | None, ctx: click.Context | None) -> range:
        if isinstance(value, range):
            return value
        first, _, last = value.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal() or not duties.FIRST <= int(first) <= int(last or first) <= 2200:
            self.fail(f"{value} is no span of years; write {duties.FIRST}-2025", param, ctx)
        return range(int(first), int(last or first) + 1)


@click.command()
@click.option("--city", type=City(), help="A division: 诸城, 诸城市, 370782 or zhucheng.")
@click.option("--below", "with_below", is_flag=True, help="Also the divisions below --city.")
@click.option("--province", type=duties.Province(), help="A province with all below it: 山东.")
@click.option("--years", type=Years(), help="Report years, 2008-2025; all when not given.")
@PORTALS
@AS_JSON
@configured
def coverage(
    config: Config, city: Division | None, with_below: bool, province: Division | None, years: range | None, as_json: bool
) -> None:  # fmt: skip
    """Governments by year, province after province: a mark a cell, and the reason of each hole."""
    adcodes = duties.chosen(city, province, with_below=with_below)
    wanted = years or range(duties.FIRST, duties.newest_year(config) + 1)
    provinces: dict[str, dict[str, dict[int, Case]]] = defaultdict(lambda: defaultdict(dict))
    with reading_archive(config) as archive:
        for case in duties.cases(archive, config, wanted, adcodes, ["government"]):
            if as_json:
                tables.json_line(case.plain() | {"mark": mark(case)})
            else:
                provinces[f"{case.organ.adcode[:2]}0000"][case.organ.adcode][case.year] = case
    if as_json:
        return
    if not provinces:
        click.echo("no government there has a portal or a report", err=True)
    pages = [_page(code, provinces[code], wanted, adcodes) for code in sorted(provinces)]
    if pages:
        legend = "\n".join(f"{sign}  {meaning}" for sign, meaning in LEGEND.items())
        click.echo("\n\n".join([*pages, legend]))


def mark(case: Case) -> str:
    """One character for a cell."""
    if case.state is Standing.OVERDUE:
        return "✗"
    if case.state is Standing.PUBLISHED:
        return _PUBLISHED[case.timely or Timely.UNTELLABLE]
    assert case.reason is not None  # what is unknown says why
    return _UNKNOWN[case.reason]


def _page(code: str, rows: dict[str, dict[int, Case]], years: Sequence[int], adcodes: Sequence[str] | None) -> str:
    province = divisions.by_code(code)
    lines: list[list[Any]] = []
    for adcode in sorted(rows):
        division = divisions.by_code(adcode)
        name = division.name if division is not None else next(iter(rows[adcode].values())).organ.city or ""
        lines.append([adcode, tables.printable(name), [mark(rows[adcode][year]) if year in rows[adcode] else " " for year in years]])
    width = max(cell_len(name) for _, name, _ in lines)
    head = f"{'':6}  {'':{width}}  " + " ".join(f"{year % 100:02d}" for year in years)
    body = [f"{adcode}  {name}{' ' * (width - cell_len(name))}  " + " ".join(f" {sign}" for sign in signs) for adcode, name, signs in lines]
    within = below(province) if province is not None else frozenset[str]()
    without = len(within if adcodes is None else within & set(adcodes)) - len(rows)
    title = f"{code} {province.name if province is not None else ''}, report years {years[0]} to {years[-1]}"
    return "\n".join([title, head, *body, *([f"{without} divisions have no portal here"] if without > 0 else [])])

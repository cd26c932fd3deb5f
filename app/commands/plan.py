"""nianbao plan: what tonight will ask of whom."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from app import tables
from app.options import AS_JSON, PORTALS, Night, configured, reading_archive
from crawler import nights
from crawler.config import Config
from scheduler import planning
from spiders import catalogue
from storage.hosts import Hosts

COLUMNS = ("portal", "state", "requests", "lists", "new", "rotation", "retries", "robots", "delay", "seconds")


@click.command()
@click.option(
    "--night",
    type=Night(),
    metavar="DATE",
    help="The date of its evening, in `schedule.timezone`: by default its work begins at 01:00 of the day after; "
    "the night that goes on or comes next when not given.",
)
@PORTALS
@AS_JSON
@configured
def plan(config: Config, night: date | None, as_json: bool) -> None:
    """What tonight will ask of whom, how long it takes, whether it fits the window, and the lag it buys. Asks nothing."""
    portals = catalogue.portals(config.portals.paths)
    at = nights.begin(night, config.schedule) if night else _next(config)
    with reading_archive(config) as archive:
        hosts = Hosts.open(config.archive.url)
        try:
            found = list(planning.plans(archive, hosts, portals, config, at))
        finally:
            hosts.close()
    total = planning.summary(found, portals, config, at)
    if as_json:
        for one in found:
            tables.json_line(one.row())
        tables.json_line({"portal": None, **total})
        return
    tables.table([one.row() for one in found], COLUMNS, empty="no portals")
    fits = f"{'fits' if total['fits'] else 'does not fit'} the window of {_hours(total['window'])}"
    click.echo(f"\nnight of {total['night']}: {total['portals']} portals, {total['requests']} requests, {_hours(total['seconds'])}; it {fits}")
    click.echo("a silent edit is found within: " + _lags(found))


def _next(config: Config) -> datetime:
    """The beginning of the night that goes on, or of the next one."""
    now = config.clock()
    night = nights.under_way(now, config.schedule)
    return now if now < nights.end(night, config.schedule) else nights.begin(night + nights.DAY, config.schedule)


def _hours(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _lags(found: list[planning.Plan]) -> str:
    names = found[0].lag if found else {}
    return "; ".join(f"{name} {max(plan.lag[name] for plan in found)} nights" for name in names)

"""The board of overdue reports for a question: which divisions, which years, and in words a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from app.cities import City, below
from crawler.config import Config
from crawler.reading.divisions import Division
from scheduler import deadlines, overdue
from scheduler.overdue import Case, Reason, Standing, Timely
from spiders import catalogue
from storage.archive import Archive
from storage.nights import CHINA
from storage.records import Level

FIRST = 2008  # the first report year there is: the Regulation of 2007 came into force on 2008-05-01
WORDS = {
    Reason.NOT_DUE_YET: "not due yet",
    Reason.NO_PORTAL: "no portal is known",
    Reason.NEVER_CRAWLED: "never crawled",
    Reason.NOT_READ_SINCE: "no list read since the deadline",
    Reason.IN_TROUBLE: "portal could not be read",
    Reason.LEFT_EARLY: "lists not read to their ends",
    Reason.NEVER_LISTED: "no earlier report of it listed",
    Reason.LISTED_UNREAD: "listed, but not read",
    Reason.UNCLEAR: "another document may be it",
    Reason.MIRROR_ONLY: "only a mirror's copy",
    Reason.NOT_SEEN_SINCE: "organ not seen lately",
}


class Province(City):
    """A division that is a province."""

    name = "province"

    def convert(self, value: str | Division, param: click.Parameter | None, ctx: click.Context | None) -> Division:
        found = super().convert(value, param, ctx)
        if found.level is not Level.PROVINCE:
            self.fail(f"{found.name} is no province; --city takes any division", param, ctx)
        return found


def newest_year(config: Config) -> int:
    """The report year whose deadlines lie in this year."""
    return config.clock().astimezone(CHINA).year - 1


def chosen(city: Division | None, province: Division | None, *, with_below: bool) -> list[str] | None:
    """The codes a question is about; None for all.

    Raises:
        UsageError: both were given, or --below without --city.
    """
    if with_below and city is None:
        raise click.UsageError("--below needs --city")
    if city is not None and province is not None:
        raise click.UsageError("--city and --province: give one of them")
    if province is not None:
        return sorted(below(province))
    return None if city is None else sorted(below(city)) if with_below else [city.code]


def cases(
    archive: Archive, config: Config, years: Sequence[int], adcodes: Sequence[str] | None, sorts: Sequence[str] = overdue.SORTS
) -> Iterator[Case]:
    """The board as of the clock of the call."""
    rules = deadlines.load(config.overdue.rules)
    portals = {key: portal.origin for key, portal in catalogue.portals(config.portals.paths).items()}
    return overdue.board(
        archive, rules, portals, years, config.clock(), adcodes=adcodes, sorts=sorts, seen_within=config.overdue.seen_within
    )  # fmt: skip


def tell(archive: Archive, config: Config) -> int:
    """Note who became overdue and whose report came late, as the nightly service does after each night."""
    return overdue.tell_of(archive, config, catalogue.portals(config.portals.paths), config.clock())


def in_words(case: Case) -> str:
    """Why it is so, in a few words."""
    if case.state is Standing.UNKNOWN and case.reason is not None:
        return WORDS[case.reason]
    if case.state is Standing.OVERDUE:
        return f"listing {case.listing} lacks it"
    if case.timely is None:
        return "no deadline"
    if case.timely is Timely.UNTELLABLE:
        return "unknown whether on time"
    said = "on time" if case.timely is Timely.ON_TIME else "late"
    return said if case.timely_by == "seen" else f"{said}, it claims"

"""nianbao changes, absences, incidents, runs: what the archive learned, what failed, and how the crawls went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from app import tables
from app.options import AS_JSON, NUMBER, Words, configured, reading_archive
from crawler.config import Config
from storage import queries, rereads
from storage.records import ChangeKind


class Since(click.ParamType[datetime]):
    """A time with its zone, or a day, which begins at midnight UTC."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(value)
            time = time.astimezone(UTC) if time.tzinfo else time
        except (ValueError, OverflowError):
            self.fail(f"{value} is no time; write 2026-01-20 or 2026-01-20T02:00:00+08:00", param, ctx)
        if time.tzinfo is None and len(value) > len("2026-01-20"):
            self.fail(f"{value} has no time zone; write {value}+08:00 for Beijing or {value}Z for UTC", param, ctx)
        return time.replace(tzinfo=UTC)


@click.command()
@click.option("--since", type=Since(), help="A day (from midnight UTC) or a time with its zone.")
@AS_JSON
@configured
def changes(config: Config, since: datetime | None, as_json: bool) -> None:
    """What the archive learned, oldest first."""
    with reading_archive(config) as archive:
        rows = queries.changes(archive, since=since)
    if not as_json:  # what is new is told by its title, which has a column of its own
        rows = [{**row, "detail": None} if row["kind"] == ChangeKind.NEW else row for row in rows]
    _print(rows, ["id", "time", "kind", "report", "portal", "year", "title", "before", "after", "detail"], as_json, "no changes")


@click.command()
@AS_JSON
@configured
def absences(config: Config, as_json: bool) -> None:
    """Reports that are not at their place, since when, and on how many nights; three in two weeks make one `missing`."""
    with reading_archive(config) as archive:
        rows = queries.absences(archive)
    _print(rows, ["report", "portal", "year", "title", "state", "nights", "first", "last", "direct", "url"], as_json, "no absences")


@click.group(invoke_without_command=True)
@click.option("--open", "only_open", is_flag=True, help="Only those not closed yet.")
@AS_JSON
@click.pass_context
@configured
def incidents(config: Config, context: click.Context, only_open: bool, as_json: bool) -> None:
    """Expectations that failed: blocked, layout changed, too few candidates."""
    if context.invoked_subcommand is not None:
        return
    with reading_archive(config) as archive:
        rows = queries.incidents(archive, open=only_open)
    _print(
        rows, ["id", "state", "opened", "closed", "kind", "portal", "detail", "seen", "url", "note"], as_json,
        "no open incidents" if only_open else "no incidents",
    )  # fmt: skip


@incidents.command()
@click.argument("number", type=NUMBER, metavar="ID")
@click.option("--note", type=Words(), help="What is known, for who looks next.")
@configured
def ack(config: Config, number: int, note: str | None) -> None:
    """Say that a person knows of an incident; recovery alone closes it."""
    with reading_archive(config) as archive:
        archive.acknowledge_incident(number, config.clock(), note)
    click.echo(f"incident {number} is acknowledged")


@click.command()
@AS_JSON
@configured
def runs(config: Config, as_json: bool) -> None:
    """Each crawl of each portal, and each reread of the archive, and how it ended, newest first."""
    with reading_archive(config) as archive:
        rows = sorted([*queries.runs(archive), *rereads.told(archive)], key=lambda row: str(row["time"]), reverse=True)
    if not as_json:
        rows = [{**row["counts"], **row} for row in rows]
    _print(rows, ["id", "time", "kind", "portal", "state", "requests", "candidates", "new", "changed", "incidents", "detail"], as_json, "no runs")


def _print(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], as_json: bool, empty: str) -> None:
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, columns, empty=empty)

"""What every answer is made of: rows of reports and of versions, and values as JSON has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from storage.schema import captures, locations, readings, versions
from storage.schema import reports as reports_table
from storage.standing import here

_REPORT = ("id", "portal", "city", "adcode", "issuer", "level", "year", "type", "title", "published", "signed")


def reports() -> Select[Any]:
    """Reports with the number of their versions, the URL where they stand (stood last), and the version and reading shown there."""
    count = select(func.count()).where(versions.c.report == reports_table.c.id).correlate(reports_table).scalar_subquery()
    return (
        select(reports_table, locations.c.url, locations.c.reading.label("standing"), versions.c.number.label("shown"), count.label("versions"))
        .select_from(reports_table)
        .outerjoin(locations, locations.c.id == here())
        .outerjoin(versions, versions.c.id == locations.c.version)
    )


_READ_FROM = (captures.c.sha256.label("body_sha256"), captures.c.url, captures.c.imported_from)


def said() -> Select[Any]:
    """Versions with what their reading says and the hash of the body it was read from."""
    facts = ("title", "published", "signed", "source", "attachments", "evidence", "figures_sha256", "reader", "encoding")
    told = (readings.c[fact] for fact in facts)
    return (
        select(versions, *told, *_READ_FROM).join(readings, readings.c.id == versions.c.reading).join(captures, captures.c.id == versions.c.capture)
    )


def report(row: Row[Any]) -> dict[str, Any]:
    """A row of `reports()`, with the keys of the command line."""
    keys = (*_REPORT, "first_seen", "last_seen", "state", "trust", "versions", "url")
    return {("report" if key == "id" else key): value for key, value in plain(row, keys).items()}


def plain(row: Row[Any], keys: Sequence[str]) -> dict[str, Any]:
    """These columns of a row, dates and times as text."""
    return {key: iso(value) if isinstance(value, date) else value for key, value in ((key, getattr(row, key)) for key in keys)}


def iso(moment: date | None) -> str | None:
    """A date or time as ISO text."""
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds")
    return None if moment is None else moment.isoformat()

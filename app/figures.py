"""The figures of reports as the archive has them, with what their own arithmetic says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from app import choosing
from crawler.reading import arithmetic
from crawler.reading.forms import by_id
from storage import counted, queries
from storage.archive import Archive
from storage.records import Figure, FigureKind, Finding, Reading

_FIGURE = ("format", "scope", "table", "row", "column", "label", "raw", "unit", "lower_bound", "sentence", "place", "capture", "certain")


def of_report(archive: Archive, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of one report, in the order of the page.

    Parameters:
        report: as queries.find tells it.
    """
    return _told(queries.figures(archive, report=report["report"]), report)


def wanted(
    archive: Archive, *, adcodes: Sequence[str] | None = None, year: int | None = None, report: int | None = None
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The figures of the reports a question is about, by division, year and report.

    Raises:
        UnknownReport: there is no report of that number.
    """
    if report is not None:
        yield from of_report(archive, queries.show(archive, report))
        return
    known = choosing.spoken_for(queries.find(archive, adcodes=adcodes, year=year))
    rows = queries.figures(archive, adcodes=adcodes, year=year)
    for number in choosing.copies(known):
        rows += queries.figures(archive, report=number)
    rows.sort(key=lambda row: (row["adcode"] or "~", row["year"] or 9999, row["report"]))  # stable: those of a report stay in the page's order
    facts = {row["report"]: row for row in known}
    for number, of_one in groupby(rows, key=lambda row: row["report"]):
        if number in facts:  # else it was filed while we were asking
            yield from _told(list(of_one), facts[number])


def of_reading(reading: Reading) -> list[dict[str, Any]]:
    """The figures of a reading that no archive holds, with the same keys and the same `check`."""
    sound = holding(reading.figures)
    return [{**counted.plain_figure(one), "check": _verdict(one, reading.findings, sound)} for one in reading.figures]


def named(row: Mapping[str, Any]) -> str:
    """A figure in words: its scope, its label as printed, and the official label of its column where the label leaves that open."""
    return " · ".join(part for part in (row["scope"], row["label"], _heading(row)) if part)


def figure(row: Mapping[str, Any]) -> Figure:
    """The figure of a row."""
    value = None if row["value"] is None else Decimal(str(row["value"]))
    return Figure(**{name: row[name] for name in _FIGURE}, kind=FigureKind(row["kind"]), value=value)


def holding(figures: Sequence[Figure]) -> frozenset[tuple[str, str]]:
    """Keys and places of the figures of one report over which a rule holds."""
    checks = [check for check in arithmetic.check(figures) if check.holds]
    return frozenset((figure.key, figure.place) for check in checks for figure in (*check.left, *check.right))


def checked(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one report; `check` says `holds` where a rule holds over a figure and none fails."""
    figures = [figure(row) for row in rows]
    sound = holding(figures)
    return [
        {**row, "check": counted.HOLDS} if row["check"] is None and (one.key, one.place) in sound else row
        for row, one in zip(rows, figures, strict=True)
    ]


def _told(rows: Sequence[dict[str, Any]], report: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "type": report["type"], "trust": report["trust"]} for row in checked(rows)]


def _verdict(figure: Figure, findings: Sequence[Finding], sound: frozenset[tuple[str, str]]) -> str | None:
    over = [finding for finding in findings if any(figure.place in place.split("; ") for place in finding.places)]
    failing = dict.fromkeys(finding.rule for finding in over if finding.holds is False)
    if failing:
        return ", ".join(failing)
    if over or figure.value is None:
        return counted.NOT_ASSESSED
    return counted.HOLDS if (figure.key, figure.place) in sound else None


def _heading(row: Mapping[str, Any]) -> str | None:
    if row["format"] in {None, "prose"} or row["column"] is None:
        return None
    table = next(table for table in by_id(row["format"]).tables if table.id == row["table"])
    if table.is_record or table.is_list:
        return None
    return next(column.label for column in table.columns if column.key == row["column"])

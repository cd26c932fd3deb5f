"""Questions about figures and findings, answered as plain dictionaries with the keys of the command line's JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, or_, select

from storage.archive import Archive
from storage.engine import reading
from storage.figures import figure as figure_of
from storage.findings import finding as finding_of
from storage.records import Figure, FigureKind, Finding
from storage.schema import figures as figures_table
from storage.schema import findings as findings_table
from storage.standing import chosen, facts

HOLDS, NOT_ASSESSED = "holds", "not_assessed"
FAILS, NOT_ASSESSABLE = "fails", "not_assessable"
INSIDE, BETWEEN = "inside", "between"
_FIGURE = ("format", "scope", "table", "row", "column", "label", "kind", "value", "unit", "raw")
_AT_ONCE = 200  # reports whose findings are asked for together
_VALUED = {FigureKind.NUMBER, FigureKind.ZERO}


def figures(
    archive: Archive,
    *,
    adcodes: Sequence[str] | None = None,
    year: int | None = None,
    indicator: str | None = None,
    report: int | None = None,
    scope: str | None = None,
    limit: int | None = None,
    ruled: Callable[[Figure], bool] | None = None,
) -> list[dict[str, Any]]:
    """What reports count now, one dictionary a figure, by division, year, report and the order of the page.

    Args:
        adcodes: of divisions; the caller adds those below a province or prefecture. None: wherever.
        indicator: the key of a row or a column, both (`new_received.total`), with the table or the beginning of its name in front
            (`t3.new_received.total`, `t4.review_total`), a whole key with slashes, or a part of the printed label.
        report: this one alone, official or not. Otherwise official reports only.
        scope: 市本级 or 本行政区域; "" for figures without one.
        ruled: whether a rule of arithmetic is over a figure (the rules are the reader's). Without it nothing is said to hold.

    Returns:
        `check` is the rules that fail over the figure, joined by ", "; else `not_assessed` where a rule over it needs what is blank or
        unreadable, or where it counts nothing; else `holds` where a rule is over it; else None. `value` is exact: a whole number or a fraction
        as a JSON number where that loses nothing, else text.
    """
    here = facts().where(*chosen(reports=None if report is None else [report], adcodes=adcodes, year=year)).subquery()
    asked: list[ColumnElement[bool]] = []
    if indicator is not None:
        asked.append(_asked(indicator))
    if scope is not None:
        asked.append(figures_table.c.scope == scope if scope else figures_table.c.scope.is_(None))
    order = (here.c.adcode.nulls_last(), here.c.year.nulls_last(), here.c.id, figures_table.c.number)
    told = (here.c.id.label("report"), here.c.year, here.c.adcode, here.c.issuer, here.c.city, here.c.level, here.c.version, here.c.reader)
    query = select(figures_table, *told).join(here, here.c.assessment == figures_table.c.assessment).where(*asked).order_by(*order).limit(limit)
    with reading(archive.engine) as connection:
        rows = connection.execute(query).all()
        against = _against(connection, {row.report: row.assessment for row in rows})
    return [_row(row, against.get(row.report, []), ruled) for row in rows]


def findings(
    archive: Archive,
    *,
    adcodes: Sequence[str] | None = None,
    year: int | None = None,
    report: int | None = None,
    rule: str | None = None,
    level: str | None = None,
    blame: str | None = None,
    assessable: bool | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """What contradicts itself in reports as they stand now, or between them, by division, year and report.

    Args:
        report: this one alone, official or not. Otherwise official reports only.
        assessable: only rules that fail (True), or only those that could not be assessed (False).

    Returns:
        `kind` is `inside` one report or `between` reports, `state` is `fails` or `not_assessable`, `time` when it was found first.
    """
    here = facts().where(*chosen(reports=None if report is None else [report], adcodes=adcodes, year=year)).subquery()
    asked: list[ColumnElement[bool]] = []
    for column, value in (("rule", rule), ("level", level), ("blame", blame), ("assessable", assessable)):
        if value is not None:
            asked.append(findings_table.c[column] == value)
    of_report = or_(findings_table.c.assessment == here.c.assessment, findings_table.c.report == here.c.id)
    order = (here.c.adcode.nulls_last(), here.c.year.nulls_last(), here.c.id, findings_table.c.id)
    told = (here.c.id.label("of"), here.c.portal, here.c.adcode, here.c.year, here.c.issuer, here.c.city, here.c.title, here.c.url)
    query = select(findings_table, *told).join(here, of_report).where(*asked).order_by(*order).limit(limit)
    with reading(archive.engine) as connection:
        return [_finding_row(row) for row in connection.execute(query)]


def inside_and_between(connection: Connection, report: int | None, assessment: int | None) -> list[Finding]:
    """The findings of one report: those of its assessment, and those between it (None: an earlier version of it) and others."""
    asked = ((findings_table.c.assessment, assessment), (findings_table.c.report, report))
    over = [column == number for column, number in asked if number is not None]  # `== None` would be every row that has none
    found = select(findings_table).where(or_(false(), *over)).order_by(findings_table.c.id)
    return [finding_of(row) for row in connection.execute(found)]


def plain_figure(figure: Figure) -> dict[str, Any]:
    """A figure as JSON."""
    return {
        **{key: getattr(figure, key) for key in _FIGURE}, "value": number(figure.value), "lower_bound": figure.lower_bound,
        "certain": figure.certain, "sentence": figure.sentence, "place": figure.place, "capture": figure.capture,
    }  # fmt: skip


def plain_finding(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    return {
        "rule": finding.rule, "level": finding.level, "blame": finding.blame, "assessable": finding.assessable, "holds": finding.holds,
        "text": finding.text, "detail": finding.detail, "scope": finding.scope, "table": finding.table, "where": finding.where,
        "quotes": list(finding.quotes), "places": list(finding.places), "left": number(finding.left), "right": number(finding.right),
    }  # fmt: skip


def placed(figure: Figure) -> str:
    """Where a figure stands, for findings between reports: in which bytes, and there."""
    return f"capture {figure.capture} {figure.place}"


def number(value: Decimal | None) -> int | float | str | None:
    """An exact number for JSON: text where a reader's floating point would not give back the same digits."""
    if value is None:
        return None
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else format(value, "f")


def _asked(indicator: str) -> ColumnElement[bool]:
    figures = figures_table.c
    if indicator.count("/") == 4:
        parts = zip((figures.format, figures.scope, figures.table, figures.row, figures.column), indicator.split("/"), strict=True)
        return and_(*(column.is_(None) if part in {"-", ""} else column == part for column, part in parts))
    match indicator.split("."):
        case [one]:
            return or_(figures.row == one, figures.column == one, figures.label.icontains(one, autoescape=True))
        case [first, second]:
            of_table = and_(_table(first), or_(figures.row == second, figures.column == second))
            return or_(and_(figures.row == first, figures.column == second), of_table)
        case [table, row, column]:
            return and_(_table(table), figures.row == row, figures.column == column)
    return figures.label.icontains(indicator, autoescape=True)


def _table(name: str) -> ColumnElement[bool]:
    return or_(figures_table.c.table == name, figures_table.c.table.startswith(f"{name}_", autoescape=True))


def _against(connection: Connection, assessed: dict[int, int]) -> dict[int, list[Finding]]:
    """By report, the findings over its cells, inside it and between it and others."""
    by_report: dict[int, list[Finding]] = {report: [] for report in assessed}
    reports = list(assessed)
    for start in range(0, len(reports), _AT_ONCE):
        asked = reports[start : start + _AT_ONCE]
        inside = [assessed[report] for report in asked]
        over = or_(findings_table.c.assessment.in_(inside), findings_table.c.report.in_(asked))
        found = [(row.assessment, row.report, finding_of(row)) for row in connection.execute(select(findings_table).where(over))]
        for report in asked:
            by_report[report] += [finding for assessment, between, finding in found if assessment == assessed[report] or between == report]
    return by_report


def _row(row: Row[Any], against: Sequence[Finding], ruled: Callable[[Figure], bool] | None) -> dict[str, Any]:
    figure = figure_of(row)
    return {
        **{key: getattr(row, key) for key in ("report", "year", "adcode")}, **{key: getattr(figure, key) for key in _FIGURE},
        "value": number(figure.value), "check": _check(figure, against, ruled), "issuer": row.issuer, "city": row.city, "level": row.level,
        "version": row.version, "lower_bound": figure.lower_bound, "certain": figure.certain, "sentence": figure.sentence,
        "place": figure.place, "capture": figure.capture, "reader": row.reader,
    }  # fmt: skip


def _check(figure: Figure, against: Sequence[Finding], ruled: Callable[[Figure], bool] | None) -> str | None:
    stands = {figure.place, placed(figure)}
    over = [finding for finding in against if any(stands.intersection(place.split("; ")) for place in finding.places)]
    failing = dict.fromkeys(finding.rule for finding in over if finding.holds is False)
    if failing:
        return ", ".join(failing)
    if over or figure.kind not in _VALUED:
        return NOT_ASSESSED
    return HOLDS if ruled is not None and ruled(figure) else None


def _finding_row(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "time": row.found_at.isoformat(timespec="seconds"), "kind": INSIDE if row.report is None else BETWEEN, "report": row.of,
        "portal": row.portal, "adcode": row.adcode, "year": row.year, "state": FAILS if row.assessable else NOT_ASSESSABLE,
        **plain_finding(finding_of(row)), "issuer": row.issuer, "city": row.city, "title": row.title, "url": row.url,
    }  # fmt: skip

"""Findings: rows that say where a report contradicts itself, or another one.

Those inside a report belong to its assessment and are read with it. Those between reports belong to the later report; they are replaced as a
whole when its comparison is repeated, and what is found again keeps its number and the time it was found first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from storage import events
from storage.evidence import exact
from storage.records import Blame, Event, Finding, What
from storage.schema import assessments, findings, readings
from storage.types import dumps

_FIELDS = (
    "rule", "level", "blame", "assessable", "holds", "text", "detail", "scope", "table", "where", "quotes", "places", "left", "right",
)  # fmt: skip
_SAID = ("rule", "level", "blame", "assessable", "holds", "scope", "table", "where", "quotes", "detail")


def said(finding: Finding) -> str:
    """What a finding says, without where it stands."""
    return dumps([getattr(finding, field) for field in _SAID])


def put(connection: Connection, assessment: int, found: Iterable[Finding], at: datetime) -> None:
    """Store the findings inside a report."""
    rows = [{"assessment": assessment, "found_at": at, **_values(finding)} for finding in found]
    if rows:
        connection.execute(insert(findings), rows)


def replace_between(connection: Connection, report: int, found: Iterable[Finding], at: datetime) -> tuple[int, int]:
    """Make these the findings between a report and others.

    Returns:
        How many are new, and how many no longer hold and went.
    """
    wanted = {hashlib.sha256(said(finding).encode()).hexdigest(): finding for finding in found}
    known = {row.key: row.id for row in connection.execute(select(findings.c.id, findings.c.key).where(findings.c.report == report))}
    gone = [number for key, number in known.items() if key not in wanted]
    if gone:
        connection.execute(delete(findings).where(findings.c.id.in_(gone)))
    new = [{"report": report, "key": key, "found_at": at, **_values(finding)} for key, finding in wanted.items() if key not in known]
    if new:
        connection.execute(insert(findings), new)
        exact.seal_findings(connection, report)
    return len(new), len(gone)


def tell(connection: Connection, report: int, found: Iterable[Finding], at: datetime, *, portal: str | None, run: int | None = None) -> None:
    """Note findings as events, each of a report once, though a later version or comparison finds it again.

    Only what counts against the organ: a rule that could not be assessed, or may be broken by our reading, accuses nobody.
    """
    for finding in found:
        if finding.assessable and finding.holds is False and finding.blame is Blame.SOURCE:
            facts = {"rule": finding.rule, "level": finding.level, "text": finding.text, "detail": finding.detail, "quotes": list(finding.quotes)}
            key = f"finding {report} {hashlib.sha256(said(finding).encode()).hexdigest()}"
            events.note(connection, Event(key=key, kind=What.FINDINGS, time=at, portal=portal, report=report, run=run, facts=facts))


def said_of(connection: Connection, report: int, but: str) -> set[str]:
    """What was found inside the contents of a report other than the one of that hash."""
    of_report = select(readings.c.content_sha256).where(readings.c.report == report, readings.c.content_sha256 != but)
    inside = select(findings).join(assessments, assessments.c.id == findings.c.assessment).where(assessments.c.content_sha256.in_(of_report))
    return {said(finding(row)) for row in connection.execute(inside)}


def finding(row: Row[Any]) -> Finding:
    """The finding of a row."""
    values = {field: getattr(row, field) for field in _FIELDS}
    pairs = {"quotes": tuple(row.quotes), "places": tuple(row.places)}
    return Finding(**{**values, **pairs})


def _values(finding: Finding) -> dict[str, Any]:
    values = {field: getattr(finding, field) for field in _FIELDS}
    return {**values, "quotes": list(finding.quotes), "places": list(finding.places)}

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

from storage.evidence import exact
from storage.records import Blame, Finding, FindingLevel
from storage.schema import findings
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


def finding(row: Row[Any]) -> Finding:
    """The finding of a row."""
    values = {field: getattr(row, field) for field in _FIELDS}
    pairs = {"quotes": tuple(row.quotes), "places": tuple(row.places)}
    return Finding(**{**values, **pairs, "level": FindingLevel(row.level), "blame": Blame(row.blame)})


def _values(finding: Finding) -> dict[str, Any]:
    values = {field: getattr(finding, field) for field in _FIELDS}
    return {**values, "quotes": list(finding.quotes), "places": list(finding.places)}

"""Hashes of what is stored, to the last bit.

`text_sha256`, `tables_sha256` and `figures_sha256` answer whether two pages say the same, and pass over white space, captions, labels and places.
These answer whether a row is still what was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from storage.evidence import canonical
from storage.evidence.canonical import plain
from storage.schema import assessments, contents, figures, findings

FIGURE = (
    "number", "format", "scope", "table", "row", "column", "label", "raw", "kind", "value", "unit", "lower_bound", "sentence", "place", "capture",
    "certain",
)  # fmt: skip
FINDING = (
    "rule", "level", "blame", "assessable", "holds", "text", "detail", "scope", "table", "where", "quotes", "places", "left", "right", "found_at",
)  # fmt: skip
NAME = ("content_sha256", "reader", "figures_sha256", "findings_sha256", "made_at")


def content(row: Mapping[Any, Any]) -> str:
    """Of a row of `contents`: its text and its tables."""
    return canonical.digest("nianbao.content.1", {name: row[name] for name in ("text", "tables")})


def assessment(connection: Connection, row: Mapping[Any, Any]) -> str:
    """Of a row of `assessments` with its figures and findings."""
    number = row["id"]
    read = connection.execute(select(*(figures.c[name] for name in FIGURE)).where(figures.c.assessment == number).order_by(figures.c.number))
    found = connection.execute(select(*(findings.c[name] for name in FINDING)).where(findings.c.assessment == number).order_by(findings.c.id))
    lists = {"figures": [[plain(value) for value in figure] for figure in read], "findings": [[plain(value) for value in one] for one in found]}
    return canonical.digest("nianbao.assessment.1", {**{name: row[name] for name in NAME}, **lists})


def finding(row: Mapping[Any, Any]) -> str:
    """Of a finding between reports."""
    return canonical.digest("nianbao.finding.1", {name: row[name] for name in ("report", "key", *FINDING)})


def seal_content(connection: Connection, sha256: str) -> None:
    """Note the hash of a content just stored."""
    row = connection.execute(select(contents.c.text, contents.c.tables).where(contents.c.content_sha256 == sha256)).mappings().one()
    connection.execute(update(contents).where(contents.c.content_sha256 == sha256).values(exact_sha256=content(row)))


def seal_assessment(connection: Connection, number: int) -> None:
    """Note the hash of an assessment just stored with its figures and findings."""
    row = connection.execute(select(assessments.c.id, *(assessments.c[name] for name in NAME)).where(assessments.c.id == number)).mappings().one()
    connection.execute(update(assessments).where(assessments.c.id == number).values(exact_sha256=assessment(connection, row)))


def seal_findings(connection: Connection, report: int) -> None:
    """Note the hashes of the findings between a report and others that have none yet."""
    columns = [findings.c.id, *(findings.c[name] for name in ("report", "key", *FINDING))]
    new = select(*columns).where(findings.c.report == report, findings.c.exact_sha256.is_(None))
    for row in connection.execute(new).mappings().all():
        connection.execute(update(findings).where(findings.c.id == row["id"]).values(exact_sha256=finding(row)))

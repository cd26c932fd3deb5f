"""Assessments: the figures and findings one reader version has of one content, stored once however often the page is captured.

A page that is fetched every night for years says the same 200 numbers; its readings name the one assessment that holds them. Where another
reader's reading takes the place of all that rested on an assessment, the assessment goes: captures stay, and what was read from them can be
computed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select

from storage import figures, findings
from storage.engine import insert_new
from storage.evidence import exact
from storage.records import Finding, Reading
from storage.schema import assessments, locations, readings, versions
from storage.schema import figures as figures_table
from storage.schema import findings as findings_table

_NAME = ("content_sha256", "reader", "figures_sha256", "findings_sha256")

IS_OF_READING: ColumnElement[bool] = and_(*(assessments.c[part] == readings.c[part] for part in _NAME))
"""Joins a reading to its assessment. Readings filed before figures were read have none."""


def findings_sha256(found: Iterable[Finding]) -> str:
    """Of what a reading finds, wherever it stands: the same page captured again finds the same."""
    return hashlib.sha256("\x1e".join(sorted(findings.said(finding) for finding in found)).encode()).hexdigest()


def put(connection: Connection, reading: Reading, at: datetime) -> None:
    """Store what a reading counts and finds, unless the same reader has said so of the same content."""
    name = {
        "content_sha256": reading.content_sha256, "reader": reading.reader, "figures_sha256": reading.figures_sha256,
        "findings_sha256": findings_sha256(reading.findings),
    }  # fmt: skip
    number = insert_new(connection, assessments, **name, made_at=at)
    if number is not None:
        figures.put(connection, number, reading.figures)
        findings.put(connection, number, reading.findings, at)
        exact.seal_assessment(connection, number)


def of(connection: Connection, reading: Row[Any]) -> int | None:
    """The assessment of a row of `readings`."""
    return connection.execute(select(assessments.c.id).where(*_same(assessments, reading))).scalar_one_or_none()


def drop_unused(connection: Connection, reading: Row[Any]) -> None:
    """Forget the assessment of a reading that was replaced, unless versions or locations still rest on it."""
    number = of(connection, reading)
    rest = or_(readings.c.id.in_(select(versions.c.reading)), readings.c.id.in_(select(locations.c.reading)))
    if number is None or connection.execute(select(readings.c.id).where(*_same(readings, reading), rest)).first() is not None:
        return
    connection.execute(delete(figures_table).where(figures_table.c.assessment == number))
    connection.execute(delete(findings_table).where(findings_table.c.assessment == number))
    connection.execute(delete(assessments).where(assessments.c.id == number))


def _same(table: Any, reading: Row[Any]) -> list[ColumnElement[bool]]:
    return [table.c[part] == getattr(reading, part) for part in _NAME]

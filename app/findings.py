"""The findings of the reports a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app import choosing
from storage import queries
from storage.archive import Archive


def wanted(
    archive: Archive,
    *,
    adcodes: Sequence[str] | None = None,
    year: int | None = None,
    report: int | None = None,
    rule: str | None = None,
    blame: str | None = None,
) -> list[dict[str, Any]]:
    """Findings by division, year and report.

    Raises:
        UnknownReport: there is no report of that number.
    """
    if report is not None:
        trust = queries.show(archive, report)["trust"]
        return [{**row, "trust": trust} for row in queries.findings(archive, report=report, rule=rule, blame=blame)]
    rows = queries.findings(archive, adcodes=adcodes, year=year, rule=rule, blame=blame)
    known = choosing.spoken_for(queries.find(archive, adcodes=adcodes, year=year))
    for number in choosing.copies(known):
        rows += queries.findings(archive, report=number, rule=rule, blame=blame)
    trusts = {row["report"]: row["trust"] for row in known}
    rows = [{**row, "trust": trusts[row["report"]]} for row in rows if row["report"] in trusts]
    return sorted(rows, key=lambda row: (row["adcode"] or "~", row["year"] or 9999, row["report"], row["id"]))

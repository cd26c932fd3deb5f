"""Assessments: figures and findings against the hashes of what they say and of what is stored; findings between reports against their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, select

from storage import findings as findings_
from storage.assessments import findings_sha256
from storage.evidence import canonical, exact
from storage.evidence.canonical import plain
from storage.figures import figure
from storage.findings import finding
from storage.records.read import figures_sha256
from storage.schema import assessments, contents, figures, findings, readings
from storage.verifying import repairs, strictly
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row
from storage.verifying.texts import of_content

_NAME = ("reader", "figures_sha256", "findings_sha256")


class _Values:
    """A row's values as attributes, as those who make figures and findings of rows want them."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def check(check: Check) -> Iterator[Bad]:
    """Every assessment with its figures and findings, or those made since; then the findings between reports."""
    query = select(assessments)
    if check.since_time is not None:
        query = query.where(assessments.c.made_at >= check.since_time)
    for row in strictly.rows(check.connection, query, assessments):
        check.looked_at("assessments")
        found = _problem(check, row)
        if found is not None:
            kind, verdict, what = found
            check.named.add(("assessments", row.key))
            yield Bad(kind=kind, id=row.key, place=of_content(check, row.values.get("content_sha256")), verdict=verdict, what=what)
    yield from _between(check)


def _problem(check: Check, row: Row) -> tuple[str, Verdict, str] | None:
    values = row.values
    if row.trouble is not None:
        _may_be_meant(check, values, _stored(check, row.key, values))
        return "assessment", Verdict.ROT, f"cannot be read: {row.trouble}"
    counted = _rows(check, figures, exact.FIGURE, row.key)
    found = _rows(check, findings, exact.FINDING, row.key)
    for kind, many in (("figures", counted), ("findings", found)):
        check.looked_at(kind, len(many))
        for one in many:
            if one.trouble is not None:
                _may_be_meant(check, values)
                return kind, Verdict.ROT, f"row {one.key} of {kind} cannot be read: {one.trouble}"
    lists = {"figures": _plain(counted, exact.FIGURE), "findings": _plain(found, exact.FINDING)}
    name = {part: values[part] for part in exact.NAME}
    stored = canonical.digest("nianbao.assessment.1", {**name, **lists})
    try:
        figures_say, findings_say = _say(counted, found)
    except (ValueError, TypeError):  # a kind, level or blame that is none
        figures_say = findings_say = "no words of ours"
    wrong = [part for part, sha256 in (("figures", figures_say), ("findings", findings_say)) if values[f"{part}_sha256"] != sha256]
    if stored == values["exact_sha256"] and not wrong:
        return None
    _may_be_meant(check, values, stored)
    kind = wrong[0] if len(wrong) == 1 else "assessment"
    said = {"figures": figures_say, "findings": findings_say}
    what = [f"{part}_sha256 is {values[f'{part}_sha256']}, and computed {said[part]}" for part in wrong]
    if stored == values["exact_sha256"]:
        chance = all(repairs.one_bit_apart(values[f"{part}_sha256"], said[part]) for part in wrong)
        return kind, Verdict.ROT if chance else Verdict.TAMPERING, "; ".join(what)
    what.append(f"exact_sha256 is {values['exact_sha256']}, and computed {stored}")
    if not wrong and not _is_read(check, values) and not _is_of_another_content(check, values, lists):
        return kind, Verdict.TAMPERING, f"replaced together with its hash, which no reading knows: {what[-1]}"
    return kind, Verdict.ROT, "; ".join(what)


def _rows(check: Check, table: Table, columns: tuple[str, ...], assessment: int) -> list[Row]:
    query: Select[Any] = select(table.c.id, *(table.c[name] for name in columns)).where(table.c.assessment == assessment)
    return sorted(strictly.rows(check.connection, query, table), key=lambda row: (row.values.get("number", 0), row.key))


def _plain(rows: list[Row], columns: tuple[str, ...]) -> list[list[Any]]:
    return [[plain(row.values[name]) for name in columns] for row in rows]


def _say(counted: list[Row], found: list[Row]) -> tuple[str, str]:
    one: Any = _Values
    return figures_sha256(figure(one(row.values)) for row in counted), findings_sha256(finding(one(row.values)) for row in found)


def _is_read(check: Check, values: dict[str, Any]) -> bool:
    """Whether a reading of this content names this assessment, or would if one bit of its name were another."""
    asked = select(*(readings.c[part] for part in _NAME)).where(
        readings.c.content_sha256 == values["content_sha256"], readings.c.figures_sha256.is_not(None)
    )
    mine = "\n".join(values[part] for part in _NAME)
    named = ("\n".join(row) for row in check.connection.execute(asked.distinct()))
    return any(name == mine or repairs.one_bit_apart(name, mine) for name in named)


def _is_of_another_content(check: Check, values: dict[str, Any], lists: dict[str, list[list[Any]]]) -> bool:
    """Whether its hash fits when one bit of the content it names is turned back."""
    there = select(contents.c.content_sha256).where(contents.c.content_sha256.in_(repairs.one_bit_from(values["content_sha256"])))
    name = {part: values[part] for part in exact.NAME}
    return any(
        canonical.digest("nianbao.assessment.1", {**name, "content_sha256": other, **lists}) == values["exact_sha256"]
        for other in check.connection.execute(there).scalars().all()
    )


def _stored(check: Check, number: int, values: dict[str, Any]) -> str | None:
    """The hash of an assessment whose own hash cannot be read; None where something else of it cannot be."""
    lists = {"figures": _rows(check, figures, exact.FIGURE, number), "findings": _rows(check, findings, exact.FINDING, number)}
    if not set(exact.NAME) <= set(values) or any(one.trouble is not None for rows in lists.values() for one in rows):
        return None
    plainly = {"figures": _plain(lists["figures"], exact.FIGURE), "findings": _plain(lists["findings"], exact.FINDING)}
    return canonical.digest("nianbao.assessment.1", {**{part: values[part] for part in exact.NAME}, **plainly})


def _may_be_meant(check: Check, values: dict[str, Any], computed: str | None = None) -> None:
    check.alternatives["assessment"].update(str(sha256) for sha256 in (values.get("exact_sha256"), computed) if sha256 is not None)


def _between(check: Check) -> Iterator[Bad]:
    query = select(findings).where(findings.c.report.is_not(None))
    if check.since_time is not None:
        query = query.where(findings.c.found_at >= check.since_time)
    for row in strictly.rows(check.connection, query, findings):
        check.looked_at("findings")
        found = _between_problem(row)
        if found is not None:
            place = None if row.values.get("report") is None else f"report {row.values['report']}"
            yield Bad(kind="finding", id=row.key, place=place, verdict=found[0], what=found[1])


def _between_problem(row: Row) -> tuple[Verdict, str] | None:
    values = row.values
    if row.trouble is not None:
        return Verdict.ROT, f"cannot be read: {row.trouble}"
    one: Any = _Values
    try:
        key = hashlib.sha256(findings_.said(finding(one(values))).encode()).hexdigest()
    except (ValueError, TypeError):
        key = "no words of ours"
    stored = exact.finding(values)
    if stored != values["exact_sha256"]:
        return Verdict.ROT, f"exact_sha256 is {values['exact_sha256']}, and computed {stored}"
    if key != values["key"]:
        return Verdict.TAMPERING, f"its key is {values['key']}, and computed {key}: replaced together with its hash"
    return None

"""Contents: text and tables against their four hashes: of the wording, of the tables, of both (its name), and of what is stored to the last bit."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, select

from storage.contents import grids
from storage.evidence import exact
from storage.records import content_sha256
from storage.records.read import joined_sha256, tables_sha256
from storage.schema import contents, readings, reports
from storage.verifying import repairs, strictly
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row


def check(check: Check) -> Iterator[Bad]:
    """Every content, or those of readings filed since."""
    query = select(contents)
    if check.since_time is not None:
        query = query.where(exists().where(readings.c.content_sha256 == contents.c.content_sha256, readings.c.filed_at >= check.since_time))
    for row in strictly.rows(check.connection, query, contents, at_once=20):
        check.looked_at("contents")
        name = row.values.get("content_sha256")
        found = _problem(check, row)
        if found is not None:
            check.named.add(("contents", name))
            yield Bad(kind="content", id=str(name or f"row {row.key}"), place=of_content(check, name), verdict=found[0], what=found[1])


def of_content(check: Check, sha256: object) -> str | None:
    """The first report and URL a content was read for."""
    asked = select(readings.c.report).where(readings.c.content_sha256 == sha256).order_by(readings.c.id)
    report, url = strictly.one(check.connection, asked), strictly.one(check.connection, asked.with_only_columns(readings.c.url))
    title = None if report is None else strictly.one(check.connection, select(reports.c.title).where(reports.c.id == report))
    return " ".join(part for part in (None if report is None else f"report {report}", title, url) if part) or None


def _problem(check: Check, row: Row) -> tuple[Verdict, str] | None:
    values = row.values
    if row.trouble is not None:
        _may_be_meant(check, values, exact.content(values) if {"text", "tables"} <= set(values) else None)
        return Verdict.ROT, f"cannot be read: {row.trouble}"
    try:
        tables = tables_sha256(grids(values["tables"]))
    except (KeyError, TypeError, ValueError, IndexError):  # one bit made another key or number of it
        tables = "no tables"
    text = content_sha256(values["text"])
    computed = {
        "exact_sha256": exact.content(values), "text_sha256": text, "tables_sha256": tables,
        "content_sha256": joined_sha256(text, tables),
    }  # fmt: skip
    wrong = [name for name, sha256 in computed.items() if values[name] != sha256]
    if not wrong:
        return None
    _may_be_meant(check, values, computed["exact_sha256"])
    what = "; ".join(f"{name} is {values[name]}, and computed {computed[name]}" for name in wrong)
    if "exact_sha256" not in wrong:
        chance = all(repairs.one_bit_apart(str(values[name]), computed[name]) for name in wrong)
        return (Verdict.ROT if chance else Verdict.TAMPERING), what
    together = "content_sha256" in wrong and "text_sha256" not in wrong and "tables_sha256" not in wrong
    if together and not repairs.one_bit_apart(values["content_sha256"], computed["content_sha256"]):
        return Verdict.TAMPERING, f"replaced together with its hash: {what}"
    return Verdict.ROT, what


def _may_be_meant(check: Check, values: dict[str, object], computed: str | None = None) -> None:
    check.alternatives["content"].update(str(sha256) for sha256 in (values.get("exact_sha256"), computed) if sha256 is not None)
    check.alternatives["body"].add(str(values.get("content_sha256")))

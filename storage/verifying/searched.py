"""Documents of the search against what they are made from: a damaged one could show a hit that nobody printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.exc import DBAPIError

from storage import search
from storage.schema import documents, readings, reports
from storage.types import Unfit
from storage.verifying.bad import Bad, Check, Verdict

_AT_ONCE = 200
_SAID = ("content_sha256", "assessment", "title", "issuer", "labels")
_Expected = dict[tuple[int, int | None], dict[str, Any]]
_ANEW = "nianbao db reindex makes it anew"


def check(check: Check) -> Iterator[Bad]:
    """Those of every report, or of reports read since. Comes last: where what they are made from is damaged, that is named already."""
    wanted = select(reports.c.id)
    if check.since_time is not None:
        wanted = wanted.where(exists().where(readings.c.report == reports.c.id, readings.c.filed_at >= check.since_time))
    last = 0
    while portion := check.connection.execute(wanted.where(reports.c.id > last).order_by(reports.c.id).limit(_AT_ONCE)).scalars().all():
        found = _read(check, portion)
        for read in [found] if found is not None else [_read(check, [report]) for report in portion]:
            if read is not None:
                yield from _compared(check, *read)
        last = portion[-1]
    for row in check.connection.execute(select(documents.c.id, documents.c.report).where(~exists().where(reports.c.id == documents.c.report))):
        yield from _bad(check, row.id, f"report {row.report}", f"there is no such report; {_ANEW}")


def _read(check: Check, portion: Sequence[int]) -> tuple[_Expected, dict[int, list[Row[Any]]]] | None:
    """What documents of reports should be there, and which are; None where something is in the way that cannot be read, and is named for that."""
    there: dict[int, list[Row[Any]]] = {report: [] for report in portion}
    try:
        with check.connection.begin_nested():
            for row in check.connection.execute(select(documents).where(documents.c.report.in_(portion)).order_by(documents.c.id)):
                there[row.report].append(row)
            return search.expected(check.connection, portion), there
    except (DBAPIError, Unfit):
        if not check.named:
            raise
        return None


def _compared(check: Check, expected: _Expected, there: dict[int, list[Row[Any]]]) -> Iterator[Bad]:
    for report, rows in there.items():
        check.looked_at("documents", len(rows))
        lacking = {key: said for key, said in expected.items() if key[0] == report}
        wrong = False
        for row in rows:
            said = lacking.pop((report, row.version), None)
            differs = [name for name in _SAID if said is not None and said[name] != getattr(row, name)]
            if said is None or differs:
                wrong = True
                if not any(_explained(check, made_from, report, row.version) for made_from in (dict(row._mapping), said or {})):
                    what = "it is of no version of the report" if said is None else f"{', '.join(differs)}: not as what it is made from"
                    yield from _bad(check, row.id, f"report {report}", f"{what}; {_ANEW}")
        if lacking and not wrong and not any(_explained(check, said, *key) for key, said in lacking.items()):
            yield from _bad(check, f"of report {report}", f"report {report}", f"{len(lacking)} are missing; {_ANEW}")


def _explained(check: Check, said: dict[str, Any], report: int, version: int | None) -> bool:
    """Whether what the document is made from is named already."""
    made_from = {("reports", report), ("versions", version), ("assessments", said.get("assessment")), ("contents", said.get("content_sha256"))}
    return bool(made_from & check.named)


def _bad(check: Check, key: int | str, place: str, what: str) -> Iterator[Bad]:
    if ("documents", key) not in check.named:
        check.named.add(("documents", key))
        yield Bad(kind="documents", id=key, place=place, verdict=Verdict.ROT, what=what)

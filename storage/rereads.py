"""Times when old captures were read anew: what is still to be read, what the archive says of it until then, and how each time went.

A reread is a technical event. It has a row of its own, is no run of a portal, and no change comes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from storage import assessments, contents, differences, figures
from storage.contents import Content
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.readings import standing as standing_readings
from storage.records import Outcome, Reading
from storage.schema import captures, readings, rereads
from storage.schema import findings as findings_table
from storage.types import utc

if TYPE_CHECKING:
    from storage.archive import Archive

FACTS = ("type", "issuer", "level", "adcode", "city", "year", "title", "published", "signed", "source", "trust", "encoding")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A reading on which a version or a location rests, and which can be made anew.

    Attributes:
        id: its number. url: of the page's capture. reader: who made it.
    """

    id: int
    captures: tuple[int, ...]
    report: int
    portal: str | None
    reader: str
    url: str


def count(archive: Archive, reader: str | None, portals: Collection[str] | None = None) -> int:
    """How many readings `standing` would give."""
    with reads(archive.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(readings).where(*_wanted(reader, portals))).scalar_one())


def standing(archive: Archive, reader: str | None, portals: Collection[str] | None = None) -> Iterator[Old]:
    """The readings that versions and locations rest on, oldest first; taken from the database in portions, so that any archive fits.

    Each is given once, also while others take its place: who begins again after a kill gets what is left.

    Args:
        reader: leave out what this reader made; None: all.
        portals: only theirs; None: all, also imported files, which belong to no portal.
    """
    with reads(archive.engine) as connection:
        last = connection.execute(select(func.max(readings.c.id))).scalar_one() or 0
    past = 0
    while True:
        query = (
            select(readings.c.id, readings.c.captures, readings.c.report, readings.c.portal, readings.c.reader, captures.c.url)
            .join(captures, captures.c.id == readings.c.capture)
            .where(readings.c.id > past, readings.c.id <= last, *_wanted(reader, portals))
            .order_by(readings.c.id)
            .limit(_AT_ONCE)
        )
        with reads(archive.engine) as connection:
            portion = connection.execute(query).all()
        if not portion:
            return
        past = portion[-1].id
        for row in portion:
            yield Old(**{**row._mapping, "captures": tuple(row.captures)})


def differs(archive: Archive, old: Old, new: Reading) -> dict[str, list[dict[str, Any]]]:
    """What a new reading of the same captures says otherwise: `facts` (field, before, after), and `figures`, `cells`, `numbers`, `lines` as
    differences.compare tells them. Figures have their `key` besides. All are empty where nothing differs.

    The number of findings is among the facts, where what is found differs. Of a reading from before figures were read, all figures are new.
    """
    with reads(archive.engine) as connection:
        row = connection.execute(select(readings).where(readings.c.id == old.id)).one()
        content = contents.get(connection, row.content_sha256)
        assessment = assessments.of(connection, row) if row.figures_sha256 is not None else None
        counted = () if assessment is None else figures.of(connection, [assessment])[assessment]
        facts = [
            {"field": field, "before": _plain(getattr(row, field)), "after": _plain(getattr(new, field))}
            for field in FACTS
            if getattr(row, field) != getattr(new, field)
        ]
        if row.findings_sha256 != assessments.findings_sha256(new.findings):
            facts.append({"field": "findings", "before": _findings(connection, assessment), "after": len(new.findings)})
    before = Content(text=content.text, tables=content.tables, figures=counted)
    found = differences.compare(before, Content(text=new.text, tables=new.tables, figures=new.figures))
    for figure in found["figures"]:
        figure["key"] = "/".join(figure[part] or "-" for part in ("format", "scope", "table", "row", "column"))
    return {"facts": facts, **found}


def begin(archive: Archive, reader: str, at: datetime) -> int:
    """Note that a reread begins; returns its number."""
    with writes(archive.engine) as connection:
        made = insert(rereads).values(reader=reader, started=utc(at), read=0, differ=0, failed=0).returning(rereads.c.id)
        return int(connection.execute(made).scalar_one())


def note(archive: Archive, number: int, counts: Mapping[str, int], *, finished: datetime | None = None) -> None:
    """Note how far a reread is: read, differ, failed."""
    with writes(archive.engine) as connection:
        closing = {"finished": None if finished is None else utc(finished)}
        connection.execute(update(rereads).where(rereads.c.id == number).values(**counts, **closing))


def told(archive: Archive) -> list[dict[str, Any]]:
    """Rereads, newest first, with the keys of queries.runs; `kind` is `reread`. One that never ended was killed, if another came after it."""
    with reads(archive.engine) as connection:
        rows = connection.execute(select(rereads).order_by(rereads.c.id.desc())).all()
    return [_told(row, newest=row is rows[0]) for row in rows]


def _told(row: Row[Any], *, newest: bool) -> dict[str, Any]:
    state = Outcome.OK if not row.failed else Outcome.DEGRADED
    if row.finished is None:
        state = Outcome.RUNNING if newest else Outcome.FAILED
    return {
        "id": row.id, "time": _plain(row.started), "kind": "reread", "report": None, "portal": None, "adcode": None, "year": None,
        "state": state, "detail": f"reader {row.reader}: {row.read} read, {row.differ} differ, {row.failed} failed",
        "finished": _plain(row.finished), "counts": {"read": row.read, "differ": row.differ, "failed": row.failed},
    }  # fmt: skip


def _wanted(reader: str | None, portals: Collection[str] | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [standing_readings()]
    if reader is not None:
        wanted.append(readings.c.reader != reader)
    if portals is not None:
        wanted.append(readings.c.portal.in_(portals))
    return wanted


def _findings(connection: Connection, assessment: int | None) -> int | None:
    if assessment is None:
        return None
    return int(connection.execute(select(func.count()).where(findings_table.c.assessment == assessment)).scalar_one())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value

"""Questions to the search: which reports say these words, the best hits first, as many as are asked for and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, null, select

from storage.schema import contents, documents, reports, versions
from storage.search import grams
from storage.search.folding import folded, snippet
from storage.standing import OFFICIAL

_AT_ONCE = 500  # candidates whose numbers are taken from the database at once; their texts are read one by one
_TEXT = select(contents.c.text).where(contents.c.content_sha256 == bindparam("sha256"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A report that says the words.

    Attributes:
        version: the number of the newest version that does, None when the report itself does, as it is known now (title, issuer).
        field: title, issuer, labels (of figures) or body.
        snippet: the words around the hit as printed.
        marks: where the hit stands in the snippet: pairs of offsets in characters, the second exclusive.
    """

    report: int
    version: int | None
    field: str
    snippet: str
    marks: list[list[int]]


def hits(connection: Connection, words: str, wanted: Sequence[ColumnElement[bool]] = ()) -> Iterator[Hit]:
    """The reports that say some words in any version, each once.

    Those whose title says them come first, then by issuer, labels and text; within these official ones before mirrors, then the newest year, then
    the number. A text is read when its turn comes: who takes ten hits of a word that every report says has read ten texts.

    Args:
        words: as typed; white space, case and the width of characters mean nothing.
        wanted: further conditions on `reports`.

    Raises:
        ValueError: nothing is left of the words when they are folded.
    """
    asked = folded(words)
    if not asked:
        raise ValueError("there is nothing to look for: white space and invisible characters are passed over")
    told: set[int] = set()
    for field in grams.FIELDS:
        for candidate in _candidates(connection, field, asked, wanted):
            if candidate.report in told:
                continue
            text = _text(connection, candidate.content_sha256) if field == "body" else str(candidate.said or "")
            # labels are lines of their own; in a text a line break may be anywhere
            pieces = text.split("\n") if field == "labels" else [text]
            found = next((found for piece in pieces if (found := snippet(piece, asked)) is not None), None)
            if found is None:
                continue
            told.add(candidate.report)
            yield Hit(report=candidate.report, version=candidate.number, field=field, snippet=found[0], marks=found[1])


def _candidates(connection: Connection, field: str, asked: str, wanted: Sequence[ColumnElement[bool]]) -> Iterator[Any]:
    """Documents that may say so, in the order of their weight; where a report and its versions both may, the report as it is known now first."""
    said = documents.c[field].label("said") if field != "body" else null().label("said")
    query = (
        select(documents.c.report, documents.c.content_sha256, versions.c.number, said)
        .join(reports, reports.c.id == documents.c.report)
        .outerjoin(versions, versions.c.id == documents.c.version)
        .where(grams.says(connection, field, asked), *wanted)
        .order_by(
            case((reports.c.trust.in_(OFFICIAL), 0), else_=1),
            reports.c.year.desc().nulls_last(),
            documents.c.report,
            versions.c.number.desc().nulls_first(),
        )
    )
    yield from connection.execute(query, execution_options={"yield_per": _AT_ONCE})


def _text(connection: Connection, sha256: str) -> str:
    return str(connection.execute(_TEXT, {"sha256": sha256}).scalar_one())

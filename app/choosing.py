"""Which of several copies of a report speaks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from storage.records import Trust

OFFICIAL = (Trust.OFFICIAL_HOST, Trust.OFFICIAL_IP)
_RANK = {Trust.OFFICIAL_HOST: 0, Trust.OFFICIAL_IP: 0, Trust.UNKNOWN: 1, Trust.MIRROR: 2}


def spoken_for(reports: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The reports without copies of them that are trusted less: no number is told twice, and a mirror's never beside the organ's own.

    A copy on a mirror or in a file without an address is told where the organ's own report is not archived; its `trust` says so.

    Parameters:
        reports: as queries.find tells them.
    """
    known = list(reports)
    best: dict[tuple[Any, ...], int] = {}
    for row in known:
        best[_same(row)] = min(_RANK[row["trust"]], best.get(_same(row), len(_RANK)))
    return [row for row in known if _RANK[row["trust"]] == best[_same(row)]]


def copies(reports: Sequence[Mapping[str, Any]]) -> list[int]:
    """The numbers of those that the archive does not tell unless they are named."""
    return [row["report"] for row in reports if row["trust"] not in OFFICIAL]


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Alike for copies of one report; unidentified documents are copies of nothing."""
    facts = (row["issuer"], row["year"], row["type"])
    return (row["report"],) if None in facts else facts

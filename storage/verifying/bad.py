"""What a check finds, and what later steps must know of earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection


class Verdict(StrEnum):
    """Whether chance can have done it."""

    ROT = "rot"
    TAMPERING = "tampering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A bad thing.

    Attributes:
        kind: what it is: body, content, figures, findings, capture, version, entry, head ...
        id: its number, or its sha256 where it has no number; the line for the file of heads.
        place: where it belongs: a URL, a report, a file; None where nobody can say.
        what: what is wrong, in words.
    """

    kind: str
    id: int | str
    place: str | None
    verdict: Verdict
    what: str


@dataclass(kw_only=True)
class Check:
    """One check of an archive, inside one reading transaction.

    Attributes:
        since: entries after this one only (and the rows they are of); 0 for all.
        since_time: readings, assessments and findings from then on; None for all.
        progress: told the step and how many more things were looked at.
        checked: how many things of each kind were looked at.
        damaged: entries of the ledger that are known to be broken, by number, as far as they can be read.
        named: rows named already: (table, key). What refers to them is not named again.
        alternatives: hashes that contents, assessments and rows have or should have, where one was found to be damaged.
    """

    connection: Connection
    since: int = 0
    since_time: datetime | None = None
    progress: Callable[[str, int], None] = lambda step, more: None
    checked: Counter[str] = field(default_factory=Counter)
    damaged: dict[int, dict[str, Any]] = field(default_factory=dict)
    named: set[tuple[str, Any]] = field(default_factory=set)
    alternatives: dict[str, set[str]] = field(default_factory=lambda: {"content": set(), "assessment": set(), "body": set()})

    def looked_at(self, kind: str, more: int = 1) -> None:
        self.checked[kind] += more
        self.progress(kind, more)

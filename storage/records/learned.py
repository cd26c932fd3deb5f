"""What the archive learned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.words import ChangeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The archive learned something. Alerts are made from these and from nothing else."""

    id: int
    time: datetime
    kind: ChangeKind
    report: int
    portal: str | None
    version: int | None
    before: int | None  # version before
    after: int | None  # version after
    url: str | None
    detail: str | None = None
    late: bool = False  # told because its wording has stood: the look that filed it saw nothing new

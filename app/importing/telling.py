"""How an import went: rows for each answer, and counts of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from app.importing.found import Item, Trouble
from crawler.urls import canonical
from storage.records import Change

Row = dict[str, Any]
Told = Callable[[Row], None]
EMPTY: Row = dict.fromkeys(("path", "report", "version", "change", "error", "rule", "url", "time", "skipped"))


@dataclass(slots=True)
class Counts:
    """How an import went."""

    kept: int = 0
    known: int = 0
    filed: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def summary(self) -> Row:
        """As JSON."""
        return {**asdict(self), "changes": dict(self.changes), "skipped": dict(self.skipped)}


@dataclass(slots=True)
class Teller:
    """Tells of each answer and counts.

    Parameters:
        told: called with each row.
    """

    told: Told
    counts: Counts

    def filed(self, item: Item, report: int, version: int | None, change: Change | None) -> None:
        """A page was filed, or had been."""
        if change is not None:
            self.counts.changes[change.kind] += 1
        self.told({**_row(item), "report": report, "version": version, "change": change.kind if change else None})

    def learned(self, item: Item, change: Change | None) -> None:
        """What an answer says of a report without being one."""
        if change is not None:
            self.filed(item, change.report, change.version, change)

    def settled(self, path: str, change: Change) -> None:
        """What a run's lists and looks add up to."""
        self.counts.changes[change.kind] += 1
        row = {"path": path, "url": change.url, "time": change.time.isoformat(timespec="seconds")}
        self.told({**EMPTY, **row, "report": change.report, "version": change.version, "change": change.kind})

    def skipped(self, item: Item) -> None:
        """An answer of nobody's concern."""
        self.counts.skipped["of no portal, no gov.cn host, and no report"] += 1
        self.told({**_row(item), "skipped": "its host is no portal's and not below gov.cn, and it is no report"})

    def failed(self, item: Item, error: str, rule: str | None) -> None:
        """An answer that could not be filed."""
        self.counts.errors += 1
        self.told({**_row(item), "error": error, "rule": rule})

    def trouble(self, trouble: Trouble) -> None:
        """A record or file that could not be used."""
        self.counts.errors += 1
        self.told({**EMPTY, "path": trouble.path, "url": trouble.url, "error": trouble.detail, "rule": trouble.rule})


def _row(item: Item) -> Row:
    return {**EMPTY, "path": item.path, "url": canonical(item.address), "time": item.capture.fetched_at.isoformat(timespec="seconds")}

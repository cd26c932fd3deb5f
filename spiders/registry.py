"""The registry of governments: home pages, known report columns and guesses at the family, gathered by hand and by public lists.

`registry.csv`: code, name, homepage, report_column_url, family, confidence (high, medium, medium-low, low, suspect, none). Low ones are hints.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crawler.urls import host_of

CERTAIN = "high"  # an independent source says the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One government. Unknown values are None."""

    code: str
    name: str
    homepage: str | None
    column: str | None
    family: str | None
    confidence: str


@cache
def entries() -> tuple[Entry, ...]:
    """All of them, in the order of their codes."""
    text = resources.files("spiders").joinpath("registry.csv").read_text(encoding="utf-8")
    return tuple(
        Entry(
            code=row["code"],
            name=row["name"],
            homepage=row["homepage"] or None,
            column=row["report_column_url"] or None,
            family=row["family"] or None,
            confidence=row["confidence"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def on_host(host: str) -> tuple[Entry, ...]:
    """Whose home page or report column stands on a host, `www.` aside. Several where a city's districts share one."""
    asked = host.removeprefix("www.")
    return tuple(entry for entry in entries() if asked in {host_of(url).removeprefix("www.") for url in (entry.homepage, entry.column) if url})

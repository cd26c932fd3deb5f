"""What an import found: answers with what an export of ours says of them, runs, and what could not be used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from app.importing.facts import CaptureFacts, RunFacts
from crawler.urls import canonical
from storage.records import Capture


@dataclass(slots=True)
class Item:
    """An answer that was found.

    Attributes:
        source: number of the file named by the caller. path: what to call it. offset: where its record stands.
        capture: without its body, which is in the spool under `sha256`.
        nth: how many of its source before it have the same address, time and body.
    """

    source: int
    path: str
    offset: int
    capture: Capture
    sha256: str
    nth: int = 0
    facts: CaptureFacts | None = None

    @property
    def address(self) -> str:
        """The URL that answered."""
        return self.capture.final_url or self.capture.url


@dataclass(frozen=True, slots=True)
class Trouble:
    """A record or file that could not be used, and why."""

    path: str
    url: str | None
    rule: str
    detail: str


@dataclass(slots=True)
class Found:
    """All that the sources hold.

    Attributes:
        runs: by source and number there.
        skipped: records that are no answers, by their type.
    """

    items: list[Item] = field(default_factory=list)
    runs: dict[tuple[int, int], RunFacts] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def told_of(told: CaptureFacts) -> Capture:
    """A capture as an export tells of it, its body left out."""
    return Capture(
        url=told.url, final_url=told.final_url, status=told.status, headers=tuple(told.headers), body=b"", fetched_at=told.fetched_at,
        rendered=told.rendered, portal=None, wire_sha256=told.wire_sha256, wire_bytes=told.wire_bytes,
        imported_from=told.imported_from,
    )  # fmt: skip


def agree(found: Found) -> None:
    """Where facts and record agree, the capture is as the facts have it; where not, the record stands for itself and that is said.

    Captures that are alike are counted, source by source.
    """
    counts: Counter[tuple[object, ...]] = Counter()
    for item in found.items:
        told = item.facts
        if told is not None:
            said = told_of(told)
            answered = canonical(said.final_url or said.url)
            status = item.capture.status if item.capture.headers else said.status  # a resource record has none
            same = (told.sha256, answered, said.rendered, said.fetched_at, said.status)
            if same == (item.sha256, item.address, item.capture.rendered, item.capture.fetched_at, status):
                item.capture = replace(said, imported_from=_by_way_of(item.capture.imported_from, said.imported_from))
            else:
                item.facts = None
                found.troubles.append(
                    Trouble(item.path, item.address, "facts", f"facts: the metadata speaks of another answer than the record at byte {item.offset}")
                )
    for item in sorted(found.items, key=lambda item: (item.source, item.facts.capture if item.facts else 0, item.offset)):
        capture = item.capture
        key = (item.source, capture.url, capture.final_url, capture.fetched_at, item.sha256, capture.status, capture.rendered)
        item.nth = counts[key]
        counts[key] += 1


def _by_way_of(here: str | None, before: str | None) -> str | None:
    """The file an answer comes from, and the one from which the archive that wrote it had it."""
    return here if before is None else f"{here} ← {before}"

"""In which order what was found goes into the archive: by time, over all sources; a night of ours as it went when it was crawled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf

from app.importing.facts import ListingFacts, ReadingFacts
from app.importing.found import Found, Item
from crawler import documents
from crawler.urls import canonical

Key = tuple[datetime, int, float, int, int]


@dataclass(frozen=True, slots=True)
class Keep:
    """An answer is kept, and what it says at once is noted: the rows of a list, that nothing changed, that nothing is there."""

    item: Item


@dataclass(frozen=True, slots=True)
class Read:
    """A page is read and filed.

    Attributes:
        told: the reading as an export of ours tells of it; None for a page of somebody else's, whose parts and files are to be found.
        parts, files: what is read with it.
        order: all of these as they were filed together.
    """

    item: Item
    told: ReadingFacts | None = None
    parts: tuple[Item, ...] = ()
    files: tuple[Item, ...] = ()
    order: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Settle:
    """A run of ours is over: what it saw and did not see adds up."""

    source: int
    run: int


Step = Keep | Read | Settle


def steps(found: Found) -> list[Step]:
    """All steps in order. Captures of one moment keep the order in which they were kept; a reading follows the last capture it rests on."""
    keyed: list[tuple[Key, Step]] = []
    for item in found.items:
        place = item.facts.capture if item.facts else item.offset
        keyed.append(((item.capture.fetched_at, item.source, place, 0, 0), Keep(item)))
        if item.facts is None and may_be_page(item):
            keyed.append(((item.capture.fetched_at, item.source, place, 1, 0), Read(item)))
    keyed += _readings(found)
    for (source, number), run in found.runs.items():
        keyed.append(((run.finished or run.started, source, inf, 2, number), Settle(source, number)))
    keyed.sort(key=lambda pair: pair[0])
    return [step for _, step in keyed]


def may_be_page(item: Item) -> bool:
    """Whether an answer of somebody else's crawl may be a report: whole, and a web page or a document by its label or address."""
    capture = item.capture
    if capture.status not in {200, 202, 203}:
        return False
    label = (capture.header("Content-Type") or "").lower()
    return not label or any(word in label for word in ("html", "text/plain", "pdf", "msword", "officedocument", "excel", "ofd", "octet-stream"))


def _readings(found: Found) -> Iterator[tuple[Key, Step]]:
    """The readings that exports of ours tell of, each of captures once, in the order of filing."""
    numbered = {(item.source, item.facts.capture): item for item in found.items if item.facts}
    by_source: dict[int, dict[tuple[int, ...], tuple[ReadingFacts, Item]]] = defaultdict(dict)
    for item in numbered.values():
        for told in item.facts.readings if item.facts else ():
            by_source[item.source].setdefault(tuple(told.captures), (told, item))
    for source, readings in by_source.items():
        place = 0
        for told, item in sorted(readings.values(), key=lambda pair: pair[0].number):
            order = [numbered.get((source, number)) for number in told.captures]
            if None in order or order[0] is not item:
                continue  # a part of it is damaged or missing, which has been said
            whole = tuple(part for part in order if part is not None)
            place = max(place, *told.captures)
            offered = {canonical(file.url) for file in told.attachments}
            files = tuple(part for part in whole[1:] if part.capture.url in offered)
            parts = tuple(part for part in whole[1:] if part.capture.url not in offered)
            at = max(told.filed_at, *(part.capture.fetched_at for part in whole))
            yield (at, source, place, 1, told.number), Read(item, told, parts, files, whole)


def is_document(body: bytes) -> bool:
    return documents.kind(body) is not None


def listing_rows(told: ListingFacts) -> list[tuple[str, str, str | None, str | None]]:
    """Rows of a listing, comparable."""
    return [(url, title, None if listed is None else listed.isoformat(), issuer) for url, title, listed, issuer in told.rows]

"""Where events come from.

Changes, findings and incidents note themselves in the transaction that writes them (storage/events.py). What is concluded from the archive as a
whole, such as that a report is overdue, has no such transaction: whoever concludes it calls `note`, as often as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable

from storage.archive import Archive
from storage.records import Event, What


def note(archive: Archive, events: Iterable[Event]) -> int:
    """Note events; those of a key that is known are passed over, so that the whole board may be noted every night.

    Parameters:
        events: e.g. `Event(key="overdue 370200 2024 青岛市人民政府", kind=What.OVERDUE, time=now, portal="qingdao", adcode="370200", year=2024,
            issuer="青岛市人民政府", facts={"deadline": "2025-01-31", "days": 3, "detail": "listing 17 lacks it"})`. The key makes it
            happen once: an organ that is overdue again another year needs another key.

    Returns:
        How many were new.

    Raises:
        ValueError: a kind that no subscription can ask for.
    """
    return archive.note([_known(event) for event in events])


def _known(event: Event) -> Event:
    What(event.kind)
    return event

"""Events: rows that say what happened, each once, in the transaction in which it happened.

Event numbers are given out under the writers' one queue (storage.engine.writing), so their order is the order of the transactions: whoever has
read up to a number has missed nothing below it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from storage.engine import insert_new
from storage.records import Event
from storage.schema import events
from storage.types import utc


def note(connection: Connection, event: Event) -> bool:
    """Note an event.

    Returns:
        False when it was noted before.
    """
    names = ("portal", "report", "run", "adcode", "year", "issuer", "title", "url")
    said = {name: getattr(event, name) for name in names}
    return insert_new(connection, events, key=event.key, kind=event.kind, at=utc(event.time), facts=dict(event.facts), **said) is not None

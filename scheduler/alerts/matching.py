"""Which event concerns which subscription, and the exactly-once step from events to alerts.

Each subscription has a cursor over the events. A step takes the events after it, writes the alerts that come of them and moves the cursor, all in
one transaction: a kill leaves the cursor before the step or after it, never in between, and the alerts' unique key forbids a second one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.reading import divisions
from scheduler.alerts.subscriptions import Subscription
from storage import known as happened
from storage import outbox
from storage.archive import Archive
from storage.engine import reading, writing
from storage.nights import night_of
from storage.outbox import Alert
from storage.records import Known, What, normalised

NEW_SINCE = timedelta(hours=36)  # a new subscription is told of the night before it, and of nothing older
FORGOTTEN = timedelta(days=60)  # a subscription that was in no configuration for so long is a new one
STALE = timedelta(hours=72)  # what was learned so long ago and is told only now came with a restored archive, or after a long silence of ours
_AT_ONCE = 500  # events of one transaction


def match(archive: Archive, subscription: Subscription, now: datetime) -> int:
    """Make the alerts of a subscription's new events.

    Returns:
        How many were made, over all its channels.
    """
    name = f"subscription {subscription.name}"
    with reading(archive.engine) as connection:
        known = outbox.cursor(connection, name)
        if known is not None and known[0] >= happened.last(connection) and now - known[1] < FORGOTTEN / 2:
            return 0  # a quiet night writes nothing
    made = 0
    while True:
        with writing(archive.engine) as connection:
            position = _position(outbox.cursor(connection, name), happened.before(connection, now - NEW_SINCE), now)
            found = happened.after(connection, position, _AT_ONCE)
            wanted = [alert for known_event in found if concerns(known_event, subscription) for alert in _alerts(known_event, subscription, now)]
            outbox.add(connection, wanted)
            made += len(wanted)
            outbox.move(connection, name, found[-1].number if found else position, now)
        if len(found) < _AT_ONCE:
            return made


def concerns(known: Known, subscription: Subscription) -> bool:
    """Whether a subscription asks for an event.

    An incident is about a portal and has neither year nor organ: filters of these do not leave it out. A report whose year is not known is of none
    of the years asked for.
    """
    event = known.event
    if event.kind not in subscription.what:
        return False
    if subscription.adcodes and not _lies_in(event.adcode, subscription.adcodes):
        return False
    if event.kind != What.INCIDENTS:
        if subscription.years and event.year not in subscription.years:
            return False
        if subscription.issuers and not _holds(event.issuer, subscription.issuers):
            return False
    said = " ".join(str(part) for part in (event.title, event.issuer, event.facts.get("detail")) if part)
    return not subscription.words or _holds(said, subscription.words)


def _position(cursor: tuple[int, datetime] | None, fresh: int, now: datetime) -> int:
    if cursor is None or now - cursor[1] > FORGOTTEN:
        return fresh
    return cursor[0]


def _alerts(known: Known, subscription: Subscription, now: datetime) -> list[Alert]:
    event = known.event
    return [
        Alert(
            event=known.number, subscription=subscription.name, channel=channel.key, kind=event.kind, night=night_of(event.time),
            due=subscription.due(event.time), filling=known.filling or now - event.time > STALE,
        )
        for channel in subscription.channels
    ]  # fmt: skip


def _lies_in(adcode: str | None, wanted: frozenset[str]) -> bool:
    division = divisions.by_code(adcode) if adcode else None
    return not wanted.isdisjoint(division.lineage if division is not None else {adcode})


def _holds(text: str | None, words: tuple[str, ...]) -> bool:
    said = normalised(text or "").lower()
    return any(normalised(word).lower() in said for word in words)

"""The outbox: every event becomes an alert once for each subscription and channel, every alert part of one message, every message goes out.

Exactly once are: an event (its key is unique), an alert (subscription, channel, event), the message an alert belongs to, and a message's words
and key. Each of these is written in one transaction with what it was made from, so a kill at any moment leaves either all or nothing of a step,
and the step is done again. Sending itself is at least once: between a receiver's yes and our note of it a program can die. The message is then
sent again with the same key and the same words, by which a receiver knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine import insert_new
from storage.records import Sending
from storage.schema import alerts, cursors, events, outbox
from storage.types import utc

_AT_ONCE = 500  # numbers in one statement; SQLite takes 32,766


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An event that a subscription asks for, on its way to one channel.

    Attributes:
        night: it belongs to, for counting.
        due: when it may become part of a message.
        filling: it came with a first fill or an import.
    """

    event: int
    subscription: str
    channel: str
    kind: str
    night: date
    due: datetime
    filling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent, word for word.

    Attributes:
        key: the idempotency key.
        payload: for receivers that are programs.
    """

    key: str
    subscription: str
    channel: str
    subject: str
    text: str
    html: str
    payload: Mapping[str, Any]


def cursor(connection: Connection, name: str) -> tuple[int, datetime] | None:
    """Up to which event somebody has come, and when; None when they never came."""
    row = connection.execute(select(cursors).where(cursors.c.name == name)).one_or_none()
    return None if row is None else (row.position, row.at)


def move(connection: Connection, name: str, position: int, at: datetime) -> None:
    """Somebody has come up to that event."""
    if insert_new(connection, cursors, name=name, position=position, at=at) is None:
        connection.execute(update(cursors).where(cursors.c.name == name).values(position=position, at=at))


def add(connection: Connection, wanted: Sequence[Alert]) -> None:
    """Make alerts; one that is there already stays as it is."""
    names = ("event", "subscription", "channel", "kind", "night", "due", "filling")
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if wanted:
        connection.execute(make(alerts).on_conflict_do_nothing(), [{name: getattr(alert, name) for name in names} for alert in wanted])


def gathered(connection: Connection, subscription: str, channel: str) -> Sequence[Row[Any]]:
    """The alerts of a subscription and channel that are part of no message yet, with what they are about, in the order of their events."""
    found = select(alerts, events.c.report, events.c.portal, events.c.facts).join(events, events.c.id == alerts.c.event)
    found = found.where(alerts.c.subscription == subscription, alerts.c.channel == channel, alerts.c.message.is_(None))
    return connection.execute(found.order_by(alerts.c.event)).all()


def counts(connection: Connection, subscription: str, channel: str, nights: Collection[date]) -> dict[tuple[date, str], int]:
    """How many alerts of each night and kind a subscription and channel have, those in messages included, first fills not."""
    asked = (alerts.c.subscription == subscription, alerts.c.channel == channel, alerts.c.night.in_(list(nights)), alerts.c.filling.is_(False))
    found = select(alerts.c.night, alerts.c.kind, func.count()).where(*asked).group_by(alerts.c.night, alerts.c.kind)
    return {(row[0], row[1]): row[2] for row in connection.execute(found)}


def seal(connection: Connection, numbers: Sequence[int], message: Message, at: datetime) -> int | None:
    """Make a message of alerts.

    Returns:
        Its number; None when another program was faster with one of the alerts, and nothing was done.
    """
    free = 0
    for start in range(0, len(numbers), _AT_ONCE):
        part = alerts.c.id.in_(numbers[start : start + _AT_ONCE])
        free += connection.execute(select(func.count()).select_from(alerts).where(part, alerts.c.message.is_(None))).scalar_one()
    if free != len(numbers):
        return None
    told = {name: getattr(message, name) for name in ("key", "subscription", "channel", "subject", "text", "html")}
    begins = {"created": at, "waits_since": at, "state": Sending.WAITING, "tries": 0}
    made = insert(outbox).values(**told, payload=dict(message.payload), **begins).returning(outbox.c.id)
    number = int(connection.execute(made).scalar_one())
    for start in range(0, len(numbers), _AT_ONCE):
        connection.execute(update(alerts).where(alerts.c.id.in_(numbers[start : start + _AT_ONCE])).values(message=number))
    return number


def claim(
    connection: Connection,
    channel: str,
    now: datetime,
    *,
    owner: str,
    lease: timedelta,
    is_dead: Callable[[str], bool],
    resting: Collection[str] = (),
) -> Row[Any] | None:
    """The channel's next message, leased to the caller so that nobody else sends it meanwhile.

    Args:
        owner: names the caller, and is asked about by `is_dead` when others find the lease.
        resting: subscriptions in their quiet hours.

    Returns:
        None when there is none, when the first in line waits for its next try, or when somebody else is sending it: order goes before haste.
    """
    waiting = select(outbox).where(outbox.c.channel == channel, outbox.c.state == Sending.WAITING)
    if resting:
        waiting = waiting.where(outbox.c.subscription.not_in(list(resting)))
    first = connection.execute(waiting.order_by(outbox.c.id).limit(1)).one_or_none()
    if first is None or (first.next_try is not None and first.next_try > now):
        return None
    if first.leased_by is not None and first.leased_until > now and not is_dead(first.leased_by):
        return None
    connection.execute(update(outbox).where(outbox.c.id == first.id).values(leased_by=owner, leased_until=now + lease))
    return first


def sent(connection: Connection, number: int, at: datetime) -> None:
    """The receiver has taken a message."""
    done = {"state": Sending.SENT, "sent": at, "error": None, "leased_by": None, "leased_until": None, "next_try": None}
    connection.execute(update(outbox).where(outbox.c.id == number).values(tries=outbox.c.tries + 1, **done))


def failed(connection: Connection, number: int, owner: str, error: str, next_try: datetime) -> None:
    """The receiver has not taken a message; it stays first in line."""
    mine = (outbox.c.id == number, outbox.c.leased_by == owner, outbox.c.state == Sending.WAITING)
    after = {"error": error, "next_try": next_try, "leased_by": None, "leased_until": None}
    connection.execute(update(outbox).where(*mine).values(tries=outbox.c.tries + 1, **after))


def give_up(connection: Connection, channel: str, older: datetime, error: str) -> int:
    """A channel's messages that have waited since `older` or longer are dead letters. Returns how many."""
    old = (outbox.c.channel == channel, outbox.c.state == Sending.WAITING, outbox.c.waits_since <= utc(older))
    dead = {"state": Sending.DEAD, "error": error, "next_try": None, "leased_by": None, "leased_until": None}
    return connection.execute(update(outbox).where(*old).values(**dead)).rowcount


def revive(connection: Connection, at: datetime, numbers: Collection[int] | None = None) -> int:
    """Dead letters wait again, at their old places in the line and with their old keys. Returns how many.

    Args:
        numbers: those; None for all.
    """
    dead = update(outbox).where(outbox.c.state == Sending.DEAD)
    if numbers is not None:
        dead = dead.where(outbox.c.id.in_(list(numbers)))
    return connection.execute(dead.values(state=Sending.WAITING, waits_since=at, tries=0, next_try=None)).rowcount


def waiting_channels(connection: Connection) -> list[str]:
    """Channels for which a message waits."""
    found = select(outbox.c.channel).where(outbox.c.state == Sending.WAITING).distinct().order_by(outbox.c.channel)
    return list(connection.execute(found).scalars())


def letters(connection: Connection, *, state: Sending | None = None, limit: int | None = None) -> list[Row[Any]]:
    """Messages, newest first, with the number of events they tell."""
    told = select(func.count()).where(alerts.c.message == outbox.c.id).correlate(outbox).scalar_subquery().label("events")
    found = select(outbox, told)
    if state is not None:
        found = found.where(outbox.c.state == state)
    return list(connection.execute(found.order_by(outbox.c.id.desc()).limit(limit)).all())


def gathering(connection: Connection) -> list[Row[Any]]:
    """By subscription and channel: how many alerts are part of no message yet, and when the first of them is due."""
    keys = (alerts.c.subscription, alerts.c.channel)
    found = select(*keys, func.count().label("events"), func.min(alerts.c.due).label("due")).where(alerts.c.message.is_(None)).group_by(*keys)
    return list(connection.execute(found.order_by(*keys)).all())

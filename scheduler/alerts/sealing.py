"""From alerts to messages: which events are told together, and when.

One event, one message, except that
- the contradictions of one report are told together, and so are the pages of one portal on which the same trouble began, or ended, in one night,
- a digest holds all that came due by its hour,
- what came with the first fill of a portal (none of its runs had come to a good end before) or with an import is told in one summary,
- what goes beyond `delivery.digest_above` alerts of one kind for one subscription in one night is told in one summary, together with the former.
Summaries wait until no crawl is under way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from scheduler.alerts.grouping import together
from scheduler.alerts.rendering import DIGEST, EVENT, REPORT, SUMMARY, Wording
from scheduler.alerts.subscriptions import Subscription
from storage import known as happened
from storage import outbox
from storage.archive import Archive
from storage.engine import reading, writing

_AT_ONCE = 1000  # events loaded at once


def seal(archive: Archive, subscription: Subscription, wording: Wording, now: datetime, *, above: int) -> int:
    """Make the messages of a subscription that are due.

    Parameters:
        above: alerts of one kind in one night that are messages of their own.

    Returns:
        How many messages were made.
    """
    made = 0
    for channel in subscription.channels:
        with reading(archive.engine) as connection:
            waiting = [alert for alert in outbox.gathered(connection, subscription.name, channel.key) if alert.due <= now]
            nights = {alert.night for alert in waiting}
            counts = outbox.counts(connection, subscription.name, channel.key, nights) if waiting else {}
            calm = not (waiting and happened.running(connection))
        groups = [(DIGEST, waiting)] if subscription.digest else _grouped(waiting, counts, above, calm=calm)
        for sort, alerts in groups:
            made += _seal(archive, subscription, channel.key, wording, sort, alerts, now)
    return made


def _grouped(waiting: Sequence[Row[Any]], counts: dict[Any, int], above: int, *, calm: bool) -> Iterator[tuple[str, Sequence[Row[Any]]]]:
    many: list[Row[Any]] = []
    single: dict[object, list[Row[Any]]] = {}
    for alert in waiting:
        if alert.filling or counts.get((alert.night, alert.kind), 0) > above:
            many.append(alert)
        else:
            common = together(alert.event, alert.kind, alert.night, report=alert.report, portal=alert.portal, facts=alert.facts)
            single.setdefault(common, []).append(alert)
    groups = [(EVENT if len(alerts) == 1 else REPORT, alerts) for alerts in single.values()]
    if calm and many:
        groups.append((SUMMARY, many))
    yield from sorted(groups, key=lambda group: group[1][0].event)  # what happened first is told first


def _seal(archive: Archive, subscription: Subscription, channel: str, wording: Wording, sort: str, alerts: Sequence[Row[Any]], now: datetime) -> int:
    if not alerts:
        return 0
    numbers = [alert.event for alert in alerts]
    with reading(archive.engine) as connection:
        told = [known for start in range(0, len(numbers), _AT_ONCE) for known in happened.numbered(connection, numbers[start : start + _AT_ONCE])]
    message = wording.message(archive, told, subscription=subscription.name, channel=channel, language=subscription.language, sort=sort)
    with writing(archive.engine) as connection:
        return int(outbox.seal(connection, [alert.id for alert in alerts], message, now) is not None)

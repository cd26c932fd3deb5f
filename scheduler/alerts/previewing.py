"""What would be told, without telling it: nothing is written and nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawler.config import Config
from scheduler.alerts import subscriptions
from scheduler.alerts.grouping import together
from scheduler.alerts.matching import concerns
from scheduler.alerts.rendering import DIGEST, EVENT, REPORT, SUMMARY, Wording
from scheduler.alerts.subscriptions import Subscription
from storage import known as happened
from storage.archive import Archive
from storage.engine import reading
from storage.nights import night_of
from storage.outbox import Message
from storage.records import Known


def preview(archive: Archive, config: Config, since: datetime) -> Iterator[tuple[Message, list[Known]]]:
    """The messages that the events since a time make, whether or not they were sent before: each with what it tells.

    Raises:
        ConfigError: a template is wrong.
    """
    wording = Wording(config.delivery.templates, config.delivery.public_url)
    with reading(archive.engine) as connection:
        found = happened.since(connection, since)
    for subscription in subscriptions.of(config):
        wanted = [known for known in found if concerns(known, subscription)]
        for channel in subscription.channels:
            for sort, told in _grouped(wanted, subscription, config.delivery.digest_above):
                said: dict[str, Any] = {"subscription": subscription.name, "channel": channel.key, "language": subscription.language, "sort": sort}
                yield wording.message(archive, told, **said), told


def _grouped(wanted: list[Known], subscription: Subscription, above: int) -> Iterator[tuple[str, list[Known]]]:
    """As they would be told, had all of them been known at once."""
    if subscription.digest is not None:
        days: dict[datetime, list[Known]] = {}
        for known in wanted:
            days.setdefault(subscription.due(known.event.time), []).append(known)
        yield from ((DIGEST, days[due]) for due in sorted(days))
        return
    counts = Counter((night_of(known.event.time), known.event.kind) for known in wanted if not known.filling)
    many: list[Known] = []
    single: dict[object, list[Known]] = {}
    for known in wanted:
        if known.filling or counts[night_of(known.event.time), known.event.kind] > above:
            many.append(known)
        else:
            event, night = known.event, night_of(known.event.time)
            common = together(known.number, event.kind, night, report=event.report, portal=event.portal, facts=event.facts)
            single.setdefault(common, []).append(known)
    groups = [(EVENT if len(told) == 1 else REPORT, told) for told in single.values()]
    if many:
        groups.append((SUMMARY, many))
    yield from sorted(groups, key=lambda group: group[1][0].number)

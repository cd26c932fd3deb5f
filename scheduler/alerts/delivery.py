"""Delivery: everything from new events to answers of receivers, in steps that may be killed anywhere and be done by several programs at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from crawler.config import Config
from crawler.errors import ConfigError
from scheduler.alerts import channels, feeds, subscriptions
from scheduler.alerts.matching import match
from scheduler.alerts.rendering import Wording
from scheduler.alerts.sealing import seal
from scheduler.alerts.subscriptions import Subscription
from storage import holders, outbox
from storage.archive import Archive
from storage.engine import reading, writing
from storage.records import Sending

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)  # far above what one message may take; a sender of this machine that died is known at once
FIRST_PAUSE = 60.0  # seconds after the first failure; then twice as long each time
LEAST_TRIES = 3  # before a message is a dead letter, however old it is: the machine itself may have been off
NOT_CONFIGURED = "no subscription sends to this channel any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a call did with one message."""

    message: int
    key: str
    subscription: str
    channel: str
    subject: str
    state: str
    error: str | None


def deliver(archive: Archive, config: Config, clock: Callable[[], datetime], *, environ: Mapping[str, str] | None = None) -> list[Delivered]:
    """Match, word and send what is due now, and write the feeds. May be called at any time, also by several programs.

    Parameters:
        clock: the time, asked anew for each message.

    Returns:
        Every message that was tried, in the order of trying.

    Raises:
        ConfigError: a template is wrong, or feeds cannot be written; raised when all that was worded already has been sent. Nothing is lost: what
            could not be worded waits. A channel that cannot be opened is no such error: its messages wait and say why.
    """
    wanted = subscriptions.of(config)
    wrong: ConfigError | None = None
    try:
        _word(archive, config, wanted, clock)
    except ConfigError as error:
        wrong = error  # what is worded already goes out first
    tried = _send_all(archive, config, wanted, clock, environ)
    if config.delivery.feeds is not None:
        feeds.write(archive, config, clock())
    if wrong is not None:
        raise wrong
    return tried


def _word(archive: Archive, config: Config, wanted: Sequence[Subscription], clock: Callable[[], datetime]) -> None:
    if wanted:
        wording = Wording(config.delivery.templates, config.delivery.public_url)
        for subscription in wanted:
            match(archive, subscription, clock())
            seal(archive, subscription, wording, clock(), above=config.delivery.digest_above)


def _send_all(
    archive: Archive, config: Config, wanted: Sequence[Subscription], clock: Callable[[], datetime], environ: Mapping[str, str] | None
) -> list[Delivered]:
    with reading(archive.engine) as connection:
        waiting = outbox.waiting_channels(connection)
    sections = {channel.key: channel for subscription in wanted for channel in subscription.channels}
    tried: list[Delivered] = []
    for key in waiting:
        resting = [subscription.name for subscription in wanted if subscription.rests(clock())]
        channel: channels.Channel | str = NOT_CONFIGURED
        if key in sections:
            try:
                channel = channels.opened(sections[key], timeout=config.delivery.timeout, environ=environ)
            except ConfigError as error:
                channel = str(error)
        tried += _send(archive, config, key, channel, clock, resting)
    return tried


def _send(
    archive: Archive, config: Config, key: str, channel: channels.Channel | str, clock: Callable[[], datetime], resting: Collection[str]
) -> list[Delivered]:
    """A channel's messages in their order, until one fails: those behind it would overtake it."""
    tried: list[Delivered] = []
    me = holders.me()
    while True:
        with writing(archive.engine) as connection:
            message = outbox.claim(connection, key, clock(), owner=me, lease=LEASE, is_dead=holders.is_dead, resting=resting)
        if message is None:
            return tried
        error = channel if isinstance(channel, str) else channel.send(message)
        state = _noted(archive, config, message, me, clock(), error)
        tried.append(
            Delivered(
                message=message.id, key=message.key, subscription=message.subscription, channel=key, subject=message.subject, state=state,
                error=error,
            )
        )  # fmt: skip
        logger.info("message %d to %s: %s%s", message.id, key, state, f": {error}" if error else "")
        if error is not None:
            return tried


def _noted(archive: Archive, config: Config, message: Row[Any], me: str, at: datetime, error: str | None) -> str:
    with writing(archive.engine) as connection:
        if error is None:
            outbox.sent(connection, message.id, at)
            return Sending.SENT
        longest = config.delivery.retry_longest
        pause = min(longest, FIRST_PAUSE * 2.0 ** min(message.tries, 30))
        outbox.failed(connection, message.id, me, error, at + timedelta(seconds=pause))
        older = at - timedelta(days=config.delivery.give_up_days)
        if message.waits_since <= older and message.tries + 1 >= LEAST_TRIES:
            outbox.give_up(connection, message.channel, older, error)
            return Sending.DEAD
        return Sending.WAITING

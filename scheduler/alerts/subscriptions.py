"""Subscriptions in force: their filters made ready, their hours in Beijing time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from crawler.config import AlertSection, ChannelSection, Config
from crawler.config.alerts import codes, span
from storage.nights import CHINA


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription.

    Attributes:
        adcodes: of divisions; each stands for itself and all below it. Empty: wherever.
        digest: time of day of its digest; None where each event is a message of its own.
        quiet: begin and end of the hours without messages.
    """

    name: str
    what: frozenset[str]
    adcodes: frozenset[str]
    years: frozenset[int]
    issuers: tuple[str, ...]
    words: tuple[str, ...]
    digest: time | None
    language: str
    quiet: tuple[time, time] | None
    channels: tuple[ChannelSection, ...]

    def due(self, at: datetime) -> datetime:
        """When an event learned at that time may be told: at once, or with the next digest."""
        if self.digest is None:
            return at
        here = at.astimezone(CHINA)
        today = here.replace(hour=self.digest.hour, minute=self.digest.minute, second=0, microsecond=0)
        return (today if today > here else today + timedelta(days=1)).astimezone(at.tzinfo)

    def rests(self, at: datetime) -> bool:
        """Whether these are its quiet hours."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        here = at.astimezone(CHINA).time()
        return begin <= here < end if begin < end else here >= begin or here < end


def of(config: Config) -> Sequence[Subscription]:
    """The subscriptions of a configuration."""
    return [_ready(section) for section in config.alerts]


def _ready(section: AlertSection) -> Subscription:
    adcodes = [codes(name) for name in section.cities] + [codes(name, only_provinces=True) for name in section.provinces]
    return Subscription(
        name=section.name,
        what=frozenset(section.what),
        adcodes=frozenset().union(*adcodes),
        years=frozenset(section.years),
        issuers=section.issuers,
        words=section.words,
        digest=time.fromisoformat(section.at) if section.when == "digest" else None,
        language=section.language,
        quiet=span(section.quiet) if section.quiet else None,
        channels=section.send,
    )

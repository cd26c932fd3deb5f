"""What follows when a night's portals are crawled: the steps, in their order. Who adds a duty of the night's end adds a line to STEPS.

A step is given the archive, the configuration, the portals and the night; it may be run again for the same night (after a kill, or when a portal
was crawled late), and must then do what is left and nothing twice. A step that fails is an incident, and the steps behind it are taken all the same.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import deadlines, neighbours, overdue, sealing
from scheduler.accounts import keeping
from scheduler.alerts import delivery
from scheduler.alerts.rendering import Wording
from spiders.portal import Portal
from storage.archive import Archive

logger = logging.getLogger(__name__)

INCIDENT = "afterwards_broke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """What a step works on.

    Attributes:
        portals: all there are, by key.
        night: the one whose crawls have ended.
        at: the time of its end.
    """

    archive: Archive
    config: Config
    portals: Mapping[str, Portal]
    night: date
    at: datetime


Step = Callable[[Evening], Sequence[str]]  # returns what went wrong, one line each; it opened its incidents itself

STEPS: list[tuple[str, Step]] = [
    ("neighbours", neighbours.compare),  # whose newest year is missing although their neighbours have it
    ("overdue", lambda evening: _overdue(evening)),  # whose report is not there after its deadline
    ("seal", lambda evening: sealing.seal(evening.archive, evening.config, evening.at)),  # the ledger's head; behind all that writes facts
    ("alerts", lambda evening: _tell(evening)),  # whoever wants to know of the night
    ("account", lambda evening: keeping.of_evening(evening.archive, evening.config, evening.at)),  # tells all of the above; the last
]


def _overdue(evening: Evening) -> list[str]:
    """Note who became overdue, and whose report came late."""
    overdue.tell_of(evening.archive, evening.config, evening.portals, evening.at)
    return []


def _tell(evening: Evening) -> list[str]:
    """Send what the night has to tell."""
    tell(evening.archive, evening.config, evening.config.clock)
    return []


def tell(archive: Archive, config: Config, clock: Callable[[], datetime]) -> None:
    """Send the alerts that are due. A channel that cannot be reached is tried again by itself, and is no failure of the night.

    Raises:
        ConfigError: see alerts.deliver.
    """
    delivery.deliver(archive, config, clock, environ=os.environ)


def refuse(config: Config, environ: Mapping[str, str] | None = None) -> None:
    """Stop before anything is asked, where steps could not be taken behind it. A channel without its secret is only warned of: the others are told.

    Parameters:
        environ: the environment; the process's own when None.

    Raises:
        ConfigError: the file of deadlines, or a template of the alerts, is missing or wrong.
    """
    deadlines.load(config.overdue.rules)
    if config.alerts:
        Wording(config.delivery.templates, config.delivery.public_url)
    known = os.environ if environ is None else environ
    for channel in {channel.key: channel for alert in config.alerts for channel in alert.send}.values():
        if missing := [name for name in channel.variables if not known.get(name)]:
            logger.warning("alerts: channel %s: environment variable %s is not set; what it should tell waits", channel.key, ", ".join(missing))


def run(evening: Evening, steps: list[tuple[str, Step]] | None = None) -> list[str]:
    """Take all steps.

    Returns:
        What went wrong, one line each.
    """
    failed = []
    for name, step in STEPS if steps is None else steps:
        at = evening.at
        try:
            troubles = step(evening)
        except Exception as error:  # one duty of the night must not cost the others
            is_ours = not isinstance(error, ConfigError)  # what the operator has to mend is said in one line
            logger.error("after the night of %s: %s broke%s", evening.night, name, "" if is_ours else f": {error}", exc_info=is_ours)
            trouble = f"{name}: {type(error).__name__}: {error}" if is_ours else f"{name}: {error}"
            evening.archive.open_incident(INCIDENT, None, f"step:{name}", trouble[:1000], at)
            failed.append(trouble)
        else:
            for trouble in troubles:
                logger.warning("after the night of %s: %s: %s", evening.night, name, trouble)
                failed.append(f"{name}: {trouble}")
            evening.archive.close_incidents(None, at, kinds=[INCIDENT], urls=[f"step:{name}"])
    return failed

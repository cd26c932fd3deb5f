"""What hosts asked of us and taught us, for all processes that crawl: whose turn it is, when the last request ended, rests, delays, trust.

A turn is a lease in the archive: it ends when its holder gives it back, when its holder is known to be dead, or when its time is over. None of
this is worth waiting for the disk: what a crash of the machine forgets, the machine's start has long outwaited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Engine, event, select, update

from storage.engine import connect, insert_new, reading, writing_aside
from storage.holders import is_dead, me
from storage.patience import patiently
from storage.schema import hosts, robots
from storage.types import utc

ROBOTS_DAY = timedelta(days=1)
LEASE_LIMIT = 1800.0  # seconds; no request takes so long (crawl.timeout is 300 at most, a file four times that): a clock was set back


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a host. Times are Unix seconds of the machine's clock, unless they are `datetime`s, which a replayed night may set.

    Attributes:
        began, ended: the last request.
        rest_until: end of the rest that the last Retry-After asked for; rest_from, rest_seconds: the same by the clock of the call that heard it.
        crawl_delay: what robots.txt asks for, in seconds.
        extra_delay: what we learned to add to the configured delay, in seconds.
        latency: of its answers, in seconds, the last ones weighing most.
        asked: requests in `night`.
        probed_at: when its validators were put to the test.
        distrusted: why its validators are not believed; None when they are.
        useless: conditional requests in a row that brought a whole page that said nothing new.
    """

    began: float | None = None
    ended: float | None = None
    rest_until: float | None = None
    rest_from: datetime | None = None
    rest_seconds: float | None = None
    crawl_delay: float | None = None
    extra_delay: float | None = None
    latency: float | None = None
    night: date | None = None
    asked: int | None = None
    probed_at: datetime | None = None
    distrusted: str | None = None
    distrusted_at: datetime | None = None
    useless: int | None = None


FIELDS = tuple(Standing.__dataclass_fields__)


@patiently
class Hosts:
    """The table of hosts, by a connection of its own that does not wait for the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the table in an archive that is there and of this program's schema.

        Raises:
            ArchiveUnavailable
        """
        engine = connect(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _unhurried)
        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    def take(self, host: str, *, wall: float, lease: float, night: date) -> Standing | None:
        """Take a host's turn.

        Parameters:
            wall: the machine's time.
            lease: seconds after which the turn is over although nobody gave it back.
            night: whose requests are counted.

        Returns:
            What is known of the host, requests asked tonight before this one (a dead holder's counts, as ended now); None when the turn is another
            process's.
        """
        with writing_aside(self._engine, host) as connection:
            insert_new_host = insert_new(connection, hosts, host=host) is not None
            row = connection.execute(select(hosts).where(hosts.c.host == host)).one()
            known: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
            known |= {"asked": (row.asked or 0) if row.night == night else 0, "night": night}
            if not insert_new_host and row.holder not in (None, me()):
                if not is_dead(row.holder) and wall < (row.lease_until or 0.0) <= wall + LEASE_LIMIT:
                    return None
                known |= {"ended": wall, "asked": known["asked"] + 1}
            holding = {"holder": me(), "lease_until": wall + lease, "ended": known["ended"], "asked": known["asked"], "night": night}
            connection.execute(update(hosts).where(hosts.c.host == host).values(**holding))
            return Standing(**known)

    def give_back(self, host: str, **learned: Any) -> None:
        """Give the turn back, with what the request taught (fields of Standing)."""
        self._set(host, {"holder": None, "lease_until": None, **learned}, ours=True)

    def note(self, host: str, **learned: Any) -> None:
        """Note something of a host (fields of Standing)."""
        self._set(host, learned, ours=False)

    def of(self, host: str) -> Standing:
        """What is known of a host."""
        with reading(self._engine) as connection:
            row = connection.execute(select(hosts).where(hosts.c.host == host)).one_or_none()
        return Standing() if row is None else Standing(**{name: getattr(row, name) for name in FIELDS})

    def all(self) -> dict[str, Standing]:
        """What is known of every host."""
        with reading(self._engine) as connection:
            return {row.host: Standing(**{name: getattr(row, name) for name in FIELDS}) for row in connection.execute(select(hosts))}

    def robots(self, site: str, at: datetime) -> int | None:
        """The capture of the site's robots.txt, where it was asked for within the last day (RFC 9309, 2.4); else None.

        Parameters:
            site: scheme, host and port, as robots.txt is told to hold for.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(robots).where(robots.c.site == site)).one_or_none()
        return int(row.capture) if row is not None and timedelta() <= utc(at) - row.fetched_at < ROBOTS_DAY else None

    def note_robots(self, site: str, capture: int, at: datetime) -> None:
        """The site answered this to the question for its robots.txt."""
        with writing_aside(self._engine, site) as connection:
            if insert_new(connection, robots, site=site, capture=capture, fetched_at=utc(at)) is None:
                connection.execute(update(robots).where(robots.c.site == site).values(capture=capture, fetched_at=utc(at)))

    def _set(self, host: str, values: Mapping[str, Any], *, ours: bool) -> None:
        with writing_aside(self._engine, host) as connection:
            insert_new(connection, hosts, host=host)
            where = [hosts.c.host == host, hosts.c.holder == me()] if ours else [hosts.c.host == host]
            connection.execute(update(hosts).where(*where).values(**{k: utc(v) if isinstance(v, datetime) else v for k, v in values.items()}))


def _unhurried(connection: Any, record: object) -> None:
    connection.execute("PRAGMA synchronous=normal")

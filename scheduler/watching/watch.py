"""What watches the service from inside: the endpoint, the text file of metrics, and systemd's watchdog."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry

from crawler.config import Config
from scheduler.watching import metrics, systemd
from scheduler.watching.endpoint import Endpoint
from scheduler.watching.health import Check, Health, of_archive
from storage.archive import Archive

logger = logging.getLogger(__name__)

PERIOD = 60.0  # seconds between two writings of the text file
SILENCE = 3600.0  # seconds without a beat of the service's loop: telling everybody of a night may take long, and has no beat


class Watch:
    """Watches while its block runs.

    Parameters:
        clock: the time, as the archive's.

    Attributes:
        endpoint: where it answers, if it does.
    """

    def __init__(self, archive: Archive, config: Config, clock: Callable[[], datetime]) -> None:
        self._archive, self._config, self._clock = archive, config, clock
        self._beaten = time.monotonic()
        self._ended = threading.Event()
        self._stack = ExitStack()
        self.registry = metrics.registry(archive, self.health, process=True)
        self.endpoint: Endpoint | None = None

    def beat(self) -> None:
        """The service's loop goes round."""
        self._beaten = time.monotonic()

    @property
    def silent(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._beaten

    def health(self) -> Health:
        """The archive's health, and that of the service itself."""
        found = of_archive(lambda: self._archive, self._config, self._clock())
        alive = self.silent < SILENCE
        said = "its loop goes round" if alive else f"its loop has stood still for {self.silent:.0f} s"
        return replace(found, checks=(Check(name="service", ok=alive, detail=said), *found.checks))

    def __enter__(self) -> Self:
        if self._config.watch.port is not None:
            made = Endpoint(self._config.watch.address, self._config.watch.port, self.registry, self.health)
            self.endpoint = self._stack.enter_context(made)
        thread = threading.Thread(target=self._go_on, name="watch", daemon=True)
        thread.start()
        self._stack.callback(thread.join, 30)
        self._stack.callback(self._ended.set)
        systemd.notify("READY=1")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        systemd.notify("STOPPING=1")
        self._stack.close()

    def _go_on(self) -> None:
        """Beat for systemd while the service's loop does, and write the text file now and then."""
        period = min(systemd.watchdog() or PERIOD, PERIOD)
        written = float("-inf")
        while True:
            if self.silent < SILENCE:
                systemd.notify("WATCHDOG=1")
            if time.monotonic() - written >= PERIOD:
                written = time.monotonic()
                keep(self.registry, self._config)
            if self._ended.wait(period):
                keep(self.registry, self._config)
                return


def keep(registry: CollectorRegistry, config: Config) -> None:
    """Write the text file, where one is wanted. A full disk must not end the service: it is logged, and tried again."""
    if config.watch.textfile is None:
        return
    try:
        metrics.keep(registry, config.watch.textfile)
    except OSError as error:
        logger.warning("watch.textfile: %s cannot be written: %s", config.watch.textfile, error.strerror or error)

"""Of which portal and run a log line speaks. Set where a crawl begins; every task begun from there inherits it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Where:
    """A portal's crawl. One object for all its tasks, so that the run's number, which is known later, reaches those begun before."""

    portal: str
    run: int | None = None


where: ContextVar[Where | None] = ContextVar("nianbao_where", default=None)
host: ContextVar[str | None] = ContextVar("nianbao_host", default=None)
"""The host a request waits for or asks."""


@contextmanager
def at(name: str) -> Iterator[None]:
    """What is logged in the block speaks of this host."""
    before = host.get()
    host.set(name)
    try:
        yield
    finally:
        host.set(before)

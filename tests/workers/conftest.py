"""A PostgreSQL of these tests' own, and fleets on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import migrations
from tests.storage.server import FAST, Server, running
from tests.workers.fleet import Fleet


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running(*FAST) as started:
        started.execute("CREATE DATABASE empty_archive")
        migrations.upgrade(started.url.format(name="empty_archive"))
        yield started


@pytest.fixture
def url(server: Server) -> str:
    """An empty archive."""
    name = f"w{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE empty_archive")
    return server.url.format(name=name)


@pytest.fixture
def fleet(url: str, tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    made: list[Fleet] = []

    def make(**given: object) -> Fleet:
        made.append(Fleet(tmp_path, url, **given))
        return made[-1]

    yield make
    for one in made:
        one.close()

"""A world for each kind of database, and the table at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal_site import Site, archive_of
from tests.storage import server
from tests.torture.works import Databases, World

COLUMNS = ("work", "database", "kills", "inside", "committing", "acknowledged", "lost", "double", "bad", "archives", "seconds", "whom", "spots")


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    made = Site()
    archive_of(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def torturer() -> Iterator[server.Server]:
    """A server for programs that die; it itself does not."""
    with server.running(*server.FAST) as started:
        yield started


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """In memory where there is one: a killed program leaves the same on any disk, and each commit would wait for it."""
    memory = Path("/dev/shm")
    path = Path(tempfile.mkdtemp(prefix="nianbao", dir=memory if os.access(memory, os.W_OK) else None))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def worlds(site: Site, folder: Path) -> dict[str, World]:
    """Those made so far."""
    return {"sqlite": World(folder, site, Databases(folder))}


@pytest.fixture
def world(request: pytest.FixtureRequest, worlds: dict[str, World], site: Site, folder: Path) -> World:
    """On the database that the test names."""
    kind = request.param
    if kind not in worlds:
        worlds[kind] = World(folder, site, Databases(folder, request.getfixturevalue("torturer")))
    return worlds[kind]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    rows = [value for report in reports for name, value in report.user_properties if name == "tally"]
    if rows:
        terminalreporter.section("kills")
        for row in [dict(zip(COLUMNS, COLUMNS, strict=True)), *rows]:
            terminalreporter.write_line("  ".join(f"{row[name]!s:<12}" for name in COLUMNS))

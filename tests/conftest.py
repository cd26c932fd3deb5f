"""What several tests need: the corpus beside the project, an archive of their own, a clock that stands still."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from storage.archive import Archive

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"
LONG = (
    "tests/test_demo", "tests/test_faults", "tests/test_attachments", "tests/test_crawling", "tests/workers/", "tests/torture/", "tests/service/",
    "tests/history/", "tests/test_discover", "tests/test_lists", "tests/test_fetching", "tests/test_quiet_nights", "tests/test_validators",
    "tests/alerts/test_killing_senders", "tests/storage/test_many_writers", "tests/storage/test_full_disk", "tests/storage/test_restarts",
    "tests/storage/test_filing", "tests/storage/test_moving", "tests/exchange/", "tests/test_service", "tests/test_pipeline", "tests/test_doubts",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the corpus its tests are deselected, which pytest's last line says; a skip would look like a choice. `torture` is asked for by name."""
    unwanted = set() if SHARED.is_dir() else {"corpus"}
    if "torture" not in config.option.markexpr:
        unwanted.add("torture")
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in unwanted)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: not item.location[0].startswith(LONG))  # stable: a long file that comes last keeps one processor alone


@pytest.fixture(scope="session")
def shared() -> Path:
    """The corpus of real pages that lies beside the project, where there is one. For tests marked `corpus`."""
    return SHARED


@pytest.fixture
def now() -> datetime:
    """A night in the season of annual reports."""
    return datetime(2026, 1, 20, 18, 0, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive on SQLite."""
    from storage.archive import Archive

    with Archive.open(f"sqlite:///{tmp_path / 'nianbao.sqlite3'}") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's NIANBAO_… variables must not reach the tests."""
    for name in list(os.environ):
        if name.startswith("NIANBAO_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command run in the tests' process sets the root logger for its process; the next test must not find it so."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)

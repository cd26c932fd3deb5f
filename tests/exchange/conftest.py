"""A small archive made by real crawls of the replicas, a night and one with news, and the ways to take it along."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import cli
from app.demo import folder as place
from app.demo.life import NIGHTS
from app.demo.nights import command
from app.demo.site import serving
from storage.archive import Archive

KEYS = ("qingyang", "zhucheng")  # one answers 304 and loses a report, one redirects and changes a figure
LATER = "2026-04-02T12:00:00+00:00"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


natural = _load("natural")


@dataclass(frozen=True)
class World:
    """The crawled archive and its configuration."""

    folder: Path
    config: Path
    url: str

    def nianbao(self, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
        """Give a command with the portals of the replicas; its JSON lines."""
        given = ["--config", str(self.config), *map(str, arguments), "--json"]
        result = CliRunner().invoke(cli, given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    with serving(night=1, few=1) as site:
        config = place.prepare(folder / "demo", site)
        for night in (1, 3):
            site.night = night
            command(config, "crawl", *KEYS, "--now", NIGHTS[night].isoformat())
        mirror = folder / "mirror.html"
        mirror.write_bytes(site.mirrored())
        command(config, "import", str(mirror), "--now", LATER)
    return World(folder, config, f"sqlite:///{folder}/demo/archive/nianbao.sqlite3")


@pytest.fixture(scope="session")
def whole(world: World) -> Path:
    """A WACZ of the whole archive."""
    path = world.folder / "whole.wacz"
    world.nianbao("export", "wacz", path, "--now", LATER)
    return path


@pytest.fixture(scope="session")
def warc(world: World) -> Path:
    """A WARC of the whole archive."""
    path = world.folder / "whole.warc.gz"
    world.nianbao("export", "warc", path, "--now", LATER)
    return path


@pytest.fixture(scope="session")
def before(world: World) -> dict[str, list[str]]:
    """What the crawled archive says."""
    with Archive.open(world.url, create=False) as archive:
        return natural.rows(archive)


@pytest.fixture
def after(tmp_path: Path) -> Callable[[], dict[str, list[str]]]:
    """What the archive at `tmp_path`/a.sqlite3 says."""

    def told() -> dict[str, list[str]]:
        with Archive.open(f"sqlite:///{tmp_path}/a.sqlite3", create=False) as archive:
            return natural.rows(archive)

    return told


@pytest.fixture
def differences() -> Callable[..., list[str]]:
    return natural.differences

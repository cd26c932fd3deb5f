"""The demo as anybody runs it: three nights, and ten crawls in a row of portals on which nothing but the surroundings changes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from app.demo import folder as place
from app.demo import run
from app.demo.life import NIGHTS
from app.demo.nights import command
from app.demo.site import serving
from crawler.errors import ConfigError
from storage import queries
from storage.archive import Archive

pytestmark = pytest.mark.browser  # 杭州's second column is drawn by a script


@pytest.mark.slow
def test_the_news_of_three_nights_is_exactly_what_happened(tmp_path: Path) -> None:
    told = io.StringIO()
    assert run(Console(file=told, width=200), tmp_path / "demo", keep=False) == 0, told.getvalue()
    story = told.getvalue()
    for words in ("Night 3", "figures_changed", "absent: 1", "layout_changed", "9910", "9970", "nianbao.sqlite3"):
        assert words in story
    assert "withdrawn" not in story
    # again: a fresh archive each time, never a second fill of the old one
    assert (tmp_path / "demo" / "config.yaml").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("crawls", [3, pytest.param(10, marks=pytest.mark.torture)])
def test_crawls_with_only_the_surroundings_changing_bring_no_news(tmp_path: Path, crawls: int) -> None:
    with serving(night=1, few=1) as site:
        config = place.prepare(tmp_path / "demo", site)
        command(config, "crawl", "--now", NIGHTS[1].isoformat())
        with Archive.open(f"sqlite:///{tmp_path}/demo/archive/nianbao.sqlite3", create=False) as archive:
            filled = len(queries.changes(archive))
            assert filled >= 15
            for hour in range(crawls):
                told, code = command(config, "crawl", "--full", "--now", NIGHTS[2].replace(hour=hour).isoformat())
                assert code == 0, told
            assert len(queries.changes(archive)) == filled
            assert {row["versions"] for row in queries.find(archive)} == {1}


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="was not made by a demo"):
        run(Console(file=io.StringIO()), tmp_path / "mine", keep=False)
    assert (tmp_path / "mine" / "thesis.txt").is_file()

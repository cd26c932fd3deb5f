"""kill -9 of crawl, import, reread, packing and migration, at drawn moments: nothing acknowledged is lost, nothing doubled, verify is clean."""

from __future__ import annotations

import os

import pytest

from tests.torture.campaign import campaign, heads, healed
from tests.torture.killing import Moment, run
from tests.torture.works import WORKS, Import, World

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgresql"], indirect=True)
KILLS = int(os.environ.get("TORTURE_KILLS", "20"))  # of each kind on each database: 200 in all
SEED = int(os.environ.get("TORTURE_SEED", "2018"))


@pytest.mark.torture
@pytest.mark.parametrize("name", WORKS)
@BOTH
def test_a_command_that_is_killed_again_and_again_ends_where_an_undisturbed_one_does(world: World, name: str, record_property):
    tally = campaign(WORKS[name](world), KILLS, SEED)
    record_property("tally", tally.row())
    assert (tally.kills, tally.lost, tally.double, tally.bad) == (KILLS, 0, 0, 0)


SAMPLE = [("sqlite", "crawl", 2), *(("sqlite", name, 1) for name in ("import", "reread", "pack", "upgrade")), ("postgresql", "upgrade", 1)]


@pytest.mark.parametrize(("world", "name", "kills"), SAMPLE, indirect=["world"])
def test_a_few_kills_of_each_command_cost_nothing(world: World, name: str, kills: int, record_property):
    tally = campaign(WORKS[name](world), kills, 1, twice=False)
    record_property("tally", tally.row())
    assert (tally.kills, tally.lost, tally.double, tally.bad) == (kills, 0, 0, 0)


def last_head(world: World) -> tuple[Import, int]:
    """An import, and the number of its transaction that writes the head."""
    work = Import(world)
    twin = work.start()
    ended = run(twin.folder, work.command(twin))
    assert ended.code == 0, ended.output
    return work, ended.counts()["out"] - 2  # two more close the incidents of a file that could not be written, and of one that is not ours alone


@pytest.mark.torture
@BOTH
def test_a_head_whose_line_was_never_written_is_written_by_the_next_run(world: World):
    work, number = last_head(world)
    place = work.start()
    assert run(place.folder, work.command(place), Moment("out", number)).struck
    assert len(heads(place)) == 1
    assert healed(place) == []
    assert place.verified() == []
    assert run(place.folder, work.command(place)).code == 0
    assert healed(place) == heads(place)
    assert len(heads(place)) == 2  # saved pages are kept once more, which is no news
    assert place.verified() == []


@pytest.mark.torture
@BOTH
def test_a_head_that_was_not_committed_is_written_by_the_next_run(world: World):
    work, number = last_head(world)
    place = work.start()
    assert run(place.folder, work.command(place), Moment("committing", number)).struck
    assert heads(place) == healed(place) == []
    assert run(place.folder, work.command(place)).code == 0
    assert len(heads(place)) == 1
    assert healed(place) == heads(place)
    assert place.verified() == []

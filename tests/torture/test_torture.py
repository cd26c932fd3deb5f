"""kill -9 of crawl, import, reread, packing and migration, at drawn moments: nothing acknowledged is lost, nothing doubled, verify is clean."""

from __future__ import annotations

import os

import pytest

from tests.torture.campaign import campaign
from tests.torture.works import WORKS, World

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


SAMPLE = [("sqlite", "crawl", 4), *(("sqlite", name, 2) for name in ("import", "reread", "pack", "upgrade")), ("postgresql", "pack", 1),
          ("postgresql", "upgrade", 1)]  # fmt: skip


@pytest.mark.parametrize(("world", "name", "kills"), SAMPLE, indirect=["world"])
def test_a_few_kills_of_each_command_cost_nothing(world: World, name: str, kills: int, record_property):
    tally = campaign(WORKS[name](world), kills, 1)
    record_property("tally", tally.row())
    assert (tally.kills, tally.lost, tally.double, tally.bad) == (kills, 0, 0, 0)

"""Quiet nights by the portals' own log: what they cost, and that an edit made in silence is found in time all the same."""

from __future__ import annotations

import pytest

from tests.bench.quiet import World

PORTALS, REPORTS, PERIOD = 3, 12, 4


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("quiet"), PORTALS, REPORTS, PERIOD)
    found = [world.night("2026-01-20", "nightly", "--once"), world.night("2026-01-21", "nightly", "--once")]
    world.edited |= {(0, 3), (1, 7), (2, 0)}
    found += [world.night(f"2026-01-{22 + n}", "nightly", "--once") for n in range(PERIOD)]
    yield world, found
    world.close()


def test_the_first_night_brings_every_report(nights):
    _, (first, *_) = nights
    assert (first.new, first.reports, first.conditional) == (PORTALS * REPORTS, PORTALS * REPORTS, 0)


def test_a_quiet_night_costs_a_list_and_the_share_of_the_rotation_all_conditional_and_changes_nothing(nights):
    world, (_, quiet, *_) = nights
    assert quiet.requests - quiet.robots <= world.bound
    assert quiet.reports == PORTALS * REPORTS // PERIOD
    assert quiet.requests - quiet.robots == quiet.conditional == quiet.unmodified  # all of them conditional, all of them confirmed
    assert (quiet.new, quiet.changed) == (0, 0)


def test_a_quiet_night_brings_nothing_but_robots_txt(nights):
    _, (first, quiet, *_) = nights
    assert quiet.bytes <= 40 * quiet.robots
    assert first.bytes > 100 * quiet.bytes


def test_an_edit_made_in_silence_is_found_within_the_period_and_no_night_costs_more(nights):
    world, (_, _, *later) = nights
    assert sum(night.changed for night in later) == 3
    assert all(night.requests - night.robots <= world.bound for night in later)
    kinds = [change["kind"] for change in world.changes()]
    assert (kinds.count("figures_changed"), kinds.count("new"), len(kinds)) == (3, PORTALS * REPORTS, PORTALS * REPORTS + 3)


def test_robots_txt_is_asked_for_once_a_day(nights):
    world, found = nights
    assert all(night.robots == len(world.sites) for night in found)

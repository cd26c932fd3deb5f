"""What is overdue is told once, and once more when it comes late; whatever the board says in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler import overdue
from storage import known as known_events
from storage.engine import reading
from tests.overdue.conftest import EARLIER, FINANCE, GOVERNMENT, LAW, at, row


def tell(world, night):
    return overdue.tell(world.archive, LAW, world.portals, at(night, 8))


def told(world):
    """Kind and night (of China) of every event of the board."""
    with reading(world.archive.engine) as connection:
        known = [one for one in known_events.since(connection, at("01-01")) if one.event.kind in {"overdue", "late"}]
    return [(one.event.kind, one.event.issuer, (one.event.time + timedelta(hours=8)).strftime("%m-%d")) for one in known]


def test_an_organ_that_flips_between_overdue_and_unknown_is_told_once_and_late_once(world):
    nights = {"01-31": EARLIER, "02-01": EARLIER, "02-02": None, "02-03": EARLIER, "02-04": None}
    for night, rows in nights.items():
        world.night(night, rows)
        tell(world, night)
        tell(world, night)
    world.night("02-05", [row(FINANCE, 2024, "02-04"), *EARLIER], world.page(FINANCE, 2024, claimed="02-04"))
    for night in ("02-05", "02-06"):
        tell(world, night)
    assert told(world) == [("overdue", FINANCE, "02-01"), ("late", FINANCE, "02-05")]


def test_nights_without_a_list_tell_nothing(world):
    for night in ("02-01", "02-02", "04-01", "04-20"):
        world.night(night, None)
        assert tell(world, night) == 0
    assert told(world) == []


def test_each_organ_is_told_on_the_night_after_its_own_deadline(world):
    for night in ("02-01", "03-31", "04-01", "04-02"):
        world.night(night, EARLIER)
        tell(world, night)
    assert told(world) == [("overdue", FINANCE, "02-01"), ("overdue", GOVERNMENT, "04-01")]


def test_what_came_late_before_anybody_could_see_it_missing_is_not_told_as_overdue(world):
    world.night("02-10", [row(FINANCE, 2024, "02-04"), *EARLIER], world.page(FINANCE, 2024, claimed="02-04"))
    assert tell(world, "02-10") == 0


def test_an_event_names_deadline_days_and_the_list_that_lacks_it(world):
    world.night("02-03", EARLIER)
    assert tell(world, "02-03") == 1
    with reading(world.archive.engine) as connection:
        (known,) = [one for one in known_events.since(connection, at("01-01")) if one.event.kind == "overdue"]
    event = known.event
    assert (event.portal, event.adcode, event.year, event.key) == ("zhucheng", "370782", 2024, f"overdue 370782 2024 {FINANCE}")
    assert (event.facts["deadline"], event.facts["days"]) == ("2025-01-31", 3)
    assert f"listing {event.facts['listing']}" in event.facts["detail"]
    assert not known.filling


@pytest.mark.parametrize("name", ["诸城市财政局", "诸城市人民政府"])
def test_years_long_past_are_no_news(world, name):
    world.night("02-05", [row(name, 2020), *EARLIER], world.page(name, 2020))
    tell(world, "02-05")
    assert [kind for kind, issuer, _ in told(world) if issuer == name] == (["overdue"] if name == FINANCE else [])

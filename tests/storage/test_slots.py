"""Slots and turns on both databases: made once, taken by one, taken over from the dead."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import holders, slots
from storage.archive import Archive
from storage.engine import writing
from storage.hosts import Hosts
from storage.records import Origin, Outcome
from storage.schema import slots as table
from tests.storage.conftest import NIGHT

FIRST, SECOND = date(2026, 1, 21), date(2026, 1, 22)
LEASE = timedelta(minutes=5)


def wall():
    return datetime.now(UTC)


def states(archive, night=FIRST):
    return slots.of_night(archive, night)


@pytest.fixture
def elsewhere(archive):
    """Make a slot, or a turn, look as if a process held it that cannot be asked whether it lives."""

    def hold(holder="another machine/1/2", until=None):
        with writing(archive.engine) as connection:
            connection.execute(table.update().values(holder=holder, lease_until=until or wall() + LEASE))

    return hold


@pytest.fixture
def dead():
    """The name of a process that has ended."""
    program = "from storage.holders import me; print(me())"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_a_slot_is_made_once_whoever_makes_it(archive, url):
    def make(_):
        with Archive.open(url) as other:
            return slots.enqueue(other, {("a", FIRST), ("b", FIRST)}, NIGHT)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(make, range(4))) == 2
    assert states(archive) == {"a": "waiting", "b": "waiting"}


def test_a_slot_is_taken_by_one(archive, url, elsewhere):
    slots.enqueue(archive, {("a", FIRST)}, NIGHT)
    assert len(slots.take(archive, ["a"], wall(), LEASE)) == 1
    assert slots.take(archive, ["a"], wall(), LEASE) == []
    elsewhere()
    assert slots.waiting(archive, wall(), LEASE) == {}


def test_a_slot_of_a_dead_process_is_free_at_once_and_of_a_silent_one_after_its_lease(archive, elsewhere, dead):
    slots.enqueue(archive, {("a", FIRST)}, NIGHT)
    slots.take(archive, ["a"], wall(), LEASE)
    elsewhere()
    assert slots.take(archive, ["a"], wall(), LEASE) == []
    (again,) = slots.take(archive, ["a"], wall() + 1.1 * LEASE, LEASE)
    assert again.tries == 2
    elsewhere(holder=dead)
    assert len(slots.take(archive, ["a"], wall(), LEASE)) == 1


def test_a_night_is_crawled_while_a_holder_of_its_slots_may_live(archive, elsewhere, dead):
    slots.enqueue(archive, {("a", FIRST), (slots.AFTERWARDS, FIRST)}, NIGHT)
    assert not slots.is_crawled(archive, FIRST, wall(), LEASE)
    slots.take(archive, ["a", slots.AFTERWARDS], wall(), LEASE)
    elsewhere()
    assert slots.is_crawled(archive, FIRST, wall(), LEASE)
    assert not slots.is_crawled(archive, SECOND, wall(), LEASE)
    assert not slots.is_crawled(archive, FIRST, wall() + 1.1 * LEASE, LEASE)
    elsewhere(holder=dead)
    assert not slots.is_crawled(archive, FIRST, wall(), LEASE)


def test_a_lease_from_before_a_clock_was_set_back_does_not_hold_for_ever(archive, elsewhere):
    slots.enqueue(archive, {("a", FIRST)}, NIGHT)
    slots.take(archive, ["a"], wall(), LEASE)
    elsewhere(until=wall() + timedelta(days=1))
    assert len(slots.take(archive, ["a"], wall(), LEASE)) == 1


def test_who_lost_a_slot_does_not_end_it(archive, elsewhere):
    slots.enqueue(archive, {("a", FIRST)}, NIGHT)
    (slot,) = slots.take(archive, ["a"], wall(), LEASE)
    elsewhere()
    slots.end(archive, slot, slots.DONE, NIGHT)
    assert states(archive) == {"a": "taken"}


def test_of_nights_that_went_by_the_last_is_crawled_and_the_others_are_missed(archive):
    slots.enqueue(archive, {("a", FIRST)}, NIGHT)
    slots.enqueue(archive, {("a", SECOND)}, NIGHT)
    assert (states(archive), states(archive, SECOND)) == ({"a": "missed"}, {"a": "waiting"})


def test_a_portal_whose_earlier_night_goes_on_is_not_crawled_twice_at_once(archive, elsewhere):
    slots.enqueue(archive, {("a", FIRST)}, NIGHT)
    slots.take(archive, ["a"], wall(), LEASE)
    elsewhere()
    slots.enqueue(archive, {("a", SECOND)}, NIGHT)
    assert slots.take(archive, ["a"], wall(), LEASE) == []


def test_runs_that_go_on_say_nothing_of_how_they_ended(archive):
    origin = Origin(key="a", name="a", adcode="370200", hosts=("a.cn",), family="static")
    first = archive.start_run(origin, NIGHT)
    archive.finish_run(first, NIGHT, Outcome.FAILED, {})
    archive.start_run(origin, NIGHT + timedelta(days=1))
    assert slots.outcomes(archive, NIGHT) == {"a": [(NIGHT, "failed")]}


def test_a_process_knows_itself_and_the_dead(dead):
    assert not holders.is_dead(holders.me())
    assert holders.is_dead(dead)
    assert not holders.is_dead("another machine/1/2")


@pytest.fixture
def hosts(url, archive):
    opened = Hosts.open(url)
    yield opened
    opened.close()


def test_a_hosts_turn_is_one_processs_at_a_time_and_counts_its_requests(hosts, url, dead):
    assert hosts.take("a.cn", wall=1000.0, lease=60, night=FIRST).asked == 0
    hosts.note("a.cn", holder="another machine/1/2")
    assert hosts.take("a.cn", wall=1010.0, lease=60, night=FIRST) is None
    assert hosts.take("b.cn", wall=1010.0, lease=60, night=FIRST) is not None
    taken = hosts.take("a.cn", wall=1061.0, lease=60, night=FIRST)
    assert (taken.asked, taken.ended) == (1, 1061.0)  # the silent one's request may have ended only now
    hosts.note("a.cn", holder=dead)
    assert hosts.take("a.cn", wall=1062.0, lease=60, night=FIRST).ended == 1062.0
    hosts.give_back("a.cn", ended=1063.0, extra_delay=1.5, asked=3)
    assert hosts.take("a.cn", wall=1063.5, lease=60, night=FIRST).asked == 3
    again = hosts.take("a.cn", wall=1064.0, lease=60, night=SECOND)
    assert (again.ended, again.extra_delay, again.asked) == (1063.0, 1.5, 0)


def test_who_lost_a_turn_does_not_give_it_back(hosts):
    hosts.take("a.cn", wall=1000.0, lease=60, night=FIRST)
    hosts.note("a.cn", holder="another machine/1/2")
    hosts.give_back("a.cn", ended=1.0)
    assert hosts.take("a.cn", wall=1010.0, lease=60, night=FIRST) is None
    assert hosts.of("a.cn").ended is None


def test_robots_txt_is_good_for_a_day(hosts, desk):
    capture = desk.keep("https://a.cn/robots.txt", body=b"User-agent: *")
    assert hosts.robots("https://a.cn", NIGHT) is None
    hosts.note_robots("https://a.cn", capture, NIGHT)
    assert hosts.robots("https://a.cn", NIGHT + timedelta(hours=23)) == capture
    assert hosts.robots("https://a.cn", NIGHT + timedelta(hours=24)) is None
    assert hosts.robots("https://a.cn", NIGHT - timedelta(hours=1)) is None
    hosts.note_robots("https://a.cn", capture, NIGHT + timedelta(hours=24))
    assert hosts.robots("https://a.cn", NIGHT + timedelta(hours=30)) == capture


def test_turns_do_not_wait_for_the_writers_of_a_shared_archive(archive, url):
    if archive.engine.dialect.name == "sqlite":
        pytest.skip("a file has one writer, whatever it writes")
    hosts = Hosts.open(url)
    with writing(archive.engine):  # somebody files something large
        taken = hosts.take("a.cn", wall=1000.0, lease=60.0, night=FIRST)
        hosts.give_back("a.cn", ended=1001.0)
        hosts.note("b.cn", crawl_delay=2.0)
    assert taken is not None
    assert hosts.of("a.cn").ended == 1001.0
    assert hosts.of("b.cn").crawl_delay == 2.0
    hosts.close()


def test_of_many_that_ask_at_once_one_gets_the_turn(archive, url, monkeypatch):
    everybody = 8
    here = threading.local()
    monkeypatch.setattr("storage.hosts.me", lambda: here.name)
    hosts = Hosts.open(url)
    start = threading.Barrier(everybody)

    def ask(number):
        here.name = f"another machine/{number}/1"
        start.wait()
        return hosts.take("a.cn", wall=1000.0, lease=60.0, night=FIRST)

    with ThreadPoolExecutor(everybody) as pool:
        turns = list(pool.map(ask, range(everybody)))
    hosts.close()
    assert sum(turn is not None for turn in turns) == 1

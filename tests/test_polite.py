"""Turns, delays and rests, on a real event loop with short times."""

import asyncio
import time
from datetime import date
from email.utils import formatdate
from itertools import pairwise

import pytest
from scrapy import Request

from crawler import attachments, handlers, polite
from crawler.config import Config
from crawler.errors import Blocked
from crawler.polite import CRAWL_DELAY_LIMIT, EXTRA_LIMIT, HELD, JITTER, MARGIN, Turns, retry_after
from crawler.timing import Timing
from storage.hosts import Hosts


def begins(turns, hosts, *, delay, limit=10.0, duration=0.0):
    """When each of the requests began, in seconds from the first; also the most at once to one host."""
    times, at_once, most = [], dict.fromkeys(hosts, 0), 0

    async def ask(host):
        nonlocal most
        async with turns.take(host, delay=delay, limit=limit):
            times.append(time.monotonic())
            at_once[host] += 1
            most = max(most, at_once[host])
            await asyncio.sleep(duration)
            at_once[host] -= 1

    async def all_of_them():
        await asyncio.gather(*map(ask, hosts))

    asyncio.run(all_of_them())
    return [moment - times[0] for moment in times], most


def test_one_host_gets_one_request_at_a_time_and_a_rest_between():
    times, most = begins(Turns(), ["a"] * 4, delay=0.1, duration=0.02)
    assert most == 1
    assert all(0.1 <= later - earlier <= 0.1 * (1 + JITTER) + 0.1 for earlier, later in pairwise(times))


def test_hosts_do_not_wait_for_each_other():
    times, _ = begins(Turns(), ["a", "b", "c"], delay=5.0)
    assert max(times) < 1


def test_crawl_delay_is_kept_where_it_is_longer_than_ours():
    turns = Turns()
    turns.slow_down("a", 0.3)
    times, _ = begins(turns, ["a"] * 3, delay=0.01)
    assert times[1] >= 0.3
    assert times[2] >= 0.6


def test_no_crawl_delay_is_cut_short_and_one_that_no_night_has_room_for_leaves_the_host_alone():
    turns = Turns()
    turns.slow_down("a", CRAWL_DELAY_LIMIT)
    assert turns._hosts["a"].free_at(3.0) == float("-inf")  # the first request
    turns._hosts["a"].ended = 0.0
    assert turns._hosts["a"].free_at(3.0) == CRAWL_DELAY_LIMIT
    turns.slow_down("b", 86400, "Crawl-delay: 86400")
    for _ in range(2):
        with pytest.raises(Blocked, match=r"86400 s between two requests \(Crawl-delay: 86400\)") as left:
            begins(turns, ["b"], delay=0.01)
        assert left.value.rule == "crawl_delay"
    assert turns.asked("b") == 0


def test_a_crawl_delay_of_an_earlier_night_does_not_keep_robots_txt_from_being_asked(archive):
    url = archive.engine.url.render_as_string()
    first, second, hosts = Turns(), Turns(), Hosts.open(url)
    for turns in (first, second):
        turns.share(hosts, Config())
    first.slow_down("a", 86400, "Crawl-delay: 86400")
    begins(second, ["a"], delay=0.01)  # robots.txt, which another process has not read yet
    second.slow_down("a", 0.01, "Crawl-delay: 0.01")
    begins(second, ["a"], delay=0.01)
    assert second.asked("a") == 2
    hosts.close()


def test_the_whole_host_rests_as_long_as_it_asked():
    turns = Turns()
    turns.rest("a", 0.4)
    began = time.monotonic()
    begins(turns, ["a"], delay=0)
    assert time.monotonic() - began >= 0.4


def test_a_host_that_wants_a_day_of_rest_is_left_alone_at_once():
    turns = Turns()
    turns.rest("a", 86400)
    began = time.monotonic()
    with pytest.raises(Blocked) as left:
        begins(turns, ["a"], delay=0, limit=600)
    assert left.value.rule == "retry_after"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "120"}, 120),
        (503, {"retry-after": " 7 "}, 7),
        (200, {"retry-after": "120"}, None),
        (429, {}, None),
        (429, {"retry-after": "soon"}, None),
        (429, {"retry-after": "-5"}, None),
        (429, {"retry-after": "²"}, None),
        (503, {"retry-after": "Mon, 99 Jan 99999999999 99:99:99 GMT"}, None),
        (429, {"retry-after": "99999999999999999999"}, 999999999999),
        (429, {"retry-after": formatdate(1_700_000_060, usegmt=True), "date": formatdate(1_700_000_000, usegmt=True)}, 60),
        (429, {"retry-after": formatdate(0, usegmt=True)}, 0),
    ],
)
def test_retry_after_in_seconds_or_as_a_date_by_the_portals_own_clock(status, headers, seconds):
    assert retry_after(status, headers) == seconds


def asked(turns, host, count, *, delay, heard=(), duration=0.0, part=False):
    """Ask a host so many times, the first answers being those of `heard`; gaps between the beginnings, in seconds."""
    answers, times = iter(heard), []

    async def ask():
        for _ in range(count):
            async with turns.take(host, delay=delay, limit=10.0, part=part):
                times.append(time.monotonic())
                await asyncio.sleep(duration)
                turns.heard(host, next(answers, 200), {}, delay)

    asyncio.run(ask())
    return [later - earlier for earlier, later in pairwise(times)]


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_is_asked_too_often_is_asked_at_twice_the_distance_until_good_answers_take_it_back(status):
    turns = Turns()
    gaps = asked(turns, "a", 4, delay=0.1, heard=[status, status, status])
    assert gaps[0] >= 0.2
    assert gaps[1] >= 0.3
    assert gaps[2] >= 0.5
    for _ in range(60):
        turns.heard("a", 200, {}, 0.1)
    assert turns._hosts["a"].extra == 0.0
    assert turns._hosts["a"].free_at(0.1) >= turns._hosts["a"].began + 0.1


def test_what_is_learned_has_an_end_and_nobody_waits_for_an_hour():
    turns = Turns()
    for _ in range(100):
        turns.heard("a", 429, {}, 3.0)
    assert turns._hosts["a"].extra == EXTRA_LIMIT


def test_a_host_that_takes_long_is_asked_at_most_half_of_the_time():
    gaps = asked(Turns(), "a", 3, delay=0.01, duration=0.2)
    assert min(gaps) >= 0.4 - 0.02


def test_a_host_that_takes_longer_than_we_pause_gets_its_pause_all_the_same(monkeypatch):
    monkeypatch.setattr(polite, "LATENCY_LIMIT", 0.15)
    gaps = asked(Turns(), "a", 3, delay=0.01, duration=0.3)
    assert min(gaps) >= 0.3 + 0.15 - 0.02


def test_an_operator_who_wants_no_delay_waits_for_no_slow_host():
    gaps = asked(Turns(), "a", 3, delay=0.0, duration=0.2)
    assert max(gaps) < 0.35


def test_the_parts_of_a_page_follow_at_once_until_the_host_teaches_otherwise():
    turns = Turns()
    assert max(asked(turns, "a", 3, delay=5.0, part=True)) < 1
    gaps = asked(turns, "b", 3, delay=0.2, part=True, heard=[503, 503])
    assert gaps[0] >= 0.2
    assert gaps[1] >= 0.4
    assert min(asked(turns, "c", 3, delay=0.01, part=True, duration=0.2)) >= 0.4 - 0.02


PAGE, FILE = Request("http://a/t1.html"), attachments.request("http://a/t1.pdf", Config().crawl, {})


@pytest.mark.parametrize(("request_", "seconds"), [(PAGE, 30.0), (FILE, 120.0)], ids=["page", "file"])
def test_a_turn_is_held_as_long_as_its_request_may_take(archive, monkeypatch, request_, seconds):
    """Of a holder on another machine nobody knows whether it lives."""
    turns, hosts = Turns(), Hosts.open(archive.engine.url.render_as_string())
    turns.share(hosts, Config())
    monkeypatch.setattr(handlers, "turns", turns)
    night, longest = date(2026, 1, 20), HELD + seconds

    async def ask():
        async with handlers.turn(Timing(), request_, Config().crawl):
            wall = time.time()
            monkeypatch.setattr("storage.hosts.me", lambda: "another machine/1/2")
            hosts.note("a", holder="a third machine/1/2")
            assert hosts.take("a", wall=wall, lease=35.0, night=night) is None  # one that asks for less knows ours for what it is
            assert hosts.take("a", wall=wall + longest, lease=35.0, night=night) is None
            assert hosts.take("a", wall=wall + longest + MARGIN + 1, lease=35.0, night=night) is not None

    asyncio.run(ask())
    hosts.close()


def test_another_process_keeps_the_distance_that_one_learned(archive):
    url = archive.engine.url.render_as_string()
    first, second = Turns(), Turns()
    shared = [Hosts.open(url), Hosts.open(url)]
    for turns, hosts in zip((first, second), shared, strict=True):
        turns.share(hosts, Config())
    asked(first, "a", 1, delay=0.2, heard=[503])
    began = time.monotonic()
    assert asked(second, "a", 2, delay=0.2)[0] >= 0.2 + 0.2 * 0.9 - 0.02  # a tenth was taken back by the answer between
    assert time.monotonic() - began >= 0.4
    assert (first.asked("a"), second.asked("a")) == (1, 3)
    for hosts in shared:
        hosts.close()


def test_a_turn_that_is_given_back_to_wait_counts_no_request(archive, monkeypatch):
    monkeypatch.setattr(polite, "HELD", 0.05)
    turns, hosts = Turns(), Hosts.open(archive.engine.url.render_as_string())
    turns.share(hosts, Config())
    asked(turns, "a", 3, delay=0.2)
    assert turns.asked("a") == 3
    hosts.close()

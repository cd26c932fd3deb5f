"""kill -9 of the sender at whatever moment: no alert is lost, and what comes twice comes under the same key in the same words."""

from __future__ import annotations

import multiprocessing
import random
import socket
import threading
import time
from datetime import datetime, timedelta

import pytest

from crawler.config import Config
from scheduler import alerts
from storage import holders, outbox
from storage.archive import Archive
from storage.engine import reading, writing
from storage.schema import outbox as table
from tests.alerts.conftest import subscribed

NEWS = 4  # reports edited between two kills


def deliver(url: str, config: Config, now: datetime) -> None:
    """What the killed process does: an archive of its own, and one call."""
    with Archive.open(url, create=False) as archive:
        alerts.deliver(archive, config, lambda: now, environ={})


def started(url, config, now):
    """Forked, so that its life is all work and no imports."""
    process = multiprocessing.get_context("fork").Process(target=deliver, args=(url, config, now))
    process.start()
    return process


def torn(nights, hook, url, config, kills, seed):
    """Night after night news, and a sender that is killed; at last one that is not. Returns the keys of all events, in order."""
    dice = random.Random(seed)
    number, killed, longest = 0, 0, 0.2
    while killed < kills:
        nights.crawl(*(nights.edited(1 + (number + n) % 40, after=str(100 + number + n)) for n in range(NEWS)))
        number += NEWS
        sender = started(url, config, nights.now)
        sender.join(dice.uniform(0, longest))
        if sender.is_alive():
            sender.kill()
            killed += 1
        else:
            longest *= 0.9  # it was faster than we: nearer to its beginning next time
        sender.join()
        nights.sleep(minutes=20)  # all of it within the three days after which news comes as a summary
    last = started(url, config, nights.now)
    last.join(60)
    assert last.exitcode == 0
    with reading(nights.archive.engine) as connection:
        assert {letter.state for letter in outbox.letters(connection)} == {"sent"}
        return [row.key for row in connection.exec_driver_sql("SELECT key FROM events WHERE kind <> 'new' ORDER BY id")]


def lost_nothing_doubled_nothing(hook, expected):
    words = {}
    first = []
    for _, headers, body in hook.got:
        if headers["Idempotency-Key"] not in words:
            first += body["keys"]
        assert words.setdefault(headers["Idempotency-Key"], body) == body  # a repeat says the same
    assert first == expected  # each event once, in order, by whoever knows keys


@pytest.mark.parametrize("seed", [1])
def test_twenty_kills_lose_no_alert_and_double_none(nights, hook, url, seed):
    nights.filled(*range(1, 41))
    config = subscribed(hook.url, delivery={"digest_above": 1000})
    deliver(url, config, nights.now)  # told of the first fill's silence
    expected = torn(nights, hook, url, config, kills=20, seed=seed)
    lost_nothing_doubled_nothing(hook, expected)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(10))
def test_five_hundred_kills_lose_no_alert_and_double_none(nights, hook, url, seed):
    nights.filled(*range(1, 41))
    config = subscribed(hook.url, delivery={"digest_above": 5 if seed % 2 else 1000})
    deliver(url, config, nights.now)
    expected = torn(nights, hook, url, config, kills=50, seed=seed)
    assert sorted(set(hook.events)) == sorted(expected)
    if seed % 2 == 0:
        lost_nothing_doubled_nothing(hook, expected)


def test_a_sender_killed_between_the_receivers_yes_and_its_own_note_repeats_with_the_same_key(nights, hook, url):
    nights.filled(1, 2)
    config = subscribed(hook.url)
    nights.crawl(nights.edited(1), nights.edited(2))
    hook.hangs = threading.Event()
    sender = started(url, config, nights.now)
    deadline = time.monotonic() + 30
    while not hook.got and time.monotonic() < deadline:
        sender.join(0.01)
    sender.kill()
    sender.join()
    hook.hangs.set()
    hook.hangs = None
    assert [one.state for one in nights.tell(config)] == ["sent", "sent"]  # at once: its lease died with it
    assert len(hook.keys) == 3
    assert hook.keys[0] == hook.keys[1] != hook.keys[2]
    assert hook.got[0][2] == hook.got[1][2]


def test_a_message_that_a_living_sender_holds_is_left_to_it(nights, hook, url):
    nights.filled(1)
    config = subscribed(hook.url)
    nights.crawl(nights.edited(1))
    hook.hangs = threading.Event()
    sender = started(url, config, nights.now)
    deadline = time.monotonic() + 30
    while not hook.got and time.monotonic() < deadline:
        sender.join(0.01)
    assert nights.tell(config) == []
    hook.hangs.set()
    sender.join(30)
    assert sender.exitcode == 0
    assert len(hook.keys) == 1
    assert nights.tell(config) == []


@pytest.mark.parametrize(
    "sender",
    [
        pytest.param("{host},{boot},pid:[1]/1/99", id="a container of the same host name, which counts its processes apart"),
        pytest.param("{host},00000000-0000-0000-0000-000000000000,{space}/1/99", id="another machine of the same name"),
        pytest.param("{host} 1 99", id="written by an older version, which did not say in which container"),
        pytest.param("{host} 1 -", id="written by an older version on a machine without /proc"),
    ],
)
def test_a_sender_that_only_shares_the_name_of_this_machine_is_not_known_to_be_dead(nights, hook, sender):
    nights.filled(1)
    config = subscribed(hook.url)
    nights.crawl(nights.edited(1))
    hook.down()
    assert [one.state for one in nights.tell(config)] == ["waiting"]
    hook.up()
    host, boot, space = holders.me().partition("/")[0].split(",")
    held = {"leased_by": sender.format(host=host, boot=boot, space=space), "leased_until": nights.now + timedelta(minutes=90), "next_try": None}
    assert host == socket.gethostname()
    with writing(nights.archive.engine) as connection:
        connection.execute(table.update().values(**held))
    nights.sleep(minutes=80)
    assert nights.tell(config) == []  # it may be sending at this very moment
    nights.sleep(minutes=20)
    assert [one.state for one in nights.tell(config)] == ["sent"]  # its lease ran out
    assert len(hook.keys) == 1


def test_four_senders_at_once_send_each_message_once(nights, hook, url):
    nights.filled(*range(1, 16))
    config = subscribed(hook.url)
    nights.crawl(*(nights.edited(number) for number in range(1, 16)))
    senders = [started(url, config, nights.now) for _ in range(4)]
    for sender in senders:
        sender.join(60)
        assert sender.exitcode == 0
    nights.tell(config)
    assert len(hook.keys) == len(set(hook.keys)) == 15
    assert hook.events == sorted(hook.events, key=lambda key: int(key.split()[1]))

"""kill -9 of the service at whatever moment, alone or with all it started: begun again, it comes to what it would have come to undisturbed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from app.demo.nights import command
from app.demo.site import serving
from storage import queries
from storage.archive import Archive
from storage.engine import reading
from storage.schema import slots
from tests.service.living import Receivers, documents, line, load, prepare

HERE = Path(__file__).parent
LONG = 900  # seconds that no night takes


class Service:
    """A service with an archive and receivers of its own."""

    def __init__(self, folder: Path, site) -> None:
        self.receivers = Receivers()
        self.hook = self.receivers.everything
        for _, receiver in self.receivers:
            receiver.up()
        self.config = prepare(folder, site, self.receivers)
        self.site = site

    def close(self):
        for _, receiver in self.receivers:
            receiver.down()

    def begin(self, now):
        """Forked, so that its life is work and few imports."""
        process = multiprocessing.get_context("fork").Process(target=served, args=(self.config, now))
        process.start()
        return process

    def told(self) -> list[str]:
        """Each message once, by whoever keeps keys, in order of arrival. What comes again under a key says the same."""
        known = documents(self.site)
        bodies = {}
        for _, headers, body in self.hook.got:
            assert bodies.setdefault(headers["Idempotency-Key"], body) == body
        return [line(body, known) for body in bodies.values()]

    def state(self):
        """What it came to, without numbers of rows: portals are crawled side by side."""
        with Archive.open(f"sqlite:///{self.config.parent}/archive/nianbao.sqlite3", create=False) as archive:
            reports = {row["report"]: row["url"] for row in queries.find(archive)}
            with reading(archive.engine) as connection:
                made = sorted(connection.execute(slots.select().with_only_columns(slots.c.portal, slots.c.night, slots.c.state)).fetchall())
            return {
                "reports": sorted((row["url"], row["state"], row["versions"]) for row in queries.find(archive)),
                "versions": sorted(
                    (url, version["content_sha256"]) for number, url in reports.items() for version in queries.history(archive, number)
                ),
                "changes": sorted((row["time"], row["kind"], row["url"], row["before"] or 0, row["after"] or 0) for row in queries.changes(archive)),
                # of a fenced portal each run asks for some pages; one that is begun again asks for others, which have incidents of their own
                "incidents": sorted({(row["kind"], row["portal"], row["opened"], row["closed"] or "") for row in queries.incidents(archive)}),
                "slots": [tuple(row) for row in made],
            }


def served(config, now):
    """What a service does: one night."""
    sys.exit(command(config, "nightly", "--once", "--now", now.isoformat())[1])


def kill(process, *, alone):
    """End the service by force, and with it, unless alone, whatever it started; those left alone stop by themselves."""
    started = [] if alone else below(process.pid)
    process.kill()
    for pid in started:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.join()


def below(pid):
    """The processes that one started, and those that these did."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(rest[1]) == pid:
            found += [number, *below(number)]
    return found


def disturbed(life, nights, kills, seed, folder):
    """The same nights for two services, one of which is killed so often. Returns both, and how often it was killed in each way."""
    dice = random.Random(seed)
    done = {True: 0, False: 0}
    with serving(script=life.script, kinds=life.kinds) as site:
        twin, victim = Service(folder / "twin", site), Service(folder / "victim", site)
        try:
            for number, day in enumerate(life.days[:nights], 1):
                site.night = number
                began = time.monotonic()
                undisturbed = twin.begin(life.at(day))
                undisturbed.join(LONG)
                longest = time.monotonic() - began
                while sum(done.values()) < kills * number / nights:
                    process = victim.begin(life.at(day))
                    process.join(dice.uniform(0, longest))
                    if process.is_alive():
                        alone = dice.random() < 0.5
                        kill(process, alone=alone)
                        done[alone] += 1
                    else:
                        longest *= 0.8  # it had come to its end: nearer to its beginning next time
                last = victim.begin(life.at(day))
                last.join(LONG)
                assert {last.exitcode, undisturbed.exitcode} <= {0, 1}  # 1: a run of this very call is not ok
            yield twin, victim, done
        finally:
            twin.close()
            victim.close()


def holds(life, nights, kills, seed, folder):
    for twin, victim, done in disturbed(life, nights, kills, seed, folder):
        assert sum(done.values()) == kills
        assert all(done.values())
        left = victim.told()
        for day in life.days[:nights]:
            expected = life.lines("told", day)
            assert (day, sorted(left[: len(expected)])) == (day, expected)
            left = left[len(expected) :]
        assert left == []
        assert sorted(victim.told()) == sorted(twin.told())
        assert victim.state() == twin.state()
        assert command(victim.config, "verify")[1] == 0


def test_five_kills_of_the_service_lose_nothing_and_double_nothing(tmp_path):
    holds(load(HERE / "six_nights.yaml"), nights=2, kills=5, seed=5, folder=tmp_path)


@pytest.mark.torture
def test_fifty_kills_of_the_service_lose_nothing_and_double_nothing(tmp_path):
    holds(load(HERE / "six_nights.yaml"), nights=6, kills=50, seed=50, folder=tmp_path)

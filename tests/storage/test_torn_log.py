"""SQLite's write-ahead log, cut or scrambled anywhere: the archive is sound, and holds exactly the transactions before the damage."""

import random
import shutil
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.engine import reading as reads

PROGRAM = Path(__file__).with_name("writers.py")
PROJECT = PROGRAM.parent.parent.parent
HEADER, FRAME_HEADER = 32, 24  # bytes; https://www.sqlite.org/fileformat2.html#walformat


@pytest.fixture
def stopped(folder):
    """A copy of the files of a writer that was stopped in the middle of its work, and what it had been told is done."""
    database = folder / "a.sqlite3"
    Archive.open(f"sqlite:///{database}").close()  # the log holds nothing but what the writer writes
    running = subprocess.Popen(
        [sys.executable, str(PROGRAM), f"sqlite:///{database}", "crawl"], cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)}, stdout=subprocess.PIPE
    )
    told = [running.stdout.readline().split() for _ in range(31)]
    running.send_signal(signal.SIGSTOP)
    copy = folder / "copy"
    copy.mkdir()
    for name in ("a.sqlite3", "a.sqlite3-wal"):
        shutil.copy(folder / name, copy / name)
    running.kill()
    running.communicate()
    return copy, told


def commits(log: bytes) -> list[int]:
    """Where each transaction of a log ends: a frame that says how large the database is then ends one. Frames of an older log do not count."""
    page, salt = struct.unpack(">I", log[8:12])[0], log[16:24]
    ends = []
    for start in range(HEADER, len(log) - FRAME_HEADER - page + 1, FRAME_HEADER + page):
        if log[start + 8 : start + 16] != salt:
            break
        if struct.unpack(">I", log[start + 4 : start + 8])[0]:
            ends.append(start + FRAME_HEADER + page)
    return ends


def holds(database: Path, transactions: int) -> None:
    """Keep, answered, file, keep ...: after so many of these, and sound."""
    with Archive.open(f"sqlite:///{database}") as archive:
        with reads(archive.engine) as connection:

            def count(table):
                return connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()

            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            kept, answered, filed = ((transactions + after) // 3 for after in (2, 1, 0))
            assert (count("captures"), count("blobs"), count("frontier")) == (kept, kept, answered)
            assert [count(table) for table in ("readings", "reports", "versions", "changes")] == [filed] * 4
        for number in range(1, kept + 1):
            assert archive.capture(number).status == 200


def damage_and_look(stopped, folder, times):
    copy, told = stopped
    log = (copy / "a.sqlite3-wal").read_bytes()
    ends = commits(log)
    assert len(ends) >= len(told)  # what was acknowledged is in the log before anybody is told
    chance = random.Random(2018)
    for number in range(times):
        place = chance.choice([chance.randrange(HEADER, len(log)), chance.choice(ends), chance.choice(ends) - 1])
        scrambled = log[place:] if number % 2 else b""
        scrambled = bytes(byte ^ chance.randrange(1, 256) for byte in scrambled[:5000]) + scrambled[5000:]
        shutil.copy(copy / "a.sqlite3", folder / "torn.sqlite3")
        (folder / "torn.sqlite3-wal").write_bytes(log[:place] + scrambled)
        holds(folder / "torn.sqlite3", sum(end <= place for end in ends))
        (folder / "torn.sqlite3").unlink()


def test_a_log_that_is_whole_holds_all_that_was_acknowledged(stopped):
    copy, told = stopped
    ends = commits((copy / "a.sqlite3-wal").read_bytes())
    assert len(ends) >= len(told)
    holds(copy / "a.sqlite3", len(ends))


def test_a_torn_log_costs_what_stands_behind_the_tear_and_nothing_else(stopped, folder):
    damage_and_look(stopped, folder, 24)


@pytest.mark.torture
def test_a_log_torn_at_hundreds_of_places_costs_what_stands_behind_the_tear(stopped, folder):
    damage_and_look(stopped, folder, 400)


def test_a_writer_goes_on_behind_a_tear(stopped, folder):
    copy, _ = stopped
    log = (copy / "a.sqlite3-wal").read_bytes()
    (copy / "a.sqlite3-wal").write_bytes(log[: len(log) // 2])
    command = [sys.executable, str(PROGRAM), f"sqlite:///{copy / 'a.sqlite3'}", "crawl"]
    done = subprocess.run(command, cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == ""
    holds(copy / "a.sqlite3", 3 * 50)

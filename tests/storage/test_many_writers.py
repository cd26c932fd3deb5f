"""Several programs write at once, and one is killed in the middle of it: nothing is lost, nothing is there twice."""

import importlib.util
import random
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import queries
from storage.archive import Archive
from storage.engine import reading as reads

PROGRAM = Path(__file__).with_name("writers.py")
PROJECT = PROGRAM.parent.parent.parent


def _load():
    spec = importlib.util.spec_from_file_location("writers", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


writers = _load()


def start(url, *arguments):
    command = [sys.executable, str(PROGRAM), url, *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT), "TESTS_REPORTS": str(writers.REPORTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def facts(archive):
    """What the archive says, without the numbers of rows, which are only an order of writing."""
    told = [
        """SELECT identity, title, published, state, first_seen, last_seen FROM reports""",
        """SELECT r.identity, v.number, v.content_sha256, v.first_seen, v.last_seen, v.capture FROM versions v JOIN reports r ON r.id = v.report""",
        """SELECT r.identity, l.url, v.number, l.first_seen, l.last_seen, l.ended_at FROM locations l
           JOIN reports r ON r.id = l.report JOIN versions v ON v.id = l.version""",
        """SELECT r.identity, c.kind, c.version, c.before, c.after, c.url, c.time, c.detail FROM changes c JOIN reports r ON r.id = c.report""",
        """SELECT captures, reader, content_sha256 FROM readings""",
        """SELECT content_sha256, text FROM contents""",
        """SELECT sha256 FROM blobs""",
        """SELECT url, state, capture FROM frontier""",
    ]
    with reads(archive.engine) as connection:
        return [sorted(tuple(map(_alike, row)) for row in connection.exec_driver_sql(statement)) for statement in told]


def _alike(value):
    """A value as text: SQLite gives times as text, PostgreSQL as times."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def test_four_programs_filing_the_same_readings_leave_what_one_leaves(archive, url, folder):
    four_leave_what_one_leaves(archive, url, folder)


@pytest.mark.torture
def test_four_programs_filing_the_same_two_thousand_readings_leave_what_one_leaves(archive, url, folder, monkeypatch):
    monkeypatch.setattr(writers, "REPORTS", 1000)
    four_leave_what_one_leaves(archive, url, folder)


def four_leave_what_one_leaves(archive, url, folder):
    writers.keep_all(archive)
    running = [start(url, "file", seed) for seed in range(4)]
    assert [program.communicate(timeout=1800)[1] for program in running] == [""] * 4
    with Archive.open(f"sqlite:///{folder / 'alone.sqlite3'}") as alone:
        writers.keep_all(alone)
        writers.file_all(alone, 0)
        assert facts(archive) == facts(alone)
    assert {(change["before"], change["after"]) for change in queries.changes(archive)} == {(None, 1), (1, 2)}
    assert len(queries.changes(archive)) == writers.REPORTS * writers.WORDINGS


def test_programs_that_make_the_archive_at_the_same_moment_share_it(folder):
    url = f"sqlite:///{folder / 'new' / 'nianbao.sqlite3'}"
    running = [start(url, "crawl") for _ in range(2)]
    for program in running:
        assert program.communicate(timeout=120)[1] == ""
    with Archive.open(url, create=False) as archive:
        assert len(queries.find(archive)) == writers.REPORTS
        assert len(queries.changes(archive)) == writers.REPORTS


def test_threads_of_one_program_share_an_open_archive(desk):
    threads = [threading.Thread(target=lambda: [desk.keep() for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.rows("SELECT COUNT(*) FROM captures") == [(40,)]


def test_who_reads_does_not_wait_for_who_writes(archive, desk, report):
    from storage.engine import writing

    desk.file(report)
    with writing(archive.engine) as connection:
        connection.exec_driver_sql("UPDATE reports SET title = 'half done'")
        assert queries.find(archive)[0]["title"] == report.title


def test_kill_9_at_any_moment_loses_nothing_and_doubles_nothing(archive, url, folder):
    chance, acknowledged = random.Random(2018), []
    for _ in range(4):
        program = start(url, "crawl")
        for _ in range(chance.randrange(1, 40)):
            line = program.stdout.readline()
            if not line:
                break
            acknowledged.append(tuple(line.split()))
        program.kill()
        acknowledged += [tuple(line.split()) for line in program.stdout.read().splitlines() if len(line.split()) == 2]
        program.communicate()
    last = start(url, "crawl")
    output, errors = last.communicate(timeout=120)
    assert errors == ""
    acknowledged += [tuple(line.split()) for line in output.splitlines()]
    for step, number in acknowledged:
        if step == "kept":
            assert archive.capture(int(number)).status == 200
    assert {int(number) for step, number in acknowledged if step == "filed"} <= set(range(writers.REPORTS))
    assert archive.unread("qingdao") == []
    assert [found["versions"] for found in queries.find(archive)] == [1] * writers.REPORTS
    assert [change["kind"] for change in queries.changes(archive)] == ["new"] * writers.REPORTS
    if archive.engine.dialect.name == "sqlite":
        with reads(archive.engine) as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_kill_9_between_keeping_and_filing_loses_nothing(archive, url):
    program = start(url, "crawl")
    while program.stdout.readline().split() != ["answered", "0"]:
        pass
    program.kill()
    program.communicate()
    unread = archive.unread("qingdao")
    filed = len(queries.find(archive))
    assert unread or filed
    writers.crawl(archive)
    assert archive.unread("qingdao") == []
    assert len(queries.find(archive)) == writers.REPORTS

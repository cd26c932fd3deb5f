"""The database server is restarted under those who write: they wait and go on, and nothing is lost or done twice."""

import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import engine as engine_module
from storage import patience, queries
from storage.archive import Archive
from storage.engine import reading as reads
from storage.errors import ConnectionLost
from storage.records import Capture, Origin
from tests.portal_site import Reply, Site, archive_of, column, portal_file, start_crawl
from tests.storage import server
from tests.storage.conftest import NIGHT

PROGRAM = Path(__file__).with_name("writers.py")
PROJECT = PROGRAM.parent.parent.parent
REPORTS = 50
ORIGIN = Origin(key="qingdao", name="青岛", adcode="370200", hosts=(), family="trs")


@pytest.fixture(scope="module")
def lasting():
    """A server that keeps its promises through a crash."""
    with server.running() as started:
        yield started


@pytest.fixture
def url(lasting):
    name = f"t{uuid.uuid4().hex[:12]}"
    lasting.execute(f"CREATE DATABASE {name}")
    return lasting.url.format(name=name)


def counts(archive):
    tables = ("captures", "blobs", "readings", "reports", "versions", "changes")
    with reads(archive.engine) as connection:
        return {table: connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one() for table in tables}


def crawl_through(url, lasting, crashes):
    """A program keeps and files while the server crashes; what it was told is done."""
    Archive.open(url).close()
    running = subprocess.Popen(
        [sys.executable, str(PROGRAM), url, "crawl"], cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    told = []
    for number in range(crashes):
        for _ in range(3 * REPORTS // (crashes + 1) + number % 3):  # at another of its steps each time
            told.append(running.stdout.readline().split())
        lasting.crash()
    output, errors = running.communicate(timeout=120)
    told += [line.split() for line in output.splitlines()]
    assert running.returncode == 0, errors
    return [line for line in told if line], errors


def nothing_lost_nothing_double(url, told):
    with Archive.open(url) as archive:
        assert counts(archive) == dict.fromkeys(("captures", "blobs", "readings", "reports", "versions", "changes"), REPORTS)
        assert sorted(int(number) for step, number in told if step == "filed") == list(range(REPORTS))
        kept = [int(number) for step, number in told if step == "kept"]
        assert len(set(kept)) == len(kept) == REPORTS
        for number in kept:
            assert archive.capture(number).status == 200
        assert archive.unread("qingdao") == []


def test_a_crashing_server_costs_a_writer_nothing(url, lasting):
    told, errors = crawl_through(url, lasting, 3)
    nothing_lost_nothing_double(url, told)
    assert "trying again" in errors
    assert "the server is back" in errors


@pytest.mark.torture
def test_twenty_crashes_cost_a_writer_nothing(url, lasting):
    told, _ = crawl_through(url, lasting, 20)
    nothing_lost_nothing_double(url, told)


def test_a_crawl_waits_for_a_server_that_is_restarted_and_goes_on(url, lasting, tmp_path):
    years = range(2004, 2022)
    site = Site()
    try:
        archive_of(site, years)
        site.answers["/nb/"] = Reply(column(years))
        portal_file(tmp_path / "portals", site)
        Archive.open(url).close()
        running = start_crawl(tmp_path, archive__url=url, crawl__delay=0.05)
        for wanted in (3, 11):
            while len(site.paths()) < wanted:
                assert running.process.poll() is None, running.wait()
            lasting.crash()
        log = running.wait()
    finally:
        site.close()
    assert "run toy ok" in log, log[-3000:]
    assert "the server is back" in log
    with Archive.open(url) as archive:
        assert [run["state"] for run in queries.runs(archive)] == ["ok"]
        assert len(queries.find(archive)) == len(years)
        assert [change["kind"] for change in queries.changes(archive)] == ["new"] * len(years)
        with reads(archive.engine) as connection:
            twice = "SELECT url FROM captures WHERE status = 200 GROUP BY url HAVING COUNT(*) > 1"
            assert connection.exec_driver_sql(twice).all() == []
    asked = [path for path in site.paths() if "/t" in path]
    assert len(asked) == len(set(asked)) == len(years)


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
def test_a_commit_whose_answer_is_lost_counts_once(url, lasting, monkeypatch, done):
    """The server goes away right after (or right before) it has done what it was asked."""
    with Archive.open(url) as archive:
        number = archive.keep(Capture(url="https://a.gov.cn/", status=200, body=b"before", fetched_at=NIGHT, portal="qingdao"))
        commit = sa.engine.RootTransaction.commit
        lost = []

        def losing(self):
            if lost or not self.connection.get_execution_options().get("nianbao_writes"):
                return commit(self)
            lost.append(True)
            if done:
                commit(self)
            lasting.crash()
            if done:
                raise sa.exc.OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"), connection_invalidated=True)
            return commit(self)

        monkeypatch.setattr(sa.engine.RootTransaction, "commit", losing)
        kept = archive.keep(Capture(url="https://a.gov.cn/", status=200, body=b"after", fetched_at=NIGHT, portal="qingdao"))
        assert lost
        assert archive.capture(kept).body == b"after"
        assert archive.capture(number).body == b"before"
        assert counts(archive)["captures"] == 2


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
def test_a_run_that_was_opened_as_the_server_went_is_one_run(url, lasting, monkeypatch, done):
    with Archive.open(url) as archive:
        leave, lost = patience.leave_token, []

        def then_the_server_goes(connection):
            token = leave(connection)
            if not lost:
                lost.append(True)
                if done:
                    connection.connection.driver_connection.commit()
                lasting.crash()
            return token

        monkeypatch.setattr(engine_module, "leave_token", then_the_server_goes)
        run = archive.start_run(ORIGIN, NIGHT)
        assert lost
        found = queries.runs(archive)
        assert [(row["id"], row["state"]) for row in found] == [(run, "running")]


def test_a_server_that_is_stopped_for_a_while_is_waited_for(url, lasting):
    with Archive.open(url) as archive:
        archive.start_run(ORIGIN, NIGHT)
        lasting.stop("fast")
        starting = threading.Thread(target=lasting.start)
        starting.start()
        archive.answered("https://a.gov.cn/", "qingdao", [], None, NIGHT)
        starting.join()
        assert [task.url for task in archive.due("qingdao", NIGHT, timedelta(0), full=True)] == []
        assert [task.url for task in archive.unread("qingdao")] == ["https://a.gov.cn/"]


def test_patience_has_an_end(url, lasting, monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.3)
    with Archive.open(url) as archive:
        lasting.stop("fast")
        try:
            with pytest.raises(ConnectionLost, match="the server cannot be reached"):
                archive.start_run(ORIGIN, NIGHT)
        finally:
            lasting.start()
        archive.start_run(ORIGIN, NIGHT)


def test_what_a_server_refuses_is_not_asked_again(url, monkeypatch):
    asked = []
    with Archive.open(url) as archive:
        monkeypatch.setattr(patience, "SECONDS", 30)
        sa.event.listen(archive.engine, "before_cursor_execute", lambda *_: asked.append(1))
        with pytest.raises(sa.exc.IntegrityError):
            archive.keep(Capture(url="https://a.gov.cn/", status=200, body=b"x", fetched_at=NIGHT, portal="qingdao"), run=999)
    assert len(asked) < 10

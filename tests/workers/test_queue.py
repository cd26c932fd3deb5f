"""The queue hands portals over and decides nothing: jobs that come twice, late or for a slot that is done end at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from procrastinate import App, PsycopgConnector

from app.cli import cli
from crawler.config import Config
from scheduler import afterwards, queueing, workers
from scheduler.batches import locks
from scheduler.crawling import PAUSE, Crawling
from scheduler.distributing import Distributing
from scheduler.queueing import Job
from spiders.portal import Portal
from storage import copying, migrations, queries, slots
from storage.archive import Archive
from storage.engine import reading, writing
from storage.records import Outcome
from storage.schema import INDEX, derived, metadata
from storage.schema import slots as slots_table
from tests.portal_site import PROJECT

NIGHT = date(2026, 1, 20)
EVENING = datetime(2026, 1, 20, 17, 0, tzinfo=UTC)  # 01:00 of the 21st in Beijing: the night of the 20th
LATE = EVENING + timedelta(hours=5)


def portal(key, host=None, **keys):
    name = host or f"{key}.cn"
    return Portal(key=key, name=key, adcode="370200", family="static", start=(f"https://{name}/nb/",), hosts=(name,), **keys)


@pytest.fixture
def archive(url):
    with Archive.open(url) as opened:
        yield opened


@pytest.fixture
def queue(archive):
    with queueing.opened(archive.engine) as opened:
        yield opened


class Hands:
    """Portals, and a hand that crawls them in no time."""

    def __init__(self, archive, *keys):
        self.archive = archive
        self.portals = {key: portal(key) for key in keys}
        self.at = EVENING
        self.ends = {}
        self.crawled = []
        self.crawling = Crawling(archive=archive, config=Config(), portals=self.portals, execute=self.execute, clock=lambda: self.at)

    def execute(self, batch, tick):
        for one in batch:
            self.archive.finish_run(self.archive.start_run(one.origin, self.at), self.at, self.ends.get(one.key, Outcome.OK), {"listings": 1})
            self.crawled.append(one.key)
        tick()
        return [queries.runs(self.archive, portal=one.key, limit=1)[0] for one in batch]

    def scheduler(self, queue):
        return Distributing(archive=self.archive, config=Config(), portals=self.portals, clock=lambda: self.at, queue=queue)

    def look(self, key, **given):
        return workers.look(self.crawling, Job(portal=key, night=NIGHT, lock=f"{key}.cn", until=LATE, **given))

    def state(self, key):
        return slots.of_night(self.archive, NIGHT)[key]


@pytest.fixture
def hands(archive):
    made = Hands(archive, "aa", "bb", "cc")
    slots.enqueue(archive, [(key, NIGHT) for key in made.portals], EVENING)
    return made


def test_a_scheduler_queues_each_slot_once_however_often_and_by_however_many(hands, queue, archive):
    with queueing.opened(archive.engine) as other:
        services = [hands.scheduler(one) for one in (queue, other)]
        for _ in range(5):
            threads = [threading.Thread(target=service.work, kwargs={"until": LATE}) for service in services]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert [(job["portal"], job["state"], job["host"]) for job in queue.jobs()] == [(key, "todo", f"{key}.cn") for key in ("aa", "bb", "cc")]
    assert hands.crawled == []


def test_what_is_done_is_not_queued_and_what_is_held_is_not_either(hands, queue, archive):
    hands.look("aa")
    slots.take(archive, ["bb"], datetime.now(UTC), timedelta(minutes=5))
    hands.scheduler(queue).work(until=LATE)
    assert [job["portal"] for job in queue.jobs()] == ["cc"]


def test_a_job_that_comes_twice_crawls_once(hands):
    assert hands.look("aa") is None
    assert hands.look("aa") is None
    assert hands.crawled == ["aa"]


def test_a_job_that_comes_when_the_night_is_over_crawls_nothing_and_the_slot_stays_to_be_missed(hands):
    hands.at = LATE
    assert hands.look("aa") is None
    assert (hands.crawled, hands.state("aa")) == ([], "waiting")


def test_a_portal_that_fails_comes_again_half_an_hour_later_and_then_no_more(hands):
    hands.ends["aa"] = Outcome.FAILED
    again = hands.look("aa")
    assert (again.after, again.priority) == (PAUSE, queueing.LATER)
    hands.at += PAUSE
    assert hands.look("aa") is None
    assert (hands.crawled, hands.state("aa")) == (["aa", "aa"], "failed")


def test_a_portal_another_one_holds_is_looked_at_again(hands, archive):
    slots.take(archive, ["aa"], datetime.now(UTC), timedelta(minutes=5))
    assert hands.look("aa").after == hands.crawling.lease / 2
    assert hands.crawled == []


def test_a_worker_that_is_stopped_hands_its_portal_over_at_once(hands):
    execute = hands.execute

    def stopped(batch, tick):
        hands.crawling.stopping.set()
        return execute(batch, tick)

    hands.crawling.execute = stopped
    again = hands.look("aa")
    assert (again.after, again.priority, hands.state("aa")) == (timedelta(0), 0, "waiting")


def test_a_job_that_breaks_every_worker_is_given_up_with_its_reason(hands):
    def broken(batch, tick):
        raise OSError("no more processes")

    hands.crawling.execute = broken
    waits, job = [], None
    again = hands.look("aa")
    while again is not None:
        waits.append(again.after.total_seconds())
        job = again.job
        try:
            again = workers.look(hands.crawling, job)
        except OSError:
            break
    assert waits == [30, 60, 120, 240, 480]
    assert hands.state("aa") == "failed"
    with reading(hands.archive.engine) as connection:
        assert connection.exec_driver_sql("SELECT detail FROM slots WHERE portal = 'aa'").scalar_one() == "OSError: no more processes"


def test_a_portal_no_file_describes_is_left_to_other_workers(hands, archive):
    slots.enqueue(archive, [("new", NIGHT)], EVENING)
    assert hands.look("new").job.attempt == 1
    assert hands.state("new") == "waiting"


def test_what_follows_a_night_is_done_when_workers_have_crawled_and_again_when_one_was_late(hands, queue, archive, monkeypatch):
    done = []
    monkeypatch.setattr(afterwards, "STEPS", [("count", lambda evening: done.append(evening.night) or [])])
    service = hands.scheduler(queue)
    slots.enqueue(archive, [(slots.AFTERWARDS, NIGHT)], EVENING)
    service.work(until=LATE)
    assert done == []
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL search_path TO nianbao_queue")
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
    hands.at += timedelta(minutes=1)
    hands.look("aa")
    hands.look("bb")
    hands.look("cc")
    service.work(until=LATE)
    service.work(until=LATE)
    assert done == [NIGHT]
    slots.enqueue(archive, [("late", NIGHT)], EVENING)
    hands.portals["late"] = portal("late")
    hands.at += timedelta(minutes=1)
    hands.look("late")
    service.work(until=LATE)
    assert done == [NIGHT, NIGHT]


def test_when_the_night_is_over_what_follows_is_done_though_no_worker_came(hands, queue, archive, monkeypatch):
    done = []
    monkeypatch.setattr(afterwards, "STEPS", [("count", lambda evening: done.append(evening.night) or [])])
    service = hands.scheduler(queue)
    slots.enqueue(archive, [(slots.AFTERWARDS, NIGHT)], EVENING)
    service.look(LATE)
    hands.at = LATE
    service.look(LATE)
    assert done == [NIGHT]


def test_when_the_night_is_over_a_portal_of_a_silent_worker_holds_up_nothing_that_follows(hands, queue, archive, monkeypatch):
    done = []
    monkeypatch.setattr(afterwards, "STEPS", [("count", lambda evening: done.append(evening.night) or [])])
    service = hands.scheduler(queue)
    slots.enqueue(archive, [(slots.AFTERWARDS, NIGHT)], EVENING)
    wall = datetime.now(UTC)
    slots.take(archive, ["aa"], wall, timedelta(minutes=5))
    hands.at = LATE
    service.look(LATE)
    assert done == []
    with writing(archive.engine) as connection:
        connection.execute(slots_table.update().where(slots_table.c.portal == "aa").values(holder="gone/1/2", lease_until=wall))
    service.look(LATE)
    service.look(LATE)
    assert done == [NIGHT]


def test_portals_that_share_a_host_share_a_lock_also_by_way_of_a_third():
    joining = Portal(key="zz", name="zz", adcode="370200", family="static", start=("https://aa.cn/nb/",), hosts=("aa.cn", "bb.cn"))
    assert locks([portal("aa"), portal("bb"), joining, portal("cc")]) == {"aa": "aa.cn", "bb": "aa.cn", "zz": "aa.cn", "cc": "cc.cn"}


def test_a_waiting_second_try_holds_up_no_other_portal_of_its_host(queue, archive):
    first = Job(portal="aa", night=NIGHT, lock="one.cn", until=None)
    later = {"priority": queueing.LATER, "schedule_in": {"minutes": 30}}
    queue._app.configure_task(queueing.TASK, queue=queueing.QUEUE, lock=first.lock, queueing_lock=first.name, **later).defer(**first.arguments)
    queue.deliver([Job(portal="bb", night=NIGHT, lock="one.cn", until=None)])
    fetched = queue._rows("SELECT args ->> 'portal' AS portal FROM procrastinate_fetch_job_v2(ARRAY['crawl'], NULL)")
    assert fetched == [{"portal": "bb"}]


def test_the_queue_stands_beside_the_archive_and_nobody_sees_it(queue, archive, url, tmp_path):
    queue.deliver([Job(portal="aa", night=NIGHT, lock="aa.cn", until=None)])
    with reading(archive.engine) as connection:
        opts = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name not in INDEX["postgresql"]}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), [metadata, derived]) == []
        assert migrations.is_archive(connection)
    copied = copying.copy(url, f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    assert {table.table for table in copied} <= set(metadata.tables)
    queueing.prepare(archive.engine)  # again: nothing to do
    assert len(queue.jobs()) == 1


def test_a_newer_procrastinate_finds_its_migrations_applied_to_the_queue_once(queue, archive, monkeypatch, tmp_path):
    (tmp_path / "99.00.00_01_pre_more.sql").write_text("CREATE TABLE more (percent text DEFAULT '%s %');", encoding="utf-8")
    monkeypatch.setattr("procrastinate.schema.migrations_path", tmp_path)
    queueing.prepare(archive.engine)
    queueing.prepare(archive.engine)
    assert queue._rows("SELECT count(*) AS number FROM more") == [{"number": 0}]
    assert not sa.inspect(archive.engine).has_table("more")


@pytest.mark.parametrize("command", [["worker"], ["worker", "--jobs"], ["nightly", "--once"]])
def test_without_postgresql_it_is_said_what_to_do(command, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text(f"archive: {{url: 'sqlite:///{tmp_path}/a.sqlite3'}}\nschedule: {{queue: true}}\n", encoding="utf-8")
    ended = CliRunner().invoke(cli, ["--config", str(config), *command])
    assert ended.exit_code == 2
    assert "PostgreSQL" in ended.output
    assert "nianbao nightly" in ended.output
    assert not (tmp_path / "a.sqlite3").exists()


def test_one_machine_loads_nothing_of_the_queue():
    code = (
        "import sys; import app.commands.nightly, app.commands.crawl, app.commands.worker, scheduler.distributing; "
        "print([m for m in sys.modules if m.startswith(('procrastinate', 'psycopg'))])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120)
    assert ended.stdout == "[]\n", ended.stderr


FETCH = "SELECT id, args ->> 'portal' AS portal FROM procrastinate_fetch_job_v2(ARRAY['crawl'], NULL)"  # by a worker that is gone


def rescue(hands):
    async def once():
        app = App(connector=PsycopgConnector(**queueing.pool_arguments(hands.archive.engine)))
        async with app.open_async():
            await workers.Worker(hands.crawling, concurrency=1, name="rescuer")._rescue(SimpleNamespace(app=app), 0)

    asyncio.run(once())


def test_a_dead_workers_job_is_free_again(hands, queue):
    queue.deliver([Job(portal="aa", night=NIGHT, lock="aa.cn", until=None)])
    assert queue._rows(FETCH)[0]["portal"] == "aa"
    assert queue._rows(FETCH) == [{"id": None, "portal": None}]
    rescue(hands)
    assert [(job["portal"], job["state"]) for job in queue.jobs()] == [("aa", "todo")]


def test_a_dead_workers_job_whose_like_was_queued_meanwhile_holds_its_lock_no_more(hands, queue):
    job = Job(portal="aa", night=NIGHT, lock="aa.cn", until=None)
    queue.deliver([job])
    (taken,) = queue._rows(FETCH)
    queue._app.configure_task(queueing.TASK, queue=queueing.QUEUE, lock=job.lock, queueing_lock=job.name).defer(**job.arguments)
    assert queue._rows(FETCH) == [{"id": None, "portal": None}]
    rescue(hands)
    (left,) = queue.jobs()
    assert (left["state"], left["id"] > taken["id"]) == ("todo", True)
    assert queue._rows(FETCH)[0]["portal"] == "aa"

"""The service, with a clock under control and a hand that only writes runs: which portals it crawls when, and that it never does so twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from app.cli import cli
from crawler.config import Config, ScheduleSection
from crawler.errors import ConfigError
from scheduler import afterwards, neighbours, nightly, tonight
from scheduler.batches import by_host
from scheduler.crawling import Stopped
from scheduler.nightly import Nightly
from spiders.portal import OwnSchedule, Portal
from storage import queries, slots
from storage.archive import Archive
from storage.engine import writing
from storage.records import Candidate, Capture, Listing, Outcome
from storage.schema import slots as table

DAY = timedelta(days=1)
EVENING = datetime(2026, 1, 20, 17, 0, tzinfo=UTC)  # 01:00 of the 21st in Beijing
SUMMER = datetime(2026, 7, 1, 17, 0, tzinfo=UTC)


def portal(key, host=None, adcode="370200", **keys):
    name = host or f"{key}.cn"
    return Portal(key=key, name=key, adcode=adcode, family="static", start=(f"https://{name}/nb/",), hosts=(name,), **keys)


class World:
    """A service whose crawls take no time and end as `ends` says."""

    def __init__(self, archive, *portals, at=EVENING, config=None, **schedule):
        self.archive = archive
        self.at = at
        self.ends = {}
        self.crawled = []
        self.together = []
        self.config = config or Config(schedule=ScheduleSection(**schedule))
        self.service = self.another(portals)

    def another(self, portals):
        known = {one.key: one for one in portals}
        return Nightly(archive=self.archive, config=self.config, portals=known, execute=self.execute, clock=lambda: self.at)

    def execute(self, batch, tick):
        self.together.append([one.key for one in batch])
        for one in batch:
            run = self.archive.start_run(one.origin, self.at)
            self.archive.finish_run(run, self.at, self.ends.get(one.key, Outcome.OK), {"listings": 1})
            self.crawled.append(one.key)
        tick()
        return [queries.runs(self.archive, portal=one.key, limit=1)[0] for one in batch]

    def night(self, after=DAY):
        """What one night crawls; then a day goes by."""
        self.crawled.clear()
        self.service.enqueue()
        self.service.work(until=self.at + timedelta(hours=5))
        self.at += after
        return Counter(self.crawled)


@pytest.fixture
def world(archive):
    return World(archive, portal("aa"), portal("bb"), portal("cc"))


def test_a_night_crawls_each_portal_once_however_often_it_is_begun(world):
    assert world.night(after=timedelta(minutes=5)) == {"aa": 1, "bb": 1, "cc": 1}
    assert world.night() == {}
    assert world.night() == {"aa": 1, "bb": 1, "cc": 1}


def test_two_services_crawl_each_portal_once_a_night(world, archive):
    url = archive.engine.url.render_as_string()
    with Archive.open(url) as other:
        second = World(other, *world.service.portals.values())
        for night in range(10):
            world.at = second.at = EVENING + night * DAY
            threads = [threading.Thread(target=one.night) for one in (world, second)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert Counter(world.crawled + second.crawled) == {"aa": 1, "bb": 1, "cc": 1}
    assert Counter(run["portal"] for run in queries.runs(archive)) == dict.fromkeys(("aa", "bb", "cc"), 10)


def test_of_nights_that_nobody_was_there_for_one_is_made_up(world):
    world.night()
    world.at += 5 * DAY + timedelta(hours=9)  # at ten in the morning of another day
    assert world.night() == {"aa": 1, "bb": 1, "cc": 1}
    assert world.night(after=timedelta(0)) == {"aa": 1, "bb": 1, "cc": 1}


def test_a_clock_that_is_set_back_begins_no_night_twice(world):
    world.night(after=timedelta(minutes=30))
    world.at -= timedelta(hours=1)  # into the night before
    assert world.night(after=timedelta(hours=1)) == {"aa": 1, "bb": 1, "cc": 1}  # which nobody had crawled
    assert world.night() == {}


def test_outside_the_season_a_portal_comes_every_third_night_or_as_its_file_says(archive):
    world = World(archive, portal("aa"), portal("bb"), portal("weekly", schedule=OwnSchedule(every=7)), at=SUMMER)
    counts = sum((world.night() for _ in range(42)), Counter())
    assert (counts["aa"], counts["bb"]) == (14, 14) or (counts["aa"], counts["bb"]) == (15, 15)  # the first start makes up for the night before
    assert counts["weekly"] in (6, 7)


def test_a_portal_that_fails_is_tried_again_the_same_night_and_then_less_often_but_never_given_up(archive):
    world = World(archive, portal("aa"), portal("bb"), season=("01-01..12-31",), back_off=4)
    world.ends["aa"] = Outcome.FAILED
    tried = []
    for _ in range(20):
        count = world.night(after=timedelta(hours=1))["aa"]
        world.crawled.clear()
        world.service.work(until=world.at + timedelta(hours=3))
        tried.append(count + Counter(world.crawled)["aa"])
        world.at += DAY - timedelta(hours=1)
    assert tried == [2, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    world.ends.clear()
    nights = [world.night()["aa"] for _ in range(6)]
    assert nights == [0, 0, 0, 1, 1, 1]


def troubled(world, key, kind, url):
    """From now on a portal's runs open an incident, and end degraded; until it is forgotten, which closes it."""
    execute = world.service.execute
    trouble = {"on": True}

    def with_trouble(batch, tick):
        done = execute(batch, tick)
        for run in done if trouble["on"] else ():
            if run["portal"] == key:
                world.archive.open_incident(kind, key, url, "as the test says", world.at, run["id"])
        return done

    world.service.execute = with_trouble
    world.ends[key] = Outcome.DEGRADED
    return trouble


@pytest.mark.parametrize(
    ("kind", "url"),
    [("blocked", "https://aa.cn/"), ("challenge", "https://aa.cn/"), ("layout_changed", "https://aa.cn/nb/"), ("column_moved", "https://aa.cn/nb/")],
)
def test_a_portal_that_shuts_out_whoever_read_its_list_is_tried_less_often_until_it_recovers(archive, kind, url):
    world = World(archive, portal("aa"), portal("bb"), season=("01-01..12-31",), back_off=4)
    trouble = troubled(world, "aa", kind, url)
    assert [world.night()["aa"] for _ in range(12)] == [1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    trouble["on"] = False
    archive.close_incidents("aa", world.at)
    world.ends.clear()
    assert [world.night()["aa"] for _ in range(6)] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(("kind", "url"), [("blocked", "https://aa.cn/nb/t1.html"), ("blocked", "https://files.cn/"), ("too_large", None)])
def test_trouble_with_one_page_or_another_host_or_of_ours_makes_nobody_wait(archive, kind, url):
    world = World(archive, portal("aa"), season=("01-01..12-31",))
    troubled(world, "aa", kind, url)
    assert [world.night()["aa"] for _ in range(6)] == [1] * 6


def test_a_second_try_waits_for_all_others_and_for_half_an_hour(archive):
    world = World(archive, portal("aa"), portal("bb"), portal("cc"), batch=1, processes=1)
    world.ends["aa"] = Outcome.FAILED
    assert world.night(after=timedelta(minutes=29)) == {"aa": 1, "bb": 1, "cc": 1}
    assert world.night(after=timedelta(minutes=2)) == {}
    assert world.night() == {"aa": 1}


def test_nothing_is_begun_after_the_window_and_what_is_left_is_the_next_nights(world, monkeypatch):
    execute = world.service.execute

    def slowly(batch, tick):
        world.at += timedelta(hours=6)
        return execute(batch, tick)

    world.service.execute = slowly
    world.service.config = Config(schedule=ScheduleSection(batch=1, processes=1))
    assert world.night(after=timedelta(0)) == {"aa": 1}  # which is asked to end, and may be crawled again
    assert slots.counts(world.archive, date(2026, 1, 20)) == {"waiting": 3}
    world.service.execute = execute
    world.at = EVENING + DAY
    assert world.night() == {"aa": 1, "bb": 1, "cc": 1}
    assert slots.counts(world.archive, date(2026, 1, 20)) == {"missed": 3}


def test_a_service_that_is_stopped_leaves_its_slots_to_the_next_start(world):
    def stopped(batch, tick):
        world.service.stop()
        tick()
        raise AssertionError("tick says that the service is to stop")

    world.service.execute = stopped
    assert world.night(after=timedelta(minutes=5)) == {}
    assert slots.counts(world.archive, date(2026, 1, 20)) == {"waiting": 3}
    world.service = world.another(world.service.portals.values())
    assert world.night() == {"aa": 1, "bb": 1, "cc": 1}


def test_a_crawl_that_breaks_gives_its_slots_back_and_is_heard_of(world):
    def broken(batch, tick):
        raise OSError("no more processes")

    world.service.execute = broken
    with pytest.raises(OSError, match="no more processes"):
        world.night()
    assert slots.counts(world.archive, date(2026, 1, 20)) == {"waiting": 3}


def test_portals_of_one_host_go_together_and_batches_stay_small():
    shared = [portal("xx", "host.cn"), portal("aa"), portal("yy", "host.cn"), portal("bb"), portal("cc")]
    batches = [[one.key for one in batch] for batch in by_host(shared, 2)]
    assert any({"xx", "yy"} <= set(batch) for batch in batches)
    assert max(map(len, batches)) == 2
    assert sorted(key for batch in batches for key in batch) == ["aa", "bb", "cc", "xx", "yy"]
    many = [portal(f"p{n}", "one.cn") for n in range(5)]
    assert [len(batch) for batch in by_host(many, 2)] == [5]


def test_hosts_that_a_third_portal_joins_go_together():
    joining = Portal(
        key="zz", name="zz", adcode="370200", family="static", start=("https://aa.cn/nb/", "https://bb.cn/nb/"), hosts=("aa.cn", "bb.cn")
    )
    assert [len(batch) for batch in by_host([portal("aa"), portal("bb"), portal("cc"), joining], 3)] == [1, 3]


def test_what_follows_a_night_is_done_once_after_all_portals_and_again_when_one_came_late(world, monkeypatch):
    done = []
    monkeypatch.setattr(afterwards, "STEPS", [("count", lambda evening: done.append((evening.night, len(world.crawled))) or [])])
    world.night(after=timedelta(minutes=5))
    assert done == [(date(2026, 1, 20), 3)]
    world.night(after=timedelta(minutes=5))
    assert len(done) == 1
    world.service.portals = {**world.service.portals, "late": portal("late")}
    world.night()
    assert len(done) == 2


def test_what_follows_is_done_in_nights_without_a_crawl_too(archive, monkeypatch):
    done = []
    monkeypatch.setattr(afterwards, "STEPS", [("count", lambda evening: done.append(evening.night) or [])])
    world = World(archive, portal("aa"), at=SUMMER, sparse=30)
    assert [sum(world.night().values()) for _ in range(3)] == [1, 0, 0]
    assert len(done) == len(set(done)) == 3


def test_a_service_killed_behind_a_late_crawl_has_left_word_of_what_follows(world):
    world.night(after=timedelta(minutes=5))
    execute, waits = world.service.execute, []

    def look(batch, tick):
        (slot,) = slots.take(world.archive, [slots.AFTERWARDS], datetime.now(UTC), DAY)
        slots.end(world.archive, slot, slots.WAITING, world.at)
        waits.append(slot.night)
        return execute(batch, tick)

    world.service.execute = look
    world.service.portals = {**world.service.portals, "late": portal("late")}
    assert world.night() == {"late": 1}
    assert waits == [date(2026, 1, 20)]


def test_between_nights_the_service_tells_what_waited_for_its_hour_once_a_minute_and_after_a_failure_once_an_hour(world, monkeypatch):
    told = []
    monkeypatch.setattr(afterwards, "tell", lambda archive, config, clock: told.append(clock()))
    for _ in range(5):
        world.service.tell()
        world.at += timedelta(seconds=30)
    assert told == [EVENING, EVENING + timedelta(minutes=1), EVENING + timedelta(minutes=2)]

    def breaks(archive, config, clock):
        told.append(clock())
        raise OSError("no space left")

    monkeypatch.setattr(afterwards, "tell", breaks)
    told.clear()
    world.at = EVENING + timedelta(hours=6)
    for _ in range(5):
        world.service.tell()
        world.at += timedelta(minutes=30)
    assert told == [EVENING + timedelta(hours=6 + n) for n in range(3)]


def test_a_step_that_breaks_is_an_incident_until_it_works_and_the_others_are_taken(world, monkeypatch):
    done = []

    def breaks(evening):
        raise RuntimeError("no such mail server")

    monkeypatch.setattr(afterwards, "STEPS", [("first", breaks), ("second", lambda evening: done.append(1) or [])])
    world.night()
    assert done == [1]
    (incident,) = queries.incidents(world.archive, open=True)
    assert (incident["kind"], incident["portal"]) == ("afterwards_broke", None)
    assert "no such mail server" in incident["detail"]
    assert world.service.broken == ["first: RuntimeError: no such mail server"]
    monkeypatch.setattr(afterwards, "STEPS", [("first", lambda evening: [])])
    world.night()
    assert queries.incidents(world.archive, open=True) == []


def lists(archive, one, *years, at=EVENING):
    archive.finish_run(run := archive.start_run(one.origin, at), at, Outcome.OK, {})
    capture = archive.keep(Capture(url=one.start[0], status=200, headers=(), body=str(years).encode(), fetched_at=at, portal=one.key), run=run)
    rows = tuple(Candidate(url=f"{one.start[0]}{year}.html", title=f"{year}年政府信息公开工作年度报告") for year in years)
    archive.list(Listing(portal=one.key, column=one.start[0], rows=rows, read_at=at), capture=capture, run=run, reports=rows)


def evening(archive, portals, at=EVENING):
    return afterwards.Evening(archive=archive, config=Config(), portals={one.key: one for one in portals}, night=date(2026, 1, 20), at=at)


def test_a_portal_that_lacks_the_year_its_neighbours_have_is_an_incident_until_it_shows_it(archive):
    county = [portal(key, adcode=f"3707{number}") for number, key in enumerate(("aa", "bb", "cc", "dd", "ee"), 82)]
    far = portal("far", adcode="110101")
    for one in county[1:]:
        lists(archive, one, 2024, 2025)
    lists(archive, county[0], 2023, 2024)
    lists(archive, far, 2010)
    neighbours.compare(evening(archive, [*county, far]))
    neighbours.compare(evening(archive, [*county, far], EVENING + DAY))
    (incident,) = queries.incidents(archive, open=True)
    assert (incident["kind"], incident["portal"]) == ("behind_neighbours", "aa")
    assert incident["detail"] == "the newest year on the list is 2024 (listing 5); 4 of its neighbours list 2025"
    lists(archive, county[0], 2024, 2025, at=EVENING + 2 * DAY)
    neighbours.compare(evening(archive, [*county, far], EVENING + 2 * DAY))
    assert queries.incidents(archive, open=True) == []
    assert len(queries.incidents(archive)) == 1


def test_a_year_that_few_neighbours_have_yet_is_held_against_nobody(archive):
    county = [portal(key, adcode=f"3707{number}") for number, key in enumerate(("aa", "bb", "cc", "dd", "ee"), 82)]
    lists(archive, county[0], 2024, 2025)
    for one in county[1:]:
        lists(archive, one, 2023, 2024)
    neighbours.compare(evening(archive, county))
    assert queries.incidents(archive) == []


def test_a_portal_nobody_could_read_lately_is_not_behind(archive):
    county = [portal(key, adcode=f"3707{number}") for number, key in enumerate(("aa", "bb", "cc", "dd"), 82)]
    lists(archive, county[0], 2015, at=EVENING - 90 * DAY)
    for one in county[1:]:
        lists(archive, one, 2025)
    neighbours.compare(evening(archive, county))
    assert queries.incidents(archive) == []


def left_by(archive, key, holder, until):
    """A slot looks as if that process held it."""
    slots.take(archive, [key], datetime.now(UTC), DAY)
    with writing(archive.engine) as connection:
        connection.execute(table.update().where(table.c.portal == key).values(holder=holder, lease_until=until))


@pytest.mark.parametrize(("holder", "lease", "is_told"), [("gone/1/2", -DAY, True), ("gone/1/2", timedelta(minutes=5), False)])
def test_what_a_dead_service_left_holds_up_nothing_when_the_window_is_over(archive, monkeypatch, holder, lease, is_told):
    done, told = [], []
    monkeypatch.setattr(afterwards, "STEPS", [("count", lambda evening: done.append(evening.night) or [])])
    monkeypatch.setattr(afterwards, "tell", lambda *given: told.append(given))
    world = World(archive, portal("aa"))
    world.service.enqueue()
    left_by(archive, "aa", holder, datetime.now(UTC) + lease)
    world.at += timedelta(hours=6)
    for _ in range(3):
        world.service.look(EVENING + timedelta(hours=5))
    world.service.tell()
    assert (done, len(told)) == (([date(2026, 1, 20)], 1) if is_told else ([], 0))
    assert world.crawled == []


@pytest.mark.parametrize("troubles", [0, 2])
def test_a_night_whose_timer_did_not_fire_is_made_up_by_the_service_that_goes_on(world, monkeypatch, caplog, troubles):
    monkeypatch.setattr(nightly, "LOOK", 0.0)
    enqueue, left, looks = slots.enqueue, [OSError("database is locked")] * troubles, []

    def locked(*given):
        if len(looks) > 1 and left:
            raise left.pop()
        return enqueue(*given)

    def beat():
        looks.append(1)
        if len(looks) == 2:
            world.at += DAY + timedelta(hours=9)  # it slept until ten in the morning, behind the window
        if len(looks) == 20:
            world.service.stop()

    monkeypatch.setattr(slots, "enqueue", locked)
    world.service.beat = beat
    world.service.serve()
    assert Counter(world.crawled) == {"aa": 2, "bb": 2, "cc": 2}
    assert caplog.text.count("slots could not be made") == troubles


def test_what_is_logged_counts_the_portals(world, caplog):
    caplog.set_level("INFO")
    assert (world.service.enqueue(), world.service.enqueue()) == (3, 0)
    assert "night 2026-01-20: 3 slots made" in caplog.text


def test_a_step_that_is_configured_wrongly_is_told_in_one_line(world, monkeypatch, caplog):
    def wrong(evening):
        raise ConfigError("overdue.rules: rules.yaml: there is no such file")

    monkeypatch.setattr(afterwards, "STEPS", [("overdue", wrong)])
    world.night()
    assert world.service.broken == ["overdue: overdue.rules: rules.yaml: there is no such file"]
    assert "rules.yaml: there is no such file" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("overdue: {rules: nowhere.yaml}", "nowhere.yaml: there is no such file"),
        ("overdue: {rules: wrong.yaml}", "wrong.yaml: "),
        ("delivery: {templates: nowhere}\nalerts: [{name: a, send: ['json://127.0.0.1:9/']}]", "nowhere: there is no such folder"),
    ],
)
def test_what_could_not_follow_the_night_is_refused_before_anything_is_asked(tmp_path, monkeypatch, keys, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text("rule: []\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(keys + "\n", encoding="utf-8")
    ended = CliRunner().invoke(cli, ["--archive", "sqlite:///a.sqlite3", "nightly", "--once", "--now", EVENING.isoformat()])
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert not (tmp_path / "a.sqlite3").exists()


def test_a_channel_whose_secret_is_not_set_is_warned_of_and_stops_nothing(caplog):
    alerts = [{"name": name, "send": [{"url_env": "MAIL_URL"}, {"url": "slack://${A}/${B}"}]} for name in ("a", "b")]
    config = Config.model_validate({"alerts": alerts})
    robot = config.alerts[0].send[1].key
    afterwards.refuse(config, environ={"A": "x"})
    assert [record.getMessage() for record in caplog.records] == [
        "alerts: channel MAIL_URL: environment variable MAIL_URL is not set; what it should tell waits",
        f"alerts: channel {robot}: environment variable B is not set; what it should tell waits",
    ]


def test_the_services_timer_only_makes_slots(world):
    world.service._fire()
    world.service._fire()
    assert world.crawled == []
    assert tonight.states(world.archive, world.service.portals, world.at, world.config.schedule) == dict.fromkeys(("aa", "bb", "cc"), "tonight")


def test_a_service_works_at_its_start_and_ends_when_it_is_told_to(world, monkeypatch):
    monkeypatch.setattr(nightly, "LOOK", 0.01)
    execute = world.service.execute

    def once(batch, tick):
        runs = execute(batch, lambda: None)
        world.service.stop()
        return runs

    world.service.execute = once
    world.service.serve()
    assert Counter(world.crawled) == {"aa": 1, "bb": 1, "cc": 1}
    assert issubclass(Stopped, BaseException)

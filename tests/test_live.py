"""What a crawl process tells while it works, and what a terminal shows of it."""

from __future__ import annotations

import io
import json
import os
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from app import process
from app.live import View
from crawler.config import Config
from crawler.progress import LINE_LIMIT, Telling, line_of
from crawler.runs import Run
from crawler.timing import HOSTS_LIMIT, OTHERS, Stage, Timing
from scheduler import runs
from scheduler.pipe import Pipe
from spiders import catalogue
from storage.archive import Archive
from storage.records import Origin
from tests.portal_site import Site, archive_of, portal_file

ZHUCHENG = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="static")


@pytest.fixture
def run(archive):
    url = archive.engine.url.render_as_string(hide_password=False)
    return Run(archive, ZHUCHENG, Config.model_validate({"archive": {"url": url}, "now": datetime(2026, 1, 20, 18, tzinfo=UTC)}))


def told(run):
    return json.loads(line_of(run))


def test_a_run_says_what_it_is_doing_and_what_it_has_done(run):
    assert told(run)["doing"] == ""
    with run.timing.stage(Stage.READING):
        with run.timing.stage(Stage.WAITING, "www.zhucheng.gov.cn"):
            assert told(run)["doing"] == "waiting www.zhucheng.gov.cn"
        assert told(run)["doing"] == "reading"
    run.counts["requests"] = 3
    run.finish()
    assert (told(run)["requests"], told(run)["outcome"]) == (3, "failed")


def test_a_line_is_never_longer_than_what_is_written_at_once(run):
    with run.timing.stage(Stage.ASKING, "很" * 10_000):
        line = line_of(run)
    assert len(line) <= LINE_LIMIT
    assert line.endswith(b"\n")


def test_a_supervisor_that_sleeps_holds_up_no_crawl_and_hears_the_latest_when_it_wakes(run):
    with Pipe() as pipe:
        telling = Telling(pipe.write)
        for number in range(5000):
            run.counts["requests"] = number
            telling.once({"zhucheng": run})
        assert 0 < len(pipe.lines()) < 5000
        telling.once({"zhucheng": run})
        assert pipe.lines()[-1]["requests"] == 4999
        telling.once({"zhucheng": run})
        assert pipe.lines() == []


def test_what_is_no_line_of_ours_is_passed_over(run):
    with Pipe() as pipe:
        os.write(pipe.write, b'not json\n[1]\n{"portal": 3}\n\xff\n{"portal": "aa", "run": 1}\n{"portal": "b')
        assert pipe.lines() == [{"portal": "aa", "run": 1}]
        os.write(pipe.write, b'b"}\n')
        assert pipe.lines() == [{"portal": "bb"}]


def test_a_supervisor_hears_its_processes_and_leaves_no_pipe_open(archive, tmp_path, now):
    url = archive.engine.url.render_as_string(hide_password=False)
    program = """
        import json, os, sys
        from datetime import UTC, datetime
        from storage.archive import Archive
        from storage.records import Origin, Outcome
        told = json.load(sys.stdin)
        assert sys.argv[1] == "--tell"
        os.write(int(sys.argv[2]), b'{"portal": "zhucheng", "run": 1, "doing": "asking"}' + bytes([10]))
        at = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
        archive = Archive.open(told["url"])
        run = archive.start_run(Origin(key="zhucheng", name="x", adcode="370782", hosts=("a.cn",), family="static"), at)
        archive.finish_run(run, at, Outcome.OK, {"listings": 1}, None)
    """
    heard, before = [], set(Path("/proc/self/fd").iterdir())
    (found,) = runs.crawl(
        archive, [ZHUCHENG], argv=[sys.executable, "-c", textwrap.dedent(program)], orders=lambda keys: json.dumps({"url": url}).encode(),
        at_once=1, log=tmp_path / "log", timeout=60, grace=10, clock=lambda: now, watch=heard.append,
    )  # fmt: skip
    assert found["state"] == "ok"
    assert heard[0] == {"portal": "zhucheng", "run": 1, "doing": "asking"}
    assert [told.get("outcome") for told in heard] == [None, "ok"]
    assert len(set(Path("/proc/self/fd").iterdir()) - before) <= 1  # the archive's own connection


def test_a_process_that_is_killed_is_seen_to_have_failed(archive, tmp_path, now):
    heard = []
    runs.crawl(
        archive, [ZHUCHENG], argv=[sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], orders=lambda keys: b"{}", at_once=1,
        log=tmp_path / "log", timeout=60, grace=10, clock=lambda: now, watch=heard.append,
    )  # fmt: skip
    assert [(told["portal"], told["outcome"]) for told in heard] == [("zhucheng", "failed")]


def test_a_host_is_counted_with_its_time_bytes_and_silences():
    timing = Timing()
    with timing.asking("aa.cn") as answers:
        answers.append((200, 1000))
    with pytest.raises(OSError, match="reset"), timing.asking("aa.cn"):
        raise OSError("reset")
    (host,) = timing.hosts().values()
    assert (host["requests"], host["bytes"], host["statuses"]) == (2, 1000, {"200": 1, "none": 1})
    assert host["slowest"] <= host["seconds"]
    assert set(timing.stages()) == set(Stage)


def test_a_list_that_names_a_thousand_hosts_does_not_fill_the_archive_with_them():
    timing = Timing()
    for number in range(1000):
        with timing.asking(f"{number}.cn") as answers:
            answers.append((404, 1))
    assert len(timing.hosts()) == HOSTS_LIMIT + 1
    assert sum(host["requests"] for host in timing.hosts().values()) == 1000
    assert timing.hosts()[OTHERS]["requests"] == 1000 - HOSTS_LIMIT


def shown(view):
    console = Console(file=io.StringIO(), width=140, legacy_windows=False)
    console.print(view.table())
    return console.file.getvalue().splitlines()


def line(portal, outcome=None, doing="", **counts):
    zero = dict.fromkeys(("requests", "captures", "candidates", "new", "changed", "incidents"), 0)
    return {"portal": portal, "run": 1, "doing": doing, "outcome": outcome, **zero, **counts}


def test_the_view_has_a_line_for_each_portal_and_a_sum():
    view = View(Console(file=io.StringIO()), 3)
    view.tell(line("aa", doing="waiting aa.cn", requests=2))
    view.tell(line("aa", doing="asking aa.cn", requests=3, captures=2))
    view.tell(line("bb", outcome="degraded", requests=7, new=4, incidents=1))
    _, done, going, total = shown(view)
    assert done.split() == ["bb", "degraded", "7", "0", "0", "4", "0", "1"]
    assert going.split() == ["aa", "asking", "aa.cn", "3", "2", "0", "0", "0", "0", "0:00"]
    assert total.startswith("1 of 3 portals done, 1 go on; 10 requests, 4 new, 0 changed")


def test_of_a_thousand_portals_the_view_shows_what_fits_and_counts_the_rest():
    view = View(Console(file=io.StringIO()))
    for number in range(1000):
        view.tell(line(f"p{number}", outcome="ok" if number < 900 else None))
    lines = shown(view)
    assert len(lines) < 30
    assert lines[-1].startswith("900 portals done, 100 go on")
    assert "80 more go on" in lines[-1]


def test_what_a_host_is_called_does_not_steer_the_terminal():
    view = View(Console(file=io.StringIO()))
    view.tell(line("aa", doing="asking [red]\x1b[2J\nx\u202e"))
    assert "asking [red][2J x" in shown(view)[1]


def test_nothing_is_drawn_where_nobody_looks_on():
    written = io.StringIO()
    with View(Console(file=written)) as view:
        view.tell(line("aa"))
    assert written.getvalue() == ""
    assert not view.shown


def test_a_real_crawl_counts_the_host_it_asked_and_logs_as_json_of_which_portal_run_and_host_it_speaks(tmp_path):
    site = Site("127.0.4.1")
    archive_of(site, range(2014, 2016))
    del site.answers["/nb/t2015.html"]
    portal_file(tmp_path / "portals", site)
    settings = {
        "archive": {"url": f"sqlite:///{tmp_path / 'a.sqlite3'}"}, "portals": {"paths": [str(tmp_path / "portals")]}, "logs": {"format": "json"},
        "crawl": {"delay": 0.0, "allow_private_hosts": True, "tries": 1},
    }  # fmt: skip
    config = Config.model_validate(settings)
    heard = []
    try:
        with Archive.open(config.archive.url) as archive:
            (run,) = runs.crawl(
                archive, [portal.origin for portal in catalogue.portals(config.portals.paths).values()], argv=process.ARGV,
                orders=lambda keys: process.orders(config, keys, full=False), at_once=1, log=tmp_path / "log", timeout=120, grace=10,
                clock=config.clock, watch=heard.append,
            )  # fmt: skip
    finally:
        site.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    incident = next(line for line in lines if line["event"].startswith("incident toy opened"))
    assert (incident["portal"], incident["run"]) == ("toy", run["id"])
    assert {line["portal"] for line in lines if line["logger"] == "crawler.runs"} == {"toy"}
    (host,) = run["counts"]["hosts"].values()
    assert host["requests"] == run["counts"]["requests"] == len(site.seen)
    assert host["statuses"]["404"] >= 1
    assert run["counts"]["stages"]["asking"] == pytest.approx(host["seconds"], abs=0.01)
    assert (heard[-1]["portal"], heard[-1]["outcome"], heard[-1]["requests"]) == ("toy", run["state"], len(site.seen))

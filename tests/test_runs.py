"""Crawl processes: whatever happens to one, the archive tells how it went."""

import json
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from crawler.config import CrawlSection
from scheduler import runs
from storage import queries
from storage.records import Origin

QINGDAO = Origin(key="qingdao", name="青岛市人民政府", adcode="370200", hosts=("www.qingdao.gov.cn",), family="trs")
LIAOYUAN = Origin(key="liaoyuan", name="辽源市人民政府", adcode="220400", hosts=("*.liaoyuan.gov.cn",), family="hanweb")

BEGIN = """
    import json, sys
    from datetime import UTC, datetime
    from storage.archive import Archive
    from storage.records import Origin, Outcome
    told = json.load(sys.stdin)
    at = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
    archive = Archive.open(told["url"])
    run = {key: archive.start_run(Origin(key=key, name=key, adcode="370200", hosts=("a.cn",), family="static"), at) for key in told["keys"]}
"""


def python(program):
    return [sys.executable, "-c", textwrap.dedent(program)]


def crawled(archive, url, log, now, program, *, portals=(QINGDAO,), timeout=30.0, grace=10.0, at_once=8, progress=None):
    return runs.crawl(
        archive,
        portals,
        argv=python(program),
        orders=lambda keys: json.dumps({"keys": list(keys), "url": url}).encode(),
        at_once=at_once,
        log=log,
        timeout=timeout,
        grace=grace,
        clock=lambda: now,
        progress=progress,
    )


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "logs" / "crawl.log"


def test_a_command_that_ends_is_told_with_its_code_and_its_output_is_logged(log):
    ending = runs.supervise(python("import sys; print(sys.stdin.read()); sys.exit(3)"), orders="青岛".encode(), log=log, timeout=30, grace=10)
    assert (ending.code, ending.late) == (3, False)
    assert log.read_text(encoding="utf-8") == "青岛\n"


def test_a_command_that_takes_too_long_may_finish_when_it_is_told_to_stop(log):
    program = """
        import signal, sys
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
        print("begun", flush=True)
        signal.pause()
    """
    ending = runs.supervise(python(program), orders=b"", log=log, timeout=1.0, grace=30)
    assert (ending.code, ending.late) == (1, True)
    assert "told to stop" in log.read_text()


def test_a_command_that_will_not_stop_is_ended_with_everything_it_started(log):
    program = """
        import signal, subprocess, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "600"])
        print(child.pid, flush=True)
        signal.pause()
    """
    ending = runs.supervise(python(program), orders=b"", log=log, timeout=1.0, grace=0.2)
    assert (ending.code, ending.late) == (-signal.SIGKILL, True)
    assert "SIGKILL" not in ending.words
    assert gone(int(log.read_text()))


def test_a_run_that_the_process_finished_is_what_counts_not_its_exit_code(archive, url, log, now):
    program = BEGIN + "    archive.finish_run(run['qingdao'], at, Outcome.DEGRADED, {'requests': 3}, 'too few')\n"
    (run,) = crawled(archive, url, log, now, program)
    assert (run["portal"], run["state"], run["detail"]) == ("qingdao", "degraded", "too few")


def test_a_process_that_is_killed_leaves_a_failed_run_with_the_reason(archive, url, log, now):
    program = BEGIN + "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    (run,) = crawled(archive, url, log, now, program)
    assert run["state"] == "failed"
    assert "killed by SIGKILL" in run["detail"]
    assert str(log) in run["detail"]


def test_a_process_that_dies_before_it_begins_leaves_a_failed_run_as_well(archive, url, log, now):
    (run,) = crawled(archive, url, log, now, "import sys; sys.exit('no browser')")
    assert run["state"] == "failed"
    assert "exit code 1" in run["detail"]
    assert "no browser" in log.read_text()


def test_a_process_whose_time_is_up_leaves_a_failed_run(archive, url, log, now):
    (run,) = crawled(archive, url, log, now, BEGIN + "    import signal; signal.pause()\n", timeout=3.0)
    assert run["state"] == "failed"
    assert "time was up" in run["detail"]


def test_a_crawl_that_is_stopped_has_the_time_that_a_page_in_flight_may_take(archive, url, log, now):
    """Here it takes two seconds, of the three there are."""
    program = (
        BEGIN
        + """
    import signal, threading
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    told.wait()
    threading.Event().wait(2)
    archive.finish_run(run['qingdao'], at, Outcome.DEGRADED, {}, 'interrupted')
"""
    )
    (run,) = crawled(archive, url, log, now, program, timeout=3.0, grace=30.0)
    assert (run["state"], run["detail"]) == ("degraded", "interrupted")
    for crawl in (CrawlSection(), CrawlSection(timeout=300)):
        assert runs.grace(crawl) > crawl.timeout + crawl.read_timeout


def test_a_portal_that_finished_is_not_failed_by_a_neighbour_that_did_not(archive, url, log, now):
    program = BEGIN + "    archive.finish_run(run['liaoyuan'], at, Outcome.OK, {}, None); sys.exit(1)\n"
    got = crawled(archive, url, log, now, program, portals=(QINGDAO, LIAOYUAN))
    assert [(run["portal"], run["state"]) for run in got] == [("qingdao", "failed"), ("liaoyuan", "ok")]


def test_batches_run_one_after_the_other_and_every_portal_is_answered_in_order(archive, url, log, now):
    program = BEGIN + "    [archive.finish_run(n, at, Outcome.OK, {}, None) for n in run.values()]; print(told['keys'])\n"
    got = crawled(archive, url, log, now, program, portals=(QINGDAO, LIAOYUAN), at_once=1)
    assert [run["portal"] for run in got] == ["qingdao", "liaoyuan"]
    assert log.read_text() == "['qingdao']\n['liaoyuan']\n"


def test_an_interrupted_crawl_leaves_no_process_and_no_run_that_seems_to_go_on(archive, url, log, now):
    def interrupt(done):
        assert done == 0
        if log.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawled(archive, url, log, now, BEGIN + "    import os, signal; print(os.getpid(), flush=True); signal.pause()\n", progress=interrupt)
    (run,) = queries.runs(archive)
    assert (run["state"], run["detail"].split(";")[0]) == ("failed", "interrupted")
    assert gone(int(log.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell a child that its parent died")
def test_a_crawl_stops_when_its_supervisor_is_killed(log):
    """The supervisor is a process of its own here, since it is killed with -9."""
    program = f"""
        import os
        from pathlib import Path
        from scheduler import runs
        child = "import signal; from app.process import follow; follow({{}}); print('begun', flush=True); signal.pause()"
        runs.supervise([{sys.executable!r}, "-c", child.format(os.getpid())], orders=b"", log=Path({str(log)!r}), timeout=60, grace=10,
            tick=lambda: print(Path({str(log)!r}).read_text(), flush=True))
    """
    project = Path(__file__).resolve().parent.parent
    supervisor = subprocess.Popen(python(program), stdout=subprocess.PIPE, text=True, cwd=project, env={**os.environ, "PYTHONPATH": str(project)})
    assert supervisor.stdout is not None
    assert "begun" in next(line for line in supervisor.stdout if line.strip())
    children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split()
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert [gone(int(child)) for child in children] == [True]


def gone(pid):
    """Whether a process ends within ten seconds; it is a grandchild, so that nobody here can wait for it."""
    handle = None
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ready, _, _ = select.select([handle], [], [], 10)
    os.close(handle)
    return bool(ready)

"""A real scrape over HTTP, read by Prometheus's own parser; health by the table of what can be wrong."""

from __future__ import annotations

import http.client
import json
import os
import socket
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from app.cli import cli
from crawler.config import Config
from crawler.config.watching import WatchSection
from crawler.errors import ConfigError
from scheduler import sealing
from scheduler.watching import metrics, systemd
from scheduler.watching.endpoint import Endpoint
from scheduler.watching.health import of_archive
from scheduler.watching.watch import Watch
from storage import outbox, slots
from storage.engine import writing
from storage.outbox import Message
from storage.records import Outcome
from tests.watching.conftest import EVENING, host

HOUR = timedelta(hours=1)


def asked(endpoint, path="/metrics", method="GET"):
    with closing(http.client.HTTPConnection(*endpoint.server_address[:2], timeout=20)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def samples(text):
    """Every sample of a scrape by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in text_string_to_metric_families(text) for sample in family.samples
    }


@pytest.fixture
def config(tmp_path):
    return Config(watch=WatchSection(port=0, textfile=tmp_path / "text" / "nianbao.prom"))


@pytest.fixture
def watch(archive, config):
    with Watch(archive, config, lambda: EVENING) as begun:
        yield begun


def test_a_scrape_tells_what_the_archive_holds_and_the_next_one_what_came_since(night, watch):
    night.run("aa", requests=10, not_modified=7, stages={"asking": 2.5})
    night.run("aa", Outcome.FAILED, requests=1)
    run = night.run("bb", None)
    night.file(run, "bb")
    night.archive.open_incident("blocked", "aa", "https://aa.cn/", "fence", EVENING)
    status, headers, text = asked(watch.endpoint)
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    first = samples(text)
    assert first["nianbao_requests_total", "aa"] == 11
    assert first["nianbao_not_modified_total", "aa"] == 8
    assert (first["nianbao_runs_total", "aa", "ok"], first["nianbao_runs_total", "aa", "failed"]) == (1, 1)
    assert ("nianbao_runs_total", "bb", "running") not in first
    assert (first["nianbao_portals", "failed"], first["nianbao_portals", "running"], first["nianbao_runs_under_way",]) == (1, 1, 1)
    assert first["nianbao_stage_seconds_total", "asking"] == 2.5
    assert first["nianbao_changes_total", "new"] == 1
    assert first["nianbao_incidents_open", "blocked"] == 1
    assert first["nianbao_last_success_timestamp_seconds",] == (EVENING + timedelta(minutes=2)).timestamp()

    night.archive.finish_run(run, EVENING + HOUR, Outcome.DEGRADED, {"requests": 5})
    night.run("aa", requests=100)
    second = samples(asked(watch.endpoint)[2])
    assert second["nianbao_requests_total", "aa"] == 111
    assert (second["nianbao_requests_total", "bb"], second["nianbao_runs_total", "bb", "degraded"]) == (5, 1)
    assert second["nianbao_changes_total", "new"] == 1
    counters = [key for key in first if key[0].endswith("_total")]
    assert counters
    assert all(second[key] >= first[key] for key in counters)


def test_slots_are_counted_of_portals_and_not_of_what_follows_them(archive, watch):
    tonight = EVENING.date()
    slots.enqueue(archive, [("aa", tonight), ("bb", tonight), (slots.AFTERWARDS, tonight)], EVENING)
    slots.take(archive, ["bb", slots.AFTERWARDS], EVENING, HOUR)
    told = samples(asked(watch.endpoint)[2])
    assert (told["nianbao_slots", "waiting"], told["nianbao_slots", "taken"]) == (1, 1)


def test_a_program_that_starts_anew_counts_on_from_where_the_other_one_was(night, archive, watch):
    for number in range(3):
        night.run("aa", requests=number)
        night.run("bb", None if number == 2 else Outcome.OK)
    step_by_step = samples(asked(watch.endpoint)[2])
    again = samples(metrics.exposition(metrics.registry(archive, watch.health)).decode())
    assert {key: value for key, value in step_by_step.items() if not key[0].startswith("nianbao_process")} == again


def test_names_and_labels_are_as_prometheus_wants_them_and_no_portal_chooses_a_label(night, watch):
    night.run("aa", hosts={"evil.cn": host()}, requests=1)
    night.archive.open_incident("blocked", "aa", "https://www.aa.gov.cn/secret", "said the fence", EVENING)
    text = asked(watch.endpoint)[2]
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("nianbao_")
        assert family.documentation
        assert family.type in {"counter", "gauge"}
        assert not {label for sample in family.samples for label in sample.labels} - {
            "portal",
            "outcome",
            "kind",
            "state",
            "stage",
            "check",
            "version",
        }
    assert "evil.cn" not in text
    assert "https://" not in text


def test_the_text_file_says_the_same_as_a_scrape(night, archive, config):
    night.run("aa", requests=10)
    with Watch(archive, config, lambda: EVENING) as watch:
        text = asked(watch.endpoint)[2]
    written = samples(config.watch.textfile.read_text())
    assert written["nianbao_requests_total", "aa"] == samples(text)["nianbao_requests_total", "aa"] == 10
    assert [file.name for file in config.watch.textfile.parent.iterdir()] == ["nianbao.prom"]


def test_an_archive_that_cannot_be_asked_is_told_by_the_scrape(archive, watch, monkeypatch):
    def gone(self, connection):
        from storage.errors import ArchiveUnavailable

        raise ArchiveUnavailable("the server cannot be reached")

    monkeypatch.setattr("storage.gauges.History._ended", gone)
    found = samples(asked(watch.endpoint)[2])
    assert found["nianbao_archive_up",] == 0
    assert ("nianbao_ledger_entries",) not in found


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_the_endpoint_is_only_read(watch, method):
    status, headers, _ = asked(watch.endpoint, "/health", method)
    assert (status, headers["Allow"]) == (405, "GET")


def test_there_is_nothing_else_at_the_endpoint_and_it_tells_nothing_of_its_make(watch):
    for path in ("/", "/metrics/../etc/passwd", "/metricsx", "/health/x"):
        assert asked(watch.endpoint, path)[0] == 404
    assert "Python" not in asked(watch.endpoint, "/health")[1]["Server"]


def test_clients_that_say_nothing_keep_nobody_else_out_for_ever(archive, watch):
    address = watch.endpoint.server_address[:2]
    silent = [socket.create_connection(address) for _ in range(7)]
    try:
        assert asked(watch.endpoint, "/health")[0] in {200, 503}
    finally:
        for one in silent:
            one.close()


def test_a_port_that_is_taken_is_named(archive, config, watch):
    with pytest.raises(ConfigError, match=r"watch\.port: 127\.0\.0\.1:\d+ cannot be listened on"):
        Endpoint("127.0.0.1", watch.endpoint.server_address[1], watch.registry, watch.health)


def ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not ipv6(), reason="this machine has no IPv6")
def test_the_endpoint_answers_by_ipv6_too(archive, watch, caplog):
    caplog.set_level("INFO", logger="scheduler.watching.endpoint")
    with Endpoint("::1", 0, watch.registry, watch.health) as endpoint:
        assert asked(endpoint)[0] == 200
        port = endpoint.server_address[1]
        assert f"http://[::1]:{port}" in caplog.text
        with pytest.raises(ConfigError, match=rf"watch\.port: \[::1\]:{port} cannot be listened on"):
            Endpoint("::1", port, watch.registry, watch.health)


@pytest.mark.parametrize("address", ["2001:db8::1", "192.0.2.1"])
def test_an_address_that_is_none_of_this_machine_is_named(archive, watch, address):
    with pytest.raises(ConfigError, match="cannot be listened on: "):
        Endpoint(address, 0, watch.registry, watch.health)


def message(archive):
    told = Message(key="k", subscription="s", channel="c", subject="x", text="x", html="x", payload={})
    with writing(archive.engine) as connection:
        outbox.seal(connection, [], told, EVENING)
        outbox.give_up(connection, "c", EVENING + HOUR, "no answer")


def sealed(archive, config, at=EVENING):
    sealing.seal(archive, config, at)


# what happened -> hours later -> which checks fail
STATES = {
    "an archive nobody crawled for": (lambda night, config: None, 1000, set()),
    "a good night": (lambda night, config: (night.run("aa"), sealed(night.archive, config)), 20, set()),
    "the last night is long ago": (lambda night, config: (night.run("aa"), sealed(night.archive, config)), 100, {"night"}),
    "a degraded night is a night": (lambda night, config: night.run("aa", Outcome.DEGRADED), 20, set()),
    "all portals have failed for days": (lambda night, config: night.run("aa", Outcome.FAILED), 100, {"night"}),
    "a first night that failed just now": (lambda night, config: night.run("aa", Outcome.FAILED), 2, set()),
    "a run that goes on": (lambda night, config: night.run("aa", None), 7, set()),
    "a run that hangs": (lambda night, config: night.run("aa", None), 9, {"runs"}),
    "a step of ours broke": (lambda night, config: night.archive.open_incident("afterwards_broke", None, None, "x", EVENING), 1, {"steps"}),
    "a portal in trouble is no trouble of ours": (lambda night, config: night.archive.open_incident("blocked", "aa", None, "x", EVENING), 1, set()),
    "a dead letter": (lambda night, config: message(night.archive), 1, {"outbox"}),
    "not sealed, yet there is time": (lambda night, config: night.list(night.run("aa")), 2, set()),
    "never sealed": (lambda night, config: night.list(night.run("aa")), 20, {"ledger"}),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_health_says_what_is_wrong_and_only_that(night, archive, tmp_path, state):
    happened, hours, failing = STATES[state]
    config = Config.model_validate({"archive": {"heads": str(tmp_path / "heads.txt")}})
    happened(night, config)
    found = of_archive(lambda: archive, config, EVENING + hours * HOUR)
    assert {check.name for check in found.checks if not check.ok} == failing
    assert found.ok == (not failing)


def test_the_endpoint_answers_503_with_the_reasons_when_something_is_wrong(night, archive, watch):
    assert json.loads(asked(watch.endpoint, "/health")[2])["status"] == "ok"
    archive.open_incident("afterwards_broke", None, "step:seal", "disk\nfull \x1b[2J", EVENING)
    status, headers, text = asked(watch.endpoint, "/health")
    assert (status, headers["Content-Type"]) == (503, "application/json; charset=utf-8")
    (reason,) = [check["detail"] for check in json.loads(text)["checks"] if not check["ok"]]
    assert reason == "afterwards_broke: disk full [2J"


def test_the_command_ends_with_1_and_says_why(night, archive, url):
    night.run("aa")
    told = CliRunner().invoke(cli, ["--archive", url, "health", "--json", "--now", (EVENING + HOUR).isoformat()])
    assert (told.exit_code, json.loads(told.output)["status"]) == (0, "ok")
    told = CliRunner().invoke(cli, ["--archive", url, "health", "--now", (EVENING + 100 * HOUR).isoformat()])
    assert told.exit_code == 1
    assert "more than 84 hours ago" in told.output
    told = CliRunner().invoke(cli, ["--archive", "sqlite:////nowhere/nianbao.sqlite3", "health", "--json"])
    assert told.exit_code == 1
    assert [check["name"] for check in json.loads(told.output)["checks"]] == ["archive"]


def test_a_loop_that_stands_still_is_not_healthy(watch):
    assert watch.health().ok
    watch._beaten -= 4000
    (wrong,) = [check for check in watch.health().checks if not check.ok]
    assert wrong.name == "service"
    watch.beat()
    assert watch.health().ok


def test_systemd_hears_that_the_service_is_ready_alive_and_stopping(archive, tmp_path, monkeypatch):
    name = f"@nianbao-test-{os.getpid()}"
    heard = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name[1:])
        listening.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        alive = threading.Event()

        def listen():
            while (said := listening.recv(100).decode()) != "STOPPING=1":
                heard.append(said)
                if heard.count("WATCHDOG=1") > 1:
                    alive.set()
            heard.append(said)

        ear = threading.Thread(target=listen)
        ear.start()
        with Watch(archive, Config(), lambda: EVENING):
            assert alive.wait(20)
        ear.join(20)
    assert {"READY=1", "WATCHDOG=1"} <= set(heard)
    assert heard[-1] == "STOPPING=1"


def test_the_watchdog_is_of_the_process_that_systemd_means(monkeypatch):
    assert systemd.watchdog() is None
    monkeypatch.setenv("WATCHDOG_USEC", "10000000")
    assert systemd.watchdog() == 5.0
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert systemd.watchdog() is None

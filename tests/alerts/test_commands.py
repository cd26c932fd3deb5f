"""nianbao alerts preview, test, send, log."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from app.cli import cli
from tests.alerts.conftest import FIRST


@pytest.fixture
def archive(tmp_path):
    from storage.archive import Archive

    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite3'}") as opened:
        yield opened


@pytest.fixture
def run(tmp_path, archive, hook, monkeypatch):
    """Runs a command on the archive, with one subscription to a webhook whose address stands in the environment."""
    monkeypatch.setenv("NIANBAO_HOOK_URL", hook.url)
    (tmp_path / "config.yaml").write_text(
        "alerts:\n  - name: everybody\n    what: [new, figures_changed, incidents]\n    send: [{url_env: NIANBAO_HOOK_URL}]\n"
        f"delivery: {{feeds: {tmp_path / 'feeds'}, timeout: 5}}\n",
        encoding="utf-8",
    )

    def run(*words, now=FIRST):
        place = ["--config", str(tmp_path / "config.yaml"), "--archive", f"sqlite:///{tmp_path / 'a.sqlite3'}", "--now", now.isoformat()]
        done = CliRunner().invoke(cli, ["alerts", *words, *place])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_preview_shows_what_would_be_told_and_tells_nobody(run, nights, hook):
    nights.filled(1)
    nights.crawl(nights.edited(1))
    (row,) = rows(run("preview", "--since", "2026-01-20", "--json"))
    assert (row["subscription"], row["channel"], row["sort"], row["events"]) == ("everybody", "NIANBAO_HOOK_URL", "event", 1)
    assert "12 → 13" in row["text"]
    assert [row["sort"] for row in rows(run("preview", "--since", "2025-01-01", "--json"))] == ["summary", "event"]
    assert "12 → 13" in run("preview", "--text").output
    assert "nothing would be told" in run("preview", "--since", "2026-02-01").output
    assert hook.got == []
    assert rows(run("log", "--json")) == []


def test_a_test_tries_every_channel_and_reports_each(run, hook):
    done = run("test", "--json")
    assert done.exit_code == 0
    assert [(row["channel"], row["state"], row["error"]) for row in rows(done)] == [("NIANBAO_HOOK_URL", "sent", None)]
    assert hook.got[0][2]["title"] == "【年报】测试：everybody 的通知可以送达"
    hook.down()
    done = run("test", "--json")
    assert done.exit_code == 1
    assert rows(done)[0]["error"]
    assert run("test", "--subscription", "nobody").exit_code == 2


def test_sending_tells_once_writes_feeds_and_is_logged(run, nights, hook, tmp_path):
    nights.filled(1)
    nights.crawl(nights.edited(1))
    (row,) = rows(run("send", "--json"))
    assert (row["state"], row["subscription"], row["error"]) == ("sent", "everybody", None)
    assert row["key"] == hook.keys[0]
    assert "nothing to send" in run("send").output
    assert (tmp_path / "feeds" / "portal-zhucheng.atom").exists()
    (logged,) = rows(run("log", "--json"))
    assert (logged["state"], logged["events"], logged["tries"], logged["key"]) == ("sent", 1, 1, row["key"])
    assert "sent" in run("log").output


def test_what_does_not_arrive_is_exit_code_1_and_waits_in_the_log(run, nights, hook):
    nights.filled(1)
    nights.crawl(nights.edited(1))
    hook.status = 500
    done = run("send")
    assert done.exit_code == 1
    assert "500" in done.output
    (waiting,) = rows(run("log", "--state", "waiting", "--json"))
    assert waiting["next_try"] == "2026-01-20T18:01:00+00:00"
    for _ in range(12):
        nights.sleep()
        run("send", now=nights.now)
    (dead,) = rows(run("log", "--state", "dead", "--json"))
    assert dead["message"] == waiting["message"]
    hook.status = 200
    assert run("send", "--dead", "--message", "999").exit_code == 2
    assert run("send", "--message", "1").exit_code == 2
    (row,) = rows(run("send", "--dead", "--message", str(dead["message"]), "--json", now=nights.now))
    assert (row["state"], hook.keys) == ("sent", [dead["key"]])


def test_what_gathers_is_shown(run, nights):
    run_ = nights.crawl(nights.of(1), nights.of(2), finish=False)
    run("send")
    (row,) = rows(run("log", "--json"))
    assert (row["state"], row["events"], row["message"]) == ("gathering", 2, None)
    assert "gathering" in run("log", "--state", "gathering").output
    assert run_


def test_without_a_subscription_preview_says_where_to_learn_of_them(tmp_path, archive):
    done = CliRunner().invoke(cli, ["alerts", "preview", "--archive", str(archive.engine.url)])
    assert done.exit_code == 2
    assert "docs/alerts.md" in done.output

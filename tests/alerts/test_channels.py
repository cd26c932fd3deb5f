"""What a receiver gets, what counts as its yes, and that no secret is ever shown."""

from __future__ import annotations

import json
from email.policy import default

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from crawler.config import ChannelSection
from crawler.errors import ConfigError
from scheduler.alerts import channels
from storage.outbox import Message
from tests.alerts.receivers import Hook

MESSAGE = Message(
    key="6b1d", subscription="all", channel="c", subject="【年报】数字改动：诸城市（12 → 13）", text="第一行\n第二行\n",
    html="<p>第一行 &lt;script&gt;</p>", payload={"idempotency_key": "6b1d", "keys": ["change 1"]},
)  # fmt: skip


def opened(url, environ=None, timeout=5.0):
    return channels.opened(ChannelSection.model_validate(url), timeout=timeout, environ=environ or {})


@pytest.fixture
def robots(monkeypatch):
    """The robots' services, on this machine."""
    hook = Hook().up()
    for plugin, path in ((NotifyDingTalk, "ding?access_token={token}"), (NotifyFeishu, "feishu/{token}"), (NotifyWeComBot, "wecom?key={key}")):
        monkeypatch.setattr(plugin, "notify_url", f"http://127.0.0.1:{hook.port}/{path}", raising=True)
    yield hook
    hook.down()


def test_a_webhook_gets_the_key_in_header_and_body(hook):
    assert opened(hook.url).send(MESSAGE) is None
    ((path, headers, body),) = hook.got
    assert (path, headers["Idempotency-Key"], body["idempotency_key"], body["keys"]) == ("/hook", "6b1d", "6b1d", ["change 1"])
    assert (body["title"], body["message"]) == (MESSAGE.subject, MESSAGE.text.strip())


def test_a_mail_holds_text_and_html_and_one_subject_line(post):
    assert opened(post.url).send(MESSAGE) is None
    ((raw, mail),) = post.mails
    assert str(mail["Subject"]) == MESSAGE.subject
    assert mail["Idempotency-Key"] == "6b1d"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]
    assert "<script>" not in mail.get_body(("html",)).get_content()
    assert max(len(line) for line in raw.splitlines()) <= 998  # RFC 5322, section 2.1.1
    assert mail.policy is default


ROBOTS = {
    "dingtalk://${TOKEN}/": ({"errcode": 0, "errmsg": "ok"}, {"errcode": 310000, "errmsg": "keywords not in content"}),
    "feishu://${TOKEN}/": ({"code": 0, "msg": "success"}, {"code": 19024, "msg": "Key Words Not Found"}),
    "wecombot://${TOKEN}/": ({"errcode": 0, "errmsg": "ok"}, {"errcode": 45009, "errmsg": "api freq out of limit"}),
}


@pytest.mark.parametrize("url", ROBOTS)
def test_a_robot_that_says_no_with_status_200_has_not_taken_the_message(robots, url):
    good, bad = ROBOTS[url]
    channel = opened(url, {"TOKEN": "0123456789abcdef0123456789abcdef"})
    robots.answer = json.dumps(bad).encode()
    error = channel.send(MESSAGE)
    assert str(bad.get("errcode") or bad.get("code")) in error
    robots.answer = json.dumps(good).encode()
    assert channel.send(MESSAGE) is None
    assert MESSAGE.subject in json.dumps(robots.got[-1][2], ensure_ascii=False)


def test_dingtalks_signature_is_encoded_once(robots):
    import base64
    import hashlib
    import hmac
    from urllib.parse import parse_qs, urlsplit

    robots.answer = b'{"errcode": 0}'
    assert opened("dingtalk://${SECRET}@${TOKEN}/", {"SECRET": "SEC0123abc", "TOKEN": "0123456789abcdef"}).send(MESSAGE) is None
    said = parse_qs(urlsplit(robots.got[0][0]).query)
    (stamp,), (sign,) = said["timestamp"], said["sign"]
    assert sign == base64.b64encode(hmac.new(b"SEC0123abc", f"{stamp}\nSEC0123abc".encode(), hashlib.sha256).digest()).decode()


def test_a_text_longer_than_a_service_takes_is_cut_at_a_line(robots):
    from dataclasses import replace

    robots.answer = b'{"errcode": 0}'
    long = replace(MESSAGE, text="".join(f"第{number}行，诸城市人民政府\n" for number in range(500)))
    assert opened("wecombot://${TOKEN}/", {"TOKEN": "0123456789abcdef"}).send(long) is None
    sent = json.dumps(robots.got[0][2], ensure_ascii=False)
    assert len(sent.encode()) < 2600
    assert "其余见存档" in sent
    assert "第0行" in sent


SECRET = "s3cr3t-0123456789"


@pytest.mark.parametrize("url", ["json://reader:${PASS}@127.0.0.1:{port}/h", "json://127.0.0.1:{port}/${PASS}/h", {"url_env": "PASS"}])
@pytest.mark.parametrize("status", [0, 404, 500])
def test_no_error_and_no_log_shows_a_secret(hook, caplog, url, status):
    environ = {"PASS": SECRET}
    if isinstance(url, dict):
        environ = {"PASS": f"json://reader:{SECRET}@127.0.0.1:{hook.port}/{SECRET}/h"}
    else:
        url = url.replace("{port}", str(hook.port))
    if status:
        hook.status = status
    else:
        hook.down()
    channel = opened(url, environ)
    error = channel.send(MESSAGE)
    assert error
    assert SECRET not in error + channel.key + caplog.text


def test_what_a_plugin_raises_is_a_message_not_sent_without_its_secret(hook, monkeypatch):
    channel = opened({"url": f"json://127.0.0.1:{hook.port}/${{PASS}}"}, {"PASS": SECRET})
    monkeypatch.setattr(type(channel.plugin), "send", lambda *_, **__: {}[f"no such thing as {SECRET}"])
    error = channel.send(MESSAGE)
    assert "no such thing as ***" in error


@pytest.mark.parametrize(
    ("url", "environ", "said"),
    [
        ("slack://${TOKEN}", {}, "environment variable TOKEN is not set"),
        ("nonsense://${TOKEN}", {"TOKEN": SECRET}, "no nonsense:// URL that apprise knows"),
        ({"url_env": "URL"}, {"URL": SECRET}, "that apprise knows"),
        ("ntfy://tk_abcdefghij@ntfy.example/topic", {}, "stands in the file"),
    ],
)
def test_a_channel_that_cannot_be_opened_says_why_and_shows_no_secret(caplog, url, environ, said):
    with pytest.raises(ConfigError, match="channel") as caught:
        opened(url, environ)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value) + caplog.text

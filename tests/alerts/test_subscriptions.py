"""Subscriptions in the configuration: what is refused, what is shown, and whom an event concerns."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from app import process
from crawler import config
from crawler.errors import ConfigError
from scheduler.alerts import subscriptions
from scheduler.alerts.matching import concerns
from storage.records import Event, Known, What

SECRET = "s3cr3t-0123456789"


def loaded(folder, text, **environ):
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, environ=environ)


def refusal(folder, text, **environ):
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text, **environ)
    return str(caught.value)


ONE = "alerts:\n  - name: shandong\n    send: [{url_env: NIANBAO_MAIL_URL}]\n"


def test_a_variable_that_a_subscription_names_is_no_key_though_it_begins_like_one(tmp_path):
    made = loaded(tmp_path, ONE + "  - name: b\n    send: ['ntfys://ntfy.example/${NIANBAO_TOPIC}']\n", NIANBAO_MAIL_URL=SECRET, NIANBAO_TOPIC=SECRET)
    assert [one.name for one in made.alerts] == ["shandong", "b"]
    assert "NIANBAO_OTHER" in refusal(tmp_path, ONE, NIANBAO_OTHER="x")


def test_every_key_of_every_subscription_is_explained_and_no_secret_shown(tmp_path):
    made = loaded(tmp_path, ONE + f"  - name: b\n    cities: [诸城]\n    send: ['jsons://hook.example/{SECRET}', 'json://u:${{X}}@other.example/']\n")
    rows = {row.key: row for row in config.explain(made)}
    assert rows["alerts"].value == "shandong, b"
    assert rows["alerts[0].name"].value == "shandong"
    assert rows["alerts[0].send[0].url_env"].value == "NIANBAO_MAIL_URL"
    assert rows["alerts[1].cities"].value == "诸城"
    assert rows["alerts[1].send[0].url"].value == "jsons://hook.example/…"
    assert rows["alerts[1].send[1].url"].value == "json://***@other.example/…"
    assert rows["alerts[1].name"].origin == str(tmp_path / "config.yaml")
    assert all(row.description for row in rows.values())
    assert SECRET not in str(rows)
    keys = list(rows)
    assert keys.index("alerts[0].send") < keys.index("alerts[1].name") < keys.index("delivery.public_url")


@pytest.mark.parametrize(
    ("lines", "key", "hint"),
    [
        ("- name: a", "alerts[0].send", "is missing"),
        ("- {send: ['json://h/']}", "alerts[0].name", "is missing"),
        ("- {name: a, citys: [诸城], send: ['json://h/']}", "alerts[0].citys", "did you mean alerts[].cities?"),
        ("- {name: a, cities: [鼓楼区], send: ['json://h/']}", "alerts[0].cities", "give the code"),
        ("- {name: a, cities: [亚特兰蒂斯], send: ['json://h/']}", "alerts[0].cities", "no division known here"),
        ("- {name: a, provinces: [诸城], send: ['json://h/']}", "alerts[0].provinces", "no province known here"),
        ("- {name: a, what: [news], send: ['json://h/']}", "alerts[0].what", "'new'"),
        ("- {name: a, what: [], send: ['json://h/']}", "alerts[0].what", "at least 1"),
        ("- {name: a, years: ['2017'], send: ['json://h/']}", "alerts[0].years", "valid integer"),
        ("- {name: a, when: weekly, send: ['json://h/']}", "alerts[0].when", "'digest'"),
        ("- {name: a, at: 10:30, send: ['json://h/']}", "alerts[0].at", 'in quotes: "10:30"'),
        ("- {name: a, at: '25:00', send: ['json://h/']}", "alerts[0].at", "pattern"),
        ("- {name: a, quiet: '22-7', send: ['json://h/']}", "alerts[0].quiet", "22:00-07:00"),
        ("- {name: a, words: [' '], send: ['json://h/']}", "alerts[0].words", "match everything"),
        ("- {name: a, send: []}", "alerts[0].send", "at least 1"),
        ("- {name: a, send: [{}]}", "alerts[0].send[0]", "needs url or url_env"),
        ("- {name: a, send: ['nowhere']}", "alerts[0].send[0].url", "scheme://"),
        ("- {name: a, send: ['wecom://${KEY}']}", "alerts[0].send[0].url", "wecombot://"),
        ("- {name: a, send: ['json://h/', 'json://h/']}", "alerts[0].send", "twice"),
        ("- {name: a, send: ['json://h/']}\n  - {name: a, send: ['json://h/']}", "alerts", "two subscriptions bear the name a"),
        ("- shandong", "alerts[0]", ""),
    ],
)
def test_a_mistake_is_refused_with_its_key_and_what_would_be_right(tmp_path, lines, key, hint):
    message = refusal(tmp_path, f"alerts:\n  {lines}\n")
    assert f"config.yaml: {key}: " in message
    assert hint in message


@pytest.mark.parametrize("more", ["what: [news], send: ['json://h/']", "send: ['nowhere']", "send: [{}]", "what: [new, news], send: ['json://h/']"])
def test_a_wrong_item_of_a_list_is_told_in_one_line(tmp_path, more):
    assert len(refusal(tmp_path, f"alerts:\n  - {{name: a, {more}}}\n").splitlines()) == 1


def test_a_mapping_where_the_list_belongs_is_refused(tmp_path):
    assert "alerts" in refusal(tmp_path, "alerts: {name: a}\n")


@pytest.mark.parametrize(
    "url",
    [
        f"mailtos://reader:{SECRET}@mail.example?to=a@example.org",
        f"mailtos://reader:a/b{SECRET}@mail.example?to=a@example.org",
        f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}",
        f"tgram://123456789:{SECRET}/1",
        f"dingtalk://{SECRET}",
        f"json://hook.example/?+Authorization={SECRET}",
        f"mailto://mail.example?user=me&pass={SECRET}&to=a@example.org",
        f"{SECRET}",
    ],
)
def test_a_secret_in_clear_is_refused_with_advice_and_never_shown(tmp_path, url):
    message = refusal(tmp_path, f"alerts:\n  - {{name: a, send: ['{url}']}}\n")
    assert "alerts[0].send[0].url: is not right" in message
    assert "${NAME}" in message
    assert SECRET not in message


def test_a_whole_url_where_a_variables_name_belongs_is_refused_and_not_shown(tmp_path):
    message = refusal(tmp_path, f"alerts:\n  - {{name: a, send: [{{url_env: 'slack://{SECRET}'}}]}}\n")
    assert "must be the name of an environment variable" in message
    assert SECRET not in message


def test_the_environment_may_hold_the_list(tmp_path):
    made = loaded(tmp_path, "", NIANBAO_ALERTS="[{name: a, send: ['json://h/']}]")
    assert made.alerts[0].send[0].key.startswith("json://h/…#")


@pytest.mark.parametrize("send", ["{url_env: NIANBAO_MAIL_URL}", "'slack://${NIANBAO_MAIL_URL}'"])
def test_variables_that_a_list_in_the_environment_names_are_no_keys(tmp_path, send):
    (made,) = loaded(tmp_path, "", NIANBAO_MAIL_URL=SECRET, NIANBAO_ALERTS=f"[{{name: a, what: [new], send: [{send}]}}]").alerts
    assert made.send[0].variables == ("NIANBAO_MAIL_URL",)
    assert "mail_url" in refusal(tmp_path, "", NIANBAO_MAIL_URL=SECRET, NIANBAO_ALERTS="[{name: a, send: ['json://h/']}]")


def test_variables_that_only_the_file_names_are_no_keys_either_where_the_environment_holds_another_list(tmp_path):
    made = loaded(tmp_path, ONE, NIANBAO_MAIL_URL=SECRET, NIANBAO_ALERTS="[{name: a, send: ['json://h/']}]")
    assert [one.name for one in made.alerts] == ["a"]


def test_a_crawl_process_is_told_the_subscriptions_without_their_secrets(tmp_path):
    made = loaded(tmp_path, ONE, NIANBAO_MAIL_URL=SECRET)
    told = json.loads(process.orders(made, ["zhucheng"], full=False))
    assert config.Config.model_validate(told["config"]).alerts == made.alerts
    assert SECRET not in str(told)


def known(kind=What.NEW, **facts):
    told = {"adcode": "370782", "year": 2017, "issuer": "诸城市教育局", "title": "诸城市教育局2017年报告", **facts}
    nothing = dict.fromkeys(("identity", "name", "city", "trust", "state", "published", "first_seen", "last_seen"))
    return Known(number=1, event=Event(key="k", kind=kind, time=datetime(2026, 1, 20, tzinfo=UTC), **told), filling=False, **nothing)


def wanted(**asked):
    made = config.Config.model_validate({"alerts": [{"name": "a", "send": [{"url": "json://h/"}], "what": list(What), **asked}]})
    return subscriptions.of(made)[0]


@pytest.mark.parametrize(
    ("asked", "facts", "concerned"),
    [
        ({}, {}, True),
        ({"what": ["moved"]}, {}, False),
        ({"cities": ["诸城"]}, {}, True),
        ({"cities": ["潍坊"]}, {}, True),
        ({"provinces": ["山东"]}, {}, True),
        ({"provinces": ["浙江"]}, {}, False),
        ({"provinces": ["浙江"], "cities": ["诸城"]}, {}, True),
        ({"cities": ["诸城"]}, {"adcode": "370700"}, False),
        ({"cities": ["诸城"]}, {"adcode": None}, False),
        ({"years": [2017, 2018]}, {}, True),
        ({"years": [2018]}, {}, False),
        ({"years": [2018]}, {"year": None}, False),
        ({"issuers": ["教育局"]}, {}, True),
        ({"issuers": ["财政局"]}, {}, False),
        ({"words": ["教育", "卫生"]}, {}, True),
        ({"words": ["卫生"]}, {}, False),
        ({"years": [2018], "issuers": ["财政局"]}, {"kind": What.INCIDENTS, "year": None, "issuer": None}, True),
        ({"provinces": ["浙江"]}, {"kind": What.INCIDENTS}, False),
    ],
)
def test_an_event_concerns_who_asked_for_it(asked, facts, concerned):
    assert concerns(known(**facts), wanted(**asked)) is concerned


@pytest.mark.parametrize(
    ("quiet", "hour", "rests"),
    [("22:00-07:00", 23, True), ("22:00-07:00", 6, True), ("22:00-07:00", 7, False), ("22:00-07:00", 12, False), ("12:00-14:00", 13, True)],
)
def test_quiet_hours_are_beijings(quiet, hour, rests):
    assert wanted(quiet=quiet).rests(datetime(2026, 1, 20, (hour - 8) % 24, tzinfo=UTC)) is rests

"""From what happened to what arrives: each alert once, in order, through outages."""

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from scheduler import alerts
from scheduler.alerts import subscriptions
from scheduler.alerts.matching import match
from scheduler.alerts.previewing import preview
from scheduler.alerts.rendering import Wording
from scheduler.alerts.sealing import seal
from storage import outbox
from storage.engine import reading, writing
from storage.records import INTERRUPTED, Blame, Capture, Event, Finding, FindingLevel, Outcome, What
from storage.schema import events
from storage.standing import standing
from tests.alerts.conftest import subscribed


def letters(archive):
    with reading(archive.engine) as connection:
        return list(reversed(outbox.letters(connection)))


def test_a_changed_figure_is_told_with_its_numbers_before_and_after_and_told_once(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1, 2)
    nights.crawl(nights.edited(1))
    assert [one.state for one in nights.tell(config)] == ["sent"]
    ((_, headers, body),) = hook.got
    assert body["title"] == "【年报】数字改动：诸城市第1局2017年政府信息公开工作年度报告（12 → 13）"
    assert "当面申请" in body["message"]
    assert "12 → 13" in body["message"]
    assert "nianbao show 1" in body["message"]
    assert "山东省潍坊市诸城市" in body["message"]
    assert body["idempotency_key"] == headers["Idempotency-Key"]
    (event,) = body["events"]
    assert (event["kind"], event["report"], event["before"], event["after"]) == ("figures_changed", 1, 1, 2)
    nights.sleep()
    nights.crawl(nights.edited(1))
    assert nights.tell(config) == []
    assert len(hook.got) == 1


def test_five_nights_without_a_receiver_and_then_all_arrive_once_and_in_order(nights, hook):
    config = subscribed(hook.url)
    nights.filled(*range(1, 8))
    hook.down()
    for night in range(1, 6):
        nights.sleep()
        nights.crawl(nights.edited(night))
        for _ in range(3):
            nights.sleep(hours=2)
            assert all(one.error for one in nights.tell(config))
        nights.sleep(hours=-6)
    hook.up()
    nights.sleep()
    nights.crawl(nights.edited(6))
    assert [one.state for one in nights.tell(config)] == ["sent"] * 6
    assert [body["events"][0]["title"] for _, _, body in hook.got] == [f"诸城市第{n}局2017年政府信息公开工作年度报告" for n in range(1, 7)]
    assert len(set(hook.keys)) == 6


def test_five_nights_without_a_mail_server_and_then_all_mails_come_once_and_in_order(nights, post):
    config = subscribed(post.url)
    nights.filled(*range(1, 7))
    post.down()
    for night in range(1, 6):
        nights.crawl(nights.edited(night))
        assert all(one.error for one in nights.tell(config))
        nights.sleep()
    post.up()
    assert [one.state for one in nights.tell(config)] == ["sent"] * 5
    assert [re.search(r"第(\d)局", str(mail["Subject"]))[1] for _, mail in post.mails] == list("12345")
    assert len({mail["Idempotency-Key"] for _, mail in post.mails}) == 5


def test_a_broken_receiver_is_asked_less_and_less_often_and_gets_the_same_words_and_key_each_time(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1)
    nights.crawl(nights.edited(1))
    hook.status = 500
    assert [(one.state, "500" in one.error) for one in nights.tell(config)] == [("waiting", True)]
    assert nights.tell(config) == []  # its next try is a minute away
    pauses = []
    for _ in range(9):
        (letter,) = letters(nights.archive)
        pauses.append((letter.next_try - nights.now).total_seconds())
        nights.now = letter.next_try
        assert len(nights.tell(config)) == 1
    assert pauses == [60, 120, 240, 480, 960, 1920, 3840, 7200, 7200]
    hook.status = 200
    nights.sleep(hours=2)
    assert [one.state for one in nights.tell(config)] == ["sent"]
    assert len(hook.got) == 1
    assert hook.keys == [letters(nights.archive)[0].key]


def test_a_message_nobody_takes_for_ten_days_is_a_dead_letter_which_can_be_sent_again_with_its_key(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1, 2)
    nights.crawl(nights.edited(1))
    hook.status = 503
    for _ in range(11):
        states = [one.state for one in nights.tell(config)]
        nights.sleep()
    assert states == ["dead"]
    (dead,) = letters(nights.archive)
    assert (dead.state, dead.sent) == ("dead", None)
    assert "503" in dead.error
    hook.status = 200
    assert nights.tell(config) == []
    with writing(nights.archive.engine) as connection:
        assert outbox.revive(connection, nights.now) == 1
    assert [one.state for one in nights.tell(config)] == ["sent"]
    assert hook.keys == [dead.key]


def test_what_waited_behind_a_dead_letter_as_long_as_it_is_dead_as_well_and_what_is_younger_waits(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1, 2, 3)
    nights.crawl(nights.edited(1))
    nights.crawl(nights.edited(2))
    hook.status = 503
    for _ in range(9):
        nights.tell(config)
        nights.sleep()
    nights.crawl(nights.edited(3))
    nights.tell(config)
    nights.sleep(days=2)
    nights.tell(config)
    assert [letter.state for letter in letters(nights.archive)] == ["dead", "dead", "waiting"]
    hook.status = 200
    nights.sleep()
    assert len(nights.tell(config)) == 1


def test_a_receiver_that_is_down_holds_up_no_other(nights, hook, post):
    config = subscribed(hook.url, post.url)
    hook.down()
    nights.filled(1)
    nights.crawl(nights.edited(1))
    assert sorted(one.state for one in nights.tell(config)) == ["sent", "waiting"]
    assert len(post.mails) == 1
    hook.up()
    nights.sleep()
    nights.tell(config)
    assert (len(post.mails), len(hook.got)) == (1, 1)


def test_a_receiver_that_never_answers_is_given_its_time_and_no_more(nights, hook):
    config = subscribed(hook.url, delivery={"timeout": 0.2})
    hook.hangs = threading.Event()
    nights.filled(1)
    nights.crawl(nights.edited(1))
    assert [one.state for one in nights.tell(config)] == ["waiting"]
    hook.hangs.set()
    hook.hangs = None
    nights.sleep()
    assert [one.state for one in nights.tell(config)] == ["sent"]
    assert len(set(hook.keys)) == 1  # it had taken the first as well: it knows the second by its key
    assert hook.got[0][2] == hook.got[1][2]


def test_a_first_fill_is_one_summary_however_many_reports_it_brings(nights, hook):
    config = subscribed(hook.url)
    run = nights.crawl(*(nights.of(n) for n in range(1, 60)), finish=False)
    assert nights.tell(config) == []  # it goes on
    nights.archive.finish_run(run, nights.now, Outcome.OK, {})
    assert [one.state for one in nights.tell(config)] == ["sent"]
    ((_, _, body),) = hook.got
    assert body["title"] == "【年报】汇总：59条（新发布59）"
    assert (body["count"], body["more"], len(body["keys"])) == (59, 9, 59)
    nights.sleep()
    nights.crawl(nights.of(70))
    assert [one.subject for one in nights.tell(config)] == ["【年报】新发布：诸城市第70局2017年政府信息公开工作年度报告"]


def test_a_first_fill_that_was_asked_to_stop_goes_on_the_next_night_and_is_no_news(nights, hook):
    config = subscribed(hook.url)
    nights.crawl(*(nights.of(number) for number in range(1, 4)), outcome=Outcome.DEGRADED, detail=INTERRUPTED)
    nights.tell(config)
    nights.sleep()
    nights.crawl(*(nights.of(number) for number in range(4, 9)), outcome=Outcome.DEGRADED, detail="1 page could not be read")
    nights.tell(config)
    nights.sleep()
    nights.crawl(nights.of(9))
    nights.tell(config)
    assert [(body["sort"], body["count"]) for _, _, body in hook.got] == [("summary", 3), ("summary", 5), ("event", 1)]


def test_a_first_fill_that_was_killed_is_still_a_first_fill_the_next_night(nights, hook):
    config = subscribed(hook.url)
    nights.crawl(*(nights.of(n) for n in range(1, 4)), outcome=Outcome.FAILED)
    assert len(nights.tell(config)) == 1
    nights.sleep()
    nights.crawl(*(nights.of(n) for n in range(4, 9)))
    assert [one.subject for one in nights.tell(config)] == ["【年报】汇总：5条（新发布5）"]


def test_ten_thousand_old_reports_are_one_summary(nights, hook):
    config = subscribed(hook.url)
    run = nights.crawl()
    row = {"kind": What.NEW, "at": nights.now, "portal": "zhucheng", "run": run, "facts": {}}
    with writing(nights.archive.engine) as connection:
        connection.execute(insert(events), [{**row, "key": f"change {n}", "title": f"报告{n}"} for n in range(10_000)])
    assert [one.subject for one in nights.tell(config)] == ["【年报】汇总：10000条（新发布10000）"]
    ((_, _, body),) = hook.got
    assert (body["count"], len(body["events"]), len(set(body["keys"]))) == (10_000, 50, 10_000)
    assert nights.tell(config) == []


def test_what_was_learned_long_ago_and_comes_only_now_is_one_summary(nights, hook):
    config = subscribed(hook.url)
    nights.filled(*range(1, 6))
    assert nights.tell(config) == []
    for number in range(1, 6):  # a restored archive files what it holds under the times it was filed at
        nights.now -= timedelta(days=20)
        nights.crawl(nights.edited(number, issuer=f"诸城市第{number + 50}局"))
        nights.now += timedelta(days=20)
    assert [one.subject[:6] for one in nights.tell(config)] == ["【年报】汇总"]


def test_more_than_the_limit_of_one_kind_in_one_night_is_one_message(nights, hook):
    config = subscribed(hook.url, delivery={"digest_above": 3})
    nights.filled(*range(1, 10))
    nights.crawl(*(nights.edited(n) for n in (1, 2, 3)))
    assert len(nights.tell(config)) == 3
    going_on = nights.crawl(nights.edited(4), nights.of(20), finish=False)
    assert [one.subject[:7] for one in nights.tell(config)] == ["【年报】新发布"]  # what is counted in a summary may still grow
    nights.archive.finish_run(going_on, nights.now, Outcome.OK, {})
    nights.crawl(nights.edited(5), nights.edited(6))
    assert [one.subject for one in nights.tell(config)] == ["【年报】汇总：3条（数字改动3）"]
    nights.sleep()
    nights.crawl(nights.edited(7))
    assert [one.subject[:8] for one in nights.tell(config)] == ["【年报】数字改动"]


def test_an_import_of_many_files_is_one_summary(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1)
    for number in range(2, 9):
        reading_ = nights.of(number)
        kept = nights.archive.keep(Capture(url=reading_.url, status=200, body=f"{number}".encode(), fetched_at=nights.now))
        nights.archive.file(reading_, captures=[kept], portal=None, at=nights.now)
    assert [one.subject for one in nights.tell(config)] == ["【年报】汇总：7条（新发布7）"]


def test_a_new_subscription_is_told_of_last_night_and_of_nothing_older(nights, hook):
    nights.filled(1, 2)
    nights.crawl(nights.edited(1))
    nights.sleep()
    nights.crawl(nights.edited(2))
    assert len(nights.tell(subscribed(hook.url))) == 2
    hook.got.clear()
    nights.sleep(days=4)
    assert nights.tell(subscribed(hook.url, name="another")) == []


def test_a_broken_portal_is_told_twice_when_it_breaks_and_when_it_is_whole(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1)
    subjects = []
    for night in range(8):
        if night < 6:
            nights.archive.open_incident("layout_changed", "zhucheng", None, f"night {night}", nights.now)
        else:
            nights.archive.close_incidents("zhucheng", nights.now)
        subjects += [one.subject for one in nights.tell(config)]
        nights.sleep()
    assert subjects == ["【年报】故障出现：诸城市人民政府（页面结构变了）", "【年报】故障已恢复：诸城市人民政府（页面结构变了）"]
    assert "故障始于：2026-01-21 02:00" in hook.got[1][2]["message"]


def test_a_portal_that_blocks_many_pages_is_one_message_a_cause_and_one_when_they_can_be_read_again(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1)
    pages = [f"https://www.zhucheng.gov.cn/nb/t{number}.html" for number in range(5)]
    for page in pages:
        nights.archive.open_incident("blocked", "zhucheng", page, "status 403", nights.now)
    nights.archive.open_incident("layout_changed", "zhucheng", None, "no rows", nights.now)
    nights.archive.open_incident("blocked", "qingdao", None, "status 403", nights.now)
    assert [one.subject for one in previewed(nights, config)] == [one.subject for one in nights.tell(config)]
    assert [(body["sort"], body["count"]) for _, _, body in hook.got] == [("report", 5), ("event", 1), ("event", 1)]
    assert hook.got[0][2]["title"] == "【年报】故障出现：诸城市人民政府（被网站拦截）（5处）"
    assert [event["url"] for event in hook.got[0][2]["events"]] == pages
    nights.sleep()
    nights.archive.close_incidents("zhucheng", nights.now, kinds=["blocked"])
    assert [one.subject for one in nights.tell(config)] == ["【年报】故障已恢复：诸城市人民政府（被网站拦截）（5处）"]


def previewed(nights, config):
    return [message for message, _ in preview(nights.archive, config, nights.now - timedelta(hours=1))]


def test_a_digest_comes_once_a_day_at_its_hour_with_all_that_happened(nights, hook):
    config = subscribed(hook.url, when="digest", at="08:30")
    nights.filled(1, 2, 3)
    nights.crawl(nights.edited(1), nights.edited(2))  # 02:00 in China
    assert nights.tell(config) == []
    nights.sleep(hours=6, minutes=29)
    nights.crawl(nights.of(9))
    assert nights.tell(config) == []
    nights.sleep(minutes=1)
    assert [one.subject for one in nights.tell(config)] == ["【年报】每日简报：3条（数字改动2、新发布1）"]
    nights.sleep()
    assert nights.tell(config) == []


def test_quiet_hours_let_no_message_out_and_lose_none(nights, hook):
    config = subscribed(hook.url, quiet="22:00-07:00")
    nights.filled(1)
    nights.crawl(nights.edited(1))  # 02:00 in China
    assert nights.tell(config) == []
    nights.sleep(hours=4, minutes=59)
    assert nights.tell(config) == []
    nights.sleep(minutes=1)
    assert len(nights.tell(config)) == 1


def test_an_event_of_a_kind_without_a_table_is_told_once_though_it_is_noted_every_night(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1)
    overdue = Event(
        key="overdue 370782 2025 诸城市人民政府", kind=What.OVERDUE, time=nights.now, portal="zhucheng", adcode="370782", year=2025,
        issuer="诸城市人民政府", facts={"deadline": "2026-03-31", "days": 1},
    )  # fmt: skip
    assert alerts.note(nights.archive, [overdue]) == 1
    assert [one.subject for one in nights.tell(config)] == ["【年报】逾期未发布：诸城市人民政府（1天）"]
    nights.sleep()
    assert alerts.note(nights.archive, [replace(overdue, time=nights.now, facts={"deadline": "2026-03-31", "days": 2})]) == 0
    assert nights.tell(config) == []
    with pytest.raises(ValueError, match="gossip"):
        alerts.note(nights.archive, [replace(overdue, key="x", kind="gossip")])


def test_a_channel_without_its_variable_waits_with_that_error_and_holds_up_no_other(nights, hook):
    config = subscribed(hook.url, "slack://${TOKEN}")
    nights.filled(1)
    nights.crawl(nights.edited(1))
    told = nights.tell(config)
    assert sorted(one.state for one in told) == ["sent", "waiting"]
    assert next(one.error for one in told if one.error).endswith("environment variable TOKEN is not set")


def test_the_first_message_in_line_belongs_to_one_sender_until_it_dies_or_its_lease_ends(nights, hook):
    config = subscribed(hook.url)
    (one,) = subscriptions.of(config)
    nights.filled(1, 2)
    nights.crawl(nights.edited(1), nights.edited(2))
    match(nights.archive, one, nights.now)
    seal(nights.archive, one, Wording(None, None), nights.now, above=20)

    def claim(owner, *, dead=False, later=0):
        with writing(nights.archive.engine) as connection:
            lease = {"owner": owner, "lease": timedelta(minutes=5), "is_dead": lambda _: dead}
            return outbox.claim(connection, one.channels[0].key, nights.now + timedelta(minutes=later), **lease)

    first = claim("first")
    assert first is not None
    assert claim("second") is None  # nor the message behind it, which would overtake it
    assert claim("second", dead=True).id == first.id
    assert claim("third", later=6).id == first.id


SAID = {"level": FindingLevel.ERROR, "text": "总计 = 各项之和", "quotes": ("12", "13")}
OURS = Finding(rule="T3-B", blame=Blame.READER, detail="也许是我们读错了", **SAID)
THEIRS = Finding(rule="T3-A", blame=Blame.SOURCE, detail="12 ≠ 13", **SAID)
ANOTHER = replace(THEIRS, rule="T3-C", detail="7 ≠ 8")


def test_a_contradiction_is_told_once_and_what_may_be_our_misreading_never(nights, hook):
    config = subscribed(hook.url, what=["findings"])
    nights.filled(1)
    nights.crawl(nights.of(5, findings=(OURS, THEIRS)))
    assert len(nights.tell(config)) == 1
    ((_, _, body),) = hook.got
    assert [(event["rule"], event["detail"], event["quotes"]) for event in body["events"]] == [("T3-A", "12 ≠ 13", ["12", "13"])]
    assert body["events"][0]["url"] == "https://www.zhucheng.gov.cn/nb/t5.html"
    nights.sleep()
    nights.crawl(nights.of(5, findings=(OURS, THEIRS), text="改了一个字"))
    assert nights.tell(config) == []  # the new version says the same


def test_the_contradictions_of_one_report_are_one_message(nights, hook):
    config = subscribed(hook.url, what=["findings"])
    nights.filled(1)
    nights.crawl(nights.of(5, findings=(THEIRS, ANOTHER)), nights.of(6, findings=(THEIRS,)))
    subjects = ["【年报】自相矛盾：诸城市第5局2017年政府信息公开工作年度报告（2处）", "【年报】自相矛盾：诸城市第6局2017年政府信息公开工作年度报告"]
    assert [one.subject for one in nights.tell(config)] == subjects
    assert "12 ≠ 13" in hook.got[0][2]["message"]
    assert "7 ≠ 8" in hook.got[0][2]["message"]


def test_a_contradiction_between_reports_is_told_unless_a_better_comparison_sees_it_for_the_first_time(nights, hook):
    config = subscribed(hook.url, what=["findings"])
    nights.filled(1)
    (report,) = standing(nights.archive, figured=False)
    nights.archive.compared(report, [THEIRS], "1", nights.now)
    assert len(nights.tell(config)) == 1
    nights.archive.compared(report, [THEIRS, ANOTHER], "2", nights.now)
    assert nights.tell(config) == []
    nights.archive.compared(report, [], "2", nights.now)
    nights.archive.compared(report, [THEIRS], "2", nights.now)
    assert nights.tell(config) == []  # told before


def test_a_better_reader_tells_nobody_anything(nights, hook):
    config = subscribed(hook.url)
    nights.filled(1)
    nights.crawl(nights.of(5))
    assert len(nights.tell(config)) == 1
    nights.archive.file(nights.of(5, reader="2", findings=(THEIRS,), text="读得更好"), captures=[2], portal="zhucheng", at=nights.now)
    assert nights.tell(config) == []

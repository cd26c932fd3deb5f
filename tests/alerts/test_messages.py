"""What messages say, in both languages, whatever a portal wrote."""

from __future__ import annotations

import pytest

from crawler.errors import ConfigError
from scheduler.alerts.rendering import Wording
from storage import known
from storage.engine import reading
from tests.alerts.conftest import subscribed

HOSTILE = "=1+1 {{7*7}} ${7*7} %(x)s <script>alert(1)</script>\r\nBcc: all@example.org\r\n\r\nbody \u2028\u202e\x00\x1b[31m 年报"


def told(nights, language="zh", sort="event", **more):
    with reading(nights.archive.engine) as connection:
        found = known.after(connection, 0, 10_000)
    return Wording(more.get("folder"), more.get("public")).message(
        nights.archive, found[-1:] if sort == "event" else found, subscription="all", channel="c", language=language, sort=sort
    )


def test_a_hostile_title_is_one_line_of_text_everywhere(nights, hook, post):
    nights.filled(1)
    nights.crawl(nights.of(2, title=HOSTILE))
    assert [one.error for one in nights.tell(subscribed(hook.url, post.url))] == [None, None]
    ((raw, mail),) = post.mails
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert b"\nBcc" not in head
    assert mail["Bcc"] is None
    subject = str(mail["Subject"])
    assert "{{7*7}}" in subject
    assert "Bcc: all@example.org body" in subject
    assert not any(c in subject for c in "\r\n\u2028\u202e\x00\x1b")
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{7*7}}" in html
    assert "49" not in html + text
    ((_, _, body),) = hook.got
    assert "<script>alert(1)</script>" in body["message"]  # plain text is plain text
    assert not any(c in body["message"] for c in "\u2028\u202e\x00\x1b\r")


def test_a_title_of_16000_characters_leaves_a_subject_of_one_readable_line(nights):
    nights.filled(1)
    nights.crawl(nights.of(2, title="年报" * 8000))
    message = told(nights)
    assert len(message.subject) <= 180
    assert len(message.text) < 2000


def test_english_and_both_languages_say_the_same_figures(nights):
    nights.filled(1)
    nights.crawl(nights.edited(1))
    english, both = told(nights, "en"), told(nights, "both")
    assert english.subject == "[nianbao] Figures changed: 诸城市第1局2017年政府信息公开工作年度报告 (12 → 13)"
    assert "12 -> 13" in english.text
    assert "Where: 山东省潍坊市诸城市" in english.text
    assert both.subject.startswith("【年报】数字改动")
    assert "12 → 13" in both.text
    assert "12 -> 13" in both.text
    assert both.html.count("<table") == 2


def test_the_archives_address_makes_links_of_reports(nights):
    nights.filled(1)
    nights.crawl(nights.edited(1))
    message = told(nights, public="https://nianbao.example.org/")
    assert "https://nianbao.example.org/reports/1" in message.text
    assert '<a href="https://nianbao.example.org/reports/1">' in message.html
    assert "nianbao show" not in message.text


def test_an_address_that_is_no_web_address_is_never_a_link(nights):
    from storage.records import Event, What

    odd = Event(key="x", kind=What.OVERDUE, time=nights.now, title="甲", url="javascript:alert(1)")
    nights.archive.note([odd])
    message = told(nights)
    assert "javascript" not in message.text + message.html


def test_a_summary_counts_what_it_does_not_list(nights):
    nights.crawl(*(nights.of(number) for number in range(1, 71)))
    message = told(nights, "en", "summary")
    assert message.subject == "[nianbao] Summary: 70 (new 70)"
    assert "20 more are not listed here" in message.text
    assert "山东省潍坊市诸城市 70" in message.text


def test_the_same_events_make_the_same_key_and_others_another(nights):
    nights.filled(1, 2)
    assert told(nights).key == told(nights, "en").key
    first = told(nights).key
    nights.crawl(nights.edited(1))
    assert told(nights).key != first


def test_an_operators_template_takes_the_place_of_ours(nights, tmp_path):
    (tmp_path / "subject.zh.txt").write_text("{{ events[0].title }}!", encoding="utf-8")
    nights.filled(1)
    assert told(nights, folder=str(tmp_path)).subject == "诸城市第1局2017年政府信息公开工作年度报告!"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ events[0.title }}", "subject.zh.txt, line 1"),
        ("{{ nothing_of_that_name }}", "nothing_of_that_name"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ events.append(1) }}", "unsafe"),
        ("{% include '/etc/passwd' %}", "subject.zh.txt"),
    ],
)
def test_a_wrong_or_unsafe_template_is_refused_with_its_file_and_loses_nothing(nights, hook, tmp_path, text, said):
    (tmp_path / "subject.zh.txt").write_text(text, encoding="utf-8")
    nights.filled(1)
    nights.crawl(nights.edited(1))
    with pytest.raises(ConfigError, match=r"delivery\.templates") as caught:
        nights.tell(subscribed(hook.url, delivery={"templates": str(tmp_path)}))
    assert str(tmp_path / "subject.zh.txt") in str(caught.value)
    assert said in str(caught.value)
    assert hook.got == []
    assert len(nights.tell(subscribed(hook.url))) == 1


def test_a_wrong_template_does_not_hold_up_what_is_worded_already(nights, hook, tmp_path):
    nights.filled(1, 2)
    nights.crawl(nights.edited(1))
    hook.status = 500
    nights.tell(subscribed(hook.url))
    hook.status = 200
    nights.sleep(hours=1)
    nights.crawl(nights.edited(2))
    (tmp_path / "message.zh.html").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(ConfigError):
        nights.tell(subscribed(hook.url, delivery={"templates": str(tmp_path)}))
    assert len(hook.got) == 1


def test_a_folder_of_templates_that_is_missing_is_refused(nights):
    with pytest.raises(ConfigError, match="no such folder"):
        Wording("/nowhere", None)


def test_a_mirrors_copy_is_said_to_be_one(nights):
    from storage.records import Trust

    nights.filled(1)
    nights.crawl(nights.of(9, trust=Trust.MIRROR))
    assert "不代表发布机关" in told(nights).text

"""The account of a night: everything of it and of no other, and whatever portals write, a page that only shows."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from playwright.sync_api import sync_playwright

from crawler import browser
from crawler.config import Config
from crawler.config.watching import NightsSection
from scheduler import afterwards, sealing
from scheduler.accounts import keeping
from scheduler.accounts.gathering import account, last_night
from scheduler.accounts.page import page
from scheduler.accounts.text import text
from storage.records import Outcome
from tests.watching.conftest import EVENING, host

DAY = timedelta(days=1)
THE_20TH = date(2026, 1, 20)
HOSTILE = '<script>document.title="owned"</script>"\'><img src=x onerror="document.title=1">{{7*7}}\x1b[2J\u202e\u2028[red]年报'


def told(archive, night=THE_20TH, at=EVENING + DAY):
    return account(archive, night, at)


def test_the_sums_are_those_of_the_nights_runs_and_of_no_other_nights(night, archive):
    night.at = EVENING - DAY
    night.run("aa", requests=1000)
    night.at = EVENING
    night.run("aa", bytes=10, stages={"asking": 1.5, "reading": 0.5})
    night.run("bb", Outcome.DEGRADED, requests=6, stages={"asking": 2.0})
    night.at = EVENING + DAY
    night.run("aa", requests=1000)
    found = told(archive)
    assert (found.totals["requests"], found.totals["bytes"], found.portals) == (10, 2058, 2)
    assert found.outcomes == {"ok": 1, "degraded": 1}
    assert found.stages == {"asking": 3.5, "reading": 0.5}
    assert (found.first, found.last) == (EVENING, EVENING + timedelta(minutes=2))
    assert last_night(archive) == THE_20TH + DAY


def test_a_night_lasts_from_noon_to_noon_in_china(night, archive):
    noon = EVENING.replace(hour=4)  # 12:00 in China
    for at in (noon - timedelta(seconds=1), noon, noon + DAY - timedelta(seconds=1), noon + DAY):
        night.at = at
        night.run("aa")
    assert len(told(archive).crawls) == 2


def test_the_slowest_host_comes_first_and_hosts_of_several_runs_are_one(night, archive):
    night.run("aa", hosts={"fast.cn": host(10, 1.0, 0.3), "slow.cn": host(1, 9.0, 9.0, none=1)})
    night.run("bb", hosts={"fast.cn": host(10, 3.0, 2.5, **{"200": 4, "304": 6})})
    slow, fast = told(archive).hosts
    assert (slow.host, slow.mean, slow.slowest, slow.statuses) == ("slow.cn", 9.0, 9.0, {"none": 1})
    assert (fast.host, fast.requests, fast.mean, fast.slowest, fast.statuses) == ("fast.cn", 20, 0.2, 2.5, {"200": 14, "304": 6})


def test_runs_that_died_and_counted_nothing_make_the_sums_too_low_and_that_is_said(night, archive):
    night.archive.finish_run(night.run("aa", None), EVENING, Outcome.FAILED, {}, "the crawl process was killed by SIGKILL")
    night.run("bb")
    found = told(archive)
    assert (found.unmeasured, found.crawls[0].portal, found.crawls[0].seconds) == (1, "aa", None)
    assert "sums are too low" in text(found)
    assert "SIGKILL" in page(found)


def test_incidents_are_opened_closed_or_going_on_as_that_night_saw_them(night, archive):
    archive.open_incident("blocked", "aa", "https://aa.cn/", "fence", EVENING - 3 * DAY)
    archive.open_incident("tls", "aa", None, "old and over", EVENING - 3 * DAY)
    archive.close_incidents("aa", EVENING - 2 * DAY, kinds=["tls"])
    archive.open_incident("layout_changed", "bb", None, "no rows", EVENING - DAY)
    archive.close_incidents("bb", EVENING, kinds=["layout_changed"])
    archive.open_incident("unreachable", "cc", None, "timeout", EVENING)
    archive.open_incident("unreachable", "dd", None, "the night after", EVENING + DAY)
    assert [(trouble.state, trouble.kind) for trouble in told(archive).incidents] == [
        ("opened", "unreachable"), ("closed", "layout_changed"), ("going_on", "blocked")
    ]  # fmt: skip
    assert told(archive, THE_20TH - DAY).troubles == {"opened": 1, "going_on": 1}


def test_changes_lists_answers_and_the_ledgers_head_are_told(night, archive, tmp_path):
    run = night.run("zhucheng")
    night.list(run)
    night.file(run)
    sealing.seal(archive, Config.model_validate({"archive": {"heads": str(tmp_path / "heads.txt")}}), EVENING)
    found = told(archive)
    assert [(change.kind, change.year, change.portal) for change in found.changes] == [("new", 2017, "zhucheng")]
    assert sum(found.answers.values()) == 2
    assert found.head is not None
    assert found.head.startswith("2026-01-20 ")
    assert json.loads(json.dumps(found.told()))["changes"][0]["title"] == "诸城市2017年政府信息公开工作年度报告"


def test_a_night_nobody_crawled_in_has_an_account_that_says_so(archive):
    assert last_night(archive) is None
    assert "Nothing was crawled" in page(told(archive))
    assert "none crawled" in text(told(archive))


@pytest.mark.parametrize(
    "counts", [{"hosts": [1], "stages": "x"}, {"hosts": {"a": 3}, "stages": {"a": "b"}}, {"requests": "many", "hosts": {"a": {}}}]
)
def test_counts_of_an_imported_run_may_hold_anything(night, archive, counts):
    night.run("aa", **counts)
    page(told(archive))
    text(told(archive))


def hostile(night):
    night.run("aa", Outcome.FAILED, HOSTILE, name=HOSTILE, hosts={HOSTILE: host(2, 5.0)})
    run = night.run("bb")
    night.file(run, "bb", title=HOSTILE, url="https://www.bb.gov.cn/1.html")
    night.archive.open_incident("blocked", "aa", "javascript:document.title=2", HOSTILE, EVENING)
    return told(night.archive)


class Tags(HTMLParser):
    """What a page is made of."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def test_what_portals_write_is_text_and_never_a_tag_a_link_or_a_template(night):
    made = page(hostile(night))
    found = Tags(made)
    assert not found.tags & {"script", "img", "iframe", "object", "form", "link", "base"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert set(found.links) == {"https://www.bb.gov.cn/1.html"}
    assert "{{7*7}}" in made
    assert "&lt;script&gt;" in made
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028]", made)


def test_on_paper_or_in_a_pipe_no_words_steer_the_reader(night):
    made = text(hostile(night))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", made)
    assert "[red]年报" in made
    assert len([line for line in made.splitlines() if line.startswith(("aa ", "bb "))]) == 2


@pytest.mark.browser
def test_a_browser_shows_the_page_without_running_or_asking_for_anything(night, tmp_path):
    file = tmp_path / "night.html"
    file.write_text(page(hostile(night)), encoding="utf-8")
    complaints, asked = [], []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(Config()), args=["--no-sandbox"])
        shown = chromium.new_page(viewport={"width": 1100, "height": 800})
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(file.as_uri())
        assert shown.title() == "nianbao 2026-01-20"
        assert shown.locator("svg.bar rect:not(.all)").first.bounding_box()["width"] > 100
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shown.set_viewport_size({"width": 420, "height": 800})
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chromium.close()
    assert complaints == []
    assert asked == [file.as_uri()]


def test_accounts_are_kept_for_so_many_nights_and_other_files_stay(night, archive, tmp_path):
    mine = tmp_path / "nights" / "mine.html"
    for number in range(4):
        night.at = EVENING + number * DAY
        night.run("aa")
        keeping.keep(told(archive, THE_20TH + number * DAY), mine.parent, 2)
        mine.write_text("x")
    assert sorted(file.name for file in mine.parent.iterdir()) == [
        "mine.html", "night-2026-01-22.html", "night-2026-01-22.txt", "night-2026-01-23.html", "night-2026-01-23.txt"
    ]  # fmt: skip


def test_an_account_that_cannot_be_written_is_an_incident_until_one_is(night, archive, tmp_path):
    night.run("aa")
    blocked = tmp_path / "nights"
    blocked.write_text("a file")
    config = Config(nights=NightsSection(folder=blocked))
    evening = afterwards.Evening(archive=archive, config=config, portals={}, night=THE_20TH, at=EVENING)
    steps = [step for step in afterwards.STEPS if step[0] == "account"]
    (trouble,) = afterwards.run(evening, steps)
    assert "nianbao night --night 2026-01-20" in trouble
    assert told(archive).troubles == {"opened": 1}
    blocked.unlink()
    assert afterwards.run(evening, steps) == []
    assert told(archive).troubles == {"closed": 1}
    assert "2026-01-20" in (blocked / "night-2026-01-20.txt").read_text(encoding="utf-8")

"""The gate: the names of the saved answers are the expectation.

`blocked/<error>--<rule>--<what>` must be stopped by that rule, `passed/<what>` must pass. A `.html` file is the body of a 200 answer
to a request for a report, without headers. A `.http` file opens with what was asked for, `report|list|attachment URL [-> final URL]`,
followed by the answer: status line, headers, an empty line, the body.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.errors import KINDS, BadStatus, Blocked, CrawlError, SoftNotFound
from crawler.gate import RULES, check, judge, speaks_of_absence
from crawler.gate.absences import ABSENT
from crawler.gate.attributes import flood
from storage.records import Capture, Origin

GATE = Path(__file__).parent / "gate"
BLOCKED = sorted((GATE / "blocked").iterdir())
PASSED = sorted((GATE / "passed").iterdir())
ORIGIN = Origin(key="lincheng", name="临城市人民政府", adcode="370199", hosts=("*.lincheng.gov.cn",), family="trs")
PAGE = Capture(
    url="http://www.lincheng.gov.cn/zwgk/ndbg/202003/t20200320_1.html", status=200, body=b"", fetched_at=datetime(2026, 1, 20, 18, tzinfo=UTC)
)


def load(path: Path) -> tuple[Capture, str]:
    """The saved answer and what was expected of it."""
    raw = path.read_bytes()
    if path.suffix == ".html":
        return replace(PAGE, body=raw), "report"
    head, _, body = raw.partition(b"\n\n")
    asked, status, *headers = head.decode().split("\n")
    expected, url, *final = asked.replace(" -> ", " ").split(" ")
    pairs = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in headers))
    return replace(PAGE, url=url, final_url=final[0] if final else None, status=int(status.split(" ")[1]), headers=pairs, body=body), expected


@pytest.mark.parametrize("path", BLOCKED, ids=lambda path: path.name)
def test_an_answer_that_is_no_page_is_stopped_by_the_rule_its_name_says(path):
    capture, expected = load(path)
    error, rule, _ = path.stem.split("--")
    with pytest.raises(CrawlError) as caught:
        check(capture, expected=expected, origin=ORIGIN)
    assert (type(caught.value).__name__.lower(), caught.value.rule) == (error.replace("_", ""), rule), caught.value.detail
    assert caught.value.kind == KINDS.get(rule, error), "a challenge is a fence, and an incident of a kind of its own"
    assert caught.value.url == capture.url
    assert caught.value.detail


@pytest.mark.parametrize("path", PASSED, ids=lambda path: path.name)
def test_a_page_passes(path):
    capture, expected = load(path)
    assert judge(capture, expected=expected, origin=ORIGIN) is None


def test_every_rule_has_a_saved_answer():
    shown = {path.stem.split("--")[1] for path in BLOCKED}
    assert {rule.name for rule in RULES} - shown <= {"waf_anheng", "waf_wangsu", "waf_incapsula", "waf_akamai"}


def test_only_a_404_a_410_or_a_soft_404_speaks_of_absence():
    for path in BLOCKED:
        capture, expected = load(path)
        with pytest.raises(CrawlError) as caught:
            check(capture, expected=expected, origin=ORIGIN)
        rule = path.stem.split("--")[1]
        assert speaks_of_absence(caught.value) == (rule in ABSENT)
    assert not speaks_of_absence(Blocked("x", rule="http_403"))
    assert not speaks_of_absence(SoftNotFound("x", rule="stub"))
    assert speaks_of_absence(BadStatus("x", rule="http_404"))


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 1_000_000,
        b" " * 1_000_000,
        b"<a" * 500_000,
        b"<!--" * 250_000,
        b"<script>" * 125_000,
        b"<noscript>" * 100_000,
        b"<p " + b"a=1 " * 250_000,
        "访问请求被".encode() * 70_000,
        "您访问的页面".encode() * 60_000,
        b"<title>" + "请验证 ".encode() * 100_000,
        b"<p " + b'a="' * 300_000,
        b"<meta " * 200_000,
        b"<link rel=canonical " * 60_000,
        b'<link rel="canonical" href="http://[/">' + b"<a href=/x>" * 60,
        b"<script>" + b"document  cookie  location  " * 40_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_hostile_megabyte_is_judged_in_a_moment(body):
    started = time.perf_counter()
    for expected in ("report", "list", "attachment"):
        judge(replace(PAGE, body=body), expected=expected, origin=ORIGIN)
    assert time.perf_counter() - started < 3


FLOODS = {
    "plain": "<p " + "a " * 60_000 + ">",
    "no white space": "<p " + 'a="1"' * 60_000 + ">",
    "a bracket in a value every 400": "<p " + ("a " * 400 + 'b="<>" ') * 150 + ">",
    "behind a comment that looks like a value": '<!-- <a b=" --><p ' + "a " * 60_000 + 'c="">',
    "behind a text field that looks like a value": '<textarea><a b="</textarea><p ' + "a " * 60_000 + 'c="">',
    "behind a script that looks like a value": "<script>if(x<y){z='</script><p " + ("a " * 400 + "b=\"' x='\" ") * 150 + "'>",
    "a body that begins as JSON does": '{"rows": [1, 2, 3]} <p ' + "a " * 60_000 + ">",
}


@pytest.mark.parametrize("body", FLOODS.values(), ids=FLOODS)
@pytest.mark.parametrize("expected", ["list", "report"])
def test_a_flood_of_attributes_is_seen_wherever_the_tag_hides(body, expected):
    assert judge(replace(PAGE, body=body.encode()), expected=expected, origin=ORIGIN).rule == "flood"


@pytest.mark.parametrize("tag", ["<a/b=", "<a", '<a"', '<p a=">" b>', "<x y=\"'>", "<a b='\"> ", "<p a=' ", '<a b="<', '<a b==" '])
def test_broken_tags_are_counted_in_linear_time(tag):
    """A megabyte costs a fifth of a second to half of one; quadratic time would be minutes."""
    begun = time.process_time()
    flood(tag * (1_000_000 // len(tag)))
    flood("<a/b=" * 100_000 + " c=" + "x" * 500_000)
    assert time.process_time() - begun < 5


def test_many_attributes_on_many_tags_are_no_flood():
    image = "data:image/png;base64," + "iVBORw0KGgo/" * 20_000
    assert flood('<td style=\'font:"宋体"\' class="a > b" width = 50%><img src=\'' + image + "'>" * 5_000) is None


def test_a_page_of_50_kilobytes_is_judged_in_milliseconds():
    capture, _ = load(GATE / "passed" / "report_about_the_404_page_and_maintenance.html")
    body = capture.body.replace(b"</p>", b"</p>" + "<p class=MsoNormal><span>全年公开信息6214条。</span></p>".encode() * 80)
    assert 50_000 < len(body) < 120_000
    judge(replace(capture, body=body))
    started = time.perf_counter()
    for _ in range(20):
        judge(replace(capture, body=body), origin=ORIGIN)
    assert (time.perf_counter() - started) / 20 < 0.02  # about 2 ms on an idle machine


@pytest.mark.corpus
def test_every_real_page_passes_but_the_home_page_served_for_a_script(shared):
    judged = {}
    for path in sorted((shared / "pages").iterdir()):
        if path.suffix in {".tsv", ".json", ".csv"} or path.name.startswith("unknown--"):  # the last is no page but a sample of junk
            continue
        listed = path.suffix == ".xml" or "list" in path.name or "debug_page" in path.name
        verdict = judge(replace(PAGE, body=path.read_bytes()), expected="list" if listed else "report")
        if verdict is not None:
            judged[path.name] = verdict.rule
    assert judged == {"job--stat.php": "home_page"}


@pytest.mark.corpus
def test_every_seed_passes(shared):
    seeds = sorted((shared / "seeds").glob("*.txt"))
    assert seeds
    assert [path.name for path in seeds if judge(replace(PAGE, body=path.read_bytes())) is not None] == []

"""Hostile portals, each on a loopback address of its own, all crawled side by side by one process: what is kept, refused, retried and reported."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request

from crawler import fetching
from crawler.config import Config
from crawler.errors import LayoutChanged
from crawler.fetching import Answer, Fetcher
from crawler.runs import ArchivingSpider
from storage import queries
from storage.archive import Archive
from storage.records import Capture
from tests.portal_site import Reply, Site, archive_of, column, crawl, portal_file, report

YEARS = range(2012, 2016)


def first(n, sick: Reply, well: Reply):
    """The first n answers to a path are sick."""
    left = {}

    def answer(site, path, headers):
        left[path] = left.get(path, n) - 1
        return sick if left[path] >= 0 else well

    return answer


def webshield(site, path, headers):
    """诸城's WAF: 302 to the same page with a token and a cookie, 302 back, then the page."""
    page = path.split("?")[0]
    if "shield=1" in headers.get("cookie", ""):
        pages = {"/nb/": Reply(column(YEARS)), "/robots.txt": refuse("User-agent: *", "Disallow:")}
        return pages.get(page) or Reply(report(int(page[5:9])))
    if "WebShieldDRSessionVerify" in path:
        return Reply(status=302, headers=[("Location", page), ("Set-Cookie", "shield=1; path=/")])
    return Reply(status=302, headers=[("Location", f"{page}?WebShieldDRSessionVerify=Ab3dEf6hIj9kLm2nOp5q")])


def refuse(*robots):
    return Reply("\n".join(robots), content_type="text/plain")


@dataclass
class Night:
    """What the crawl left behind."""

    folder: Path
    archive: Archive
    sites: dict[str, Site]
    canary: Site
    log: str

    def run(self, key):
        return queries.runs(self.archive, portal=key)[0]

    def incidents(self, key):
        return [(row["kind"], row["url"], row["detail"]) for row in queries.incidents(self.archive, open=True) if row["portal"] == key]

    def captures(self, key):
        with sqlite3.connect(self.folder / "a.sqlite3") as db:
            return db.execute("select url, status, final_url from captures where portal = ? order by id", [key]).fetchall()

    def reports(self, key):
        """Years of the pages that were read and filed; the report itself is one, whichever of the portals showed it first."""
        with sqlite3.connect(self.folder / "a.sqlite3") as db:
            done = db.execute("select url from frontier where portal = ? and state = 'done'", [key]).fetchall()
        return sorted(int(url.split("/t")[-1][:4]) for (url,) in done)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    sites: dict[str, Site] = {}
    canary = Site("127.0.9.9")
    canary.anything = lambda *_: Reply("<html><body>CANARY-SECRET</body></html>")

    def site(key, **keys):
        made = sites[key] = Site(f"127.0.1.{len(sites) + 1}")
        archive_of(made, YEARS)
        portal_file(folder / "portals", made, key, **keys)
        return made

    site("well")

    made = site("truncated")
    for year in YEARS:
        whole = gzip.compress(report(year).encode())
        coded = [("Content-Encoding", "gzip")]
        made.answers[f"/nb/t{year}.html"] = first(1, Reply(whole[: len(whole) // 2], headers=coded), Reply(whole, headers=coded))
    made = site("cut")
    page = report(2012)
    made.answers["/nb/t2012.html"] = first(1, Reply(page[: len(page) // 2], length=False), Reply(page, length=False))

    made = site("lossy")
    page = report(2012).encode()
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    losses = [
        whole + b"Content-Length: %d\r\n\r\n" % len(page) + page[:600],
        whole + b"Transfer-Encoding: chunked\r\n\r\n258\r\n" + page[:600] + b"\r\n",
        b"",
        b"ICY 200\r\n\r\n" + page,
    ]
    for year, loss in zip(YEARS, losses, strict=True):
        made.answers[f"/nb/t{year}.html"] = first(1, Reply(raw=loss), Reply(report(year)))
    made = site("dripping")
    made.answers["/nb/t2012.html"] = Reply(raw=whole + b"Content-Length: 9999\r\n\r\n" + b"x" * 9999, pause=0.2)
    made = site("trickling")
    made.answers["/nb/t2012.html"] = Reply(raw=whole, pause=0.2)

    made = site("bomb")
    made.answers["/nb/t2012.html"] = Reply(gzip.compress(b" " * 2**24), headers=[("Content-Encoding", "gzip")])
    made.answers["/nb/t2013.html"] = Reply(b"x" * 2**22)

    made = site("flapping")
    for year in YEARS:
        made.answers[f"/nb/t{year}.html"] = first(2, Reply("<html><body>500</body></html>", 500), Reply(report(year)))
    made = site("limited")
    made.answers["/nb/t2015.html"] = first(1, Reply("", 429, headers=[("Retry-After", "1")]), Reply(report(2015)))
    made = site("absurd")
    made.answers["/nb/t2014.html"] = Reply("", 429, headers=[("Retry-After", "86400")])

    made = site("fenced")
    made.answers["/nb/"] = Reply(column(range(1990, 2015)))
    made.anything = lambda *_: Reply("<html><body>403</body></html>", 403)
    for year in YEARS:
        del made.answers[f"/nb/t{year}.html"]
    made = site("down")
    made.answers["/nb/"] = Reply("<html><body>Bad Gateway</body></html>", 502)

    made = site("shielded")
    made.answers.clear()
    made.anything = webshield
    made = site("looping")
    made.answers["/nb/t2012.html"] = Reply(status=302, headers=[("Location", "/nb/t2012.html")])

    made = site("misled")
    for year, status in zip(YEARS, (300, 304, 302, 308), strict=True):
        made.answers[f"/nb/t{year}.html"] = Reply("", status, headers=[("Location", "http://[::1")])

    made = site("escaping")
    ways = [
        f"{canary.url}/a",
        f"//127.0.9.9:{canary.port}/b",
        f"http://2130708745:{canary.port}/c",
        f"http://0x7f.0.9.9:{canary.port}/d",
        f"http://[::ffff:127.0.9.9]:{canary.port}/e",
        f"http://{made.host}@127.0.9.9:{canary.port}/f",
        f"http://127.0.9.9:{canary.port}\\@{made.host}/g",
        "file:///etc/passwd",
        "",
        "http://",
        "http://[::1",
        "\xff\xfe",
    ]
    made.answers["/nb/"] = Reply(column(range(1990, 1990 + len(ways)), tail=f'<a href="{canary.url}/nb/2.html">下一页</a>'))
    for number, way in enumerate(ways):
        made.answers[f"/nb/t{1990 + number}.html"] = Reply("<html><body>moved</body></html>", 302, headers=[("Location", way)])
    made.answers["/nb/t1990.html"] = Reply(f'<html><head><meta http-equiv="refresh" content="0;url={canary.url}/m"></head><body>{report(1990)[100:]}')

    made = site("forbidding")
    made.answers["/robots.txt"] = refuse("User-agent: *", "Disallow: /nb/t2013", "Disallow: /nb/t2014")
    made = site("slow")
    made.answers["/robots.txt"] = refuse("User-agent: *", "Crawl-delay: 0.4")
    made = site("slowest")
    made.answers["/robots.txt"] = refuse("User-agent: *", "Crawl-delay: 86400")
    made = site("robotless")
    made.answers["/robots.txt"] = Reply("<html><body>首页 Disallow: /</body></html>")
    made = site("robots5xx")
    made.answers["/robots.txt"] = Reply("", 503)
    made = site("dead")
    (folder / "portals" / "dead.yaml").unlink()
    portal_file(folder / "portals", made, "dead", start=[f"{made.url}/nb/", f"{made.url}/nb/2/", f"{made.url}/nb/3/", f"{made.url}/nb/4/"])
    made.close()
    made = site("robotshuge")
    made.answers["/robots.txt"] = refuse("User-agent: *", "Disallow: /nb/t2013", "# " + "x" * 2**20, "Disallow: /")

    # two portals of one host
    shared = site("twin")
    portal_file(folder / "portals", shared, "othertwin", start=[f"{shared.url}/nb/"])

    began = time.monotonic()
    log = crawl(folder, *sites, "othertwin", crawl__portals_at_once=30, crawl__page_limit=2**20, crawl__retry_after_limit=60, crawl__timeout=3.0)
    assert time.monotonic() - began < 80
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}", create=False) as archive:
        yield Night(folder, archive, sites, canary, log)
    for made in [*sites.values(), canary]:
        made.close()


def test_a_portal_that_behaves_gives_an_ok_run_with_all_its_reports(night):
    run = night.run("well")
    assert run["state"] == "ok"
    assert night.reports("well") == list(YEARS)
    assert run["counts"].pop("milliseconds") > 0
    (asked,) = run["counts"].pop("hosts").values()
    assert (asked["requests"], asked["bytes"]) == (6, run["counts"]["bytes"])
    assert sum(run["counts"].pop("stages").values()) > 0
    assert run["counts"] | {"bytes": 0, "new": 0, "changed": 0} == {
        "requests": 6, "not_modified": 0, "bytes": 0, "candidates": 4, "captures": 6, "new": 0, "changed": 0, "absent": 0, "incidents": 0,
        "listings": 1, "columns_unread": 0, "newest_year_missing": 0, "whole": 1,
    }  # fmt: skip


def test_every_answer_is_kept_robots_and_redirects_and_errors_too(night):
    assert [(url.removeprefix(night.sites["well"].url), status) for url, status, _ in night.captures("well")][:2] == [
        ("/robots.txt", 404),
        ("/nb/", 200),
    ]
    assert 302 in {status for _, status, _ in night.captures("shielded")}
    assert {status for _, status, _ in night.captures("fenced")} == {200, 403}
    assert 500 in {status for _, status, _ in night.captures("flapping")}
    assert 429 in {status for _, status, _ in night.captures("limited")}


@pytest.mark.parametrize("key", ["truncated", "cut", "lossy", "flapping", "limited", "shielded", "slow", "robotless"])
def test_what_passes_by_waiting_heals_within_the_run(night, key):
    assert night.reports(key) == list(YEARS)
    assert night.run(key)["state"] == "ok", night.incidents(key)


def test_a_page_cut_short_is_never_kept_as_a_page(night):
    with sqlite3.connect(night.folder / "a.sqlite3") as db:
        pages = db.execute("select c.id from captures c where c.portal in ('truncated', 'cut') and c.url like '%/t20%'").fetchall()
    assert len(pages) == 2 * len(YEARS)
    for (number,) in pages:
        assert night.archive.capture(number).body.endswith(b"</html>")
    assert not [url for url, status, _ in night.captures("lossy") if status != 200 and "/t20" in url]


def test_the_coded_bytes_are_on_record_beside_the_page(night):
    with sqlite3.connect(night.folder / "a.sqlite3") as db:
        wire = db.execute("select wire_sha256, wire_bytes, sha256 from captures where portal = 'truncated' and url like '%/t20%'").fetchall()
    assert all(sha and size and sha != body for sha, size, body in wire)


@pytest.mark.parametrize("key", ["dripping", "trickling"])
def test_a_page_that_drips_ends_at_the_total_deadline(night, key):
    assert [(kind, detail.split(":")[0]) for kind, _, detail in night.incidents(key)] == [("unreachable", "timeout")]
    assert night.reports(key) == [2013, 2014, 2015]


def test_too_many_bytes_are_an_incident_and_the_other_pages_go_on(night):
    assert [kind for kind, *_ in night.incidents("bomb")] == ["too_large", "too_large"]
    assert night.reports("bomb") == [2014, 2015]
    assert night.run("bomb")["state"] == "degraded"


def test_retry_after_is_waited_for_to_the_second(night):
    asked = [seen for seen in night.sites["limited"].seen if seen.path == "/nb/t2015.html"]
    assert asked[1].began - asked[0].ended >= 0.99
    between = [seen for seen in night.sites["limited"].seen if asked[0].ended < seen.began < asked[1].began]
    assert between == []


def test_an_absurd_retry_after_ends_the_portals_night_with_an_incident(night):
    assert night.run("absurd")["state"] == "degraded"
    assert {kind for kind, *_ in night.incidents("absurd")} == {"blocked"}
    assert night.sites["absurd"].paths() == ["/nb/", "/nb/t2015.html", "/nb/t2014.html"]


def test_a_fence_is_knocked_at_a_few_times_and_not_a_hundred(night):
    assert "blocked" in {kind for kind, *_ in night.incidents("fenced")}
    assert len(night.sites["fenced"].paths()) <= 1 + 3 * 3
    assert night.run("fenced")["state"] == "degraded"


def test_a_run_without_a_list_page_is_failed(night):
    assert night.run("down")["state"] == "failed"
    assert [kind for kind, *_ in night.incidents("down")] == ["bad_status"]


def test_the_wafs_dance_leaves_no_token_in_any_address(night):
    assert not any("WebShield" in url or "WebShield" in (final or "") for url, _, final in night.captures("shielded"))


def test_a_redirect_loop_ends(night):
    assert night.sites["looping"].paths().count("/nb/t2012.html") <= 6
    assert [(kind, detail.split(":")[0]) for kind, _, detail in night.incidents("looping")] == [("bad_status", "redirects")]


def test_a_location_that_is_no_address_costs_its_page_and_not_the_run(night):
    assert night.run("misled")["state"] == "degraded"
    assert {(kind, detail.split(":")[0]) for kind, _, detail in night.incidents("misled")} == {("bad_status", "location")}


def test_nothing_leads_out_of_the_portals_hosts(night):
    assert night.canary.seen == []
    assert {kind for kind, *_ in night.incidents("escaping")} >= {"out_of_scope"}
    assert len([1 for kind, *_ in night.incidents("escaping") if kind == "out_of_scope"]) >= 7
    assert "root:x:0" not in night.log


def test_robots_txt_is_obeyed(night):
    assert "/nb/t2013.html" not in night.sites["forbidding"].paths()
    assert night.reports("forbidding") == [2012, 2015]
    assert {kind for kind, *_ in night.incidents("forbidding")} == {"disallowed"}


def test_crawl_delay_is_kept_to_the_second(night):
    begins = [seen.began for seen in night.sites["slow"].seen]
    assert min(later - earlier for earlier, later in pairwise(begins)) >= 0.399


def test_a_host_whose_crawl_delay_no_night_has_room_for_is_left_alone_with_an_incident_that_names_the_line(night):
    site = night.sites["slowest"]
    assert [seen.path for seen in site.seen] == ["/robots.txt"]
    ((kind, _, detail),) = night.incidents("slowest")
    assert kind == "blocked"
    assert "(Crawl-delay: 86400)" in detail
    assert night.run("slowest")["state"] == "failed"


def test_a_robots_txt_that_cannot_be_had_forbids_everything(night):
    assert night.sites["robots5xx"].paths() == []
    assert night.run("robots5xx")["state"] == "failed"
    assert "disallowed" in {kind for kind, *_ in night.incidents("robots5xx")}


@pytest.mark.parametrize(("key", "kind"), [("dead", "unreachable"), ("robots5xx", "disallowed")])
def test_a_host_that_says_nothing_is_one_incident_of_a_failed_run(night, key, kind):
    site = night.sites[key]
    ((found, url, detail),) = night.incidents(key)
    assert (found, url) == (kind, f"{site.url}/")
    assert detail.startswith("left alone for this run: robots.txt cannot be had: ")
    assert night.run(key)["state"] == "failed"


def test_of_a_huge_robots_txt_the_first_part_counts(night):
    assert night.reports("robotshuge") in ([], [2012, 2014, 2015])
    assert night.run("robotshuge")["state"] in {"degraded", "failed"}


def test_one_request_at_a_time_to_a_host_even_for_two_portals(night):
    assert all(site.most_at_once == 1 for key, site in night.sites.items() if key != "dead")
    assert night.run("othertwin")["state"] == "ok"


def test_a_page_that_breaks_the_gate_costs_itself_and_not_the_run(monkeypatch):
    async def download(crawler, request):
        return Answer(id=7, capture=Capture(url=request.url, status=200, body=b"<html>", fetched_at=datetime(2026, 1, 20, tzinfo=UTC)))

    def check(*_, **__):
        raise RecursionError("what nobody thought of")

    monkeypatch.setattr(fetching, "download", download)
    monkeypatch.setattr(fetching.gate, "check", check)
    spider = ArchivingSpider(name="toy")
    spider.run = SimpleNamespace(config=Config(), counts=Counter(), origin=None, recovered=lambda **_: None)
    with pytest.raises(LayoutChanged, match="the gate broke: RecursionError") as caught:
        asyncio.run(Fetcher(SimpleNamespace(spider=spider)).fetch(Request("http://lijiang.example/nb/"), expected="list"))
    assert (caught.value.rule, caught.value.url, caught.value.capture) == ("gate", "http://lijiang.example/nb/", 7)

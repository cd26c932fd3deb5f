"""Nights of one portal: what a crawl asks for, what the archive learns, and how a run ends when something is wrong."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from storage import queries
from storage.archive import Archive
from tests.portal_site import PROJECT, Reply, Site, archive_of, column, crawl, portal_file, report

YEARS = range(2012, 2018)
FIRST, SECOND, THIRD, LATER = (f"2026-01-{day}T18:00:00+00:00" for day in (20, 21, 22, 30))


class Portal:
    """A portal, its archive, and the nights."""

    def __init__(self, folder, site):
        self.folder = folder
        self.site = site

    def night(self, now, **settings):
        """Crawl; returns the run, and what was asked for."""
        self.site.seen.clear()
        self.log = crawl(self.folder, now=now, **settings)
        return self.query(queries.runs)[0], self.site.paths()

    def query(self, question, **keys):
        with Archive.open(f"sqlite:///{self.folder / 'a.sqlite3'}", create=False) as archive:
            return question(archive, **keys)

    def changes(self):
        return Counter(change["kind"] for change in self.query(queries.changes))

    def incidents(self):
        return sorted(row["kind"] for row in self.query(queries.incidents, open=True))


@pytest.fixture
def portal(tmp_path):
    site = Site()
    archive_of(site, YEARS)
    portal_file(tmp_path / "portals", site)
    yield Portal(tmp_path, site)
    site.close()


def with_validators(year, count=1000):
    """A report whose server knows conditional requests."""
    tag = f'W/"{year}-{count}"'

    def answer(site, path, headers):
        validators = [("ETag", tag), ("Last-Modified", "Tue, 29 Mar 2016 08:00:00 GMT")]
        if headers.get("if-none-match") == tag:
            return Reply(status=304, headers=validators)
        return Reply(report(year, count), headers=validators)

    return answer


def test_a_quiet_night_asks_for_one_page_and_an_edit_is_found_when_known_pages_are_due(portal):
    for year in YEARS:
        portal.site.answers[f"/nb/t{year}.html"] = with_validators(year)
    run, asked = portal.night(FIRST)
    assert (run["state"], run["counts"]["new"]) == ("ok", len(YEARS))
    assert asked == ["/nb/", *(f"/nb/t{year}.html" for year in reversed(YEARS))]

    run, asked = portal.night(SECOND)
    assert (run["state"], asked) == ("ok", ["/nb/"])

    portal.site.answers["/nb/t2014.html"] = with_validators(2014, count=1001)
    run, asked = portal.night(LATER)
    assert run["state"] == "ok"
    assert len(asked) == 1 + len(YEARS)
    assert run["counts"]["not_modified"] == len(YEARS) - 1
    assert run["counts"]["changed"] == 1
    known = next(seen for seen in portal.site.seen if seen.path == "/nb/t2014.html")
    assert known.headers["if-none-match"] == 'W/"2014-1000"'
    assert known.headers["if-modified-since"] == "Tue, 29 Mar 2016 08:00:00 GMT"
    assert portal.changes() == {"new": len(YEARS), "figures_changed": 1}

    run, asked = portal.night(LATER, full=True)
    assert len(asked) == 1 + len(YEARS)
    assert not [seen for seen in portal.site.seen if "if-none-match" in seen.headers]
    assert run["counts"]["not_modified"] == run["counts"]["changed"] == 0


def test_a_report_gone_from_list_and_address_is_missing_and_one_gone_from_the_list_alone_is_not(portal):
    portal.night(FIRST)
    portal.site.answers["/nb/"] = Reply(column([year for year in YEARS if year not in {2013, 2015}]))
    del portal.site.answers["/nb/t2013.html"]
    run, asked = portal.night(SECOND)
    assert asked[0] == "/nb/"
    assert Counter(asked[1:]) == {"/nb/t2013.html": 2, "/nb/t2015.html": 1}
    assert portal.changes() == {"new": len(YEARS), "missing": 1}
    assert run["state"] == "ok"
    portal.night(THIRD)
    assert portal.changes() == {"new": len(YEARS), "missing": 1}

    archive_of(portal.site, YEARS)
    portal.night(LATER)
    assert portal.changes() == {"new": len(YEARS), "missing": 1, "restored": 1}
    assert portal.incidents() == []


def test_a_redesigned_list_is_an_incident_and_nothing_is_called_missing(portal):
    portal.night(FIRST)
    portal.site.answers["/nb/"] = Reply(column(YEARS).replace('class="news"', 'class="list2026"'))
    run, asked = portal.night(SECOND)
    assert (run["state"], asked, portal.incidents()) == ("failed", ["/nb/"], ["layout_changed"])
    assert set(portal.changes()) == {"new"}
    portal.site.answers["/nb/"] = Reply(column([*YEARS, 2018]))
    portal.site.answers["/nb/t2018.html"] = Reply(report(2018))
    run, asked = portal.night(THIRD)
    assert (run["state"], portal.incidents()) == ("ok", [])
    assert asked == ["/nb/", "/nb/t2018.html"]


def test_a_blank_list_and_a_moved_column_are_incidents(portal):
    portal.site.answers["/nb/"] = Reply("<html><body>404 Not Found</body></html>", 404)
    run, _ = portal.night(FIRST)
    assert (run["state"], portal.incidents()) == ("failed", ["column_moved"])


def test_expectations_that_fail_degrade_the_run_until_they_are_met(portal):
    portal_file(portal.folder / "portals", portal.site, expect={"candidates": 10, "newest_year": -2})
    run, _ = portal.night(FIRST)
    assert run["state"] == "degraded"
    assert portal.incidents() == ["newest_year_missing", "too_few_candidates"]
    archive_of(portal.site, range(2012, 2025))
    run, _ = portal.night(SECOND)
    assert (run["state"], portal.incidents()) == ("ok", [])


def test_year_directories_are_followed_and_a_column_of_directories_alone_has_no_rows_to_miss(portal):
    portal_file(portal.folder / "portals", portal.site, listing={"row": "ul.news li", "follow": "^\\d{4}年$"})
    years = "".join(f'<a href="/nb/{year}/">{year}年</a>' for year in YEARS)
    portal.site.answers = {"/nb/": Reply(f"<html><body><h2>政府信息公开年报</h2><div>{years}</div>{'<p>公开年报</p>' * 40}</body></html>")}
    for year in YEARS:
        portal.site.answers[f"/nb/{year}/"] = Reply(column([year], folder="./", tail=f'<div><a href="/nb/">返回</a>{years}</div>'))
        portal.site.answers[f"/nb/{year}/t{year}.html"] = Reply(report(year))
    run, asked = portal.night(FIRST)
    assert run["counts"]["new"] == len(YEARS), portal.log[-3000:]
    assert Counter(asked).most_common(1)[0][1] == 1
    assert run["state"] == "ok"


@pytest.mark.parametrize("how", ["repeats", "empties", "goes on"])
def test_paging_ends_though_the_pager_does_not(portal, how):
    def page(site, path, headers):
        number = int(path.split("_")[-1].split(".")[0]) if "_" in path else 0
        rows = {"repeats": YEARS, "empties": YEARS if number == 0 else (), "goes on": [1000 + number]}[how]
        return Reply(column(rows, tail=f'<p>{"政府信息公开年报 " * 40}</p><a href="/nb/index_{number + 1}.html">下一页</a>'))

    portal.site.anything = page
    del portal.site.answers["/nb/"]
    run, asked = portal.night(FIRST, crawl__list_pages=5)
    pages = [path for path in asked if path.startswith("/nb/index") or path == "/nb/"]
    assert len(pages) == (5 if how == "goes on" else 2)
    assert ("layout_changed" in portal.incidents()) == (how == "goes on")


def test_links_without_end_stay_within_the_limit_of_requests(portal):
    portal.site.answers["/nb/"] = Reply(column(range(1000, 1400)))
    portal.site.anything = lambda *_: Reply(report(2012))
    run, asked = portal.night(FIRST, crawl__requests_limit=20)
    assert len(portal.site.seen) == 20
    assert (run["state"], portal.incidents()) == ("degraded", ["requests_limit"])


def test_a_spider_that_breaks_gives_a_failed_run_and_a_family_that_breaks_an_incident(portal):
    odd = "from spiders.{module} import {name}\n"
    script = portal.folder / "broken.py"
    for module, name, method, state in (("base", "PortalSpider", "compare", "failed"), ("families.static", "Static", "next", "failed")):
        script.write_text(
            odd.format(module=module, name=name)
            + f"def broken(*_): raise RuntimeError('no such luck')\n{name}.{method} = broken\n"
            + "from crawler.config import load\nfrom spiders.crawl import crawl\n"
            + f"crawl(['toy'], load(overrides={{'archive.url': 'sqlite:///{portal.folder}/a.sqlite3', 'crawl.delay': 0.0,\n"
            + f"'crawl.allow_private_hosts': True, 'portals.paths': ['{portal.folder}/portals']}})) if __name__ == '__main__' else None\n"
        )
        subprocess.run([sys.executable, script], env={"PYTHONPATH": str(PROJECT)}, check=True, timeout=60, capture_output=True)
        run = portal.query(queries.runs)[0]
        assert run["state"] == state
        assert run["detail"]
    assert portal.incidents() == ["layout_changed"]


def test_plain_scrapy_lists_and_crawls_the_portals(portal):
    environ = {
        "NIANBAO_PORTALS__PATHS": str(portal.folder / "portals"),
        "NIANBAO_ARCHIVE__URL": f"sqlite:///{portal.folder / 'a.sqlite3'}",
        "NIANBAO_CRAWL__DELAY": "0",
        "NIANBAO_CRAWL__ALLOW_PRIVATE_HOSTS": "true",
    }

    def scrapy(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments], cwd=PROJECT, env=environ, check=True, timeout=60, capture_output=True, text=True
        )

    assert scrapy("list").stdout.split() == ["toy"]
    scrapy("crawl", "toy")
    assert portal.query(queries.runs)[0]["state"] == "ok"
    assert portal.changes() == {"new": len(YEARS)}


def test_private_addresses_are_refused_by_default(portal):
    run, asked = portal.night(FIRST, crawl__allow_private_hosts=False)
    assert portal.site.seen == []
    assert run["state"] == "failed"
    assert portal.incidents() == ["disallowed"]
    assert "no public address" in portal.log

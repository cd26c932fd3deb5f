"""Four nights of many portals, side by side in one process a night: what is asked for, what the archive learns, and how a run ends when something
is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import yaml
from sqlalchemy import select, update

from crawler.errors import ConfigError
from crawler.reading import READER
from spiders.catalogue import Catalogue, portals, spider
from storage import queries
from storage.archive import Archive
from storage.engine import reading, writing
from storage.schema import readings, reports
from tests.portal_site import PROJECT, Reply, Site, archive_of, column, crawl, portal_file, report

YEARS = range(2012, 2018)
NIGHTS = [f"2026-01-{day}T18:00:00+00:00" for day in (20, 21, 22, 30)]  # known pages are due again after seven days
LIST_PAGES, REQUESTS = 5, 40

# Counties of 潍坊: each portal its own, since a report is the same report on whichever portal it stands.
CITIES = {
    "370702": "潍城区", "370703": "寒亭区", "370704": "坊子区", "370705": "奎文区", "370724": "临朐县", "370725": "昌乐县", "370781": "青州市",
    "370782": "诸城市", "370783": "寿光市", "370784": "安丘市", "370785": "高密市", "370786": "昌邑市",
}  # fmt: skip


@dataclass
class Night:
    """What one night did to one portal."""

    run: dict
    asked: list[str]
    headers: dict[str, dict[str, str]]
    changes: Counter[str]
    incidents: list[str]

    @property
    def state(self) -> str:
        return self.run["state"]

    @property
    def counts(self) -> dict[str, int]:
        return self.run["counts"]


@dataclass
class Portal:
    """A portal with what happens to it before each night, and what came of it."""

    key: str
    site: Site
    keys: dict = field(default_factory=dict)
    before: dict[int, Callable[[Site], object]] = field(default_factory=dict)
    nights: list[Night] = field(default_factory=list)


PORTALS: dict[str, tuple[dict, dict[int, Callable[[Site], object]]]] = {}


def scene(key: str, before: dict[int, Callable[[Site], object]], **keys) -> None:
    """Add a portal and its life."""
    PORTALS[key] = (keys, before)


def show(years, **how):
    return lambda site: site.answers.update({"/nb/": Reply(column(years, city=site.city, **how))})


def together(*steps):
    return lambda site: [step(site) for step in steps]


def tagged(year, count=1000):
    """A report whose server knows conditional requests."""
    tag = f'W/"{year}-{count}"'

    def answer(site, path, headers):
        validators = [("ETag", tag), ("Last-Modified", "Tue, 29 Mar 2016 08:00:00 GMT")]
        if headers.get("if-none-match") == tag:
            return Reply(status=304, headers=validators)
        return Reply(report(year, count, site.city), headers=validators)

    return answer


def edit(year, count):
    return lambda site: site.answers.update({f"/nb/t{year}.html": tagged(year, count)})


scene("edited", {0: together(*(edit(year, 1000) for year in YEARS)), 3: edit(2014, 1001)})

scene(
    "gone",
    {
        1: together(show([year for year in YEARS if year not in {2013, 2015}]), lambda site: site.answers.pop("/nb/t2013.html")),
        3: lambda site: archive_of(site, YEARS),
    },
)

scene(
    "redesigned",
    {
        1: lambda site: site.answers.update({"/nb/": Reply(column(YEARS, city=site.city).replace('class="news"', 'class="list2026"'))}),
        2: lambda site: archive_of(site, range(2012, 2019)),
    },
)

scene("moved", {0: lambda site: site.answers.update({"/nb/": Reply("<html><body>404 Not Found</body></html>", 404)})})

scene("poor", {1: lambda site: archive_of(site, range(2012, 2025))}, expect={"candidates": 10, "newest_year": -2})


def directories(site):
    years = "".join(f'<a href="/nb/{year}/">{year}年</a>' for year in YEARS)
    site.answers = {"/nb/": Reply(f"<html><body><h2>政府信息公开年报</h2><div>{years}</div>{'<p>公开年报</p>' * 40}</body></html>")}
    for year in YEARS:
        back = f'<div><a href="/nb/">返回</a>{years}</div>'
        site.answers[f"/nb/{year}/"] = Reply(column([year], folder="./", tail=back, city=site.city))
        site.answers[f"/nb/{year}/t{year}.html"] = Reply(report(year, city=site.city))


scene("directories", {0: directories}, listing={"row": "ul.news li", "follow": "^\\d{4}年$"})


def endless(rows):
    """A pager that always has a next page; `rows` says what years a page shows."""

    def page(site, path, headers):
        number = int(path.split("_")[-1].split(".")[0]) if "_" in path else 0
        if path.startswith("/nb/t"):
            return Reply(report(2012, city=site.city))
        tail = f'<p>{"政府信息公开年报 " * 40}</p><a href="/nb/index_{number + 1}.html">下一页</a>'
        return Reply(column(rows(number), tail=tail, city=site.city))

    def step(site):
        site.anything = page
        del site.answers["/nb/"]

    return step


scene("repeating", {0: endless(lambda number: YEARS)})
scene("emptying", {0: endless(lambda number: YEARS if number == 0 else ())})
scene("unending", {0: endless(lambda number: [1000 + number])})


def flood(site):
    site.answers["/nb/"] = Reply(column(range(1000, 1400), city=site.city))
    site.anything = lambda *_: Reply(report(2012, city=site.city))


scene("flooding", {0: flood})


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """All portals through all nights."""
    folder = tmp_path_factory.mktemp("nights")
    lives = {}
    for number, ((key, (keys, before)), (adcode, city)) in enumerate(zip(PORTALS.items(), CITIES.items(), strict=False), 1):
        site = Site(f"127.0.2.{number}", city, adcode)
        archive_of(site, YEARS)
        portal_file(folder / "portals", site, key, **keys)
        lives[key] = Portal(key, site, keys, before)
    for night, now in enumerate(NIGHTS):
        for portal in lives.values():
            portal.site.seen.clear()
            portal.before.get(night, lambda site: None)(portal.site)
        limits = {"crawl__list_pages": LIST_PAGES, "crawl__requests_limit": REQUESTS, "crawl__portals_at_once": 20}
        crawl(folder, *lives, now=now, crawl__revisit_days=7.0, **limits)
        with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}", create=False) as archive:
            changes, incidents = queries.changes(archive), queries.incidents(archive, open=True)
            for key, portal in lives.items():
                portal.nights.append(
                    Night(
                        queries.runs(archive, portal=key)[0],
                        portal.site.paths(),
                        {seen.path: seen.headers for seen in portal.site.seen},
                        Counter(change["kind"] for change in changes if change["portal"] == key),
                        sorted(row["kind"] for row in incidents if row["portal"] == key),
                    )
                )
    yield {key: portal.nights for key, portal in lives.items()}
    for portal in lives.values():
        portal.site.close()


def test_the_first_night_fetches_newest_first_and_a_quiet_night_asks_for_one_page(life):
    first, second, third, _ = life["edited"]
    assert (first.state, first.counts["new"]) == ("ok", len(YEARS))
    assert first.asked == ["/nb/", *(f"/nb/t{year}.html" for year in reversed(YEARS))]
    assert (second.state, second.asked, third.asked) == ("ok", ["/nb/"], ["/nb/"])


def test_an_edit_is_found_when_known_pages_are_due_with_validators_sent_back_verbatim(life):
    last = life["edited"][3]
    assert last.state == "ok"
    assert len(last.asked) == 1 + len(YEARS)
    assert (last.counts["not_modified"], last.counts["changed"]) == (len(YEARS) - 1, 1)
    assert last.headers["/nb/t2014.html"]["if-none-match"] == 'W/"2014-1000"'
    assert last.headers["/nb/t2014.html"]["if-modified-since"] == "Tue, 29 Mar 2016 08:00:00 GMT"
    assert last.changes == {"new": len(YEARS), "figures_changed": 1}


def test_a_report_gone_from_list_and_address_is_absent_and_one_gone_from_the_list_alone_is_not(life):
    _, second, third, _ = life["gone"]
    assert second.asked[0] == "/nb/"
    assert Counter(second.asked[1:]) == {"/nb/t2013.html": 2, "/nb/t2015.html": 1}
    assert second.changes == third.changes == {"new": len(YEARS)}  # two nights make nothing missing
    assert second.counts["absent"] == third.counts["absent"] == 1
    assert (second.state, third.state) == ("ok", "ok")


def test_a_report_that_comes_back_after_two_nights_is_no_news(life):
    last = life["gone"][3]
    assert last.changes == {"new": len(YEARS)}
    assert last.counts["absent"] == 0
    assert last.incidents == []


def test_a_redesigned_list_is_an_incident_and_nothing_is_called_missing(life):
    _, second, third, _ = life["redesigned"]
    assert (second.state, second.asked, second.incidents) == ("failed", ["/nb/"], ["layout_changed"])
    assert set(second.changes) == {"new"}
    assert (third.state, third.incidents) == ("ok", [])
    assert third.asked == ["/nb/", "/nb/t2018.html"]


def test_a_column_that_moved_is_an_incident(life):
    assert [(night.state, night.incidents) for night in life["moved"]] == [("failed", ["column_moved"])] * 4


def test_expectations_that_fail_degrade_the_run_until_they_are_met(life):
    first, second, *_ = life["poor"]
    assert (first.state, first.incidents) == ("degraded", ["newest_year_missing", "too_few_candidates"])
    assert (second.state, second.incidents) == ("ok", [])


def test_year_directories_are_followed_and_a_column_of_directories_alone_has_no_rows_to_miss(life):
    first = life["directories"][0]
    assert (first.state, first.counts["new"], first.incidents) == ("ok", len(YEARS), [])
    assert max(Counter(first.asked).values()) == 1


@pytest.mark.parametrize(("key", "pages"), [("repeating", 2), ("emptying", 2), ("unending", LIST_PAGES)])
def test_paging_ends_though_the_pager_does_not(life, key, pages):
    first = life[key][0]
    assert len([path for path in first.asked if not path.startswith("/nb/t")]) == pages
    assert ("layout_changed" in first.incidents) == (key == "unending")


def test_links_without_end_stay_within_the_limit_of_requests(life):
    first = life["flooding"][0]
    assert len(first.asked) == REQUESTS - 1  # and robots.txt
    assert (first.state, first.incidents) == ("degraded", ["requests_limit"])


BROKEN = """
if __name__ == "__main__":
    from crawler.config import load
    from spiders.crawl import crawl
    from spiders.{module} import {name}

    def broken(*_):
        raise RuntimeError("no such luck")

    {name}.{method} = broken
    crawl(["toy"], load())
"""


@pytest.fixture
def toy(tmp_path):
    """A portal, and the environment that makes any program of ours crawl it."""
    site = Site()
    archive_of(site, YEARS[:2])
    portal_file(tmp_path / "portals", site)
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "NIANBAO_PORTALS__PATHS": str(tmp_path / "portals"),
        "NIANBAO_ARCHIVE__URL": f"sqlite:///{tmp_path / 'a.sqlite3'}",
        "NIANBAO_CRAWL__DELAY": "0",
        "NIANBAO_CRAWL__ALLOW_PRIVATE_HOSTS": "true",
    }
    yield site, tmp_path, environ
    site.close()


@pytest.mark.parametrize(
    ("module", "name", "method", "incidents"),
    [("base", "PortalSpider", "compare", []), ("families.static", "Static", "next", ["layout_changed"])],
)
def test_a_spider_or_a_family_that_breaks_gives_a_failed_run_though_the_process_ends_well(toy, module, name, method, incidents):
    _, folder, environ = toy
    script = folder / "broken.py"
    script.write_text(BROKEN.format(module=module, name=name, method=method), encoding="utf-8")
    subprocess.run([sys.executable, script], cwd=folder, env=environ, check=True, timeout=90, capture_output=True)
    with Archive.open(environ["NIANBAO_ARCHIVE__URL"]) as archive:
        run = queries.runs(archive)[0]
        assert run["state"] == "failed"
        assert run["detail"]
        assert [row["kind"] for row in queries.incidents(archive, open=True)] == incidents


def test_plain_scrapy_lists_and_crawls_the_portals_and_full_asks_for_everything_again(toy):
    site, _, environ = toy

    def scrapy(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments], cwd=PROJECT, env=environ, check=True, timeout=90, capture_output=True, text=True
        )
        return done.stdout.split()

    assert scrapy("list") == ["toy"]
    scrapy("crawl", "toy")
    site.seen.clear()
    scrapy("crawl", "toy", "-a", "full=1")
    assert site.paths() == ["/nb/", "/nb/t2013.html", "/nb/t2012.html"]
    with Archive.open(environ["NIANBAO_ARCHIVE__URL"]) as archive:
        assert [run["state"] for run in queries.runs(archive)] == ["ok", "ok"]
        assert Counter(change["kind"] for change in queries.changes(archive)) == {"new": 2}


def test_what_an_older_reader_read_is_read_anew_before_the_night_compares_anything(toy):
    _, folder, _ = toy
    crawl(folder)
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        captures = {row.id for row in _rows(archive, readings)}
        with writing(archive.engine) as connection:  # as an older reader left them: another version, and a title it did not know to read
            connection.execute(update(readings).values(reader="0"))
            connection.execute(update(reports).values(title="a worse title"))
        assert archive.outdated(READER)
    crawl(folder)
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        assert not archive.outdated(READER)
        assert len(_rows(archive, readings)) > len(captures)
        assert all("年度报告" in row.title for row in _rows(archive, reports))
        assert Counter(change["kind"] for change in queries.changes(archive)) == {"new": 2}


def _rows(archive, table):
    with reading(archive.engine) as connection:
        return list(connection.execute(select(table)))


def test_plain_scrapy_names_an_unknown_portal_without_a_traceback(toy):
    _, folder, _ = toy
    environ = os.environ | {"NIANBAO_PORTALS__PATHS": str(folder / "portals"), "NIANBAO_ARCHIVE__URL": f"sqlite:///{folder / 'a.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "nosuch"], cwd=PROJECT, env=environ, timeout=60, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "error: no portal 'nosuch'; there are toy" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(KeyError):
        Catalogue([folder / "portals"]).load("nosuch")


def test_private_addresses_are_refused_by_default(toy):
    site, folder, _ = toy
    log = crawl(folder, crawl__allow_private_hosts=False)
    assert site.seen == []
    assert "no public address" in log
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        assert queries.runs(archive)[0]["state"] == "failed"
        assert [row["kind"] for row in queries.incidents(archive, open=True)] == ["out_of_scope"]


def test_a_catalogue_names_what_is_wrong_with_a_portal_file(tmp_path):
    site = Site()
    portal_file(tmp_path, site)
    assert list(portals([tmp_path])) == ["toy"]
    for keys, said in (
        ({"famly": "trs"}, r"toy\.yaml: famly"),
        ({"family": "nothing"}, r"toy: family: 'nothing' is unknown; there are .*hanweb"),
        ({"adcode": 370782}, r"toy\.yaml: adcode"),
        ({"key": "other"}, r"key: 'other' must be the file's name"),
    ):
        facts = yaml.safe_load((tmp_path / "toy.yaml").read_text(encoding="utf-8"))
        (tmp_path / "toy.yaml").write_text(yaml.safe_dump(facts | keys, allow_unicode=True), encoding="utf-8")
        with pytest.raises(ConfigError, match=said):
            portals([tmp_path])
        portal_file(tmp_path, site)
    with pytest.raises(ConfigError, match=r"portals\.paths: .*no-such-folder is no folder"):
        portals([tmp_path / "no-such-folder"])
    portal_file(tmp_path, site, spider="nowhere:Nobody")
    with pytest.raises(ConfigError, match=r"spider: 'nowhere:Nobody' is no module:Class in spiders/odd"):
        spider(portals([tmp_path])["toy"])
    site.close()


def test_the_shipped_portals_all_have_a_spider():
    shipped = portals()
    assert {"qingdao", "qingyang", "liaoyuan", "zhucheng", "hangzhou"} <= set(shipped)
    assert [spider(portal).name for portal in shipped.values()] == list(shipped)

"""`nianbao portals discover` against the replicas of the five portals, and against sites that are none or mean harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from app.demo import portals
from app.demo.replicas import PORTALS
from app.demo.site import serving
from crawler.errors import ConfigError
from spiders.discovery import leads, naming
from spiders.discovery.draft import draft
from spiders.discovery.leads import Rank
from spiders.discovery.seen import Column, Seen
from spiders.families import Page
from spiders.portal import load
from storage.archive import Archive
from storage.engine import reading
from storage.schema import frontier
from tests.portal_site import PROJECT, Reply, Site, archive_of

KEYS = [replica.key for replica in PORTALS]
QUICK = {"NIANBAO_CRAWL__DELAY": "0", "NIANBAO_CRAWL__TRIES": "1", "NIANBAO_CRAWL__ALLOW_PRIVATE_HOSTS": "true"}


def nianbao(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A call in a folder of its own, which has no portal files but those named."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=folder,
        env={**os.environ, **QUICK, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        text=True,
        timeout=180,
    )


@pytest.fixture
def site():
    opened = Site()
    yield opened
    opened.close()


@pytest.fixture
def none(tmp_path: Path) -> str:
    """A folder without portal files: keys are free."""
    (tmp_path / "none").mkdir()
    return str(tmp_path / "none")


def home(links: str, city: str = "诸城市", head: str = "") -> Reply:
    return Reply(
        f"<html><head><title>{city}人民政府</title>{head}</head><body><ul class='menu'>{links}</ul><p>欢迎访问。</p>"
        f"<div class='footer'>主办单位：{city}人民政府</div></body></html>"
    )


@pytest.mark.browser
def test_each_replica_is_recognised_and_its_draft_finds_what_the_written_file_finds(tmp_path: Path) -> None:
    drafted, archive = tmp_path / "drafted", f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"
    drafted.mkdir()
    with serving(few=1) as served:
        written = portals.write(tmp_path / "written", served)
        for replica in served.portals:
            told = nianbao("portals", "discover", f"{served.addresses[replica.key]}/", "--portals", str(written), folder=tmp_path)
            assert told.returncode == 0, told.stderr
            key = f"{replica.key}-{replica.adcode}"  # the name itself is taken
            (drafted / f"{key}.yaml").write_text(told.stdout, encoding="utf-8")
            ours, theirs = load(drafted / f"{key}.yaml"), load(written / f"{replica.key}.yaml")
            assert (ours.key, ours.name, ours.adcode, ours.family) == (key, theirs.name, theirs.adcode, theirs.family)
            assert (set(ours.start), ours.render) == (set(theirs.start), theirs.render)
        checked = nianbao("portals", "check", "--portals", str(drafted), folder=tmp_path)
        assert (checked.returncode, checked.stdout) == (0, "5 portal files are right\n")
        both = f"{drafted}{os.pathsep}{written}"
        nianbao("--archive", archive, "crawl", "--now", "2026-03-28T18:30:00+00:00", folder=tmp_path, NIANBAO_PORTALS__PATHS=both)
    with Archive.open(archive, create=False) as opened, reading(opened.engine) as connection:
        rows = connection.execute(select(frontier.c.portal, frontier.c.url).where(frontier.c.kind == "report")).all()
    for replica in served.portals:
        found = {url for portal, url in rows if portal == f"{replica.key}-{replica.adcode}"}
        assert found
        assert found == {url for portal, url in rows if portal == replica.key}


def test_a_list_of_no_known_system_is_read_by_static(site: Site, none: str, tmp_path: Path) -> None:
    archive_of(site)
    site.answers["/"] = home('<li><a href="/nb/">政府信息公开年报</a></li>')
    told = nianbao("portals", "discover", f"{site.url}/", "--json", "--portals", none, folder=tmp_path)
    row = json.loads(told.stdout)
    assert (told.returncode, row["family"], row["start"], row["key"]) == (0, "static", [f"{site.url}/nb/"], "zhucheng")
    assert row["columns"][0]["candidates"] == [f"{site.url}/nb/t{year}.html" for year in range(2010, 2020)]
    assert "none of the marks" in row["grounds"]["family"]


def test_the_address_of_the_column_itself_will_do(site: Site, none: str, tmp_path: Path) -> None:
    archive_of(site)
    row = json.loads(nianbao("portals", "discover", f"{site.url}/nb/", "--json", "--portals", none, folder=tmp_path).stdout)
    assert row["start"] == [f"{site.url}/nb/"]
    assert "the address that was given" in row["grounds"]["start"]


def test_without_a_column_it_says_what_it_saw_and_fails(site: Site, none: str, tmp_path: Path) -> None:
    site.answers["/"] = home(
        '<li><a href="/xxgk/">政府信息公开</a></li><li><a href="/nb/">政府信息公开年报</a></li><li><a href="http://elsewhere.example/nb/">年度报告</a></li>',
        head='<script>var a = "UCAPCONTENT";</script>',
    )
    site.answers["/xxgk/"] = home("")
    told = nianbao("portals", "discover", f"{site.url}/", "--portals", none, folder=tmp_path)
    assert (told.returncode, told.stdout) == (1, "")
    assert f"{site.url}/nb/: bad_status: http_404" in told.stderr
    assert "marks of ucap: UCAPCONTENT" in told.stderr
    assert "on another host, not followed: http://elsewhere.example/nb/ (年度报告)" in told.stderr
    assert all("elsewhere" not in seen.headers["host"] for seen in site.seen)


def test_a_fence_is_told_by_its_rule_and_not_knocked_at_again(site: Site, none: str, tmp_path: Path) -> None:
    site.answers["/"] = Reply("<html><body>Forbidden</body></html>", 403)
    told = nianbao("portals", "discover", f"{site.url}/", "--portals", none, folder=tmp_path)
    assert told.returncode == 1
    assert "blocked: http_403" in told.stderr
    assert site.paths() == ["/"]


def test_robots_txt_is_obeyed(site: Site, none: str, tmp_path: Path) -> None:
    archive_of(site)
    site.answers["/robots.txt"] = Reply("User-agent: *\nDisallow: /nb/\n", content_type="text/plain")
    site.answers["/"] = home('<li><a href="/nb/">政府信息公开年报</a></li>')
    told = nianbao("portals", "discover", f"{site.url}/", "--portals", none, folder=tmp_path)
    assert told.returncode == 1
    assert "disallowed: robots" in told.stderr
    assert site.paths() == ["/"]


def test_a_portal_that_leads_on_for_ever_is_left_after_a_bounded_number_of_requests(site: Site, none: str, tmp_path: Path) -> None:
    def endless(site: Site, path: str, headers: dict[str, str]) -> Reply:
        depth = path.strip("/").replace("/", "-") or "top"
        links = "".join(f'<li><a href="/{depth}-{n}/">{text}</a></li>' for n, text in enumerate(("政府信息公开", "政府信息公开年报") * 10))
        return home(links)

    site.anything = endless
    told = nianbao("portals", "discover", f"{site.url}/", "--portals", none, folder=tmp_path)
    assert told.returncode == 1
    assert len(site.paths()) < 20


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/"])
def test_a_private_host_is_refused_with_the_key_that_would_allow_it(url: str, none: str, tmp_path: Path) -> None:
    told = nianbao("portals", "discover", url, "--portals", none, folder=tmp_path, NIANBAO_CRAWL__ALLOW_PRIVATE_HOSTS="false")
    assert told.returncode == 2
    assert "crawl.allow_private_hosts" in told.stderr


@pytest.mark.parametrize("url", ["www.example.gov.cn", "file:///etc/passwd", "http://user@host/", "http://[::1", "https://"])
def test_what_is_no_address_of_a_portal_is_wrong_usage(url: str, none: str, tmp_path: Path) -> None:
    told = nianbao("portals", "discover", url, "--portals", none, folder=tmp_path)
    assert told.returncode == 2
    assert "write it like https://www.example.gov.cn/" in told.stderr


def test_a_portal_that_names_two_divisions_is_nobodys(site: Site, none: str, tmp_path: Path) -> None:
    archive_of(site)
    site.answers["/"] = home('<li><a href="/nb/">政府信息公开年报</a></li>', head='<meta name="SiteIDCode" content="2302000001">')
    told = nianbao("portals", "discover", f"{site.url}/", "--portals", none, folder=tmp_path)
    assert told.returncode == 0
    assert "# adcode: not certain, so left out: they contradict each other" in told.stdout
    assert "\nadcode:" not in told.stdout
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "portal.yaml").write_text(told.stdout, encoding="utf-8")
    with pytest.raises(ConfigError, match="adcode: is missing"):
        load(tmp_path / "drafts" / "portal.yaml")


def test_what_a_page_says_never_becomes_a_line_of_the_file(tmp_path: Path) -> None:
    hostile = "年报\nspider: odd:Evil\u2028render: true \x85x: 1 # \x1b[2J"
    seen = Seen(
        url="https://www.zhucheng.gov.cn/",
        hosts=naming.hosts("https://www.zhucheng.gov.cn/"),
        family="static",
        name='诸城市人民政府": "x',
        adcode="370782",
        owner=hostile,
        columns=[
            Column(
                url="https://www.zhucheng.gov.cn/nb/?a=%0Ab:[#c", text=hostile, page=f"https://{hostile}", candidates=("x",), newest=2025, whole=True
            )
        ],
        outside=[hostile],
    )
    (tmp_path / "zhucheng.yaml").write_text(draft(seen, year=2026, taken=(), known={}).yaml(), encoding="utf-8")
    portal = load(tmp_path / "zhucheng.yaml")
    assert (portal.name, portal.spider, portal.render) == ('诸城市人民政府": "x', None, False)
    assert portal.start == ("https://www.zhucheng.gov.cn/nb/?a=%0Ab:[#c",)


@pytest.mark.parametrize(
    ("text", "href", "rank"),
    [
        ("政府信息公开年报", "/a/", Rank.WORDS),
        ("政府信息公开工作年度报告", "/a/", Rank.WORDS),
        ("信 息 公 开 年 报 >>", "/a/", Rank.WORDS),
        ("市政府部门信息公开年度报告", "/a/", Rank.WORDS),
        ("年度报告", "/a/", Rank.WORDS),
        ("历年年报", "/a/", Rank.WORDS),
        ("更多", "/zwgk/zfxxgknb/", Rank.FOLDER),
        ("详情", "/gk/xxgkndbg/index.html", Rank.FOLDER),
        ("政府信息公开", "/a/", Rank.WAY),
        ("政务公开专栏", "/a/", Rank.WAY),
        ("法定主动公开内容", "/a/", Rank.WAY),
        ("政府网站工作年度报表", "/a/", None),
        ("法治政府建设年度报告", "/a/", None),
        ("政府信息公开指南", "/a/", None),
        ("政府信息公开制度", "/a/", None),
        ("诸城市人民政府2017年政府信息公开工作年度报告", "/a/t.html", None),
        ("公开课", "/a/", None),
        ("首页", "/", None),
    ],
)
def test_words_that_lead_to_a_report_column(text: str, href: str, rank: Rank | None) -> None:
    page = Page.of(f'<html><body><a href="{href}">{text}</a></body></html>', url="https://www.example.gov.cn/x")
    assert [lead.rank for lead in leads.of(page)] == ([] if rank is None else [rank])


def test_a_picture_leads_by_its_words() -> None:
    page = Page.of('<a href="/nb/"><img src="a.png" alt="政府信息公开年报"></a>', url="https://www.example.gov.cn/")
    assert [lead.text for lead in leads.of(page)] == ["政府信息公开年报"]


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://www.qingdao.gov.cn/", ("www.qingdao.gov.cn", "*.qingdao.gov.cn")),
        ("http://zwgk.liaoyuan.gov.cn/lysrmzf/", ("zwgk.liaoyuan.gov.cn", "*.liaoyuan.gov.cn")),
        ("http://zgqingyang.gov.cn/", ("zgqingyang.gov.cn", "*.zgqingyang.gov.cn")),
        ("http://jiangning.nanjing.gov.cn/", ("jiangning.nanjing.gov.cn", "*.jiangning.nanjing.gov.cn")),
        ("https://www.gov.cn/", ("www.gov.cn",)),
        ("http://www.example.com/", ("www.example.com",)),
        ("http://127.0.0.1:8000/", ("127.0.0.1",)),
    ],
)
def test_a_governments_domain_is_trusted_and_nobody_elses(url: str, hosts: tuple[str, ...]) -> None:
    assert naming.hosts(url) == hosts


def owner_of(html: str, url: str = "http://203.0.113.7/") -> naming.Owner:
    return naming.owner(naming.grounds(url, [Page.of(html, url=url)]))


def test_a_name_that_two_divisions_bear_needs_a_code() -> None:
    assert owner_of('<meta name="SiteName" content="朝阳区人民政府">').code is None
    both = '<meta name="SiteName" content="朝阳区人民政府"><meta name="SiteIDCode" content="1101050001">'
    assert (owner_of(both).code, owner_of(both).name) == ("110105", "朝阳区人民政府")


def test_the_registry_alone_is_enough_only_where_it_is_sure() -> None:
    assert owner_of("<p></p>", "http://www.zhucheng.gov.cn/").code == "370782"
    doubtful = next(
        entry
        for entry in naming.registry.entries()
        if entry.confidence == "low" and entry.homepage and len(naming.registry.on_host(naming.host_of(entry.homepage))) == 1
    )
    assert owner_of("<p></p>", doubtful.homepage).code is None


def test_a_years_list_that_ends_early_is_expected_to_stay_as_old_as_it_is(tmp_path: Path) -> None:
    seen = Seen(
        url="http://203.0.113.7/",
        hosts=("203.0.113.7",),
        family="trs",
        columns=[Column(url="http://203.0.113.7/nb/", text="", page="", candidates=("a", "b", "c"), newest=2021, whole=False)],
    )
    drafted = draft(seen, year=2026, taken=("portal",), known={})
    assert drafted.values["expect"] == {"candidates": 2, "newest_year": -5}
    assert drafted.values["key"] == "portal-new"
    assert any("not read to their end" in check for check in drafted.checks)

"""A report whose article is split over two pages: the tag of the first says nothing of the second."""

from __future__ import annotations

from storage import queries
from storage.archive import Archive
from storage.hosts import Hosts
from tests.portal_site import Reply, Site, crawl, portal_file, report

TITLE = "诸城市人民政府2019年政府信息公开工作年度报告"
FIRST, SECOND = "/nb/t20200329_1.html", "/nb/t20200329_1_1.html"
NIGHT = "2026-01-{}T18:00:00+00:00"
HEAD, CUT, REST = report(2019).partition("<p>二、")
TURN = '<script>createPageHTML(2, 0, "t20200329_1", "html");</script>'


def rest(applications):
    return Reply(f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div class='article'>{CUT}{REST.replace('17件', applications)}")


def test_an_edit_of_the_second_page_is_found_the_same_night_and_the_host_is_believed_as_before(tmp_path):
    site = Site()
    first = Reply(f"{HEAD}{TURN}</div></body></html>", headers=[("ETag", '"one"')])

    def conditional(site, path, headers):
        return Reply(b"", 304, headers=[("ETag", '"one"')]) if headers.get("if-none-match") == '"one"' else first

    try:
        portal_file(tmp_path / "portals", site, family="trs")
        rows = f"<ul class='news'><li><a href='{FIRST}'>{TITLE}</a><span>2020-03-29</span></li></ul>"
        site.answers["/nb/"] = Reply(f"<html><head><title>年报-诸城市人民政府</title></head><body>{rows}</body></html>")
        site.answers |= {FIRST: conditional, SECOND: rest("17件")}
        crawl(tmp_path, now=NIGHT.format(20))
        site.answers[SECOND] = rest("19件")
        crawl(tmp_path, crawl__revisit_days=0.0, now=NIGHT.format(21))
        asked = [(seen.path, seen.headers.get("if-none-match")) for seen in site.seen if seen.path in (FIRST, SECOND)]
    finally:
        site.close()
    assert asked == [(FIRST, None), (SECOND, None)] * 2
    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite3'}") as archive:
        assert [change["kind"] for change in queries.changes(archive)] == ["new", "figures_changed"]
    hosts = Hosts.open(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    assert hosts.of(site.host).distrusted is None
    hosts.close()

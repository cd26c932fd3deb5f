"""Two processes crawl portals that stand on one host, at the same time and one after the other: what the host sees in its log."""

from __future__ import annotations

from itertools import pairwise

import pytest

from storage import queries
from storage.archive import Archive
from tests.portal_site import Reply, Site, column, portal_file, report, start_crawl

DELAY, CRAWL_DELAY, REST = 0.2, 0.6, 3
YEARS = range(2015, 2019)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A host with two portals, whose robots.txt asks for a delay and which once asks for a rest; crawled by two processes, then by a third."""
    folder = tmp_path_factory.mktemp("two")
    host = Site("127.0.8.1")
    tired = []

    def answer(one, path, headers):
        if path.startswith("/robots.txt"):
            return Reply(f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}", content_type="text/plain")
        if path == "/b/t2017.html" and not tired:
            tired.append(path)
            return Reply("", 503, headers=[("Retry-After", str(REST))])
        return Reply(report(int(path[4:8]))) if path[:4] in {"/a/t", "/b/t"} else Reply(column(YEARS, folder=path))

    host.anything = answer
    for key in ("a", "b"):
        portal_file(folder / "portals", host, f"toy{key}", start=[f"{host.url}/{key}/"])
    crawls = [start_crawl(folder, f"toy{key}", crawl__delay=DELAY) for key in ("a", "b")]
    for crawl in crawls:
        assert "ok" in crawl.wait()
    before = len(host.seen)
    start_crawl(folder, "toya", crawl__delay=DELAY).wait()
    yield host, before
    host.close()


def test_the_host_never_sees_two_requests_at_once(site):
    host, _ = site
    assert host.most_at_once == 1
    assert {seen.path[:3] for seen in host.seen} == {"/a/", "/b/", "/ro"}


def test_crawl_delay_is_kept_between_the_requests_of_different_processes(site):
    host, _ = site
    known = next(number for number, seen in enumerate(host.seen) if seen.path == "/robots.txt") + 2  # another may have been under way to robots.txt
    gaps = [later.began - earlier.ended for earlier, later in pairwise(host.seen[known:])]
    assert len(gaps) > len(YEARS)
    assert min(gaps) >= CRAWL_DELAY - 0.05  # the two clocks in play are read apart


def test_a_rest_that_one_process_was_asked_for_is_kept_by_the_other(site):
    host, _ = site
    asked = next(number for number, seen in enumerate(host.seen) if seen.path == "/b/t2017.html")
    assert host.seen[asked + 1].began - host.seen[asked].ended >= REST - 0.05


def test_a_process_that_starts_anew_knows_robots_txt_of_the_day_and_keeps_its_distance(site):
    host, before = site
    third = host.seen[before:]
    assert [seen.path for seen in third] == ["/a/"]
    assert third[0].began - host.seen[before - 1].ended >= CRAWL_DELAY - 0.05


def test_two_portals_of_one_host_share_its_budget_of_a_night_and_go_on_in_the_next(tmp_path):
    host = Site("127.0.8.2")

    def answer(one, path, headers):
        if path.startswith("/robots.txt"):
            return Reply("User-agent: *", content_type="text/plain")
        return Reply(report(int(path[4:8]))) if path[:4] in {"/a/t", "/b/t"} else Reply(column(YEARS, folder=path))

    host.anything = answer
    for key in ("a", "b"):
        portal_file(tmp_path / "portals", host, f"toy{key}", start=[f"{host.url}/{key}/"])
    whole = 2 * (1 + len(YEARS))
    nights = []
    for night in (20, 21):
        host.seen.clear()
        start_crawl(tmp_path, "toya", "toyb", crawl__host_budget=7, crawl__revisit_days=365, now=f"2026-01-{night}T18:00:00+00:00").wait()
        nights.append(host.paths())
    host.close()
    assert len(nights[0]) <= 7
    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite3'}") as archive:
        told = {incident["kind"] for incident in queries.incidents(archive)}
    assert told == {"host_budget"}
    pages = [path for path in (*nights[0], *nights[1]) if path[3:4] == "t"]
    assert len(pages) == len(set(pages)) == whole - 2  # what was left is asked for in the next night, and nothing twice

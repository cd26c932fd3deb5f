"""Two processes crawl portals that stand on one host, at the same time and one after the other: what the host sees in its log."""

from __future__ import annotations

from itertools import pairwise

import pytest

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

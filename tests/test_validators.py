"""Hosts whose validators are not to be believed, over some nights of real crawls: one confirms what was edited, one never confirms anything."""

from __future__ import annotations

from itertools import count

import pytest

from storage import queries
from storage.archive import Archive
from storage.hosts import Hosts
from tests.portal_site import Reply, Site, column, crawl, portal_file, report

YEARS = range(2012, 2016)
FILL, QUIET, EDITED, PROBED, AFTER = DAYS = ("2026-01-20", "2026-01-21", "2026-01-22", "2026-01-28", "2026-01-29")
HOSTS = {"stale": "127.0.9.21", "churning": "127.0.9.22"}


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """The archive's folder, and by night and host the headers with which reports were asked for."""
    folder = tmp_path_factory.mktemp("validators")
    sites = {kind: Site(host) for kind, host in HOSTS.items()}
    counts, tags = {}, count()

    def answer(site, path, headers):
        if not path.startswith("/nb/t"):
            return Reply(column(YEARS)) if path == "/nb/" else Reply("User-agent: *", content_type="text/plain")
        stale = site is sites["stale"]
        if stale and "if-none-match" in headers:
            return Reply(status=304)
        body = report(int(path[5:9]), counts.get((site.host, path), 1000))
        return Reply(body, headers=[("ETag", f'"{path}"' if stale else f'"{next(tags)}"')])

    for kind, site in sites.items():
        site.anything = answer
        portal_file(folder / "portals", site, kind)
    seen = {}
    for day in DAYS:
        if day == EDITED:
            counts |= {(host, "/nb/t2013.html"): 1001 for host in HOSTS.values()}
        for site in sites.values():
            site.seen.clear()
        crawl(folder, *sites, now=f"{day}T18:00:00+00:00", crawl__revisit_days=0)
        for kind, site in sites.items():
            seen[day, kind] = [one.headers.get("if-none-match") for one in site.seen if one.path.startswith("/nb/t")]
    yield folder, seen
    for site in sites.values():
        site.close()


def found(folder, kind):
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        return [change["time"][:10] for change in queries.changes(archive) if change["portal"] == kind and change["kind"] == "figures_changed"]


def standing(folder, kind):
    hosts = Hosts.open(f"sqlite:///{folder / 'a.sqlite3'}")
    try:
        return hosts.of(HOSTS[kind]).distrusted
    finally:
        hosts.close()


def test_an_edit_behind_stale_304s_is_found_with_the_weekly_test_of_the_host(nights):
    folder, seen = nights
    assert all(seen[EDITED, "stale"])  # each is asked for with its tag, and the edit stays hidden
    assert '"nianbao-never"' in seen[PROBED, "stale"]
    assert found(folder, "stale") in ([PROBED], [AFTER])


def test_a_host_that_lied_is_never_asked_conditionally_again(nights):
    folder, seen = nights
    assert seen[AFTER, "stale"] == [None] * len(YEARS)
    assert standing(folder, "stale") == "lies: answers 304 to validators it never gave"


def test_tags_that_never_confirm_anything_are_no_longer_sent_and_hide_nothing(nights):
    folder, seen = nights
    assert all(seen[QUIET, "churning"])
    assert seen[PROBED, "churning"] == seen[AFTER, "churning"] == [None] * len(YEARS)
    assert found(folder, "churning") == [EDITED]
    assert standing(folder, "churning").startswith("useless: ")

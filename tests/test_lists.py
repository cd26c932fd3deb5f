"""Lists asked for conditionally, over some nights of real crawls: what is asked, what stands in the archive, and who is caught hiding reports."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import select

from storage import shown
from storage.archive import Archive
from storage.engine import reading
from storage.hosts import Hosts
from storage.schema import captures, frontier, listings
from tests.independent_checker import check
from tests.portal_site import Reply, Site, column, crawl, portal_file, report

DAYS = ("2026-03-01", "2026-03-02", "2026-03-03", "2026-03-12", "2026-03-13")
OLD, NEW = range(2012, 2016), range(2012, 2017)
PAGES = {"/nb/": OLD, "/nb/index_2.html": range(2008, 2012)}
HOSTS = {"honest": "127.0.9.1", "stale": "127.0.9.2", "plain": "127.0.9.3"}


def portal(kind):
    """A column of two pages. The honest host answers 304 to what it gave, the stale one to whatever is asked conditionally; the plain one has no
    validators. From the third night on there is a report more."""
    site = Site(HOSTS[kind])
    site.years = dict(PAGES)

    def answer(one, path, headers):
        if path.startswith("/nb/t"):
            return Reply(report(int(path[5:9])))
        years = site.years.get(path)
        if years is None:
            return Reply("User-agent: *\nAllow: /", content_type="text/plain") if path == "/robots.txt" else Reply("<h1>404 Not Found</h1>", 404)
        tail = '<a class="next" href="/nb/index_2.html">下一页</a>' if path == "/nb/" else ""
        body = column(reversed(years), tail=tail)
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:12]}"'
        asked = headers.get("if-none-match")
        if (kind == "honest" and asked == tag) or (kind == "stale" and asked):
            return Reply(status=304, headers=[("ETag", asked)])
        return Reply(body, headers=[] if kind == "plain" else [("ETag", tag)])

    site.anything = answer
    return site


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """The archive's folder, and for each night and portal the list requests: path, whether it was conditional."""
    folder = tmp_path_factory.mktemp("lists")
    sites = {kind: portal(kind) for kind in HOSTS}
    for kind, site in sites.items():
        portal_file(folder / "portals", site, kind, listing={"row": "ul.news li", "next": "a.next"})
    seen = {}
    for day in DAYS:
        if day == DAYS[2]:
            for site in sites.values():
                site.years["/nb/"] = NEW
        for site in sites.values():
            site.seen.clear()
        log = crawl(folder, *sites, now=f"{day}T18:00:00+00:00", crawl__revisit_days=365)
        assert log.count(" ok ") == len(sites), log[-4000:]
        for kind, site in sites.items():
            asked = [(one.path, "if-none-match" in one.headers) for one in site.seen if one.path in PAGES]
            seen[day, kind] = asked
    yield folder, seen
    for site in sites.values():
        site.close()


@pytest.fixture
def archive(nights):
    with Archive.open(f"sqlite:///{nights[0] / 'a.sqlite3'}") as opened:
        yield opened


def runs(archive, kind):
    with reading(archive.engine) as connection:
        numbers = connection.execute(select(listings.c.run).where(listings.c.portal == kind).distinct().order_by(listings.c.run)).scalars().all()
        return [shown.of_run(connection, kind, number) for number in numbers]


def test_a_quiet_night_asks_for_the_first_page_with_its_validators_and_for_no_other(nights):
    _, seen = nights
    assert seen[DAYS[0], "honest"] == [("/nb/", False), ("/nb/index_2.html", False)]
    assert seen[DAYS[1], "honest"] == [("/nb/", True)]


def test_a_new_row_comes_with_the_first_conditional_question_of_an_honest_host(nights, archive):
    _, seen = nights
    assert seen[DAYS[2], "honest"] == [("/nb/", True), ("/nb/index_2.html", True)]
    assert len(runs(archive, "honest")[2][0].rows) == len(NEW)


def test_a_confirmed_page_is_a_listing_of_the_night_with_the_rows_and_the_bytes_of_the_earlier_one(archive):
    first, quiet, changed, *_ = runs(archive, "honest")
    assert (quiet[0].rows, quiet[0].capture) == (first[0].rows, first[0].capture)
    assert quiet[0].read_at > first[0].read_at
    assert shown.is_whole(changed)  # its first page came whole, its second was confirmed
    with reading(archive.engine) as connection:
        found = connection.execute(
            select(captures.c.status, listings.c.confirms).join(captures, captures.c.id == listings.c.capture).where(listings.c.id == quiet[0].id)
        ).one()
        holds = connection.execute(select(listings.c.capture).where(listings.c.id == first[0].id)).scalar_one()
    assert (found.status, found.confirms) == (304, holds)


def test_a_list_whose_bytes_are_older_than_a_week_comes_whole(nights):
    _, seen = nights
    assert seen[DAYS[3], "honest"] == [("/nb/", False)]
    assert seen[DAYS[4], "honest"] == [("/nb/", True)]


def test_a_host_without_validators_is_asked_as_ever(nights):
    _, seen = nights
    assert all(not conditional for (_, kind), asked in seen.items() if kind == "plain" for _, conditional in asked)


def test_a_host_that_confirms_for_ever_is_caught_by_the_look_without_validators_and_never_believed_again(nights, archive):
    folder, seen = nights
    assert seen[DAYS[2], "stale"] == [("/nb/", True)]  # the new report is hidden
    assert seen[DAYS[3], "stale"][:2] == [("/nb/", False), ("/nb/", True)]  # it shows, and the host is asked what it says of the old validators
    assert all(not conditional for _, conditional in seen[DAYS[4], "stale"])
    hosts = Hosts.open(f"sqlite:///{folder / 'a.sqlite3'}")
    told = {kind: hosts.of(host).distrusted for kind, host in HOSTS.items()}
    hosts.close()
    assert told == {"honest": None, "stale": "lies: answers 304 for a list that shows other rows", "plain": None}
    with reading(archive.engine) as connection:
        known = connection.execute(select(frontier.c.url).where(frontier.c.portal == "stale", frontier.c.url.like("%t2016.html"))).all()
    assert len(known) == 1


def test_the_ledger_vouches_for_what_a_listing_confirms(nights, tmp_path):
    folder, _ = nights
    assert check(folder / "a.sqlite3") == []
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as opened, reading(opened.engine) as connection:
        confirmed = connection.execute(select(listings.c.id).where(listings.c.confirms.is_not(None))).scalars().first()
    import shutil
    import sqlite3

    shutil.copy(folder / "a.sqlite3", tmp_path / "b.sqlite3")
    forged = sqlite3.connect(tmp_path / "b.sqlite3")
    forged.execute("UPDATE listings SET confirms = 1 + confirms WHERE id = ?", (confirmed,))
    forged.commit()
    forged.close()
    assert check(tmp_path / "b.sqlite3") == [f"listing {confirmed}"]


def test_an_export_takes_along_what_a_confirmed_listing_rests_on_and_an_import_lists_it_again(nights, tmp_path):
    import os
    import subprocess
    import sys

    from tests.portal_site import PROJECT

    folder, _ = nights
    environ = {**os.environ, "PYTHONPATH": str(PROJECT)}

    def nianbao(archive, *arguments):
        command = [sys.executable, "-m", "app", "--archive", f"sqlite:///{archive}", *arguments]
        told = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=folder, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    nianbao(folder / "a.sqlite3", "export", "wacz", str(tmp_path / "all.wacz"))
    nianbao(tmp_path / "b.sqlite3", "import", str(tmp_path / "all.wacz"), "--portals", str(folder / "portals"), "--json")

    def told(path):
        with Archive.open(f"sqlite:///{path}") as opened, reading(opened.engine) as connection:
            asked = select(listings, captures.c.fetched_at).outerjoin(captures, captures.c.id == listings.c.confirms)
            rows = connection.execute(asked.order_by(listings.c.portal, listings.c.read_at, listings.c.page)).all()
        return [(row.portal, row.page, row.last, json.dumps(row.rows), row.read_at, row.fetched_at) for row in rows]

    assert told(tmp_path / "b.sqlite3") == told(folder / "a.sqlite3")

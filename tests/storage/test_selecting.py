"""What an export of one report takes along: all that is said of it can be shown from the file alone."""

from datetime import timedelta

import pytest

from storage.evidence.selecting import Wanted, select_from
from storage.records import Candidate, Capture, Listing
from tests.storage.nightly import COLUMN, FIRST, HOST, PORTAL, Nights

A, B, C, D = (f"{HOST}/{name}.html" for name in "abcd")
OTHERS = [B, C, D]


@pytest.fixture
def nights(archive, report):
    return Nights(archive, report)


@pytest.fixture
def pages(archive, nights):
    """A night's reading of a column of several pages, each with its rows; returns the captures of its pages."""

    def read(day, *shown, column=COLUMN, run=True, blocked=None):
        at = FIRST + timedelta(days=day)
        number = archive.start_run(PORTAL, at) if run else None
        kept = []
        for page, urls in enumerate(shown, 1):
            rows = tuple(Candidate(url=url, title=url) for url in urls)
            body = f"{column} {day} {page}".encode()
            kept.append(archive.keep(Capture(url=f"{column}{page}", status=200, body=body, fetched_at=at, portal="zhucheng"), run=number))
            listing = Listing(portal="zhucheng", column=column, page=page, last=page == len(shown), rows=rows, read_at=at)
            archive.list(listing, capture=kept[-1], run=number, reports=rows)
        if blocked is not None:
            archive.failed(blocked, "zhucheng", "blocked", at)
        if number is not None:
            archive.settle("zhucheng", number, at, whole=True)
        return kept

    return read


def taken(archive, **wanted):
    with archive.engine.connect() as connection:
        return set(select_from(connection, Wanted(**wanted)).captures)


def urls(archive, numbers):
    return {archive.capture(number).url for number in numbers}


def test_the_lists_between_which_a_report_appeared_go_with_it_whole(archive, nights, pages):
    pages(0, [B], [C, D])
    without = pages(1, [B], [C, D])
    shown = pages(2, [B], [A, C, D])
    later = pages(4, [B], [A, C, D])
    nights(5, None, {A: nights.page(A), B: nights.page(B, year=2011, title="another")})
    told = taken(archive, report=1)
    assert {*without, *shown} <= told
    assert not told & {*later}
    assert len(told) == 5  # and the page itself


def test_of_a_night_without_a_run_the_pages_of_that_night_go_out(archive, nights, pages):
    early = pages(0, [B], [C, D], run=False)
    without = pages(1, [B], [C, D], run=False)
    pages(2, [A, B], [C, D])
    nights(3, None, {A: nights.page(A)})
    told = taken(archive, report=1)
    assert set(without) <= told
    assert not told & {*early}


def test_the_lists_that_no_longer_showed_a_report_go_with_it_whole(archive, nights, pages):
    pages(0, [A, B], [C, D])
    nights(0, None, {A: nights.page(A)})
    elsewhere = pages(1, [f"{HOST}/z.html"], column=f"{HOST}/news/")
    gone = [number for day in (2, 10, 18) for number in pages(day, [B], [C, D], blocked=A)]
    with archive.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT count(*) FROM absences WHERE listing IS NOT NULL").scalar_one()
    assert told == 3
    found = taken(archive, report=1)
    assert set(gone) <= found
    assert not found & {*elsewhere}


def test_what_other_addresses_of_a_report_answered_goes_with_it(archive, nights):
    second = f"{HOST}/a_2.html"
    at = FIRST
    first = [archive.keep(Capture(url=url, status=200, body=url.encode(), fetched_at=at, portal="zhucheng")) for url in (A, second)]
    archive.file(nights.page(A), captures=first, portal="zhucheng", at=at)
    missing = archive.keep(Capture(url=second, status=404, body=b"", fetched_at=at + timedelta(days=1), portal="zhucheng"))
    other = archive.keep(Capture(url=B, status=404, body=b"", fetched_at=at, portal="zhucheng"))
    found = taken(archive, report=1)
    assert {*first, missing} == found
    assert other not in found


def test_a_list_that_a_304_confirmed_goes_with_the_304(archive, nights):
    nights(0, OTHERS)
    (held,) = taken(archive)
    at = FIRST + timedelta(days=1)
    run = archive.start_run(PORTAL, at)
    same = archive.keep(Capture(url=COLUMN, status=304, body=b"", fetched_at=at, portal="zhucheng"), run=run)
    rows = tuple(Candidate(url=url, title=url) for url in OTHERS)
    read = Listing(portal="zhucheng", column=COLUMN, rows=rows, read_at=at, confirms=held)
    archive.list(read, capture=same, run=run, reports=rows)
    nights(2, [A, *OTHERS], {A: nights.page(A)})
    assert {held, same} <= taken(archive, report=1)

"""What an export of one report takes along: whatever proves when it appeared, what it said, and that it went."""

import pytest

from storage.engine import reading as reads
from storage.evidence.selecting import Wanted, select_from
from storage.records import Candidate, Listing
from tests.storage.nightly import COLUMN, FIRST, HOST, Nights

A, B, C, D = (f"{HOST}/{name}.html" for name in "abcd")
OTHERS = [B, C, D]
SECOND = f"{COLUMN}index_1.html"


@pytest.fixture
def nights(archive, report):
    """A report that appears on day 1, another at B; A cannot be looked at from day 3 on and its list lacks it: missing on day 17."""
    nights = Nights(archive, report)
    nights(0, OTHERS, {B: nights.page(B, year=2014)})
    second = Listing(portal="zhucheng", column=COLUMN, page=2, last=True, rows=(Candidate(url=f"{HOST}/old.html", title="年报"),), read_at=FIRST)
    archive.list(second, capture=nights._keep(SECOND, FIRST, 1), run=1, reports=second.rows)
    nights(1, [A, *OTHERS], {A: nights.page(A)})
    nights(2, [A, *OTHERS], {A: 304})
    for day in (3, 10, 17):
        nights(day, OTHERS, {A: "blocked"})
    nights(18, OTHERS, {A: "blocked"})
    nights(40, None, {A: nights.page(A)})
    nights(41, [A, *OTHERS])
    return nights


def exported(nights, **wanted):
    with reads(nights.archive.engine) as connection:
        numbers = select_from(connection, Wanted(**wanted)).captures
    found = [nights.archive.capture(number) for number in numbers]
    return {(capture.url, (capture.fetched_at - FIRST).days) for capture in found}


def test_an_export_of_a_report_holds_what_proves_when_it_appeared_and_that_it_went(nights):
    assert [change.kind.value for change in nights.told] == ["new", "new", "missing", "restored"]
    found = exported(nights, report=2)
    assert {day for url, day in found if url == COLUMN} == {0, 1, 3, 10, 17, 18}  # the last without it, the first with it, those that lacked it
    assert (SECOND, 0) in found  # the rest of the column that did not show it
    assert {day for url, day in found if url == A} == {1, 2, 40}
    assert not any(url == B for url, _ in found)

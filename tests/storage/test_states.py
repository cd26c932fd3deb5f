"""alive, missing, withdrawn, restored: which nights count, and which say nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import queries
from storage.records import Capture
from tests.storage.nightly import COLUMN, FIRST, HOST, Nights

A, B, C, D = (f"{HOST}/{name}.html" for name in "abcd")
OTHERS = [B, C, D]
ALL = [A, *OTHERS]


@pytest.fixture
def nights(archive, report):
    """A portal whose list shows four pages; one of them, A, is filed."""
    nights = Nights(archive, report)
    assert nights(0, ALL, {A: nights.page(A)}) == ["new"]
    return nights


def state(nights):
    return queries.find(nights.archive)[0]["state"]


def absences(nights):
    with nights.archive.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT night, capture IS NOT NULL, listing IS NOT NULL FROM absences ORDER BY night")
        return [(str(night)[8:10], bool(direct), bool(listed)) for night, direct, listed in found]


def test_a_page_answered_404_beside_a_list_that_was_read_is_absent_and_no_more(nights):
    assert nights(1, OTHERS, {A: 404}) == []
    assert absences(nights) == [("02", True, True)]
    assert state(nights) == "alive"


def test_three_nights_in_fourteen_days_make_it_missing_and_a_later_answer_withdraws_it(nights):
    assert nights(1, OTHERS, {A: 404}) == []
    assert nights(8, OTHERS, {A: 404}) == []
    assert nights(15, OTHERS, {A: 404}) == ["missing"]
    change = nights.told[-1]
    assert (change.before, change.after, change.url) == (1, None, A)
    assert change.detail == "absent on 3 nights from 2026-03-02 to 2026-03-16, 3 of them by a direct answer"
    assert nights(15.1, OTHERS, {A: 404}) == []
    assert nights(18, OTHERS, {A: "blocked"}) == []
    assert state(nights) == "missing"
    assert nights(22, OTHERS, {A: 404}) == ["withdrawn"]
    assert state(nights) == "withdrawn"
    assert nights.told[-1].detail == "absent on 5 nights from 2026-03-02 to 2026-03-23, 4 of them by a direct answer"


@pytest.mark.parametrize("days", [[1, 15], [1, 8, 14], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]], ids=["two nights", "13 days", "14 nights"])
def test_fewer_nights_or_fewer_days_do_not(nights, days):
    assert [kind for day in days for kind in nights(day, OTHERS, {A: 404})] == []
    assert state(nights) == "alive"


def test_two_looks_of_one_night_are_one_night(nights):
    nights(1, OTHERS, {A: 404})
    nights(14.75, OTHERS, {A: 404})
    nights(15, OTHERS, {A: 404})
    assert state(nights) == "alive"
    assert absences(nights) == [("02", True, True), ("16", True, True)]


@pytest.mark.parametrize("failure", ["blocked", "unreachable", "bad_status"])
def test_where_no_look_is_answered_lists_that_lack_it_make_it_missing_after_three_nights_and_fourteen_days(nights, failure):
    assert [kind for day in (1, 2, 8, 14) for kind in nights(day, OTHERS, {A: failure})] == []
    assert nights(15, OTHERS, {A: failure}) == ["missing"]
    assert absences(nights)[0] == ("02", False, True)
    (row,) = [row for row in queries.changes(nights.archive) if row["kind"] == "missing"]
    assert (row["capture_before"], row["capture_after"]) == (2, None)
    assert row["listing"] is not None


def test_lists_alone_never_withdraw_and_one_direct_answer_does(nights):
    for day in (1, 8, 15, 22, 29):
        nights(day, OTHERS, {A: "blocked"})
    assert state(nights) == "missing"
    assert nights(30, OTHERS, {A: 404}) == ["withdrawn"]


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        (None, {}),
        (OTHERS, {"whole": False}),
        (OTHERS, {"last": False}),
        ([f"{HOST}/x.html", f"{HOST}/y.html"], {}),
        ([B, f"{HOST}/x.html"], {}),
        (OTHERS, {"column": f"{HOST}/other/"}),
        ([*OTHERS, (f"{HOST}/z.html", "a.html")], {}),
        (ALL, {}),
    ],
    ids=["no list", "a walk that failed", "a part of the list", "another list in its place", "less than half of the list", "another column",
         "listed under another address", "listed"],
)  # fmt: skip
def test_a_list_that_was_not_read_well_adds_nothing(nights, rows, options):
    for day in (1, 8, 15, 22):
        assert nights(day, rows, {A: "blocked"}, **options) == []
    assert absences(nights) == []
    assert state(nights) == "alive"


@pytest.mark.parametrize("failure", ["reader_broke", "parser_killed", "empty_reading", "too_large"])
def test_a_page_that_answers_and_that_we_cannot_read_is_alive(nights, failure):
    for day in (1, 8, 15, 22):
        assert nights(day, OTHERS, {A: failure}) == []
    assert absences(nights) == []


def test_a_page_that_answers_is_alive_listed_or_not(nights):
    for day in range(1, 30):
        assert nights(day, OTHERS, {A: 304 if day % 2 else nights.page(A)}) == []
    assert absences(nights) == []


def test_a_page_that_answered_and_is_not_due_yet_is_alive(nights):
    for day in (1, 8, 15, 22):
        assert nights(day, OTHERS) == []
    assert absences(nights) == []


def test_a_night_without_lists_makes_nothing_withdrawn(nights):
    nights(1, OTHERS, {A: 404})
    for day in (8, 15, 22):
        assert nights(day, None, {A: "bad_status"}) == []
    assert len(absences(nights)) == 1


@pytest.mark.parametrize("answer", [304, "read"])
def test_a_sight_begins_the_count_anew(nights, answer):
    nights(1, OTHERS, {A: 404})
    nights(8, OTHERS, {A: 404})
    assert nights(9, ALL, {A: nights.page(A) if answer == "read" else answer}) == []
    assert nights(15, OTHERS, {A: 404}) == []
    assert nights(22, OTHERS, {A: 404}) == []
    assert nights(28, OTHERS, {A: 404}) == []
    assert nights(29, OTHERS, {A: 404}) == ["missing"]
    assert len(absences(nights)) == 6


def test_a_list_that_shows_it_again_begins_the_count_of_lists_anew(nights):
    nights(1, OTHERS, {A: "blocked"})
    nights(8, ALL, {A: "blocked"})
    assert nights(15, OTHERS, {A: "blocked"}) == []
    assert nights(22, OTHERS, {A: "blocked"}) == []
    assert nights(29, OTHERS, {A: "blocked"}) == ["missing"]


def test_a_withdrawn_report_is_restored_and_can_be_withdrawn_again(nights):
    days = (1, 8, 15, 22)
    assert [kind for day in days for kind in nights(day, OTHERS, {A: 404})] == ["missing", "withdrawn"]
    assert nights(27, ALL, {A: nights.page(A)}) == ["restored"]
    assert state(nights) == "alive"
    assert [kind for day in days for kind in nights(27 + day, OTHERS, {A: 404})] == ["missing", "withdrawn"]
    restored = [row for row in queries.changes(nights.archive) if row["kind"] == "restored"]
    assert [(row["before"], row["after"]) for row in restored] == [(None, 1)]
    assert nights.archive.capture(restored[0]["capture_before"]).status == 404
    assert nights.archive.capture(restored[0]["capture_after"]).status == 200


def test_a_withdrawn_report_that_turns_up_elsewhere_has_moved(nights):
    for day in (1, 8, 15, 22):
        nights(day, OTHERS, {A: 404})
    assert state(nights) == "withdrawn"
    new = f"{HOST}/new/a.html"
    assert nights(27, [*OTHERS, new], {new: nights.page(new), A: 404}) == ["moved"]
    assert nights(34, [*OTHERS, new], {new: 304, A: 404}) == []
    row = queries.changes(nights.archive)[-1]
    assert (row["before"], row["after"], row["detail"]) == (1, 1, f"{A} → {new}")
    assert [nights.archive.capture(row[key]).url for key in ("capture_before", "capture_after")] == [A, new]


def test_what_is_gone_is_looked_at_often_enough_to_be_withdrawn_and_afterwards_to_be_found_again(nights):
    def is_due(day):
        month = timedelta(days=30)
        return A in [task.url for task in nights.archive.due("zhucheng", FIRST + timedelta(days=day), month)]

    told = []
    for day in range(1, 60):
        at = day + (0.01 if day % 2 else -0.01)  # no night begins at the same minute
        told += [(day, kind) for kind in nights(at, OTHERS, {A: 404} if day == 1 or is_due(at) else {})]
    assert told == [(15, "missing"), (22, "withdrawn")]
    assert sum(direct for _, direct, _ in absences(nights)) == 9


def test_whole_columns_are_asked_for_while_a_report_is_nowhere_to_be_found(nights):
    assert not nights.archive.misses("zhucheng")
    for day in (1, 8, 15):
        nights(day, OTHERS, {A: 404})
        assert nights.archive.misses("zhucheng")
        assert not nights.archive.misses("qingdao")
    nights(22, OTHERS, {A: 404})
    assert not nights.archive.misses("zhucheng")


def test_settling_twice_tells_nothing_twice(nights):
    for day in (1, 8, 15, 22):
        nights(day, OTHERS, {A: 404})
    told = len(queries.changes(nights.archive))
    for run in range(1, 5):
        assert nights.archive.settle("zhucheng", run, FIRST, whole=True) == []
    assert len(queries.changes(nights.archive)) == told == 3
    assert len(absences(nights)) == 4


def test_a_night_that_saw_it_gone_and_back_again_counts_for_nothing(nights):
    for day in (1, 8):
        assert nights(day, OTHERS, {A: 404}) == []
    assert nights(8.1, ALL, {A: nights.page(A)}) == []
    assert nights(15, OTHERS, {A: 404}) == []
    assert state(nights) == "alive"


def test_history_that_comes_in_late_brings_nothing_back(nights):
    assert [kind for day in (5, 12, 19) for kind in nights(day, OTHERS, {A: 404})] == ["missing"]
    early = datetime(2026, 3, 3, tzinfo=UTC)
    capture = nights.archive.keep(Capture(url=A, status=200, body=b"saved long ago", fetched_at=early, portal="zhucheng"))
    assert nights.archive.file(nights.page(A), captures=[capture], portal="zhucheng", at=FIRST) is None
    assert state(nights) == "missing"
    assert nights(20, OTHERS, {A: 404}) == ["withdrawn"]


@pytest.mark.parametrize("comes", ["first", "late"])
def test_history_of_an_address_that_nobody_asks_for_neither_moves_a_report_nor_keeps_it_alive(archive, report, comes):
    nights, old = Nights(archive, report), f"{HOST}/old/a.html"

    def bring():
        long_ago = Capture(url=old, status=200, body=b"saved long ago", fetched_at=FIRST - timedelta(days=900), portal="zhucheng")
        return archive.file(nights.page(old), captures=[archive.keep(long_ago)], portal="zhucheng", at=FIRST)

    if comes == "first":
        bring()
    nights(0, ALL, {A: nights.page(A)})
    if comes == "late":
        assert bring() is None
    assert nights(1, ALL, {A: 304}) == []
    assert nights(2, OTHERS, {A: 404}) == []
    assert archive.misses("zhucheng")
    assert archive.absent("zhucheng", FIRST + timedelta(days=2)) == 1
    assert [kind for day in (9, 16, 23) for kind in nights(day, OTHERS, {A: 404})] == ["missing", "withdrawn"]
    assert nights(24, ALL, {A: nights.page(A)}) == ["restored"]


def test_history_of_another_address_that_comes_in_late_moves_nothing(nights):
    nights(5, OTHERS, {A: 404})
    old = f"{HOST}/old/a.html"
    capture = nights.archive.keep(
        Capture(url=old, status=200, body=b"saved long ago", fetched_at=datetime(2026, 3, 3, tzinfo=UTC), portal="zhucheng")
    )
    assert nights.archive.file(nights.page(old), captures=[capture], portal="zhucheng", at=FIRST) is None


def test_a_report_with_two_places_is_missing_when_both_are_empty(nights):
    second = f"{HOST}/second/a.html"
    nights(1, [*ALL, second], {second: nights.page(second)})
    assert nights(2, [*OTHERS, second], {A: 404}) == ["moved"]
    assert nights(9, OTHERS, {A: 404, second: "blocked"}) == []
    assert state(nights) == "alive"
    assert nights(10, OTHERS, {second: 404}) == []
    assert nights(17, OTHERS, {second: 404}) == []
    assert nights(24, OTHERS, {second: 404}) == ["missing"]
    assert nights(31, OTHERS, {second: 404}) == ["withdrawn"]


def test_a_place_that_cannot_be_reached_is_not_where_a_report_moved_to(nights):
    second = f"{HOST}/second/a.html"
    nights(1, [*ALL, second], {second: nights.page(second)})
    nights(2, [*OTHERS, second], {A: "unreachable"})
    assert nights(3, OTHERS, {second: 404, A: "unreachable"}) == []
    assert state(nights) == "alive"
    assert nights(10, OTHERS, {second: 404, A: "unreachable"}) == []
    assert nights(17, OTHERS, {second: 404, A: "unreachable"}) == ["missing"]
    assert nights(24, OTHERS, {second: 404, A: "unreachable"}) == ["withdrawn"]


def test_each_absence_names_its_evidence(nights):
    nights(1, OTHERS, {A: 404})
    with nights.archive.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT report, url, capture, listing, run FROM absences")
    assert tuple(row)[:2] == (1, A)
    assert nights.archive.capture(row.capture).status == 404
    assert row.listing == 2
    assert row.run == 2
    assert nights.archive.capture(3).url == COLUMN


def test_absences_are_told_while_they_last_and_not_of_an_address_that_was_left(nights):
    assert queries.absences(nights.archive) == []
    for day in (1, 8):
        nights(day, OTHERS, {A: 404 if day == 8 else "blocked"})
    (row,) = queries.absences(nights.archive)
    told = [row[name] for name in ("url", "state", "nights", "first", "last", "direct")]
    assert told == [A, "alive", 2, "2026-03-02", "2026-03-09", 1]
    assert nights.archive.absent("zhucheng", FIRST + timedelta(days=8)) == 1
    new = f"{HOST}/new/a.html"
    assert nights(9, [*OTHERS, new], {new: nights.page(new), A: 404}) == ["moved"]
    assert queries.absences(nights.archive) == []
    assert nights.archive.absent("zhucheng", FIRST + timedelta(days=9)) == 0

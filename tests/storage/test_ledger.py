"""Every capture, listing, version, change, absence and head is entered in the transaction of its row, and the entries hang together."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from storage import migrations
from storage.archive import Archive
from storage.engine import writing
from storage.evidence import canonical, facts
from storage.evidence.facts import Kind
from storage.nights import night_of
from storage.records import Candidate, Figure, FigureKind, Listing
from storage.verifying import whole
from tests.storage.conftest import NIGHT, URL, Desk

FIGURE = Figure(format="f", label="一", raw="1", kind=FigureKind.NUMBER)


def entries(desk):
    return desk.rows("SELECT seq, kind, ref, sha256, chain FROM ledger ORDER BY seq")


def hangs_together(desk):
    before = canonical.FIRST
    for number, (seq, kind, ref, sha256, chain) in enumerate(entries(desk), start=1):
        assert (seq, chain) == (number, canonical.link(before, seq, kind, ref, sha256))
        before = chain
    return True


def test_a_night_lasts_from_noon_to_noon_in_china():
    assert night_of(datetime(2026, 1, 20, 3, 59, 59, tzinfo=UTC)) == date(2026, 1, 19)
    assert night_of(datetime(2026, 1, 20, 4, 0, tzinfo=UTC)) == date(2026, 1, 20)
    assert night_of(datetime(2026, 1, 21, 3, 59, tzinfo=UTC)) == date(2026, 1, 20)
    with pytest.raises(ValueError, match="time zone"):
        night_of(datetime(2026, 1, 20))  # noqa: DTZ001


def test_what_is_written_is_entered_in_its_order(desk, report):
    capture = desk.keep()
    listing = Listing(portal="zhucheng", column=URL, rows=(Candidate(url=URL, title="年报"),), read_at=NIGHT)
    desk.archive.list(listing, capture=capture, run=None, reports=listing.rows)
    desk.file(report)
    told = [(kind, ref) for _, kind, ref, *_ in entries(desk)]
    assert told == [("capture", 1), ("listing", 1), ("capture", 2), ("version", 1), ("change", 1)]
    assert hangs_together(desk)


def test_what_says_nothing_new_enters_its_capture_only(desk, report):
    desk.file(report)
    desk.file(report)
    assert [kind for _, kind, *_ in entries(desk)] == ["capture", "version", "change", "capture"]


def test_a_version_that_a_better_reader_re_keys_gets_a_further_entry(desk, report):
    desk.file(report)
    better = replace(report, reader="2", text=report.text + "\n附注", figures=(FIGURE,))
    assert desk.archive.file(better, captures=[1], portal="zhucheng", at=desk.at) is None
    assert [(kind, ref) for _, kind, ref, *_ in entries(desk)][-1] == ("version", 1)
    assert hangs_together(desk)


def test_a_night_of_absence_is_entered_and_its_second_proof_is_a_further_entry(desk, report):
    desk.file(report)
    desk.night = 5
    for _ in range(2):
        desk.archive.gone(URL, "zhucheng", desk.keep(status=404), None, None, desk.at)
    rows = (Candidate(url=f"{URL}?other", title="年报", listed=report.published),)
    listed = desk.archive.list(Listing(portal="zhucheng", column=URL, rows=rows, read_at=desk.at), capture=desk.keep(), run=None, reports=rows)
    desk.archive.gone(URL, "zhucheng", 3, None, None, desk.at)  # said again: nothing new
    desk.archive.gone(URL, "zhucheng", 3, listed.id, None, desk.at)
    told = [(kind, ref) for _, kind, ref, *_ in entries(desk)]
    assert told[3:] == [
        ("capture", 2), ("absence", 1), ("capture", 3), ("absence", 1), ("capture", 4), ("listing", 1), ("absence", 1),
    ]  # fmt: skip
    assert hangs_together(desk)
    with desk.archive.engine.connect() as connection:
        row = connection.execute(facts.query(Kind.ABSENCE)).mappings().one()
    assert (row["capture"], row["listing"]) == (3, 1)
    assert entries(desk)[-1][3] == facts.digest(Kind.ABSENCE, row)


def test_nights_of_absence_of_an_archive_that_did_not_enter_them_are_entered_once(empty, report):
    with Archive.open(empty) as opened:
        desk = Desk(opened)
        desk.file(report)
        desk.gone()
        with writing(opened.engine) as connection:  # as the program before left it
            connection.exec_driver_sql("DELETE FROM ledger WHERE seq > 4")
    for _ in range(2):
        migrations.upgrade(empty, "0007")
        migrations.upgrade(empty)
    with Archive.open(empty) as opened:
        assert [(kind, ref) for _, kind, ref, *_ in entries(Desk(opened))][4:] == [("absence", 1)]
        assert hangs_together(Desk(opened))
        assert list(whole.verify(opened)) == []


def test_an_entry_is_of_the_row_as_it_is_stored(desk, report):
    desk.file(replace(report, title="年报\x00\ud800", figures=(FIGURE,)))
    newest = {(kind, ref): sha256 for _, kind, ref, sha256, _ in entries(desk)}
    with desk.archive.engine.connect() as connection:
        for kind in (Kind.CAPTURE, Kind.VERSION, Kind.CHANGE):
            for row in connection.execute(facts.query(kind)).mappings():
                assert facts.digest(kind, row) == newest.pop((kind, row["ref"]))
    assert newest == {}


def test_a_transaction_that_breaks_off_leaves_no_entry(desk):
    desk.keep()
    with pytest.raises(RuntimeError), writing(desk.archive.engine) as connection:  # noqa: PT012
        from storage import blobs, captures
        from storage.records import Capture

        captures.keep(connection, Capture(url=URL, status=200, body=b"x", fetched_at=NIGHT), blobs.pack(b"x"), run=None)
        raise RuntimeError("the power went out")
    assert len(entries(desk)) == 1


def test_an_archive_begun_before_the_ledger_is_entered_as_it_is_found(empty, report):
    hashes = "SELECT exact_sha256 FROM contents ORDER BY content_sha256", "SELECT exact_sha256 FROM assessments ORDER BY id"
    with Archive.open(empty) as opened:
        desk = Desk(opened)
        desk.file(replace(report, figures=(FIGURE,)))
        desk.file(replace(report, text=report.text + "\n更正"))
        before, sealed = {row[1:4] for row in entries(desk)}, [desk.rows(statement) for statement in hashes]
    migrations.upgrade(empty, "0002")
    migrations.upgrade(empty)
    with Archive.open(empty) as opened:
        desk = Desk(opened)
        told = entries(desk)
        assert {row[1:4] for row in told} == before
        assert [kind for _, kind, *_ in told] == ["capture", "capture", "version", "version", "change", "change"]
        assert hangs_together(desk)
        assert [desk.rows(statement) for statement in hashes] == sealed
        assert desk.rows("SELECT COUNT(*) FROM blobs WHERE data_sha256 IS NULL") == [(0,)]

"""Flipped bits that are no bit of a text: of a number's sign, of SQLite's note that a value is NULL, of a name, of what no entry vouches for."""

import random
import re
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import encoding, schema
from storage.verifying.bad import Verdict
from tests.storage import test_verify_packed
from tests.storage.test_verify import history as history
from tests.storage.test_verify import put, told, verify

ROT, TAMPERING = Verdict.ROT, Verdict.TAMPERING
packed = test_verify_packed.packed
ON_SQLITE = pytest.mark.parametrize("archive", ["sqlite"], indirect=True)


def of_version(history):
    """A version, and the reading it rests on."""
    return history.rows("SELECT id, reading FROM versions ORDER BY id")[0]


def test_the_sign_of_a_number_is_a_bit_like_others(history, folder):
    for stored in (200 - 2**15, 200 - 2**23, 200 - 2**31):  # as SQLite keeps 200 in two bytes, and as other programs keep it
        put(history.archive.engine, schema.captures, "status", stored, 1)
        assert told(verify(history, folder)) == [("capture", 1, ROT)]


@ON_SQLITE
def test_what_is_null_in_place_of_something_is_rot(history, folder):
    """In SQLite's note of a value's kind 0 and NULL are one bit apart."""
    for table, column, kind in (
        ("captures", "rendered", "capture"),
        ("blobs", "size", "body"),
        ("reports", "state", "reports"),
        ("figures", "certain", "figures"),
    ):
        with closing(history.archive.engine.raw_connection()) as raw:
            (before,) = raw.execute(f'SELECT "{column}" FROM {table} WHERE rowid = (SELECT MIN(rowid) FROM {table})').fetchone()
            raw.execute("PRAGMA writable_schema=on")
            (made,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            raw.execute("UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = ?", (table,))
            raw.execute("PRAGMA writable_schema=reset")
            raw.execute(f'UPDATE {table} SET "{column}" = NULL WHERE rowid = (SELECT MIN(rowid) FROM {table})')
            raw.execute("PRAGMA writable_schema=on")
            raw.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (made, table))
            raw.execute("PRAGMA writable_schema=reset")
        found = told(verify(history, folder))
        assert ("database", "sqlite", ROT) in found, table
        assert [(bad[0], bad[2]) for bad in found if bad[0] != "database"] == [(kind, ROT)], found
        with history.archive.engine.begin() as connection:
            connection.exec_driver_sql(f'UPDATE {table} SET "{column}" = ? WHERE rowid = (SELECT MIN(rowid) FROM {table})', (before,))
    assert verify(history, folder) == []


def test_what_no_entry_vouches_for_and_refers_to_nothing_is_rot(history, folder):
    """The run of a capture is none of its facts: nobody can say that its row was taken away."""
    put(history.archive.engine, schema.captures, "run", 99, 1)
    assert told(verify(history, folder)) == [("captures", 1, ROT)]


def test_a_version_whose_reading_names_another_content_is_rot_and_named_once(history, folder):
    version, reading = of_version(history)
    ((content,),) = history.rows(f"SELECT content_sha256 FROM readings WHERE id = {reading}")
    other = chr(ord(str(content)[0]) ^ 1) + str(content)[1:]
    put(history.archive.engine, schema.readings, "content_sha256", other, reading)
    assert told(verify(history, folder)) == [("version", version, ROT)]


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [("versions", "content_sha256", "version"), ("versions", "reading", "version"), ("assessments", "content_sha256", "assessment")],
)
def test_one_bit_that_parts_a_version_from_what_it_rests_on_is_rot_and_named_once(history, folder, table, column, kind):
    number, reading = of_version(history)
    content = str(history.rows(f"SELECT content_sha256 FROM versions WHERE id = {number}")[0][0])
    key = number if table == "versions" else int(str(history.rows(f"SELECT id FROM assessments WHERE content_sha256 = '{content}'")[0][0]))
    value = int(str(reading)) + 2**12 if column == "reading" else chr(ord(content[0]) ^ 1) + content[1:]
    put(history.archive.engine, schema.metadata.tables[table], column, value, key)
    found = told(verify(history, folder))
    assert found == [(kind, key, ROT)]


@ON_SQLITE
def test_an_assessments_hash_that_is_no_text_any_more_is_named_once(history, folder):
    name = str(history.rows("SELECT exact_sha256 FROM assessments ORDER BY id")[0][0]).encode()
    number = int(str(history.rows("SELECT MIN(id) FROM assessments")[0][0]))
    put(history.archive.engine, schema.assessments, "exact_sha256", b"\xb3" + name[1:], number)
    assert told(verify(history, folder)) == [("assessment", number, ROT)]


def test_a_reading_whose_capture_has_another_number_is_named_once(history, folder):
    put(history.archive.engine, schema.captures, "id", 1 + 2**12, 1)
    found = [(kind, number) for kind, number, _ in told(verify(history, folder))]
    assert len(found) == len(set(found))


@ON_SQLITE
def test_a_body_whose_name_is_no_text_any_more_is_rot_and_so_is_what_hangs_on_it(packed, folder):
    row, hanging = test_verify_packed.one_of(packed, encoding.WITH_DICTIONARY)
    with packed.engine.connect() as connection:
        asked = sa.text("SELECT rowid FROM blobs WHERE sha256 = :name")
        number = connection.execute(asked, {"name": row.sha256}).scalar_one()
    chance = random.Random(1)
    name = bytearray(row.sha256.encode())
    name[chance.randrange(64)] ^= 0x80
    put(packed.engine, schema.blobs, "sha256", bytes(name), row.sha256)
    assert test_verify_packed.told(packed, folder) == {("body", f"row {number}", ROT)} | {("body", other, ROT) for other in hanging}


@ON_SQLITE
def test_a_whole_body_that_a_damaged_index_does_not_lead_to_is_rot(history, folder):
    (name,) = history.rows("SELECT sha256 FROM captures WHERE id = 1")[0]
    history.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    history.archive.engine.dispose()
    path = Path(history.archive.engine.url.database)
    stored = path.read_bytes()
    places = [found.start() for found in re.finditer(str(name).encode(), stored)]
    told_of_body = []
    for place in places:  # in the table, in its index, in its captures
        damaged = bytearray(stored)
        damaged[place + 20] ^= 4
        path.write_bytes(damaged)
        told_of_body += [(bad.verdict, "an index of the database" in bad.what) for bad in verify(history, folder) if bad.kind == "body"]
        history.archive.engine.dispose()
    assert (ROT, True) in told_of_body
    assert TAMPERING not in {verdict for verdict, _ in told_of_body}


@ON_SQLITE
def test_any_flipped_bit_of_the_file_of_heads_is_one_line_of_it_and_rot(history, folder):
    file = folder / "heads.txt"
    written = file.read_bytes()
    feed = written.index(b"\n")
    for place, bit in ((feed, 3), (feed, 7), (feed - 20, 7), (feed + 30, 0)):  # two lines become one; no UTF-8; another digit
        damaged = bytearray(written)
        damaged[place] ^= 1 << bit
        file.write_bytes(damaged)
        assert [(kind, verdict) for kind, _, verdict in told(verify(history, folder))] == [("heads_file", ROT)], (place, bit)

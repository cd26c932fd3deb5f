"""Bodies that were packed are vouched for as before: nobody sees the packing, and everybody sees damage, in them and in what they are stored with."""

import hashlib
import random
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from storage import choosing, dictionaries, encoding, packing, schema
from storage.engine import writing
from storage.evidence import heads, headsfile
from storage.verifying import whole
from storage.verifying.bad import Verdict
from tests import independent_checker
from tests.storage.conftest import NIGHT
from tests.storage.test_packing import keep, of, page
from tests.storage.test_verify import put, run

ROT, TAMPERING = Verdict.ROT, Verdict.TAMPERING
PAGES = 12
CODECS = (encoding.WITH_DICTIONARY, encoding.DELTA, encoding.ALONE)


@pytest.fixture
def packed(archive, folder, monkeypatch):
    """Twelve pages on three nights and a file, packed: each first page with a dictionary, the later ones as differences, the file alone."""
    for visit in range(3):
        for number in range(PAGES):
            keep(archive, number, visit)
    keep(archive, 100, body=random.Random(1).randbytes(3000))
    keep(archive, 101, body=b"%PDF" + random.Random(2).randbytes(3000), portal="qingdao")
    with writing(archive.engine) as connection:
        heads.seal(connection, NIGHT)
        headsfile.append(folder / "heads.txt", heads.all_of(connection))
    monkeypatch.setattr(choosing, "LEVEL", 9)  # how small it gets is not asked here
    monkeypatch.setattr(dictionaries, "LEVEL", 9)
    monkeypatch.setattr(dictionaries, "SIZES", dictionaries.SIZES[:1])
    before = ledger(archive)
    done = packing.pack(archive.engine, NIGHT)
    assert (done.with_dictionary, done.deltas, done.alone, done.dictionaries) == (PAGES, 2 * PAGES, 2, 1)
    assert ledger(archive) == before
    return archive


def ledger(archive):
    with archive.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(schema.ledger).order_by(schema.ledger.c.seq))]


def told(archive, folder, **more):
    return {(bad.kind, bad.id, bad.verdict) for bad in whole.verify(archive, heads_file=folder / "heads.txt", **more)}


def one_of(archive, codec):
    """A body stored in a way, and those that hang on it."""
    captures = {encoding.WITH_DICTIONARY: 3, encoding.DELTA: 3 + PAGES, encoding.ALONE: 3 * PAGES + 1}
    row = of(archive, captures[codec])
    assert row.codec == codec
    hanging = [of(archive, 3 + PAGES), of(archive, 3 + 2 * PAGES)] if codec == encoding.WITH_DICTIONARY else []
    return row, {other.sha256 for other in hanging}


def set_blob(archive, name, **values):
    with archive.engine.begin() as connection:
        connection.execute(sa.update(schema.blobs).where(schema.blobs.c.sha256 == name).values(**values))


def flipped(data, chance):
    changed = bytearray(data)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_packing_leaves_the_ledger_as_it_is_and_nothing_to_find(packed, folder):
    assert told(packed, folder) == set()


@pytest.mark.parametrize("archive", ["sqlite"], indirect=True)
def test_somebody_elses_checker_sees_no_difference_either(packed, folder):
    assert independent_checker.check(packed.engine.url.database, (folder / "heads.txt").read_text()) == []


def test_a_flipped_bit_in_a_packed_body_is_rot_of_it_and_of_those_that_hang_on_it(packed, folder):
    chance = random.Random(1)
    for codec in CODECS:
        row, hanging = one_of(packed, codec)
        for _ in range(6):
            set_blob(packed, row.sha256, data=flipped(row.data, chance))
            found = told(packed, folder)
            assert ("body", row.sha256, ROT) in found
            assert found <= {("body", name, ROT) for name in {row.sha256, *hanging}}
        set_blob(packed, row.sha256, data=row.data)
    assert told(packed, folder) == set()


def test_a_flipped_bit_in_a_dictionary_is_rot_of_it_and_of_every_body_that_needs_it(packed, folder):
    chance = random.Random(3)
    with packed.engine.connect() as connection:
        data = connection.execute(sa.select(schema.dictionaries.c.data)).scalar_one()
    needing = {("body", of(packed, capture).sha256, ROT) for capture in range(1, 3 * PAGES + 1)}
    for _ in range(4):
        put(packed.engine, schema.dictionaries, "data", flipped(data, chance), 1)
        assert told(packed, folder) == {("dictionary", 1, ROT)} | needing
    put(packed.engine, schema.dictionaries, "data", data, 1)
    name = sha256(data)
    put(packed.engine, schema.dictionaries, "sha256", f"{name[:-1]}{chr(ord(name[-1]) ^ 1)}", 1)
    assert told(packed, folder) == {("dictionary", 1, ROT)} | needing


@pytest.mark.parametrize("codec", CODECS)
def test_a_flipped_bit_of_what_is_said_of_a_packed_body_is_rot(packed, folder, codec):
    chance = random.Random(codec)
    row, hanging = one_of(packed, codec)
    with packed.engine.begin() as connection:  # so that a flipped number leads to another dictionary
        for number in (2, 3):
            data = b"%d" % number * 9
            made = sa.insert(schema.dictionaries).values(id=number, portal="qingdao", data=data, made_at=NIGHT, sha256=sha256(data))
            connection.execute(made)
    for column in ("size", "codec", "base", "dictionary", "data_sha256", "sha256"):
        value = getattr(row, column)
        for bit in range(3 if value is not None else 0):
            if isinstance(value, int):
                changed = value ^ (1 << (bit if column == "dictionary" else chance.randrange(30)))
            else:
                text = bytearray(value.encode())
                high = column == "codec" and packed.engine.dialect.name == "sqlite"  # PostgreSQL takes no broken UTF-8
                text[chance.randrange(len(text))] ^= 1 << (7 if high and bit == 0 else chance.randrange(7))
                changed = bytes(text) if high else text.decode()
            put(packed.engine, schema.blobs, column, changed, row.sha256)
            found = told(packed, folder)
            assert {(kind, verdict) for kind, _, verdict in found} == {("body", ROT)}, (column, changed, found)
            assert {name for _, name, _ in found} <= {row.sha256, changed, *hanging}
            put(packed.engine, schema.blobs, column, value, changed if column == "sha256" else row.sha256)
    assert told(packed, folder) == set()


def test_a_packed_body_replaced_together_with_its_hashes_is_tampering(packed, folder):
    base = of(packed, 1)
    with packed.engine.connect() as connection:
        dictionary = connection.execute(sa.select(schema.dictionaries.c.data)).scalar_one()
    forged = page(3, 99).replace("公开".encode(), "隐瞒".encode())
    for codec in CODECS:
        row, hanging = one_of(packed, codec)
        for into in (encoding.KEPT, *CODECS):
            given = {encoding.WITH_DICTIONARY: dictionary, encoding.DELTA: page(0)}.get(into)
            data = encoding.quick(forged) if into == encoding.KEPT else encoding.encode(forged, level=3, given=given)
            set_blob(
                packed, row.sha256, data=data, data_sha256=sha256(data), size=len(forged), codec=into,
                base=base.sha256 if into == encoding.DELTA else None, dictionary=1 if into == encoding.WITH_DICTIONARY else None,
            )  # fmt: skip
            # what hangs on it is whole, yet does not come out any more: it is named too, for the same reason
            assert told(packed, folder) == {("body", name, TAMPERING) for name in {row.sha256, *hanging}}
        set_blob(packed, row.sha256, **{name: value for name, value in row._mapping.items() if name != "sha256"})
    assert told(packed, folder) == set()


def test_two_bodies_that_are_differences_to_each_other_are_named_and_nobody_goes_round_in_a_circle(packed, folder):
    _, hanging = one_of(packed, encoding.WITH_DICTIONARY)
    first, second = sorted(hanging)
    set_blob(packed, first, base=second)
    set_blob(packed, second, base=first)
    assert told(packed, folder) == {("body", name, TAMPERING) for name in hanging}


def test_a_body_and_its_capture_replaced_with_all_hashes_contradict_the_ledger(packed, folder):
    forged = b"<html><p>another page</p></html>"
    data = encoding.encode(forged, level=3)
    row, _ = one_of(packed, encoding.ALONE)
    with packed.engine.begin() as connection:
        connection.execute(sa.insert(schema.blobs).values(sha256=sha256(forged), size=len(forged), codec=encoding.ALONE, data=data,
                                                          data_sha256=sha256(data)))  # fmt: skip
        connection.execute(sa.update(schema.captures).where(schema.captures.c.sha256 == row.sha256).values(sha256=sha256(forged)))
        connection.execute(sa.delete(schema.blobs).where(schema.blobs.c.sha256 == row.sha256))
    assert told(packed, folder) == {("capture", 3 * PAGES + 1, TAMPERING)}


def test_a_dictionary_replaced_with_its_hash_or_taken_away_is_tampering_with_every_body_that_needs_it(packed, folder):
    needing = {("body", of(packed, capture).sha256, TAMPERING) for capture in range(1, 3 * PAGES + 1)}
    with packed.engine.begin() as connection:
        other = b"another dictionary" * 100
        connection.execute(sa.update(schema.dictionaries).values(data=other, sha256=sha256(other)))
    assert told(packed, folder) == needing
    with packed.engine.begin() as connection:
        connection.execute(sa.delete(schema.dictionaries))
    assert told(packed, folder) == needing


def test_a_body_that_was_taken_away_is_missed_by_its_captures_and_by_what_hangs_on_it(packed, folder):
    row, hanging = one_of(packed, encoding.WITH_DICTIONARY)
    run(SimpleNamespace(archive=packed), f"DELETE FROM blobs WHERE sha256 = '{row.sha256}'")
    found = told(packed, folder)
    assert ("captures", 3, TAMPERING) in found
    assert {("body", name, TAMPERING) for name in hanging} == {bad for bad in found if bad[0] == "body"}

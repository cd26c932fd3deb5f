"""Bodies take less room, and nobody who reads can tell."""

import json
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard

from storage import encoding, packing
from storage.engine import reading, writing
from storage.errors import CorruptCapture
from storage.records import Capture
from storage.schema import blobs, captures, dictionaries
from tests.storage.conftest import NIGHT

PROJECT = Path(__file__).parent.parent.parent
PACKER = """
import sys
from datetime import UTC, datetime
from storage import packing
from storage.archive import Archive
with Archive.open(sys.argv[1]) as archive:
    packing.pack(archive.engine, datetime.now(UTC), lambda: print(".", flush=True))
"""
CHROME = "".join(f'<li class="nav{n}"><a href="/xxgk/column{n}/index.html">栏目{n * 7919}</a></li>' for n in range(150))


def page(number: int, visit: int = 0) -> bytes:
    """A page of a portal; another visit differs in its counter."""
    told = random.Random(number)
    words = "".join(f"<p>受理申请{told.randrange(10**6)}件，公开{told.randrange(10**6)}条。</p>" for _ in range(30))
    return f"<html><body><ul>{CHROME}</ul><h1>{2000 + number}</h1>{words}<i>访问 {visit}</i></body></html>".encode()


def keep(archive, number, visit=0, *, body=None, portal="zhucheng", status=200):
    told = page(number, visit) if body is None else body
    capture = Capture(
        url=f"https://www.zhucheng.gov.cn/{number}.html", status=status, body=told, fetched_at=NIGHT + timedelta(days=visit), portal=portal
    )
    return archive.keep(capture)


def stored(archive):
    """How each body is stored, by its sha256."""
    with reading(archive.engine) as connection:
        return {row.sha256: row for row in connection.execute(sa.select(blobs))}


def of(archive, capture):
    with reading(archive.engine) as connection:
        sha256 = connection.execute(sa.select(captures.c.sha256).where(captures.c.id == capture)).scalar_one()
    return stored(archive)[sha256]


@pytest.fixture
def filled(archive):
    """Twelve pages on three nights, a binary file and an empty body; the captures by number with the bytes they must keep."""
    kept = {}
    for visit in range(3):
        for number in range(12):
            kept[keep(archive, number, visit)] = page(number, visit)
    for odd in (random.Random(1).randbytes(5000), b"", b"\x00"):
        kept[keep(archive, 100 + len(odd), body=odd)] = odd
    return archive, kept


def test_every_body_comes_out_as_it_was_and_takes_less_room(filled):
    archive, kept = filled
    done = packing.pack(archive.engine, NIGHT)
    assert {number: archive.capture(number).body for number in kept} == kept
    assert done.bodies == len(set(kept.values()))
    assert (done.with_dictionary, done.deltas, done.dictionaries, done.damaged) == (12, 24, 1, [])
    assert done.after < done.before / 3
    assert packing.waiting(archive.engine) == 0


def test_a_later_visit_is_the_difference_to_an_earlier_body_of_the_same_url_and_takes_few_bytes(filled):
    archive, _ = filled
    packing.pack(archive.engine, NIGHT)
    for number in range(1, 13):
        first, second, third = (of(archive, number + 12 * visit) for visit in range(3))
        assert (first.codec, first.base) == (encoding.WITH_DICTIONARY, None)
        assert second.base == third.base == first.sha256
        assert max(len(second.data), len(third.data)) < 60


def test_no_body_hangs_on_one_that_hangs_itself(filled):
    archive, _ = filled
    packing.pack(archive.engine, NIGHT)
    for number in range(12):
        keep(archive, number, 7)
    packing.pack(archive.engine, NIGHT)
    rows = stored(archive)
    assert {rows[row.base].base for row in rows.values() if row.base} == {None}


def test_packing_again_finds_nothing_to_do(filled):
    archive, _ = filled
    packing.pack(archive.engine, NIGHT)
    before = stored(archive)
    assert packing.pack(archive.engine, NIGHT) == packing.Packed()
    assert stored(archive) == before


def test_new_captures_are_packed_with_the_dictionary_that_is_there(filled):
    archive, _ = filled
    packing.pack(archive.engine, NIGHT)
    fresh = keep(archive, 50)
    assert packing.pack(archive.engine, NIGHT).dictionaries == 0
    assert of(archive, fresh).codec == encoding.WITH_DICTIONARY
    assert archive.capture(fresh).body == page(50)


def test_a_small_portal_gets_no_dictionary_and_still_its_differences(archive):
    for visit in range(2):
        for number in range(3):
            keep(archive, number, visit)
    done = packing.pack(archive.engine, NIGHT)
    assert (done.dictionaries, done.alone, done.deltas) == (0, 3, 3)


def test_pages_that_share_nothing_get_no_dictionary(archive):
    for number in range(20):
        keep(archive, number, body=b"<html>" + random.Random(number).randbytes(20_000))
    done = packing.pack(archive.engine, NIGHT)
    assert (done.dictionaries, done.alone) == (0, 20)


def test_another_page_at_the_same_url_stands_by_itself(archive):
    keep(archive, 1)
    other = keep(archive, 1, 1, body=random.Random(3).randbytes(9000))
    again = keep(archive, 1, 2)
    packing.pack(archive.engine, NIGHT)
    assert of(archive, other).codec == encoding.ALONE
    assert of(archive, again).codec == encoding.DELTA  # to the page before the error


def test_few_bodies_hang_on_one(archive, monkeypatch):
    monkeypatch.setattr(packing, "FOLLOWERS", 3)
    for visit in range(9):
        keep(archive, 1, visit)
    packing.pack(archive.engine, NIGHT)
    rows = stored(archive).values()
    assert sum(row.base is None for row in rows) == 3
    assert max(sum(row.base == other.sha256 for row in rows) for other in rows) == 3


def test_a_body_that_others_hang_on_never_becomes_a_difference(archive):
    first, second = keep(archive, 1, 0), keep(archive, 1, 1)
    packing.pack(archive.engine, NIGHT)
    with writing(archive.engine) as connection:
        base, follower = of(archive, first), of(archive, second)
        assert not packing._may_hang(connection, base.sha256, follower.sha256)
        assert not packing._may_hang(connection, base.sha256, "0" * 64)


@pytest.mark.parametrize("what", ["base", "dictionary", "base is a difference", "dictionary is damaged"])
def test_what_a_body_is_stored_with_is_missed_by_name(filled, what):
    archive, _ = filled
    packing.pack(archive.engine, NIGHT)
    first, second = of(archive, 1), of(archive, 13)
    with archive.engine.begin() as connection:
        if what == "base":
            connection.execute(sa.update(blobs).where(blobs.c.sha256 == second.sha256).values(base="f" * 64))
            named = f"{second.sha256}: .*{'f' * 64}, which is not in the archive"
        elif what == "base is a difference":
            connection.execute(sa.update(blobs).where(blobs.c.sha256 == first.sha256).values(codec=encoding.DELTA))
            named = f"{second.sha256}: .*{first.sha256}, which is a difference itself"
        elif what == "dictionary":
            connection.execute(sa.delete(dictionaries))
            named = f"{second.sha256}: .*{first.sha256}: dictionary {first.dictionary} is not in the archive"
        else:
            data = connection.execute(sa.select(dictionaries.c.data)).scalar_one()
            connection.execute(sa.update(dictionaries).values(data=data[:-1] + bytes([data[-1] ^ 1])))
            named = f"dictionary {first.dictionary}: the stored bytes hash to"
    with pytest.raises(CorruptCapture, match=named):
        archive.capture(13)


def test_a_bomb_is_not_unpacked(archive):
    number = keep(archive, 1)
    with archive.engine.begin() as connection:
        connection.execute(sa.update(blobs).values(data=zstandard.compress(bytes(50 * 2**20))))
    with pytest.raises(CorruptCapture, match="state a size of 52428800, the archive"):
        archive.capture(number)


def test_a_damaged_body_is_named_and_left_and_nothing_hangs_on_it(archive):
    first, second = keep(archive, 1, 0), keep(archive, 1, 1)
    damaged = of(archive, first)
    with archive.engine.begin() as connection:
        connection.execute(sa.update(blobs).where(blobs.c.sha256 == damaged.sha256).values(data=damaged.data[:-1]))
    done = packing.pack(archive.engine, NIGHT)
    assert len(done.damaged) == 1
    assert damaged.sha256 in done.damaged[0]
    assert of(archive, first).data == damaged.data[:-1]
    assert of(archive, second).base is None


def test_an_encoding_that_does_not_come_out_again_is_never_written(archive, monkeypatch):
    number = keep(archive, 1)
    before = of(archive, number)
    encode = encoding.encode
    monkeypatch.setattr(encoding, "encode", lambda body, **how: encode(body[:-1] + b"?", **how))
    with pytest.raises(CorruptCapture, match=before.sha256):
        packing.pack(archive.engine, NIGHT)
    assert of(archive, number) == before


def start(program, *arguments):
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_several_packers_at_once_do_no_harm(filled, url):
    archive, kept = filled
    running = [start("from app.cli import main; main()", "db", "pack", "--json", "--archive", url) for _ in range(3)]
    told = [program.communicate(timeout=120) for program in running]
    assert [errors for _, errors in told] == [""] * 3
    assert sum(json.loads(output)["bodies"] for output, _ in told) == len(set(kept.values()))
    assert {number: archive.capture(number).body for number in kept} == kept
    assert packing.waiting(archive.engine) == 0
    rows = stored(archive)
    assert {rows[row.base].base for row in rows.values() if row.base} == {None}


def test_packing_may_be_killed_at_any_moment(filled, url):
    archive, kept = filled
    for steps in (1, 4, 9):
        running = start(PACKER, url)
        for _ in range(steps):
            running.stdout.readline()
        running.kill()
        running.communicate()
        assert {number: archive.capture(number).body for number in kept} == kept
    packing.pack(archive.engine, NIGHT)
    assert packing.waiting(archive.engine) == 0
    assert {number: archive.capture(number).body for number in kept} == kept

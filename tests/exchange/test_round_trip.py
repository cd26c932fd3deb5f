"""An archive that is exported and imported again is the same archive."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner

from app.cli import cli
from storage import tables
from storage.archive import Archive
from storage.engine import reading as reads
from storage.schema import blobs

PROJECT = Path(__file__).resolve().parent.parent.parent
LATER = "2026-04-02T12:00:00+00:00"


def into(tmp_path):
    return ("--archive", f"sqlite:///{tmp_path}/a.sqlite3", "--now", LATER)


def sums(url):
    with Archive.open(url, create=False) as archive, reads(archive.engine) as connection:
        return tables.sums(connection)


def test_a_whole_archive_is_restored_to_the_last_row(world, whole, tmp_path):
    (told,) = world.nianbao("import", whole, *into(tmp_path))
    before, after = sums(world.url), sums(f"sqlite:///{tmp_path}/a.sqlite3")
    assert before == after
    assert told["summary"]["restored"]["captures"] == before["captures"].rows > 50
    assert before["ledger"].rows > 50


def test_a_restored_archive_goes_on(world, whole, tmp_path):
    world.nianbao("import", whole, *into(tmp_path))
    rows = world.nianbao("import", world.folder / "mirror.html", *into(tmp_path))
    assert [row["change"] for row in rows] == [None]


def test_an_archive_replayed_from_its_records_says_the_same(world, warc, tmp_path, before, after, differences):
    *rows, last = world.nianbao("import", warc, *into(tmp_path))
    assert [row for row in rows if row["error"]] == []
    assert last["summary"]["errors"] == 0
    told = after()
    assert differences(before, told) == []
    assert {name: len(told[name]) for name in told} == {name: len(before[name]) for name in before}


def test_what_is_imported_twice_changes_nothing(world, warc, whole, tmp_path, after):
    world.nianbao("import", warc, *into(tmp_path))
    once = sums(f"sqlite:///{tmp_path}/a.sqlite3")
    *rows, last = world.nianbao("import", whole, warc, *into(tmp_path))
    assert last["summary"]["kept"] == 0
    assert {row["change"] for row in rows} == {None}
    assert sums(f"sqlite:///{tmp_path}/a.sqlite3") == once


def test_an_archive_that_is_not_empty_is_replayed_into(world, whole, tmp_path, before, after, differences):
    world.nianbao("import", world.folder / "mirror.html", *into(tmp_path))
    *_, last = world.nianbao("import", whole, *into(tmp_path))
    assert last["summary"]["errors"] == 0
    told = after()
    for name in ("figures", "findings"):  # they name the bytes in which a content was found first
        assert len(told.pop(name)) == len(before[name])
    assert differences({name: before[name] for name in told}, told) == []


def test_one_flipped_bit_in_a_table_is_found_and_nothing_is_restored(world, whole, tmp_path):
    broken = tmp_path / "broken.wacz"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for info in old.infolist():
            body = old.read(info)
            if info.filename == "nianbao/captures.jsonl":
                body = body.replace(b'"status":200', b'"status":201', 1)
            new.writestr(info, body)
    result = CliRunner().invoke(cli, ["--config", str(world.config), "import", str(broken), *into(tmp_path)])
    assert result.exit_code == 1
    assert "captures" in result.output
    with Archive.open(f"sqlite:///{tmp_path}/a.sqlite3", create=False) as archive, reads(archive.engine) as connection:
        assert tables.is_empty(connection)
        assert connection.execute(sa.select(sa.func.count()).select_from(blobs)).scalar_one() == 0


def test_bodies_that_were_packed_come_back_as_they_were(world, tmp_path):
    shutil.copytree(Path(world.url.removeprefix("sqlite:///")).parent, tmp_path / "packed")
    packed = f"sqlite:///{tmp_path}/packed/nianbao.sqlite3"
    world.nianbao("db", "pack", "--archive", packed, "--now", LATER)
    world.nianbao("export", "wacz", tmp_path / "a.wacz", "--archive", packed, "--now", LATER)
    world.nianbao("import", tmp_path / "a.wacz", *into(tmp_path))
    assert sums(packed) == sums(f"sqlite:///{tmp_path}/a.sqlite3")
    (told,) = world.nianbao("verify", *into(tmp_path))[-1:]
    assert not told.get("bad")


def test_an_import_that_was_killed_is_given_again(world, warc, tmp_path, before, after, differences):
    command = [sys.executable, "-m", "app", "--config", str(world.config), "import", str(warc), *into(tmp_path), "--json"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        for _ in range(7):
            process.stdout.readline()
        process.kill()
    *_, last = world.nianbao("import", warc, *into(tmp_path))
    assert last["summary"]["known"] > 0
    assert last["summary"]["kept"] > 0
    assert differences(before, after()) == []

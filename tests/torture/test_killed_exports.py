"""kill -9 of what writes files and of what copies an archive: a name stands for a whole file, a database for a whole archive, or for nothing."""

from __future__ import annotations

import random
import time
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.torture.killing import Moment, run
from tests.torture.works import LATER, Place, World

LAYOUTS = ("wacz", "warc", "csv")
SQLITE = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
BOTH = pytest.mark.parametrize("world", ["sqlite", "postgresql"], indirect=True)


def archive(world: World) -> Place:
    return world.old_archive("seen", lambda seen: seen)


def export(place: Place, layout: str, target: Path, moment: Moment | None = None, *more: str):
    path = {"wacz": target / "all.wacz", "warc": target / "all.warc.gz", "csv": target / "data"}[layout]
    return run(place.folder, ["--config", place.config, "export", layout, path, "--now", LATER, *more], moment)


def files(target: Path) -> dict[str, bytes]:
    """What stands under names that somebody would look for; a name that begins with a dot is none."""
    found = (path for path in target.rglob("*") if path.is_file())
    return {
        str(path.relative_to(target)): path.read_bytes() for path in found if not any(part.startswith(".") for part in path.relative_to(target).parts)
    }


def whole(name: str, body: bytes, path: Path) -> None:
    """Raises where a file is not what it says it is."""
    if name.endswith(".wacz"):
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None
            assert "datapackage-digest.json" in package.namelist()
    elif name.endswith(".warc.gz"):
        with path.open("rb") as records:
            assert sum(1 for record in ArchiveIterator(records, check_digests="raise")) > 10


def looked_at(target: Path, undisturbed: dict[str, bytes]) -> None:
    for name, body in files(target).items():
        assert name in undisturbed
        whole(name, body, target / name)
        if not name.endswith((".wacz", ".warc.gz", ".cdxj")):  # their records bear random numbers
            assert body == undisturbed[name], name


@SQLITE
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_that_is_killed_before_its_file_takes_its_name_leaves_no_such_file(world: World, layout: str, tmp_path: Path):
    place = archive(world)
    first, killed = tmp_path / "first", tmp_path / "killed"
    for folder in (first, killed):
        folder.mkdir()
    assert export(place, layout, first).code == 0
    undisturbed = files(first)
    assert undisturbed
    ended = export(place, layout, killed, Moment("rename", 1))
    assert ended.struck
    assert files(killed) == {}
    assert export(place, layout, killed).code == 0
    assert set(files(killed)) == set(undisturbed)
    looked_at(killed, undisturbed)


@pytest.mark.torture
@BOTH
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_that_is_killed_at_any_time_leaves_whole_files_or_none(world: World, layout: str, tmp_path: Path):
    place = archive(world)
    first = tmp_path / "first"
    first.mkdir()
    began = time.monotonic()
    ended = export(place, layout, first)
    took = time.monotonic() - began
    assert ended.code == 0
    undisturbed = files(first)
    renames = sum(line["what"] == "rename" for line in ended.lines)
    chance = random.Random(f"{layout} {world.databases.kind}")
    moments = [Moment("start", chance.uniform(took / 3, took)) for _ in range(4)] + [Moment("rename", n + 1) for n in range(renames)]
    for number, moment in enumerate(moments[:8]):
        target = tmp_path / str(number)
        target.mkdir()
        export(place, layout, target, moment)
        looked_at(target, undisturbed)
        if moment.what == "rename":  # and once more over what is there
            there = files(target)
            assert export(place, layout, target, Moment("rename", 1), "--force").struck
            assert files(target) == there
        assert export(place, layout, target, None, "--force").code == 0
        assert set(files(target)) == set(undisturbed)
        looked_at(target, undisturbed)


COPY = [("in", 1), ("statement", 30), ("statement", 200), ("committing", 1)]


@pytest.mark.parametrize(
    ("world", "moment"),
    [("sqlite", ("committing", 1)), ("postgresql", ("statement", 200)),
     *(pytest.param(kind, moment, marks=pytest.mark.torture) for kind in ("sqlite", "postgresql") for moment in COPY)],
    indirect=["world"],
)  # fmt: skip
def test_a_copy_that_is_killed_leaves_an_empty_database_and_can_be_begun_again(world: World, moment: tuple[str, int]):
    source, target = archive(world), world.place()
    command = ["db", "copy", source.url, target.url]
    ended = run(target.folder, command, Moment(*moment))
    assert ended.struck, ended.output
    assert target.revision() is None
    asked = run(target.folder, ["--config", target.config, "find"])
    assert asked.code != 0
    assert "no archive yet; crawl or import first" in asked.output
    assert run(target.folder, command).code == 0
    assert target.said() == source.said()


@pytest.mark.torture
@BOTH
def test_a_copy_that_is_killed_when_it_is_done_is_whole_and_another_is_refused(world: World):
    source, target = archive(world), world.place()
    command = ["db", "copy", source.url, target.url]
    assert run(target.folder, command, Moment("out", 1)).struck
    assert target.said() == source.said()
    refused = run(target.folder, command)
    assert refused.code != 0
    assert "there is an archive already; a copy needs an empty database" in refused.output

"""A full disk: a clear error, nothing half-written, and the next run goes on when there is room."""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from storage import migrations, queries
from storage.archive import Archive
from storage.engine import reading as reads
from storage.errors import DiskFull
from storage.records import Capture
from tests.portal_site import Reply, Site, archive_of, column, portal_file
from tests.storage import server
from tests.storage.conftest import NIGHT

PROJECT = Path(__file__).parent.parent.parent
YEARS = range(1990, 2022)


class Disk:
    """A small file system of its own, where this user may mount one."""

    def __init__(self, size: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="nbdisk"))
        self.path.chmod(0o777)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", str(self.path)], check=True, capture_output=True)

    def grow(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.path)], check=True, capture_output=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=True, capture_output=True)
        shutil.rmtree(self.path)


def may_mount() -> bool:
    try:
        Disk("64k").close()
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


MOUNTING = [pytest.param("1400k", id="small file system")] if may_mount() else []  # elsewhere the limit on a file's size shows the same


@pytest.fixture
def disk(request):
    made = Disk(request.param)
    yield made
    made.close()


def keep_until_full(archive):
    chance, kept = random.Random(1), {}
    with pytest.raises(DiskFull, match="nothing was half-written"):  # noqa: PT012
        while len(kept) < 10_000:
            body = chance.randbytes(20_000)
            kept[archive.keep(Capture(url=f"https://a.gov.cn/{len(kept)}", status=200, body=body, fetched_at=NIGHT, portal="toy"))] = body
    return kept


def nothing_half_written(archive, kept):
    assert {number: archive.capture(number).body for number in kept} == kept
    with reads(archive.engine) as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM captures").scalar_one() == len(kept)
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM blobs").scalar_one() == len(kept)
        if archive.engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


@pytest.mark.parametrize("disk", MOUNTING, indirect=True)
def test_a_full_disk_undoes_what_was_begun_and_keeps_what_was_acknowledged(disk):
    with Archive.open(f"sqlite:///{disk.path / 'a.sqlite3'}") as archive:
        kept = keep_until_full(archive)
        nothing_half_written(archive, kept)
        keep_nothing = Capture(url="https://a.gov.cn/", status=200, body=random.Random(2).randbytes(400_000), fetched_at=NIGHT, portal="toy")
        with pytest.raises(DiskFull):
            archive.keep(keep_nothing)
        disk.grow("16m")
        kept[archive.keep(keep_nothing)] = keep_nothing.body
        nothing_half_written(archive, kept)


@pytest.mark.parametrize("disk", [pytest.param("24m", id="small file system")] if MOUNTING else [], indirect=True)
def test_a_full_disk_under_postgresql_is_told_alike(disk):
    with server.running(*server.FAST) as started:
        folder = disk.path / "space"
        folder.mkdir()
        if started.user is not None:
            os.chown(folder, started.user.pw_uid, started.user.pw_gid)
        started.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        started.execute("CREATE DATABASE small TABLESPACE small")
        with Archive.open(started.url.format(name="small")) as archive:
            kept = keep_until_full(archive)
            assert len(kept) > 10
            nothing_half_written(archive, kept)
            disk.grow("200m")
            fresh = Capture(url="https://a.gov.cn/", status=200, body=b"there is room", fetched_at=NIGHT, portal="toy")
            kept[archive.keep(fresh)] = fresh.body
            nothing_half_written(archive, kept)
        started.stop()


def nianbao(folder, *arguments, limit=None):
    """The command, in a process of its own; `limit`: bytes that any of its files may have."""
    return subprocess.run(
        [sys.executable, "-m", "app", "--config", str(folder / "config.yaml"), *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=120,
        check=False, env={"PYTHONPATH": str(PROJECT), "PATH": os.environ["PATH"]},
        preexec_fn=None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip


@pytest.fixture
def portal(tmp_path):
    site = Site()
    archive_of(site, YEARS)
    site.answers["/nb/"] = Reply(column(YEARS))
    portal_file(tmp_path / "portals", site)
    yield site
    site.close()


def configure(folder, database):
    told = (
        f"crawl: {{delay: 0.0, allow_private_hosts: true}}\nportals: {{paths: ['{folder / 'portals'}']}}\narchive: {{url: 'sqlite:///{database}'}}\n"
    )
    (folder / "config.yaml").write_text(told, encoding="utf-8")


def crawled_whole(database):
    with Archive.open(f"sqlite:///{database}", create=False) as archive:
        assert [run["state"] for run in queries.runs(archive)] == ["ok", "failed"]
        assert len(queries.find(archive)) == len(YEARS)
        assert [change["kind"] for change in queries.changes(archive)] == ["new"] * len(YEARS)
        with reads(archive.engine) as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


@pytest.mark.parametrize("disk", MOUNTING, indirect=True)
def test_a_crawl_ends_with_exit_code_1_when_the_disk_is_full_and_goes_on_when_there_is_room(disk, portal, tmp_path):
    configure(tmp_path, disk.path / "a.sqlite3")
    full = nianbao(tmp_path, "crawl")
    assert full.returncode == 1
    assert "disk is full" in full.stderr
    assert "Traceback" not in full.stderr
    disk.grow("32m")
    again = nianbao(tmp_path, "crawl")
    assert again.returncode == 0, again.stderr
    crawled_whole(disk.path / "a.sqlite3")


def test_a_limit_on_the_size_of_files_is_told_like_a_full_disk(portal, tmp_path):
    database = tmp_path / "a.sqlite3"
    configure(tmp_path, database)
    Archive.open(f"sqlite:///{database}").close()
    full = nianbao(tmp_path, "crawl", limit=900_000)
    assert full.returncode == 1
    assert "the disk refuses to write" in full.stderr or "disk is full" in full.stderr
    assert "Traceback" not in full.stderr
    again = nianbao(tmp_path, "crawl")
    assert again.returncode == 0, again.stderr
    crawled_whole(database)


def test_an_archive_that_cannot_be_made_for_lack_of_room_leaves_an_empty_database(tmp_path, portal):
    database = tmp_path / "a.sqlite3"
    configure(tmp_path, database)
    full = nianbao(tmp_path, "crawl", limit=60_000)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert migrations.current(f"sqlite:///{database}") is None
    Archive.open(f"sqlite:///{database}").close()

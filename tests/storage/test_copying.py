"""An archive goes from one database to the other and is the same there, or does not go at all."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from storage import copying, migrations, packing, queries, tables
from storage.archive import Archive
from storage.engine import connect, writing
from storage.engine import reading as reads
from storage.errors import ArchiveUnavailable, CopyDiffers
from tests.storage.conftest import NIGHT, Desk
from tests.storage.test_tables import fill

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture
def source(desk, report):
    """An archive with a row in most tables, odd words, two versions, and packed bodies."""
    fill(desk, report)
    desk.file(replace(report, title="'); DROP TABLE reports; -- 年报\x00\ud800", text=report.text.replace("132", "133")))
    desk.file(replace(report, url="https://www.zhucheng.gov.cn/other.html", issuer="诸城市财政局", text=report.text.replace("132", "135")))
    for number in range(8):
        desk.keep(f"https://a.gov.cn/{number}", body=f"<html>{'导航' * 4000}{number}</html>".encode())
        desk.keep(f"https://a.gov.cn/{number}", body=f"<html>{'导航' * 4000}{number} 访问</html>".encode())
    packing.pack(desk.archive.engine, NIGHT)
    desk.keep("https://a.gov.cn/late", body=b"\x00" * 100)
    return desk.archive


@pytest.fixture
def target(source, request, folder):
    """An empty database of the other kind."""
    return request.getfixturevalue("nothing") if source.engine.dialect.name == "sqlite" else f"sqlite:///{folder / 'new' / 'copy.sqlite3'}"


def sums(archive):
    with reads(archive.engine) as connection:
        return tables.sums(connection)


def test_a_copy_in_the_other_database_is_the_same_archive(source, url, target):
    copied = copying.copy(url, target)
    with Archive.open(target, create=False) as other:
        assert sums(other) == sums(source)
        assert {one.table: (one.rows, one.sha256) for one in copied} == {name: (one.rows, one.sha256) for name, one in sums(source).items()}
        assert queries.find(other) == queries.find(source)
        assert queries.find(other, text="当面申请") == queries.find(source, text="当面申请") != []
        assert other.capture(3) == source.capture(3)


def test_what_is_copied_goes_on_as_an_archive(source, url, target, report):
    copying.copy(url, target)
    with Archive.open(target) as other:
        for archive in (source, other):
            desk = Desk(archive, night=40)
            desk.file(replace(report, text=report.text.replace("132", "134")))
        assert sums(other)["captures"].rows == sums(source)["captures"].rows
        assert [row["id"] for row in queries.changes(other)] == [row["id"] for row in queries.changes(source)]


def test_there_and_back_again(source, url, target, folder):
    copying.copy(url, target)
    back = f"sqlite:///{folder / 'back.sqlite3'}"
    copying.copy(target, back)
    with Archive.open(back) as other:
        assert sums(other) == sums(source)


def test_only_an_empty_database_is_a_target(source, url, target):
    copying.copy(url, target)
    with pytest.raises(ArchiveUnavailable, match="there is an archive already"):
        copying.copy(url, target)
    with pytest.raises(ArchiveUnavailable, match="there is an archive already"):
        copying.copy(url, url)


def test_an_archive_without_a_row_is_a_target(source, url, target):
    Archive.open(target).close()
    copying.copy(url, target)
    with Archive.open(target) as other:
        assert sums(other) == sums(source)


def test_a_database_of_somebody_else_is_no_target(source, url, target):
    if target.startswith("sqlite"):
        Path(target.removeprefix("sqlite:///")).parent.mkdir()
    engine = connect(target)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE bookmarks (url TEXT)")
    engine.dispose()
    with pytest.raises(ArchiveUnavailable, match="no archive of nianbao"):
        copying.copy(url, target)


def test_a_copy_that_differs_is_not_kept(source, url, target, monkeypatch):
    put = tables.put

    def lossy(connection, table, rows):
        put(connection, table, rows)
        if table.name == "contents":
            connection.exec_driver_sql("UPDATE contents SET text = 'another'")

    monkeypatch.setattr(tables, "put", lossy)
    with pytest.raises(CopyDiffers, match="contents: 3 rows"):
        copying.copy(url, target)
    assert migrations.current(target) is None


def test_a_copy_that_is_killed_leaves_nothing_half_written(source, url, target):
    program = """
import sys
from storage import copying
copying.copy(sys.argv[1], sys.argv[2], lambda table, rows: table == "readings" and (print(table, flush=True), sys.stdin.readline()))
"""
    running = subprocess.Popen(
        [sys.executable, "-c", program, url, target], cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert running.stdout.readline() == b"readings\n"
    running.kill()
    running.communicate()
    assert migrations.current(target) is None
    copying.copy(url, target)
    with Archive.open(target) as other:
        assert sums(other) == sums(source)


def test_the_source_may_be_written_to_meanwhile_and_is_copied_as_it_was(source, url, target):
    before = sums(source)
    late = []

    def meanwhile(table, rows):
        if not late:
            late.append(Desk(source, night=60).keep("https://a.gov.cn/meanwhile"))

    copying.copy(url, target, meanwhile)
    assert late
    with Archive.open(target) as other:
        assert sums(other) == before

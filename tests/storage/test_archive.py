"""Opening and keeping: what works, and what is refused in words that help."""

import random
import sqlite3
from datetime import datetime

import pytest
from sqlalchemy import event, make_url

from storage import migrations, queries
from storage.archive import Archive
from storage.engine import reading, writing
from storage.errors import ArchiveError, ArchiveUnavailable, SchemaOutdated
from storage.records import Capture


def at(path):
    return f"sqlite:///{path}"


def test_an_archive_is_made_with_its_folder(folder):
    with Archive.open(at(folder / "deep" / "er" / "nianbao.sqlite3")) as archive:
        assert queries.find(archive) == []
    with Archive.open(at(folder / "deep" / "er" / "nianbao.sqlite3"), create=False) as archive:
        assert queries.find(archive) == []


def test_an_archive_outlives_the_program(url, desk, report):
    desk.file(report)
    desk.archive.close()
    with Archive.open(url, create=False) as again:
        assert queries.find(again)[0]["title"] == report.title


def test_an_archive_that_is_not_there_is_not_made_by_a_question(folder):
    with pytest.raises(ArchiveUnavailable, match=r"nothing\.sqlite3: no archive there yet"):
        Archive.open(at(folder / "nothing.sqlite3"), create=False)
    assert list(folder.iterdir()) == []


def test_an_empty_file_is_no_archive_but_can_become_one(folder):
    path = folder / "empty.sqlite3"
    path.touch()
    with pytest.raises(ArchiveUnavailable, match="empty database"):
        Archive.open(at(path), create=False)
    Archive.open(at(path)).close()
    Archive.open(at(path), create=False).close()


def test_a_file_that_is_no_database_is_left_alone(folder):
    path = folder / "letter.txt"
    path.write_text("政府信息公开" * 400)
    with pytest.raises(ArchiveUnavailable, match=r"letter\.txt.*no SQLite database"):
        Archive.open(at(path))
    assert path.read_text() == "政府信息公开" * 400


def test_somebody_elses_database_is_left_alone(folder):
    path = folder / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    with pytest.raises(ArchiveUnavailable, match="no archive of nianbao"):
        Archive.open(at(path))
    assert [name for (name,) in sqlite3.connect(path).execute("SELECT name FROM sqlite_master")] == ["bookmarks"]


def test_a_folder_is_no_archive(folder):
    with pytest.raises(ArchiveUnavailable, match="is a folder"):
        Archive.open(at(folder))


def test_a_damaged_archive_is_called_damaged(folder):
    path = folder / "nianbao.sqlite3"
    Archive.open(at(path)).close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    with pytest.raises(ArchiveUnavailable, match="damaged; restore it"):
        Archive.open(at(path))


@pytest.mark.parametrize("revision", ["0000", None])
def test_an_older_schema_names_the_command_that_helps(archive, url, revision):
    with writing(archive.engine) as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version" if revision is None else f"UPDATE alembic_version SET version_num = '{revision}'")
    try:
        with pytest.raises(SchemaOutdated, match="run: nianbao db upgrade"):
            Archive.open(url)
    finally:
        _as_it_was(archive)


def test_a_newer_schema_asks_for_the_newer_program(archive, url):
    with writing(archive.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(SchemaOutdated, match="install the newer nianbao"):
            Archive.open(url)
    finally:
        _as_it_was(archive)


def _as_it_was(archive):
    with writing(archive.engine) as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{migrations.head()}')")


@pytest.mark.parametrize("url", ["nianbao.sqlite3", "mysql://host/name", "sqlite://", "sqlite:///:memory:", ""])
def test_a_url_that_names_no_archive_is_refused_with_one_that_does(url):
    with pytest.raises(ArchiveUnavailable, match="sqlite:///"):
        Archive.open(url)


@pytest.mark.parametrize(
    ("options", "named"),
    [("foo=bar", "foo"), ("mode=ro", "mode"), ("uri=true&mod=ro", "mod"), ("uri=true&mode=ro&colour=red&foo=bar", "colour, foo")],
)
def test_an_option_of_a_sqlite_url_that_would_be_passed_over_is_refused(folder, options, named):
    with pytest.raises(ArchiveUnavailable, match=rf"SQLite knows no option {named};"):
        Archive.open(f"sqlite:///file:{folder}/a.sqlite3?{options}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:s3cr3t@db.example:port/nianbao",
        "postgresql+nosuch://reader:s3cr3t@db.example/nianbao",
        "postgresql://reader@127.0.0.1:1/nianbao?password=s3cr3t",
        "postgresql://reader:s3cr3t@127.0.0.1:1/nianbao?colour=red",
        "sqlite:///{folder}/a.sqlite3?timeout=long",
    ],
)
def test_a_url_with_a_wrong_port_driver_or_option_is_refused_without_its_password(url, folder):
    with pytest.raises(ArchiveUnavailable) as refused:
        Archive.open(url.format(folder=folder))
    assert "s3cr3t" not in str(refused.value)


def test_a_server_that_does_not_answer_is_named_without_its_password(folder):
    with pytest.raises(ArchiveUnavailable) as refused:
        Archive.open(f"postgresql://crawler:secret@/nianbao?host={folder}")
    assert "cannot be reached" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_database_that_was_never_created_says_so(nothing):
    with pytest.raises(ArchiveUnavailable, match="createdb"):
        Archive.open(make_url(nothing).set(database="no_such_database").render_as_string(hide_password=False))


def test_an_empty_database_on_a_server_becomes_an_archive(nothing):
    Archive.open(nothing).close()
    Archive.open(nothing, create=False).close()


def test_a_capture_without_a_time_zone_is_refused(archive):
    capture = Capture(url="https://www.qingdao.gov.cn/", status=200, body=b"", fetched_at=datetime(2026, 1, 20))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        archive.keep(capture)


def test_filing_without_a_time_zone_is_refused(desk, report):
    with pytest.raises(ValueError, match="no time zone"):
        desk.archive.file(report, captures=[desk.keep()], portal="zhucheng", at=datetime(2026, 1, 20))  # noqa: DTZ001


def test_beijing_time_and_utc_are_the_same_moment(archive, desk):
    from zoneinfo import ZoneInfo

    capture = Capture(url="https://www.qingdao.gov.cn/", status=200, body=b"", fetched_at=desk.at.astimezone(ZoneInfo("Asia/Shanghai")))
    kept = archive.capture(archive.keep(capture))
    assert kept.fetched_at == desk.at
    assert kept.fetched_at.utcoffset().total_seconds() == 0


def test_an_archive_opened_for_reading_answers_and_refuses_to_keep(folder, report):
    path = folder / "nianbao.sqlite3"
    Archive.open(at(path)).close()
    with Archive.open(f"sqlite:///file:{path}?mode=ro&uri=true", create=False) as archive:
        assert queries.find(archive) == []
        with pytest.raises(ArchiveUnavailable, match="read-only"):
            archive.keep(Capture(url="https://www.qingdao.gov.cn/", status=200, body=b"", fetched_at=datetime.fromisoformat("2026-01-20T18:00Z")))


def test_a_full_disk_is_called_full_and_nothing_is_half_written(folder):
    def capture(number):
        body = random.Random(number).randbytes(20_000)
        return Capture(url=f"https://www.qingdao.gov.cn/{number}", status=200, body=body, fetched_at=datetime.fromisoformat("2026-01-20T18:00Z"))

    with Archive.open(at(folder / "nianbao.sqlite3")) as archive:
        event.listen(archive.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=150"))
        archive.engine.dispose()  # connect anew, to a disk of 600 KB
        kept = []
        with pytest.raises(ArchiveUnavailable, match="disk is full; free some space"):
            kept.extend(archive.keep(capture(number)) for number in range(100))
    with Archive.open(at(folder / "nianbao.sqlite3")) as archive:
        assert len(kept) > 3
        for number in kept:
            assert archive.capture(number) == capture(number - 1)
        with reading(archive.engine) as connection:
            assert connection.exec_driver_sql("SELECT COUNT(*) FROM blobs").scalar_one() == len(kept)
        assert archive.keep(capture(99)) == len(kept) + 1


def test_a_database_held_by_another_program_is_called_locked(folder, monkeypatch):
    monkeypatch.setattr("storage.engine._PRAGMAS", ("busy_timeout=50", "journal_mode=wal", "synchronous=full", "foreign_keys=on"))
    path = folder / "nianbao.sqlite3"
    with Archive.open(at(path)) as archive:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveUnavailable, match="another program held it"):
            archive.close_incidents("zhucheng", datetime.fromisoformat("2026-01-20T18:00Z"))
        assert queries.find(archive) == []
        other.execute("ROLLBACK")
        other.close()
        assert archive.close_incidents("zhucheng", datetime.fromisoformat("2026-01-20T18:00Z")) == 0


def test_a_capture_that_was_never_kept_cannot_be_had(archive):
    with pytest.raises(ArchiveError, match="no capture 5"):
        archive.capture(5)

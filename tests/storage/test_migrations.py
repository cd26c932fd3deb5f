"""The schema's history leads to the schema, up and down, on both databases."""

from dataclasses import replace
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from storage import migrations, packing, queries
from storage.archive import Archive
from storage.engine import connect, reading, writing
from storage.errors import ArchiveUnavailable, SchemaOutdated
from storage.records import Candidate, Figure, FigureKind, Listing
from storage.schema import INDEX, derived, metadata
from storage.verifying import whole
from tests.storage.conftest import Desk


def ours(url):
    """The tables an archive has: those described, and those of the search's index, which each kind of database has in its own way."""
    return {*metadata.tables, *derived.tables, *INDEX["sqlite" if url.startswith("sqlite") else "postgresql"], "alembic_version"}


def tables(url):
    engine = connect(url)
    with reading(engine) as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names


def test_the_tables_are_those_the_migrations_make(empty):
    migrations.upgrade(empty)
    engine = connect(empty)
    with reading(engine) as connection:
        opts = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name not in INDEX[connection.dialect.name]}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), [metadata, derived]) == []
    engine.dispose()


def test_there_is_a_way_up_and_down(empty):
    assert migrations.current(empty) is None
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.head()
    assert tables(empty) == ours(empty)
    migrations.upgrade(empty, "base")
    assert migrations.current(empty) is None
    assert tables(empty) == {"alembic_version"}
    migrations.upgrade(empty)
    assert tables(empty) == ours(empty)


def test_upgrading_what_is_up_to_date_changes_nothing(url, desk, report):
    desk.file(report)
    migrations.upgrade(url)
    assert desk.rows("SELECT COUNT(*) FROM reports") == [(1,)]


def test_the_program_knows_its_newest_migration():
    assert ScriptDirectory.from_config(migrations.settings()).get_current_head() == migrations.head()


def test_a_migration_that_breaks_off_leaves_nothing_behind(empty):
    engine = connect(empty)
    with pytest.raises(RuntimeError), writing(engine) as connection:  # noqa: PT012
        migrations.migrate(connection)
        raise RuntimeError("the power went out")
    engine.dispose()
    assert tables(empty) == set()
    Archive.open(empty).close()


def test_a_revision_nobody_wrote_is_refused(empty):
    migrations.upgrade(empty)
    engine = connect(empty)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(SchemaOutdated, match="newer nianbao"):
        migrations.upgrade(empty)


def test_a_database_of_somebody_else_is_not_migrated(empty):
    engine = connect(empty)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE bookmarks (url TEXT)")
    engine.dispose()
    with pytest.raises(ArchiveUnavailable, match="no archive of nianbao"):
        migrations.upgrade(empty)
    assert tables(empty) == {"bookmarks"}


def test_an_archive_without_figures_is_brought_up_and_down_with_its_reports(empty, report):
    with Archive.open(empty) as archive:
        desk = Desk(archive)
        desk.file(report)
        desk.file(replace(report, text=report.text + "\n更正"))
    migrations.upgrade(empty, "0001")
    assert tables(empty) & {"figures", "findings", "assessments", "crosschecks"} == set()
    migrations.upgrade(empty)
    with Archive.open(empty) as archive:
        desk = Desk(archive, night=5)
        assert [row["version"] for row in queries.history(archive, 1)] == [1, 2]
        assert queries.figures(archive) == queries.findings(archive) == []
        assert queries.show(archive, 1)["hashes"]["figures_sha256"] is None
        better = replace(report, reader="2", text=report.text + "\n更正", figures=(Figure(format="f", label="一", raw="1", kind=FigureKind.NUMBER),))
        assert desk.archive.file(better, captures=[2], portal="zhucheng", at=desk.at) is None
        assert [row["raw"] for row in queries.figures(archive)] == ["1"]


def test_a_packed_archive_goes_down_and_up_with_its_rows(empty, report):
    with Archive.open(empty) as archive:
        desk = Desk(archive)
        told = [f"<html>{Random(number % 10).randbytes(2000).hex()} {number}</html>".encode() for number in range(30)]
        kept = {desk.keep(f"https://a.gov.cn/{number % 10}", body=body): body for number, body in enumerate(told)}
        desk.file(report)
        assert packing.pack(archive.engine, desk.at).deltas
    migrations.upgrade(empty, "0005")
    assert "confirmations" not in tables(empty)
    migrations.upgrade(empty)
    with Archive.open(empty) as archive:
        assert {number: archive.capture(number).body for number in kept} == kept
        assert len(queries.find(archive)) == 1
        Desk(archive, night=9).keep(body=b"later")


def test_an_archive_whose_tables_refer_to_each_other_goes_down_step_by_step_and_up(empty, report):
    with Archive.open(empty) as archive:
        desk = Desk(archive)
        desk.file(report)
        desk.night = 5
        rows = (Candidate(url="https://www.zhucheng.gov.cn/other.html", title="年报", listed=report.published),)
        listing = Listing(portal="zhucheng", column="https://www.zhucheng.gov.cn/xxgk/", rows=rows, read_at=desk.at)
        listed = archive.list(listing, capture=desk.keep(listing.column), run=None, reports=rows)
        desk.gone(listing=listed.id)
        assert desk.missing() is not None
    script = ScriptDirectory.from_config(migrations.settings())
    for step in script.walk_revisions():
        if step.down_revision is not None and step.revision > "0003":  # below there is no evidence
            migrations.upgrade(empty, step.down_revision)
    migrations.upgrade(empty)
    with Archive.open(empty) as archive:
        assert [change["listing"] for change in queries.changes(archive)] == [None, 1]
        assert list(whole.verify(archive)) == []

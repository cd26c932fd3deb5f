"""All rows of all tables can be carried from one database to another, and say the same there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import tables
from storage.archive import Archive
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.records import Candidate, Listing, Origin, Outcome
from storage.schema import captures, reports

NIGHT = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)


def fill(desk, report):
    """A row or more in most tables, one report known to be another's page."""
    run = desk.archive.start_run(Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("*.zhucheng.gov.cn",), family="hanweb"), NIGHT)
    desk.archive.finish_run(run, NIGHT, Outcome.OK, {"requests": 3})
    listing = Listing(portal="zhucheng", column="https://a.gov.cn/", rows=(Candidate(url=report.url, title="年报"),), read_at=NIGHT)
    desk.archive.list(listing, capture=desk.keep("https://a.gov.cn/", headers=(("X", "\0"), ("Y", "\udc80"))), run=run, reports=listing.rows)
    desk.file(report)
    desk.archive.open_incident("blocked", "zhucheng", None, "x", NIGHT)
    with desk.archive.engine.begin() as connection:
        row = dict(connection.execute(sa.select(reports)).mappings().one())
        connection.execute(sa.insert(reports).values({**row, "id": 7, "identity": "other"}))
        connection.execute(sa.update(reports).where(reports.c.id == row["id"]).values(same_as=7))


def copied(source: Archive, target: Archive) -> None:
    with reads(source.engine) as old, writes(target.engine) as new:
        for table in tables.ordered():
            tables.put(new, table, list(tables.rows(old, table)))
        tables.set_counters(new)


@pytest.fixture
def other(folder: Path):
    with Archive.open(f"sqlite:///{folder / 'other.sqlite3'}") as opened:
        yield opened


def test_a_copy_of_all_rows_is_the_same_archive(desk, report, other):
    fill(desk, report)
    copied(desk.archive, other)
    with reads(desk.archive.engine) as old, reads(other.engine) as new:
        before, after = tables.sums(old), tables.sums(new)
    assert before == after
    assert before["readings"].rows == 1
    assert before["reports"].rows == 2


def test_rows_that_came_from_elsewhere_do_not_take_the_numbers_of_new_ones(desk, report, archive, other):
    fill(desk, report)
    copied(archive, other)
    with writes(archive.engine) as connection:
        for table in reversed(tables.ordered()):
            connection.execute(sa.delete(table))
    copied(other, archive)
    number = desk.keep("https://b.gov.cn/")
    with reads(other.engine) as connection:
        assert number == connection.execute(sa.select(sa.func.max(captures.c.id))).scalar_one() + 1


def test_one_digit_changes_the_hash_of_its_table_alone(desk, report):
    fill(desk, report)
    with reads(desk.archive.engine) as connection:
        before = tables.sums(connection)
    with desk.archive.engine.begin() as connection:
        connection.execute(sa.update(captures).values(status=201))
    with reads(desk.archive.engine) as connection:
        after = tables.sums(connection)
    assert {name for name in before if before[name] != after[name]} == {"captures"}


def test_an_archive_is_empty_until_it_holds_a_row(desk, report):
    with reads(desk.archive.engine) as connection:
        assert tables.is_empty(connection)
    fill(desk, report)
    with reads(desk.archive.engine) as connection:
        assert not tables.is_empty(connection)

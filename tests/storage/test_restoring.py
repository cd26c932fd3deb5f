"""A WACZ of a whole archive restores it on the other kind of database as well."""

from datetime import UTC, datetime

import pytest

from app.importing import restoring
from app.importing.members import Damaged
from storage import tables
from storage.archive import Archive
from storage.engine import reading as reads
from storage.evidence.selecting import Wanted
from storage.evidence.wacz import export_wacz

NOW = datetime(2026, 4, 2, tzinfo=UTC)


@pytest.fixture
def wacz(desk, report, folder):
    desk.file(report)
    desk.missing()
    (folder / "scratch").mkdir()
    export_wacz(desk.archive, Wanted(), folder / "a.wacz", folder / "scratch", name="a.warc.gz", made=NOW, each=iter)
    return folder / "a.wacz"


def test_tables_of_either_kind_of_database_are_restored_on_postgresql(desk, wacz, nothing):
    with Archive.open(nothing) as target:
        assert restoring.is_empty(target)
        rows = restoring.restore(target, wacz, lambda name: None)
        with reads(desk.archive.engine) as old, reads(target.engine) as new:
            assert tables.sums(old) == tables.sums(new)
    assert (rows["captures"], rows["versions"], rows["changes"]) == (4, 1, 2)


def test_nothing_is_restored_into_an_archive_that_holds_something(desk, wacz):
    with pytest.raises(Damaged, match="not_empty"):
        restoring.restore(desk.archive, wacz, lambda name: None)

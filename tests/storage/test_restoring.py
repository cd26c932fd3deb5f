"""A WACZ of a whole archive restores it on the other kind of database as well."""

import json
import zipfile
from datetime import UTC, datetime

import pytest

from app.importing import restoring
from app.importing.members import Damaged
from storage import tables
from storage.archive import Archive
from storage.engine import reading as reads
from storage.evidence.selecting import Wanted
from storage.evidence.wacz import export_wacz
from storage.schema import metadata

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


def crafted(wacz, table, **facts):
    """The package with other facts in the first row of a table."""
    with zipfile.ZipFile(wacz) as old, zipfile.ZipFile(wacz.with_name("crafted.wacz"), "w") as new:
        for info in old.infolist():
            body = old.read(info)
            if info.filename == f"nianbao/{table}.jsonl":
                first, _, rest = body.partition(b"\n")
                row = json.loads(first) if first else dict.fromkeys(column.name for column in metadata.tables[table].columns)
                body = json.dumps(row | facts).encode() + b"\n" + rest
            new.writestr(info, body)
    return wacz.with_name("crafted.wacz")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("table", "facts"),
    [
        ("captures", {"status": 10**30}),
        ("captures", {"status": {"a": 1}}),
        ("captures", {"id": "first"}),
        ("captures", {"id": 2}),
        ("captures", {"rendered": "perhaps"}),
        ("captures", {"fetched_at": "0001-01-01T00:00:00+08:00"}),
        ("captures", {"fetched_at": "2026-01-20T18:00:00"}),
        ("captures", {"fetched_at": 7}),
        ("captures", {"sha256": "0" * 64}),
        ("captures", {"sha256": "\ud800"}),
        ("blobs", {"size": "x"}),
        ("figures", {"value": "many"}),
        ("contents", {"tables": [7]}),
    ],
)
def test_made_up_rows_are_told_as_such_and_nothing_is_restored(request, desk, wacz, folder, kind, table, facts):
    url = request.getfixturevalue("nothing") if kind == "postgresql" else f"sqlite:///{folder}/target.sqlite3"
    with Archive.open(url) as target:
        with pytest.raises(Damaged, match=r"^(table: nianbao/\w+\.jsonl is not|hash: )"):
            restoring.restore(target, crafted(wacz, table, **facts), lambda name: None)
        assert restoring.is_empty(target)

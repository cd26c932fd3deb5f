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


def altered(wacz, folder, table, **facts):
    """The WACZ with values of the first row of a table replaced."""
    path = folder / "altered.wacz"
    with zipfile.ZipFile(wacz) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith(f"/{table}.jsonl"):
                first, rest = body.split(b"\n", 1)
                body = json.dumps(json.loads(first) | facts).encode() + b"\n" + rest
            new.writestr(name, body)
    return path


@pytest.mark.parametrize(
    ("table", "facts"),
    [
        ("captures", {"fetched_at": "0001-01-01T00:00:00+08:00"}),
        ("captures", {"fetched_at": "soon"}),
        ("captures", {"status": 10**30}),
        ("captures", {"sha256": "0" * 64}),
        ("captures", {"url": None}),
        ("captures", {"headers": "{"}),
        ("changes", {"report": 77}),
        ("readings", {"published": 5}),
        ("contents", {"text": "\ud800"}),
        ("versions", {"id": "x"}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_tables_that_no_export_wrote_are_refused_by_rule_and_nothing_is_restored(wacz, folder, nothing, table, facts):
    with Archive.open(nothing) as target:
        with pytest.raises(Damaged, match=r"table|hash"):
            restoring.restore(target, altered(wacz, folder, table, **facts), lambda name: None)
        assert restoring.is_empty(target)

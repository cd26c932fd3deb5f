"""A stored value that is none of its column's kind: one clear line instead of a traceback, and verify names the row."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli
from storage.engine import reading
from storage.errors import CorruptValue
from storage.opening import open_engine

PAGE = Path(__file__).parents[1] / "portals" / "qingdao" / "report.html"

ROTTEN = [  # table, column, what stands there, what is said of it, which commands meet it
    ("reports", "published", "garbage", "'garbage' is no date", ("show", "find", "figures", "copy")),
    ("reports", "first_seen", "garbage", "'garbage' is no time", ("show", "find", "copy")),
    ("reports", "first_seen", b"\xff\xfe", r"b'\xff\xfe' is no time", ("show", "find", "copy")),
    ("readings", "evidence", "{", "'{' is no JSON", ("show", "copy")),
    ("contents", "tables", "{", "'{' is no JSON", ("show", "copy")),
    ("figures", "value", "x", "'x' is no number", ("show", "figures", "copy")),
    ("figures", "kind", "odd", "'odd' is no FigureKind", ("show",)),
    ("reports", "trust", "odd", "'odd' is no Trust", ("show", "find", "findings", "export", "copy")),
    ("reports", "state", "", "'' is no State", ("show", "find", "copy")),
    ("reports", "type", "odd", "'odd' is no DocumentType", ("show", "find", "copy")),
    ("readings", "trust", "odd", "'odd' is no Trust", ("copy",)),
    ("changes", "kind", "odd", "'odd' is no ChangeKind", ("changes", "copy")),
    ("events", "kind", "odd", "'odd' is no What", ("copy",)),
    ("captures", "fetched_at", "garbage", "'garbage' is no time", ("show", "copy")),
    ("captures", "headers", "{", "'{' is no JSON", ("copy",)),
    ("readings", "agreement", "x", "'x' is no number", ("copy",)),
    ("reports", "year", "x", "'x' is no number", ("copy",)),
    ("reports", "title", b"2014", "b'2014' is no text", ("show", "find", "search", "export", "wacz", "copy")),
    ("reports", "title", "\udce9\udc9d2014", "title: no UTF-8", ("show", "find", "search", "export", "wacz", "copy")),
    ("documents", "title", "\udce92014", "said: no UTF-8", ("search",)),
    ("locations", "url", "\udce9", "url: no UTF-8", ("find", "wacz")),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "a.sqlite3"
    assert called("import", str(PAGE), "--archive", f"sqlite:///{path}").exit_code == 0
    return path


@pytest.fixture
def path(whole, tmp_path):
    return Path(shutil.copy(whole, tmp_path / "b.sqlite3"))


def called(*arguments):
    return CliRunner().invoke(cli, list(arguments))


def rot(path, table, column, value):
    with closing(sqlite3.connect(path)) as raw, raw:
        as_text = isinstance(value, str)  # half a surrogate pair stands for a byte that is no UTF-8
        stored = value.encode(errors="surrogateescape") if as_text else value
        assert raw.execute(f'UPDATE {table} SET "{column}" = {"CAST(? AS TEXT)" if as_text else "?"}', (stored,)).rowcount > 0


def commands(url, path):
    return {
        "show": ("show", "1", "--archive", url),
        "find": ("find", "--archive", url),
        "search": ("find", "--text", "2014", "--archive", url),
        "findings": ("findings", "--archive", url),
        "changes": ("changes", "--archive", url),
        "export": ("export", "csv", str(path.with_name("csv")), "--archive", url),
        "figures": ("figures", "--archive", url),
        "wacz": ("export", "wacz", str(path.with_name("a.wacz")), "--archive", url),
        "copy": ("db", "copy", url, f"sqlite:///{path.with_name('c.sqlite3')}"),
    }


@pytest.mark.parametrize(("table", "column", "value", "said", "meeting"), ROTTEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_rotten_value_is_one_line_and_verify_names_its_row(path, table, column, value, said, meeting):
    rot(path, table, column, value)
    url = f"sqlite:///{path}"
    for name in meeting:
        result = called(*commands(url, path)[name])
        assert isinstance(result.exception, SystemExit), (name, result.exception)
        assert (name, result.exit_code) == (name, 1)
        assert result.stderr == f"nianbao: {url}: a stored value cannot be read ({said}); run: nianbao verify\n"
    verified = called("verify", "--archive", url, "--json")
    bad = [json.loads(line) for line in verified.stdout.splitlines()][:-1]
    assert verified.exit_code == 1
    assert len({one["kind"] for one in bad}) == 1, bad
    assert bad[0]["verdict"] in {"rot", "tampering"}


def test_a_row_that_nothing_vouches_for_is_named_by_its_table_and_number(path):
    rot(path, "reports", "published", "garbage")
    (bad, _) = [json.loads(line) for line in called("verify", "--archive", f"sqlite:///{path}", "--json").stdout.splitlines()]
    assert (bad["kind"], bad["id"], bad["verdict"]) == ("reports", 1, "rot")
    assert "published: 'garbage' cannot be read" in bad["what"]


@pytest.mark.parametrize(("column", "value"), [("year", "x"), ("published", "garbage"), ("attachments", "{"), ("trust", "odd"), ("captures", "{")])
def test_a_rotten_value_of_a_reading_that_no_version_rests_on_is_named(path, column, value):
    with closing(sqlite3.connect(path)) as raw, raw:
        other = {"id": "id + 1000", "reader": "'0'"}
        said = ", ".join(other.get(name, f'"{name}"') for _, name, *_ in raw.execute("PRAGMA table_info(readings)"))
        raw.execute(f"INSERT INTO readings SELECT {said} FROM readings WHERE id = 1")
        raw.execute(f'UPDATE readings SET "{column}" = ? WHERE id = 1001', (value,))
    verified = called("verify", "--archive", f"sqlite:///{path}", "--json")
    bad = [json.loads(line) for line in verified.stdout.splitlines()][:-1]
    assert [(one["kind"], one["verdict"]) for one in bad] == [("readings", "rot")]


def test_a_copy_that_met_a_rotten_value_has_left_nothing(path):
    rot(path, "figures", "value", "x")
    target = path.with_name("c.sqlite3")
    assert called("db", "copy", f"sqlite:///{path}", f"sqlite:///{target}").exit_code == 1
    with closing(sqlite3.connect(target)) as raw:
        assert raw.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)


def test_a_mistake_of_the_programs_own_is_not_told_as_rot(path):
    engine = open_engine(f"sqlite:///{path}", create=False)
    with pytest.raises(ValueError, match="mistake") as raised, reading(engine):
        raise ValueError("a mistake")
    assert not isinstance(raised.value, CorruptValue)
    engine.dispose()

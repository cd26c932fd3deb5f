"""The same seed in both databases: exports equal to the byte, the same answers on the command line."""

import filecmp
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from app.cli import cli
from storage.archive import Archive
from storage.records import Figure, FigureKind, Origin, Outcome
from tests.storage.conftest import NIGHT, Desk, table

FORM = "gbgkbh_2021_30"
ROWS = ("new_received", "carried_in", "granted", "total")
TITLES = (
    "'; DROP TABLE reports; --", "Robert\"); SELECT pg_sleep(9)", "a\x00b", "\ud800half a pair", "%_\\%", "tab\tline\nbreak\r\n", "=1+1",
    "ＡＢＣ全角", "é and e\u0301", "𠮷野家", "\u202eright to left", "<script>alert(1)</script>", "Z before a", "z after A", "",
)  # fmt: skip
QUESTIONS = (
    ("find",), ("find", "--text", "申请"), ("find", "--text", "%_"), ("find", "--issuer", "诸城市第1局"), ("changes",), ("incidents",), ("figures",),
    ("findings",), ("history", 1),
)  # fmt: skip


def seed(archive, report):
    """Reports with odd titles and texts, figures, findings, two versions, a run and an incident."""
    desk = Desk(archive)
    run = archive.start_run(Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("*.zhucheng.gov.cn",), family="hanweb"), NIGHT)
    for number, title in enumerate(TITLES):
        cells = tuple(
            Figure(
                format=FORM,
                table="t3_requests",
                row=row,
                column="total",
                label=f"{title}{row}",
                raw=raw,
                kind=FigureKind.NUMBER,
                value=Decimal(raw),
                unit="件",
            )
            for row, raw in zip(ROWS, ("0.1", "00012", "109000000000000.30", "-5"), strict=True)
        )
        odd = replace(
            report, url=f"https://www.zhucheng.gov.cn/{number}?q={title}", title=title or None, issuer=f"诸城市第{number}局", year=2008 + number,
            published=date(2015, 1, 1 + number), text=f"{report.text}\n{title}", tables=(table(("项目", title), ("NUL\x00", "1")),), figures=cells,
        )  # fmt: skip
        desk.file(odd)
        desk.file(replace(odd, text=odd.text.replace("132", f"13{number}"), figures=cells[1:]))
    archive.open_incident("blocked", "zhucheng", TITLES[0], "\x00" + TITLES[1], NIGHT, run)
    archive.finish_run(run, NIGHT, Outcome.DEGRADED, {"requests": 3})


@pytest.fixture
def both(nothing, folder, report):
    """URLs of the same archive on both."""
    urls = {"sqlite": f"sqlite:///{folder / 'a.sqlite3'}", "postgresql": nothing}
    for url in urls.values():
        with Archive.open(url) as archive:
            seed(archive, report)
    return urls


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="nianbao")
    assert result.exit_code == code, result.output
    return result


def test_exports_of_the_same_archive_are_equal_to_the_byte(both, tmp_path):
    for layout in ("csv", "jsonl"):
        for name, url in both.items():
            run("export", layout, tmp_path / layout / name, "--wide", "--archive", url)
        folders = [tmp_path / layout / name for name in both]
        names = sorted(path.name for path in folders[0].iterdir())
        assert f"figures.{layout}" in names
        same, different, broken = filecmp.cmpfiles(*folders, names, shallow=False)
        assert (sorted(same), different, broken) == (names, [], [])
        assert b"DROP TABLE" in (folders[0] / f"reports.{layout}").read_bytes()
        assert b"109000000000000.3" in (folders[0] / f"figures.{layout}").read_bytes()


def test_questions_are_answered_alike(both):
    for question in QUESTIONS:
        told = [run(*question, "--json", "--archive", url).stdout for url in both.values()]
        assert told[0] == told[1]
        assert told[0] or question == ("findings",)


def test_db_pack_and_db_copy_say_what_they_did(both, folder):
    url = both["sqlite"]
    (packed,) = map(json.loads, run("db", "pack", "--vacuum", "--json", "--archive", url).stdout.splitlines())
    assert packed["bodies"] == 2 * len(TITLES)
    assert packed["damaged"] == 0
    assert 0 < packed["after"] <= packed["before"]
    assert packed["file_after"] <= packed["file_before"]
    back = f"sqlite:///{folder / 'back.sqlite3'}"
    tables = {row["table"]: row for row in map(json.loads, run("db", "copy", url, back, "--json").stdout.splitlines())}
    assert tables["captures"]["rows"] == 2 * len(TITLES)
    refused = run("db", "copy", url, back, code=2)
    assert "there is an archive already" in refused.output
    assert run("find", "--json", "--archive", back).stdout == run("find", "--json", "--archive", url).stdout


def test_a_damaged_body_is_named_by_db_pack_with_exit_code_1(both):
    for url in both.values():
        with Archive.open(url) as archive, archive.engine.begin() as connection:
            damaged = connection.exec_driver_sql("SELECT MIN(sha256) FROM blobs").scalar_one()
            connection.exec_driver_sql(f"UPDATE blobs SET size = size + 1 WHERE sha256 = '{damaged}'")
        assert damaged in run("db", "pack", "--json", "--archive", url, code=1).stderr


def test_room_is_given_back_and_nothing_else_changes(both):
    for url in both.values():
        before = run("find", "--json", "--archive", url).stdout
        run("db", "pack", "--vacuum", "--archive", url)
        assert run("find", "--json", "--archive", url).stdout == before

"""`nianbao reread`: what the archive holds, read anew by today's reader, in silence."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from app.cli import cli
from crawler import readers, reading
from crawler.reading import READER
from storage import queries
from storage.archive import Archive
from storage.records import Capture, Origin
from tests.portal_site import report

NIGHT = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
ORIGIN = Origin(key="toy", name="诸城市人民政府", adcode="370782", hosts=("*.zhucheng.gov.cn",), family="trs")  # no portal file names it
YEARS = range(2010, 2018)
DYING = """
import os, sys
from app.commands import reread
done, left = reread.Rereading.done, [3]
def dying(self, *told):
    done(self, *told)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), 9)
reread.Rereading.done = dying
from app.cli import main
sys.argv = ["nianbao", "reread", "--jobs", "1", "--archive", sys.argv[1]]
main()
"""


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="nianbao")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def lines(*arguments, code=0):
    return [json.loads(line) for line in run(*arguments, "--json", code=code).stdout.splitlines()]


def dim(seen):
    """The same page as an older reader saw it: without its last line, figures, findings, title, and with another day."""
    return replace(
        seen, reader="0", text=seen.text.rsplit("\n", 1)[0], title=None, published=None, figures=(), findings=(), evidence={"year": "guessed"}
    )


def filled(path, as_seen):
    """An archive of a portal's pages, some of two versions, and of an imported file."""
    url = f"sqlite:///{path}"
    with Archive.open(url) as archive:
        archive.start_run(ORIGIN, NIGHT)
        pages = [(f"http://www.zhucheng.gov.cn/{year}.html", report(year), "toy") for year in YEARS]
        pages += [(place, html.replace("</p>", "。补充说明</p>", 1), key) for place, html, key in pages[:2]]
        pages.append(("file:///home/somebody/page.html", report(2019), None))
        for number, (place, html, key) in enumerate(pages):
            at = NIGHT + timedelta(days=number)
            capture = Capture(url=place, status=200, body=html.encode(), fetched_at=at, portal=key)
            seen = reading.read(capture, origin=ORIGIN if key else None)
            archive.file(as_seen(seen), captures=[archive.keep(capture)], portal=key, at=at)
    return url


def told(url):
    """All that the archive says of its reports."""
    with Archive.open(url) as archive:
        said = {}
        for row in queries.find(archive):
            for version in queries.history(archive, row["report"]):
                said[row["report"], version["version"]] = queries.show(archive, row["report"], version["version"])
            said[row["report"]] = queries.show(archive, row["report"])
        found = [row["report"] for row in queries.find(archive, text="公开")]
        return said, found, [{**row, "title": None} for row in queries.changes(archive)]  # the title is the report's, as it is known now


@pytest.fixture
def old(tmp_path):
    return filled(tmp_path / "old.sqlite3", dim)


@pytest.fixture
def fresh(tmp_path):
    return filled(tmp_path / "fresh.sqlite3", lambda seen: seen)


def plain(said):
    """What is said, without the numbers that findings have: they were found later here."""
    for shown in said[0].values():
        shown["findings"] = [{key: value for key, value in finding.items() if key not in ("id", "time")} for finding in shown["findings"]]
    return said


def test_an_old_archive_read_anew_says_what_a_fresh_one_says_and_nothing_is_news(old, fresh):
    before = told(old)
    *differing, total = lines("reread", "--jobs", 2, "--archive", old)
    assert total == {"reread": len(YEARS) + 3, "differ": len(differing), "failed": 0, "reader": READER, "dry_run": False}
    assert {row["report"] for row in differing} == {row["report"] for row in before[0].values()}
    assert plain(told(old))[:2] == plain(told(fresh))[:2]
    assert told(old)[2] == before[2]
    assert lines("reread", "--archive", old) == [{"reread": 0, "differ": 0, "failed": 0, "reader": READER, "dry_run": False}]
    events = [row for row in lines("runs", "--archive", old) if row["kind"] == "reread"]
    assert [(row["state"], row["counts"]["read"]) for row in events] == [("ok", 0), ("ok", len(YEARS) + 3)]


def test_a_reread_that_is_killed_goes_on_where_it_was(old, fresh):
    before = told(old)[2]
    killed = subprocess.run([sys.executable, "-c", DYING, old], capture_output=True, timeout=120, check=False)
    assert killed.returncode == -9, killed.stderr
    (total,) = [row for row in lines("reread", "--archive", old) if "reread" in row]
    assert total["reread"] == len(YEARS) + 3 - 3
    assert plain(told(old))[:2] == plain(told(fresh))[:2]
    assert told(old)[2] == before
    assert [row["state"] for row in lines("runs", "--archive", old) if row["kind"] == "reread"] == ["ok", "failed"]


def test_a_dry_run_says_what_would_differ_and_writes_nothing(old, tmp_path):
    def bytes_of():
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("old.sqlite3") if path.stat().st_size}

    before = bytes_of()
    *differing, total = lines("reread", "--dry-run", "--archive", old)
    assert (total["reread"], total["differ"], total["dry_run"]) == (len(YEARS) + 3, len(differing), True)
    assert {fact["field"] for fact in differing[0]["facts"]} >= {"title"}
    assert all(row["lines"] for row in differing)
    assert bytes_of() == before
    assert "nothing written" in run("reread", "--dry-run", "--archive", old).stdout
    assert bytes_of() == before


def picky(captures, origin, body, twice):
    """A reader that does not survive one page."""
    if "2014年".encode() in captures[0].body:
        os._exit(9)
    return readers.read(captures, origin, body, twice)


def test_a_page_that_kills_the_reader_is_named_and_the_others_are_read(old, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(readers, "read", picky)
        rows = lines("reread", "--jobs", 2, "--archive", old, code=1)
    (failed,) = [row for row in rows if "error" in row]
    assert failed["url"] == "http://www.zhucheng.gov.cn/2014.html"
    assert failed["error"].startswith("parser_killed: the reader died")
    assert (rows[-1]["reread"], rows[-1]["failed"]) == (len(YEARS) + 2, 1)
    assert [row["kind"] for row in lines("incidents", "--open", "--archive", old)] == ["parser_killed"]
    assert lines("reread", "--archive", old)[-1]["reread"] == 1
    assert lines("incidents", "--open", "--archive", old) == []


def test_one_portal_is_read_anew_and_a_portal_nobody_knows_is_refused(old):
    assert lines("reread", "toy", "--archive", old)[-1]["reread"] == len(YEARS) + 2
    assert lines("reread", "--archive", old)[-1]["reread"] == 1  # the imported file
    assert "nowhere: there is no such portal" in run("reread", "nowhere", "--archive", old, code=2).stderr


def test_the_same_reader_is_held_against_itself_in_a_dry_run_only(fresh):
    assert lines("reread", "--dry-run", "--all", "--archive", fresh) == [
        {"reread": len(YEARS) + 3, "differ": 0, "failed": 0, "reader": READER, "dry_run": True}
    ]
    assert "--all needs --dry-run" in run("reread", "--all", "--archive", fresh, code=2).stderr

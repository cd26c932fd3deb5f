"""nianbao verify, from an import to a flipped bit; the heads that exports hold are those of the file."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli

PAGE = Path(__file__).parent / "portals" / "qingdao" / "report.html"


@pytest.fixture
def archive(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    assert called("import", str(PAGE), "--archive", url).exit_code == 0
    return url


def called(*arguments):
    return CliRunner().invoke(cli, list(arguments))


def test_a_whole_archive_is_said_to_be_whole(archive):
    result = called("verify", "--archive", archive, "--json")
    assert result.exit_code == 0
    (last,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert last["bad"] == 0
    assert last["checked"]["heads"] == last["checked"]["heads_file"] == 1


def test_a_flipped_bit_is_named_and_the_exit_code_is_one(archive, tmp_path):
    with sqlite3.connect(tmp_path / "a.sqlite3") as raw:
        (sha256, data) = raw.execute("SELECT sha256, data FROM blobs").fetchone()
        raw.execute("UPDATE blobs SET data = ?", (data[:50] + bytes([data[50] ^ 1]) + data[51:],))
    result = called("verify", "--archive", archive, "--json")
    assert result.exit_code == 1
    bad, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert (bad["kind"], bad["id"], bad["verdict"], last["bad"]) == ("body", sha256, "rot", 1)
    assert bad["place"] == PAGE.as_uri()
    assert called("verify", "--archive", archive).exit_code == 1


@pytest.mark.parametrize("as_variable", [False, True])
def test_an_archive_on_a_medium_that_cannot_be_written_is_verified_with_its_heads(archive, tmp_path, monkeypatch, as_variable):
    disc = tmp_path / "disc"
    disc.mkdir()
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as raw:
        raw.execute("VACUUM INTO ?", (str(disc / "a.sqlite3"),))
    shutil.copy(tmp_path / "a.heads.txt", disc)
    (disc / "a.sqlite3").chmod(0o444)
    disc.chmod(0o555)
    url = f"sqlite:///file:{disc / 'a.sqlite3'}?immutable=1&uri=true"  # as docs/ledger.md has it
    monkeypatch.setenv("NIANBAO_ARCHIVE__URL", url)
    result = called("verify", "--json", *([] if as_variable else ["--archive", url]))
    disc.chmod(0o755)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["checked"]["heads_file"] == 1
    assert sorted(path.name for path in disc.iterdir()) == ["a.heads.txt", "a.sqlite3"]  # nothing was made beside it


def test_a_file_of_heads_that_is_gone_is_said_and_is_nothing_bad(archive, tmp_path):
    (tmp_path / "a.heads.txt").unlink()
    result = called("verify", "--archive", archive)
    assert result.exit_code == 0
    assert "heads were not compared" in result.stderr


def test_a_file_of_heads_that_is_a_folder_is_an_error_in_one_line(archive, tmp_path):
    (tmp_path / "a.heads.txt").unlink()
    (tmp_path / "a.heads.txt").mkdir()
    result = called("verify", "--archive", archive)
    assert result.exit_code == 2
    assert "a.heads.txt: the file of heads cannot be read" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_line_that_cannot_be_written_is_told_once(archive, tmp_path):
    (tmp_path / "a.heads.txt").unlink()
    (tmp_path / "a.heads.txt").mkdir()
    more = PAGE.read_bytes().replace(b"2", b"3", 1)
    (tmp_path / "more.html").write_bytes(more)
    ran = subprocess.run(
        [sys.executable, "-m", "app", "import", str(tmp_path / "more.html"), "--archive", archive], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.count("heads_unwritten") == 1


def test_a_folder_export_holds_the_heads(archive, tmp_path):
    assert called("export", "jsonl", str(tmp_path / "out"), "--archive", archive).exit_code == 0
    assert (tmp_path / "out" / "heads.txt").read_bytes() == (tmp_path / "a.heads.txt").read_bytes() != b""


def test_certificates_that_cannot_be_read_are_named_before_anything_is_checked(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_ARCHIVE__TIMESTAMP_CERTIFICATES", str(tmp_path / "none.pem"))
    result = called("verify", "--archive", archive)
    assert result.exit_code == 2
    assert "none.pem" in result.stderr

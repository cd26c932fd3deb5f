"""What goes out is what other tools take: warcio, wacz and cdxj say so."""

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from app.cli import cli
from storage.archive import Archive
from storage.evidence.exporting import export_warc
from storage.evidence.selecting import Wanted
from storage.evidence.warc import replayable
from storage.records import Capture

PROGRAMS = Path(sys.executable).parent
PROJECT = Path(__file__).resolve().parent.parent.parent


def checked(*command):
    done = subprocess.run([str(PROGRAMS / command[0]), *map(str, command[1:])], capture_output=True, text=True, timeout=120, cwd=PROJECT)
    return done.returncode, done.stdout


def records(path):
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            yield record, record.content_stream().read()


def test_warcio_finds_every_digest_right(warc):
    assert checked("warcio", "check", warc) == (0, "")


def test_wacz_finds_the_package_valid(whole):
    code, told = checked("wacz", "validate", "-f", whole)
    assert "the passed WACZ is valid" in told
    assert code == 0


def test_every_capture_is_in_it_with_the_bytes_that_were_kept(world, warc):
    bodies = {}
    answers, told = {}, {}
    for record, body in records(warc):
        header = record.rec_headers.get_header
        if record.rec_type in {"response", "resource"}:
            bodies[header("WARC-Payload-Digest")] = body
        if record.rec_type in {"response", "resource", "revisit"}:
            answers[header("WARC-Record-ID")] = header("WARC-Payload-Digest")
        if header("Content-Type") == "application/json":
            facts = json.loads(body)
            if "capture" in facts:
                told[facts["capture"]] = (facts, header("WARC-Refers-To"))
    with Archive.open(world.url, create=False) as archive:
        for number, (facts, answer) in told.items():
            capture = archive.capture(number)
            assert facts["sha256"] == capture.sha256
            assert (answer is None) == (capture.status == 304)
            if answer is not None:
                assert bodies[answers[answer]] == capture.body
        assert len(told) == len([*told]) == max(told)
    kinds = [record.rec_type for record, _ in records(warc)]
    assert kinds[0] == "warcinfo"
    assert {"response", "request", "revisit", "resource", "metadata"} <= set(kinds)


def test_the_same_export_is_the_same_file(world, warc, whole, tmp_path):
    for before in (warc, whole):
        again = tmp_path / before.name
        world.nianbao("export", "wacz" if before is whole else "warc", again, "--now", "2026-04-02T12:00:00+00:00")
        assert again.read_bytes() == before.read_bytes()


def test_the_index_leads_to_each_record(warc):
    index = warc.with_name("whole.cdxj").read_text().splitlines()
    assert index == sorted(index)
    packed = warc.read_bytes()
    for line in index:
        facts = json.loads(line.split(" ", 2)[2])
        start = int(facts["offset"])
        member = gzip.decompress(packed[start : start + int(facts["length"])])
        assert f"WARC-Target-URI: {facts['url']}\r\n".encode() in member
        assert facts["filename"] == warc.name
        assert b"WARC-Type: metadata" not in member


def test_a_page_for_each_report_is_listed_at_the_second_of_its_record(world, whole):
    with zipfile.ZipFile(whole) as package:
        head, *pages = map(json.loads, package.read("pages/pages.jsonl").decode().splitlines())
        index = gzip.decompress(package.read("indexes/index.cdx.gz")).decode()
        heads = package.read("nianbao/heads.txt").decode()
    assert head["format"] == "json-pages-1.0"
    found = world.nianbao("find")
    assert len(pages) == len(found)
    for page in pages:
        second = page["ts"].replace("-", "").replace(":", "").replace("T", "").removesuffix("Z")
        assert any(f" {second} " in line and f'"{page["url"]}"' in line for line in index.splitlines())
    assert heads.splitlines()


def test_what_is_asked_for_goes_out_and_all_that_it_rests_on(world, tmp_path):
    counted = {}
    for name, options in {
        "portal": ("--portal", "zhucheng"), "year": ("--year", "2017"), "city": ("--city", "诸城"), "report": ("--report", "1"),
        "since": ("--since", "2026-03-30"), "until": ("--until", "2026-03-30"), "nothing": ("--year", "1999"),
    }.items():  # fmt: skip
        path = tmp_path / f"{name}.warc.gz"
        (row, _) = world.nianbao("export", "warc", path, *options)
        counted[name] = row["rows"]
        assert checked("warcio", "check", path)[0] == 0
        told = [json.loads(body) for record, body in records(path) if record.rec_headers.get_header("Content-Type") == "application/json"]
        there = {facts["capture"] for facts in told if "capture" in facts}
        assert len(there) == row["rows"]
        assert all(set(reading["captures"]) <= there for facts in told for reading in facts.get("readings", ()))
    assert counted["nothing"] == 0
    assert 0 < counted["report"] < counted["city"] <= counted["portal"]


def test_a_file_without_a_capture_is_told_as_such(world, tmp_path):
    path = tmp_path / "a.wacz"
    result = CliRunner().invoke(cli, ["--config", str(world.config), "export", "wacz", str(path), "--year", "1999"])
    assert (result.exit_code, result.stderr) == (0, f"nianbao: no capture is what was asked for: {path} holds none\n")
    assert path.exists()
    some = CliRunner().invoke(cli, ["--config", str(world.config), "export", "wacz", str(path), "--report", "1", "--force"])
    assert (some.exit_code, some.stderr) == (0, "")


def test_headers_of_a_coding_that_was_undone_are_renamed_and_a_true_length_is_added():
    capture = Capture(url="http://a.gov.cn/", status=200, headers=(("Content-Encoding", "gzip"), ("content-length", "9"), ("X", "1")), body=b"12345",
                      fetched_at=None)  # fmt: skip
    told = dict(replayable(capture))
    assert told == {"X-Crawler-Content-Encoding": "gzip", "X-Crawler-content-length": "9", "X": "1", "Content-Length": "5"}


def test_hostile_headers_and_addresses_come_through(archive, now, tmp_path):
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a=1\r\nX-Injected: yes"), ("Set-Cookie", "b=\xff"), ("Server", "\ufffd年报"))
    kept = Capture(url="http://a.gov.cn/%0D%0A", final_url="http://a.gov.cn/年", status=200, headers=headers, body=b"<p>", fetched_at=now)
    archive.keep(kept)
    archive.keep(Capture(url="http://a.gov.cn/r", status=200, headers=headers[:1], body=b"<p>dom</p>", fetched_at=now, rendered=True))
    path, index = tmp_path / "a.warc.gz", tmp_path / "a.cdxj"
    export_warc(archive, Wanted(), path, index, name="a.warc.gz", made=now, each=iter)
    assert checked("warcio", "check", path)[0] == 0
    found = list(records(path))
    (answer,) = [record for record, _ in found if record.rec_type == "response"]
    assert [value for name, value in answer.http_headers.headers if name == "Set-Cookie"] == ["a=1  X-Injected: yes", "b=\xff"]
    told = [json.loads(body) for record, body in found if record.rec_headers.get_header("Content-Type") == "application/json"]
    assert [tuple(header) for header in told[0]["headers"]] == list(headers)
    (dom,) = [record for record, _ in found if record.rec_type == "resource"]
    assert dom.rec_headers.get_header("WARC-Target-URI") == "urn:dom:http://a.gov.cn/r"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("warc", "a.wacz"), "ends in .warc.gz"),
        (("wacz", ".wacz"), "ends in .wacz"),
        (("wacz", "there.wacz"), "--force"),
        (("wacz", "a.wacz", "--wide"), "--wide is for csv"),
        (("csv", "a", "--portal", "qingdao"), "--portal is for warc"),
        (("warc", "a.warc.gz", "--since", "yesterday"), "yesterday"),
        (("warc", "a.warc.gz", "--since", "2026-03-30", "--until", "2026-03-29"), "--since 2026-03-30"),
        (("warc", "a.warc.gz", "--since", "2026-03-30", "--until", "2026-03-30"), "must be earlier than --until"),
        (("wacz", "a.wacz", "--portal", "zhuchengg"), "--portal zhuchengg: there is no such portal; `nianbao portals list`"),
        (("wacz", "a.wacz", "--portal", ""), "there is no such portal"),
        (("warc", "a.warc.gz", "--report", "99999"), "--report 99999: no report 99999; `nianbao find`"),
    ],
)
def test_a_wrong_call_is_refused_by_name(world, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    Path("there.wacz").write_bytes(b"mine")
    result = CliRunner().invoke(cli, ["--config", str(world.config), "export", *arguments])
    assert result.exit_code == 2
    assert said in result.output
    assert Path("there.wacz").read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["there.wacz"]

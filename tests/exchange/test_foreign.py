"""What others crawled: their WARC files become history, and what is wrong with them is said record by record."""

import errno
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import zstandard
from click.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from app.cli import cli
from app.importing import members
from app.importing.facts import facts
from storage import queries
from storage.archive import Archive
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.records import Capture
from storage.schema import captures, locations, versions
from storage.verifying import whole

NOW = "2026-04-02T12:00:00+00:00"
URL = "http://www.juxian.gov.cn/art/2020/1/17/a_1.html"
HTML = [("Content-Type", "text/html; charset=utf-8")]


def page(count, *, title="莒县人民政府2019年政府信息公开工作年度报告", more=""):
    said = "".join(
        f"<p>{words}</p>"
        for words in (
            "本年度报告由莒县人民政府办公室编制，所列数据的统计期限为2019年1月1日至2019年12月31日。",
            f"全年主动公开政府信息{count}条，其中通过县政府门户网站公开2986条，通过政务新媒体公开141条。",
            "全年收到政府信息公开申请18件，已答复18件，没有因此被申请行政复议或提起行政诉讼。",
            "下一步，将继续拓宽公开渠道，提高答复质量，方便群众查询和使用政府信息。",
        )
    )
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title><meta name="ArticleTitle" content="{title}">'
        f'<meta name="PubDate" content="2020-01-17 09:30"></head><body><h1>{title}</h1><div id="zoom">{said}{more}</div></body></html>'
    ).encode()


class Warc:
    """A WARC made with warcio, as others make theirs."""

    def __init__(self, path, *, packed=True, version="1.0"):
        self.path = path
        self.file = path.open("wb")
        self.writer = WARCWriter(self.file, gzip=packed, warc_version=version)

    def add(self, body, date, *, url=URL, status="200 OK", headers=HTML, kind="response", said=None):
        record = self.writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body), warc_headers_dict={"WARC-Date": date, **(said or {})},
            http_headers=StatusAndHeaders(status, list(headers), protocol="HTTP/1.1") if kind == "response" else None,
        )  # fmt: skip
        start = self.file.tell()
        self.writer.write_record(record)
        return start

    def revisit(self, body, date, *, of, url=URL):
        digest = self.writer._create_digester()
        digest.update(body)
        headers = StatusAndHeaders("200 OK", HTML, protocol="HTTP/1.1")
        record = self.writer.create_revisit_record(url, str(digest), url, of, http_headers=headers, warc_headers_dict={"WARC-Date": date})
        self.writer.write_record(record)

    def close(self):
        self.file.close()
        return self.path


@pytest.fixture
def archive_url(tmp_path):
    return f"sqlite:///{tmp_path}/a.sqlite3"


@pytest.fixture
def take(archive_url, monkeypatch, tmp_path):
    """Import files; their rows and the summary."""
    monkeypatch.chdir(tmp_path)

    def taken(*paths, code=0):
        result = CliRunner().invoke(cli, ["import", *map(str, paths), "--archive", archive_url, "--now", NOW, "--json"])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        *rows, last = map(json.loads, result.stdout.splitlines())
        return rows, last["summary"]

    return taken


def bad(archive):
    """What verify names."""
    return [(one.kind, str(one.id), one.verdict) for one in whole.verify(archive)]


def rules(rows):
    return [row["rule"] for row in rows if row["error"]]


def test_three_captures_of_three_years_are_three_versions_in_order(take, archive_url, tmp_path):
    newer, older = Warc(tmp_path / "a.warc.gz"), Warc(tmp_path / "b.warc", packed=False)
    newer.add(page(3300), "2022-02-01T00:00:00Z")
    older.add(page(3127), "2020-02-01T00:00:00Z")
    newer.add(page(3200), "2021-02-01T00:00:00Z")
    rows, summary = take(newer.close(), older.close())
    assert [(row["time"][:4], row["version"], row["change"]) for row in rows] == [
        ("2020", 1, "new"),
        ("2021", 2, "figures_changed"),
        ("2022", 3, "figures_changed"),
    ]
    assert (summary["kept"], summary["filed"], summary["errors"]) == (3, 3, 0)
    with Archive.open(archive_url, create=False) as archive:
        (report,) = queries.find(archive)
        assert (report["trust"], report["first_seen"][:10], report["last_seen"][:10]) == ("official_host", "2020-02-01", "2022-02-01")
        assert [row["first_seen"][:4] for row in queries.history(archive, report["report"])] == ["2020", "2021", "2022"]
        assert [change["time"][:10] for change in queries.changes(archive)] == ["2026-04-02"] * 3


def test_an_older_wording_that_comes_later_is_history_and_no_news_of_today(take, archive_url, tmp_path):
    first, second = Warc(tmp_path / "a.warc.gz"), Warc(tmp_path / "b.warc.gz")
    first.add(page(3300), "2022-02-01T00:00:00Z")
    second.add(page(3127), "2020-02-01T00:00:00Z")
    take(first.close())
    rows, _ = take(second.close())
    assert [row["change"] for row in rows] == ["figures_changed"]
    with Archive.open(archive_url, create=False) as archive, reads(archive.engine) as connection:
        (stands,) = connection.execute(locations.select()).all()
        shown = connection.execute(versions.select().where(versions.c.id == stands.version)).one()
        assert shown.first_seen.year == 2022
        assert "earlier wording" in queries.changes(archive)[-1]["detail"]


def test_importing_again_is_no_news(take, archive_url, tmp_path):
    warc = Warc(tmp_path / "a.warc.gz")
    warc.add(page(3127), "2020-02-01T00:00:00Z")
    path = warc.close()
    take(path)
    rows, summary = take(path)
    assert [(row["report"], row["version"], row["change"]) for row in rows] == [(1, 1, None)]
    assert (summary["kept"], summary["known"]) == (0, 1)


def test_codings_and_chunks_are_undone(take, archive_url, tmp_path):
    plain = page(3127)
    chunked = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (plain[:100], plain[100:])) + b"0\r\n\r\n"
    warc = Warc(tmp_path / "a.warc.gz")
    bodies = {
        "gzip": (gzip.compress(plain), [("Content-Encoding", "gzip")]),
        "br": (brotli.compress(plain), [("Content-Encoding", "br")]),
        "zstd": (zstandard.compress(plain), [("Content-Encoding", "zstd")]),
        "chunked": (chunked, [("Transfer-Encoding", "chunked")]),
        "said to be chunked": (plain, [("Transfer-Encoding", "chunked")]),
        "renamed": (plain, [("X-Crawler-Content-Encoding", "gzip"), ("Content-Length", str(len(plain)))]),
    }
    for day, (body, headers) in enumerate(bodies.values(), 1):
        warc.add(body, f"2020-02-0{day}T00:00:00Z", headers=[*HTML, *headers])
    _, summary = take(warc.close())
    assert summary["errors"] == 0
    with Archive.open(archive_url, create=False) as archive, reads(archive.engine) as connection:
        kept = connection.execute(captures.select().order_by(captures.c.id)).all()
    assert {row.sha256 for row in kept} == {hashlib.sha256(plain).hexdigest()}
    assert [row.wire_sha256 is not None for row in kept] == [True, True, True, False, False, False]
    assert ["Content-Encoding", "gzip"] in kept[-1].headers


def test_a_body_that_another_file_has_is_found_there(take, archive_url, tmp_path):
    first, second = Warc(tmp_path / "a.warc.gz"), Warc(tmp_path / "b.warc.gz", version="1.1")
    second.revisit(page(3127), "2021-02-01T00:00:00.123456Z", of="2020-02-01T00:00:00Z")
    first.add(page(3127), "2020-02-01T00:00:00Z")
    rows, summary = take(second.close(), first.close())
    assert summary["errors"] == 0
    assert [row["time"][:4] for row in rows] == ["2020", "2021"]
    with Archive.open(archive_url, create=False) as archive:
        assert queries.find(archive)[0]["last_seen"][:10] == "2021-02-01"
    alone, _ = take(tmp_path / "b.warc.gz", code=1)
    assert rules(alone) == ["revisit"]


def test_the_file_that_holds_the_tables_is_the_answer_nearest_in_time(take, archive_url, tmp_path):
    offer = '<p>附件：<a href="fj.txt">年度报告全文.txt</a></p>'
    warc = Warc(tmp_path / "a.warc.gz")
    warc.add(b"old words", "2019-01-01T00:00:00Z", url="http://www.juxian.gov.cn/art/2020/1/17/fj.txt", headers=[("Content-Type", "text/plain")])
    warc.add(page(3127, more=offer), "2020-02-01T00:00:00Z")
    warc.add(b"new words", "2020-02-01T00:01:00Z", url="http://www.juxian.gov.cn/art/2020/1/17/fj.txt", headers=[("Content-Type", "text/plain")])
    take(warc.close())
    with Archive.open(archive_url, create=False) as archive:
        (report,) = [row for row in queries.find(archive) if row["type"]]
        (file,) = queries.show(archive, report["report"])["attachments"]
    assert file["sha256"] == hashlib.sha256(b"new words").hexdigest()


def test_of_hosts_that_nobody_vouches_for_only_reports_are_kept(take, archive_url, tmp_path):
    warc = Warc(tmp_path / "a.warc.gz")
    warc.add(page(3127), "2020-02-01T00:00:00Z", url="http://mirror.example/1.html")
    warc.add(
        b"<html><body><p>" + "天气预报说明天有雨。".encode() * 30 + b"</p></body></html>", "2020-02-01T00:00:00Z", url="http://mirror.example/2.html"
    )
    warc.add(b"body{}", "2020-02-01T00:00:00Z", url="http://www.juxian.gov.cn/a.css", headers=[("Content-Type", "text/css")])
    rows, summary = take(warc.close())
    assert summary["kept"] == 2
    assert sum(summary["skipped"].values()) == 1
    assert [row["skipped"] is not None for row in rows] == [False, True]
    with Archive.open(archive_url, create=False) as archive:
        assert [row["trust"] for row in queries.find(archive)] == ["mirror"]


def test_a_metadata_record_vouches_for_nothing(take, archive_url, tmp_path):
    warc = Warc(tmp_path / "a.warc.gz")
    facts = {
        "format": "nianbao-capture-1", "capture": 1, "url": "http://evil.example/1.html", "final_url": None, "status": 200, "headers": HTML,
        "sha256": hashlib.sha256(page(3127)).hexdigest(), "fetched_at": "2020-02-01T00:00:00+00:00", "rendered": False, "portal": "qingdao",
        "run": None, "wire_sha256": None, "wire_bytes": None, "listings": [],
        "readings": [{"number": 1, "captures": [1], "portal": "qingdao", "filed_at": "2020-02-01T00:00:00+00:00", "trust": "official_host"}],
    }  # fmt: skip
    warc.add(page(3127), "2020-02-01T00:00:00Z", url="http://evil.example/1.html", said={"WARC-Record-ID": "<urn:uuid:1>"})
    said = {"Content-Type": "application/json", "WARC-Refers-To": "<urn:uuid:1>"}
    warc.add(json.dumps(facts).encode(), "2020-02-01T00:00:00Z", url="urn:nianbao:capture:1", kind="metadata", said=said)
    warc.add(json.dumps(facts | {"capture": "x"}).encode(), "2020-02-01T00:00:00Z", url="urn:nianbao:capture:2", kind="metadata", said=said)
    rows, _ = take(warc.close(), code=1)
    assert rules(rows) == ["facts"]
    with Archive.open(archive_url, create=False) as archive:
        assert [(row["trust"], row["portal"]) for row in queries.find(archive)] == [("mirror", None)]


OURS = {
    "format": "nianbao-capture-1", "capture": 1, "url": URL, "final_url": None, "status": 200, "headers": HTML, "sha256": "0" * 64,
    "fetched_at": "2020-02-01T00:00:00Z", "rendered": False, "portal": None, "run": None, "wire_sha256": None, "wire_bytes": None,
}  # fmt: skip
RUN = {
    "format": "nianbao-run-1", "run": 1, "portal": "qingdao", "started": "2020-02-01T00:00:00Z", "finished": None, "outcome": "ok", "counts": {},
    "detail": None, "whole": True, "lists_whole": True,
}  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        OURS | {"fetched_at": "0001-01-01T00:00:00+08:00"},
        OURS | {"fetched_at": "9999-12-31T23:00:00-08:00"},
        OURS | {"fetched_at": "0001-01-01T00:00:00Z"},
        OURS | {"capture": 10**30},
        OURS | {"status": 10**30},
        OURS | {"wire_bytes": 10**30},
        OURS | {"url": f"{URL}\ud800"},
        OURS | {"headers": [("Server", "\udfff")]},
        RUN | {"started": "0001-01-01T00:00:00+08:00"},
        RUN | {"counts": {"requests": 10**30}},
        RUN | {"counts": {"\ud800": "x"}},
        RUN | {"counts": {"hosts": {"\ud800": 1}}},
    ],
)
def test_metadata_that_somebody_made_up_is_told_as_such_and_the_record_stands_for_itself(take, tmp_path, told):
    warc = Warc(tmp_path / "a.warc.gz")
    warc.add(page(3127), "2020-02-01T00:00:00Z", said={"WARC-Record-ID": "<urn:uuid:1>"})
    said = {"Content-Type": "application/json", "WARC-Refers-To": "<urn:uuid:1>"}
    warc.add(json.dumps(told).encode(), "2020-02-01T00:00:00Z", url="urn:nianbao:capture:1", kind="metadata", said=said)
    rows, summary = take(warc.close(), code=1)
    assert rules(rows) == ["facts"]
    assert (summary["kept"], summary["filed"]) == (1, 1)


def test_metadata_that_are_not_what_their_digest_says_vouch_for_nothing(take, archive_url, tmp_path):
    """Headers and the hash on the wire are taken from the metadata; nothing else in a WARC without gzip tells that a bit of it is another."""
    warc = Warc(tmp_path / "a.warc", packed=False)
    body = page(3127)
    warc.add(body, "2020-02-01T00:00:00Z", said={"WARC-Record-ID": "<urn:uuid:1>"})
    told = OURS | {"sha256": hashlib.sha256(body).hexdigest(), "headers": [("Server", "nginx")]}
    said = {"Content-Type": "application/json", "WARC-Refers-To": "<urn:uuid:1>"}
    warc.add(json.dumps(told).encode(), "2020-02-01T00:00:00Z", url="urn:nianbao:capture:1", kind="metadata", said=said)
    path = warc.close()
    path.write_bytes(path.read_bytes().replace(b"nginx", b"oginx"))
    rows, _ = take(path, code=1)
    assert rules(rows) == ["digest"]
    with Archive.open(archive_url) as archive:
        assert archive.capture(1).header("Server") is None


def test_facts_as_an_export_writes_them_are_taken():
    assert facts(json.dumps(OURS).encode()).capture == 1
    assert facts(json.dumps(RUN | {"counts": {"requests": 7, "hosts": {"a": 1}}}).encode()).run == 1


@pytest.mark.parametrize("named", ["", "closed", "closed/a.html"])
def test_a_folder_that_cannot_be_read_is_refused_and_nothing_is_imported(tmp_path, monkeypatch, named):
    closed = tmp_path / "pages" / "closed"
    closed.mkdir(parents=True)
    (tmp_path / "pages" / "a.html").write_bytes(page(3127))
    (closed / "a.html").write_bytes(page(3127))
    scandir, stat = os.scandir, os.stat

    def refusing(real, inside):
        def call(path, *more, **given):
            if str(path).startswith(f"{closed}/" if inside else str(closed)):  # modes do not bind root, who runs many a test
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return real(path, *more, **given)

        return call

    monkeypatch.setattr(os, "scandir", refusing(scandir, False))
    monkeypatch.setattr(os, "stat", refusing(stat, True))
    result = CliRunner().invoke(cli, ["import", str(tmp_path / "pages" / named), "--archive", f"sqlite:///{tmp_path}/a.sqlite3", "--now", NOW])
    assert result.exit_code == 2, result.exception
    assert str(closed) in result.output
    assert "cannot be re" in result.output
    assert not (tmp_path / "a.sqlite3").exists()


def good(warc, day):
    warc.add(page(3000 + day), f"2020-02-{day:02}T00:00:00Z")


def damaged_member(path, start):
    """Flip a bit in the gzip member that begins there."""
    body = bytearray(path.read_bytes())
    body[start + 60] ^= 0x10
    path.write_bytes(body)


def test_a_broken_member_costs_its_record_alone(take, tmp_path):
    warc = Warc(tmp_path / "a.warc.gz")
    good(warc, 1)
    start = warc.add(page(3127), "2020-02-02T00:00:00Z")
    good(warc, 3)
    path = warc.close()
    damaged_member(path, start)
    rows, summary = take(path, code=1)
    assert len(rules(rows)) == 1
    assert f"byte {start}" in next(row["error"] for row in rows if row["error"])
    assert summary["filed"] == 2


def test_a_file_that_was_cut_gives_what_is_whole(take, tmp_path):
    warc = Warc(tmp_path / "a.warc.gz")
    good(warc, 1)
    good(warc, 2)
    path = warc.close()
    path.write_bytes(path.read_bytes()[:-40])
    rows, summary = take(path, code=1)
    assert rules(rows) == ["truncated"]
    assert summary["filed"] == 1


LINES = (
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:9>\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
    "{more}Content-Length: {length}\r\n\r\n"
)


def raw(block, *, date="2020-02-02T00:00:00Z", url=URL, more="", length=None):
    head = LINES.format(url=url, date=date, more=more, length=len(block) if length is None else length)
    return head.encode() + block + b"\r\n\r\n"


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(3127)
BOMB = gzip.compress(bytes(200 * 2**20), 9)


WRONG = (
    ("digest", raw(ANSWER, more="WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")),  # another block
    ("digest", raw(ANSWER, more=f"WARC-Payload-Digest: sha256:{'0' * 64}\r\n")),  # another body
    ("digest", raw(ANSWER, more="WARC-Payload-Digest: sha1:no base32\r\n")),  # a digest that is none
    ("date", raw(ANSWER, date="yesterday")),  # no time
    ("date", raw(ANSWER, date="2020-13-45T99:00:00Z")),  # no such day
    ("date", raw(ANSWER, date="0001-01-01T00:00:00Z")),  # a night that began in no year
    ("date", raw(ANSWER, date="2099-01-01T00:00:00Z")),  # the future
    ("http", raw(b"<html>no answer</html>")),  # no HTTP
    ("truncated", raw(ANSWER, more="WARC-Truncated: length\r\n")),  # cut short by its crawler
    ("truncated", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nshort")),  # shorter than it says
    ("truncated", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nff\r\nx")),  # a chunk that breaks off
    ("unpacked", raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BOMB)),  # a bomb
    ("corrupt", raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\xff\xff\xff\xff")),  # no brotli
    ("coding", raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: sdch\r\n\r\nwords")),  # a coding nobody knows
    ("length", raw(ANSWER, length="-5")),  # a negative length
    ("length", raw(ANSWER, length="9" * 40)),  # an absurd length
    ("length", raw(ANSWER, length=len(ANSWER) - 3)),  # a length that is too small
    ("too_large", raw(bytes(70 * 2**20))),  # more than is read
    ("headers", b"WARC/1.0\r\nX: " + b"a" * (2**20 + 9) + b"\r\n\r\n"),  # headers without end
)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_what_is_wrong_with_a_record_is_named_and_the_next_one_is_read(take, tmp_path, packed):
    parts = []
    for hour, (_, record) in enumerate(WRONG):
        whole = raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(3300), date=f"2020-02-03T{hour:02}:00:00Z")
        parts += [record, whole]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(gzip.compress(part, 1) if packed else part for part in parts))
    rows, summary = take(path, code=1)
    assert rules(rows) == [rule for rule, _ in WRONG]
    assert summary["filed"] == len(WRONG)


@pytest.mark.parametrize("length", [90_000_000, 10**14])
def test_a_length_that_leads_past_other_records_hides_none_of_them(tmp_path, length):
    """Of what a WARC without gzip says of a length a flipped bit makes 90 MB of 10 MB."""
    path = tmp_path / "a.warc"
    path.write_bytes(raw(ANSWER, length=length) + raw(ANSWER) + raw(ANSWER))
    found = list(members.records(path, 2**26))
    assert [record.trouble and record.trouble.rule for record in found] == ["too_large", None, None]


def test_a_bomb_in_the_members_costs_no_memory(tmp_path):
    """A member that unpacks to 20 GB of one line: read in a process that may take a gigabyte."""
    packer = gzip.zlib.compressobj(9, gzip.zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(2000)) + packer.flush()
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(packed)
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "from pathlib import Path; from app.importing import members\n"
        "print([raw.trouble.rule for raw in members.records(Path(sys.argv[1]), 2**20)])"
    )
    project = Path(__file__).resolve().parent.parent.parent
    told = subprocess.run([sys.executable, "-c", program, str(path)], cwd=project, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == "['format']"


def test_names_in_a_package_lead_nowhere(take, tmp_path):
    warc = Warc(tmp_path / "in.warc.gz")
    good(warc, 1)
    inner = warc.close().read_bytes()
    (tmp_path / "in.warc.gz").unlink()
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("archive/../../escaped.warc.gz", inner)
        package.writestr("../archive/other.warc.gz", inner)
        package.writestr("/etc/escaped.warc.gz", inner)
    _, summary = take(path)
    assert summary["filed"] == 1
    assert [found.name for found in tmp_path.parent.rglob("*escaped*")] == []


def test_files_that_hold_no_records_are_named(take, tmp_path):
    (tmp_path / "empty.warc.gz").write_bytes(b"")
    (tmp_path / "words.warc").write_bytes(b"hello")
    (tmp_path / "broken.wacz").write_bytes(b"PK\x03\x04 and nothing else")
    with zipfile.ZipFile(tmp_path / "none.wacz", "w") as package:
        package.writestr("datapackage.json", "{}")
    rows, summary = take(tmp_path, code=1)
    assert {Path(row["path"]).name: row["rule"] for row in rows} == {
        "broken.wacz": "unreadable", "empty.warc.gz": "empty", "none.wacz": "format", "words.warc": "format",
    }  # fmt: skip
    assert summary["kept"] == 0


def test_a_page_that_kills_its_reader_is_one_error(take, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_CRAWL__READ_TIMEOUT", "0.01")
    warc = Warc(tmp_path / "a.warc.gz")
    good(warc, 1)
    rows, _ = take(warc.close(), code=1)
    assert rules(rows) == ["parser_killed"]


def test_a_single_gzip_over_all_records_is_read_as_well(take, tmp_path):
    warc = Warc(tmp_path / "a.warc", packed=False)
    good(warc, 1)
    good(warc, 2)
    packed = tmp_path / "b.warc.gz"
    packed.write_bytes(gzip.compress(warc.close().read_bytes()))
    _, summary = take(packed)
    assert (summary["filed"], summary["errors"]) == (2, 0)


def test_the_clock_of_an_import_is_its_own(take, archive_url, tmp_path):
    warc = Warc(tmp_path / "a.warc.gz")
    good(warc, 1)
    take(warc.close())
    with Archive.open(archive_url, create=False) as archive:
        assert queries.changes(archive)[0]["time"] == datetime.fromisoformat(NOW).astimezone(UTC).isoformat(timespec="seconds")


def test_an_imported_capture_names_the_file_it_came_from_and_what_that_had_it_from(take, archive_url, tmp_path):
    warc = Warc(tmp_path / "从别处.warc.gz")
    warc.add(page(3127), "2020-02-01T00:00:00Z")
    first = f"从别处.warc.gz sha256:{hashlib.sha256(warc.close().read_bytes()).hexdigest()}"
    take(tmp_path / "从别处.warc.gz")
    with Archive.open(archive_url, create=False) as archive:
        assert (
            archive.capture(1).imported_from == queries.show(archive, 1)["imported_from"] == queries.history(archive, 1)[0]["imported_from"] == first
        )
        assert bad(archive) == []
        with writes(archive.engine) as connection:
            connection.execute(captures.update().values(imported_from=None))
        assert bad(archive) == [("capture", "1", "tampering")]
        with writes(archive.engine) as connection:
            connection.execute(captures.update().values(imported_from=first))
    told = CliRunner().invoke(cli, ["export", "warc", str(tmp_path / "b.warc.gz"), "--archive", archive_url, "--now", NOW])
    assert told.exit_code == 0, told.output
    copy, second = f"sqlite:///{tmp_path}/b.sqlite3", hashlib.sha256((tmp_path / "b.warc.gz").read_bytes()).hexdigest()
    CliRunner().invoke(cli, ["import", str(tmp_path / "b.warc.gz"), "--archive", copy, "--now", NOW])
    with Archive.open(copy, create=False) as archive:
        assert archive.capture(1).imported_from == f"b.warc.gz sha256:{second} ← {first}"


def test_a_capture_of_our_own_stays_our_own_when_it_comes_back_in_a_file(take, archive_url, tmp_path):
    with Archive.open(archive_url) as archive:
        archive.keep(Capture(url=URL, status=200, headers=tuple(HTML), body=page(3127), fetched_at=datetime(2020, 2, 1, tzinfo=UTC)))
    warc = Warc(tmp_path / "a.warc.gz")
    warc.add(page(3127), "2020-02-01T00:00:00Z")
    _, summary = take(warc.close())
    assert (summary["known"], summary["kept"], summary["filed"]) == (1, 0, 1)
    with Archive.open(archive_url, create=False) as archive:
        assert queries.show(archive, 1)["imported_from"] is None

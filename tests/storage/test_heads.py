"""A night's work ends with a head: in the archive, in a plain file that is never rewritten, and, where asked, with somebody else's time stamp."""

import contextlib
import hashlib
import re
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from crawler.config import load
from scheduler import sealing, stamping
from storage import queries, schema
from storage.engine import reading, writing
from storage.evidence import heads, headsfile, stamps
from storage.verifying import whole
from storage.verifying.bad import Verdict
from tests.storage.conftest import NIGHT
from tests.tsa import authority


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    with authority(tmp_path_factory.mktemp("authority") / "tsa") as serving:
        yield serving


@pytest.fixture
def well(tsa):
    tsa.manner = "well"
    tsa.asked.clear()
    return tsa


@pytest.fixture
def config(url, folder):
    def made(**more):
        keys = {"url": url, "heads": str(folder / "heads.txt"), **more}
        return load(overrides={f"archive.{key}": value for key, value in keys.items()})

    return made


def seal(desk, config, **more):
    return sealing.seal(desk.archive, config(**more), desk.at)


def lines(folder):
    return (folder / "heads.txt").read_text().splitlines()


def open_incidents(desk):
    return [(row["kind"], row["portal"], row["seen"]) for row in queries.incidents(desk.archive, open=True)]


@contextlib.contextmanager
def answering(tsa, manner, monkeypatch):
    """The authority answers badly while this lasts, and nobody waits long for it."""
    tsa.manner = manner
    tsa.asked.append(tsa.query(b"earlier"))
    post = stamping.post
    with monkeypatch.context() as patched:
        patched.setattr(stamping, "post", lambda url, body: post(url, body, seconds=0.5 if manner == "drip" else 20))
        yield
    tsa.manner = "well"


def test_a_night_ends_with_a_head_and_its_line(desk, config, folder):
    desk.keep()
    assert seal(desk, config) == []
    chain = desk.rows("SELECT chain FROM ledger WHERE seq = 1")[0][0]
    assert lines(folder) == [f"2026-01-20 1 {chain} 2026-01-20T18:00:00.000000+00:00"]


def test_a_night_without_work_has_no_head(desk, config, folder):
    assert seal(desk, config) == []
    assert not (folder / "heads.txt").exists()
    desk.keep()
    seal(desk, config)
    seal(desk, config)
    assert len(lines(folder)) == 1


def test_a_night_that_grows_after_its_head_gets_a_further_one(desk, config, folder):
    desk.keep()
    seal(desk, config)
    first = lines(folder)
    desk.keep()
    seal(desk, config)
    assert lines(folder)[:1] == first
    assert [line.split()[:2] for line in lines(folder)] == [["2026-01-20", "1"], ["2026-01-20", "3"]]  # entry 2 is the first head itself


def test_lines_that_a_crash_left_out_or_tore_are_appended_and_nothing_is_rewritten(desk, config, folder):
    for _ in range(3):
        desk.keep()
        seal(desk, config)
    whole = (folder / "heads.txt").read_bytes()
    torn = whole[: len(whole) // 2]
    (folder / "heads.txt").write_bytes(torn)
    desk.keep()
    seal(desk, config)
    assert (folder / "heads.txt").read_bytes().startswith(torn + b"\n")
    with reading(desk.archive.engine) as connection:
        assert {line.seq for line in headsfile.lines((folder / "heads.txt").read_bytes())} - {None} == {h.seq for h in heads.all_of(connection)}


def test_a_file_that_cannot_be_written_is_an_incident_and_is_made_up_for(desk, config, folder):
    (folder / "heads.txt").mkdir()
    desk.keep()
    assert "heads_unwritten" in seal(desk, config)[0]
    assert [kind for kind, *_ in open_incidents(desk)] == ["heads_unwritten"]
    (folder / "heads.txt").rmdir()
    assert seal(desk, config) == []
    assert len(lines(folder)) == 1
    assert open_incidents(desk) == []


def test_a_file_of_another_archive_gets_our_line_too_and_is_told_until_it_is_moved_away(desk, config, folder):
    other = f"2025-01-20 1 {'ab' * 32} 2025-01-20T18:00:00.000000+00:00\n"
    (folder / "heads.txt").write_text(other)  # of an entry of the same number
    desk.keep()
    (trouble,) = seal(desk, config)
    with reading(desk.archive.engine) as connection:
        (head,) = heads.all_of(connection)
    assert (folder / "heads.txt").read_text() == f"{other}{head.line}\n"
    assert trouble.startswith("heads_foreign: ")
    assert f"line 1 (first: {other.strip()}) not of this archive" in trouble
    assert [kind for kind, *_ in open_incidents(desk)] == ["heads_foreign"]
    assert seal(desk, config) == [trouble]
    assert (folder / "heads.txt").read_text() == f"{other}{head.line}\n"
    (folder / "heads.txt").rename(folder / "old.txt")
    assert seal(desk, config) == []
    assert lines(folder) == [head.line]
    assert open_incidents(desk) == []


def test_a_longer_file_of_another_archive_is_told_as_well(desk, config, folder):
    (folder / "heads.txt").write_text(f"2025-01-20 900 {'ab' * 32} 2025-01-20T18:00:00.000000+00:00\n" * 2)
    desk.keep()
    (trouble,) = seal(desk, config)
    assert "line 1 and 1 more" in trouble
    assert len(lines(folder)) == 3


def test_a_line_that_another_process_writes_meanwhile_is_not_foreign(desk, config, folder, monkeypatch):
    desk.keep()
    seal(desk, config)
    append = headsfile.append

    def slowly(path, known):
        """Between the reading of the heads and the file, somebody else seals."""
        monkeypatch.setattr(headsfile, "append", append)
        desk.keep()
        assert seal(desk, config) == []
        return append(path, known)

    desk.keep()
    monkeypatch.setattr(headsfile, "append", slowly)
    assert seal(desk, config) == []
    assert len(lines(folder)) == 3
    assert open_incidents(desk) == []


def test_the_file_stands_beside_the_archive_and_bears_its_name():
    assert str(sealing.heads_file(load(overrides={"archive.url": "sqlite:///a/city.sqlite3"}))) == "a/city.heads.txt"
    assert str(sealing.heads_file(load(overrides={"archive.url": "postgresql://me@host/city"}))) == "logs/city.heads.txt"


def test_a_head_is_stamped_and_the_stamp_is_of_its_line(desk, config, well):
    desk.keep()
    assert seal(desk, config, timestamps=well.url, timestamp_certificates=str(well.certificates)) == []
    (token,) = desk.rows("SELECT token FROM heads")[0]
    with reading(desk.archive.engine) as connection:
        (head,) = heads.all_of(connection)
    assert stamps.check(bytes(token), head.line, stamps.certificates(well.certificates)).tzinfo is not None
    with pytest.raises(stamps.BadStamp, match="something else"):
        stamps.check(bytes(token), head.line.replace(" 1 ", " 2 "), stamps.certificates(well.certificates))


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        ("other", "something else"),
        ("replay", "something else|another request"),
        ("garbage", "no time stamp"),
        ("error", "answered 503"),
        ("html", "answered 200 text/html"),
        ("endless", "more than 65536 bytes"),
        ("drip", "no whole answer within"),
    ],
)
def test_an_authority_that_does_not_answer_as_it_should_is_an_incident_until_it_does(desk, config, well, manner, said, monkeypatch):
    desk.keep()
    with answering(well, manner, monkeypatch):
        (trouble,) = seal(desk, config, timestamps=well.url)
    assert re.search(said, trouble)
    assert [(kind, portal) for kind, portal, _ in open_incidents(desk)] == [("timestamp_failed", None)]
    assert desk.rows("SELECT COUNT(*), COUNT(token) FROM heads") == [(1, 0)]
    assert seal(desk, config, timestamps=well.url) == []
    assert desk.rows("SELECT COUNT(*), COUNT(token) FROM heads") == [(1, 1)]
    assert open_incidents(desk) == []


def test_an_authority_that_is_not_there_is_an_incident(desk, config):
    desk.keep()
    (trouble,) = seal(desk, config, timestamps="http://127.0.0.1:9/tsa")
    assert "timestamp_failed" in trouble
    assert desk.rows("SELECT COUNT(token) FROM heads") == [(0,)]


def test_an_authority_that_the_certificates_do_not_name_is_not_believed(desk, config, well, tmp_path):
    desk.keep()
    with authority(tmp_path / "other") as stranger:
        (trouble,) = seal(desk, config, timestamps=stranger.url, timestamp_certificates=str(well.certificates))
    assert "not signed by whom the certificates name" in trouble
    assert desk.rows("SELECT COUNT(token) FROM heads") == [(0,)]


def test_certificates_that_are_none_are_named(desk, config, well, tmp_path):
    (tmp_path / "none.pem").write_text("nothing")
    desk.keep()
    (trouble,) = seal(desk, config, timestamps=well.url, timestamp_certificates=str(tmp_path / "none.pem"))
    assert "none.pem" in trouble


def test_an_old_answer_to_another_request_is_refused(well):
    line = "2026-01-20 1 00 2026"
    first, second = stamps.request(line), stamps.request(line)
    answer = well.stamp(first.as_bytes())
    assert stamps.accept(answer, first, line, []) == answer
    with pytest.raises(stamps.BadStamp, match="another request"):
        stamps.accept(answer, second, line, [])


def test_a_head_is_never_replaced_nor_stamped_twice(desk):
    desk.keep()
    with writing(desk.archive.engine) as connection:
        head = heads.seal(connection, NIGHT)
        assert heads.seal(connection, NIGHT + timedelta(days=1)) is None
        heads.stamp(connection, head.id, b"first")
        heads.stamp(connection, head.id, b"second")
    assert [bytes(token) for (token,) in desk.rows("SELECT token FROM heads")] == [b"first"]


def test_a_stamp_is_checked_against_the_certificates_by_verify(desk, config, folder, well, tmp_path):
    desk.keep()
    assert seal(desk, config, timestamps=well.url) == []
    trusted = stamps.certificates(well.certificates)
    assert verified(desk, folder, trusted) == ([], {"timestamps": 1, "timestamps_not_checked": 0})
    assert verified(desk, folder, ()) == ([], {"timestamps": 0, "timestamps_not_checked": 1})
    with authority(tmp_path / "other") as stranger:
        assert verified(desk, folder, stamps.certificates(stranger.certificates))[0] == [("head", Verdict.TAMPERING)]
    (token,) = desk.rows("SELECT token FROM heads")[0]
    damaged = bytearray(bytes(token))
    damaged[len(damaged) // 2] ^= 8
    with writing(desk.archive.engine) as connection:
        connection.execute(update(schema.heads).values(token=bytes(damaged)))
    assert verified(desk, folder, trusted)[0] == verified(desk, folder, ())[0] == [("head", Verdict.ROT)]
    other = well.stamp(well.query(b"another line"))
    with writing(desk.archive.engine) as connection:
        connection.execute(update(schema.heads).values(token=other, token_sha256=hashlib.sha256(other).hexdigest()))
    assert verified(desk, folder, trusted)[0] == [("head", Verdict.TAMPERING)]


def verified(desk, folder, certificates):
    checked = Counter()
    found = list(whole.verify(desk.archive, heads_file=folder / "heads.txt", certificates=certificates, checked=checked))
    return [(bad.kind, bad.verdict) for bad in found], {kind: checked[kind] for kind in ("timestamps", "timestamps_not_checked")}

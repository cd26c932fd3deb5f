"""A flipped bit anywhere is found and named, an untouched archive raises no alarm, and what chance cannot do is called tampering."""

import errno
import random
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import blobs, schema
from storage.engine import writing
from storage.errors import ArchiveUnavailable
from storage.evidence import canonical, exact, facts, heads, headsfile, ledger
from storage.evidence.facts import Kind
from storage.records import Blame, Candidate, Figure, FigureKind, Finding, FindingLevel, Listing, content_sha256
from storage.types import Moment
from storage.verifying import whole
from storage.verifying.bad import Verdict
from tests import independent_checker
from tests.storage.conftest import URL

ROT, TAMPERING = Verdict.ROT, Verdict.TAMPERING
FIGURES = tuple(
    Figure(format="f2021", table="t3", row="new_received", column=f"c{n}", label=f"本年新收 / {n}", raw=f"{n}件", kind=FigureKind.NUMBER,
           value=Decimal(n), unit="件", place=f"table 1 /html/body/table/tr[{n}]", capture="ab" * 32, sentence="共收到申请。")
    for n in range(5)
)  # fmt: skip
FINDING = Finding(
    rule="t3.sum", level=next(iter(FindingLevel)), blame=next(iter(Blame)), text="各项之和", detail="一加一不等于三", quotes=("1", "3"),
    places=("table 1", "table 2"), left=Decimal(2), right=Decimal(3),
)  # fmt: skip


@pytest.fixture
def history(desk, report, folder):
    """Three nights of two reports, with listings, figures, findings, a night of absence, heads and their file."""
    page = b"<html><p>" + "政府信息公开工作年度报告。".encode() * 40 + b"</p></html>"
    desk.file(replace(report, figures=FIGURES, findings=(FINDING,)))
    night(desk, folder)
    listed = desk.keep("https://www.zhucheng.gov.cn/xxgk/", body=page, headers=(("Content-Type", "text/html"), ("X-Odd", 'a"\u00e9\x01b')))
    rows = (Candidate(url=URL, title="年报", listed=report.published),)
    desk.archive.list(Listing(portal="zhucheng", column="https://www.zhucheng.gov.cn/xxgk/", rows=rows, read_at=desk.at), capture=listed, run=None,
                      reports=rows)  # fmt: skip
    desk.file(replace(report, text=report.text.replace("132", "133"), figures=FIGURES[:3]))
    desk.file(replace(report, url=f"{URL}?2", year=2018, title="2018年年报", text=report.text + "\n二〇一八年"))
    better = replace(report, reader="2", figures=FIGURES[:4], findings=(FINDING,))
    desk.archive.file(better, captures=[1], portal="zhucheng", at=desk.at)
    with writing(desk.archive.engine) as connection:
        from storage import findings

        findings.replace_between(connection, 1, [FINDING], desk.at)
    night(desk, folder)
    desk.gone(f"{URL}?2")
    night(desk, folder)
    return desk


def night(desk, folder):
    with writing(desk.archive.engine) as connection:
        heads.seal(connection, desk.at)
        headsfile.append(folder / "heads.txt", heads.all_of(connection))


def verify(desk, folder, **more):
    return list(whole.verify(desk.archive, heads_file=folder / "heads.txt", **more))


def told(found):
    return [(bad.kind, bad.id, bad.verdict) for bad in found]


def test_an_untouched_archive_raises_no_alarm(history, folder):
    from collections import Counter

    checked = Counter()
    assert verify(history, folder, checked=checked) == []
    rows = {"captures", "listings", "versions", "changes", "absences", "heads", "entries"}
    assert rows | {"bodies", "contents", "assessments", "figures", "findings"} <= set(checked)
    assert verify(history, folder, since=history.at - timedelta(days=1)) == []


def test_an_empty_archive_raises_no_alarm(desk, folder):
    assert verify(desk, folder) == []


MOST = {"bodies", "texts", "tables", "figures", "findings", "ledger", "heads"}
# what is flipped, and which kinds of bad thing may name it
FLIPPED = {
    "bodies": (schema.blobs, ("data",), {"body"}),
    "texts": (schema.contents, ("text",), {"content"}),
    "tables": (schema.contents, ("tables",), {"content"}),
    "figures": (
        schema.figures,
        ("format", "table", "row", "column", "label", "raw", "kind", "value", "unit", "sentence", "place", "capture"),
        {"figures", "assessment"},
    ),
    "findings": (
        schema.findings,
        ("rule", "level", "blame", "text", "detail", "quotes", "places", "left", "right"),
        {"findings", "assessment", "finding"},
    ),
    "hashes": (schema.contents, ("text_sha256", "tables_sha256", "exact_sha256"), {"content"}),
    "assessments": (
        schema.assessments,
        ("reader", "figures_sha256", "findings_sha256", "exact_sha256", "made_at"),
        {"figures", "findings", "assessment"},
    ),
    "ledger": (schema.ledger, ("seq", "kind", "ref", "sha256", "chain"), {"entry"}),
    "heads": (schema.heads, ("night", "chain", "at"), {"head"}),
    "captures": (schema.captures, ("url", "status", "headers", "fetched_at", "portal"), {"capture"}),
    "listings": (schema.listings, ("portal", "rows", "rows_sha256", "read_at"), {"listing"}),
    "changes": (schema.changes, ("key", "time", "kind", "version", "url", "detail"), {"change"}),
    "absences": (schema.absences, ("url", "night", "at", "report", "capture"), {"absence", "absences"}),
    "readings": (schema.readings, ("reader", "issuer", "title", "year", "published", "trust", "figures_sha256"), {"version"}),
}


def flip(desk, table, column, chance):
    """Flip one bit of one stored value; None where the database cannot hold the result (PostgreSQL takes no broken UTF-8, dates or references)."""
    engine = desk.archive.engine
    key = next(iter(table.primary_key.columns))
    raw = sa.type_coerce(table.c[column], sa.types.NullType())
    asked = sa.select(key, raw).order_by(key)
    if table is schema.readings:  # of others nothing is said in the ledger
        asked = asked.where(table.c.id.in_(sa.select(schema.versions.c.reading)))
    rows = [row for row in engine_rows(engine, asked) if row[1] not in (None, "", b"")]
    number, value = chance.choice(rows)
    kind = table.c[column].type
    if isinstance(value, int) and not isinstance(value, bool):
        changed = value ^ (1 << chance.randrange(31))
        if column == "seq":
            changed = value ^ (1 << chance.randrange(8, 31))
    elif isinstance(value, bytes | str):
        stored = bytearray(value.encode() if isinstance(value, str) else value)
        stored[chance.randrange(len(stored))] ^= 1 << chance.randrange(8)
        changed = bytes(stored)
    else:  # a time or a date of PostgreSQL
        changed = (
            value + timedelta(microseconds=2 ** chance.randrange(40))
            if isinstance(kind, Moment)
            else value + timedelta(days=2 ** chance.randrange(8))
        )
    if isinstance(value, str) and engine.dialect.name == "postgresql":
        try:
            changed = changed.decode()
        except UnicodeDecodeError:
            return None
        if "\x00" in changed:
            return None
    put(engine, table, column, changed, number)
    return number, column, value, changed


def engine_rows(engine, query):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def put(engine, table, column, value, key):
    """Write a value as whoever damages an archive does: no constraint holds it up."""
    name = next(iter(table.primary_key.columns)).name
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as raw:
            raw.execute("PRAGMA foreign_keys=off")
            as_text = "CAST(? AS TEXT)" if isinstance(value, bytes) and not isinstance(table.c[column].type, sa.LargeBinary) else "?"
            raw.execute(f'UPDATE {table.name} SET "{column}" = {as_text} WHERE "{name}" = ?', (value, key))
            raw.execute("PRAGMA foreign_keys=on")
    else:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.execute(sa.text(f'UPDATE {table.name} SET "{column}" = :value WHERE "{name}" = :key'), {"value": value, "key": key})


def put_back(desk, table, flipped):
    number, column, value, changed = flipped
    put(desk.archive.engine, table, column, value, changed if table.c[column].primary_key else number)


@pytest.mark.parametrize("what", FLIPPED)
def test_a_flipped_bit_anywhere_is_found_and_named_and_is_rot(history, folder, what):
    table, columns, kinds = FLIPPED[what]
    chance = random.Random(f"{what} {history.archive.engine.dialect.name}")
    flips = 0
    while flips < (8 if what in MOST else 4):
        flipped = flip(history, table, chance.choice(columns), chance)
        if flipped is None:
            continue
        flips += 1
        found = verify(history, folder)
        assert found, flipped
        assert {bad.kind for bad in found} <= kinds, (flipped, found)
        moment = history.archive.engine.dialect.name == "postgresql" and not isinstance(flipped[2], str | bytes | int)  # no bit of a text
        if not moment:
            assert {bad.verdict for bad in found} == {ROT}, (flipped, found)
        put_back(history, table, flipped)
    assert verify(history, folder) == []


def run(desk, *statements):
    """Statements of somebody who may do everything in the database."""
    for statement in statements:
        if desk.archive.engine.dialect.name == "sqlite":
            with closing(desk.archive.engine.raw_connection()) as raw:
                raw.execute("PRAGMA foreign_keys=off")
                raw.execute(statement)
                raw.execute("PRAGMA foreign_keys=on")
        else:
            with desk.archive.engine.begin() as connection:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                connection.exec_driver_sql(statement.replace("%", "%%"))


def relink(desk, *, heads_too=False):
    """The ledger written anew from its rows, as somebody who knows this program would: numbers, entries and chain all fit."""
    entries = desk.rows("SELECT kind, ref, sha256, seq FROM ledger ORDER BY seq")
    before, moved = canonical.FIRST, {}
    made = []
    with desk.archive.engine.connect() as connection:
        for number, (kind, ref, sha256, seq) in enumerate(entries, start=1):
            table = facts.TABLES[Kind(kind)]
            if heads_too and kind == "head":
                old = connection.execute(sa.select(schema.heads).where(schema.heads.c.id == ref)).one()
                at = moved[old.seq]
                made.append(f"UPDATE heads SET seq = {at[0]}, chain = '{at[1]}' WHERE id = {ref}")
                head = {"night": old.night, "seq": at[0], "chain": at[1], "at": old.at}
                sha256 = canonical.digest(facts.tag(Kind.HEAD), head)
            else:
                row = connection.execute(facts.query(Kind(kind)).where(table.c.id == ref)).mappings().one()
                newest = max(entry[3] for entry in entries if entry[:2] == (kind, ref))
                sha256 = facts.digest(Kind(kind), row) if newest == seq else sha256
            before = canonical.link(before, number, kind, ref, sha256)
            moved[seq] = (number, before)
            made.append(f"INSERT INTO ledger VALUES ({number}, '{kind}', {ref}, '{sha256}', '{before}')")
    run(desk, "DELETE FROM ledger", *made)


def verdicts(found):
    return {bad.verdict for bad in found}


def test_a_row_that_is_taken_away_is_missed(history, folder):
    run(history, "DELETE FROM changes WHERE id = 1")
    assert ("change", 1, TAMPERING) in told(verify(history, folder))


def test_a_row_that_is_put_in_past_the_ledger_is_named(history, folder):
    columns = "url, status, headers, sha256, fetched_at, rendered, portal"
    run(history, f"INSERT INTO captures (id, {columns}) SELECT 999, {columns} FROM captures WHERE id = 1")
    assert told(verify(history, folder)) == [("capture", 999, TAMPERING)]


def test_a_row_that_is_rewritten_contradicts_the_ledger(history, folder):
    run(history, "UPDATE changes SET detail = 'nothing happened' WHERE id = 2")
    assert told(verify(history, folder)) == [("change", 2, TAMPERING)]


@pytest.mark.parametrize(
    ("kind", "number", "alteration"),
    [(Kind.CHANGE, 2, "UPDATE changes SET detail = 'nothing happened' WHERE id = 2"),
     (Kind.CAPTURE, 1, "UPDATE captures SET url = 'https://www.zhucheng.gov.cn/another.html' WHERE id = 1")],
)  # fmt: skip
def test_a_row_that_is_rewritten_and_entered_again_is_tampering(history, folder, kind, number, alteration):
    run(history, alteration)
    with writing(history.archive.engine) as connection:
        ledger.append(connection, kind, number)
    assert (kind, number, TAMPERING) in told(verify(history, folder))
    if history.archive.engine.dialect.name == "sqlite":
        lines = (folder / "heads.txt").read_text()
        assert f"{kind} {number} again" in independent_checker.check(history.archive.engine.url.database, lines)


def test_a_damaged_page_of_the_database_is_named_and_the_rest_is_looked_at(history, folder):
    if history.archive.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has checksums of its pages for that")
    ((root,),) = history.rows("SELECT rootpage FROM sqlite_master WHERE name = 'figures'")
    ((size,),) = history.rows("PRAGMA page_size")
    run(history, "UPDATE changes SET detail = 'nothing happened' WHERE id = 2")
    history.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    history.archive.engine.dispose()
    with Path(history.archive.engine.url.database).open("r+b") as file:
        file.seek((int(root) - 1) * int(size))
        file.write(b"\xff" * int(size))
    found = told(verify(history, folder))
    assert ("database", "sqlite", ROT) in found
    assert ("change", 2, TAMPERING) in found


def test_a_row_that_a_flipped_bit_makes_longer_than_its_page_is_named_and_the_check_comes_to_its_end(history, folder):
    if history.archive.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has checksums of its pages for that")
    ((root,),) = history.rows("SELECT rootpage FROM sqlite_master WHERE name = 'figures'")
    ((size,),) = history.rows("PRAGMA page_size")
    history.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    history.archive.engine.dispose()
    path = Path(history.archive.engine.url.database)
    whole_file, page = path.read_bytes(), (int(root) - 1) * int(size)
    cell = page + int.from_bytes(whole_file[page + 8 : page + 10])  # the first row: lengths and kinds of its values, then the values
    for place in (cell + 5, cell + 7, cell + 13):
        damaged = bytearray(whole_file)
        damaged[place] ^= 1 << 2
        path.write_bytes(damaged)
        found = told(verify(history, folder))
        assert {("database", "sqlite", ROT)} < set(found), place
        assert {(kind, verdict) for kind, _, verdict in found} == {("database", ROT), ("figures", ROT)}
        history.archive.engine.dispose()


def test_a_text_replaced_together_with_its_hashes_is_tampering(history, folder):
    (name, text, tables) = next(row for row in history.rows("SELECT content_sha256, text, tables FROM contents") if "133" in str(row[1]))
    forged = str(text).replace("133", "913")
    import json

    exact_ = exact.content({"text": forged, "tables": json.loads(str(tables))})
    run(history, f"UPDATE contents SET text = '{forged}', text_sha256 = '{content_sha256(forged)}' WHERE content_sha256 = '{name}'")
    assert told(verify(history, folder)) == [("content", name, TAMPERING)]
    run(history, f"UPDATE contents SET exact_sha256 = '{exact_}' WHERE content_sha256 = '{name}'")
    found = told(verify(history, folder))
    assert ("content", name, TAMPERING) in found


def test_a_body_replaced_together_with_the_hash_of_its_bytes_is_tampering(history, folder):
    import hashlib

    packed = blobs.pack(b"another page")
    (name,) = history.rows("SELECT sha256 FROM captures WHERE id = 1")[0]
    put_blob = sa.text("UPDATE blobs SET data = :data, size = 12, data_sha256 = :sha256 WHERE sha256 = :name")
    with history.archive.engine.begin() as connection:
        connection.execute(put_blob, {"data": packed, "sha256": hashlib.sha256(packed).hexdigest(), "name": name})
    assert told(verify(history, folder)) == [("body", name, TAMPERING)]


def test_figures_replaced_together_with_their_hash_are_tampering(history, folder):
    run(history, "UPDATE figures SET value = '7' WHERE number = 1")
    (assessment, name) = history.rows("SELECT id, figures_sha256 FROM assessments ORDER BY id")[0]
    from storage import figures
    from storage.records.read import figures_sha256

    with history.archive.engine.connect() as connection:
        forged = figures_sha256(figures.of(connection, [assessment])[assessment])
    run(history, f"UPDATE assessments SET figures_sha256 = '{forged}' WHERE id = {assessment}")
    assert forged != name
    assert TAMPERING in verdicts(bad for bad in verify(history, folder) if bad.id == assessment)


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM ledger WHERE seq = 4"],
        ["UPDATE ledger SET seq = 1004 WHERE seq = 4", "UPDATE ledger SET seq = 4 WHERE seq = 6", "UPDATE ledger SET seq = 6 WHERE seq = 1004"],
        ["UPDATE ledger SET seq = seq + 1000 WHERE seq > 4", "INSERT INTO ledger SELECT 5, kind, ref, sha256, chain FROM ledger WHERE seq = 4",
         "UPDATE ledger SET seq = seq - 999 WHERE seq > 1000"],
        ["UPDATE changes SET detail = 'nothing' WHERE id = 1", "UPDATE ledger SET sha256 = '{sha256}' WHERE kind = 'change' AND ref = 1"],
    ],
    ids=["taken away", "in another order", "put in", "rewritten"],
)  # fmt: skip
def test_a_ledger_that_is_cut_or_rewritten_is_tampering(history, folder, statements):
    run(history, statements[0])
    if len(statements) > 1:
        with history.archive.engine.connect() as connection:
            row = connection.execute(facts.query(Kind.CHANGE).where(schema.changes.c.id == 1)).mappings().one()
        run(history, *(statement.replace("{sha256}", facts.digest(Kind.CHANGE, row)) for statement in statements[1:]))
    found = verify(history, folder)
    assert ("entry", TAMPERING) in {(bad.kind, bad.verdict) for bad in found}


def test_a_ledger_written_anew_contradicts_its_heads(history, folder):
    run(history, "UPDATE changes SET detail = 'nothing happened' WHERE id = 1")
    relink(history)
    found = verify(history, folder)
    assert {(bad.kind, bad.verdict) for bad in found} == {("head", TAMPERING)}


def test_heads_written_anew_as_well_contradict_the_file(history, folder):
    run(history, "UPDATE changes SET detail = 'nothing happened' WHERE id = 1")
    relink(history, heads_too=True)
    found = verify(history, folder)
    assert {(bad.kind, bad.verdict) for bad in found} == {("heads_file", TAMPERING)}
    (folder / "heads.txt").unlink()
    assert verify(history, folder) == []  # and with the file gone nothing is left to tell: docs/ledger.md says so


def test_lines_of_the_file_that_are_damaged_or_contradict_are_named(history, folder):
    path = folder / "heads.txt"
    whole_file = path.read_bytes()
    first, second, third = whole_file.splitlines(keepends=True)
    path.write_bytes(first.replace(b"2026-01-21", b"2026-01-20", 1) + second + third)
    assert told(verify(history, folder)) == [("heads_file", 1, ROT)]
    path.write_bytes(first + third)
    assert [(bad.kind, bad.verdict) for bad in verify(history, folder)] == [("head", TAMPERING)]
    path.write_bytes(first[:40] + b"\n" + whole_file)  # a crash tore a line, and the next seal wrote it again
    assert verify(history, folder) == []
    path.write_bytes(first + second)  # the last line is written at the next seal
    assert verify(history, folder) == []
    path.write_bytes(whole_file + third.replace(b" ", b" 9", 1))
    assert told(verify(history, folder)) == [("heads_file", 4, TAMPERING)]


@pytest.mark.parametrize(("table", "kind"), [("captures", "capture"), ("changes", "change"), ("versions", "version")])
def test_a_flipped_bit_of_a_number_is_called_tampering_as_the_documentation_says(history, folder, table, kind):
    run(history, f"UPDATE {table} SET id = 65 WHERE id = 1")
    assert {(kind, 1, TAMPERING), (kind, 65, TAMPERING)} <= set(told(verify(history, folder)))


def test_a_file_of_heads_that_was_emptied_is_named(history, folder):
    for emptied in (b"", b"\n\n"):
        (folder / "heads.txt").write_bytes(emptied)
        (bad,) = verify(history, folder)
        assert (bad.kind, bad.verdict, bad.place) == ("heads_file", TAMPERING, str(folder / "heads.txt"))
        assert "empty, and the archive has 3 heads" in bad.what


def test_a_file_that_a_crash_left_empty_before_its_first_line_is_nothing_bad(desk, folder):
    desk.keep()
    night(desk, folder)
    (folder / "heads.txt").write_bytes(b"")
    assert verify(desk, folder) == []


def test_a_file_of_heads_that_cannot_be_read_is_said_before_anything_is_checked(history, folder, monkeypatch):
    (folder / "heads.txt").unlink()
    (folder / "heads.txt").mkdir()
    with pytest.raises(ArchiveUnavailable, match=r"heads\.txt: the file of heads cannot be read: Is a directory"):
        verify(history, folder)
    monkeypatch.setattr(Path, "read_bytes", refused)  # the tests may run as root, whom no mode stops
    with pytest.raises(ArchiveUnavailable, match=r"heads\.txt: the file of heads cannot be read: Permission denied"):
        verify(history, folder)


def refused(path):
    raise PermissionError(errno.EACCES, "Permission denied", str(path))


def test_a_head_written_while_the_check_begins_is_no_alarm(history, folder, monkeypatch):
    """The file is read before the archive's state is taken: a line is written behind its head's commit."""
    read = headsfile.read

    def then_sealed(path):
        found = read(path)
        history.keep()
        night(history, folder)
        return found

    monkeypatch.setattr(headsfile, "read", then_sealed)
    assert verify(history, folder) == []


def test_since_looks_at_what_came_after_the_last_head_before_it(history, folder):
    run(history, "UPDATE changes SET detail = 'nothing happened' WHERE id = 1")
    assert told(verify(history, folder)) == [("change", 1, TAMPERING)]
    assert verify(history, folder, since=history.at - timedelta(hours=1)) == []
    assert told(verify(history, folder, since=history.at - timedelta(days=90))) == [("change", 1, TAMPERING)]


@pytest.mark.parametrize("archive", ["sqlite"], indirect=True)
def test_somebody_elses_checker_finds_the_same_from_the_documentation_alone(history, folder):
    path, lines = history.archive.engine.url.database, (folder / "heads.txt").read_text()
    assert independent_checker.check(path, lines) == []
    assert independent_checker.check(path, lines.replace(" ", " 1", 1)) != []
    run(history, "UPDATE changes SET detail = 'nothing happened' WHERE id = 2")
    assert independent_checker.check(path, lines) == ["change 2"]
    run(history, "UPDATE ledger SET ref = 7 WHERE seq = 4")
    assert independent_checker.check(path, lines) == ["entry 4"]

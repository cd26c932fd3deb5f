"""A checker of the ledger of a SQLite archive, written from docs/ledger.md alone: python independent_checker.py nianbao.sqlite3 [heads.txt]"""

import hashlib
import json
import sqlite3
import sys
from pathlib import Path

VERSION = """SELECT v.report, v.number, v.content_sha256, v.text_sha256, v.tables_sha256, v.capture, r.captures, r.reader, r.encoding, r.type,
    r.issuer, r.level, r.adcode, r.city, r.year, r.title, r.published, r.signed, r.source, r.trust, r.attachments, r.figures_sha256,
    r.findings_sha256, r.url AS page, c.exact_sha256 AS content_exact_sha256, a.exact_sha256 AS assessment_exact_sha256
    FROM versions v JOIN readings r ON r.id = v.reading JOIN contents c ON c.content_sha256 = v.content_sha256
    LEFT JOIN assessments a ON a.content_sha256 = r.content_sha256 AND a.reader = r.reader AND a.figures_sha256 = r.figures_sha256
    AND a.findings_sha256 = r.findings_sha256 WHERE v.id = ?"""
ROWS = {
    "capture": "SELECT url, final_url, status, headers, sha256, fetched_at, rendered, portal, wire_sha256, wire_bytes FROM captures WHERE id = ?",
    "listing": 'SELECT portal, "column", page, last, rows_sha256, capture, read_at, confirms FROM listings WHERE id = ?',
    "version": VERSION,
    "change": """SELECT key, time, kind, report, portal, version, before, after, url, detail, capture_before, capture_after, listing
        FROM changes WHERE id = ?""",
    "absence": "SELECT report, url, night, at, capture, listing FROM absences WHERE id = ?",
    "head": "SELECT night, seq, chain, at FROM heads WHERE id = ?",
}


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def check(database, heads=""):
    """Everything that does not fit, in words."""
    archive = sqlite3.connect(database)
    archive.row_factory = sqlite3.Row
    chain, chains, newest, bad = "0" * 64, {}, {}, []
    for expected, (seq, kind, ref, entry, stored) in enumerate(archive.execute("SELECT seq, kind, ref, sha256, chain FROM ledger ORDER BY seq"), 1):
        chain = sha256(f"{chain}\n{seq} {kind} {ref} {entry}")
        if seq != expected or chain != stored:
            return [f"entry {expected}"]
        if (kind, ref) in newest and kind not in {"version", "absence"}:
            bad.append(f"{kind} {ref} again")
        chains[seq], newest[kind, ref] = chain, entry
    for (kind, ref), entry in newest.items():
        facts = dict(archive.execute(ROWS[kind], (ref,)).fetchone() or {})
        if facts.get("confirms", 0) is None:  # only a listing that a 304 confirmed has this fact
            del facts["confirms"]
        for name in {"headers", "captures", "attachments"} & set(facts):
            facts[name] = json.loads(facts[name])
        for name in {"rendered", "last"} & set(facts):
            facts[name] = bool(facts[name])
        if sha256(f"nianbao.{kind}.1\n" + json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))) != entry:
            bad.append(f"{kind} {ref}")
    lines = [line.split(" ") for line in heads.splitlines()]
    return bad + [f"head {night}" for night, seq, head, _ in lines if chains.get(int(seq)) != head]


if __name__ == "__main__":
    found = check(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8") if len(sys.argv) > 2 else "")
    sys.exit("\n".join(found))

"""What an archive says without the numbers of its rows, which are only an order of writing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import text

from storage.archive import Archive

QUESTIONS = {
    "captures": """SELECT url, final_url, status, headers, sha256, fetched_at, rendered, portal, wire_sha256, wire_bytes FROM captures""",
    "runs": "SELECT portal, started, finished, outcome, counts, detail FROM runs",
    "listings": """SELECT l.portal, l."column", l.page, l.last, l.rows_sha256, l.read_at,
        c.url FROM listings l JOIN captures c ON c.id = l.capture""",
    "contents": "SELECT content_sha256, text_sha256, tables_sha256, text, tables FROM contents",
    "readings": """SELECT reader, url, encoding, type, issuer, level, adcode, city, year, title, published, signed,
        source, trust, attachments, evidence,
        container, agreement, portal, filed_at, content_sha256, figures_sha256, findings_sha256 FROM readings""",
    "reports": """SELECT identity, portal, issuer, level, adcode, city, year, type, title, published, signed, state,
        trust, first_seen, last_seen
        FROM reports""",
    "versions": """SELECT r.identity, v.number, v.content_sha256, v.text_sha256, v.tables_sha256, v.first_seen,
        v.last_seen, c.url, c.fetched_at, c.sha256
        FROM versions v JOIN reports r ON r.id = v.report JOIN captures c ON c.id = v.capture""",
    "locations": """SELECT r.identity, l.url, l.portal, v.number, l.title, l.published, l.first_seen, l.last_seen, l.gone_at, l.ended_at
        FROM locations l JOIN reports r ON r.id = l.report JOIN versions v ON v.id = l.version""",
    "figures": """SELECT a.content_sha256, a.reader, f.number, f.format, f.scope, f."table", f."row", f."column",
        f.label, f.raw, f.kind, f.value, f.unit,
        f.lower_bound, f.sentence, f.place, f.capture, f.certain FROM figures f JOIN assessments a ON a.id = f.assessment""",
    "findings": """SELECT a.content_sha256, r.identity, f.rule, f.level, f.blame, f.assessable, f.holds, f.text,
        f.detail, f.scope, f.quotes, f.places,
        f."left", f."right" FROM findings f LEFT JOIN assessments a ON a.id = f.assessment LEFT JOIN reports r ON r.id = f.report""",
    "changes": """SELECT r.identity, x.time, x.kind, x.portal, x.version, x.before, x.after, x.url, x.detail, b.url,
        b.fetched_at, c.url, c.fetched_at,
        c.status FROM changes x JOIN reports r ON r.id = x.report LEFT JOIN captures b ON b.id = x.capture_before
        LEFT JOIN captures c ON c.id = x.capture_after""",
    "frontier": "SELECT portal, url, title, listed, state, fetched_at, listed_at, absent_since, etag, last_modified FROM frontier",
}


def rows(archive: Archive) -> dict[str, list[str]]:
    """Of each table what its rows say, sorted; rows that are alike stand there as often as they are there."""
    with archive.engine.connect() as connection:
        return {name: sorted(repr(tuple(map(_alike, row))) for row in connection.execute(text(question))) for name, question in QUESTIONS.items()}


def _alike(value: object) -> object:
    """A value as SQLite has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """What stands in one and not in the other, for a test that failed to show."""
    out = []
    for name in before:
        old, new = list(before[name]), list(after[name])
        for row in before[name]:
            if row in new:
                new.remove(row)
                old.remove(row)
        out += [f"- {name} {row[:300]}" for row in old[:3]] + [f"+ {name} {row[:300]}" for row in new[:3]]
    return out

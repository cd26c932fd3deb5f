"""The ledger of an archive that was begun before there was one: every row is entered as it is found, kind by kind, by its number.

Such an entry says what the row said on the day of the migration, not on the day it was written.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, select, update

from storage.evidence import exact, ledger
from storage.evidence.facts import Kind
from storage.schema import assessments, blobs, contents, findings


def fill(connection: Connection) -> None:
    """Note the hashes of all stored rows, then enter captures, listings, versions and changes. Holds one row's bytes at a time."""
    for sha256 in connection.execute(select(blobs.c.sha256)).scalars().all():
        data = connection.execute(select(blobs.c.data).where(blobs.c.sha256 == sha256)).scalar_one()
        connection.execute(update(blobs).where(blobs.c.sha256 == sha256).values(data_sha256=hashlib.sha256(data).hexdigest()))
    for sha256 in connection.execute(select(contents.c.content_sha256)).scalars().all():
        exact.seal_content(connection, sha256)
    for number in connection.execute(select(assessments.c.id)).scalars().all():
        exact.seal_assessment(connection, number)
    for report in connection.execute(select(findings.c.report).where(findings.c.report.is_not(None)).distinct()).scalars().all():
        exact.seal_findings(connection, report)
    for kind in (Kind.CAPTURE, Kind.LISTING, Kind.VERSION, Kind.CHANGE):
        ledger.append_all(connection, kind, without=("confirms", "imported_from"))  # come with later migrations

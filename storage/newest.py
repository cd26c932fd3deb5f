"""The newest report year each portal's lists show."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import func, select

from storage.archive import Archive
from storage.engine import reading
from storage.schema import listings
from storage.types import utc

YEAR = re.compile(r"(?<!\d)(20\d\d)(?=\s*年)")


def years(archive: Archive, since: datetime) -> dict[str, tuple[int, int]]:
    """By portal, the newest year in the titles of the newest listing of each of its columns' first pages, and the number of that listing.

    Parameters:
        since: listings read earlier are too old to say anything.
    """
    recent = (listings.c.page == 1, listings.c.read_at >= utc(since))
    newest = select(func.max(listings.c.id)).where(*recent).group_by(listings.c.portal, listings.c.column)
    found: dict[str, tuple[int, int]] = {}
    with reading(archive.engine) as connection:
        for row in connection.execute(select(listings.c.id, listings.c.portal, listings.c.rows).where(listings.c.id.in_(newest))):
            year = max((int(year) for _, title, *_ in row.rows for year in YEAR.findall(title or "")), default=None)
            if year is not None:
                found[row.portal] = max(found.get(row.portal, (0, 0)), (year, row.id))
    return found

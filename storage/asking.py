"""How much was asked of portals, for who plans what to ask next."""

from __future__ import annotations

from sqlalchemy import func, select

from storage.archive import Archive
from storage.engine import reading
from storage.schema import listings


def lists(archive: Archive) -> dict[str, int]:
    """How many list pages each portal's last crawl that read one read."""
    last = select(listings.c.portal, func.max(listings.c.run).label("run")).group_by(listings.c.portal).subquery()
    query = (
        select(listings.c.portal, func.count())
        .join(last, (last.c.portal == listings.c.portal) & (last.c.run == listings.c.run))
        .group_by(listings.c.portal)
    )
    with reading(archive.engine) as connection:
        return {portal: int(count) for portal, count in connection.execute(query)}

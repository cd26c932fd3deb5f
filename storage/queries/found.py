"""Which reports there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, case

from storage import search
from storage.archive import Archive
from storage.engine import reading
from storage.patience import patient
from storage.queries import rows
from storage.schema import reports
from storage.standing import OFFICIAL

_AT_ONCE = 500  # reports


@patient
def find(
    archive: Archive,
    *,
    adcodes: Sequence[str] | None = None,
    year: int | None = None,
    type: str | None = None,
    issuer: str | None = None,
    text: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Reports, official ones first, then newest year first, then by division and issuer; those that say some words in the order of search.hits.

    Args:
        adcodes: of divisions; the caller adds those below a province or prefecture. None: wherever.
        issuer: a part of the issuer's name.
        text: words in the title, the issuer's name, the labels of figures or the text of any version (storage/search).

    Returns:
        One row a report; with `text` also what says so: `field` (title, issuer, labels, body), `version`, `snippet`, `marks` (see search.Hit).

    Raises:
        ValueError: `text` holds nothing that could be looked for.
    """
    wanted: list[ColumnElement[bool]] = [reports.c.same_as.is_(None)]
    if adcodes is not None:
        wanted.append(reports.c.adcode.in_(list(adcodes)))
    if year is not None:
        wanted.append(reports.c.year == year)
    if type is not None:
        wanted.append(reports.c.type == type)
    if issuer is not None:
        wanted.append(reports.c.issuer.icontains(issuer, autoescape=True))
    if text is not None:
        with reading(archive.engine) as connection:
            found = list(islice(search.hits(connection, text, wanted), limit))
            return [row for start in range(0, len(found), _AT_ONCE) for row in _hits(connection, found[start : start + _AT_ONCE])]
    order = (
        case((reports.c.trust.in_(OFFICIAL), 0), else_=1),
        reports.c.year.desc().nulls_last(),
        reports.c.adcode.nulls_last(),
        reports.c.issuer.nulls_last(),
        reports.c.type.nulls_last(),
        reports.c.id,
    )
    with reading(archive.engine) as connection:
        return [rows.report(row) for row in connection.execute(rows.reports().where(*wanted).order_by(*order).limit(limit))]


def _hits(connection: Connection, found: Sequence[search.Hit]) -> list[dict[str, Any]]:
    known = {row.id: row for row in connection.execute(rows.reports().where(reports.c.id.in_([hit.report for hit in found])))}
    told = []
    for hit in found:
        row = known[hit.report]
        said = {"field": hit.field, "version": hit.version or row.shown, "snippet": hit.snippet, "marks": hit.marks}
        told.append(rows.report(row) | said)
    return told

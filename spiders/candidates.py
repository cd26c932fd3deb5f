"""Which rows of a list page are worth a request: on a trusted host, titled like a report, each document once."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.scope import Scope
from crawler.urls import canonical
from spiders import titles
from spiders.portal import Portal
from storage.records import Candidate


def of(rows: Iterable[Candidate], portal: Portal, *, columns: Iterable[str] = ()) -> list[Candidate]:
    """Candidates among the rows of a page, with canonical addresses.

    Args:
        rows: what the family read, in order. A document that a list links four ways (?from=list, #top, a session id) counts once.
        portal: its hosts decide; a row that leads elsewhere stays visible in the Listing, and is not fetched.
        columns: addresses that are read as list pages; a year column called 2023年政府信息公开年报 is no report.
    """
    folders = {canonical(url) for url in columns}
    scope = Scope(portal.hosts)
    found: dict[str, Candidate] = {}
    for row in rows:
        url = canonical(row.url)
        if url in folders or not titles.is_candidate(row.title) or not scope.covers(url):
            continue
        known = found.get(url)
        if known is None or (known.listed is None and row.listed is not None):
            found[url] = Candidate(url=url, title=row.title, listed=row.listed, issuer=row.issuer)
    return list(found.values())

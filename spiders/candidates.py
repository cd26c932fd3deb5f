"""Which rows of a list page are worth a request: on a trusted host, titled like a report, each document once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

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
    found: dict[str, Candidate] = {}
    for row in rows:
        if not titles.is_candidate(row.title) or not on_trusted_host(row.url, portal.hosts):
            continue
        url = canonical(row.url)
        if url in folders:
            continue
        known = found.get(url)
        if known is None or (known.listed is None and row.listed is not None):
            found[url] = Candidate(url=url, title=row.title, listed=row.listed, issuer=row.issuer)
    return list(found.values())


def on_trusted_host(url: str, hosts: Iterable[str]) -> bool:
    """True when the host is one of the portal's; `*.qingdao.gov.cn` is the domain and all below it."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return any(host == name.removeprefix("*.") or (name.startswith("*.") and host.endswith(name[1:])) for name in hosts)

"""Which portals are crawled by one process: those that share a host always go together, so that one process takes all its turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crawler.urls import host_of
from spiders.portal import Portal


def hosts_of(portal: Portal) -> set[str]:
    """The hosts a portal is known to be read from. What it may reach besides (`*.example.gov.cn`) is guarded by the turns alone."""
    return {host_of(url) for url in portal.start} | {host for host in portal.hosts if not host.startswith("*.")}


def by_host(portals: Sequence[Portal], most: int) -> list[list[Portal]]:
    """Portals in batches of at most `most`, unless more share a host; in the order given otherwise."""
    batches: list[list[Portal]] = []
    for group in groups(portals):
        if batches and len(batches[-1]) + len(group) <= most:
            batches[-1] += group
        else:
            batches.append(list(group))
    return batches


def locks(portals: Iterable[Portal]) -> dict[str, str]:
    """Under which name each portal is locked, by its key: one name for all that share a host, also by way of a third."""
    return {portal.key: min(host for member in group for host in hosts_of(member)) for group in groups(portals) for portal in group}


def groups(portals: Iterable[Portal]) -> list[list[Portal]]:
    """Portals that share a host, also by way of a third, together."""
    group_of: dict[str, list[Portal]] = {}
    found: list[list[Portal]] = []
    for portal in portals:
        own = [portal]
        for shared in {id(group): group for host in hosts_of(portal) if (group := group_of.get(host)) is not None}.values():
            own = [*shared, *own]
            found.remove(shared)
        found.append(own)
        group_of |= dict.fromkeys((host for member in own for host in hosts_of(member)), own)
    return found

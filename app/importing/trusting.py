"""Whose an address is: asked of our portal files, never of what a WARC says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.scope import Scope
from crawler.urls import canonical, host_of
from spiders.families import Family, family
from spiders.portal import Portal
from storage.records import Origin


class Portals:
    """The portals that there are files for.

    Parameters:
        known: by key (spiders.catalogue.portals).
    """

    def __init__(self, known: Mapping[str, Portal]) -> None:
        self._known = known
        self._scopes = {key: Scope(portal.hosts) for key, portal in known.items()}
        self._families = {key: family(portal) for key, portal in known.items()}
        self._entries = {canonical(url) for portal in known.values() for url in portal.start}

    def of(self, url: str, hint: str | None = None) -> str | None:
        """The key of the portal whose hosts cover an address; of several the one that is named, else the first; None when it is nobody's."""
        covering = [key for key, scope in self._scopes.items() if scope.covers(url)]
        return hint if hint in covering else next(iter(covering), None)

    def origin(self, key: str | None) -> Origin | None:
        return None if key is None else self._known[key].origin

    def family(self, key: str) -> Family:
        return self._families[key]

    def portal(self, key: str) -> Portal:
        return self._known[key]

    def is_entry(self, url: str) -> bool:
        """Whether an address is the first page of a report column."""
        return canonical(url) in self._entries


def is_governments(url: str) -> bool:
    """Whether a host stands below gov.cn, which only organs of state may register."""
    return f".{host_of(url)}".endswith(".gov.cn")

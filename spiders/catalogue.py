"""Portal files become spiders. Scrapy finds this class by the setting SPIDER_LOADER_CLASS."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.errors import ConfigError
from crawler.scope import Scope
from crawler.settings import operator
from spiders.base import PortalSpider
from spiders.families import family
from spiders.portal import Portal, load

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.settings import BaseSettings

SHIPPED = Path(__file__).parent / "portals"


def portals(paths: Sequence[Path] = ()) -> dict[str, Portal]:
    """Every portal by key.

    Parameters:
        paths: folders of portal files; empty for the shipped ones.

    Raises:
        ConfigError: a folder is missing, a file is wrong, its family is unknown, or two files share a key.
    """
    found: dict[str, Portal] = {}
    for folder in paths or (SHIPPED,):
        if not folder.is_dir():
            raise ConfigError(f"portals.paths: {folder} is no folder")
        for path in sorted(folder.glob("*.yaml")):
            portal = load(path)
            family(portal)
            if portal.key in found:
                raise ConfigError(f"{path}: key: {portal.key!r} stands in another folder as well")
            found[portal.key] = portal
    return found


def spider(portal: Portal) -> type[PortalSpider]:
    """The spider class of a portal: the common one, or the class its file names.

    Raises:
        ConfigError: `spider` names no class of ours.
    """
    base = _named(portal) if portal.spider else PortalSpider
    return type(f"{portal.key.title().replace('-', '').replace('_', '')}Spider", (base,), {"name": portal.key, "portal": portal})


def _named(portal: Portal) -> type[PortalSpider]:
    module, _, name = (portal.spider or "").partition(":")
    try:
        found = getattr(importlib.import_module(f"spiders.odd.{module}"), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"{portal.key}: spider: {portal.spider!r} is no module:Class in spiders/odd") from error
    if not (isinstance(found, type) and issubclass(found, PortalSpider)):
        raise ConfigError(f"{portal.key}: spider: {portal.spider!r} is no PortalSpider")
    return found


class NoSuchPortal(UsageError, KeyError):
    """What Scrapy asks of a loader (KeyError), and what its commands print as a line without a traceback (UsageError)."""

    __str__ = Exception.__str__  # KeyError's own would put the message in quotes


class Catalogue:
    """Scrapy's spider loader."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._portals = portals(paths)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Catalogue:
        return cls(operator(settings).portals.paths)

    def load(self, spider_name: str) -> type[PortalSpider]:
        """The spider of a portal.

        Raises:
            NoSuchPortal: no portal of that key.
        """
        if spider_name not in self._portals:
            raise NoSuchPortal(f"no portal {spider_name!r}; there are {', '.join(self._portals)}")
        return spider(self._portals[spider_name])

    def list(self) -> list[str]:
        """The keys of all portals."""
        return list(self._portals)

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]  # `list` is the method above
        """Keys of the portals that trust the request's host."""
        return [key for key, portal in self._portals.items() if Scope(portal.hosts).covers(request.url)]

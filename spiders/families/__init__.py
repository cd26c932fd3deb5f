"""What a CMS family knows: how its columns list reports, page on and split articles. One class a family, one module a class.

A family is pure: page in, rows or addresses out. It neither fetches nor stores, so a saved page is its whole test.
Addresses it returns are absolute but otherwise as the page has them; the spider makes them canonical and keeps them within the portal's hosts.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from parsel import Selector

from crawler.errors import ConfigError, CrawlError, LayoutChanged, TooLarge
from crawler.gate.attributes import flood
from spiders.families.marks import Mark
from spiders.portal import Portal
from storage.records import Candidate

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a column, decoded.

    Attributes:
        url: canonical URL that answered.
        column: URL of the column's first page.
        number: 1 for the first page.
        text: the decoded body (crawler.reading.charset.decode).
        selector: parsel over `text`; for JSON and datastores `text` is what counts.
    """

    url: str
    column: str
    number: int
    text: str
    selector: Selector

    @classmethod
    def of(cls, text: str, *, url: str, column: str | None = None, number: int = 1) -> Page:
        """A page from decoded text. `column` is `url` for a first page.

        Raises:
            TooLarge: a tag that no parser finishes. Lists are parsed beside the fetching, where nobody can kill the parser, and so are records
                of a datastore and what scripts write, which the gate does not see as tags.
        """
        if flooded := flood(text):
            raise TooLarge(flooded, url=url, rule="flood")
        return cls(
            url=url,
            column=column or url,
            number=number,
            text=text,
            selector=Selector(text=text or "<html/>", base_url=url),
        )


@dataclass(frozen=True, kw_only=True)
class Next:
    """The request for the following page of a column.

    Attributes:
        body: form-encoded body of a POST; None for GET.
        number: the page's number, 2 for the second.
    """

    url: str
    method: str = "GET"
    body: str | None = None
    number: int


class Family:
    """A CMS whose portals list and page alike.

    Attributes:
        name: what portal files call it (`family: hanweb`).
        body: CSS selector of the article body, if the family has one of its own; the portal file's goes before it.
        marks: what tells the CMS on the wire, for `nianbao portals discover`; none where anything may stand.
    """

    name: ClassVar[str]
    marks: ClassVar[tuple[Mark, ...]] = ()
    body: str | None = None

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        if portal.body:
            self.body = portal.body

    def rows(self, page: Page) -> list[Candidate]:
        """Every link row of the page, in its order, reports or not.

        Raises:
            LayoutChanged: the row selector matches nothing; no rows is a broken selector, not a quiet night.
        """
        raise NotImplementedError

    def next(self, page: Page) -> Next | None:
        """The following page of the column, None on its last."""
        return None

    def columns(self, page: Page) -> list[str]:
        """Year directories and sub-columns to be read as well, as absolute URLs."""
        return []

    def parts(self, page: Page) -> list[str]:
        """Further pages of a split article, or the iframe that holds its body, as absolute URLs in reading order."""
        return []


@contextmanager
def telling(url: str) -> Iterator[None]:
    """Around calls of a family: what breaks it on one page is that page's incident, and the others go on.

    Raises:
        LayoutChanged: in place of any error that is not a CrawlError.
    """
    try:
        yield
    except CrawlError as error:
        error.url = error.url or url
        raise
    except Exception as error:
        logger.exception("a family broke on %s", url)
        raise LayoutChanged(f"the family broke: {type(error).__name__}: {error}", url=url, rule="family") from error


@cache
def families() -> dict[str, type[Family]]:
    """Every family by name, found in this package's modules."""
    found: dict[str, type[Family]] = {}
    for module in pkgutil.iter_modules(__path__):
        for thing in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Family) and "name" in vars(thing):
                found[thing.name] = thing
    return found


def family(portal: Portal) -> Family:
    """The family a portal names.

    Raises:
        ConfigError: no family of that name.
    """
    known = families()
    if portal.family not in known:
        raise ConfigError(f"{portal.key}: family: {portal.family!r} is unknown; there are {', '.join(sorted(known))}")
    return known[portal.family](portal)

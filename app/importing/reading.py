"""Reading a page as a crawl does: with its further parts, and with its files where it leaves its tables to them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable

from app.importing.found import Found, Item
from app.importing.spool import Spool
from app.importing.steps import Read
from app.importing.trusting import Portals
from crawler.attachments import ATTACHMENTS_LIMIT, hashed, readable
from crawler.config import CrawlSection
from crawler.errors import CrawlError
from crawler.readers import readers
from crawler.reading import charset
from crawler.urls import canonical
from spiders.families import Page, telling
from storage.records import Capture, Reading


class Parts:
    """Where the parts and files of pages are among the answers of other people's crawls: at their address, nearest in time."""

    def __init__(self, found: Found, spool: Spool) -> None:
        self._spool = spool
        self._by_url: dict[str, list[Item]] = defaultdict(list)
        for item in found.items:
            if item.facts is None and item.capture.status == 200:
                for url in {item.capture.url, item.address}:
                    self._by_url[url].append(item)
        for items in self._by_url.values():
            items.sort(key=lambda item: item.capture.fetched_at)
        self._offered: set[str] = set()

    def nearest(self, url: str, item: Item) -> Item | None:
        """The answer from an address that is nearest to a page's in time; it is a part of that page from now on, and no page itself."""
        self._offered.add(url)
        items = self._by_url.get(url, [])
        at = item.capture.fetched_at
        place = bisect_left(items, at, key=lambda other: other.capture.fetched_at)
        around = items[max(0, place - 1) : place + 1]
        return min(around, key=lambda other: abs(other.capture.fetched_at - at), default=None)

    def is_offered(self, item: Item) -> bool:
        """Whether a page that was read names this answer as a part or file of its own."""
        return item.address in self._offered or item.capture.url in self._offered


async def read_whole(
    step: Read, load: Callable[[Item], Capture], elsewhere: Parts, portals: Portals, portal: str | None, crawl: CrawlSection
) -> tuple[Reading, tuple[Item, ...]]:
    """The reading of a page, and the answers it rests on in their order.

    Raises:
        CrawlError: it is not what was expected. concurrent.futures.TimeoutError, pebble.ProcessExpired, MemoryError: it killed its reader.
    """
    item, files = step.item, step.files
    origin = portals.origin(portal)
    body = portals.family(portal).body if portal is not None else None
    parts = step.parts if step.told is not None else _parts(item, load, elsewhere, portals, portal)
    own = [load(part) for part in (item, *parts)]
    reading = await readers.read(own, origin, body, crawl)
    if step.told is None:
        addresses = dict.fromkeys(canonical(file.url) for file in reading.attachments)
        near = [elsewhere.nearest(url, item) for url in list(addresses)[:ATTACHMENTS_LIMIT]]
        files = tuple(file for file in near if file is not None)
    if not files:
        return reading, step.order or (item, *parts)
    loaded = {number: load(file) for number, file in enumerate(files)}
    opened = readable(loaded)
    order = step.order or (item, *parts, *(files[n] for n in opened), *(file for n, file in enumerate(files) if n not in opened))
    if not reading.tables:
        reading = await readers.read([*own, *(loaded[number] for number in opened)], origin, body, crawl)
    return hashed(reading, loaded.values()), order


def _parts(item: Item, load: Callable[[Item], Capture], elsewhere: Parts, portals: Portals, portal: str | None) -> tuple[Item, ...]:
    """The further pages of a split article, as far as they are there."""
    if portal is None:
        return ()
    capture = load(item)
    text, _ = charset.decode(capture.body, capture.header("Content-Type"))
    try:
        with telling(item.address):
            urls = portals.family(portal).parts(Page.of(text, url=item.address))
    except CrawlError:
        return ()  # read without them; what breaks a family is told where it lists
    found = [elsewhere.nearest(url, item) for url in dict.fromkeys(map(canonical, urls)) if url != item.address]
    return tuple(part for part in found if part is not None)

"""Files a report page offers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urljoin, urlsplit

from lxml.etree import _Element

from crawler.reading.lines import squeeze
from storage.records import Attachment

KINDS = "pdf|docx?|xlsx?|ofd|wps|et|zip|rar|7z|pptx?|csv|txt"
FILE = re.compile(rf"\.({KINDS})$", re.IGNORECASE)
IN_QUERY = re.compile(rf"\.(?:{KINDS})(?:&|$)", re.IGNORECASE)


def attachments(elements: Iterable[_Element], base: str | None) -> tuple[Attachment, ...]:
    """The files that elements link to, each URL once, in order.

    Args:
        elements: the body's container, and what stands right below it.
        base: URL of the page; without one, links are given as written. A `<base>` of the page is not believed: it may point anywhere.
    """
    found: dict[str, Attachment] = {}
    for element in elements:
        for a in element.iter("a"):
            href = (a.get("href") or "").strip()
            if not _is_file(href):
                continue
            try:
                url = urljoin(base, href).partition("#")[0] if base else href.partition("#")[0]
            except ValueError:
                continue  # an address like http://[ that nobody could fetch
            if url not in found:
                name = squeeze("".join(a.itertext())) or squeeze(a.get("title") or "") or unquote(urlsplit(url).path.rpartition("/")[2])
                found[url] = Attachment(url=url, name=name)
    return tuple(found.values())


def _is_file(href: str) -> bool:
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if parts.scheme not in {"", "http", "https", "ftp"}:
        return False
    return bool(FILE.search(parts.path) or IN_QUERY.search(unquote(parts.query)))

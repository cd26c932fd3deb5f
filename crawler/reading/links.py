"""Files a report page offers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

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
        for node in element.iter("a", "iframe", "embed", "object"):
            href = _href(node)
            if href is None:
                continue
            try:
                url = urljoin(base, href).partition("#")[0] if base else href.partition("#")[0]
            except ValueError:
                continue  # an address like http://[ that nobody could fetch
            if url not in found:
                name = squeeze("".join(node.itertext())) or squeeze(node.get("title") or "") or unquote(urlsplit(url).path.rpartition("/")[2])
                found[url] = Attachment(url=url, name=name)
    return tuple(found.values())


def _href(node: _Element) -> str | None:
    """The address of the file a node leads to or shows: by the address itself, by what the link is called (年报.pdf behind down.jsp?id=5), or by
    what a viewer is told to show (viewer.html?file=/a.pdf). Frames of documents themselves are parts of the page."""
    if node.tag == "a":
        href = (node.get("href") or "").strip()
        named = any(FILE.search(squeeze(text)) for text in ("".join(node.itertext()), node.get("title") or "", node.get("download") or ""))
        return href if _is_file(href) or (named and _leads(href)) else None
    shown = (node.get("src") or node.get("data") or "").strip()
    try:
        query = parse_qsl(urlsplit(shown).query)
    except ValueError:
        return None
    if node.tag != "iframe" and _is_file(shown):
        return shown
    return next((value for _, value in query if FILE.search(value.partition("?")[0]) and _leads(value)), None)


def _leads(href: str) -> bool:
    return bool(href) and not href.startswith("#") and re.match(r"(?!https?:|ftp:)[a-z][a-z0-9+.-]*:", href, re.IGNORECASE) is None


def _is_file(href: str) -> bool:
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if parts.scheme not in {"", "http", "https", "ftp"}:
        return False
    return bool(FILE.search(parts.path) or IN_QUERY.search(unquote(parts.query)))

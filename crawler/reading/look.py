"""From a capture to a page whose parts are known: what stands before the body, the body, and what stands after it."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree
from lxml.etree import _Element

from crawler import documents
from crawler.errors import NotAReport
from crawler.reading import body as bodies
from crawler.reading import charset, dom, hidden, junk, meta, opinion, titles
from crawler.reading.lines import squeeze
from crawler.reading.page import Body, Page
from storage.records import Capture, Origin

if TYPE_CHECKING:
    from crawler.documents.document import Document

BINARY = (b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf", b"MZ", b"\x7fELF")
HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body|frameset|iframe)[\s>]", re.IGNORECASE)
MARKUP = re.compile(r"<(?:p|div|br|table|tr|td|li|span|h[1-6]|meta|ucapcontent|title)(?:\s[^<>]*)?/?>", re.IGNORECASE)
STRAY = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,12}(?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))?)*\s*/?>|<!--.*?-->", re.DOTALL)
FEW = 100  # characters of a body found by dominance alone below which trafilatura is asked to clean the page instead
FRAMES = etree.XPath("//iframe[@src]|//frame[@src]")


def look(capture: Capture, origin: Origin | None = None, selector: str | None = None) -> tuple[Page, str]:
    """Take a capture apart.

    Args:
        capture: a page, a plain text or a document as received. What its headers call it does not matter: many text/plain answers are pages.
        origin: the portal it was fetched for.
        selector: the portal's own CSS selector for the body.

    Returns:
        The page, and the charset it was decoded with; for a document its kind (``pdf``).

    Raises:
        NotAReport: the bytes are neither text nor a document (an image, a program).
        CrawlError: a document that cannot be opened (documents.open).
    """
    url = None if capture.url.startswith("file:") else capture.final_url or capture.url
    document = documents.open(capture)
    if document is not None:
        return _filed(document, url, origin), document.kind
    if capture.body.startswith(BINARY):
        raise NotAReport("the answer is a file, and neither page nor document", url=capture.url, rule="binary")
    text, encoding = charset.decode(capture.body, capture.header("content-type"))
    text, tampered = junk.strip(text)
    if not is_html(text):
        return _plain(text, url, origin, tampered), encoding
    tree = dom.parse(text)
    tags = meta.tags(tree)
    title = _title(tree)
    headings = [squeeze("".join(node.itertext())) for node in tree.iter("h1")]
    hidden.clear(tree)
    named = [name for name in (tags.get("articletitle"), title, *headings) if name]
    found = bodies.find(tree, selector=selector, family=origin.family if origin else None, titles=named)
    if not found.certain and len(found.text) < FEW:
        cleaned = opinion.text(text, tree) or ""
        if cleaned.count("。") >= 2 and len(cleaned) > 2 * len(found.text):
            found = replace(bodies.plain(cleaned, named), container="trafilatura")
    page = Page(
        tree=tree,
        html=text,
        tags=tags,
        title_tag=title,
        head_lines=bodies.before(found),
        body=found,
        tail_lines=bodies.after(found),
        url=url,
        origin=origin,
        junk=tampered,
    )
    return page, encoding


def is_html(text: str) -> bool:
    """A page, whatever it is called; a text with a few stray tags is none."""
    return HTML.search(text) is not None or len(MARKUP.findall(text, 0, 200_000)) >= 3


def join(page: Page, parts: list[Page]) -> Page:
    """The page with the bodies of its further parts: those of a split article after its own, that of an inner frame instead of its own."""
    parts = [_numbered(part, n) for n, part in enumerate(parts, 2)]
    framed = [part for part in parts if part.url is not None and part.url in frames(page)]
    bodies_ = [part.body for part in framed] or [page.body]
    bodies_ += [part.body for part in parts if part not in framed]
    first = bodies_[0]
    whole = Body(
        lines=tuple(line for body in bodies_ for line in body.lines),
        tables=tuple(table for body in bodies_ for table in body.tables),
        container=first.container,
        certain=all(body.certain for body in bodies_),
        elements=first.elements,
        head=first.head,
        tail=bodies_[-1].tail,
    )
    head = (*page.head_lines, *framed[0].head_lines) if framed else page.head_lines
    return replace(page, body=whole, head_lines=head, tail_lines=parts[-1].tail_lines if parts else page.tail_lines)


def _numbered(part: Page, n: int) -> Page:
    """The part with its number before the path of each cell: `part[2]/html/body/...`."""
    tables = tuple(replace(table, cells=tuple(replace(cell, path=f"part[{n}]{cell.path}") for cell in table.cells)) for table in part.body.tables)
    return replace(part, body=replace(part.body, tables=tables))


def frames(page: Page) -> frozenset[str]:
    """The URLs of the frames of a page."""
    base = page.url or ""
    return frozenset(urljoin(base, node.get("src", "").strip()) for node in FRAMES(page.tree))


def _title(tree: _Element) -> str | None:
    node = tree.find(".//title")
    return squeeze("".join(node.itertext())) or None if node is not None else None


def _plain(text: str, url: str | None, origin: Origin | None, tampered: bool) -> Page:
    text = dom.clean(html_entities.unescape(STRAY.sub("", text)))
    words = "\n".join(filter(None, (squeeze(line) for line in text.splitlines())))
    found = bodies.plain(words)
    return Page(
        tree=_tree(words.splitlines()),
        html=text,
        tags={},
        title_tag=None,
        head_lines=found.head,
        body=found,
        tail_lines=found.tail,
        url=url,
        origin=origin,
        junk=tampered,
    )


def _filed(document: Document, url: str | None, origin: Origin | None) -> Page:
    """A document as a page: all of it is body. The title in its properties is often that of the file it was made from, so it comes last."""
    page = Page(
        tree=_tree(document.lines),
        html="",
        tags={},
        title_tag=None,
        head_lines=(),
        body=Body(lines=document.lines, tables=document.tables, container=document.kind, certain=True),
        tail_lines=(),
        url=url,
        origin=origin,
    )
    return page if document.title is None or titles.title(page) else replace(page, title_tag=document.title)


def _tree(lines: Iterable[str]) -> _Element:
    """A page that holds the lines as paragraphs."""
    tree = dom.parse("<html><body></body></html>")
    container = tree.find("body")
    assert container is not None
    for line in lines:
        etree.SubElement(container, "p").text = line
    return tree

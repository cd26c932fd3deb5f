"""The XML in which 大汉 JCMS hides the rows of its lists: embedded in a page, or the answer of dataproxy.jsp."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from crawler.errors import LayoutChanged
from spiders.families import Page

# Bounded and without `<` in a tag: what is never closed must not be looked through from each of 100,000 beginnings
_EMBEDDED = re.compile(r"<script[^<>]{0,300}\btype\s{0,9}=\s{0,9}[\"']?text/xml[\"']?[^<>]{0,300}>", re.I)
_SCRIPT_END = re.compile(r"</script\s{0,9}>", re.I)
_DATASTORE = re.compile(r"<datastore\b.*?</datastore\s{0,9}>", re.S | re.I)
_DATASTORE_END = re.compile(r"</datastore\s{0,9}>", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def _parse(xml: str, url: str) -> etree._Element:
    """A datastore without ever expanding an entity or asking for one; stray `&nbsp;` of the templates is passed over."""
    if re.search(r"<!(?:DOCTYPE|ENTITY)", xml, re.I):
        raise LayoutChanged("datastore with a document type: refused", url=url, rule="xml-doctype")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    root = etree.fromstring(_CONTROL.sub("", xml), parser)
    if root is None:
        raise LayoutChanged("datastore that is no XML", url=url, rule="not-a-datastore")
    return root


def answer(page: Page) -> etree._Element:
    """The datastore of a dataproxy answer.

    Raises:
        LayoutChanged: an error page or JSON instead of a datastore, or half a datastore.
    """
    if re.search(r"<!(?:DOCTYPE\s+(?!html)|ENTITY)", page.text, re.I):
        raise LayoutChanged("datastore with a document type: refused", url=page.url, rule="xml-doctype")
    match = next(_datastores(page.text), None)
    if match is None:
        what = "half a datastore" if "<datastore" in page.text.lower() else "no datastore"
        raise LayoutChanged(f"{what} in the answer of dataproxy.jsp", url=page.url, rule="not-a-datastore")
    return _parse(match.group(), page.url)


def embedded(page: Page) -> list[etree._Element]:
    found = []
    for script in _scripts(page.text):
        if re.search(r"<!(?:DOCTYPE|ENTITY)", script, re.I):
            raise LayoutChanged("datastore with a document type: refused", url=page.url, rule="xml-doctype")
        found += [_parse(match.group(), page.url) for match in _datastores(script)]
    return found


def _scripts(text: str) -> Iterator[str]:
    """What stands in each `<script type="text/xml">`, as far as it is closed."""
    at = 0
    while (begin := _EMBEDDED.search(text, at)) and (end := _SCRIPT_END.search(text, begin.end())):
        yield text[begin.end() : end.start()]
        at = end.end()


def _datastores(text: str) -> Iterator[re.Match[str]]:
    """Whole datastores; nothing is looked for behind the last end of one."""
    return _DATASTORE.finditer(text, 0, max((end.end() for end in _DATASTORE_END.finditer(text)), default=0))


def texts(store: etree._Element) -> list[str]:
    return ["".join(record.itertext()) for record in store.iter("record")]


def total(stores: list[etree._Element]) -> int | None:
    totals = [int(text) for store in stores for text in store.xpath("//totalrecord/text()") if text.strip().isdecimal() and len(text) < 20]
    return max(totals, default=None)

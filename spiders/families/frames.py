"""Reports whose body stands in a frame of their page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree, html

from spiders import links
from spiders.families import Page

_BODY = re.compile(r"content|main|article|body|text|detail|zhengwen|zw|nr", re.I)
_WIDGET = re.compile(r"weather|tianqi|login|search|count|stat|share|video|player|\bad", re.I)
_SHORT_PAGE = 500  # characters outside links; a page that says more has its body in itself


def of(page: Page, body: str | None, base: str) -> list[str]:
    """Addresses of the frames that hold the body of a page, on its own host, each once.

    Args:
        body: CSS selector of the article body, where one is known.
        base: what the page's relative addresses are relative to.
    """
    inside = page.selector.css(body) if body else page.selector
    certain = body is not None or len("".join(_own_text(page).split())) < _SHORT_PAGE
    found = []
    for selector in inside.xpath("descendant-or-self::iframe[@src]"):
        frame = selector.root
        url = links.address(frame.get("src"), base) if isinstance(frame, etree._Element) else None
        if url and url != page.url and urlsplit(url).hostname == urlsplit(page.url).hostname and _holds_text(frame, certain=certain):
            found.append(url)
    return links.unique(found)


def _own_text(page: Page) -> str:
    return " ".join(page.selector.xpath("//body//text()[not(ancestor::a or ancestor::script or ancestor::style)]").getall())


def _holds_text(frame: html.HtmlElement, *, certain: bool) -> bool:
    """A frame that shows: neither hidden nor one of the widgets that pages embed.

    Args:
        certain: nothing else on the page can be its body; else the frame must be called like one (frame_content at gov.cn).
    """
    style = (frame.get("style") or "").replace(" ", "").lower()
    flat = any((frame.get(side) or "").removesuffix("px") in {"0", "1"} for side in ("width", "height"))
    named = " ".join(frame.get(name) or "" for name in ("id", "name", "class", "src"))
    called = certain or _BODY.search(" ".join(frame.get(name) or "" for name in ("id", "name", "class"))) is not None
    return called and not flat and "display:none" not in style and _WIDGET.search(named) is None

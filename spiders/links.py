"""Links of a list page: where they lead, what they are called and the date printed beside them.

Everything a portal prints is bounded here: a title of 16,000 characters or full of control characters is a hacked list, and still a row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urljoin, urlsplit

from lxml import html

from crawler.reading import dates

TITLE_LIMIT = 400
URL_LIMIT = 2000
DATE_TEXT_LIMIT = 500

_BLANK = re.compile(r"\s+")
_CUT = re.compile(r"(?:…|\.{2,}|。{2,})\s*$")
_ONLY_DATE = re.compile(
    r"[\[(（【]?\s*(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}\s*:\s*\d\d(?:\s*:\s*\d\d)?)?\s*[\])）】]?"
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean(text: str) -> str:
    """One line without control and format characters, at most `TITLE_LIMIT` long; what was cut off is marked by "…"."""
    plain = "".join(c for c in text[: 8 * TITLE_LIMIT] if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    plain = _BLANK.sub(" ", plain).strip()
    return plain if len(plain) <= TITLE_LIMIT else plain[: TITLE_LIMIT - 1] + "…"


def is_cut(title: str) -> bool:
    """True when the list shows only the beginning of a title."""
    return _CUT.search(title) is not None


def address(href: str | None, base: str) -> str | None:
    """The absolute http(s) address of a link, without its fragment.

    Returns:
        None for javascript:, data:, mailto: and the like, for a bare fragment, and for what is no address at all.
    """
    if not href or len(href) > URL_LIMIT:
        return None
    href = "".join(c for c in href.strip() if c.isprintable())
    if not href or href.startswith("#"):
        return None
    try:
        url = urljoin(base, href).partition("#")[0]
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises ValueError on http://host:99999/)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname and len(url) <= URL_LIMIT else None


def directory(url: str) -> str:
    """Path of the folder a list page stands in; /gk/2021n is one although its slash is missing."""
    path = urlsplit(url).path or "/"
    head, _, last = path.rpartition("/")
    return f"{head}/" if not last or "." in last else f"{path}/"


def title(link: html.HtmlElement) -> str:
    """What a link is called.

    Lists cut titles ("…年度报…") and keep the whole one in the `title` attribute; others put 点击查看 there. So the attribute
    is taken where the visible text is cut, empty or part of it. A date inside the link is not part of the title.
    """
    shown = clean("".join(_texts(link)))
    whole = clean(link.get("title") or "")
    if not whole or whole == shown:
        return shown
    return whole if not shown or is_cut(shown) or shown in whole else shown


def _texts(link: html.HtmlElement) -> Iterator[str]:
    for node in link.iter():
        if isinstance(node.tag, str) and node.tag not in {"script", "style"} and not (node is not link and _is_date(node)):
            yield node.text or ""
        if node is not link:
            yield node.tail or ""


def _is_date(node: html.HtmlElement) -> bool:
    return len(node) == 0 and _ONLY_DATE.fullmatch((node.text or "").strip()) is not None


def listed(row: html.HtmlElement, link: html.HtmlElement) -> date | None:
    """The date printed in a row, outside its title. Exact, and the only one there; else absent, never taken from the address."""
    outside = "descendant-or-self::*[not(self::a or self::script or self::style)]/text()[not(ancestor::a)]"
    texts = list(_following(link)) if row is link else row.xpath(outside)
    found = only_date(" ".join(texts)) or only_date(" ".join(row.xpath(".//@readlabel")))
    if found is None:
        found = only_date(" ".join(node.text or "" for node in link.iter() if node is not link and isinstance(node.tag, str) and _is_date(node)))
    return found


def only_date(text: str) -> date | None:
    """The date in a text that holds exactly one (however often it is repeated)."""
    return dates.parse(text[:DATE_TEXT_LIMIT])


def _following(link: html.HtmlElement) -> Iterator[str]:
    """Text between this link and the next, for lists that are links and dates side by side without an element around each row."""
    yield link.tail or ""
    for sibling in link.itersiblings():
        if sibling.tag == "a" or (isinstance(sibling.tag, str) and sibling.find(".//a") is not None):
            return
        if isinstance(sibling.tag, str):
            yield sibling.text_content()
        yield sibling.tail or ""


def unique(urls: Iterable[str]) -> list[str]:
    """In order, each once."""
    return list(dict.fromkeys(urls))

"""What tells a CMS on the wire. A family says its own marks; those of systems that no family reads yet stand here, so that they are named.

A mark proves nothing: templates are copied, and a portal moves from one system to the next and keeps old pages. So marks are counted over
several pages, and the family's own listing has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LIMIT = 300_000  # characters of a page that are looked at, as the gate does


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something a CMS prints.

    Attributes:
        says: in words, for the person who judges the guess.
        pattern: where it stands in the text of a page, addresses included. Linear: portals may be hostile.
        weight: 3 for what nothing else prints, 1 for what others may print as well.
    """

    says: str
    pattern: re.Pattern[str]
    weight: int = 1


def seen(text: str, marks: Iterable[Mark]) -> list[Mark]:
    """The marks that a page bears."""
    return [mark for mark in marks if mark.pattern.search(text[:LIMIT])]


# By the name that spiders/registry.csv uses. None of them is a family yet.
STRANGERS: dict[str, tuple[Mark, ...]] = {
    "ucap": (
        Mark(says="UCAPCONTENT", pattern=re.compile(r"UCAP-?CONTENT", re.I), weight=3),
        Mark(says="addresses /cNNNNNN/YYYYMM/<32 hex digits>.shtml", pattern=re.compile(r"/\d{6}/(?:c\d+/)?[0-9a-f]{32}\.shtml", re.I), weight=3),
    ),
    "gkmlpt": (
        Mark(says="addresses below /gkmlpt/", pattern=re.compile(r"/gkmlpt/", re.I), weight=3),
        Mark(says="NFCMS", pattern=re.compile(r"window\.NFCMS_"), weight=3),
    ),
    "vsb": (
        Mark(says="vsb_content", pattern=re.compile(r"vsb_content|_showDynClicks\(", re.I), weight=3),
        Mark(says="addresses /info/NNNN/NNNN.htm", pattern=re.compile(r"[/\"']info/\d{3,6}/\d{1,9}\.htm\b", re.I), weight=3),
    ),
    "eportal": (Mark(says="addresses /eportal/ui?pageId=", pattern=re.compile(r"/eportal/ui\?", re.I), weight=3),),
}

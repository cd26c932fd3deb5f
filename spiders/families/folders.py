"""Year folders and groups of organs below a report column, and the traps that look like them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from spiders import links

DEPTH_LIMIT = 3  # folders below an entry column: 2021n/gbb31/wyll31 (庆阳) is the deepest seen

_YEAR_FOLDER = re.compile(r"(?:[a-z]+_?)?(?:19|20)\d\d(?:_?[a-z]+)?(?:_\d+)?", re.I)  # 2021n 2015nb gknb2017 2024_nd 2019n_5804949; not 202401
_YEAR_TEXT = re.compile(r"(?:19|20)\d\d\s*年?度?\s*(?:政府)?(?:信息公开)?(?:工作)?(?:年度报告|年报)?")
_GROUP_TEXT = re.compile(
    r"市政府|县政府|区政府|政府办|部门|县区|区县|县[(（、]|区市|[县市区]直|镇街|乡镇|镇办|街道|单位|直属|垂直|垂管|双管|开发区|园区|管委会|往年|历年|以前年度|年报|年度报告"
)
_MORE = frozenset({"more", "gengduo", "index", "search", "calendar", "rss", "print"})


def is_below(url: str, text: str, starts: Iterable[str], *, any_name: bool = False) -> bool:
    """True for a folder below an entry column that is called like a year or a group of organs.

    Args:
        url, text: of the link.
        starts: the portal's entry addresses.
        any_name: whatever it is called.
    """
    parts = urlsplit(url)
    if parts.query:  # calendars count up in the query without end
        return False
    here = links.directory(url)
    last = parts.path.rpartition("/")[2]
    if "." in last and not last.startswith("index."):
        return False
    for start in starts:
        top = links.directory(start)
        if urlsplit(start).netloc != parts.netloc or here == top or not here.startswith(top) or top == "/":
            continue
        below, above = _names(here[len(top) :]), _names(top)
        # a relative link `nb/more/` leads one deeper each time it is followed
        if len(below) > DEPTH_LIMIT or len({*below, *above}) < len(below) + len(set(above)) or _MORE & set(below):
            continue
        if any_name or _YEAR_FOLDER.fullmatch(below[-1]) or _YEAR_TEXT.fullmatch(text) or _GROUP_TEXT.search(text):
            return True
    return False


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name]

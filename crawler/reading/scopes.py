"""Scopes: whether a table counts the organ itself (市本级) or the whole area below it (本行政区域).

The names are keys: 县本级, 区本级 and 本单位 are 市本级, 全县, 全市汇总 and 辖区 are 本行政区域; what was printed stays in the text of the reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

OWN = "市本级"
WHOLE = "本行政区域"

CAPTION = 48  # characters of a table's title; longer lines are sentences
ABOVE = 6  # lines before a table in which its title stands

_OWN = re.compile(r"(?<!不含)(?<!不包括)[省市州盟县区旗镇乡]?本级|本单位|(?<!行政)本机关|局机关|办公室本身")
_WHOLE = re.compile(r"本?行政区域|全(?:市|县|区|省|州|镇|乡|旗|盟|系统|域)(?!政府办)|汇总|辖区|合并口径")
_ABOUT = re.compile(r"表|统计|口径|情况|范围|数据|附件")
_BARE = re.compile(r"[()\[\]〔〕【】:：、.\s0-9一二三四五六七八九十表附件第口径数据统计范围的]")
_IN_BRACKETS = re.compile(r"\([^()]{0,4}(?:本级|本单位|行政区域|全[市县区省州镇乡旗盟]|汇总|辖区)[^()]{0,4}\)$")
_PROSE = re.compile(r"[。；;，,]")


def named(text: str) -> str | None:
    """The scope a title, a heading or a column names; None when it names none, or both."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    own, whole = _OWN.search(text) is not None, _WHOLE.search(text) is not None
    if own == whole:
        return None
    return OWN if own else WHOLE


def of_title(text: str) -> str | None:
    """The scope a line before or a row inside a table gives it: a title or a scope standing alone, never a sentence."""
    bare = "".join(unicodedata.normalize("NFKC", text).split())
    if len(bare) > CAPTION or _PROSE.search(bare):
        return None
    scope = named(bare)
    if scope is None:
        return None
    rest = _BARE.sub("", (_OWN if scope == OWN else _WHOLE).sub("", bare))
    return scope if len(rest) <= 2 or _IN_BRACKETS.search(bare) or _ABOUT.search(bare) else None


def above(lines: Sequence[str]) -> str | None:
    """The scope that the lines right before a table give it, the nearest first.

    Args:
        lines: in the order of the page; a row of another table (tab-joined) ends the search.
    """
    for line in reversed(lines[-ABOVE:]):
        if "\t" in line:
            return None
        if scope := of_title(line):
            return scope
    return None

"""Labels as officials print them, made comparable: numbering, notes, brackets, quotes and widths differ from organ to organ."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

ALIKE = 0.8  # share of common characters from which a long label is taken for a misprint of another
LONG = 5  # characters below which only the same words are the same label: 予以公开 and 不予公开 differ in one

_ROUND = str.maketrans("〔〕[]【】{}", "()()()()")
_MARKS = str.maketrans("", "", "“”‘’\"'「」『』《》<>*·•:;,。._、/|-—\u200b\u200c\u200d\ufeff")
_AMONG = re.compile(r"^其中[:,]?")
_ORDER = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.,:]|\((?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})\)[、.]?|[0-9]{1,2}(?:[.、)](?![0-9])|(?=[^0-9.,%]{4}))|[①-⑳⑴-⒇])+"
)
_COUNT = re.compile(r"(?<=.{4})数量?$")  # 收到申请数, 收到申请数量 and 收到申请 are one label
_NOTE = re.compile(r"\([^()]*\)|\([^()]*$")
_FOOTNOTE = re.compile(r"(?<=[\u4e00-\u9fff）)])\s*[①-⑳⑴-⒇¹²³※]{1,3}\s*$")  # 予以公开① is explained below the table; before a label they number it
_SAME = (
    ("行政规范性文件", "规范性文件"),
    ("法人或者其他组织", "法人或其他组织"),
    ("其它", "其他"),
    ("本年度", "本年"),
    ("上年度", "上年"),
    ("下年度", "下年"),
)


@lru_cache(maxsize=16384)
def core(label: str) -> str:
    """What a label names: without numbering (一、 （二） 3. 其中：), notes in brackets, punctuation, a last 数, and variants of the same words.

    Footnote marks behind the words go too. A label that is nothing but a note keeps its words: 注 in brackets must not become the empty label.
    """
    label = _FOOTNOTE.sub("", label)
    text = "".join(unicodedata.normalize("NFKC", label.translate(_CIRCLED)).split()).translate(_ROUND)
    text = _ORDER.sub("", _AMONG.sub("", text))
    text = _AMONG.sub("", text)
    text = (_NOTE.sub("", text) or text).translate(_MARKS)
    for one, other in _SAME:
        text = text.replace(one, other)
    return _COUNT.sub("", text)


_CIRCLED = {ord(char): f"{number}." for number, char in enumerate("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", 1)}  # NFKC makes plain digits of them


@lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How surely two cores name the same: 1 for the same words, 0.8 to 0.99 for long ones that differ by a slip, else 0."""
    if one == other:
        return 1.0
    short, long = sorted((len(one), len(other)))
    if short < LONG or 2 * short < ALIKE * (short + long):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < ALIKE:
        return 0.0
    ratio = matcher.ratio()
    return min(ratio, 0.99) if ratio >= ALIKE else 0.0

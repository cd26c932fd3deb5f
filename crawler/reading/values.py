"""What a cell says: a number exactly as printed, or why there is none. Blank is not zero (indicators.yaml, `value_semantics`)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from storage.records import FigureKind

UNIT_WORDS = frozenset(
    {"万元", "亿元", "元", "条", "件", "件次", "项", "次", "次数", "人次", "场次", "批次", "个", "人", "名", "篇", "期",
     "份", "家", "部", "场", "起", "宗", "册", "本", "户", "处", "张", "字", "页", "平方米", "亩", "万亩"}
)  # fmt: skip
MONEY = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
"""Units of money and what they are in 元."""

_UNITS = "|".join(sorted(UNIT_WORDS, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<sign>[+\-−–↑↓]|净?增加?了?|净?减少?了?)?"
    r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
    rf"(?P<bound>余|多)?(?P<scale>[万亿](?!元))?(?P<more>余|多)?(?P<unit>{_UNITS})?"
)
_DOWN = frozenset("-−–↓减")
_SCALE = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_DASH = re.compile(r"[-—–−―─ー－_]{1,6}")
_SLASH = re.compile(r"[/∕⁄\\]{1,3}")
_NONE = frozenset({"无", "没有", "无此项", "无此情况", "不涉及", "未发生", "未开展", "暂无", "无数据", "None", "none", "NONE", "NA", "N/A", "n/a"})
_ZERO = frozenset({"零", "〇"})
_APART = re.compile(r"[0-9]\s+[0-9]")
_SPACED_THOUSANDS = re.compile(r"[+\-]?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?")
_ONLY_DIGITS = re.compile(r"[0-9.,+\-]*[0-9][0-9.,+\-]*")


@dataclass(frozen=True, slots=True)
class Value:
    """A cell's meaning.

    Attributes:
        number: exact; None unless kind is NUMBER or ZERO.
        unit: as printed behind the number.
        lower_bound: 余 or 多 was printed: at least so many.
        doubtful: the digits stand apart (12 345): thousands, or two numbers that one cell holds.
    """

    kind: FigureKind
    number: Decimal | None = None
    unit: str | None = None
    lower_bound: bool = False
    doubtful: bool = False


@lru_cache(maxsize=16384)
def parse(raw: str) -> Value:
    """Read one cell.

    Args:
        raw: the cell as printed.

    Returns:
        NUMBER or ZERO with the exact value (10.9万条 is 109000 条; 25.1万元 stays 25.1 万元; 减3 is -3); BLANK, DASH, SLASH, NONE_WORD for the
        ways of saying nothing; TEXT for words; UNREADABLE where characters were lost, a footnote mark clings to the digits or digits stand
        apart, so that one number cannot be told from another.
    """
    text = unicodedata.normalize("NFKC", raw).translate(_INVISIBLE).strip()
    if not text:
        return Value(FigureKind.BLANK)
    if "\ufffd" in text:
        return Value(FigureKind.UNREADABLE)
    bare = "".join(text.split())
    if _DASH.fullmatch(bare):
        return Value(FigureKind.DASH)
    if _SLASH.fullmatch(bare):
        return Value(FigureKind.SLASH)
    if bare in _NONE:
        return Value(FigureKind.NONE_WORD)
    if bare in _ZERO:
        return Value(FigureKind.ZERO, Decimal(0))
    match = _NUMBER.fullmatch(bare)
    if match is None:
        return Value(FigureKind.UNREADABLE if _ONLY_DIGITS.fullmatch(bare) else FigureKind.TEXT)
    if any(unicodedata.category(char) == "No" for char in raw):
        return Value(FigureKind.UNREADABLE)  # 13² and 13① are no 132 and 131
    apart = _APART.search(text) is not None
    if apart and not _SPACED_THOUSANDS.fullmatch(text):
        return Value(FigureKind.UNREADABLE)
    number = Decimal(match["digits"].replace(",", ""))
    if match["scale"]:
        number *= _SCALE[match["scale"]]
    if match["sign"] and _DOWN.intersection(match["sign"]):
        number = -number
    kind = FigureKind.NUMBER if number else FigureKind.ZERO
    return Value(kind, number if number else Decimal(0), match["unit"], bool(match["bound"] or match["more"]), apart)


_ROUNDED = re.compile(r"[0-9](?:\.(?P<part>[0-9]+))?(?P<scale>[十百千]?万|[百千]?亿|[百千])(?!元)")
_SIZES = {"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "百亿": 10, "千亿": 11}


def rounding(raw: str) -> Decimal:
    """How far a printed number may be from what was counted: 10.9万条 may stand for 109123, so one of its last digit; 0 for one printed in full.

    Args:
        raw: as printed. Amounts in 万元 are not rounded numbers of 元.
    """
    found = _ROUNDED.search("".join(unicodedata.normalize("NFKC", raw).split()).replace("余", "").replace("多", ""))
    return Decimal(1).scaleb(_SIZES[found["scale"]] - len(found["part"] or "")) if found is not None else Decimal(0)


_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_UNIT_NOTE = re.compile(r"\(?(?:计量)?单位[:：]?([^()，,;；\s]{1,4})\)?|\(([^()]{1,4})\)")


def unit_note(heading: str) -> str | None:
    """The unit a heading names: （单位：万元）, （元）."""
    text = "".join(unicodedata.normalize("NFKC", heading).split())
    for match in _UNIT_NOTE.finditer(text):
        word = match[1] or match[2]
        if word in UNIT_WORDS:
            return word
    return None


def is_unit(text: str) -> bool:
    """Whether a cell holds nothing but a unit."""
    return "".join(text.split()).strip("()（）") in UNIT_WORDS

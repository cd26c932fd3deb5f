"""Numbers that Word writes before paragraphs by itself: 一、 （一） 1. Without them a report's headings lose their marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docx.oxml.ns import qn
from lxml.etree import _Element

_DIGITS = "〇一二三四五六七八九"


def chinese(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": chinese,
    "decimalEnclosedCircle": lambda n: chr(0x245F + n) if 0 < n <= 20 else str(n),
    "decimalZero": lambda n: f"{n:02d}",
}


class Numbering:
    """Counts the paragraphs of a document as Word does. Ask once a paragraph, in order."""

    def __init__(self, opened: Any) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}  # (list, level) -> format, text, start
        self._counts: dict[str, dict[int, int]] = {}
        part = next((rel.target_part for rel in opened.part.rels.values() if rel.reltype.endswith("/numbering")), None)
        root = getattr(part, "element", None)
        if root is None:
            return
        abstract = {node.get(qn("w:abstractNumId")): node for node in root.findall(qn("w:abstractNum"))}
        for num in root.findall(qn("w:num")):
            pointer = num.find(qn("w:abstractNumId"))
            kind = abstract.get(pointer.get(qn("w:val"))) if pointer is not None else None
            for level in kind.findall(qn("w:lvl")) if kind is not None else ():
                key = (num.get(qn("w:numId")), int(level.get(qn("w:ilvl")) or 0))
                self._levels[key] = (_value(level, "w:numFmt"), _value(level, "w:lvlText"), int(_value(level, "w:start") or 1))

    def before(self, paragraph: _Element) -> str:
        """What Word writes before this paragraph; empty for bullets and for paragraphs without numbers."""
        pointer = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if pointer is None or not any((node.text or "").strip() for node in paragraph.iter(qn("w:t"))):
            return ""
        name, level = _value(pointer, "w:numId"), int(_value(pointer, "w:ilvl") or 0)
        if (name, level) not in self._levels:
            return ""
        counts = self._counts.setdefault(name, {})
        start = self._levels[name, level][2]
        counts[level] = counts.get(level, start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        kind, text, _ = self._levels[name, level]
        if kind not in _FORMATS:
            return ""
        for n in range(level + 1):
            fmt, _, first = self._levels.get((name, n), ("decimal", "", 1))
            text = text.replace(f"%{n + 1}", _FORMATS.get(fmt, str)(counts.get(n, first)))
        return text


def _value(node: _Element, name: str) -> str:
    child = node.find(qn(name))
    return (child.get(qn("w:val")) or "") if child is not None else ""

"""内容雷同: a report whose words are those of last year's or of a neighbour's (indicators.yaml, XC-1).

国办公开办函〔2021〕30号 names it among what reports are answerable for. Numbers, dates and names differ in every report, headings, table rows and the
sentences the format itself asks for are the same in every report; all of these are left out before words are compared. A fingerprint (a 64-bit
simhash of runs of four characters) finds who might be alike, the share of equal runs says who is.

Measured: five real reports of five cities share 0.10 of their runs at most and differ in 21 bits at least; copies of them with other numbers and
one sentence in ten replaced share 0.91 in the middle, 0.78 at least, and differ in 11 bits at most. Reports made of one stock of sentences share
half; only very short ones get near the limit by chance, which is why these are not compared.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from crawler.reading import divisions, labels
from crawler.reading.forms import all_formats
from storage.contents import Content
from storage.records import normalised

MADE = "1"  # goes up with every change to what is left out or how it is hashed
RUN = 4
LEAST = 300  # characters that are left; a shorter report says little more than its form
NEAR = 16  # bits
ALIKE = 0.85
_NUMBER = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[〇零一二两三四五六七八九十百千万亿]+(?=[年月日件条次个人份篇期项])")
_NOT_WORDS = re.compile(r"[^\u3400-\u9fffA-Za-z]+")
_SENTENCE = re.compile(r"[^。；！？!?;\n]+")
_HEADING = re.compile(r"^\s*(?:第?[一二三四五六七八九十]+[、部]|[（(][一二三四五六七八九十\d]+[）)]|\d+[.、．])?[^，。；]{0,24}$")
_REQUIRED = re.compile(
    r"统计期限|信息公开条例》.{0,40}(?:编制|规定|要求)|现.{0,16}(?:予以公布|公布如下|报告如下)|(?:报告|年报).{0,8}(?:由.{0,60}(?:组成|编制)|电子版|全文)"
    r"|(?:联系|咨询)(?:电话|地址|方式)|邮政编码|如对.{0,20}(?:疑问|意见)|勾稽关系|收取信息处理费"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is left of a text: its sentences, as printed and bare, with the line (from 1) each stands in."""

    sentences: tuple[tuple[str, str, int], ...]

    @property
    def bare(self) -> str:
        return "".join(bare for _, bare, _ in self.sentences)


def words(content: Content, *names: str | None) -> Words:
    """The sentences of a text that are the author's own.

    Args:
        names: the organ's and its division's, which stand in the text in several forms.
    """
    rows = {normalised("".join(row)) for grid in content.tables for row in grid.rows()}
    own = sorted((name for name in names if name and len(name) > 1), key=len, reverse=True)
    out = []
    for number, line in enumerate(content.text.splitlines(), 1):
        if "\t" in line or normalised(line) in rows or _HEADING.match(line) or labels.core(line) in _official():
            continue
        for sentence in _SENTENCE.findall(line):
            if not _REQUIRED.search(sentence):
                out.append((sentence.strip(), _bare(sentence, own), number))
    return Words(tuple(one for one in out if one[1]))


def fingerprint(bare: str) -> str:
    """64 bits in hexadecimal behind the version of this code: texts that share most of their runs differ in few of them."""
    lanes = [0] * 64
    for run, count in runs(bare).items():
        bits = int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "big")
        for lane in range(64):
            lanes[lane] += count if bits >> lane & 1 else -count
    return f"{MADE}:{sum(1 << lane for lane in range(64) if lanes[lane] > 0):016x}"


def usable(kept: str) -> bool:
    """Whether a kept fingerprint was made as they are made now."""
    return kept.startswith(f"{MADE}:")


def near(one: str, other: str) -> bool:
    """Whether two fingerprints are close enough to compare the texts."""
    return distance(one, other) <= NEAR


def distance(one: str, other: str) -> int:
    """In how many of the 64 bits two fingerprints differ."""
    return (int(one.partition(":")[2], 16) ^ int(other.partition(":")[2], 16)).bit_count()


def alike(one: Counter[str], other: Counter[str]) -> float:
    """The share of their runs that two texts have in common (Dice), from 0 to 1."""
    short, long = sorted((one, other), key=len)
    both = sum(min(count, long[run]) for run, count in short.items() if run in long)
    return 2 * both / (one.total() + other.total() or 1)


def runs(bare: str) -> Counter[str]:
    """Every run of characters of a bare text, with how often it stands there."""
    return Counter(bare[start : start + RUN] for start in range(max(1, len(bare) - RUN + 1)))


def longest_shared(one: Words, other: Words) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """The longest sentence both have, numbers and names aside: as each prints it, with its line."""
    theirs = {bare: (printed, line) for printed, bare, line in other.sentences}
    shared = [(len(bare), printed, line, theirs[bare]) for printed, bare, line in one.sentences if bare in theirs]
    if not shared:
        return None
    _, printed, line, there = max(shared, key=lambda found: found[0])
    return (printed, line), there


def _bare(sentence: str, own: Iterable[str]) -> str:
    for name in own:
        sentence = sentence.replace(name, "")
    return _NOT_WORDS.sub("", _without_divisions(_NUMBER.sub("", sentence)))


def _without_divisions(text: str) -> str:
    names, lengths = _names()
    out, start = [], 0
    while start < len(text):
        end = next((start + length for length in lengths.get(text[start], ()) if text[start : start + length] in names), None)
        if end is None:
            out.append(text[start])
        start = end or start + 1
    return "".join(out)


@cache
def _names() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """Every name a division bears or bore, of three characters or more (城区 and 东方 are ordinary words as well), and by first character the
    lengths of those that begin with it, longest first."""
    names = frozenset(name for name in divisions.all_names() if len(name) > 2)
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[0], set()).add(len(name))
    return names, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


@cache
def _official() -> frozenset[str]:
    """The words of the forms themselves."""
    return frozenset().union(*(form.known for form in all_formats())) | {labels.core(title) for form in all_formats() for title in form.sections}

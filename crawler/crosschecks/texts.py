"""Texts of reports side by side: fingerprints first, from the archive where they are kept, the words themselves only where those are near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawler.crosschecks import likeness
from crawler.reading import divisions
from storage import comparing
from storage.archive import Archive
from storage.comparing import Fingerprint
from storage.records import Blame, Finding, FindingLevel
from storage.standing import Standing


class Texts:
    """Compares words; each text is read from the archive once at most."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._words: dict[int, likeness.Words] = {}
        self._runs: dict[int, Counter[str]] = {}
        self._fingerprints: dict[int, Fingerprint] = {}

    def against(self, report: Standing, before: Sequence[Standing], neighbours: Sequence[Standing]) -> list[Finding]:
        """XC-1: the nearest of last year's own and of the neighbours' reports that says the same, one finding for each of the two."""
        found = []
        for others, whose in ((before, "本机关上年报告"), (neighbours, "同级机关报告")):
            twins = [(likeness.alike(self._counted(report), self._counted(other)), other) for other in self._near(report, others)]
            alike, twin = max(twins, key=lambda pair: pair[0], default=(0.0, None))
            if twin is not None and alike >= likeness.ALIKE:
                found.append(self._finding(report, twin, whose, alike, sum(share >= likeness.ALIKE for share, _ in twins)))
        return found

    def _near(self, report: Standing, others: Sequence[Standing]) -> list[Standing]:
        if not others:
            return []
        kept = self._known([report, *others])
        own = kept[report.report]
        if own.length < likeness.LEAST:
            return []
        return [
            other for other in others if kept[other.report].length >= likeness.LEAST and likeness.near(own.bits, kept[other.report].bits)
        ]  # fmt: skip

    def _known(self, reports: Sequence[Standing]) -> dict[int, Fingerprint]:
        missing = [one for one in reports if one.report not in self._fingerprints]
        self._fingerprints |= comparing.fingerprints(self._archive, [one.report for one in missing])
        for one in missing:
            kept = self._fingerprints.get(one.report)
            if kept is None or kept.content_sha256 != one.content_sha256 or not likeness.usable(kept.bits):
                bare = self._read(one).bare
                made = Fingerprint(content_sha256=one.content_sha256, bits=likeness.fingerprint(bare), length=len(bare))
                self._archive.fingerprinted(one.report, made)
                self._fingerprints[one.report] = made
        return self._fingerprints

    def _read(self, report: Standing) -> likeness.Words:
        if report.report not in self._words:
            division = divisions.by_code(report.adcode) if report.adcode else None
            content = comparing.content(self._archive, report.content_sha256)
            self._words[report.report] = likeness.words(content, report.issuer, report.city, division.short if division else None)
        return self._words[report.report]

    def _counted(self, report: Standing) -> Counter[str]:
        if report.report not in self._runs:
            self._runs[report.report] = likeness.runs(self._read(report).bare)
        return self._runs[report.report]

    def _finding(self, report: Standing, twin: Standing, whose: str, alike: float, count: int) -> Finding:
        shared = likeness.longest_shared(self._read(twin), self._read(report))
        (there, theirs), (here, ours) = shared or (("", 1), ("", 1))
        more = f"，另有{count - 1}份与之相同" if count > 1 else ""
        return Finding(
            rule="XC-1",
            level=FindingLevel.WARN,
            blame=Blame.SOURCE,
            text="年度报告不应内容雷同",
            detail=f"与{whose}（{twin.issuer}{twin.year}年）除数字、日期和名称外有{alike:.0%}的文字相同{more}",
            quotes=(f"{twin.issuer}{twin.year}年报告：{there}", f"{report.issuer}{report.year}年报告：{here}"),
            places=(f"capture {twin.capture} line {theirs}", f"capture {report.capture} line {ours}"),
        )

"""Which reports are compared with which, and the findings filed. Called at the end of a portal's run, and by `nianbao findings --recheck`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from crawler.crosschecks import backdating, levels, years
from crawler.crosschecks.texts import Texts
from crawler.reading import divisions
from storage import comparing
from storage.archive import Archive
from storage.records import DocumentType, Finding, Level, normalised
from storage.standing import OFFICIAL, Standing, standing

logger = logging.getLogger(__name__)

CHECKER = "1"  # goes up with every change that can find something else
_AT_ONCE = 50  # reports with those around them, in memory together
_GOVERNMENTS = {Level.PROVINCE, Level.PREFECTURE, Level.COUNTY}


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison did: reports compared, findings that are new, findings that no longer hold."""

    reports: int
    new: int
    gone: int


def compare_new(archive: Archive, *, at: datetime, portal: str | None = None) -> Compared:
    """Compare what was filed since the last comparison, and the reports that rest on it: next year's, the one above, later neighbours.

    Args:
        at: the time the findings will bear.
        portal: reports of this one alone (and those that rest on them, whosever they are).
    """
    new = comparing.unchecked(archive, CHECKER, portal)
    if not new:
        return Compared(0, 0, 0)
    return _compare(archive, sorted({*new, *_resting_on(archive, new)}), at)


def recheck(archive: Archive, *, at: datetime, reports: Iterable[int] | None = None) -> Compared:
    """Compare reports anew; all official ones when none is named. What is found again keeps its number and its time."""
    return _compare(archive, sorted(reports) if reports is not None else [one.report for one in standing(archive, figured=False)], at)


def _compare(archive: Archive, numbers: Sequence[int], at: datetime) -> Compared:
    new = gone = 0
    for start in range(0, len(numbers), _AT_ONCE):
        asked = list(standing(archive, reports=numbers[start : start + _AT_ONCE]))
        around = _Around(archive, asked)
        for report in asked:
            more, less = archive.compared(report, around.findings(report) if _comparable(report) else [], CHECKER, at)
            new, gone = new + more, gone + less
    logger.info("compared %d reports: %d findings new, %d gone", len(numbers), new, gone)
    return Compared(len(numbers), new, gone)


class _Around:
    """Some reports and all those they are compared with."""

    def __init__(self, archive: Archive, asked: Sequence[Standing]) -> None:
        self._archive = archive
        wanted = [report for report in asked if _comparable(report)]
        codes = {code for report in wanted for code in _neighbourhood(report)}
        span = {year for report in wanted if report.year for year in (report.year - 1, report.year)}
        kin = standing(archive, adcodes=sorted(codes), years=span, type=DocumentType.STATUTORY_ANNUAL_REPORT, figured=False)
        self._kin = [report for report in kin if report.issuer]
        self._by_name = {_name(report): report for report in self._kin}
        self._texts = Texts(archive)
        counted = {report.report for one in wanted for report in [*self._before(one), *self._below(one)]}
        self._counted = {report.report: report for report in standing(archive, reports=counted)} if counted else {}
        self._counted |= {report.report: report for report in wanted}

    def findings(self, report: Standing) -> list[Finding]:
        """All findings between a report and others."""
        found: list[Finding] = []
        for before in self._before(report):
            found += years.between(self._counted[before.report], report)
        found += levels.above(report, [self._counted[child.report] for child in self._below(report)])
        found += self._texts.against(report, self._before(report), self._earlier_neighbours(report))
        if (time := backdating.window(report)) is not None and report.portal is not None:
            listings = comparing.listed(self._archive, report.portal, *time)
            if listings:
                found += backdating.against(report, comparing.addresses(self._archive, report.report), listings)
        return found

    def _before(self, report: Standing) -> list[Standing]:
        """The same organ's report of the year before, if there is one."""
        assert report.year is not None
        found = self._by_name.get(_name(replace(report, year=report.year - 1)))
        return [] if found is None else [found]

    def _below(self, report: Standing) -> list[Standing]:
        """The reports of all governments directly below, or none: one that is missing makes the rest a part of nothing."""
        if not _is_government(report) or report.adcode is None:
            return []
        found = [self._government(division.code, report.year) for division in divisions.children(report.adcode)]
        known = [one for one in found if one is not None]
        return known if len(known) == len(found) else []

    def _government(self, code: str, year: int | None) -> Standing | None:
        found = [one for one in self._kin if one.adcode == code and one.year == year and _is_government(one)]
        return found[0] if len(found) == 1 else None

    def _earlier_neighbours(self, report: Standing) -> list[Standing]:
        """Reports of the same year by organs of the same kind nearby that came before this one."""
        return [one for one in self._kin if _neighbours(one, report) and _age(one) < _age(report)]


def _resting_on(archive: Archive, numbers: Sequence[int]) -> set[int]:
    """The reports whose findings may change with these: next year's, the one above, later neighbours of the same year."""
    out: set[int] = set()
    for start in range(0, len(numbers), _AT_ONCE):
        changed = [one for one in standing(archive, reports=numbers[start : start + _AT_ONCE], figured=False) if _comparable(one)]
        codes = {code for report in changed for code in _neighbourhood(report)}
        span = {year for report in changed if report.year for year in (report.year, report.year + 1)}
        kin = standing(archive, adcodes=sorted(codes), years=span, type=DocumentType.STATUTORY_ANNUAL_REPORT, figured=False)
        names = {_name(replace(report, year=report.year + 1)) for report in changed if report.year is not None}
        above = {(_parent(report), report.year) for report in changed if _is_government(report)}
        for one in kin:
            nearby = any(_neighbours(one, report) and _age(one) > _age(report) for report in changed)
            if _name(one) in names or nearby or (_is_government(one) and (one.adcode, one.year) in above):
                out.add(one.report)
    return out - set(numbers)


def _comparable(report: Standing) -> bool:
    """Official statutory reports of a known organ and year; nothing else has a year before it."""
    known = report.issuer is not None and report.year is not None and report.adcode is not None
    return known and report.type == DocumentType.STATUTORY_ANNUAL_REPORT and report.trust in OFFICIAL


def _name(report: Standing) -> tuple[str | None, str, int | None]:
    return report.adcode, normalised(report.issuer or ""), report.year


def _is_government(report: Standing) -> bool:
    return report.level in _GOVERNMENTS and (report.issuer or "").endswith("人民政府")


def _parent(report: Standing) -> str | None:
    division = divisions.by_code(report.adcode) if report.adcode else None
    return None if division is None else division.parent


def _neighbourhood(report: Standing) -> set[str]:
    """Codes of the division, the one above, those beside and those below."""
    assert report.adcode is not None
    codes = {report.adcode}
    if _is_government(report):
        parent = _parent(report)
        beside = divisions.children(parent) if parent else ()
        codes |= {division.code for division in (*beside, *divisions.children(report.adcode))} | ({parent} if parent else set())
    return codes


def _neighbours(one: Standing, other: Standing) -> bool:
    """Governments under the same one, or organs of one government on the same level; never an organ and itself."""
    if one.year != other.year or one.level != other.level or one.report == other.report:
        return False
    if _is_government(one) and _is_government(other):
        return one.adcode != other.adcode and _parent(one) is not None and _parent(one) == _parent(other)
    return one.adcode == other.adcode and not _is_government(one) and not _is_government(other)


def _age(report: Standing) -> tuple[date, int]:
    """Reports in the order they came: by the date the page claims, else by the day we saw it."""
    return report.published or report.first_seen.date(), report.report

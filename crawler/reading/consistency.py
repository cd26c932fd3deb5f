"""Where the text of one report contradicts its table, itself, or its own dates. Precision first: what stands against an organ must be true.

XT-1 text against table, XT-2 text against text, XT-3 percentages, XD-1 published before signed, XE-1 a period that is not the calendar year,
XS-1 what the year's format demands and the report lacks. What its table says of itself, `verdicts` tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from crawler.reading import completeness, dates, percentages, periods, prose, sections, shares, statements, tabulated, values
from crawler.reading.statements import Statement
from storage.records import Blame, DocumentType, Figure, Finding, FindingLevel

_SAME_CASES = ("结转", "不予受理", "不受理", "未受理", "不予处理", "补正", "撤回")  # these explain a difference between received and accepted
_LONGEST_SIGNATURE = 60
MOST_NAMED = 300  # numbers that name an indicator; a text with more is no report
_FIRST_REPORTS = (date(2008, 5, 1), date(2008, 12, 31))  # the Regulation of 2007 came into force on 2008-05-01


def check(
    lines: Sequence[str],
    figures: Sequence[Figure],
    *,
    type: DocumentType | None,
    year: int | None,
    published: date | None = None,
    signed: date | None = None,
    issuer: str | None = None,
    evidence: Mapping[str, str] | None = None,
    whole: bool = False,
) -> tuple[Finding, ...]:
    """What a report's text contradicts.

    Args:
        lines: the body, one line a block: the lines `prose.read` was given.
        figures: of its tables and of its text.
        type: kind of document. All kinds are held against themselves (XT-2, XT-3); only statutory reports against form, dates and tables.
        year: the reporting year.
        published, signed: the date the page claims, the date under the text.
        issuer: full name of the reporting organ.
        evidence: of the reading; its words for `published` are quoted.
        whole: nothing of the body can have been lost (`completeness.nothing_lost`), and the page offers no attachments.

    Returns:
        Findings, those of the text first. None for a rule that holds.
    """
    told = [figure for figure in figures if figure.format == prose.FORMAT]
    named = [figure for figure in told if figure.row is not None][:MOST_NAMED]
    cells = [figure for figure in figures if figure.format != prose.FORMAT]
    parts = sections.find(lines)
    spoken = [said for figure in named if (said := statements.whole(figure, prose.span(figure), lines, parts, year, issuer)) is not None]
    statutory = type is DocumentType.STATUTORY_ANNUAL_REPORT
    out = _twice_told(spoken, lines)
    out += percentages.check(lines, told, [figure.value for figure in cells if figure.value])
    if statutory:
        out = [*tabulated.check(spoken, cells), *out, *shares.check(told, cells, year)]
        out += _dates(lines, published, signed, evidence or {})
        out += _period(lines, year)
        out += completeness.check(lines, cells, parts, year, whole=whole)
    return tuple(out)


def _twice_told(spoken: Sequence[Statement], lines: Sequence[str]) -> list[Finding]:
    """辽源 2014: 受理依申请公开9条 in one section, 共收到依申请公开政府信息15条 in another."""
    text = "\n".join(lines)
    out: list[Finding] = []
    seen: set[tuple[str, str, Decimal | None, Decimal | None]] = set()
    for n, one in enumerate(spoken):
        for other in spoken[n + 1 :]:
            if one.quantity != other.quantity or one.scope != other.scope or _same(one.figure, other.figure):
                continue
            if prose.span(one.figure)[0] == prose.span(other.figure)[0]:
                continue  # in one paragraph both numbers were meant to differ
            if one.verb != other.verb and any(word in text for word in _SAME_CASES):
                continue
            pair = (one.quantity, one.scope, one.figure.value, other.figure.value)
            if pair not in seen:
                seen.add(pair)
                out.append(_contradiction(one.figure, other.figure))
    return out


def _same(one: Figure, other: Figure) -> bool:
    """The same number, printed in full or rounded (5609件, 0.56万件)."""
    if one.value is None or other.value is None:
        return one.value == other.value
    return abs(one.value - other.value) <= values.rounding(one.raw) + values.rounding(other.raw)


def _contradiction(one: Figure, other: Figure) -> Finding:
    return Finding(
        rule="XT-2",
        level=FindingLevel.ERROR,
        blame=Blame.SOURCE,
        text="同一数量在文中两处应当一致",
        detail=f"文中一处为{one.raw}（{one.label}），另一处为{other.raw}（{other.label}）",
        where=one.row,
        quotes=(one.sentence or "", other.sentence or ""),
        places=(one.place, other.place),
        left=one.value,
        right=other.value,
    )


def _dates(lines: Sequence[str], published: date | None, signed: date | None, evidence: Mapping[str, str]) -> list[Finding]:
    """XD-1. 辽源 2014: the page says 2015-03-13, the date under the text is 2015-03-30."""
    if published is None or signed is None or published >= signed:
        return []
    found = next((n for n in range(len(lines) - 1, -1, -1) if _signs(lines[n], signed)), None)
    if found is None:
        return []
    return [
        Finding(
            rule="XD-1",
            level=FindingLevel.WARN,
            blame=Blame.SOURCE,
            text="发布日期不应早于落款日期",
            detail=f"页面发布日期{published.isoformat()}早于落款日期{signed.isoformat()}",
            quotes=(evidence.get("published", published.isoformat()), lines[found].strip()),
            places=("page head", f"line {found + 1}"),
        )
    ]


def _signs(line: str, signed: date) -> bool:
    return len(line.strip()) <= _LONGEST_SIGNATURE and "\t" not in line and any(day.date == signed for day in dates.find(line))


def _period(lines: Sequence[str], year: int | None) -> list[Finding]:
    """XE-1: numbers are of a calendar year, that of the report."""
    stated = periods.find(lines)
    if stated is None or (stated.first, stated.last) == _FIRST_REPORTS:
        return []
    of = year if year is not None else stated.last.year
    if (stated.first, stated.last) == (date(of, 1, 1), date(of, 12, 31)):
        return []
    return [
        Finding(
            rule="XE-1",
            level=FindingLevel.ERROR,
            blame=Blame.SOURCE,
            text="统计期限应为报告年度的1月1日至12月31日",
            detail=f"统计期限写作“{stated.raw}”，报告年度为{of}年",
            quotes=(stated.raw, f"{of}年1月1日至{of}年12月31日"),
            places=(f"line {stated.line + 1} chars {stated.start}-{stated.end}", ""),
        )
    ]

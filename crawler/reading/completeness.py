"""XS-1: sections and tables that the format of the report's year demands, and sections that say nothing.

What we do not see may be there: a table that is a picture, a section in an attached file, a text cut short by our own reader. So something
missing is the organ's doing only when the body is known to be whole, and a section is missing only when the text's own counting shows no
place for it: 一 to 五 and an end, never 一、二、四.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.reading import labels
from crawler.reading.forms import Format, all_formats
from crawler.reading.page import Page
from crawler.reading.sections import Section
from storage.records import Blame, Figure, Finding, FindingLevel

RULE, TEXT = "XS-1", "年度报告应有该年度格式规定的各部分和各表，各部分不得空缺"
FIRST_YEAR = 2019  # formats before it prescribe a table, no sections
# What a title must speak of to be the section, in the order of the format, its wording free.
_SECTIONS = (
    re.compile(r"总体情况|概述|总体概况|基本情况|整体情况"),
    re.compile(r"主动公开"),
    re.compile(r"申请"),
    re.compile(r"复议|诉讼"),
    re.compile(r"问题|改进"),
    re.compile(r"其[他它]|需要?报告|报告的?事项"),
)
_ROWS_OF_TABLES = re.compile(r"本年新收|上年结转|办理结果|结转下年")
_TABLES = {"二": ("t2_",), "三": ("t3_",), "四": ("t4_",)}
_NOTHING = re.compile(r"[\s。.，,；;（）()]*(?:无|暂无|没有|略)?[\s。.；;]*")
_UNREAD = ("img", "iframe", "frame", "object", "embed", "canvas", "svg", "video")
_GOES_ON = re.compile(r"createPage(?:HTML)?\(\s*['\"]?(?:[2-9]|\d{2,})")  # TRS: an article of several pages
_LEAST = 4  # sections recognised before a text counts as laid out by the format


def nothing_lost(page: Page) -> bool:
    """Whether a page's body is known to be all there is: a certain container cut it out of one page, and nothing in it shows words or numbers
    that we do not read (pictures, frames, embedded files), nor does the page go on elsewhere.

    Args:
        page: one page as it was found, nothing joined to it; of one with attachments the caller knows.
    """
    if not page.body.certain or not page.body.elements or _GOES_ON.search(page.html):
        return False
    if any("下一页" in line for line in (*page.body.head, *page.body.tail, *page.tail_lines)):
        return False
    return not any(True for element in page.body.elements for _ in element.iter(*_UNREAD))


def check(lines: Sequence[str], figures: Sequence[Figure], found: Sequence[Section], year: int | None, *, whole: bool) -> list[Finding]:
    """What a report of its year lacks.

    Args:
        lines: the body.
        figures: of its tables.
        found: its sections.
        year: the reporting year; before 2019 nothing is demanded.
        whole: the body is known to be all there is (`nothing_lost`), and the page offers no attachments.
    """
    form = next((one for one in all_formats() if one.sections and year is not None and one.first <= year <= (one.last or year)), None)
    if form is None or year is None or year < FIRST_YEAR:
        return []
    tops = [section for section in found if section.level == 1 and not _ROWS_OF_TABLES.search(section.title)]
    placed = _place(tops)
    if len(placed) < _LEAST:
        return []
    out = _missing_sections(form, lines, tops, placed, whole=whole)
    out += _missing_tables(form, lines, figures, placed, whole=whole)
    return out + _silent(form, lines, placed, whole=whole)


def _place(tops: Sequence[Section]) -> dict[int, Section]:
    """The format's sections by their place in it, found in order."""
    placed: dict[int, Section] = {}
    for section in tops:
        after = max(placed, default=-1)
        place = next((n for n in range(after + 1, len(_SECTIONS)) if _SECTIONS[n].search(section.title)), None)
        if place is not None:
            placed[place] = section
    return placed


def _missing_sections(form: Format, lines: Sequence[str], tops: Sequence[Section], placed: dict[int, Section], *, whole: bool) -> list[Finding]:
    numbers = {section.number for section in tops}
    out = []
    for place, title in enumerate(form.sections):
        if place in placed or place + 1 in numbers:
            continue  # there, or under a title we do not recognise
        words = _SECTIONS[place]
        if any(
            re.match(r"\s*(?:第?[一二三四五六七八九十]|[（(]?[一二三四五六七八九十\d])", line) and words.search(line[:40])
            for line in lines
            if "\t" not in line
        ):
            continue  # numbered in another way
        counted = sorted(section.number for section in placed.values())
        certain = whole and counted == list(range(1, len(counted) + 1))
        last = tops[-1]
        out.append(
            _finding(
                f"缺少“{title}”部分",
                certain,
                where=title,
                quotes=(title, f"最后一部分为“{lines[last.line].strip()}”"),
                places=("", f"line {last.line + 1}"),
            )
        )
    return out


def _missing_tables(form: Format, lines: Sequence[str], figures: Sequence[Figure], placed: dict[int, Section], *, whole: bool) -> list[Finding]:
    printed = {figure.table for figure in figures if figure.table is not None}
    out = []
    for place, prefixes in ((1, _TABLES["二"]), (2, _TABLES["三"]), (3, _TABLES["四"])):
        section = placed.get(place)
        if section is None or any(table.startswith(prefixes) for table in printed):
            continue
        body = section.body(lines)
        lacks = [table.title for table in form.tables if table.id.startswith(prefixes)]
        unread = any("\t" in line or any(labels.core(line) in table.known for table in form.tables) for line in body)
        certain = whole and bool(body) and not unread
        out.append(
            _finding(
                f"“{section.title}”部分没有规定的统计表",
                certain,
                where=lacks[0],
                quotes=(lines[section.line].strip(), "\n".join(body)[:200]),
                places=(f"line {section.line + 1}", f"lines {section.line + 1}-{section.end}"),
            )
        )
    return out


def _silent(form: Format, lines: Sequence[str], placed: dict[int, Section], *, whole: bool) -> list[Finding]:
    """Sections of words that have none. The last may say 无: there may be nothing else to report."""
    out = []
    for place in (0, 4):
        section = placed.get(place)
        if section is None:
            continue
        body = "".join(section.body(lines))
        if _NOTHING.fullmatch(body):
            out.append(
                _finding(
                    f"“{form.sections[place]}”部分{'只有“' + body.strip() + '”' if body.strip() else '没有内容'}",
                    whole,
                    where=form.sections[place],
                    quotes=(lines[section.line].strip(), body.strip()),
                    places=(f"line {section.line + 1}", f"lines {section.line + 1}-{section.end}"),
                )
            )
    return out


def _finding(detail: str, certain: bool, *, where: str, quotes: tuple[str, str], places: tuple[str, str]) -> Finding:
    return Finding(
        rule=RULE,
        level=FindingLevel.ERROR if certain else FindingLevel.INFO,
        blame=Blame.SOURCE if certain else Blame.READER,
        assessable=certain,
        holds=False if certain else None,
        text=TEXT,
        detail=detail if certain else f"{detail}（也可能在图片、附件中或未能读出）",
        where=where,
        quotes=quotes,
        places=places,
    )

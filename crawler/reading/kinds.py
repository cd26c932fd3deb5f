"""What kind of document a title or an opening announces: one of the eight of indicators.yaml (`document_types`), or none.

The shapes are those seen on portals: with and without 工作, 政府 or 年度, the year first or behind the name; notices that publish a
report and notices about reports; and near words of other kinds (政府工作报告, 政府网站工作年度报表, 工作要点).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from crawler.reading.trust import plain
from storage.records import DocumentType

FOUR = r"(?:\d{4}|[〇○零一二三四五六七八九]{4})"  # a year's digits
YEAR = rf"{FOUR}年?度?"
CORE = re.compile(
    rf"(?:政府|政务)?(?:政务)?信息公开(?:工作)?(?:情况)?的?(?:{YEAR})?(?P<yearly>年度)?(?:工作)?(?:情况)?的?(?P<report>报告|年报)|"
    rf"政务公开(?:工作)?(?:情况)?的?(?:{YEAR})?(?P<yearly2>年度)(?:工作)?(?P<report2>报告)"
)
_DISCLOSURE = re.compile(r"信息公开|政务公开|公开要点")
_REPORT = r"(?:年度(?:工作)?(?:情况)?报告|年报|公开工作报告)"
_INNER = CORE.pattern.replace("?P<", "?P<inner_")
WRAPPER = re.compile(
    rf"(?:.*关于(?:{YEAR})?(?:公布|发布|印发|公开|转发|公示)|^)(?P<inner>(?:(?!关于).)*(?:{_INNER}))[》”\"]?的?(?:通知|公告|通告|函|公示)"
)
_DRAWN = "图解|一图|读懂|图说|解读|图文版|长图|动漫"

# In this order: what a title says of its kind. None: of a kind that is not ours, although the words are near.
_KINDS: tuple[tuple[str, str, DocumentType | None], ...] = (
    ("format of reports", rf"{_REPORT}.*(?:格式|模板|范本|样式|填报说明)|(?:格式|模板).*{_REPORT}", DocumentType.FORMAT_OR_NOTICE),
    ("rule about reports", rf"{_REPORT}(?:编制|公布|发布|报送|和|、)*(?:制度|办法|规定|规范)", DocumentType.FORMAT_OR_NOTICE),
    (
        "notice about reports",
        rf"(?:做好|开展|编制|编写|编发|编报|撰写|报送|上报|规范|加强|按时|及时).*{_REPORT}.*(?:通知|函|意见|通报)"
        rf"|{_REPORT}(?:的?(?:编制|编写|发布|报送|公布|撰写)|工作|有关事项|相关工作|情况的通报).*(?:通知|函|意见|通报)",
        DocumentType.FORMAT_OR_NOTICE,
    ),
    ("explanation", rf"(?:{_DRAWN}).*(?:{_REPORT}|公开)|(?:{_REPORT}|公开).*(?:{_DRAWN})", DocumentType.INTERPRETATION),
    ("collection", rf"{_REPORT}.*(?:汇总|合集|汇编|一览|集锦|目录)|(?:汇总|合集|汇编).*{_REPORT}", DocumentType.COLLECTION_PAGE),
    (
        "statistics within the year",
        r"(?:上半年|下半年|前三季度|第?[一二三四1-4]季度|季报|月报|(?<!年)\d{1,2}月份?|1[-至—]\d{1,2}月).*公开.*(?:统计|数据|情况|报表|报告|月报|季报)"
        r"|公开.*(?:上半年|下半年|季度|季报|月报).*(?:统计|数据|情况|报表)",
        DocumentType.INTERIM_STATISTICS,
    ),
    ("self-check", r"公开.*自查|自查.*公开", DocumentType.SELF_CHECK_REPORT),
    ("work summary", r"公开.*(?:成绩单|总结)|(?:成绩单|总结).*公开", DocumentType.WORK_SUMMARY),
    ("briefing", r"公开.*汇报", DocumentType.BRIEFING),
    ("another kind", r"网站.*(?:报表|年报|年度报告)|法治政府建设|工作要点|实施方案|工作计划|第三方评估|评估报告|公开指南|考核|公开目录$", None),
)
_LEAD = re.compile(
    r"本(?:年度)?(?:工作)?(?:报告|年报)(?:是|由|系|全文)?(?:[^。]{0,40})?(?:根据|依据|按照|依照)[^。]{0,60}信息公开条例"
    r"|信息公开条例[^。]{0,260}(?:编制|形成|制作|撰写)[^。]{0,12}本(?:年度)?(?:工作)?(?:报告|年报)"
    r"|现(?:将)?(?:予以)?(?:向社会)?公布[^。]{0,60}信息公开(?:工作)?年度(?:工作)?报告"
)
_BRIEFING = re.compile(r"(?:将|就|把)[^。]{0,80}(?:进行|作|做|简要|如下)?(?:进行|作|做|简要)汇报|(?:将|就)[^。]{0,60}汇报如下")
_SECTIONS = (r"概述|总体情况|基本情况", r"主动公开", r"申请公开|政府信息公开申请", r"行政复议|行政诉讼|申诉", r"存在的?(?:主要)?问题")


def normal(text: str) -> str:
    """A title for matching: full-width forms folded, spaces dropped, traditional characters and glued pinyin undone."""
    return plain("".join(unicodedata.normalize("NFKC", text).split()))


def kind(title: str) -> tuple[DocumentType | None, str] | None:
    """What kind of document a title announces, and the rule that told; None when it does not speak of disclosure at all.

    A notice that publishes a report (关于公布…年度报告的通知) is announced as the report: whether its body is the report, the body must say.
    """
    text = normal(title)
    if not _DISCLOSURE.search(text) and not re.search(_REPORT, text):
        return None
    for rule, pattern, found in _KINDS:
        if re.search(pattern, text):
            return found, rule
    core = CORE.search(text)
    if core and (core["yearly"] or core["yearly2"] or core["report"] == "年报"):
        return DocumentType.STATUTORY_ANNUAL_REPORT, "title of an annual report"
    if core and re.search(rf"{FOUR}年", text):
        return DocumentType.STATUTORY_ANNUAL_REPORT, "title of a year's report on disclosure"
    return None


def wraps(title: str) -> bool:
    """Whether a title is that of a notice which publishes a report."""
    return WRAPPER.search(normal(title)) is not None


def nameless(title: str) -> bool:
    """Whether a title names neither a year nor an organ: 政府信息公开年报 is the name of a column as well as of a report."""
    text = normal(title)
    core = CORE.search(text)
    return core is not None and not re.search(FOUR, text) and core.start() == 0


def opening(lines: Sequence[str]) -> tuple[DocumentType, str] | None:
    """What kind of document an untitled text is, by the words it opens with, and those words."""
    text = plain(unicodedata.normalize("NFKC", "\n".join(lines)))[:1500]
    joined = re.sub(r"\s+", "", text)
    if (law := re.match(r"(?:.{0,80})第一条为", joined)) and "公布" in joined[:200]:
        return DocumentType.FORMAT_OR_NOTICE, f"articles of a rule: {joined[law.end() - 4 : law.end() + 20]}"
    if spoken := _BRIEFING.search(joined[:400]):
        return DocumentType.BRIEFING, f"opening: {spoken.group()[-20:]}"
    if lead := _LEAD.search(joined[:900]):
        return DocumentType.STATUTORY_ANNUAL_REPORT, f"opening: {lead.group()[:40]}"
    return None


def reads_as_report(lines: Sequence[str]) -> bool:
    """Whether a body is an annual report itself: it opens like one, or has at least three of a report's sections as headings."""
    found = opening(lines)
    if found and found[0] is DocumentType.STATUTORY_ANNUAL_REPORT:
        return True
    headings = [line for line in lines if len(line) <= 40 and re.match(r"\s*[(（]?[一二三四五六七八九]+[)）、.．]", line)]
    return sum(any(re.search(section, line) for line in headings) for section in _SECTIONS) >= 3

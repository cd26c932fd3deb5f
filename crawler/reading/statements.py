"""What the words before a number say it counts, and whether they speak of the whole: the organ's whole year, not a part of it.

Two numbers contradict each other only when both are of the same quantity, the same organs and the same year. A department's own count beside
the city's, last year's beside this year's, letters beside all requests: these differ by right, and taking them for slips would be a false
accusation. So a number speaks of the whole only when nothing around it says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crawler.reading.sections import Section, above
from storage.records import Figure

RECEIVED, NEW_RECEIVED, CARRIED_IN = "requests_received", "t3.new_received.total", "t3.carried_in.total"
CLOSED, REPLIED = "t3.outcome_total.total", "replies_total"
REVIEWS, LAWSUITS, DISCLOSED = "t4.review_total", "t4.litigation_total", "info_disclosed_total"

_FILL = r"(?:的|数量|总数|总量|件数|数|共计|共|总计|合计|累计|为|有|达到|达|了|是|案件|案|事项|[：:\s])*$"
_INFO = r"(?:政府|政务)?信息"
_REQUEST = (
    rf"(?:{_INFO}公开的?申请|{_INFO}依申请公开(?:申请)?|依申请公开的?(?:{_INFO})?的?(?:申请)?|公开申请|申请公开的?{_INFO}"
    r"|公开(?:政府|政务)信息的?申请|(?:政府|政务)信息的?申请)"
)
_GAP = r"[^，,。；;、：:！？0-9]{0,24}?"
MOST_CONTEXT = 1500  # characters before a number that may say whose it is
_CASES = frozenset({"件", "条", "项", "宗", "份", "起", "次", "例"})
_PIECES = frozenset({"条", "件", "项", "篇", "份"})
# The first that fits names the number (indicators.yaml, `text_patterns`), its unit permitting.
_QUANTITIES = (
    (CARRIED_IN, rf"上年度?结转{_GAP}{_REQUEST}?{_FILL}", _CASES),
    (NEW_RECEIVED, rf"本年度?新收到?{_GAP}{_REQUEST}{_FILL}", _CASES),
    (RECEIVED, rf"(?<!未)(?<!不予)(?<!没有)(?P<verb>收到|受理|接收|接到|新收){_GAP}{_REQUEST}{_FILL}", _CASES),
    (CLOSED, rf"(?<!按时)(?<!按期)(?<!延期)(?<!及时)(?P<verb>办结|办理完毕){_GAP}{_REQUEST}{_FILL}", _CASES),
    (REPLIED, rf"(?<!按时)(?<!按期)(?<!延期)(?<!及时)(?P<verb>答复){_GAP}{_REQUEST}{_FILL}", _CASES),
    (REVIEWS, rf"(?:信息公开[^。]{{0,60}}?)行政复议(?:申请)?{_FILL}", _CASES),
    (LAWSUITS, rf"(?:信息公开[^。]{{0,60}}?)行政诉讼{_FILL}", _CASES),
    (DISCLOSED, rf"主动公开(?:各类)?政府信息{_FILL}", _PIECES),
)
_NAMES = tuple((key, re.compile(pattern), units) for key, pattern, units in _QUANTITIES)
_COUNTED = _CASES | _PIECES
_SPEAKS_OF = re.compile(r"申请|公开|复议|诉讼|结转")  # near every number that is one of the quantities
# Behind the number: 行政复议1件（申请人撤回）, 答复33件（含上年结转3件）.
_QUALIFIED = re.compile(r"\s*[（(][^（）()]{0,40}?(?:含|包括|加上|撤回|撤诉|结转|上年|市本级|部门|剔除|扣除|去重|重复|除去)")
_OTHER_YEARS = re.compile(r"历年|累计|上年|上一年|往年|去年|以来")
_PROSE = re.compile(r"[，。；！？,;]")  # a line without such marks may be the row of a flattened table: 收到政府信息公开申请数 88件
_CLAUSE = re.compile(r"[，,。；;（(]")
_PART = re.compile(
    r"其中|上年(?!度?结转)|去年|前年|同期|往年|历年|上一年|通过|网[上络站]|在线|信函|信件|邮[件寄政]|传真|当面|现场|窗口|来访|来信|电话"
    r"|公民|法人|企业|个人|自然人|涉及|有关|关于|重复|不予|部分|分别|撤[回销]|[类等]|平均|每[月季天年周个]|月均|年均"
    r"|新增|公报|微博|微信|公众号|平台|专?栏目?|媒体|渠道|方式|领域"
)
_CASE_PART = re.compile(r"新收|新增|受理|审结|办结|维持|纠[正错]|撤销|驳回|败诉|胜诉|应诉|未经|尚未|复议后|经复议|办理|结转")
# 截至2016年底: perhaps since the beginning.
_OTHER_TIME = re.compile(
    r"以来|以前|上半年|下半年|季度|[一二三四五六七八九十\d]月份?(?!\d{1,2}[日号])|月份"
    r"|近[一二两三四五六七八九十几\d]*年|[\d一二两三四五六七八九十几]年[来间]|期间|后[，,]|至今|日均|[〇零○一二三四五六七八九]{2,4}年|(?<!\d)\d\d年|目前|计划|力争|预计|目标|打算|将要|同比|截[止至]|年[底末]"
)
# What may stand in the clause of a number that is of the whole, beside the words that name it. Whatever else stands there may narrow it down:
# 有效申请, 尚有未办结, 提前办结, 征地拆迁信息公开申请, 热线收到, 日均收到.
_NEUTRAL = re.compile(
    r"(?:(?:19|20)\d\d)?年度?|本年度?|全年度?|今年|当年|期内|内|共计|总计|合计|累计|一共|总共|共|总|我们|全部|各级(?:人民)?政府|行政机关|各级|全系统"
    r"|[我本全][省市州盟县区旗镇乡]|本?行政区域内?|辖区内?|[市省县区州]本级|本级政府|[省市州盟县区旗镇乡]?(?:人民)?政府|本(?:机关|单位|部门)"
    r"|[我本](?:局|委|厅|办|院|镇|乡|街道|中心)|已|均|依法|依规|按规定|规范|及时|受理|收到|接收|接到|新收|新|办结|办理完毕|答复|办理"
    r"|公民|法人|(?:和|及|或者?)?其[他它]组织|社会公众|公众|群众|提出|提交|向|到|件|次|各类|的|了|为|有|达到?|是|数量?|总?量|案件|案|事项|件数|由"
    r"|政府|政务|信息|依申请|主动|公开|申请|因|引发|引起|导致|产生|提起|发生|被|涉及|关于|有关|工作|方面|行政复议|行政诉讼|复议|诉讼|和|及|与|相关|类"
    r"|上年度?结转|结转|、|\s|[：:“”\"0-9]"
)
_YEAR_ENDS = re.compile(r"(?:(?:自|从)?\d{4}年)?1月1日(?:起|开始)?(?:至|到|—|-)+(?:\d{4}年|同年|当年)?12月31日(?:止|期间)?")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
_ORGAN = re.compile(
    r"局|委员会|[改健建信教]委|厅|镇|乡(?!村)|街道|部门|单位|中心|集团|公司|学校|医院|管委会"
    r"|办事处|办公室|政府办|法院|检察院|派出所|支队|大队|开发区|园区|机关|科室|处室"
    r"|(?<![全我本])县|(?<![全我本辖地])区(?!域)|市直|省直|县直|区直"
)
_SELF = re.compile(
    r"[市省县区州]?人民政府(?!办)|[市省县区州]政府(?!办|各|部|系统)|[本我](?:机关|单位|部门|局|委|厅|办|院|镇|乡|街道|中心)"
    r"|各级(?:人民)?政府(?:(?:及其?|和)(?:所属|工作|各)?(?:部门|单位))?|各级(?:各部门|行政机关|机关)"
)
# Whoever asks, all ask: no part of the requests. And what is about disclosure is what the report is about.
_APPLICANTS = re.compile(r"公民、?法人(?:或者?|和|及|、)?其[他它]组织(?:提出|提交)?的?")
_ABOUT_DISCLOSURE = re.compile(
    r"(?:与|涉及|有关|关于|以|因)?((?:政府)?信息公开)(?:工作|事项|事务)*(?:有关|相关|方面|类)?的?(?=[^，,。；;]{0,12}行政(?:复议|诉讼))"
)
_AREA = re.compile(r"全[市省县区州盟旗镇乡街]|各级|辖区|本行政区域|区域内")
_OWN_LEVEL = re.compile(r"[市省县区州]本级|本级政府")
_OUR_PLACE = re.compile(r"[我本][市省县区州盟旗]|[市省县区州]政府|人民政府")


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure of the text that speaks of the whole.

    Attributes:
        quantity: what it counts.
        verb: 收到, 受理, 办结 ...; "" where the quantity has one wording only.
        scope: whom it counts, as `scope` tells it.
    """

    figure: Figure
    quantity: str
    verb: str
    scope: str


def name(before: str, unit: str | None) -> str | None:
    """The indicator that the words before a number name.

    Args:
        before: the sentence up to the number.
        unit: of the number.

    Returns:
        None for everything that is not one of the quantities asked for, or is called a part of it in the same breath (其中, 通过信函, 市教育局).
    """
    hit = _match(before, unit)
    return hit[0] if hit else None


def scope(sentence: str) -> str:
    """Whom a sentence counts: "area" (全市), "level" (市本级), "place" (我市, 市政府: one or the other), "" where it names nobody."""
    for found, pattern in (("area", _AREA), ("level", _OWN_LEVEL), ("place", _OUR_PLACE)):
        if pattern.search(sentence):
            return found
    return ""


def whole(
    figure: Figure, place: tuple[int, int, int], lines: Sequence[str], sections: Sequence[Section], year: int | None, issuer: str | None
) -> Statement | None:
    """The figure as a statement about the whole organ and year, or None where the words around it leave that open.

    Args:
        figure: of running text, with `row`.
        place: index of its line, first character, character after the last.
        lines: the body.
        sections: of the body.
        year: the reporting year; where it is not known, nothing is taken for the whole year.
        issuer: full name of the reporting organ, whose own name does not make a number another organ's.
    """
    line, start, end = place
    if not _PROSE.search(lines[line]) or _QUALIFIED.match(lines[line], end):
        return None
    if figure.row is None or figure.lower_bound or not figure.certain or year is None:
        return None
    paragraph = (_paragraph(lines, line, {section.line for section in sections}) + lines[line][:start])[-MOST_CONTEXT:]
    sentences = re.split(r"(?<=[。！？!?；;])", paragraph)
    sentence = sentences[-1]
    hit = _match(sentence, figure.unit)
    if hit is None or hit[0] != figure.row:
        return None
    heads = [section.title for section in above(sections, line)]
    around = " ".join([*heads, paragraph[:25], *sentences[-2:-1], sentence]).replace("，", ",")
    if any(_OTHER_YEARS.search(head) for head in heads) or any(int(y) != year for y in _YEAR.findall(" ".join([*heads, sentence]))):
        return None
    told = _YEAR.findall(paragraph)
    if told and int(told[-1]) != year:
        return None
    said, rest = _YEAR_ENDS.sub("", sentence), hit[2]
    if figure.row != CARRIED_IN and (_PART.search(rest) or "结转" in said):
        return None
    if _OTHER_TIME.search(said) or ("累计" in said and not re.search(r"本年|全年|今年|\d{4}年(?!12月)", rest)):
        return None
    if figure.row in {REVIEWS, LAWSUITS} and _CASE_PART.search(said):
        return None
    if issuer:
        around, said = around.replace(issuer, ""), said.replace(issuer, "")
    if figure.row == CARRIED_IN and re.search(r"复议|诉讼", hit[1].group()):
        return None
    if _NEUTRAL.sub("", _CLAUSE.split(_APPLICANTS.sub("", said))[-1]):
        return None
    if _ORGAN.search(_SELF.sub("", around)):
        return None
    groups = hit[1].groupdict()
    return Statement(figure, figure.row, groups.get("verb") or "", scope(sentence) or scope(around))


def _match(before: str, unit: str | None) -> tuple[str, re.Match[str], str] | None:
    """The quantity named, the words that name it, and the sentence without them."""
    if unit not in _COUNTED or not _SPEAKS_OF.search(before, len(before) - 40 if len(before) > 40 else 0):
        return None
    said = _ABOUT_DISCLOSURE.sub(r"\1", _APPLICANTS.sub("", before))
    for key, pattern, units in _NAMES:
        if unit not in units or not (hit := pattern.search(said)):
            continue
        rest = said[: hit.start()]
        clauses = _CLAUSE.split(rest)
        near = "，".join(clauses[-2:])
        part = key != CARRIED_IN and (_PART.search(clauses[-1] + hit.group()) or "其中" in rest)
        return None if part or _ORGAN.search(_SELF.sub("", near)) else (key, hit, rest)
    return None


def _paragraph(lines: Sequence[str], line: int, titles: Collection[int]) -> str:
    """What a line goes on with: lines before it that were cut inside a sentence (texts of PDF files), at most five; never a title."""
    out = ""
    for n in range(line - 1, max(-1, line - 6), -1):
        text = lines[n].rstrip()
        if n in titles or len(text) < 15 or "\t" in text or text[-1] in "。！？!?；;：:":
            break
        out = text + out
    return out

"""Numbers with a unit in running text: 10.9万条, 1400余件, 92.3%, 132.44亿元.

What looks alike and is no quantity is left out: dates and years, document numbers (国办发〔2014〕12号), telephone numbers and postcodes,
ordinals (第12期), numbers of sections and of articles of a law, names of things (“3个1”, 《…12条措施》), terms of days and hours.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

# One character for one character, so that places hold.
_FOLD = str.maketrans("０１２３４５６７８９．％\u00a0\u3000", "0123456789.%  ")
_SCALES = {
    "万": 10**4,
    "亿": 10**8,
    "万亿": 10**12,
    "千": 10**3,
    "百": 10**2,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "百亿": 10**10,
    "千亿": 10**11,
}
# A unit, and what may not follow it: 5个工作日 is a term, 2018个人 is no count, 3项目 is half a word, 12条规定 is an article of a law.
_UNITS = (
    "条次|人次|场次|批次|件次|项次|户次|家次|辆次|台次|次|个百分点|平方公里|平方米|公里|公顷|立方米|吨|美元|元(?!旦|素)|万元|"
    "条(?!例|款|第|规定|之)|件(?!数)|项(?!目(?!标))|个(?!工作日|自然日|月|多月|半月|小时|星期|季度|人信|人隐|体|性|别)|"
    "人(?!民|大|才|事|均|口|社|力|工)|名(?!称|单|录|誉|义)|位(?!于|置|列)|篇|期(?!间|限|末|初|满)|份(?!额)|家(?!庭|长|居|具)|部(?!门|分|委|队|级|长|署)|"
    "场(?!所|地|馆)|起(?!草|诉|步|点|见|来|到|始)|宗(?!旨|教)|册|户(?!籍|口|外)|例(?!如|会|外|行)|则|类(?!别|型|似)|种(?!类|植|子)|批(?!准|复|示)|栏|"
    "台(?!账|帐|湾|风)|套|处(?!理|罚|室|长|置|于)|所(?!有|属|在|列|需)|座|辆|页|笔(?!者)|幅|段|亩|株|棵|支(?!持|付|出|部|队|撑)|张(?!贴)|组(?!织|成|长|建)|只(?!有|能|要)|"
    "%|‰"
)
_MEASURE = re.compile(
    r"(?<![0-9.])(?<![^A-Za-z][A-Za-z])"
    r"(?P<digits>[0-9]{1,3}(?:[,，][0-9]{3}){1,4}(?![0-9])|[0-9]+)(?P<part>\.[0-9]+)?(?![0-9])[ ]{0,2}"
    r"(?P<more>余|多)?(?P<scale>[十百千]?[万亿]亿?|[千百](?!分|姓|克|米|瓦))?(?P<more2>余|多)?[ ]{0,2}"
    rf"(?P<unit>{_UNITS})?(?P<after>以上|以内|以下|左右|上下)?"
)
_AT_LEAST = re.compile(r"(?:超过|超出|超|突破|逾|至少|不少于|不低于|不下于)\s*$")
_ABOUT = re.compile(r"(?:约|大约|大概|(?<![最附邻就])近|将近|接近|不足|不到|不超过|(?<!不)低于|(?<!不)少于|最多|至多)\s*$")
_NO_QUANTITY = re.compile(
    r"第\s*$|[“‘「『]\s*$|前\s*$|[0-9%‰条件项个次元万亿]\s*[-–—~～－×xX*+＋/:：]+\s*$|[0-9]\s*[至到]\s*$|(?:邮编|电话|传真|热线|邮政编码|编号|号码)[:：为]?\s*$"
)
_RANGE = re.compile(r"\s*(?:[-–—~～－×+＋]+|[至到])\s*[0-9]")
_TITLES = re.compile(r"《[^《》]*》|〈[^〈〉]*〉")
_ONCE = re.compile(r"计\s*$")  # 不同渠道和方式公开相同信息计1条: a note of the form
_SENTENCE_COMMA = re.compile(r"[\u4e00-\u9fff],|,[\u4e00-\u9fff]")
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity in a line: `line[start:end] == raw`.

    Attributes:
        value: exact; 万 and 亿 are part of it, except in 万元 and 亿元.
        unit: as printed; None for a bare 240万.
        lower_bound: at least so many (1400余件, 突破330万人, 10次以上).
        certain: False for 近20个 and 不足10件, and where the comma in 12,345 may as well part two clauses.
    """

    start: int
    end: int
    raw: str
    value: Decimal
    unit: str | None
    lower_bound: bool
    certain: bool


def find(line: str) -> Iterator[Measure]:
    """The quantities of a line of running text, in order."""
    text = line.translate(_FOLD)
    titles: list[tuple[int, int]] | None = None
    for hit in _MEASURE.finditer(text):
        unit, scale, digits = hit["unit"], hit["scale"], hit["digits"]
        if (unit is None and (scale is None or scale[-1] not in "万亿")) or len(digits) > _MOST_DIGITS or (scale and scale not in _SCALES):
            continue
        before, start = text[max(0, hit.start() - 12) : hit.start()], hit.start()
        if _NO_QUANTITY.search(before) or (unit in {"条", "款"} and before.endswith("》")) or (digits == "1" and _ONCE.search(before)):
            continue
        if unit is None and _RANGE.match(text, hit.end()):
            continue
        if titles is None:
            titles = [span.span() for span in _TITLES.finditer(text)] if "《" in text or "〈" in text else []
        at = bisect_left(titles, (start, 0)) - 1
        if at >= 0 and start < titles[at][1]:
            continue
        if unit in {"%", "‰"} and before[-1:] in {"-", "－", "−"}:
            start -= 1
        yield _measure(line, text, hit, start)


def _measure(line: str, text: str, hit: re.Match[str], start: int) -> Measure:
    digits, scale, unit = hit["digits"], hit["scale"], hit["unit"]
    value = Decimal(digits.replace(",", "").replace("，", "") + (hit["part"] or ""))
    if start < hit.start():
        value = -value
    if scale and unit == "元":
        unit = scale + unit
    elif scale:
        value *= _SCALES[scale]
        value = value.quantize(1) if value == value.to_integral_value() else value.normalize()
    before = text[max(0, start - 6) : start]
    lower = bool(hit["more"] or hit["more2"] or hit["after"] == "以上" or _AT_LEAST.search(before))
    about = bool(_ABOUT.search(before)) or hit["after"] in {"以内", "以下", "左右", "上下"}
    comma = "，" in digits or ("," in digits and bool(_SENTENCE_COMMA.search(text)))
    counted = scale is None and unit not in {"%", "‰", "元", "美元", "个百分点"}
    numbered = counted and hit["part"] is not None and not text[:start].strip()  # 3.12条 at the head of a line: the 12 of a section 3?
    return Measure(
        start=start,
        end=hit.end(),
        raw=line[start : hit.end()],
        value=value,
        unit=unit,
        lower_bound=lower and not about,
        certain=not (about or comma or numbered),
    )

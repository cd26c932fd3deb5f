"""Whose report it is: the organ a name stands for, where it stands, and the division it belongs to.

A title that names a place alone (庆阳市2021年政府信息公开工作年度报告) is the report of that place's government. Evidence: 第四十九条 of the
Regulation (2019) lets a government's disclosure office publish the government's report, so the office stands as source (庆阳: 来源
庆阳市政府办公室; 青岛 2013: 来源 青岛市人民政府 on a report that opens "青岛市政府各部门和各区、市政府的…年度报告编制"), while the office's
own report names the office in its title (吉林省人民政府办公厅2025年…). So an office as mere source proves neither, and is not taken.

One organ has one name here, however a title shortens it, because reports are filed under it: 海珠区 and 广东省广州市海珠区 are both
广州市海珠区人民政府 (districts carry their city's name: four cities have a 鼓楼区), 山东省诸城市 is 诸城市人民政府, 龙都街道 is 龙都街道办事处.
A former name stays: 襄樊市's report of 2009 is that of 襄樊市人民政府.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.reading import divisions
from crawler.reading.divisions import Division
from crawler.reading.kinds import CORE, WRAPPER, YEAR, normal
from crawler.reading.trust import branded
from storage.records import Level

_GOVERNMENT = re.compile(r"(?:人民政府|[省市县区州旗]?政府|[省市县区州旗]人民政府)")
_OFFICE = re.compile(r"(?:人民政府|[省市县区州旗]?政府|府)(?P<kind>办公厅|办公室|办)|政府(?P<short>办)")
_TOWN = re.compile(
    r"(?P<name>[\u3400-\u9fff]{1,10}?(?:街道|镇|乡|苏木|管理区|农场|林场|牧场))"
    r"(?P<organ>人民政府|政府|办事处|党政(?:综合)?办公室|管理委员会|管委会|办)?(?P<office>办公室|党政办)?"
)
_ORGAN = re.compile(
    r"[\u3400-\u9fff（）()、]{1,30}(?:局|委员会|[厅委办署院]|办公室|中心|支队|总队|大队|联合会|管委会|管理处|开发区|新区|高新区|园区|示范区|"
    r"学校|大学|学院|医院|集团|公司|图书馆|博物馆|档案馆|法院|银行|社|[海水][关务]|部|处|队|站|所)"
)
_STATE = re.compile(
    r"(?:国务院|国家|中国|中华人民共和国|最高人民)(?:[\u3400-\u9fff()]*(?:[院厅局部委署会室行]|管委会))?|海关总署|[\u3400-\u9fff]{2,8}部"
)
_WHOSE = re.compile(r"[省市县区州旗]")
_CUT = re.compile(r"(?:政府|政务)?(?:政务)?信息公开|政务公开|公开要点|政府公开|(?:年度(?:工作)?报告|年报)")
_PREFACE = re.compile(r"^(?:【[^】]*】|(?:一图读懂|一图看懂|图解|图说|解读)[:：]?)+")
_ABOUT = re.compile(r"(?:关于|转发|印发).*$")
_COMPILED = re.compile(r"由(?P<org>[\u3400-\u9fff（）()]{2,40}?)(?:根据|依据|按照|负责|组织|综合|汇总)?(?:《[^。]{0,200})?(?:汇总|综合)?编制")
_OF_ALL = re.compile(
    r"(?P<org>[\u3400-\u9fff]{2,24}?)(?:市级|县级|区级|[市县区]直)?(?:(?:人民)?政府)?各(?:部门|[市县区镇乡]|街道|级|有关|单位)[^。]{0,80}?编制"
)
_PRESENTED = re.compile(rf"公布(?P<org>[\u3400-\u9fff]{{2,30}}?){YEAR}")
_SUBJECT = re.compile(
    rf"(?:^|[。\n])(?:(?:{YEAR}|今年|一年来|近年来|按照[^。]{{0,30}}要求)[,，、]?)?(?:[一二三四五六七八九十]、)?(?P<text>[\u3400-\u9fff]{{3,40}})"
)
_CONTACT = re.compile(r"请?(?:与|向|同)(?P<org>[\u3400-\u9fff]{3,30}?(?:办公室|办公厅|局|科|处|委员会|政府))联系")


@dataclass(frozen=True, slots=True)
class Issuer:
    """The organ whose report it is.

    Attributes:
        name: full official name. division: the one it belongs to; None for organs of the state.
        rule: what it was read from.
    """

    name: str
    level: Level
    division: Division | None
    rule: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What decides between names: the portal's division, the reporting year, and the division that 市政府 or 我市 would mean here."""

    within: str | None
    year: int | None
    here: Division | None


def of_title(title: str, scope: Scope) -> Issuer | None:
    """The organ a title names before it speaks of disclosure: 青岛市人民政府, 庆阳市, 2022年上海市, 昌岗街道办事处."""
    text = normal(title).strip('《》“”"')
    wrapped = WRAPPER.search(text)
    parts = [wrapped["inner"], _ABOUT.sub("", text)] if wrapped else [text]
    for part in parts:
        cut = CORE.search(part) or _CUT.search(part)
        name = _PREFACE.sub("", _ABOUT.sub("", part[: cut.start()] if cut else part))
        name = re.sub(YEAR, "", name).strip('《》“”"的 ')
        name += "政府" if name.endswith("人民") else ""
        if found := organ(name, scope, bare_place=True):
            return Issuer(found.name, found.level, found.division, f"title: {title}")
    return None


def of_label(label: str, value: str, scope: Scope) -> Issuer | None:
    """The organ a page prints as its source or publisher. An office proves nothing: it publishes for its government as well."""
    found = organ(normal(value), scope)
    if found is None or found.level is Level.OFFICE:
        return None
    return Issuer(found.name, found.level, found.division, f"{label}: {value}")


def of_text(text: str, scope: Scope) -> Issuer | None:
    """The organ the opening says compiled or presents the report (由祁阳县人民政府编制, 现公布荣成市水利局2019年度…, 丽水市各县…综合编制)."""
    head = text[:1200]
    for pattern in (_PRESENTED, _COMPILED, _OF_ALL):
        for hit in pattern.finditer(head):
            for start in range(max(1, len(hit["org"]) - 2) if pattern is _OF_ALL else 1):
                found = organ(hit["org"][start:], scope, bare_place=pattern is _OF_ALL)
                if found and not (pattern is _COMPILED and found.name.endswith(("办公室", "办公厅"))):
                    return Issuer(found.name, found.level, found.division, f"text: {hit.group()[:60]}")
    return None


def place(lines: Sequence[str], within: str | None, year: int | None) -> tuple[Division, str] | None:
    """The division a text speaks for, where its issuer stays unnamed.

    The first that compiled it, that a sentence begins with, or that is to be asked; as long as the text names no other one more often.
    """
    text = "\n".join(map(normal, lines))
    named = Counter(name for _, name in divisions.mentioned(re.sub(r"《[^》]*》", "", text)))
    for pattern in (_COMPILED, _SUBJECT, _CONTACT):
        for hit in pattern.finditer(text[:6000]):
            words = hit["text"] if pattern is _SUBJECT else hit["org"]
            found, end = divisions.leading(words, within=within, year=year)
            if found is None or found.level is Level.PROVINCE or words[end:].startswith(("办公", "出台", "印发")):
                continue
            own = max((count for name, count in named.items() if words[:end].endswith(name)), default=0)
            if all(count <= own or _related(name, found) for name, count in named.items()):
                return found, f"text: {hit.group().strip()[:40]}"
    return None


def _related(name: str, division: Division) -> bool:
    """Whether a name is that of a division above or below; a name that nobody can place says nothing."""
    other = divisions.find(name, within=division.code)
    return other is None or other.code in division.lineage or division.code in other.lineage


def organ(name: str, scope: Scope, *, bare_place: bool = False) -> Issuer | None:
    """What organ a name stands for.

    Args:
        name: as printed, white space dropped.
        bare_place: whether a place alone stands for its government, as it does in titles.

    Returns:
        None when it is no organ's name, or whose organ it is stays open (市统计局 with no portal known, 城关镇 on a city's portal).
    """
    if (not 1 < len(name) <= 40 and not (bare_place and _WHOSE.fullmatch(name))) or branded(name) or re.search(r"[a-zA-Z\d，。,;；]", name):
        return None
    division, end = divisions.leading(name, within=scope.within, year=scope.year)
    if division is not None:
        return _below(name[:end], division, name[end:], bare_place)
    if end:  # a name, but not certain whose
        return None
    if _STATE.fullmatch(name):
        return _of_state(name, scope)
    here = scope.here
    if here is None:
        return None
    if name.startswith(here.short) and _ORGAN.fullmatch(name):  # 诸城经济开发区管理委员会
        return Issuer(name, Level.DEPARTMENT, here, "")
    if _WHOSE.match(name) and here.name.endswith(name[0]):  # 市政府, 市直机关工委
        return _below(here.name, here, name[2:] if name[1:].startswith("直") else name[1:], bare_place)
    if _WHOSE.match(name) or any(True for _ in divisions.mentioned(name)):
        return None
    if here.level is Level.COUNTY or (_TOWN.fullmatch(name) and not divisions.has_children(here.code)):
        return _below(here.name, here, name, bare_place=False)
    return None


def _below(printed: str, division: Division, rest: str, bare_place: bool) -> Issuer | None:
    """The organ `rest` of the division whose name was printed before it."""
    place_name = _official(printed, division)
    if (not rest and bare_place) or _GOVERNMENT.fullmatch(rest):
        return Issuer(f"{place_name}人民政府", division.level, division, "")
    if office := _OFFICE.fullmatch(rest):
        kind = office["kind"] if office["kind"] and office["kind"] != "办" else "办公厅" if division.level is Level.PROVINCE else "办公室"
        return Issuer(f"{place_name}人民政府{kind}", Level.OFFICE, division, "")
    if town := _TOWN.fullmatch(rest):
        body = town["organ"] or ""
        if body.endswith("办公室") or town["office"]:
            return Issuer(place_name + rest, Level.OFFICE, division, "")
        if town["name"].endswith("街道"):
            body = "办事处"
        elif town["name"].endswith(("镇", "乡")):
            body = "人民政府"
        return Issuer(place_name + town["name"] + body, Level.TOWNSHIP, division, "")
    if _ORGAN.fullmatch(rest) and not any(True for _ in divisions.mentioned(rest)):  # not two organs at once
        return Issuer(place_name + rest, Level.DEPARTMENT, division, "")
    return None


def _of_state(name: str, scope: Scope) -> Issuer | None:
    """An organ of the state; its branch in a place (国家税务总局诸城市税务局) is counted with that place's departments."""
    for start, place_name in divisions.mentioned(name):
        found = divisions.find(place_name, within=scope.within, year=scope.year)
        return Issuer(name, Level.DEPARTMENT, found, "") if found and start + len(place_name) < len(name) else None
    return Issuer(name, Level.STATE, None, "") if name.startswith(("国务院", "国家", "中华人民共和国")) or scope.here is None else None


def _official(printed: str, division: Division) -> str:
    """A division's name as its organs bear it: without those above it, but a district's with its city's."""
    if printed.endswith(division.alias or "\0"):
        return division.name
    local = next((name for name in (division.name, *(old for old, _ in division.former_names)) if printed.endswith(name)), None)
    if local is None:  # 杭州钱江经济开发区: a short name, part of the organ's own
        return printed
    city = division.ancestors[0] if division.ancestors else None
    return city.name + local if local.endswith("区") and city and city.name.endswith("市") else local

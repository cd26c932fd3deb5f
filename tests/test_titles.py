"""What titles announce: kind of document, year, and whose report it is."""

from __future__ import annotations

import pytest

from crawler.reading import divisions, issuers, kinds, titles, years
from crawler.reading.issuers import Scope
from storage.records import DocumentType, Level

NOWHERE = Scope(within=None, year=None, here=None)


def portal(code: str) -> Scope:
    return Scope(within=code, year=None, here=divisions.by_code(code))


@pytest.mark.parametrize(
    "title",
    [
        "青岛市人民政府2024年政府信息公开工作年度报告",
        "2022年上海市政府信息公开工作年度报告",
        "2018年广州市海珠区昌岗街道办事处政府信息公开年度报告",
        "连平县人民政府2011年度信息公开年度报告",
        "辽阳市2019年度政府信息公开工作报告",
        "2013年政府信息公开年报",
        "庆阳市政府信息公开2018年度工作报告",
        "政府信息公开工作年度报告（2019年）",
        "诸城市人民政府关于2012年政府信息公开工作情况的报告",
        "关于公布贺州市2009年度政府信息公开工作年度报告的通知",
        "本年度報(bào)告:荣成市2019年政府信息公開(kāi)工作年度報(bào)告",
    ],
)
def test_a_title_of_a_years_report_announces_a_statutory_report(title):
    assert kinds.kind(title)[0] is DocumentType.STATUTORY_ANNUAL_REPORT


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("政府信息公开年度报告制度", DocumentType.FORMAT_OR_NOTICE),
        ("关于印发《中华人民共和国政府信息公开工作年度报告格式》的通知", DocumentType.FORMAT_OR_NOTICE),
        ("福建省人民政府办公厅关于做好2012年政府信息公开工作年度报告有关事项的通知", DocumentType.FORMAT_OR_NOTICE),
        ("关于做好2019年度政府信息公开工作年度报告编制发布工作的通知", DocumentType.FORMAT_OR_NOTICE),
        ("一图读懂青岛市2023年政府信息公开工作年度报告", DocumentType.INTERPRETATION),
        ("青岛市2023年政府信息公开工作年度报告解读", DocumentType.INTERPRETATION),
        ("2022年政府信息公开年报汇总", DocumentType.COLLECTION_PAGE),
        ("普陀区2022年上半年政府信息公开数据统计", DocumentType.INTERIM_STATISTICS),
        ("2020年第一季度政府信息公开情况统计表", DocumentType.INTERIM_STATISTICS),
        ("2014年度青岛市政府信息公开工作“成绩单”", DocumentType.WORK_SUMMARY),
        ("蚌埠市2019年政务公开工作总结", DocumentType.WORK_SUMMARY),
        ("2014年市政府信息公开要点自查报告", DocumentType.SELF_CHECK_REPORT),
        ("关于政府信息公开与政务公开工作情况的汇报", DocumentType.BRIEFING),
    ],
)
def test_titles_of_the_other_kinds_announce_theirs(title, kind):
    assert kinds.kind(title)[0] is kind


@pytest.mark.parametrize(
    "title",
    [
        "2023年政府工作报告",
        "2021年政府网站工作年度报表",
        "青岛市2022年法治政府建设年度报告",
        "2018年政务公开工作要点",
        "政府信息公开指南",
        "万载县2022年国民经济和社会发展统计公报",
        "2021年度部门决算公开报告",
    ],
)
def test_near_titles_of_other_kinds_announce_none_of_ours(title):
    found = kinds.kind(title)
    assert found is None or found[0] is None


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("青岛市人民政府2024年政府信息公开工作年度报告", 2024),
        ("二〇一八年青岛市政府信息公开年度报告", 2018),
        ("青岛市人民政府信息公开年度报告（二○一八年）", 2018),
        ("2015政府信息公开年报", 2015),
        ("关于2010年公布庆阳市2009年度政府信息公开工作年度报告的公告", 2009),
        ("贺州市人民政府办公室关于公布贺州市2009年度政府信息公开工作年度报告的通知(贺政办发〔2010〕3号)", 2009),
        ("政府信息公开工作年度报告", None),
        ("青岛市2018—2019年度政府信息公开工作年度报告", None),
        ("青岛市人民政府2107年政府信息公开工作年度报告", None),
        ("青岛市1998年政府信息公开工作年度报告", None),
    ],
)
def test_a_title_tells_its_year_or_none(title, year):
    found = years.of_title(title)
    assert (found and found[0]) == year


@pytest.mark.parametrize(
    ("title", "name", "level", "code"),
    [
        ("青岛市人民政府2024年政府信息公开工作年度报告", "青岛市人民政府", Level.PREFECTURE, "370200"),
        ("青岛市政府2015年政府信息公开工作年度报告", "青岛市人民政府", Level.PREFECTURE, "370200"),
        ("庆阳市2021年政府信息公开工作年度报告", "庆阳市人民政府", Level.PREFECTURE, "621000"),
        ("2022年上海市政府信息公开工作年度报告", "上海市人民政府", Level.PROVINCE, "310000"),
        ("青岛市人民政府信息公开年度报告", "青岛市人民政府", Level.PREFECTURE, "370200"),
        ("2012年度山东省诸城市政府信息公开工作年度报告", "诸城市人民政府", Level.COUNTY, "370782"),
        ("西山区2025年度政府信息公开工作年度报告", "昆明市西山区人民政府", Level.COUNTY, "530112"),
        ("大理州2019年政府信息公开工作年度报告", "大理白族自治州人民政府", Level.PREFECTURE, "532900"),
        ("襄樊市2009年政府信息公开工作年度报告", "襄樊市人民政府", Level.PREFECTURE, "420600"),
        ("上海市人民政府办公厅2019年政府信息公开工作年度报告", "上海市人民政府办公厅", Level.OFFICE, "310000"),
        ("吉林省政府办公厅2025年政府信息公开工作年度报告", "吉林省人民政府办公厅", Level.OFFICE, "220000"),
        ("诸城市政府办2016年政府信息公开工作年度报告", "诸城市人民政府办公室", Level.OFFICE, "370782"),
        ("杭州市统计局2020年政府信息公开工作年度报告", "杭州市统计局", Level.DEPARTMENT, "330100"),
        ("青岛市发展和改革委员会2015年度政府信息公开工作年度报告", "青岛市发展和改革委员会", Level.DEPARTMENT, "370200"),
        ("青岛市政务公开工作领导小组办公室2016年政府信息公开工作年度报告", "青岛市政务公开工作领导小组办公室", Level.DEPARTMENT, "370200"),
        ("国家税务总局诸城市税务局2021年政府信息公开工作年度报告", "国家税务总局诸城市税务局", Level.DEPARTMENT, "370782"),
        ("2018年广州市海珠区昌岗街道办事处政府信息公开年度报告", "广州市海珠区昌岗街道办事处", Level.TOWNSHIP, "440105"),
        ("诸城市龙都街道2017年政府信息公开工作年度报告", "诸城市龙都街道办事处", Level.TOWNSHIP, "370782"),
        ("诸城市贾悦镇2017年政府信息公开工作年度报告", "诸城市贾悦镇人民政府", Level.TOWNSHIP, "370782"),
        ("潜江市熊口管理区2025年政府信息公开年报", "潜江市熊口管理区", Level.TOWNSHIP, "429005"),
        ("贺州市人民政府办公室关于公布贺州市2009年度政府信息公开工作年度报告的通知", "贺州市人民政府", Level.PREFECTURE, "451100"),
        ("诸城市人民政府关于2012年政府信息公开工作情况的报告", "诸城市人民政府", Level.COUNTY, "370782"),
        ("【图解】诸城市2022年政府信息公开工作年度报告", "诸城市人民政府", Level.COUNTY, "370782"),
    ],
)
def test_a_title_names_its_issuer(title, name, level, code):
    year = years.of_title(title)
    found = issuers.of_title(title, Scope(within=None, year=year[0] if year else None, here=None))
    assert (found.name, found.level, found.division.code) == (name, level, code)


def test_a_ministry_belongs_to_no_division():
    found = issuers.of_title("教育部2021年政府信息公开工作年度报告", NOWHERE)
    assert (found.name, found.level, found.division) == ("教育部", Level.STATE, None)


@pytest.mark.parametrize(
    "title",
    [
        "鼓楼区人民政府2019年政府信息公开工作年度报告",
        "2008年张义镇人民政府信息公开工作年度报告",
        "市水利局2019年政府信息公开工作年度报告",
        "水利局2019年政府信息公开工作年度报告",
        "政府信息公开工作年度报告（2019年）",
        "开云足彩app下载官网科技局2020年政府信息公开工作年度报告",
        "各区市2021年政府信息公开工作年度报告汇总",
    ],
)
def test_an_issuer_that_is_not_certain_is_absent(title):
    assert issuers.of_title(title, NOWHERE) is None


@pytest.mark.parametrize(
    ("title", "code", "name"),
    [
        ("2014年市政府信息公开要点自查报告", "330100", "杭州市人民政府"),
        ("市水利局2019年政府信息公开工作年度报告", "370782", "诸城市水利局"),
        ("水利局2019年政府信息公开工作年度报告", "370782", "诸城市水利局"),
        ("龙都街道2019年政府信息公开工作年度报告", "370782", "诸城市龙都街道办事处"),
        ("诸城经济开发区管理委员会2017年政府信息公开工作年度报告", "370782", "诸城经济开发区管理委员会"),
        ("大涌镇2019年政府信息公开工作年度报告", "442000", "中山市大涌镇人民政府"),  # 中山 has towns directly below it
        ("鼓楼区人民政府2019年政府信息公开工作年度报告", "320100", "南京市鼓楼区人民政府"),
        ("2008年张义镇人民政府信息公开工作年度报告", "620602", "武威市凉州区张义镇人民政府"),
    ],
)
def test_the_portal_tells_whose_an_unqualified_name_is(title, code, name):
    assert issuers.of_title(title, portal(code)).name == name


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("龙都街道2019年政府信息公开工作年度报告", "370700"),  # of one of 潍坊's twelve counties
        ("水利局2019年政府信息公开工作年度报告", "370200"),
        ("县水利局2019年政府信息公开工作年度报告", "370200"),
        ("中国（山东）自由贸易试验区青岛片区管委会2022年政府信息公开工作年度报告", "370782"),
    ],
)
def test_a_portal_does_not_claim_what_may_belong_to_another(title, code):
    assert issuers.of_title(title, portal(code)) is None


def test_an_office_as_source_does_not_make_it_the_offices_report():
    assert issuers.of_label("来源", "庆阳市政府办公室", NOWHERE) is None
    assert issuers.of_label("来源", "本网", NOWHERE) is None
    assert issuers.of_label("来源", "SRC-122", NOWHERE) is None
    assert issuers.of_label("来源", "市统计局", portal("330100")).name == "杭州市统计局"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("本年报由祁阳县人民政府编制。", "祁阳县人民政府"),
        ("现公布荣成市水利局2019年度政府信息公开年度报告。", "荣成市水利局"),
        ("本报告综合2017年度丽水市各县(市、区)政府和市级各部门的政府信息公开年度工作报告编制而成。", "丽水市人民政府"),
        ("本报告由南平市人民政府信息公开工作领导小组办公室根据《条例》编制。", None),
        ("本报告由诸城市人民政府办公室编制。", None),  # for its government as likely as for itself
    ],
)
def test_an_opening_that_says_whose_report_it_is_names_the_issuer(text, name):
    found = issuers.of_text(text, NOWHERE)
    assert (found and found.name) == name


def test_a_line_that_says_its_title_twice_says_it_once():
    assert titles.squeeze("2014年度青岛市政府信息公开工作“成绩单”2014年度青岛市政府信息公开工作“成绩单”") == "2014年度青岛市政府信息公开工作“成绩单”"
    assert titles.squeeze("青岛青岛") == "青岛青岛"


PERIODS = [
    ("本报告中所列数据的统计期限自2017年1月1日至2017年12月31日。", 2017),
    ("统计期限自2021年1月1日起至12月31日止", 2021),
    ("统计期限为二〇一八年一月一日至二〇一八年十二月三十一日", 2018),
    ("统计期限自20251月1日起至2025年12月31日止", 2025),
    ("内容涵盖2009年1月1日至12月31日期间的工作", 2009),
    ("统计期限自2008年5月1日至2008年12月31日", 2008),
    ("统计期限自2016年1月1日至2017年12月31日", None),
    ("会议于2017年1月1日召开", None),
    ("去年统计期限自2016年1月1日至2016年12月31日,今年统计期限自2017年1月1日至2017年12月31日", None),
]


@pytest.mark.parametrize(("text", "year"), PERIODS)
def test_a_stated_period_tells_the_year(text, year):
    found = years.of_period(kinds.normal(text))
    assert (found and found[0]) == year

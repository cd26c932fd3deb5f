"""Which titles of a list may be reports, and which links are followed to them."""

from __future__ import annotations

import pytest

from spiders import candidates, links, titles
from spiders.families import Page, family
from spiders.portal import Portal
from storage.records import Candidate

PORTAL = Portal(
    key="lijiang",
    name="漓江市人民政府",
    adcode="450300",
    family="static",
    start=("http://www.lijiang.example/zwgk/nb/",),
    hosts=("www.lijiang.example", "*.lijiang.example"),
)


@pytest.mark.parametrize(
    "title",
    [
        "青岛市人民政府2024年政府信息公开工作年度报告",
        "2022年上海市政府信息公开工作年度报告",
        "2018年广州市海珠区昌岗街道办事处政府信息公开年度报告",
        "连平县人民政府2011年度信息公开年度报告",
        "2008年张义镇人民政府信息公开工作年度报告",
        "西山区2025年度政府信息公开工作年度报告",
        "辽阳市2019年度政府信息公开工作报告",
        "关于公布贺州市2009年度政府信息公开工作年度报告的通知",
        "孝感市人民政府\n 二〇一九年 政府信息公开 工作年度报告",
        "２０２３年政府信息公开工作年度报告",
        "2014年度青岛市政府信息公开工作“成绩单”",
        "2014年市政府信息公开要点自查报告",
        "2018年政务公开工作总结",
        "2018年政府信息与政务公开工作情况汇报",
        "2023年度各部门政府信息公开年报汇总",
        "2023年年报汇总",
        "关于印发2024年度政府信息公开工作年度报告格式的通知",
        "关于做好2023年政府信息公开工作年度报告编制发布工作的通知",
        "2022年上半年政府信息公开数据统计",
        "一图读懂2023年政府信息公开工作年度报告",
        "2023年年度报告",
        "2021年年报",
        "青岛市财政局2017年年报",
        "昌城镇人民政府2016年度报告",
        "诸城市人民政府2017年政府信息公开工作年...",
        "诸城市人民政府2017年政府信息公开…",
        "政府网站与政务公开2023年度报告",
    ],
)
def test_a_report_by_any_of_its_titles_is_a_candidate(title):
    assert titles.is_candidate(title)


@pytest.mark.parametrize(
    "title",
    [
        "2025年青岛市政府工作报告",
        "青岛政务网2024年政府网站工作年度报表",
        "青岛市2024年度法治政府建设年度报告",
        "诸城市2018年政务公开工作要点",
        "青岛市政府信息公开指南",
        "政府信息公开目录",
        "2018年市级部门预算公开目录",
        "关于青岛市2023年财政预决算的报告",
        "2023年国民经济和社会发展统计公报",
        "杭州市住房公积金2020年年度报告",
        "政府信息公开工作年度报告制度",
        "青岛市政府信息公开工作年度报告办法",
        "诸城市2016年政府信息公开工作年度报告附表",
        "政府信息公开申请表",
        "2023年",
        "2014年度",
        "更多",
        "",
        "关于召开全市经济工作会议的通…",
    ],
)
def test_another_genre_in_the_same_column_is_no_candidate(title):
    assert not titles.is_candidate(title)


def row(url, title="漓江市人民政府2023年政府信息公开工作年度报告"):
    return Candidate(url=url, title=title)


def test_a_document_linked_four_ways_is_one_candidate():
    url = "http://www.lijiang.example/nb/t1.html"
    found = candidates.of(
        [row(url), row(f"{url}?from=list"), row(f"{url}?WebShieldDRSessionVerify=abcDEF123456"), row(url.replace("nb", "%6Eb"))], PORTAL
    )
    assert [c.url for c in found] == [url]


def test_links_to_other_sites_and_tricks_with_hosts_are_no_candidates():
    urls = [
        "http://www.lijiang.example.evil.test/nb/t1.html",
        "http://www.lijiang.example@evil.test/nb/t2.html",
        "http://evil.test/www.lijiang.example/t3.html",
        "http://notlijiang.example/t4.html",
    ]
    assert candidates.of([row(url) for url in urls], PORTAL) == []
    assert [c.url for c in candidates.of([row("http://czj.lijiang.example/t5.html")], PORTAL)] == ["http://czj.lijiang.example/t5.html"]


def test_a_year_column_titled_like_a_report_is_read_as_a_column_only():
    url = "http://www.lijiang.example/zwgk/nb/2023n/"
    assert candidates.of([row(url, "2023年政府信息公开年报")], PORTAL, columns=[url]) == []


def test_a_title_of_16000_characters_is_bounded_and_marked_as_cut():
    long = links.clean("漓江市2023年政府信息公开工作年度报告" * 900)
    assert len(long) == links.TITLE_LIMIT
    assert long.endswith("…")


def test_control_and_direction_characters_do_not_reach_a_title():
    assert links.clean("漓江市\x00\x1b[31m2023年\u202e\u200b政府信息\r\nSubject: x") == "漓江市[31m2023年政府信息 Subject: x"


@pytest.mark.parametrize(
    "href",
    [
        *["javascript:void(0)", "JavaScript:alert(1)", "data:text/html,x", "mailto:a@b.cn", "tel:12345", "ftp://h/x", "file:///etc/passwd"],
        *["#top", "", None, "http://[::1", "http://host:999999/", "http://h/" + "a" * 5000],
    ],
)
def test_what_is_no_web_address_is_no_link(href):
    assert links.address(href, "http://www.lijiang.example/") is None


@pytest.mark.parametrize(
    ("html", "title", "day"),
    [
        ('<li><a href="a.html" title="漓江市2023年年报全文">漓江市2023年…</a><span>2024-01-30</span></li>', "漓江市2023年年报全文", "2024-01-30"),
        ('<li><a href="a.html" title="点击查看">漓江市2023年信息公开年报</a>[2024/1/30]</li>', "漓江市2023年信息公开年报", "2024-01-30"),
        (
            '<li><i>2024年1月30日</i><a href="a.html">截至2018年12月31日的年报总结</a></li>',
            "截至2018年12月31日的年报总结",
            "2024-01-30",
        ),
        ('<li><a href="a.html"><em>2024-01-30</em><p>漓江市2023年信息公开年报</p></a></li>', "漓江市2023年信息公开年报", "2024-01-30"),
        ('<li><a href="a.html">漓江市2023年信息公开年报</a><b readlabel="2024-01-30"></b></li>', "漓江市2023年信息公开年报", "2024-01-30"),
        ('<li><a href="a.html">漓江市2023年信息公开年报</a><span>2024-\n 01-\n 30</span></li>', "漓江市2023年信息公开年报", "2024-01-30"),
        ('<li><a href="a.html">漓江市2023年信息公开年报</a><span>01-30</span></li>', "漓江市2023年信息公开年报", None),
        ('<li><a href="a.html">漓江市2023年信息公开年报</a><span>2024-02-30</span></li>', "漓江市2023年信息公开年报", None),
        ('<li><a href="a.html">漓江市2023年信息公开年报</a>2024-01-30 2024-02-01</li>', "漓江市2023年信息公开年报", None),
        ('<p><a href="a.html">漓江市2023年信息公开年报</a> 2024-01-30</p><p>今天是2026-01-15</p>', "漓江市2023年信息公开年报", "2024-01-30"),
        ('<li><a href="202001/t20201019_1.html">漓江市2023年信息公开年报</a></li>', "漓江市2023年信息公开年报", None),
    ],
)
def test_the_date_of_a_row_is_the_one_printed_beside_its_title_or_absent(html, title, day):
    page = Page.of(f"<body><div class=main><ul>{html}</ul></div></body>", url=PORTAL.start[0])
    (found,) = family(PORTAL).rows(page)
    assert found.title == title
    assert (found.listed and found.listed.isoformat()) == day

"""Hosts decide trust; what a page says is weighed only where no official host vouches for it."""

from __future__ import annotations

import csv

import pytest

from crawler.reading import trust
from storage.records import Origin, Trust

LIAOYUAN = Origin(
    key="liaoyuan",
    name="辽源市人民政府",
    adcode="220400",
    hosts=("www.liaoyuan.gov.cn", "*.liaoyuan.gov.cn", "127.0.0.1"),
    family="trs",
)
QINGDAO = Origin(key="qingdao", name="青岛市人民政府", adcode="370200", hosts=("www.qingdao.gov.cn",), family="trs")
SHANYANG = Origin(key="shanyang", name="山阳县人民政府", adcode="611024", hosts=("www.shy.gov.cn",), family="vsb")


def judge(url, text="报告", origin=None, *, junk=False, html=""):
    return trust.judge(url, html, text, origin, junk=junk)[0]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://zwgk.liaoyuan.gov.cn/lysrmzf/xxgkndbg/t1.html", LIAOYUAN),
        ("http://www.liaoyuan.gov.cn:8080/", LIAOYUAN),
        ("http://fgw.qingdao.gov.cn/a.html", QINGDAO),  # below the domain of a host the portal names
        ("http://gb.shandong.gov.cn/art/2017/4/8/art_97636_9226465.html", QINGDAO),  # the province's gazette
        ("http://www.shangluo.gov.cn/info/1677/56001.htm", SHANYANG),  # a county's report on its city's portal
        ("http://www.np.gov.cn/cms/html/npszf/1.html", None),
    ],
)
def test_the_organs_own_host_is_official(url, origin):
    assert judge(url, origin=origin) is Trust.OFFICIAL_HOST


def test_an_address_is_official_only_where_the_portal_names_it():
    assert judge("http://127.0.0.1:8000/a", origin=LIAOYUAN) is Trust.OFFICIAL_IP
    assert judge("http://127.0.0.2/a", origin=LIAOYUAN) is Trust.MIRROR
    assert judge("http://127.0.0.1/a") is Trust.MIRROR
    assert judge("http://[::1]/a", origin=LIAOYUAN) is Trust.MIRROR


@pytest.mark.parametrize(
    "url",
    [
        "http://www.liaoyuan.gov.cn.example.com/a",
        "http://liaoyuan.gov.cn@example.com/a",
        "http://notliaoyuan.gov.cn.cn/a",
        "http://www.gz.gov.cn/a",  # an organ, but not this one
        "http://tjj.yaoyejob.com/web/zwgkx/",
    ],
)
def test_a_host_of_somebody_else_is_a_mirror(url):
    assert judge(url, origin=LIAOYUAN) is Trust.MIRROR


@pytest.mark.corpus
def test_every_spoof_domain_seen_is_a_mirror(shared):
    with (shared / "registry" / "spoof_domains_seen.csv").open(encoding="utf-8") as rows:
        domains = [row["domain"] for row in csv.DictReader(rows)]
    assert len(domains) == 10
    assert {judge(f"http://{domain}/zwgk/a.html", origin=origin) for domain in domains for origin in (None, QINGDAO)} == {Trust.MIRROR}


def test_an_import_without_a_url_is_unknown_when_nothing_speaks_against_it():
    assert judge(None) is Trust.UNKNOWN
    assert judge("file:///tmp/seed.txt") is Trust.UNKNOWN
    assert judge(None, "福利彩票和体育彩票公益金信息全部公开,棋牌室整治") is Trust.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "全年共编发《即时比分公报》24期",
        "开云足彩app下载官网科技局2020年政府信息公开工作年度报告",
        "本報(bào)告根據(jù)《中華人民共和國(guó)政府信息公開(kāi)條例》",
    ],
)
def test_altered_words_mark_a_mirror(text):
    assert judge(None, text) is Trust.MIRROR


def test_injected_tags_mark_a_mirror_unless_the_official_host_served_them():
    assert judge(None, junk=True) is Trust.MIRROR
    found, why = trust.judge("http://www.liaoyuan.gov.cn/a", "", "", LIAOYUAN, junk=True)
    assert found is Trust.OFFICIAL_HOST
    assert "random ids" in why


def test_the_reason_quotes_the_domain_that_a_copy_still_claims():
    html = '<meta content="www.taizhou.gov.cn" name="SiteDomain">'
    assert "www.taizhou.gov.cn" in trust.judge("http://zwinkt.com/zwgk/1", html, "", None, junk=False)[1]


def test_glued_pinyin_and_traditional_characters_are_undone_for_matching():
    assert trust.plain("本年度報(bào)告根據(jù)《中華人民共和國(guó)政府信息公開條例》") == "本年度报告根据《中华人民共和国政府信息公开条例》"
    assert trust.plain("统计指标(a)单位(kg)") == "统计指标(a)单位(kg)"
    assert judge(None, "计量单位(kg)、序号(a)、邮箱(email)、平台(app)") is Trust.UNKNOWN

"""One page, one address."""

import pytest

from crawler.urls import canonical


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("HTTP://WWW.Zhucheng.gov.cn:80/XXGK/XXGKNB/#top", "http://www.zhucheng.gov.cn/XXGK/XXGKNB/"),
        ("https://www.qingdao.gov.cn:443", "https://www.qingdao.gov.cn/"),
        ("http://xxgk.zhucheng.gov.cn/a.htm?WebShieldDRSessionVerify=Ab3dEf6hIj9kLm2nOp5q", "http://xxgk.zhucheng.gov.cn/a.htm"),
        ("http://a.gov.cn/x.jsp;jsessionid=0A1B2C?id=7", "http://a.gov.cn/x.jsp?id=7"),
        ("http://a.gov.cn/x?PHPSESSID=1&ASPSESSIONIDAB=2&id=3&utm_source=wx", "http://a.gov.cn/x?id=3"),
        ("http://a.gov.cn/(S(lit3py55t21z5v55vlm25s55))/x.aspx", "http://a.gov.cn/x.aspx"),
        ("http://a.gov.cn/x?_t=1700000000123&page=2", "http://a.gov.cn/x?page=2"),
        ("http://a.gov.cn/x?t=0.123456", "http://a.gov.cn/x"),
        ("http://a.gov.cn/x?t=2024", "http://a.gov.cn/x?t=2024"),
        ("http://a.gov.cn/art_1.html?from=list", "http://a.gov.cn/art_1.html"),
        ("http://a.gov.cn/search?from=20&sid=200212", "http://a.gov.cn/search?from=20&sid=200212"),
        ("http://a.gov.cn/%7euser/%e5%b9%b4.html", "http://a.gov.cn/~user/%E5%B9%B4.html"),
        ("http://a.gov.cn/年报/", "http://a.gov.cn/%E5%B9%B4%E6%8A%A5/"),
        ("http://a.gov.cn/s?q=%c4%ea%b1%a8", "http://a.gov.cn/s?q=%C4%EA%B1%A8"),
        ("http://a.gov.cn/a/./b/../c.html", "http://a.gov.cn/a/c.html"),
        ("http://a.gov.cn/a/../..", "http://a.gov.cn/"),
        ("http://a.gov.cn//col//../x.html", "http://a.gov.cn//col/x.html"),
        ("  http://a.gov.cn/\n a\tb.html  ", "http://a.gov.cn/%20ab.html"),
        ("http://a.gov.cn/zwgk\\nb.html", "http://a.gov.cn/zwgk/nb.html"),
        ("http://a.gov.cn/100%.html", "http://a.gov.cn/100%25.html"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
    ],
)
def test_one_page_has_one_address(seen, meant):
    assert canonical(seen) == meant
    assert canonical(meant) == meant


def test_an_injected_session_token_does_not_make_a_page_new():
    forms = [
        "http://a.gov.cn/n/t1.html",
        "http://a.gov.cn/n/t1.html?jsessionid=9",
        "http://a.gov.cn/n/t1.html#a",
        "http://a.gov.cn/%6e/t1.html?from=wx",
    ]
    assert {canonical(form) for form in forms} == {"http://a.gov.cn/n/t1.html"}


@pytest.mark.parametrize("odd", ["javascript:void(0)", "mailto:a@b.cn", "", "http://[::1", "http://a:99999/", "data:text/html,x", "//a.gov.cn/x"])
def test_what_is_no_web_address_is_left_alone(odd):
    assert canonical(odd) == odd


def test_userinfo_and_backslashes_stay_visible_for_the_scope_to_refuse():
    assert canonical("http://www.a.gov.cn@10.0.0.1/") == "http://www.a.gov.cn@10.0.0.1/"
    assert "\\" in canonical("http://www.a.gov.cn\\@10.0.0.1/x")

"""Where we go, and above all where we do not."""

import pytest

from crawler.errors import OutOfScope
from crawler.scope import Scope, is_public

SCOPE = Scope(["www.qingdao.gov.cn", "*.liaoyuan.gov.cn"])


@pytest.mark.parametrize(
    "url",
    [
        "http://www.qingdao.gov.cn/zwgk/",
        "https://WWW.QINGDAO.GOV.CN:8443/x?a=b#c",
        "http://www.qingdao.gov.cn./",
        "http://zwgk.liaoyuan.gov.cn/lysrmzf/",
        "http://liaoyuan.gov.cn/",
    ],
)
def test_a_portals_hosts_are_gone_to(url):
    SCOPE.check(url)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://qingdao.gov.cn/", "host"),
        ("http://www.qingdao.gov.cn.evil.example/", "host"),
        ("http://evilliaoyuan.gov.cn/", "host"),
        ("http://127.0.0.1/", "host"),
        ("http://2130706433/", "host"),
        ("http://0x7f.0.0.1/", "host"),
        ("http://[::ffff:127.0.0.1]/", "host"),
        ("http://www.qingdao.gov.cn@127.0.0.1/", "spelling"),
        ("http://127.0.0.1@www.qingdao.gov.cn/", "spelling"),
        ("http://www.qingdao.gov.cn\\@127.0.0.1/", "spelling"),
        ("http:\\\\127.0.0.1\\", "spelling"),
        ("http://www.qingdao.gov.cn/\r\nHost: x", "spelling"),
        ("http:///x", "spelling"),
        ("http://[::1", "spelling"),
        ("http://www.qingdao.gov.cn:99999/", "spelling"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("ftp://www.qingdao.gov.cn/", "scheme"),
    ],
)
def test_other_hosts_schemes_and_spellings_are_refused_with_their_rule(url, rule):
    with pytest.raises(OutOfScope) as refusal:
        SCOPE.check(url)
    assert refusal.value.rule == rule


@pytest.mark.parametrize("address", ["202.110.193.1", "2400:da00::1", "64:ff9b::ca6e:c101"])
def test_public_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "no address",
    ],
)
def test_private_addresses_are_private_in_whatever_wrapping(address):
    assert not is_public(address)

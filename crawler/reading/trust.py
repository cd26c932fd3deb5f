"""Who served a page: the organ, or somebody who copied it.

Mirrors of government portals are common and alter the text: place names become betting brands, the official domain becomes
their own, characters are turned into traditional ones with pinyin glued behind them in brackets, tags with random ids
are appended. Hosts decide; what the page says is weighed only where no official host vouches for it.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from crawler.reading import divisions
from storage.records import Origin, Trust

# Brands and phrases of betting pages. Words that honest reports use (体育彩票, 打击赌博, 棋牌室) are not among them.
_BRANDS = re.compile(
    r"足彩|即时比分|比分网|开云(?:体育|官网|app|平台|足彩)|亚博|乐鱼|华体会|博彩(?:公司|平台|网|app)|娱乐城|百家乐|老虎机|真人娱乐|威尼斯人|太阳城|"
    r"必发|九游|万博|(?:体育|娱乐|彩票|棋牌)(?:app|官网|平台登录|投注)|app下载官网|bet\d{3}|投注网|赌场",
    re.IGNORECASE,
)
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
# A syllable of two letters or more, or one with a tone: 報(bào), 們(men); not 指标(a), 单位(kg).
_GLUED = re.compile(rf"(?<=[\u3400-\u9fff])[(（](?:(?=[a-z]*[aeiouü{_TONED}])[a-zü{_TONED}]{{2,6}}|[{_TONED}])[)）]")
_SITE_DOMAIN = re.compile(r"<meta\b(?=[^>]*\bname\s*=\s*[\"']?sitedomain\b)[^>]*\bcontent\s*=\s*[\"']?([^\"'>]+)", re.IGNORECASE)
_LINKED = re.compile(r"https?://([a-z0-9.-]+\.gov\.cn)\b", re.IGNORECASE)
_EVERYBODYS = re.compile(r"(?:^|\.)(?:www\.gov\.cn|beian\.(?:miit|mps)\.gov\.cn|miibeian\.gov\.cn|beian\.gov\.cn|miit\.gov\.cn)$")
_SIMPLIFIED = str.maketrans(
    "報據華國開關條編製統計間縣區處辦門務發佈與總結檢彙匯聯繫業經濟錢臨無應議訴訟複複於請屬從現號會廳員達陽龍慶遼諸榮島廣東蘇寧"
    "貴雲長陝齊齡蘭麗灣僑級機構內設為過點錄對產資賬單導圖讀說數據當記組領鎮鄉",
    "报据华国开关条编制统计间县区处办门务发布与总结检汇汇联系业经济钱临无应议诉讼复复于请属从现号会厅员达阳龙庆辽诸荣岛广东苏宁"
    "贵云长陕齐龄兰丽湾侨级机构内设为过点录对产资账单导图读说数据当记组领镇乡",
)


def judge(url: str | None, html: str, text: str, origin: Origin | None, *, junk: bool) -> tuple[Trust, str]:
    """Say who served a page, and why.

    Args:
        url: canonical URL that answered; None or a `file:` URL for imports that name none.
        html: the decoded page. text: its body.
        origin: the portal it was fetched for, with the hosts trusted for it.
        junk: True when injected random-id tags were found.

    Returns:
        the trust class and a sentence naming the rule that decided.
    """
    host = hostname(url)
    marks = _marks(html, text, junk)
    if host is None:
        return (Trust.MIRROR, f"no URL, and {marks}") if marks else (Trust.UNKNOWN, "no URL, nothing suspicious")
    despite = f"; although {marks}" if marks else ""
    if _is_address(host):
        if origin is not None and host in origin.hosts:
            return Trust.OFFICIAL_IP, f"address {host} is named by portal {origin.key}{despite}"
        return Trust.MIRROR, f"address {host} is not named by any portal"
    if origin is not None and named(host, origin):
        return Trust.OFFICIAL_HOST, f"host {host} is named by portal {origin.key}{despite}"
    if not host.endswith(".gov.cn"):
        contradiction = _contradiction(host, html)
        return Trust.MIRROR, f"host {host} is neither named by a portal nor below gov.cn{contradiction}"
    if origin is None:
        return Trust.OFFICIAL_HOST, f"host {host} is below gov.cn, which only organs of state may register{despite}"
    if _of_division(host, origin):
        return Trust.OFFICIAL_HOST, f"host {host} belongs to the division {origin.adcode} or one above it{despite}"
    return Trust.MIRROR, f"host {host} belongs to another division than portal {origin.key}"


def hostname(url: str | None) -> str | None:
    """The host of a web address, without port; None for imports."""
    if url is None:
        return None
    parts = urlsplit(url)
    return parts.hostname.rstrip(".") if parts.scheme in ("http", "https") and parts.hostname else None


def named(host: str, origin: Origin) -> bool:
    """Whether a portal names the host: itself, or by `*.domain`, which is the domain and all below it."""
    for pattern in origin.hosts:
        domain = pattern.removeprefix("*.")
        if host == domain or (pattern.startswith("*.") and host.endswith(f".{domain}")):
            return True
    return False


def plain(text: str) -> str:
    """A text as the organ wrote it, for matching: pinyin glued into it taken out, the characters of official titles simplified."""
    return _GLUED.sub("", text).translate(_SIMPLIFIED)


def branded(text: str) -> bool:
    """Whether a text bears a betting brand, as tampered mirrors put in place of names."""
    return _BRANDS.search(text) is not None


def _marks(html: str, text: str, junk: bool) -> str:
    marks = []
    if junk:
        marks.append("tags with random ids were injected")
    if brand := _BRANDS.search(text) or _BRANDS.search(html):
        marks.append(f"it bears a betting brand ({brand.group()})")
    if len(glued := [hit for hit in _GLUED.findall(text) if set(hit) & set(_TONED)]) >= 2:
        marks.append(f"pinyin is glued behind characters ({glued[0]})")
    return " and ".join(marks)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _contradiction(host: str, html: str) -> str:
    """What the page itself says of its home, where that is another host."""
    told = _SITE_DOMAIN.search(html)
    if told and ".gov.cn" in told[1] and host not in told[1]:
        return f", and the page says its domain is {told[1].strip()}"
    others = {other.lower() for other in _LINKED.findall(html)} - {host}
    others = {other for other in others if not _EVERYBODYS.search(other)}
    return f", and the page links to {min(others)}" if others else ""


def _of_division(host: str, origin: Origin) -> bool:
    """A *.gov.cn host below a domain of the portal, of its division, or of a division above (a county's pages on its city's portal)."""
    domain = _domain(host)
    if domain in {_domain(pattern.removeprefix("*.")) for pattern in origin.hosts}:
        return True
    division = divisions.by_code(origin.adcode)
    if division is None:
        return False
    owner = divisions.by_host(host)
    if owner is not None:
        return owner.code in division.lineage
    # 中国庆阳 is zgqingyang.gov.cn
    return domain.split(".")[0].removeprefix("zg") in {division.pinyin, *(above.pinyin for above in division.ancestors)}


def _domain(host: str) -> str:
    """The registered domain of a host: the label before gov.cn, or before the last dot elsewhere."""
    labels = host.split(".")
    return ".".join(labels[-3:] if host.endswith(".gov.cn") else labels[-2:])

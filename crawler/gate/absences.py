"""Absences: status 200, but the page says, or is, something else than what was asked for (soft 404)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.errors import SoftNotFound
from crawler.gate.look import Look
from crawler.gate.rule import ANY, PAGES, REPORT, Rule, Saying, quoted, says

STUB = 600  # bytes; 无锡 3, 海淀 13, dataproxy.jsp 54, TRS index_N 300 to 400

_OBJECT = r"(?:页面?|网页|文章|信息|内容|文件|文档|资源|栏目|链接|网址|地址|URL|稿件|数据|记录)"
_GONE = Saying(
    (
        "不存在",
        "删除",
        "移除",
        "移走",
        "撤销",
        "下线",
        "关闭",
        "失效",
        "过期",
        "不到",
        "未找到",
        "没有找到",
        "未能找到",
        "丢",
        "无效",
        "404",
        "not found",
        "not be found",
        "not exist",
        "no input",
    ),
    re.compile(
        rf"^[^\n]{{0,16}}(?:您|你)?(?:所|要|正在|想要)?(?:访问|查看|浏览|查找|请求|打开|寻找|输入)的?(?:这个|该)?{_OBJECT}[^\n。]{{0,14}}"
        r"(?:不存在|已(?:经)?(?:被)?(?:删除|移除|移走|撤销|下线|关闭|失效|过期)|找不到|未找到|没有找到|丢失|走丢|无效)[^\n]{0,60}$"
        # annual reports have a row 申请信息不存在, so 信息 and the like need a pointing word
        rf"|^[^\n]{{0,12}}(?:(?:该|此|本|当前|这个)(?:条|篇)?{_OBJECT}|页面|网页|文章|链接|网址|栏目)"
        r"(?:不存在|已(?:经)?(?:被)?(?:删除|移除|移走|撤销|下线|失效)|找不到(?:了)?|未找到|无法找到|走丢了|被删除)[^\n]{0,60}$"
        rf"|^[^\n]{{0,16}}(?:找不到|未找到|没有找到|无法找到|未能找到|没找到)(?:您|你)?[^\n。]{{0,14}}{_OBJECT}[^\n]{{0,60}}$"
        r"|^(?:HTTP )?(?:错误|Error|Status)?\s?(?:[:：-]\s?)?404\b[^\n]{0,60}$|\b404 (?:-\s)?(?:Page |File )?Not Found\b|HTTP Status (?:\[?)404"
        r"|HTTP (?:错误|Error) 404"
        r"|^(?:The )?(?:page|file|resource|requested URL)\b[^\n]{0,60}\b(?:not (?:be )?found|does not exist|cannot be found)[^\n]{0,60}$"
        r"|^(?:Page )?Not Found$|^No input file specified\.?$",
        re.I | re.M,
    ),
)
_GONE_TITLE = re.compile(
    rf"^(?:[^\n]{{0,20}}[-_—|])?\s?(?:404|{_OBJECT}(?:不存在|未找到|找不到|没有找到)|not found|page not found|无法找到(?:该)?(?:网)?页)", re.I
)
_HOME = re.compile(r"^/(?:(?:index|default|home|main|portal)\.\w{2,6})?$", re.I)
_INDEX_FILE = re.compile(r"(?:index|default|home|main)(?:_\d+)?\.\w{2,6}$", re.I)
_GONE_PATH = re.compile(r"/(?:404|page_?404|40x|not_?found|no_?page|page_?not_?found|no_?exist)(?:/|\.\w+|$)", re.I)
_SITE_WORDS = re.compile(r"欢迎(?:访问|光临|您)?|(?:门户)?(?:网站|网)|首页|主页|政务|人民政府|政府|中国|[\s\-_—|·!！。,，:：]|home|index", re.I)
_SITE_TITLE = re.compile(
    r"^(?:欢迎访问)?(?:中国)?[^\n，。]{0,16}(?:人民政府|政府|政务)(?:门户)?网?站?(?:[-_—|· ]{0,3}(?:首页|主页))?$|^(?:网站)?首页$"
)
_LOCATION = re.compile(r"\blocation\s{0,3}(?:\.\s{0,3}(?:href|replace|assign)|=(?!=)|\[)", re.I)
_ROWS = re.compile(r"<a\b|<record\b|<li\b|<tr\b|href|\burl[\"']?\s?:|\"title\"", re.I)
# what a page that is only a cover links to
_FILE_LINK = re.compile(r"""\bhref\s*=\s*["']?[^"'<>]{1,500}\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar)["'\s>?#&]""", re.I)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar|7z|pptx?)$", re.I)


def _gone(look: Look) -> str | None:
    """Words of absence on a page that says little else, or as its title."""
    if look.is_titled_report or len(look.lines) > 60:
        return None
    if look.prose <= 400 and look.longest <= 120 and _GONE_TITLE.search(look.title):
        return f"the title says {look.title!r}"
    if look.prose > 1000 or look.longest > 160 or look.metas.get("pubdate"):
        return None
    return quoted(says(look, _GONE))


def _led_to_error(look: Look) -> str | None:
    return f"led to {look.final_path}" if look.was_redirected and _GONE_PATH.search(look.final_path) else None


def _led_home(look: Look) -> str | None:
    final = urlsplit(look.capture.final_url or "")
    if look.was_redirected and _HOME.match(look.final_path) and not final.query and not _HOME.match(look.asked_path):
        return f"led to the home page {look.capture.final_url}"
    return None


def _led_to_index(look: Look) -> str | None:
    """From an article to a folder above it. `/2020` to `/2020/` is no such thing: the folder is what was asked for."""
    if not look.was_redirected:
        return None
    folder = _INDEX_FILE.sub("", look.final_path)
    asked = look.asked_path
    if folder.endswith("/") and asked.startswith(folder) and asked.rstrip("/") + "/" != folder and _INDEX_FILE.sub("", asked) != folder:
        return f"led to the index above it, {look.final_path}"
    return None


def _names(look: Look) -> set[str]:
    names = [look.metas.get("sitename", ""), look.origin.name if look.origin else ""]
    return {bare for bare in (_SITE_WORDS.sub("", name) for name in names) if bare}


def _home_page(look: Look) -> str | None:
    """The home page in place of an article (宜春, 门头沟: any unknown path).

    It is titled like the site, is no article by its tags, is mostly links, and no paragraph of it is as long as a report's. Many old
    portals title every page like the site, so the title alone says nothing.
    """
    asked = urlsplit(look.capture.url)
    if _HOME.match(look.asked_path) and not asked.query:
        return None
    metas = look.metas
    if look.is_article or metas.get("pubdate") or metas.get("columnname") or look.links < 40:
        return None
    titled = bool(_SITE_TITLE.match(look.title)) or (len(look.title) <= 40 and _SITE_WORDS.sub("", look.title) in _names(look))
    if metas.get("pagecategory", "").lower() in {"index", "home"} and (titled or not look.title):
        return f"the home page by its tags (PageCategory {metas['pagecategory']}), titled {look.title!r}"
    canonical = look.canonical
    if canonical and _HOME.match(urlsplit(canonical).path or "/") and not urlsplit(canonical).query and titled:
        return f"the home page by its canonical address {canonical}"
    if titled and look.longest <= 150 and look.link_words > 1.5 * look.prose:
        return f"the home page: titled {look.title!r}, {look.links} links, no paragraph above {look.longest} characters"
    return None


def _home_for_list(look: Look) -> str | None:
    """A column that became the home page; only where the page's tags say so, as a column may look like a home page."""
    return _home_page(look) if look.metas.get("pagecategory", "").lower() in {"index", "home"} else None


def _leads_away(look: Look) -> str | None:
    if look.words > 60 or len(look.scripts) > 4000 or look.has_frames:
        return None
    return "nothing but a script that goes elsewhere" if _LOCATION.search(look.scripts) else None


def _refreshes(look: Look) -> str | None:
    refresh = look.metas.get("refresh", "")
    return f"nothing but a refresh to {refresh[:80]!r}" if "url" in refresh.lower() and look.words <= 100 and not look.has_frames else None


def _stub(look: Look) -> str | None:
    """A few bytes that carry neither rows nor words nor a file. A report of 150 characters has more than 60 of them in one piece."""
    size = len(look.capture.body)
    if size > STUB or look.has_frames or _FILE_LINK.search(look.text):
        return None
    return None if look.words >= 60 else f"{size} bytes with {look.words} characters"


def _stub_list(look: Look) -> str | None:
    size = len(look.capture.body)
    return None if size > STUB or _ROWS.search(look.text) or look.has_frames else f"{size} bytes without a row"


def _html_for_file(look: Look) -> str | None:
    """A web page in place of a file. Files that Word or Excel saved as HTML are files, whatever they begin with."""
    if not look.is_html or "urn:schemas-microsoft-com" in look.lower[:4000]:
        return None
    kind = (look.capture.header("Content-Type") or "").lower()
    asked_file = _FILE.search(look.asked_path) or (kind and "html" not in kind and "text/plain" not in kind)
    return "a web page where a file was expected" if asked_file else None


ABSENCES: tuple[Rule, ...] = (
    Rule("redirect_error_page", SoftNotFound, "302 to /404.html that answers 200", _led_to_error, ANY),
    Rule("redirect_home", SoftNotFound, "301 or 302 to the home page for removed pages", _led_home, ANY),
    Rule("redirect_index", SoftNotFound, "302 to the column for removed articles", _led_to_index, REPORT),
    Rule("gone_text", SoftNotFound, "您访问的页面不存在 with status 200; default 404 pages of IIS, nginx, Tomcat", _gone, ANY),
    Rule("home_page", SoftNotFound, "宜春: the home page for an unknown path", _home_page, REPORT),
    Rule("home_page", SoftNotFound, "a column whose address now shows the home page", _home_for_list, frozenset({"list"})),
    Rule("html_for_file", SoftNotFound, "an error page in place of a PDF", _html_for_file, frozenset({"attachment"})),
    Rule("js_redirect", SoftNotFound, "location.href = … and nothing else", _leads_away, ANY),
    Rule("meta_refresh", SoftNotFound, "<meta http-equiv=refresh> and nothing else", _refreshes, PAGES),
    Rule("stub", SoftNotFound, "3 to 600 bytes: TRS index_N, 无锡, 海淀", _stub, REPORT),
    Rule("stub", SoftNotFound, "3 to 600 bytes without a row: dataproxy.jsp, TRS index_N", _stub_list, frozenset({"list"})),
)

ABSENT = frozenset({"http_404", "http_410", "redirect_error_page", "redirect_home", "redirect_index", "gone_text", "home_page"})
"""The rules that speak for a report's absence. Stubs, scripts that lead away and pages in place of a file are only no answer."""

"""What portals and the wires to them do wrong. Each fault is one way of answering; its name is the key of its portal."""

from __future__ import annotations

import gzip
import random
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.site.portal import COLUMN, Answer, Report, Toy

BIG = 6 * 2**20  # bytes of a page above the limit the tests set
ARTICLE = frozenset({"article"})
LIST = frozenset({"list", "more"})
CONTENT = ARTICLE | LIST
ANY = CONTENT | {"home"}
ROBOTS = frozenset({"robots"})
PARTS = re.compile(r"_(\d)\.html$")


@dataclass
class Exchange:
    """One request as a fault sees it; it changes `answer`."""

    toy: Toy
    path: str
    kind: str
    report: Report | None
    answer: Answer
    headers: dict[str, str]
    canary: str
    port: int
    count: int  # which request of this address it is

    @property
    def site(self) -> str:
        return f"http://{self.toy.host}:{self.port}"

    def page(self, html: str, status: int = 200) -> None:
        self.answer = Answer(status=status, html=html, headers=[("Content-Type", "text/html; charset=utf-8")])

    def redirect(self, where: str, *headers: tuple[str, str]) -> None:
        self.answer = Answer(status=302, headers=[("Location", where), *headers])

    def edit(self, pattern: str, put: str | Callable[[re.Match[str]], str], flags: int = re.S) -> None:
        if self.answer.status == 200:
            self.answer.html, done = re.subn(pattern, put, self.answer.html, flags=flags)
            assert done, f"{pattern} stands nowhere on {self.path}"

    def in_body(self, html: str) -> None:
        """Put something at the head of the article's body."""
        self.edit(r'<div class="TRS_Editor">', lambda found: found[0] + html)


@dataclass(frozen=True)
class Fault:
    """A way of answering.

    Attributes:
        kinds: the pages it strikes.
        chosen: of the articles only those of the chosen years.
        times: only the first so many requests of an address; None: always.
        plain_path: the path that an address made up by the fault stands for.
    """

    act: Callable[[Exchange], None]
    kinds: frozenset[str]
    chosen: bool
    times: int | None
    plain_path: Callable[[str], str]


FAULTS: dict[str, Fault] = {}
Act = TypeVar("Act", bound=Callable[[Exchange], None])


def fault(
    kinds: frozenset[str] = ARTICLE, *, chosen: bool = True, times: int | None = None, plain_path: Callable[[str], str] = lambda path: path
) -> Callable[[Act], Act]:
    def register(act: Act) -> Act:
        FAULTS[act.__name__] = Fault(act, kinds, chosen, times, plain_path)
        return act

    return register


# the wire


@fault(times=1)
def gzip_truncated(x: Exchange) -> None:
    coded = gzip.compress(x.answer.payload())
    x.answer.body = coded[: len(coded) // 2]
    x.answer.header("Content-Encoding", "gzip")


@fault(times=1)
def gzip_corrupt(x: Exchange) -> None:
    coded = bytearray(gzip.compress(x.answer.payload()))
    coded[len(coded) // 2] ^= 0xFF
    coded[-6] ^= 0xFF
    x.answer.body = bytes(coded)
    x.answer.header("Content-Encoding", "gzip")


@fault()
def gzip_forced(x: Exchange) -> None:
    x.answer.body = gzip.compress(x.answer.payload())
    x.answer.header("Content-Encoding", "gzip")


@fault()
def gzip_bomb(x: Exchange) -> None:
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    x.answer.body = b"".join(coder.compress(b" " * 2**20) for _ in range(256)) + coder.flush()
    x.answer.header("Content-Encoding", "gzip")


@fault(times=1)
def silent_truncation(x: Exchange) -> None:
    x.answer.length, x.answer.end = None, "close"
    x.answer.send = len(x.answer.payload()) * 11 // 20


@fault()
def http10_style(x: Exchange) -> None:
    x.answer.length, x.answer.end = None, "close"


@fault(times=1)
def fin_mid_body(x: Exchange) -> None:
    x.answer.send, x.answer.end = len(x.answer.payload()) // 2, "close"


@fault(times=1)
def rst_mid_body(x: Exchange) -> None:
    x.answer.send, x.answer.end = len(x.answer.payload()) // 2, "reset"


@fault(times=1)
def fin_before_headers(x: Exchange) -> None:
    x.answer.head, x.answer.send, x.answer.end = b"", 0, "close"


@fault(times=1)
def bad_status_line(x: Exchange) -> None:
    x.answer.head, x.answer.end = b"HTTP/1.1 2OO OK\r\n\r\n", "close"


@fault(times=1)
def chunked_truncated(x: Exchange) -> None:
    x.answer.chunks, x.answer.end = "cut", "close"
    x.answer.send = len(x.answer.payload()) // 2


@fault()
def chunked_whole(x: Exchange) -> None:
    x.answer.chunks = "whole"


@fault(times=1)
def cl_long(x: Exchange) -> None:
    x.answer.length, x.answer.hold, x.answer.end = len(x.answer.payload()) + 1000, 0.5, "close"


# encodings


@fault(CONTENT, chosen=False)
def enc_header_lie(x: Exchange) -> None:
    x.edit("charset=utf-8", "charset=gbk")
    x.answer.encoding = "gbk"


@fault(CONTENT, chosen=False)
def enc_meta_lie(x: Exchange) -> None:
    x.edit("charset=utf-8", "charset=gb2312")
    x.answer.header("Content-Type", "text/html")


@fault(CONTENT, chosen=False)
def enc_none(x: Exchange) -> None:
    x.edit("<meta http-equiv[^>]*>", "")
    x.answer.header("Content-Type", "text/html")
    x.answer.encoding = "gb18030"


@fault(CONTENT, chosen=False)
def enc_gb18030(x: Exchange) -> None:
    x.edit("charset=utf-8", "charset=gb2312")
    x.answer.header("Content-Type", "text/html; charset=gb2312")
    x.answer.encoding = "gb18030"


@fault(CONTENT, chosen=False)
def enc_bom(x: Exchange) -> None:
    x.answer.header("Content-Type", "text/html; charset=gbk")
    x.answer.encoding = "utf-8-sig"


@fault(CONTENT, chosen=False)
def mime_lie(x: Exchange) -> None:
    x.answer.header(
        "Content-Type", ["application/octet-stream", "text/plain", "image/jpeg", None][len(x.path) % 4 if x.kind == "list" else x.count % 4]
    )


# answers that are not the page


@fault()
def soft404(x: Exchange) -> None:
    x.page(f"<html><head><meta charset='utf-8'><title>{x.toy.name}人民政府</title></head><body><p>抱歉，您访问的页面不存在或已删除</p></body></html>")


@fault()
def home200(x: Exchange) -> None:
    x.page(x.toy.home())


@fault(times=1)
def empty200(x: Exchange) -> None:
    x.page("")


@fault(times=2)
def error200(x: Exchange) -> None:
    x.page(
        "<html><head><title>Error</title></head><body><pre>java.lang.NullPointerException\n"
        "\tat com.cms.web.Show.doGet(Show.java:91)</pre></body></html>"
    )


@fault(CONTENT, chosen=False, times=2)
def maintenance200(x: Exchange) -> None:
    x.page(
        "<html><head><meta charset='utf-8'><title>系统维护</title></head>"
        "<body><p>网站正在维护升级，暂停访问，给您带来不便，敬请谅解！</p></body></html>"
    )


@fault(ANY, chosen=False)
def waf521(x: Exchange) -> None:
    x.page("<script>document.cookie='__jsl_clearance_s=1700.1|0|a;path=/';location.href=location.pathname</script>", 521)
    x.answer.header("Set-Cookie", "__jsluid_h=5b6; path=/; HttpOnly")


@fault(ANY, chosen=False)
def waf412(x: Exchange) -> None:
    x.page('<html><head><meta content="Kq7RvT2mXw8LkZ4pCb1s" r="m"><script r="m">$_ts=window["$_ts"];$_ts.cd="q"</script></head></html>', 412)


@fault(ANY, chosen=False)
def waf200(x: Exchange) -> None:
    x.page(
        "<html><head><meta charset='utf-8'><title>安全检查</title></head>"
        "<body><h2>正在检查您的浏览器，请稍候</h2><script src='/c.js'></script></body></html>"
    )


@fault()
def http403(x: Exchange) -> None:
    x.page("<h1>403</h1>", 403)


@fault(times=1)
def http429(x: Exchange) -> None:
    x.page("slow down", 429)
    x.answer.header("Retry-After", "1")


@fault(times=2)
def http500(x: Exchange) -> None:
    x.page("<h1>500</h1>", 500)


@fault(times=1)
def not_modified_unasked(x: Exchange) -> None:
    x.answer = Answer(status=304)


@fault()
def js_redirect(x: Exchange) -> None:
    x.page('<html><head><script>location.href="/new/ndbg.html"</script></head><body></body></html>')


@fault()
def meta_refresh(x: Exchange) -> None:
    x.page(f'<html><head><meta http-equiv="refresh" content="0;url={x.canary}/refreshed"></head><body></body></html>')


@fault(times=1)
def unclosed_comment(x: Exchange) -> None:
    x.edit("<body>", "<body><!-- 头部开始")


# redirects


@fault()
def redirect_private(x: Exchange) -> None:
    port = x.canary.rpartition(":")[2]
    # 2130708745 and 0x7f000909 are the canary's address, and so is what follows the user info and the backslash
    spellings = [
        f"http://2130708745:{port}/",
        f"http://0x7f000909:{port}/",
        f"http://{x.toy.host}@127.0.9.9:{port}/",
        f"http:\\\\127.0.9.9:{port}/",
        "file:///etc/passwd",
    ]
    x.redirect(spellings[(x.count - 1 + (x.report.year if x.report else 0)) % len(spellings)])


@fault()
def redirect_offdomain(x: Exchange) -> None:
    x.redirect(f"{x.canary}/elsewhere")


@fault()
def redirect_loop(x: Exchange) -> None:
    x.redirect(x.path.partition("?")[0] + ("" if "?" in x.path else "?again=1"))


@fault()
def redirect_self(x: Exchange) -> None:
    x.redirect(x.path)


@fault()
def redirect_home(x: Exchange) -> None:
    x.redirect("/")


@fault()
def login_redirect(x: Exchange) -> None:
    x.redirect("/cas/login?service=ndbg")


@fault(ANY, chosen=False)
def webshield(x: Exchange) -> None:
    """302 with a token in the address, 302 back without it, then the page (seen on 诸城)."""
    if "shield=yes" in x.headers.get("cookie", ""):
        return
    clean = x.path.partition("?")[0]
    if "WebShieldDRSessionVerify" in x.path:
        x.redirect(clean, ("Set-Cookie", "shield=yes; path=/"))
    else:
        x.redirect(f"{clean}?WebShieldDRSessionVerify=a8Kd0Qz3mT7pWx5LrYc1")


@fault(ANY, chosen=False)
def cookie_wall(x: Exchange) -> None:
    if "CT6T=" not in x.headers.get("cookie", ""):
        x.redirect(x.path, ("Set-Cookie", "CT6T=1f0c; path=/"))


# pages that are hard to read


@fault()
def control_chars(x: Exchange) -> None:
    marks = random.Random(x.count)
    junk = ["\x01", "\x0b", "\x1f", "\ufffe", "\u200b", "\u00ad", "\ud800"]
    x.edit(r"政府信息", lambda found: "政" + marks.choice(junk) + "府信" + marks.choice(junk) + "息")


@fault()
def null_bytes(x: Exchange) -> None:
    x.answer.html = "\0".join(x.answer.html[n : n + 50] for n in range(0, len(x.answer.html), 50))


@fault()
def hidden_spam(x: Exchange) -> None:
    x.in_body(f'<div style="display:none"><a href="{x.canary}/spam">第{x.count}号博彩平台</a> 澳门赌场{x.count}</div>')


@fault(chosen=False)
def etag_churn(x: Exchange) -> None:
    x.answer = x.toy.answer(x.path)[2]
    x.answer.header("ETag", f'"{x.count}-{x.path[-9:]}"')
    x.answer.header("Last-Modified", f"Mon, 0{x.count % 9 + 1} Jan 2024 00:00:00 GMT")


@fault()
def deep_wrap(x: Exchange) -> None:
    x.edit(r'(<div class="TRS_Editor">)(.*?)(</div>\n<div class="tools">)', lambda m: m[1] + "<div>" * 300 + m[2] + "</div>" * 300 + m[3])


@fault()
def unclosed_tags(x: Exchange) -> None:
    x.edit(r"</(?:p|span|td|tr|div)>", "")


@fault()
def nested_tags(x: Exchange) -> None:
    x.in_body("<div>" * 50_000)


@fault()
def attr_flood(x: Exchange) -> None:
    x.in_body("<p " + " ".join(f"a{n}=1" for n in range(30_000)) + ' title="' + "x" * 2**20 + '">.</p>')


@fault()
def big_page(x: Exchange) -> None:
    x.edit("</body>", "<p>" + "填充文字" * (BIG // 12) + "</p></body>")


@fault()
def iframe_body(x: Exchange) -> None:
    if "frame" not in x.path:
        x.edit(r'<div class="TRS_Editor">.*?</table></div>', f'<iframe src="{x.path}?frame=1" width="100%" height="900"></iframe>')


def _whole(path: str) -> str:
    """Part _1 of an article split in two stands for the article."""
    return PARTS.sub(".html", path) if "/t2" in path else path


@fault(plain_path=_whole)
def split_article(x: Exchange) -> None:
    """createPageHTML at the end of the text: the second half stands on t..._1.html."""
    name = x.path.rpartition("/")[2].removesuffix(".html")
    part = PARTS.search(x.path)
    middle = x.answer.html.index("<p>二、")
    start, end = x.answer.html.index('<div class="TRS_Editor">') + 24, x.answer.html.index("</table></div>") + 8
    half = x.answer.html[middle:end] if part else x.answer.html[start:middle]
    call = f'<script>createPageHTML(2,{1 if part else 0},"{name.removesuffix("_1")}","html")</script>'
    x.answer = Answer(html=x.answer.html[:start] + half + call + x.answer.html[end:], headers=[("Content-Type", "text/html; charset=utf-8")])


# lists


@fault(LIST)
def dup_links(x: Exchange) -> None:
    def four(found: re.Match[str]) -> str:
        link = found[0]
        return link + "".join(re.sub(r'\.html"', f'.html{tail}"', link, count=1) for tail in ("?from=singlemessage", "#top", "?utm_source=home"))

    x.edit(r"<li><a href=\"\.[^\n]*?</li>", four, re.M)


@fault(LIST, plain_path=lambda path: path.partition(";")[0])
def session_urls(x: Exchange) -> None:
    number = f"{x.count:06d}{len(x.path):04d}ABCDEF"
    x.edit(r'href="(\.[^"]+\.html)"', rf'href="\1;jsessionid={number}"')


@fault(LIST, plain_path=lambda path: re.sub(r"index_\d+", "index_1", path))
def endless_repeat(x: Exchange) -> None:
    found = re.search(r"index_(\d+)", x.path)
    x.edit(r"createPageHTML\(\d+, \d+", f"createPageHTML(9999, {found[1] if found else 0}")


@fault(LIST, plain_path=lambda path: re.sub(r"index_\d+", "index_1", path))
def endless_empty(x: Exchange) -> None:
    endless_repeat(x)
    found = re.search(r"index_(\d+)", x.path)
    if found and int(found[1]) > 1:
        x.edit(r"<li><a href=\"\.[^\n]*", "", re.M)


@fault(frozenset({"more"}))
def stub_list(x: Exchange) -> None:
    x.page(f"<html><head><title>年报</title></head><body><ul class='list'></ul><!-- {' ' * 260} --></body></html>")


@fault(frozenset({"list"}), times=1)
def blank_list(x: Exchange) -> None:
    x.edit(r'(<ul class="list">).*?(</ul>)', r"\1\2")
    x.edit(r"createPageHTML\(2", "createPageHTML(1")


@fault(frozenset({"list"}))
def partial_list(x: Exchange) -> None:
    """From the second night on, every other row of the first page is missing."""
    if x.count > 1:
        x.answer.html = x.toy.list([report for report in x.toy.reports[:3] if report.year % 2], 0)


@fault(frozenset({"list"}))
def offsite_links(x: Exchange) -> None:
    title = f"{x.toy.name}人民政府2018年政府信息公开工作年度报告"
    urls = [f"{x.canary}{COLUMN}201903/t20190301_1.html", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "http://" + "a" * 9000]
    x.edit(r"\n</ul>", lambda m: "".join(f'<li><a href="{url}">{title}</a></li>' for url in urls) + m[0])


@fault(CONTENT, chosen=False)
def base_href(x: Exchange) -> None:
    x.edit("<head>", f'<head><base href="{x.canary}{COLUMN}">')


@fault(LIST, plain_path=lambda path: re.sub(r"/(calendar|2\d{3})(?=/)", "", path))
def calendar_trap(x: Exchange) -> None:
    """A calendar by query and year folders below year folders, without end."""
    folder = x.path.partition("?")[0].rpartition("/")[0]
    links = f'<a href="{folder}/calendar/?y={x.count}">{2000 + x.count}年</a> <a href="{folder}/{2000 + x.count}/">{2000 + x.count}年</a>'
    x.edit("</ul><div", lambda found: f"</ul>{links}<div")
    x.edit(r'href="\./', f'href="{COLUMN}')


# robots.txt


@fault(ROBOTS)
def robots_disallow(x: Exchange) -> None:
    x.answer.html = "User-agent: *\nDisallow: /\n"


@fault(ROBOTS)
def robots_5xx(x: Exchange) -> None:
    x.page("busy", 503)


@fault(ROBOTS)
def robots_html(x: Exchange) -> None:
    x.page("<html><head><title>404</title></head><body>Disallow: /</body></html>")


@fault(ROBOTS)
def robots_404(x: Exchange) -> None:
    x.page("<html><head><title>404</title></head><body>404</body></html>", 404)


@fault(frozenset())
def no_fault(x: Exchange) -> None:
    """A healthy portal beside the others."""

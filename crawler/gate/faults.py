"""Faults: the portal answered 200, but with its own trouble or with half an answer. Tried again; never a sign that a report is gone."""

from __future__ import annotations

import re

from crawler.errors import BadStatus, EmptyReading, NotAReport, TooLarge, Unreachable
from crawler.gate.attributes import flood
from crawler.gate.look import BINARY, Look
from crawler.gate.rule import ANY, PAGES, REPORT, Rule, Saying, quoted, says

_TRACE = Saying(
    ("exception", "error", "ora-", "sqlstate", "mysql", "sql server", "ole db", "odbc", "vbscript", "warning:", "traceback", "http status", "数据库"),
    re.compile(
        r"java\.(?:lang|sql|io|net|util)\.[\w.]{3,60}(?:Exception|Error)\b|org\.(?:apache|springframework|hibernate)\.[\w.$]{5,80}(?:Exception|\()"
        r"|\bORA-\d{5}\b|\bSQLSTATE\[|You have an error in your SQL syntax|com\.mysql\.|Microsoft OLE DB Provider for|ODBC (?:SQL Server )?Driver"
        r"|Microsoft VBScript (?:runtime|compilation)|Server Error in '[^'\n]{1,60}' Application|\[SqlException"
        r"|System\.(?:Data|Web|NullReference)\w*[\w.]{0,60}Exception|(?:Fatal error|Parse error|Warning): [^\n]{5,160} in [^\n]{3,160} on line \d+"
        r"|Traceback \(most recent call last\)|Whitelabel Error Page|HTTP Status (?:\[?)5\d\d|无法连接(?:到)?数据库|数据库连接(?:失败|错误|异常)"
        r"|MySQL server has gone away|SQL Server 不存在或"
    ),
)
_SERVER_ERROR = Saying(
    ("50", "error", "gateway", "unavailable", "错误", "异常", "出错", "繁忙", "忙", "超时", "故障", "不可用", "失败"),
    re.compile(
        r"^50[0-4]\b[^\n]{0,40}$|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out"
        r"|^(?:对不起|抱歉|很抱歉)?[,，!！、 ]?(?:系统|服务器|程序|服务|应用|网站)(?:内部)?(?:发生|出现|运行|响应|处理)?(?:了)?(?:未知)?"
        r"(?:错误|异常|出错|繁忙|忙|超时|故障)[^\n]{0,40}$"
        r"|^(?:系统|程序)(?:错误|异常|出错)(?:页面|提示)?$|内部服务器错误|运行时错误|服务(?:器)?(?:暂时)?不可用"
        r"|^(?:出错了|页面出错|操作失败|加载失败)[^\n]{0,30}$",
        re.I | re.M,
    ),
)
_MAINTENANCE = Saying(
    ("维护", "升级", "改版", "检修", "割接", "建设", "maintenance", "construction", "暂停", "关闭", "暂时"),
    re.compile(
        r"(?:网站|本站|系统|门户|服务器|平台|栏目)[^\n。]{0,6}(?:正在|正处于|处于|现正|正)(?:进行)?[^\n。]{0,10}(?:维护|升级|改版|检修|割接|建设)"
        r"|(?:维护|升级|改版|建设)中|(?:维护|升级)公告"
        r"|\b(?:under|scheduled) (?:maintenance|construction)\b|暂停(?:对外)?(?:服务|访问)|网站(?:暂时|临时)?关闭"
        r"|暂时无法(?:访问|提供服务)",
        re.I,
    ),
)
_BEAR_WITH_US = Saying(
    ("谅解", "不便", "稍", "恢复", "敬请", "sorry", "back ", "later"),
    re.compile(r"谅解|不便|稍[后候]|恢复|敬请(?:期待|关注)|sorry|back (?:soon|shortly)|later", re.I),
)


def _empty(look: Look) -> str | None:
    return "no bytes but white space" if not look.capture.body.strip(b"\xef\xbb\xbf \t\r\n\x00") else None


def _still_coded(look: Look) -> str | None:
    return "gzip bytes under a coding already undone" if look.start.startswith(b"\x1f\x8b") else None


def _binary(look: Look) -> str | None:
    start = look.start
    if start.startswith(BINARY):
        return f"an image or program ({start[:4]!r})"
    controls = sum(byte < 9 or 13 < byte < 27 for byte in start)
    if len(start) >= 64 and controls > len(start) // 20 and not look.capture.body.startswith((b"\xff\xfe", b"\xfe\xff", b"%PDF", b"PK", b"\xd0\xcf")):
        return f"binary bytes ({controls} control bytes of {len(start)})"
    return None


def _flood(look: Look) -> str | None:
    """A tag with so many attributes that every parser takes half a minute for it (quadratic in libxml2: 120,000 of them, 36 s)."""
    return flood(look.whole)


def _trace(look: Look) -> str | None:
    """A trace may be long (a Tomcat page measures 3,000 characters), so its length says nothing; a report quotes none."""
    return None if look.is_titled_report or look.links > 30 else quoted(says(look, _TRACE))


def _maintenance(look: Look) -> str | None:
    """A notice and nothing else. A short report may say that its site is being rebuilt; it does not ask to come back later."""
    if look.is_titled_report or look.prose > 500 or look.links > 30 or look.longest > 160:
        return None
    notice = says(look, _MAINTENANCE)
    if notice and (look.prose <= 60 or says(look, _BEAR_WITH_US) or _MAINTENANCE.pattern.search(look.title)):
        return quoted(notice)
    return None


def _server_error(look: Look) -> str | None:
    if look.is_titled_report or look.prose > 600 or look.longest > 200 or "404" in look.said:  # IIS heads its 404 page 服务器错误
        return None
    return quoted(says(look, _SERVER_ERROR))


def _swallowed(look: Look) -> str | None:
    if look.hidden > 500 and look.prose < 60 and look.hidden > 4 * look.words:
        return f"a comment or script never closed hides {look.hidden} characters and leaves {look.words}"
    return None


def _wordless(look: Look) -> str | None:
    if look.is_html and look.words < 10 and not look.has_frames:
        return "a page without a word; a script writes it, so the portal needs `render: true`" if look.scripts else "a page without a word"
    return None


FLOOD = Rule("flood", TooLarge, "a tag of 100,000 attributes", _flood, PAGES)

WHOLE: tuple[Rule, ...] = (
    Rule("empty_body", Unreachable, "status 200 and no body", _empty, ANY),
    Rule("still_coded", Unreachable, "compressed twice, labelled once", _still_coded, PAGES),
    FLOOD,
    Rule("binary", NotAReport, "an image or program where a page was expected", _binary, PAGES),
)

TRACES: tuple[Rule, ...] = (Rule("error_page", BadStatus, "JSP, ASP, PHP and database traces with status 200", _trace, ANY),)

FAULTS: tuple[Rule, ...] = (
    Rule("error_text", BadStatus, "系统错误 and default 5xx pages with status 200", _server_error, ANY),
    Rule("maintenance", Unreachable, "网站维护 with status 200: the portal is away, its reports are not", _maintenance, ANY),
)

SHELLS: tuple[Rule, ...] = (
    Rule("swallowed", EmptyReading, "an unclosed <!-- before the article: a browser shows nothing after it", _swallowed, PAGES),
    Rule("wordless", EmptyReading, "shells that a script fills", _wordless, REPORT),
)

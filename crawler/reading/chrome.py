"""The furniture of a page around a report: counters, font sizes, share buttons, footers. Trimmed at the ends of a body, never inside.

What it looks like was counted on 62 portal pages: footer with ICP number 59, share 57, view counters 46, print 46, "scan to open" 45,
close 44, font size 42.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from crawler.reading.brands import BRANDS
from crawler.reading.lines import Line

_GAP = r"[\s|丨｜¦·•◦▪●■>＞»›【】\[\]()（）〔〕“”\"':：,，、/\\.。…_—–-]"
# Words that make a line chrome when it holds nothing else.
_STRONG = (
    "字体|字号|打印(?:本页|此页|本文|此文|文章|该页|预览)?|关闭(?:本页|此页|窗口|页面|本窗口)?|(?:我要|加入|取消)?收藏(?:本页|本站)?|"
    "(?:一键)?分享(?:到|至)?|扫一扫.{0,16}|用?手机(?:扫|打开|浏览|查看).{0,10}|微信|新浪微博|腾讯微博|微博|人人网|QQ空间|QQ好友|"
    "登录|登陆|注册|退出|无障碍(?:浏览|阅读)?|适老(?:化|版)?|关怀版|长者(?:模式|版|助手)|繁体(?:版|中文)?|简体(?:版|中文)?|English|"
    rf"(?:点击(?:数|量|率|次数)|浏览(?:次数|量|数)|访问次数|阅读(?:次数|量|数)?|下载次数){_GAP}*\d{{0,8}}{_GAP}*次?|"
    "点击排行.{0,4}|推荐阅读|相关(?:阅读|文章|链接|新闻|信息|文件|稿件|报道|解读|附件)|附件下载|热门(?:文章|点击|推荐)|最新(?:文章|信息|动态)|猜你喜欢|"
    "返回(?:顶部|首页|列表|上一?页|上一级|主页|.{2,10}首页)|回到顶部|设为首页|加入收藏|网站地图|站点地图|联系我们|关于我们|网站声明|使用帮助|帮助|"
    "上一篇|下一篇|上一条|下一条|前一篇|后一篇|纠错|我要纠错|网站纠错|政府网站找错|"
    rf"(?:首页|上一页|下一页|尾页|末页)(?:{_GAP}*(?:共|第)?\d{{1,4}}页?)*|"
    "语音播报|播报|朗读|背景色|复制(?:链接|全文)|导出|视力保护色|客户端|公众号|网站无障碍|进入关怀版|下载(?:文字版|图片版|WORD版?|PDF版?)?|保存"
)
_FILL = r"大|中|小|特大|默认|正常|无|没有了|没有|到|至|在|A\+?|A-"
ONLY_CHROME = re.compile(rf"(?:{_GAP}|{_STRONG}|{_FILL})*(?:{_STRONG})(?:{_GAP}|{_STRONG}|{_FILL})*", re.IGNORECASE)
# Lines that begin with a label of the page, not of the report.
LABELLED = re.compile(
    r"^[【\[(（〖\s]*(?:信息|文章|稿件|内容|文件)?(?:来\s*源|稿源|出处|作\s*者|编\s*辑|责任编辑|责\s*编|审\s*核|审\s*签|校\s*对|供稿|录入|发布(?:时间|日期|人|者|单位|机构)|"
    r"更新(?:时间|日期)|发文日期|成文日期|生成日期|时\s*间|日\s*期|点击(?:数|量|率|次数)?|浏览(?:次数|量|数)?|访问(?:次数|量)|阅读(?:次数|量|数)?|字\s*体|字\s*号|"
    r"当前位置|您(?:当前|现在)?(?:所在)?的?位置|你(?:当前|现在)?(?:所在)?的?位置|现在位置|所在位置|您现在的位置|位置|分享到?|关键[词字]|主题词|访客|人气|上一篇|下一篇|上一条|下一条)"
    r"\s*(?:是|为)?\s*[:：】\]]"
)
TAIL_LABELLED = re.compile(
    r"^[【\[(（〖\s]*(?:责任编辑|责\s*编|编\s*辑|初审|复审|终审|审\s*核|审\s*签|校\s*对|供稿|录入|来\s*源|信息来源|稿源|作\s*者|点击(?:数|量|率|次数)?|"
    r"浏览(?:次数|量|数)?|访问(?:次数|量)|阅读(?:次数|量|数)?|上一篇|下一篇|上一条|下一条|上一页|下一页|分享到?|发布(?:时间|日期)|更新(?:时间|日期)|打\s*印|关\s*闭)\s*[:：】\]]"
)
DATE_LINE = re.compile(
    r"^(?:时间|日期)?[:：]?\s*(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s+\d{1,2}\s*[:：]\s*\d{2}(?:\s*[:：]\s*\d{2})?)?(?P<more>.*)$"
)
CRUMBS = re.compile(r"^(?:网站|政务网|门户)?首\s*页(?:\s*[>＞»›/|·→-]+\s*\S{1,20}){1,8}\s*[>＞»›]?\s*$|^\S{1,12}(?:\s*[>＞»›]{1,2}\s*\S{1,24}){2,8}$")
FOOTER = re.compile(
    r"ICP\s*(?:备案?|证)\s*(?:编?序?号|[:：]?\s*\d)|公网安备|公安备案|版权所有|Copyright|©|All\s*Rights?\s*Reserved|网站标识码|主办(?:单位)?\s*[:：]|承办(?:单位)?\s*[:：]|技术支持\s*[:：]|"
    r"运维单位|(?:建议|推荐)(?:使用|您使用).{0,24}(?:浏览|分辨率|IE)|(?:访问总量|访问统计|今日访问)\s*[:：]|您是第.{0,12}位",
    re.IGNORECASE,
)
# Rows of the filing card above a report: 索引号, 文号, 成文日期.
CARD = re.compile(
    r"(?:^|\t)\s*(?:索\s*引\s*号|信息索引|文\s*号|发\s*文\s*字\s*号|文\s*件\s*编\s*号|信息名称|发布(?:机构|日期|单位|时间)|发文(?:机关|单位|日期)|成文日期|生成日期|"
    r"公开(?:方式|时限|范围|形式|日期)|主题(?:分类|词)|(?:信息|服务|体裁|组配)分类|有\s*效\s*性|统一编[码号]|信息类别|内容概述|生效日期|废止日期|责任部门)\s*(?:[:：]|\t|$)"
)
# Its other rows, which a table of figures may begin with as well: they count right below a row that is beyond doubt.
CARD_MORE = re.compile(r"^\s*(?:名\s*称|标\s*题|题\s*名|关键词|备\s*注)\s*[:：]?\s*(?:\t|$)")
HEADING = re.compile(r"^(?:第?[一二三四五六七八九十]{1,3}[、.．章节部]|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.、．]\S)")
TITLE = re.compile(r"[^,，。;；:：]{4,50}(?:报告|年报|成绩单|汇报|总结|统计表|情况(?:说明)?|通报)(?:\s*[（(【\[][^（(【\[]{1,12}[)）】\]])?[”\"]?")
NUMBERED = re.compile(r"[〔\[（(][12]\d{3}[〕\]）)]\s*第?\d+号\s*$")
NO_WORD = re.compile(r"[\W_]+")
BULLET = re.compile(r"^(?:[•·◦▪●■○□◆◇\-—*]|\d{1,2}[.、．)])$")
LISTING = re.compile(r"^\W*(?:点击排行|推荐阅读|相关(?:阅读|文章|链接|新闻|信息|文件)|热门|最新)")
HEAD_LINES = 24  # where the header of a page may still stand
PROSE = re.compile(r"[。;；!！?？]")


class Trimmed(NamedTuple):
    """A body between the lines of its head and of its tail that are not part of it."""

    head: list[Line]
    body: list[Line]
    tail: list[Line]


def same(text: str) -> str:
    """A line without white space and quotation marks: titles are repeated with other spacing and other quotes."""
    return re.sub(r"[\s“”\"'‘’「」《》<>]", "", text)


def is_prose(line: Line) -> bool:
    """A paragraph of a report, whatever stands around it."""
    return not line.row and (
        len(line.text) >= 60 and PROSE.search(line.text) is not None and not LABELLED.match(line.text) and not FOOTER.search(line.text)
    )


def is_chrome(text: str) -> bool:
    """A line that is furniture wherever it stands at an end of a page."""
    return bool(
        ONLY_CHROME.fullmatch("".join(text.split()))
        or NO_WORD.fullmatch(text)
        or (len(text) < 120 and (FOOTER.search(text) or CRUMBS.match(text)))
        or (len(text) < 400 and BRANDS.search(text))
    )


def trim(lines: list[Line], titles: Collection[str] = ()) -> Trimmed:
    """Take the furniture off both ends.

    Args:
        lines: the lines of a body's container.
        titles: how the page calls itself elsewhere (`<title>`, ArticleTitle, `<h1>`).

    Returns:
        Head, body and tail; together all the lines, in order.
    """
    names = {same(title) for title in titles if len(same(title)) >= 6}
    first = _head(lines, names)
    if first < len(lines) and TITLE.fullmatch(lines[first].text) and not HEADING.match(lines[first].text) and not lines[first].row:
        first += 1
    names |= {same(line.text) for line in lines[:first] if 10 <= len(same(line.text)) <= 80 and not _is_meta(line)}
    while first < len(lines) and (_is_title(lines[first], names) or _is_meta(lines[first])):
        first += 1
    last = _tail(lines, first, names)
    return Trimmed(lines[:first], lines[first:last], lines[last:])


def _head(lines: list[Line], names: set[str]) -> int:
    """How many lines the header takes: up to its last date line, label or title, as long as no sentence or section heading came before.

    A document number above the document's own title ("国办函〔2018〕74号") is a part of the document, unless a date line follows.
    """
    end = 0
    numbered = False
    for n, line in enumerate(lines[:HEAD_LINES]):
        if _is_meta(line) or (_is_title(line, names) and not numbered) or (n and end == n and CARD_MORE.match(line.text)):
            end = n + 1
        elif line.row or PROSE.search(line.text) or HEADING.match(line.text):
            break
        numbered = numbered or NUMBERED.search(line.text) is not None
    return end


def _is_meta(line: Line) -> bool:
    text = line.text
    if line.row:
        return CARD.search(text) is not None
    if len(text) > 160 or (len(text) > 60 and "。" in text):
        return len(text) < 400 and BRANDS.search(text) is not None
    if LABELLED.match(text) or BULLET.match(text) or is_chrome(text) or (CARD.match(text) and re.match(r"^[^:：]{2,10}[:：]", text)):
        return True
    date = DATE_LINE.match(text)
    return date is not None and (not date["more"].strip() or LABELLED.match(date["more"].strip()) is not None)


def _is_title(line: Line, names: set[str]) -> bool:
    text = same(line.text)
    half = text[: len(text) // 2]
    return text in names or (half in names and half * 2 == text) or any(_opens(name, text) for name in names)


def _opens(name: str, text: str) -> bool:
    """`<title>` is often the title and the site's name; an organ's name under a report is no title though many titles begin with it."""
    return len(text) >= 10 and name.startswith(text) and (name[len(text)] in "-_|—–·/（(" or len(text) >= 0.6 * len(name))


def _tail(lines: list[Line], first: int, names: set[str]) -> int:
    """Where the footer begins: the highest furniture that only short lines separate from the end."""
    last = n = len(lines)
    allowed = 12
    while n > first:
        line = lines[n - 1]
        text = line.text
        if _ends_page(line) or _is_title(line, names) or (n - 2 >= first and last - n < 3 and _repeats(lines, n - 1, last)):
            last, allowed = n - 1, 12
        elif line.row or is_prose(line) or len(text) > 60 or "。" in text or allowed == 0:
            listing = next((k for k in range(max(first, n - 40), n) if LISTING.match(lines[k].text) and _all_short(lines[k:last])), None)
            if listing is None:
                break
            last = n = listing + 1
            continue
        else:
            allowed -= 1
        n -= 1
    return last


def _ends_page(line: Line) -> bool:
    text = line.text
    if line.row and any(char.isdigit() for char in text):
        return False  # "微信\t884" is a figure
    return len(text) < 400 and (is_chrome(text) or (len(text) < 120 and TAIL_LABELLED.match(text) is not None))


def _repeats(lines: list[Line], n: int, last: int) -> bool:
    """The same short line twice or more at the very end: a title that the page repeats for its buttons."""
    text = same(lines[n].text)
    if not 8 <= len(text) <= 60 or PROSE.search(text) or lines[n].row:
        return False
    return same(lines[n - 1].text) == text or (n + 1 < len(lines) and last == n + 1 and same(lines[n + 1].text) == text)


def _all_short(lines: list[Line]) -> bool:
    return all(len(line.text) <= 60 and not line.row and not PROSE.search(line.text) for line in lines)

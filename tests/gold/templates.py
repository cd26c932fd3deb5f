# ruff: noqa: E501 -- lines of pages and of reports are as long as they are
"""Real page shapes, written anew, around the documents of tests/gold/documents.py.

Each shape is a function `(document, noise) -> Rendered`. Around the body every page has what portals put there (navigation, breadcrumbs,
dated side lists, share buttons, counters, footer); `noise` moves what moves between two visits: counters, the order of side lists, ids of
injected tags, generation times, tokens. The gold is the document itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from tests.gold.documents import Document, H, P, T

CHROME = (
    "设为首页", "加入收藏", "网站地图", "当前位置", "点击排行", "推荐阅读", "通知公告", "打印本页", "关闭窗口", "扫一扫在手机打开当前页", "浏览次数", "点击数", "字体",
    "分享到", "上一篇", "下一篇", "ICP备", "网站标识码", "版权所有", "技术支持", "责任编辑", "登录", "注册", "无障碍", "一周天气", "索引号", "发布机构", "市政府召开第",
)  # fmt: skip
SPAM = ("雷竞技", "开元棋牌", "真人娱乐", "彩票平台", "时时彩")
ODD_TAGS = [
    "legend",
    "samp",
    "sup",
    "mark",
    "del",
    "p",
    "td",
    "track",
    "delect",
    "input",
    "address",
    "menuitem",
    "blockquote",
    "rt",
    "wbr",
    "meter",
    "th",
    "center",
    "dl",
    "rp",
    "option",
    "xmp",
    "noframes",
    "b",
    "u",
]
NEWS = (
    "市政府召开第47次常务会议", "全市防汛工作会议召开", "一季度经济运行情况新闻发布会举行", "市领导调研重点项目建设", "春季义务植树活动启动", "便民服务中心正式启用",
    "职业技能大赛落下帷幕", "营商环境建设推进会召开", "食品安全宣传周开幕", "公共自行车二期投入运行",
)  # fmt: skip


class Noise:
    """What differs between two visits to the same page."""

    def __init__(self, visit: int) -> None:
        self.random = random.Random(visit)
        self.visit = visit

    def count(self) -> int:
        return self.random.randint(100, 99999)

    def token(self) -> str:
        return "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=24))

    def id(self) -> str:
        return "".join(self.random.choices("abcdefghijkmnpqrstuvwxyz", k=3)) + str(self.random.randint(1, 9)) + self.random.choice("abcxyz")

    def shuffled(self, values: tuple[str, ...]) -> list[str]:
        out = list(values)
        self.random.shuffle(out)
        return out


@dataclass(frozen=True)
class Rendered:
    """A page: its bytes, and the Content-Type header it came with."""

    body: bytes
    content_type: str = "text/html"
    url: str = "http://www.example.gov.cn/zwgk/t20150313_1.html"


Template = Callable[[Document, Noise], Rendered]


# --- parts of pages ---------------------------------------------------------------------------------------------------------------------


def nav(document: Document) -> str:
    links = "".join(
        f'<li><a href="/{n}/">{name}</a></li>' for n, name in enumerate(("首页", "政务公开", "办事服务", "互动交流", "走进本市", "数据开放"))
    )
    return (
        f'<div class="top"><a href="#">设为首页</a> | <a href="#">加入收藏</a> | <a href="/map.html">网站地图</a> | <a href="/wza">无障碍</a> 今天是一周天气</div>'
        f'<div class="logo"><img src="/logo.png" alt="{document.site}"></div><ul class="nav">{links}</ul>'
    )


def crumbs(document: Document) -> str:
    return f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/zwgk/nb/">{document.published[:4]}年报</a></div>'


def side(noise: Noise) -> str:
    rows = "".join(
        f'<li><a href="/n/{n}.html" title="{name}">{name}</a><span>2014-11-{10 + n}</span></li>' for n, name in enumerate(noise.shuffled(NEWS))
    )
    return f'<div class="right"><h3>通知公告</h3><ul>{rows}</ul><h3>点击排行</h3><ul>{rows}</ul></div>'


def share() -> str:
    return '<div class="share">分享到：<a href="#">微信</a> <a href="#">新浪微博</a> <a href="#">QQ空间</a></div>'


def meta_line(document: Document, noise: Noise) -> str:
    return (
        f'<div class="info">发布时间：{document.published} 来源：{document.issuer} 浏览次数：<span id="hits">{noise.count()}</span> 次 '
        f'字体：【<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>】</div>'
    )


def buttons() -> str:
    return '<div class="btn">【<a href="#">打印本页</a>】 【<a href="#">关闭窗口</a>】</div><div class="qr">扫一扫在手机打开当前页</div>'


def neighbours() -> str:
    return '<div>上一篇：<a href="/a.html">关于做好节前安全检查的通知</a></div><div>下一篇：<a href="/b.html">行政审批事项目录</a></div>'


def foot(document: Document, noise: Noise) -> str:
    return (
        f'<div class="foot"><p><a href="/about">关于我们</a> | <a href="/law">网站声明</a> | <a href="/map">网站地图</a></p>'
        f"<p>主办单位：{document.issuer}　承办：信息中心　技术支持：某某科技有限公司</p>"
        f"<p>版权所有 &copy; {document.site} 鲁ICP备05012345号 网站标识码 3702000001 您是第 {noise.count()} 位访客</p></div>"
        f"<script>var token='{noise.token()}';</script>"
    )


def html(head: str, body: str, noise: Noise, charset: str = "utf-8") -> str:
    return (
        f'<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">{head}'
        f'<meta name="others" content="页面生成时间 2026-01-{noise.visit % 28 + 1:02d} 03:12:{noise.random.randint(10, 59)}">'
        f"<style>.right{{float:right}} .info{{color:#999}}</style></head><body>{body}</body></html>"
    )


def metas(document: Document) -> str:
    return (
        f'<meta name="SiteName" content="{document.site}"><meta name="ColumnName" content="政府信息公开年报">'
        f'<meta name="ArticleTitle" content="{escape(document.title)}"><meta name="PubDate" content="{document.published} 00:00">'
        f'<meta name="ContentSource" content="{document.issuer}">'
    )


def title_tag(document: Document, suffix: str = "") -> str:
    return f"<title>{escape(document.title)}{suffix}</title>"


def table(block: T, paragraph: Callable[[str], str] = str, attributes: str = 'border="1"') -> str:
    rows = []
    for row in block.rows:
        cells = []
        for cell in row:
            text, high, wide = cell if isinstance(cell, tuple) else (cell, 1, 1)
            spans = (f' rowspan="{high}"' if high > 1 else "") + (f' colspan="{wide}"' if wide > 1 else "")
            cells.append(f"<td{spans}>{paragraph(escape(text)) if text else '&nbsp;'}</td>")
        rows.append("<tr>" + "".join(cells) + "</tr>\n")
    return f"<table {attributes}><tbody>\n{''.join(rows)}</tbody></table>"


def blocks(document: Document, heading: str, paragraph: str, cell: Callable[[str], str] = str) -> str:
    """The document with each block in a pattern such as `<p>　　{}</p>`."""
    return "\n".join(
        table(block, cell) if isinstance(block, T) else _fill(heading if isinstance(block, H) else paragraph, block) for block in document.blocks
    )


def _fill(pattern: str, block: H | P) -> str:
    return pattern.replace("{}", escape(block.text, quote=False))


def _page(document: Document, noise: Noise, body: str, *, head: str = "", charset: str = "utf-8", main: str = '<div class="main">{}</div>') -> str:
    """The usual page: navigation, breadcrumbs, title, meta line, body, buttons, side list, footer."""
    middle = f"<h1>{escape(document.title)}</h1>{meta_line(document, noise)}{body}{buttons()}{share()}{neighbours()}"
    whole = nav(document) + crumbs(document) + main.replace("{}", middle) + side(noise) + foot(document, noise)
    return html(head or title_tag(document, f"_{document.site}"), whole, noise, charset)


def _utf8(text: str) -> Rendered:
    return Rendered(text.encode(), "text/html; charset=utf-8")


# --- shapes -----------------------------------------------------------------------------------------------------------------------------


def nested_tables(document: Document, noise: Noise) -> Rendered:
    """Tables in tables, as sites of the 2000s were made; one cell with `<br>` between paragraphs; GBK; the header says nothing."""
    text = blocks(document, "<b>{}</b><br><br>", "　　{}<br><br>")
    rows = "".join(f'<tr><td>·<a href="/{n}.htm">{name}</a></td><td>14-11-1{n}</td></tr>' for n, name in enumerate(noise.shuffled(NEWS)))
    body = (
        f'<table width="100%"><tr><td><a href="/">首页</a></td><td><a href="/a">政务公开</a></td><td><a href="/b">网站地图</a></td><td><a href="#">设为首页</a></td></tr></table>'
        f'<table width="960"><tr><td width="200" valign="top"><table><tr><td colspan="2">点击排行</td></tr>{rows}</table></td>'
        f'<td valign="top"><table width="100%"><tr><td>当前位置：<a href="/">首页</a> &gt; <a href="/nb">年报</a></td></tr>'
        f'<tr><td align="center"><font size="4"><b>{escape(document.title)}</b></font></td></tr>'
        f'<tr><td align="center">发布时间：{document.published}　点击数：{noise.count()}　【字体：<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>】</td></tr>'
        f'<tr><td><table width="95%"><tr><td class="zw">{text}</td></tr></table></td></tr>'
        f'<tr><td align="right">【<a href="#">打印本页</a>】【<a href="#">关闭窗口</a>】</td></tr></table></td></tr></table>'
        f'<table width="960"><tr><td align="center">版权所有：{document.site}　技术支持：某某公司<br>鲁ICP备09012345号　访问总量：{noise.count()}</td></tr></table>'
    )
    return Rendered(html(title_tag(document), body, noise, "gb2312").encode("gb18030"))


def trs(document: Document, noise: Noise) -> Rendered:
    """TRS: the standard meta tags, `TRS_Editor` with a style sheet inside."""
    text = blocks(document, '<p align="justify"><strong>{}</strong></p>', '<p align="justify">　　{}</p>', lambda cell: f"<p>{cell}</p>")
    body = f'<div class="TRS_Editor"><style type="text/css">.TRS_Editor P{{margin:0;line-height:2;}}</style><div class="Custom_UnionStyle">{text}</div></div>'
    return _utf8(_page(document, noise, body, head=metas(document) + title_tag(document, f"-{document.site}")))


def word(document: Document, noise: Noise) -> Rendered:
    """Word's HTML: a span for each run, `<o:p>`, mso styles, Chinese and digits in runs of their own; no container known to anyone."""

    def runs(text: str) -> str:
        parts, last = [], 0
        for n in range(1, len(text) + 1):
            if n == len(text) or text[n].isdigit() != text[n - 1].isdigit() or n - last >= 9:
                lang = ' lang="EN-US"' if text[last].isdigit() else ""
                parts.append(
                    f'<span{lang} style="font-size:16.0pt;font-family:仿宋_GB2312;mso-hansi-font-family:宋体">{escape(text[last:n], quote=False)}</span>'
                )
                last = n
        return "".join(parts) + '<span lang="EN-US"><o:p></o:p></span>'

    out = []
    for block in document.blocks:
        if isinstance(block, T):
            out.append(table(block, lambda cell: f'<p class="MsoNormal">{runs(cell)}</p>', 'class="MsoNormalTable" border="0"'))
        else:
            out.append(f'<p class="MsoNormal" style="text-indent:32.0pt;line-height:28.0pt">{runs(block.text)}</p>\n<p class="MsoNormal">&nbsp;</p>')
    return _utf8(_page(document, noise, f'<div class="Section1">{"".join(out)}</div>'))


def junk(document: Document, noise: Noise) -> Rendered:
    """A mirror: injected tags (pairs, crossed, left open), off-screen links, spam in the title; an otherwise plain page."""
    name = noise.id()

    def soup(n: int) -> str:
        out = []
        for _ in range(n):
            a, b = noise.random.choices(ODD_TAGS, k=2)
            form = noise.random.randint(0, 3)
            out.append(
                (
                    f'<{a} id="{name}"></{a}>',
                    f'<{a} id="{name}"><{b} id="{name}"></{b}></{a}>',
                    f'<{a} id="{name}"><{b} id="{name}"></{a}>',
                    f'<{a} id="{name}">',
                )[form]
            )
        return "".join(out)

    text = "\n".join(
        soup(12) + (table(block) if isinstance(block, T) else f"<p>　　{escape(block.text, quote=False)}</p>") + soup(5) for block in document.blocks
    )
    away = (
        '<div style="position:absolute;left:-9999px;top:-9999px">'
        + "".join(f'<a href="http://x{n}.example/">{word_}</a>' for n, word_ in enumerate(SPAM))
        + "</div>"
    )
    body = (
        f'{soup(40)}{away}<div class="content">{text}</div>{soup(40)}<div id="{name}" class="pl_css_ganrao" style="display: none;">{soup(20)}</div>'
    )
    return _utf8(soup(30) + _page(document, noise, body, head=f"<title>雷竞技,真人娱乐-{escape(document.title)}</title>") + soup(30))


def jcms(document: Document, noise: Noise) -> Rendered:
    """hanweb JCMS: GBK, markers around the content, click ranking and recommendations below."""
    text = blocks(document, "<p><b>{}</b></p>", "<p>　　{}</p>")
    ranking = "".join(f'<li><a href="/art/2014/11/1{n}/art_1_{n}.html">{name}</a></li>' for n, name in enumerate(noise.shuffled(NEWS)))
    body = (
        f'{nav(document)}{crumbs(document)}<table id="c" width="90%"><tr><td class="title">{escape(document.title)}</td></tr>'
        f"<tr><td>【字体：<a>大</a> <a>中</a> <a>小</a>】</td></tr><tr><td>时间：{document.published}来源：{document.issuer}</td></tr>"
        f'<tr><td class="bt_content"><!--<$[信息内容]>begin--><!--ZJEG_RSS.content.begin--><meta name="ContentStart">{text}<meta name="ContentEnd">'
        f"<!--ZJEG_RSS.content.end--><!--<$[信息内容]>end--></td></tr><tr><td>（责任编辑：王某某）</td></tr></table>"
        f"<div>点击排行</div><ul>{ranking}</ul><div>推荐阅读</div><ul>{ranking}</ul>{foot(document, noise)}"
    )
    head = f"<meta name='Maketime' content='2026-01-0{noise.visit % 9 + 1} 10:11:12'>" + metas(document) + title_tag(document)
    return Rendered(html(head, body, noise, "gbk").encode("gb18030"), "text/html")


def ucap(document: Document, noise: Noise) -> Rendered:
    """UCAP: the filing card on top, `<UCAPCONTENT>`, paragraphs are `<div>`."""
    card = (
        f'<table class="card"><tr><td>索引号</td><td>11370200MB/2015-00{noise.visit % 7}</td><td>主题分类</td><td>综合政务</td></tr>'
        f"<tr><td>发布机构</td><td>{document.issuer}</td><td>成文日期</td><td>{document.published}</td></tr>"
        f'<tr><td>标题</td><td colspan="3">{escape(document.title)}</td></tr></table>'
    )
    text = blocks(document, "<div><b>{}</b></div>", '<div style="text-indent:2em">{}</div>')
    return _utf8(_page(document, noise, f"{card}<UCAPCONTENT>{text}</UCAPCONTENT>", head=metas(document) + title_tag(document)))


def card_on_top(document: Document, noise: Noise) -> Rendered:
    """The filing card and the text in one element that no one knows."""
    card = (
        f"<table><tr><td>索引号：</td><td>LY-0{noise.visit % 7}</td><td>公开方式：</td><td>主动公开</td></tr>"
        f"<tr><td>发布机构：</td><td>{document.issuer}</td><td>成文日期：</td><td>{document.published}</td></tr></table>"
    )
    text = blocks(document, "<div>{}</div>", "<div>　　{}</div>")
    return _utf8(_page(document, noise, f'<div class="xl">{card}{text}</div>'))


def inner(document: Document, noise: Noise) -> Rendered:
    """The page inside a frame: no navigation, a title, the text, a counter in a script."""
    text = blocks(document, "<p><strong>{}</strong></p>", "<p>&nbsp;&nbsp;&nbsp;&nbsp;{}</p>")
    body = f'<p align="center">{escape(document.title)}</p>{text}<script>count({noise.count()})</script>'
    return _utf8(html("<title>内容页</title>", body, noise))


def list_items(document: Document, noise: Noise) -> Rendered:
    """Paragraphs as `<li>`."""
    text = blocks(document, "</ul><h4>{}</h4><ul>", "<li>{}</li>")
    return _utf8(_page(document, noise, f"<ul>{text}</ul>"))


def preformatted(document: Document, noise: Noise) -> Rendered:
    """The text as typed, in `<pre>`; tables stand between two of them."""
    out = "".join(f"</pre>{table(block)}<pre>" if isinstance(block, T) else f"    {escape(block.text, quote=False)}\n\n" for block in document.blocks)
    return _utf8(_page(document, noise, f"<pre>{out}</pre>"))


def panes(document: Document, noise: Noise) -> Rendered:
    """Tabs: one pane shown, the others hidden until clicked."""
    size = max(1, len(document.blocks) // 2)
    first, rest = document.blocks[:size], document.blocks[size:]
    parts = [blocks(Document(**{**document.__dict__, "blocks": part}), "<p><b>{}</b></p>", "<p>{}</p>") for part in (first, rest)]
    tabs = '<ul class="tabs"><li><a href="#t1">正文</a></li><li><a href="#t2">续</a></li><li><a href="#t3">附表</a></li></ul>'
    body = f'{tabs}<div class="pane" id="t1">{parts[0]}</div><div class="pane" id="t2" style="display:none">{parts[1]}</div>'
    return _utf8(_page(document, noise, body))


def misleading(document: Document, noise: Noise) -> Rendered:
    """Class names that say the contrary of what they hold."""
    text = blocks(document, "<p><b>{}</b></p>", "<p>{}</p>")
    return _utf8(_page(document, noise, f'<div class="sidebar-right comment-list" id="footer-text">{text}</div>'))


def naked(document: Document, noise: Noise) -> Rendered:
    """Text and `<br>` right in the page's outermost container, furniture beside it."""
    text = blocks(document, "{}<br>", "　　{}<br>\n")
    body = (
        f'<div class="wrap">{nav(document)}{crumbs(document)}<h2>{escape(document.title)}</h2>{meta_line(document, noise)}'
        f"{text}{buttons()}{share()}{side(noise)}{foot(document, noise)}</div>"
    )
    return _utf8(html(title_tag(document), body, noise))


def deep(document: Document, noise: Noise) -> Rendered:
    """Three hundred nested `<div>` around the text."""
    text = blocks(document, "<p><b>{}</b></p>", "<p>{}</p>")
    return _utf8(_page(document, noise, "<div>" * 300 + text + "</div>" * 300))


def vsb(document: Document, noise: Noise) -> Rendered:
    """博达 VSB: `#vsb_content_2`, `.v_news_content`, a counter by script, files below."""
    text = blocks(document, '<p class="vsbcontent_start"><strong>{}</strong></p>', "<p>{}</p>")
    files = (
        '<ul class="fj"><li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2">附表.xls</a>】</li></ul>'
    )
    body = (
        f'<form name="_newscontent_fromname"><div id="vsb_content_2"><div class="v_news_content">{text}</div></div><div id="div_vote_id"></div>'
        f'<p>{files}</p><p>点击数：<span id="dynclicks">{noise.count()}</span></p></form>'
    )
    return _utf8(_page(document, noise, body, head=metas(document) + title_tag(document, f"-{document.site}")))


def copied(document: Document, noise: Noise) -> Rendered:
    """Guangdong: the article once more as one hidden line, for reading aloud; zoom buttons of a picture viewer."""
    text = blocks(document, "<p><strong>{}</strong></p>", "<p>　　{}</p>")
    aloud = "".join(document.lines).replace("\t", "")
    viewer = '<div class="zoom-controls"><div id="zoomIn">+</div><div id="zoomOut">-</div><div id="resetZoom">↺</div></div>'
    page = _page(document, noise, f'<div class="info_cont word">{text}</div>', head=metas(document) + title_tag(document))
    return _utf8(page.replace("</body>", f'{viewer}<div id="hidden_text" style="display:none">{escape(aloud)}</div></body>'))


def hidden_spam(document: Document, noise: Noise) -> Rendered:
    """A hacked portal: hidden links and words inside the paragraphs, others with each visit."""

    def spoil(text: str) -> str:
        words = "、".join(noise.shuffled(SPAM))
        form = noise.random.randint(0, 4)
        bad = (
            f'<span style="display:none">{words}</span>',
            f'<a href="http://{noise.token()}.example/" style="position:absolute;left:-5000px">{words}</a>',
            f'<font style="font-size:0px">{words}</font>',
            f'<span class="seo">{words}</span>',
            f'<i style="visibility: hidden">{words}</i>',
        )[form]
        middle = len(text) // 2
        return escape(text[:middle], quote=False) + bad + escape(text[middle:], quote=False)

    text = "\n".join(table(block) if isinstance(block, T) else f'<div class="para">{spoil(block.text)}</div>' for block in document.blocks)
    return _utf8(_page(document, noise, text, head=title_tag(document) + "<style>.seo{display:none}</style>"))


def plain_spam(document: Document, noise: Noise) -> Rendered:
    """Visible paragraphs of spam without links, above and below the text."""
    text = blocks(document, "<p><b>{}</b></p>", "<p>{}</p>")
    bad = [
        f"<p>{word_}官方网站{noise.count()}期,注册即送,信誉第一,欢迎体验{other}。</p>"
        for word_, other in zip(SPAM[:3], noise.shuffled(SPAM[:3]), strict=True)
    ]
    return _utf8(_page(document, noise, bad[0] + text + bad[1] + bad[2]))


def unclosed(document: Document, noise: Noise) -> Rendered:
    """No closing tag for p, span, td, tr, div and li anywhere."""
    text = blocks(document, "<p><span>{}</span></p>", "<p><span>{}</span></p>", lambda cell: f"<span>{cell}</span>")
    page = _page(document, noise, f'<div class="text">{text}</div>')
    for name in ("p", "span", "td", "tr", "div", "li"):
        page = page.replace(f"</{name}>", "")
    return _utf8(page)


def split_paragraph(document: Document, noise: Noise) -> Rendered:
    """An introduction beside one large block: whoever goes down to the largest loses it."""
    first, rest = document.blocks[:1], document.blocks[1:]
    a, b = (blocks(Document(**{**document.__dict__, "blocks": part}), "<p><b>{}</b></p>", "<p>{}</p>") for part in (first, rest))
    return _utf8(_page(document, noise, f'<div class="text">{a}<div class="large">{b}</div></div>'))


def mislabelled(document: Document, noise: Noise) -> Rendered:
    """GBK bytes under a header and a meta tag that say UTF-8."""
    text = blocks(document, "<p><b>{}</b></p>", "<p>{}</p>")
    return Rendered(_page(document, noise, f'<div id="zoom">{text}</div>').encode("gb18030"), "text/html; charset=utf-8")


SHAPES: dict[str, Template] = {
    shape.__name__: shape
    for shape in (
        nested_tables, trs, word, junk, jcms, ucap, card_on_top, inner, list_items, preformatted, panes, misleading, naked, deep, vsb, copied,
        hidden_spam, plain_spam, unclosed, split_paragraph, mislabelled,
    )
}  # fmt: skip

# ruff: noqa: E501 -- lines of pages and of reports are as long as they are
"""What is body and what is not, case by case; hostile pages; parts, frames and files."""

from __future__ import annotations

import time

import pytest

from crawler.errors import EmptyReading, NotAReport
from crawler.reading import READER, dom, read
from crawler.reading.chrome import trim
from crawler.reading.lines import Line
from crawler.reading.look import look
from storage.records import Origin
from tests.gold.documents import LIAOYUAN, NATIONAL, ZHUCHENG
from tests.gold.measure import f1
from tests.gold.reading import capture, page
from tests.gold.templates import SHAPES, Noise, blocks

PROSE = [f"第{n}项工作:主动公开政府信息{n * 31}条,答复申请{n}件,均在法定期限内办结。" for n in range(1, 13)]
GOLD = "\n".join(PROSE)


def _paragraphs(lines: list[str] | None = None) -> str:
    return "".join(f"<p>{line}</p>" for line in lines or PROSE)


def _text(html: str, **options: object) -> str:
    return read(page(html), second_opinion=False, **options).text  # type: ignore[arg-type]


# --- containers -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "closing", "name"),
    [
        ('<div id="zoom">', "</div>", "#zoom"),
        ('<div class="TRS_Editor"><div class="Custom_UnionStyle">', "</div></div>", ".TRS_Editor"),
        ('<div class="trs_editor_view TRS_UEDITOR trs_paper_default">', "</div>", ".trs_editor_view"),
        ("<UCAPCONTENT>", "</UCAPCONTENT>", "ucapcontent"),
        ('<div id="UCAP-CONTENT">', "</div>", "#UCAP-CONTENT"),
        ('<div id="zoomcon" class="zoomcon">', "</div>", "#zoomcon"),
        ('<div id="vsb_content_1001"><div class="v_news_content">', "</div></div>", "#vsb_content_1001"),
        ('<div class="Article_content" id="ivs_content">', "</div>", "#ivs_content"),
        ('<div class="artile_zw">', "</div>", ".artile_zw"),
        ('<td><!--ZJEG_RSS.content.begin--><meta name="ContentStart">', '<meta name="ContentEnd"><!--ZJEG_RSS.content.end--></td>', "ContentStart"),
    ],
)
def test_the_container_of_a_cms_is_cut_by_its_name(opening: str, closing: str, name: str) -> None:
    found = read(
        page(f"<html><body><div>站点介绍文字,不是正文。</div><div>{opening}{_paragraphs()}{closing}</div><p>页脚说明文字。</p></body></html>")
    )
    assert (found.container, found.text) == (name, GOLD)
    assert found.agreement is not None
    assert 0 <= found.agreement <= 1


def test_the_portals_own_selector_wins() -> None:
    html = f'<div id="zoom">{_paragraphs(PROSE[:9])}</div><div class="bgnr">{_paragraphs(PROSE[9:])}</div>'
    found = read(page(html), body_selector="div.bgnr", second_opinion=False)
    assert (found.container, found.text) == ("div.bgnr", "\n".join(PROSE[9:]))


def test_a_selector_that_names_nothing_leaves_the_page_to_the_rules() -> None:
    assert _text(f'<div id="zoom">{_paragraphs()}</div>', body_selector="#gone") == GOLD


def test_an_empty_container_is_passed_by() -> None:
    assert _text(f'<div id="zoom"></div><div class="x">{_paragraphs()}</div>') == GOLD


def test_a_container_name_used_for_a_contact_box_does_not_win() -> None:
    assert (
        _text(f'<div class="right"><div class="TRS_Editor">地址:市府路1号。电话:0536-6000000。</div></div><div class="con">{_paragraphs()}</div>')
        == GOLD
    )


def test_several_containers_of_one_body_are_read_in_their_order() -> None:
    html = "".join(f'<h4>附表</h4><div class="TRS_Editor">{_paragraphs(PROSE[n : n + 4])}</div>' for n in (0, 4, 8))
    assert _text(html) == GOLD


def test_identical_paragraphs_are_all_kept() -> None:
    lines = [PROSE[0], "以上数据由各单位报送。", PROSE[1], "以上数据由各单位报送。", PROSE[2], "以上数据由各单位报送。"]
    assert _text(f'<div id="zoom">{_paragraphs(lines)}</div>') == "\n".join(lines)


@pytest.mark.parametrize("opening", ['<a name="top">', '<a href="/report.html">'])
def test_an_anchor_around_the_whole_text_makes_no_list_of_links_of_it(opening: str) -> None:
    assert _text(f"<html><body>{opening}{_paragraphs()}</body></html>") == GOLD


def test_where_nothing_else_finds_a_body_trafilatura_cleans_the_page() -> None:
    links = "</a> <a href='/y'>".join(line[:19] for line in PROSE)
    found = read(page(f"<html><body><div><a href='/x'>{links}。。</a></div></body></html>"))
    assert found.container == "trafilatura"
    assert all(line[:19] in found.text for line in PROSE)


# --- what does not show -----------------------------------------------------------------------------------------------------------------


def test_style_and_script_inside_a_container_never_leak() -> None:
    html = (
        '<div class="TRS_Editor"><style>.TRS_Editor P{line-height:1.5;font-family:宋体;}</style>'
        f'<script>document.write("访问");</script><noscript>请启用脚本。</noscript><!-- 注释 -->{_paragraphs()}</div>'
    )
    assert _text(html) == GOLD


@pytest.mark.parametrize(
    "spam",
    [
        '<div style="display: none">真人娱乐 <a href="http://x.example">老虎机</a></div>',
        '<span style="position:absolute; left:-9999px">百家乐官网</span>',
        "<p hidden>雷竞技</p>",
        '<font style="font-size:0">开元棋牌</font>',
        '<div style="height:1px;overflow:hidden"><a href="http://x.example">必威</a></div>',
        '<div id="seo">必威</div><script>document.getElementById("seo").style.display="none";</script>',
        '<style>.kk{position:absolute;top:-999px}</style><div class="kk">' + '<a href="http://x.example">必威</a>' * 300 + "</div>",
        "<xmp><b></b><i></i></xmp><noframes><td></td></noframes>",
    ],
)
def test_hidden_words_are_no_words_of_the_report(spam: str) -> None:
    middle = len(PROSE) // 2
    assert _text(f'<div id="zoom">{_paragraphs(PROSE[:middle])}{spam}{_paragraphs(PROSE[middle:])}</div>') == GOLD


def test_a_hidden_pane_of_prose_or_of_figures_is_part_of_the_report() -> None:
    rows = "".join(f"<tr><td>指标{n}</td><td>{n}</td></tr>" for n in range(4))
    more = [line.replace("第", "另").replace("公开", "发布") for line in PROSE]
    html = f'<div class="pane">{_paragraphs()}</div><div style="display:none">{_paragraphs(more)}</div><div style="display:none"><table>{rows}</table></div>'
    assert _text(f'<div id="zoom">{html}</div>').split("\n") == [*PROSE, *more, *(f"指标{n}\t{n}" for n in range(4))]


def test_a_hidden_copy_of_the_whole_text_is_not_read_twice() -> None:
    assert _text(f'<div id="a">{_paragraphs()}</div><div id="b" style="display:none">{"".join(PROSE)}</div>') == GOLD


def test_control_characters_and_invisible_marks_change_nothing() -> None:
    html = f'<div id="zoom">{_paragraphs()}</div>'
    spoilt = html.replace("政府", "政\u200b府").replace("公开", "公\x00开").replace("法定", "法&#8203;定").replace("办结", "办\x0b\ufffe\u00ad结")
    assert read(page(spoilt), second_opinion=False).text == read(page(html), second_opinion=False).text


# --- furniture --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "【字体:大 中 小】", "【打 印】 【关闭本页】", "打    印】  【关闭本页", "点击数:3021", "浏览次数: 次", "(责任编辑:王某某)", "来源:市政府办公室", "扫一扫在手机打开当前页",
        "登录 注册", "上一篇:关于放假的通知", "下一篇:没有了", "点击排行", "推荐阅读", "鲁ICP备09082635号", "版权所有:市人民政府", "主办单位:市人民政府办公室", "分享到:微信 微博 QQ空间",
        "Copyright 2003 All Rights Reserved", "【打印】", "返回顶部", "↺", "首页 > 政务公开 > 年报",
    ],
)  # fmt: skip
def test_furniture_goes_at_both_ends_and_stays_inside(line: str) -> None:
    lines = [Line(text) for text in (line, *PROSE[:3], line, *PROSE[3:], line)]
    assert [kept.text for kept in trim(lines).body] == [*PROSE[:3], line, *PROSE[3:]]


@pytest.mark.parametrize(
    "line",
    [
        "2015年3月30日", "诸城市人民政府办公室", "(注:各子栏目数总数等于总栏目数量)", "附件:1.统计表", "六、网站管理情况", "全年网站访问总量120万次。", "860", "完成ICP备案工作。",
        "联系电话:0536-6113691", "特此报告。", "无。",
    ],
)  # fmt: skip
def test_short_last_lines_of_a_report_stay(line: str) -> None:
    assert [kept.text for kept in trim([Line(text) for text in (*PROSE, line)]).body] == [*PROSE, line]


@pytest.mark.parametrize("row", ["微信\t884", "微博\t1203", "下载量\t120", "点击数\t35", "访问量\t61400", "注册\t12"])
def test_figures_about_a_web_site_in_the_last_row_of_a_table_stay(row: str) -> None:
    lines = [*(Line(text) for text in PROSE), Line("渠道\t条数", True), Line(row, True)]
    assert trim(lines).body == lines


@pytest.mark.parametrize("line", ["微信884条", "微博 1203", "网上登录注册用户12万"])
def test_figures_typed_as_the_last_line_stay(line: str) -> None:
    lines = [Line(text) for text in (*PROSE, line)]
    assert trim(lines).body == lines


def test_a_table_of_figures_that_begins_with_names_keeps_its_first_row() -> None:
    rows = [Line("名称\t数量", True), Line("收到申请\t88", True)]
    assert trim(rows).body == rows
    card = [Line("索引号\t11370782/2018-1\t发布机构\t市政府办公室", True), Line("名称\t年度报告", True)]
    assert trim([*card, Line(PROSE[0]), *rows]).head == card


def test_a_title_repeated_at_either_end_is_not_body() -> None:
    title = "2014年市政府信息公开要点自查报告"
    lines = [Line(text) for text in (title + title, "时间:2014-12-19来源:市政府办公室", *PROSE, title, title, title)]
    trimmed = trim(lines)
    assert [line.text for line in trimmed.body] == PROSE
    assert [line.text for line in trimmed.tail] == [title] * 3


def test_list_numbers_that_injected_tags_left_behind_go_from_the_head() -> None:
    lines = ["•", "1.", "2.", "登录 注册", "发布日期:2015-03-13    点击数:", *PROSE]
    assert [line.text for line in trim([Line(text) for text in lines]).body] == PROSE


def test_what_stands_around_the_body_is_at_hand_for_facts() -> None:
    found, _ = look(capture(SHAPES["trs"](LIAOYUAN, Noise(1))))
    assert any(LIAOYUAN.title in line for line in found.head_lines)
    assert any("发布时间：2015-03-13" in line for line in found.head_lines)
    assert any("打印本页" in line for line in found.tail_lines)


# --- texts ------------------------------------------------------------------------------------------------------------------------------


def test_a_plain_text_with_stray_tags_keeps_every_sentence() -> None:
    soup = "".join(f'<{name} id="q7xyz"></{name}>\n' for name in ("legend", "samp", "sup", "mark", "p", "track", "delect", "wbr", "meter"))
    text = f'{soup}  • <input id="q7xyz"><address id="q7xyz"></address>\n 1. \n 登录 注册\n\n发布日期:2015-03-13    点击数:\n\n' + "\n\n".join(
        "　　" + line for line in PROSE
    )
    found = read(page(text, content_type="text/plain"), second_opinion=False)
    assert (found.container, found.text) == ("plain", GOLD)


def test_a_page_sent_as_plain_text_is_read_as_a_page() -> None:
    found = read(page(f'<html><body><div id="zoom">{_paragraphs()}</div></body></html>', content_type="text/plain"), second_opinion=False)
    assert (found.container, found.text) == ("#zoom", GOLD)


def test_signs_of_comparison_are_no_tags() -> None:
    assert "占比<5%的单位" in _text("占比<5%的单位有3个,>10%的有7个。\n" + GOLD)


# --- parts, frames, files ---------------------------------------------------------------------------------------------------------------


def test_the_parts_of_a_split_article_are_joined_in_order() -> None:
    half = len(ZHUCHENG.blocks) // 2
    urls = [f"http://www.zhucheng.gov.cn/t1{part}.htm" for part in ("", "_1")]
    parts = [ZHUCHENG.blocks[:half], ZHUCHENG.blocks[half:]]
    pages = [
        page(
            f"<html><title>{ZHUCHENG.title}</title><body><h1>{ZHUCHENG.title}</h1><div id=zoom><p>{ZHUCHENG.title}</p>"
            + blocks(type(ZHUCHENG)(**{**ZHUCHENG.__dict__, "blocks": part}), "<p>{}</p>", "<p>{}</p>")
            + "</div><div>上一页 1 2 下一页</div></body></html>",
            url,
        )
        for part, url in zip(parts, urls, strict=True)
    ]
    found = read(pages[0], parts=pages[1:])
    assert found.text == "\n".join(ZHUCHENG.lines)
    assert len(found.tables) == 2
    assert found.tables[1].cells[0].path.startswith("part[2]/html/body")


def test_the_body_in_a_frame_takes_the_place_of_the_outer_pages_own() -> None:
    outer = page(
        f"<html><title>{LIAOYUAN.title}</title><body><h1>{LIAOYUAN.title}</h1><p>发布日期:2015-03-13</p><iframe src='inner/1.html'></iframe>"
        "<p>本网站由市政府办公室主办,市信息中心承办,欢迎社会各界提出意见和建议。</p></body></html>"
    )
    inner = page(SHAPES["inner"](LIAOYUAN, Noise(1)).body, "http://www.example.gov.cn/zwgk/inner/1.html")
    found = read(outer, parts=[inner], second_opinion=False)
    assert f1("\n".join(LIAOYUAN.lines), found.text) == 1.0
    assert str(found.published) == "2015-03-13"


def test_files_in_or_right_below_the_body_are_attachments() -> None:
    html = (
        f'<div class="nav"><a href="/guide.pdf">指南</a></div><div class="main"><div id="zoom">{_paragraphs()}<a href="./P020150313.xls#x">统计表</a></div>'
        '<div>附件:<a href="../down/2014年报.pdf"></a><a href="/system/download.jsp?file=a.docx&amp;id=2">正文</a><a href="/list.html">更多</a>'
        '<a href="javascript:alert(1).pdf">x</a><a href="http://[bad/x.pdf">y</a></div></div>'
    )
    found = read(page(html), second_opinion=False)
    assert [(file.url, file.name) for file in found.attachments] == [
        ("http://www.example.gov.cn/zwgk/P020150313.xls", "统计表"),
        ("http://www.example.gov.cn/down/2014年报.pdf", "2014年报.pdf"),
        ("http://www.example.gov.cn/system/download.jsp?file=a.docx&id=2", "正文"),
    ]


# --- hostile pages ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [300, 3000, 100_000])
@pytest.mark.parametrize("tag", ["div", "span", "table><tr><td", "font", "blockquote"])
def test_no_word_is_lost_however_deep_it_stands(tag: str, levels: int) -> None:
    levels //= tag.count("<") + 1
    closing = "".join(f"</{name}>" for name in reversed(tag.split("><")))
    for close in (closing * levels, ""):
        assert _text(f"<html><body>{f'<{tag}>' * levels}{_paragraphs()}{close}</body></html>") == GOLD


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param("<div " + " ".join(f'a{n}="x"' for n in range(100_000)) + ' b="' + "y" * 1_000_000 + '">x</div>', id="attributes"),
        pytest.param("<p>字</p>" * 50_000, id="paragraphs"),
        pytest.param("<table><tr><td colspan=9007199254740991 rowspan=65534>x</td><td>y</td></tr></table>", id="spans"),
        pytest.param("<a href='x.pdf'>" * 20_000, id="open links"),
        pytest.param("<!--" * 20_000 + "-->", id="comments"),
        pytest.param("<b id=aaaa>" * 30_000, id="one id"),
        pytest.param("【" * 200_000, id="brackets"),
        pytest.param("打印" * 5_000 + "x", id="furniture words"),
        pytest.param("<p>" + "大中小" * 10_000 + "</p>", id="fillers"),
        pytest.param("<p>" + "首页 > " * 10_000 + "</p>", id="crumbs"),
        pytest.param("<style>" + ".a{" * 50_000 + "</style>", id="style sheet"),
    ],
)
def test_a_page_made_to_cost_time_costs_little_and_keeps_its_report(bomb: str) -> None:
    started = time.process_time()
    text = read(page(f'<html><body><div id="zoom">{_paragraphs()}</div><div>{bomb}</div></body></html>')).text
    assert time.process_time() - started < 8
    assert GOLD in text


@pytest.mark.parametrize(
    "html", ["", " ", "<html>", "<html><body></body></html>", "\x00\x00", "<html><!-- never closed <p>正文</p>", "<frameset></frameset>"]
)
def test_a_page_without_words_is_an_empty_reading_and_no_report(html: str) -> None:
    with pytest.raises(EmptyReading):
        read(page(html))


def test_a_picture_where_a_page_should_be_is_said_to_be_one() -> None:
    with pytest.raises(NotAReport):
        read(page(b"\x89PNG\r\n\x1a\n ..."))


@pytest.mark.parametrize(
    "html",
    [
        "<",
        "<p",
        "</",
        "<![CDATA[",
        "<?xml version='1.0' encoding='gbk'?><p>a",
        "&#xD800;&#0;",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_the_parser_takes_anything(html: str) -> None:
    dom.parse(html)


# --- purity -----------------------------------------------------------------------------------------------------------------------------


def test_the_same_bytes_give_the_same_reading() -> None:
    origin = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="trs")
    source = capture(SHAPES["trs"](NATIONAL, Noise(1)))
    first, second = read(source, origin=origin), read(source, origin=origin)
    assert first == second
    assert first.reader == READER

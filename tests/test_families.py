"""How each CMS family lists, pages on and splits articles, on small pages in the families' own shapes."""

from __future__ import annotations

import contextlib
import time

import pytest

from crawler.errors import ConfigError, LayoutChanged, TooLarge
from crawler.reading.charset import decode
from spiders.families import Next, Page, family
from spiders.portal import Portal

COLUMN = "http://www.lijiang.example/zwgk/nb/"


def of(name, *, start=COLUMN, **more):
    return family(Portal(key="lijiang", name="漓江市人民政府", adcode="450300", family=name, start=(start,), hosts=("*.lijiang.example",), **more))


def page(html, url=COLUMN, **more):
    return Page.of(html, url=url, **more)


def titles(rows):
    return [row.title for row in rows]


ROWS = "".join(
    f'<li><a href="./202401/t202401{n:02}_{n}.html">漓江市第{n}局2023年政府信息公开年报</a><span>2024-01-{n:02}</span></li>' for n in range(10, 25)
)


# --- trs


@pytest.mark.parametrize(
    ("call", "number", "following"),
    [
        ('createPageHTML(3, 0, "index", "html");', 1, "index_1.html"),
        ('createPageHTML(3, 1, "index", "html");', 2, "index_2.html"),
        ('createPageHTML(3, 2, "index", "html");', 3, None),
        ('createPageHTML(1, 0, "index", "html");', 1, None),
        ('createPageHTML(46, 3, 0, "index", "shtml");', 1, "index_1.shtml"),
        ('createPageHTML(46, 3, 1, "index", "shtml", 20);', 2, "index_2.shtml"),
        ('createPageHTML(46, 3, 2, "index", "shtml", 20);', 3, None),
        ("createPage(4, 0, 'index', 'html');", 1, "index_1.html"),
        ("createPageHTML('page_div',10,1,'zwgklist','shtml',200);", 1, "zwgklist_2.shtml"),
        ("createPageHTML('page_div',10,2,'zwgklist','shtml',200);", 2, "zwgklist_3.shtml"),
        ("createPageHTML('page_div',10,10,'zwgklist','shtml',200);", 10, None),
        ('var n = 5; var i = 0; createPageHTML(n, i, "index", "htm");', 1, "index_1.htm"),
        ('// createPageHTML(9, 0, "index", "html");', 1, None),
        ('/* createPageHTML(9, 0, "index", "html"); */', 1, None),
        ('//createPageHTML(9,0,"old","html")\ncreatePageHTML(2, 0, "index", "html")', 1, "index_1.html"),
        ('<!--\ncreatePageHTML(2, 0, "index", "html");\n//-->', 1, "index_1.html"),
        ("function createPageHTML(a, b, c, d) { return a; }", 1, None),
        ('var s = "http://x//y"; createPageHTML(2, 0, "index", "html");', 1, "index_1.html"),
        ('createPageHTML(3, 0, "../../etc/passwd", "html");', 1, None),
        ('createPageHTML(3, 0, "http://evil.test/x", "html");', 1, None),
        ('createPageHTML(3, 0, "t20190918_693227", "shtml");', 1, None),
        ('createPageHTML(3, 0, "index", "html");', 2, None),
        ("createPageHTML();", 1, None),
        ("createPageHTML(3, 0", 1, None),
    ],
)
def test_a_paging_call_names_the_following_page_in_any_of_its_argument_orders(call, number, following):
    found = of("trs").next(page(f"<ul>{ROWS}</ul><script>{call}</script>", column=COLUMN, number=number))
    assert (found and found.url) == (following and COLUMN + following)
    assert found is None or found.number == number + 1


def test_a_paging_call_in_an_html_comment_is_none():
    assert of("trs").next(page(f'<ul>{ROWS}</ul><!-- <script>createPageHTML(9, 0, "index", "html")</script> -->')) is None


def test_a_list_that_ships_all_its_rows_has_no_second_page():
    html = f'<ul style="display:none">{ROWS}</ul><script>createPageHTML(15, 3, 0, "index", "html", 5)</script>'
    assert len(of("trs").rows(page(html))) == 15
    assert of("trs").next(page(html)) is None


def test_a_stub_page_ends_the_paging_quietly_but_a_first_page_without_rows_does_not():
    stub = "<html><head><title></title></head><body>" + " " * 280 + "</body></html>"
    trs = of("trs")
    assert trs.rows(page(stub, COLUMN + "index_7.html", column=COLUMN, number=8)) == []
    assert trs.next(page(stub, COLUMN + "index_7.html", column=COLUMN, number=8)) is None
    with pytest.raises(LayoutChanged, match="no link to an article"):
        trs.rows(page(stub))


def test_a_list_that_lost_its_rows_is_not_saved_by_its_footer_and_sidebar():
    html = """<div class="list"></div><h3>点击排行</h3><ul><li><a href="/ywdt/202401/t20240102_7.html">全市创新大会召开</a></li></ul>
    <div class="bottom"><ul><li><a href="/wzsm/201709/t20170912_719157.html">网站声明</a></li>
    <li><a href="/lxwm/201709/t20170912_719159.html">联系我们</a></li></ul></div>"""
    with pytest.raises(LayoutChanged):
        of("trs").rows(page(html))
    assert len(of("trs").rows(page(f"<ul>{ROWS}</ul>{html}"))) == 15


def test_rows_written_by_a_script_are_rows():
    html = """<body><script>
    var url='./202401/t20240130_1.shtml'; var title='漓江市2023年信息公开年报'; var day = "2024-01-30";
    document.writeln('<li><a href="'+url+'" title="'+title+'">'+title+'<\\/a><span>'+day+'<\\/span><\\/li>');
    url='./202301/t20230131_2.shtml'; title='漓江市2022年信息公开年报'; day = "2023-01-31";
    document.writeln('<li><a href="'+url+'">'+title+'</a><span>'+day+'</span></li>');
    document.writeln('<li>'+compute(url)+'</li>');
    </script></body>"""
    rows = of("trs").rows(page(html))
    assert [(row.title, row.url.rpartition("/")[2], str(row.listed)) for row in rows] == [
        ("漓江市2023年信息公开年报", "t20240130_1.shtml", "2024-01-30"),
        ("漓江市2022年信息公开年报", "t20230131_2.shtml", "2023-01-31"),
    ]


def test_a_split_article_names_its_further_pages_in_order():
    trs = of("trs")
    url = COLUMN + "201909/t20190918_693227.shtml"
    html = '<div class=TRS_Editor>一、概述</div><script>createPageHTML(3,0,"t20190918_693227","shtml")</script>'
    assert trs.parts(page(html, url)) == [COLUMN + "201909/t20190918_693227_1.shtml", COLUMN + "201909/t20190918_693227_2.shtml"]
    assert trs.parts(page(html.replace("(3,0", "(1,0"), url)) == []
    assert len(trs.parts(page(html.replace("(3,0", "(99999999,0"), url))) == 50
    assert trs.parts(page(html, COLUMN + "201909/t20190918_1.shtml")) == [], "the call of another article"


def test_upper_case_folders_stay_upper_case():
    start = "http://xxgk.lijiang.example/XXGK/XXGKNB/SZFBGS/"
    trs = of("trs", start=start)
    html = """<table><tr><td><a href="./201803/T20180329_1.HTM">漓江市2017年信息公开年报</a></td></tr></table>
    <script>createPageHTML(2,0,"index","htm")</script>"""
    assert trs.rows(page(html, start))[0].url == start + "201803/T20180329_1.HTM"
    assert trs.next(page(html, start)).url == start + "index_1.htm"


def test_a_row_beside_the_articles_that_leads_elsewhere_is_a_row_too():
    html = f"""<ul>{ROWS}<li><a href="http://gb.example/1.html">漓江市2016年政府信息公开年报</a></li>
    <li><a href="javascript:x()">漓江市2015年年报</a></li></ul>"""
    assert titles(of("trs").rows(page(html)))[-1] == "漓江市2016年政府信息公开年报"
    assert len(of("trs").rows(page(html))) == 16


def test_injected_tags_between_rows_lose_none():
    junk = '<p id="x7k2m"><td id="x7k2m"></td></p><ol id="x7k2m"><li id="x7k2m"><track id="x7k2m">'
    assert len(of("trs").rows(page(f"<body>{junk}<ul>{ROWS.replace('</li>', '</li>' + junk)}</ul>{junk}"))) == 15


def test_the_issuer_is_read_where_the_table_has_a_column_for_it():
    html = """<table><tr><th>名称</th><th>索引号</th><th>发布机构</th><th>发布日期</th></tr>
    <tr><td><a href="./202401/t20240122_1.html">2023年政府信息公开年报</a></td><td>000014348/2024-35428</td>
    <td>漓江市教育局</td><td>2024-01-22</td></tr></table>"""
    (row,) = of("trs").rows(page(html))
    assert (row.issuer, str(row.listed)) == ("漓江市教育局", "2024-01-22")


def test_rows_without_an_element_of_their_own_keep_their_dates():
    html = (
        "<div>"
        + "".join(f'<a href="202401/t2024010{n}_{n}.html">漓江市第{n}局信息公开年报</a> <span>2024-01-0{n}</span><br>' for n in (1, 2, 3))
        + "</div>"
    )
    assert [str(row.listed) for row in of("trs").rows(page(html))] == ["2024-01-01", "2024-01-02", "2024-01-03"]


# --- year folders and sub-columns


@pytest.mark.parametrize(
    ("href", "text", "followed"),
    [
        ("2021n/", "2021", True),
        ("./2015nb/", "年报", True),
        ("gknb2017/index.html", "查看", True),
        ("2024_nd/", "·", True),
        ("2019n_5804949", "·", True),
        ("bm/", "部门年报", True),
        ("xz/", "乡镇街道", True),
        ("2021n/xq/", "县区", True),
        ("2021n/a/b/2020/", "2020年", False),
        ("zcwj/", "政策文件", False),
        ("202401/", "2024", True),
        ("more/", "年报 更多", False),
        ("nb/2021n/", "2021年", False),
        ("?y=2023&m=5", "2023年", False),
        ("2023/?m=5", "2023年", False),
        ("../jh/2023/", "2023年", False),
        ("/", "2023年", False),
        ("http://www.evil.test/zwgk/nb/2021n/", "2021年", False),
        ("javascript:tab(2021)", "2021年", False),
        ("2021n/2021.pdf", "2021年年报", False),
        ("./", "2021年", False),
    ],
)
def test_year_folders_and_groups_are_followed_only_below_the_column(href, text, followed):
    assert bool(of("trs").columns(page(f'<ul>{ROWS}</ul><a href="{href}">{text}</a>'))) is followed


def test_tabs_of_other_years_are_found_from_within_a_year_but_excuse_no_missing_row():
    tabs = '<a href="../2023n/">2023年</a><a href="../2022n/">2022年</a>'
    trs = of("trs")
    assert trs.columns(page(tabs, COLUMN + "2023n/")) == [COLUMN + "2022n/"]
    with pytest.raises(LayoutChanged):
        trs.rows(page(tabs, COLUMN + "2023n/"))
    assert trs.rows(page('<a href="2023n/">2023年</a>')) == [], "a column of folders has no rows of its own"


def test_a_new_year_folder_may_say_that_it_is_empty_an_entry_column_may_not():
    trs = of("trs")
    assert trs.rows(page("<p>该栏目暂无信息</p>", COLUMN + "2026n/")) == []
    with pytest.raises(LayoutChanged):
        trs.rows(page("<p>该栏目暂无信息</p>"))


def test_what_the_portal_file_says_is_followed_wherever_it_leads():
    start = "http://www.lijiang.example/col/col7/index.html"
    hanweb = of("hanweb", start=start, listing={"follow": r"^20\d\d年$"})
    links = '<a href="/col/col9/index.html">2023年</a><a href="/cal?y=2023">2023年</a><a href="/col/col3/index.html">要闻</a>'
    assert hanweb.columns(page(links, start)) == ["http://www.lijiang.example/col/col9/index.html"]


@pytest.mark.parametrize(
    ("more", "key"),
    [({"listing": {"follow": "(20"}}, "listing.follow"), ({"listing": {"row": "li:nope("}}, "listing.row"), ({"body": "div["}, "body")],
)
def test_a_selector_or_expression_that_cannot_be_is_refused_with_its_key(more, key):
    with pytest.raises(ConfigError, match=f"lijiang: {key}"):
        of("trs", **more)


def test_a_flood_of_folders_is_bounded():
    html = "".join(f'<a href="{n}n/">{n}年</a>' for n in range(1900, 2100))
    assert len(of("trs").columns(page(html))) == 80


# --- hanweb

COL = "https://www.lijiang.example/col/col1229/index.html"
PROXY = "https://www.lijiang.example/module/web/jpage/dataproxy.jsp"


def record(n, date="2024-01-30"):
    link = f'<a href="/art/2024/1/30/art_1229_{n}.html" title="漓江市第{n}局2023年政府信息公开年报">漓江市第{n}局2023年…</a>'
    return f'<record><![CDATA[<li>{link}<b readlabel="{date}">{date}</b></li>]]></record>'


def shell(records, total, *, more="type:'GET',", per=3, group=2, before=""):
    return f"""<div class="list"><ul></ul></div>{before}<div id="77"><script type="text/xml"><datastore><totalrecord>{total}</totalrecord>
    <recordset>{"".join(records)}</recordset></datastore></script></div><script>$('#77').jpage({{ proxyUrl:'/module/web/jpage/dataproxy.jsp', {more}
    perPage:{per}, groupSize:{group},
    ajaxParam:{{col:1,appid:1,webid:3,path:'/',columnid:1229,sourceContentType:1,unitid:'77',webname:'漓江',permissiontype:0}} }});</script>"""


def test_rows_stand_in_the_datastore_and_whole_titles_in_their_attribute():
    rows = of("hanweb", start=COL).rows(page(shell([record(1), record(2, "2024-\n 01-\n 29")], 2), COL))
    assert titles(rows) == ["漓江市第1局2023年政府信息公开年报", "漓江市第2局2023年政府信息公开年报"]
    assert [str(row.listed) for row in rows] == ["2024-01-30", "2024-01-29"]
    assert rows[0].url == "https://www.lijiang.example/art/2024/1/30/art_1229_1.html"


def test_all_records_are_reached_by_the_numbers_of_the_column_page():
    hanweb = of("hanweb", start=COL)
    total = 17
    at = page(shell([record(n) for n in range(1, 7)], total), COL)
    seen = titles(hanweb.rows(at))
    while following := hanweb.next(at):
        assert following.url.startswith(PROXY + "?startrecord=")
        assert "columnid=1229" in following.url
        assert "unitid=77" in following.url
        assert "permissiontype=0" in following.url
        first = int(following.url.partition("startrecord=")[2].partition("&")[0])
        last = int(following.url.partition("endrecord=")[2].partition("&")[0])
        answer = (
            f"<datastore><totalrecord>{total}</totalrecord><recordset>{''.join(record(n) for n in range(first, last + 1))}</recordset></datastore>"
        )
        at = page(answer, following.url, column=COL, number=following.number)
        seen += titles(hanweb.rows(at))
    assert seen == [f"漓江市第{n}局2023年政府信息公开年报" for n in range(1, 18)]
    assert at.number == 3


def test_an_answer_with_one_row_more_than_asked_makes_the_next_one_skip_none():
    answer = f"<datastore><totalrecord>9</totalrecord><recordset>{''.join(record(n) for n in range(4, 8))}</recordset></datastore>"
    at = page(answer, f"{PROXY}?startrecord=4&endrecord=6&perpage=3&columnid=1229&unitid=77", column=COL, number=2)
    assert "startrecord=7&endrecord=9&" in of("hanweb", start=COL).next(at).url


def test_the_request_is_posted_unless_the_pages_script_says_get():
    hanweb = of("hanweb", start=COL)
    assert hanweb.next(page(shell([record(1)], 9), COL)).method == "GET"
    posted = hanweb.next(page(shell([record(1)], 9, more=""), COL))
    assert posted.method == "POST"
    assert posted.body.startswith("col=1&appid=1&webid=3&path=%2F&columnid=1229")


def test_of_several_lists_on_a_page_the_columns_own_is_paged():
    other = shell([record(90 + n) for n in range(3)], 3).replace("columnid:1229", "columnid:5").replace("77", "66")
    following = of("hanweb", start=COL).next(page(shell([record(1), record(2)], 9, before=other), COL))
    assert "columnid=1229&" in following.url
    assert "startrecord=3&" in following.url


def test_an_answer_of_a_few_bytes_ends_the_paging():
    hanweb = of("hanweb", start=COL)
    for answer in ("<datastore><recordset></recordset></datastore>", "<datastore><totalrecord>9</totalrecord></datastore>\n", "", " \r\n"):
        at = page(answer, f"{PROXY}?startrecord=7&endrecord=12&perpage=3&columnid=1229&unitid=77", column=COL, number=2)
        assert hanweb.rows(at) == []
        assert hanweb.next(at) is None


@pytest.mark.parametrize(
    "answer",
    [
        "<html><body>HTTP Status 500 – Internal Server Error</body></html>",
        '{"success":false,"code":500}',
        "<datastore><totalrecord>9</totalrecord><recordset><record><![CDATA[<li><a href='/art/2024/1/1/art_1",
    ],
)
def test_an_error_page_or_half_an_answer_is_not_an_empty_list(answer):
    with pytest.raises(LayoutChanged) as raised:
        of("hanweb", start=COL).rows(page(answer, PROXY + "?startrecord=7", column=COL, number=2))
    assert raised.value.rule == "not-a-datastore"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
    "<datastore><recordset><record>&a9;</record></recordset></datastore>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><datastore><recordset><record>&x;</record></recordset></datastore>'


@pytest.mark.parametrize("answer", [LAUGHS, OUTSIDE])
def test_entities_are_neither_expanded_nor_fetched(answer):
    begun = time.process_time()
    for at in (page(answer, PROXY + "?startrecord=1", column=COL, number=2), page(f'<script type="text/xml">{answer}</script>', COL)):
        with pytest.raises(LayoutChanged) as raised:
            of("hanweb", start=COL).rows(at)
        assert raised.value.rule == "xml-doctype"
    assert time.process_time() - begun < 1


def test_a_datastore_may_name_its_next_group_itself():
    hanweb = of("hanweb", start=COL)
    link = '<a href="./dataproxy.jsp?page=5&amp;webid=3&amp;columnid=1229"></a>'
    group = f"<datastore><nextgroup><![CDATA[{link}]]></nextgroup><recordset>%s</recordset></datastore>"
    at = page(group % record(1), PROXY + "?page=3&webid=3&columnid=1229", column=COL, number=2)
    assert hanweb.next(at) == Next(url=PROXY + "?page=5&webid=3&columnid=1229", number=3)
    assert hanweb.next(page(group % "", PROXY + "?page=9&webid=3", column=COL, number=4)) is None


def test_a_shell_without_a_datastore_is_a_changed_layout_a_rendered_list_is_not():
    hanweb = of("hanweb", start=COL)
    with pytest.raises(LayoutChanged):
        hanweb.rows(page('<div class="list"><ul></ul></div>', COL))
    rendered = (
        '<ul><li><a href="/col/col1229/art/2026/art_5f0c9b1e7d2a4c38b6e01f9a7c3d5e24.html">漓江市2025年年报</a><span>2026-01-30</span></li></ul>'
    )
    assert titles(hanweb.rows(page(rendered, COL))) == ["漓江市2025年年报"]


# --- contentn


def test_any_folder_below_a_year_is_a_group_whatever_it_is_called():
    start = "http://www.lijiang.example/gk/xxgkndbg/"
    contentn = of("contentn", start=start)
    html = """<a href="/gk/xxgkndbg/2021n/gbb31">委办局</a><a href="/gk/xxgkndbg/2021n/gbb31/wyll31">其他</a>
    <a href="/gk/xxgkndbg/2021n/content_5">漓江市2021年年报</a>"""
    assert contentn.columns(page(html, start + "2021n")) == [start + "2021n/gbb31", start + "2021n/gbb31/wyll31"]
    assert [row.url for row in contentn.rows(page(f"<ul><li>{html}</li></ul>", start + "2021n"))] == [start + "2021n/content_5"]


def test_a_link_to_the_next_page_is_followed_unless_it_leads_nowhere():
    contentn = of("contentn")
    assert contentn.next(page('<a href="?p=2">下一页 &gt;</a>')) == Next(url=COLUMN + "?p=2", number=2)
    for dead in (
        '<a href="javascript:;">下一页</a>',
        '<a href="#">下一页</a>',
        f'<a href="{COLUMN}">下一页</a>',
        '<a class="disabled" href="?p=3">下一页</a>',
        "下一页",
    ):
        assert contentn.next(page(dead)) is None


# --- static

RULES = {"row": "div.item", "link": "h4 a", "date": ".when", "next": "a.weiter"}


def test_selectors_of_the_portal_file_say_where_rows_links_dates_and_the_next_page_are():
    static = of("static", listing=RULES)
    html = """<div class="item"><a href="/cat/9/">年报</a><h4><a href="/show/5">漓江市2023年政府信息公开年报</a></h4>
    <i>阅读 2024-01-01</i><p class="when">2024-01-30</p></div>
    <div class="item"><h4><a href="/show/4">漓江市2022年政府信息公开年报</a></h4></div><a class="weiter" href="?page=2">»</a>"""
    assert [(row.url.rpartition("/")[2], str(row.listed)) for row in static.rows(page(html))] == [("5", "2024-01-30"), ("4", "None")]
    assert static.next(page(html)) == Next(url=COLUMN + "?page=2", number=2)


def test_a_row_selector_that_matches_nothing_is_named():
    with pytest.raises(LayoutChanged, match=r"no row matches 'div\.item'") as raised:
        of("static", listing=RULES).rows(page(f"<ul>{ROWS}</ul>"))
    assert raised.value.url == COLUMN


def test_without_selectors_menus_and_footers_are_no_rows():
    html = f"""<div class="nav"><ul><li><a href="/a/">漓江市人民政府门户网站首页</a></li></ul></div><ul class="list">{ROWS}</ul>
    <footer><a href="/x">关于我们以及网站地图和帮助</a></footer><div id="links"><a href="/y">友情链接友情链接友情链接</a></div>"""
    assert len(of("static").rows(page(html))) == 15


def test_a_body_in_a_frame_is_a_part_of_its_report():
    html = """<h1>漓江市2008年信息公开年报</h1><iframe id="main" src="/files/2008body.htm" width="100%"></iframe>
    <iframe src="//tianqi.example/i.htm"></iframe><iframe src="/count/hits.htm"></iframe><iframe src="/login.jsp"></iframe>
    <iframe src="/x.htm" width="0" height="0"></iframe><iframe src="/y.htm" style="display: none"></iframe><iframe src="about:blank"></iframe>"""
    assert of("static").parts(page(html)) == ["http://www.lijiang.example/files/2008body.htm"]
    assert of("static", body="#main").parts(page(html)) == ["http://www.lijiang.example/files/2008body.htm"]
    assert of("static", body="h1").parts(page(html)) == []


def test_a_frame_beside_a_long_text_is_its_body_only_when_it_is_called_so():
    text = "<p>" + "本报告由漓江市人民政府办公室编制。" * 40 + "</p>"
    assert of("static").parts(page(text + '<iframe class="plugin" src="/p.htm"></iframe>')) == []
    framed = of("static").parts(page(text + '<iframe id="frame_content" src="/zhengce/content_1.htm"></iframe>'))
    assert framed == ["http://www.lijiang.example/zhengce/content_1.htm"]


# --- real answers


@pytest.mark.corpus
@pytest.mark.parametrize("number", [1, 2, 5])
def test_real_answers_of_dataproxy_are_read_row_for_row(shared, number):
    text = (shared / "pages" / f"local_spider_jason--page_{number}.xml").read_text(encoding="utf-8")
    rows = of("hanweb", start=COL).rows(page(text, PROXY + "?startrecord=1", column=COL, number=2))
    assert len(rows) == text.count("<record>") == 76
    assert all(row.listed and row.title and "..." not in row.title and "/art_80179_" in row.url for row in rows)


@pytest.mark.corpus
def test_a_real_table_of_documents_gives_its_row_and_no_menu(shared):
    text = (shared / "pages" / "renmin--list.jsp").read_text(encoding="utf-8")
    for name in ("trs", "static"):
        (row,) = of(name).rows(page(text, "http://hdzfxxgk.hd.gov.cn/zfwj/jinqixxgk/"))
        assert (str(row.listed), row.issuer) == ("2020-08-05", "邯郸市教育局")


@pytest.mark.corpus
def test_real_articles_have_no_parts_unless_a_frame_holds_their_text(shared):
    framed = {}
    for path in sorted((shared / "pages").glob("*.html")):
        at = page(decode(path.read_bytes())[0], "http://www.gov.cn/zhengce/content/2019-01/02/content_5354222.htm")
        if parts := of("static").parts(at):
            framed[path.name] = len(parts)
    assert set(framed) == {f"platform-1--content_{n}.html" for n in (5354222, 5359620, 5362266)}


# --- hostile lists


@pytest.mark.parametrize("name", ["trs", "hanweb", "contentn", "static"])
def test_scripts_and_datastores_that_never_close_cost_little_time(name):
    """Each took between twenty seconds and minutes, while every portal of the process waited; all together take a few seconds now."""
    megabyte = 1_000_000
    floods = [f"<script>{what * (megabyte // len(what))}</script>" for what in ("/* ", '"\\', "createPageHTML(1,", "document.write(", "jpage({")]
    floods += [what * (megabyte // len(what)) for what in ("<script ", "<script type=text/xml>", "<datastore ", "<input name='col' ")]
    begun = time.process_time()
    for flood in floods:
        for url in (COLUMN, f"{COLUMN}dataproxy.jsp"):
            with contextlib.suppress(TooLarge):
                at = page(f"<html><body>{flood}", url)
                for asked in (of(name).rows, of(name).next, of(name).columns, of(name).parts):
                    with contextlib.suppress(LayoutChanged):
                        asked(at)
    assert time.process_time() - begun < 30


@pytest.mark.parametrize("markup", ['{"x": 1} <p FLOOD>', '<!-- <a b=" --><p FLOOD c="">'])
def test_a_flood_of_attributes_reaches_no_parser(markup):
    with pytest.raises(TooLarge) as caught:
        page(markup.replace("FLOOD", "a " * 60_000))
    assert caught.value.rule == "flood"


def test_a_flood_of_attributes_in_a_record_or_in_what_a_script_writes_reaches_no_parser():
    flood = "b " * 10_000
    record = f"<datastore><totalrecord>1</totalrecord><recordset><record>&lt;li {flood}&gt;</record></recordset></datastore>"
    with pytest.raises(TooLarge):
        of("hanweb").rows(page(record, f"{COLUMN}dataproxy.jsp"))
    with pytest.raises(TooLarge):
        of("trs").rows(page("<script>document.write('<' + 'a');" + f"document.write(' {flood[:4000]}');" * 2 + "document.write('>');</script>"))


def test_a_comment_mark_in_a_regular_expression_hides_no_paging_call():
    script = (
        'var base = location.pathname.replace(/\\/*$/, ""); /* old: createPageHTML(9, 0, "index", "html"); */ createPageHTML(3, 0, "index", "html"); '
    )
    assert of("trs").next(page(f"<ul>{ROWS}</ul><script>{script}</script>")) == Next(url=f"{COLUMN}index_1.html", number=2)


def test_half_a_character_written_by_a_script_loses_no_row():
    row = "document.writeln('<li><a href=\"./202401/t20240111_11.html\">漓江市第11局2023年政府信息公开年报\\ud83d</a></li>');"
    assert len(of("trs").rows(page(f"<script>{row}createPageHTML(²,0)</script>"))) == 1


@pytest.mark.parametrize("name", ["trs", "hanweb", "contentn", "static"])
def test_a_hostile_list_costs_little_time_and_few_rows(name):
    flood = "".join(f'<li><a href="./202401/t20240101_{n}.html">漓江市2023年政府信息公开年报{n}</a></li>' for n in range(20_000))
    deep = "<div>" * 3000 + '<a href="./202401/t20240130_1.html">漓江市2023年政府信息公开年报</a>' + "</div>" * 3000
    odd = "<script>createPageHTML(" + '"' * 50_000 + "</script><script>" + "document.writeln(" * 2000 + "</script><a href>年报</a><a>年报</a>"
    begun = time.process_time()
    for html in (f"<ul>{flood}</ul>", deep, odd, "", "\x00", "<a href='http://[' title='漓江市2023年年报'>漓江市2023年年报年报</a>"):
        reader = of(name)
        try:
            assert len(reader.rows(page(html))) <= 5000
        except LayoutChanged:
            pass
        reader.next(page(html))
        reader.columns(page(html))
        reader.parts(page(html))
    assert time.process_time() - begun < 20

"""内容雷同: whose words are another report's, numbers and names aside."""

import random
import re
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from app.demo import prose
from crawler.crosschecks import likeness
from storage.archive import Archive
from storage.comparing import fingerprints
from storage.contents import Content
from storage.records import Level
from tests.crosscheck_archive import Shelf, reading

SUBJECTS = [
    "规范性文件", "政策解读", "重点领域信息", "财政预算", "行政许可", "公共服务事项", "政府公报", "网站专栏", "政务新媒体", "依申请公开",
    "政策文件库", "公众参与", "监督考核", "业务培训", "政务公开专区", "建议提案办理", "稳岗就业", "义务教育", "生态环境", "安全生产",
]  # fmt: skip
DEEDS = [
    "按照应公开尽公开的要求逐项梳理目录并及时更新", "由分管负责同志牵头召开专题会议研究部署", "建立月度通报和年终考核相结合的工作机制",
    "邀请群众代表走进办事大厅面对面答疑释惑", "采用图表动漫等多种形式让群众看得懂用得上", "统一规范答复文书格式并加强合法性审核",
    "对照上级第三方评估反馈的问题建立台账限时销号", "把信息发布保密审查作为必经程序严格落实", "选派业务骨干到先进地区跟班学习",
    "将栏目设置由部门导向调整为事项导向方便查询", "对超期未更新的栏目实行预警提醒", "会同档案馆图书馆设置信息查阅场所",
]  # fmt: skip


def text(seed, sentences=30):
    """A report of its own making: no two of them say the same."""
    chance = random.Random(seed)
    said = []
    for _ in range(sentences):
        one, other = chance.sample(SUBJECTS, 2)
        deeds = "，".join(chance.sample(DEEDS, 2))
        said.append(f"在{one}和{other}方面，{deeds}，全年共办理{chance.randrange(9000)}件。")
    return "一、总体情况\n" + "\n".join("".join(said[start : start + 5]) for start in range(0, sentences, 5))


def again(words, seed=0, *, rewritten=0.0):
    """The same words with other numbers, and some sentences of another report among them."""
    chance = random.Random(seed)
    words = re.sub(r"\d", lambda _: str(chance.randrange(10)), words)
    others = text(f"other {seed}").split("。")
    return re.sub(r"在[^。]{20,}", lambda found: others[chance.randrange(1, 20)] if chance.random() < rewritten else found[0], words)


def bare(words, *names):
    return likeness.words(Content(text=words, tables=()), *names).bare


def alike(one, other):
    return likeness.alike(likeness.runs(one), likeness.runs(other))


@pytest.fixture
def shelf(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path / 'nianbao.sqlite3'}") as archive:
        yield Shelf(archive)


def department(name, words, year=2023, **facts):
    return reading(year, issuer=f"诸城市{name}", level=Level.DEPARTMENT, text=words, **facts)


def test_numbers_dates_names_and_the_words_of_the_form_are_left_out():
    own = "2023年，诸城市教育局和山东省潍坊市公开信息1,234条。"
    form = ["一、总体情况", "本报告所列数据的统计期限自2023年1月1日起至12月31日止。", "指标\t数量", "予以公开"]
    assert bare("\n".join([own, *form]), "诸城市教育局") == "年和公开信息条"


def test_rows_of_a_table_are_nobodys_own_words():
    from tests.storage.conftest import table

    grid = table(("公开目录数量", "12"), ("答复申请数量", "3"))
    told = likeness.words(Content(text="公开目录数量12\n我们公开了目录。答复申请数量3，比上年少。", tables=(grid,)))
    assert [printed for printed, _, _ in told.sentences] == ["我们公开了目录", "答复申请数量3，比上年少"]


def test_copies_are_near_and_reports_of_the_same_phrases_in_another_order_are_not():
    reports = [text(seed) for seed in range(12)]
    for one, other in combinations(map(bare, reports), 2):
        assert alike(one, other) < likeness.ALIKE  # made of the same few phrases, in another order
    for words in reports:
        copy = bare(again(words, 7))
        assert likeness.fingerprint(copy) == likeness.fingerprint(bare(words))
        rewritten = bare(again(words, 7, rewritten=0.05))
        assert likeness.near(likeness.fingerprint(bare(words)), likeness.fingerprint(rewritten))
        assert alike(bare(words), rewritten) >= likeness.ALIKE


def test_reports_that_draw_on_one_stock_of_phrases_are_not_called_copies():
    texts = [
        "\n".join(line for _, line in prose.report(issuer, year)) for issuer in ("诸城市人民政府", "安丘市人民政府") for year in range(2019, 2025)
    ]
    for one, other in combinations(map(bare, texts), 2):
        assert min(len(one), len(other)) < likeness.LEAST or alike(one, other) < likeness.ALIKE


def test_last_years_words_with_this_years_numbers_are_found(shelf):
    words = text("a")
    shelf.file(reading(2022, text=words), reading(2023, text=again(words)))
    (found,) = shelf.between()
    assert (found["rule"], found["level"], found["year"]) == ("XC-1", "warn", 2023)
    assert found["detail"] == "与本机关上年报告（诸城市人民政府2022年）除数字、日期和名称外有100%的文字相同"
    there, here = found["quotes"]
    assert there.startswith("诸城市人民政府2022年报告：在")
    assert there.removeprefix("诸城市人民政府2022年报告：") in words
    assert re.sub(r"\d+", "", there.split("：")[1]) == re.sub(r"\d+", "", here.split("：")[1])
    assert re.fullmatch(r"capture [0-9a-f]{64} line [2-7]", found["places"][1])


def test_the_later_of_two_neighbours_with_the_same_words_is_asked_about(shelf):
    words = text("b")
    shelf.file(
        department("教育局", again(words, 1), published=date(2024, 1, 25)),
        department("财政局", words, published=date(2024, 1, 20)),
        department("民政局", text("c"), published=date(2024, 1, 10)),
    )
    (found,) = shelf.between()
    assert (found["rule"], found["issuer"]) == ("XC-1", "诸城市教育局")
    assert "同级机关报告（诸城市财政局2023年）" in found["detail"]


def test_neighbouring_governments_are_those_under_the_same_one(shelf):
    words = text("d")
    shelf.file(
        reading(2023, text=words),
        reading(2023, text=again(words), issuer="安丘市人民政府", adcode="370784", city="安丘市"),
        reading(2023, text=again(words, 2), issuer="宁国市人民政府", adcode="341881", city="宁国市"),
    )
    assert [row["issuer"] for row in shelf.between()] == ["安丘市人民政府"]


@pytest.mark.parametrize(
    "other",
    [
        department("教育局", text("f")),
        department("教育局", text("e"), year=2021),
        department("教育局", text("e"), adcode="370783"),
        reading(2023, text=text("e"), issuer="诸城市密州街道办事处", level=Level.TOWNSHIP),
    ],
    ids=["other words", "another year", "another city", "another level"],
)
def test_who_is_no_neighbour_or_says_something_else_is_not_compared(shelf, other):
    shelf.file(department("财政局", text("e")), other)
    assert shelf.between() == []


def test_reports_that_say_next_to_nothing_are_all_alike_and_not_compared(shelf):
    short = "我局全年未收到依申请公开。将继续做好信息公开工作，不断提高公开水平。"
    shelf.file(department("财政局", short), department("教育局", short))
    assert shelf.between() == []


def test_a_report_rewritten_is_taken_off_the_list_and_fingerprinted_anew(shelf):
    words = text("g")
    shelf.file(reading(2022, text=words), reading(2023, text=words))
    assert shelf.rules() == [(2023, "XC-1")]
    first = fingerprints(shelf.archive, [2])[2]
    shelf.file(reading(2023, text=text("h")))
    assert shelf.rules() == []
    assert fingerprints(shelf.archive, [2])[2].content_sha256 != first.content_sha256


def test_a_fingerprint_of_an_older_making_is_made_anew(shelf):
    words = text("i")
    shelf.file(reading(2022, text=words), reading(2023, text=words))
    shelf.between()
    made = fingerprints(shelf.archive, [1])[1]
    shelf.archive.fingerprinted(1, replace(made, bits="0:0"))
    assert shelf.rules() == [(2023, "XC-1")]
    assert fingerprints(shelf.archive, [1])[1] == made

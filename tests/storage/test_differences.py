"""What differs between two wordings, told so that a reader sees it at once."""

import random
import time

from storage.contents import Content
from storage.differences import changed_cells, changed_numbers, compare, lines, only_figures, summary
from storage.records import Cell, Grid


def grid(*rows):
    return Grid(cells=tuple(Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row)), height=len(rows), width=len(rows[0]))


def content(text, *tables):
    return Content(text=text, tables=tables)


def test_figures_only_when_every_word_and_every_cell_stands_where_it_stood():
    before = content("公开 10.9 万条", grid(("申请", "12"), ("答复", "11")))
    assert only_figures(before, content("公开 1,109 万条", grid(("申请", "13"), ("答复", "11"))))
    assert only_figures(before, content("公开 １０.８ 万条", before.tables[0]))
    assert not only_figures(before, content("公开 10.9 余万条", before.tables[0]))
    assert not only_figures(before, content("公开 10.9 万条", grid(("申请", "—"), ("答复", "11"))))
    assert not only_figures(before, content("公开 10.9 万条", grid(("答复", "11"), ("申请", "12"))))


def test_a_cell_is_told_with_its_row_and_heading():
    before = grid(("指标", "单位", "本年"), ("当面申请数", "件", "12"), ("网络申请数", "件", "120"))
    after = grid(("指标", "单位", "本年"), ("当面申请数", "件", "12"), ("网络申请数", "件", "102"))
    (cell,) = changed_cells([before], [after])
    assert cell == {"table": 1, "row": 2, "column": 2, "label": "网络申请数 / 件", "heading": "本年", "before": "120", "after": "102"}


def test_a_row_put_in_is_told_as_that_row_and_not_as_all_below_it():
    before = grid(("指标", "本年"), ("当面申请数", "12"), ("网络申请数", "120"), ("信函申请数", "3"))
    after = grid(("指标", "本年"), ("当面申请数", "12"), ("传真申请数", "7"), ("网络申请数", "120"), ("信函申请数", "4"))
    assert [(cell["row"], cell["label"], cell["before"], cell["after"]) for cell in changed_cells([before], [after])] == [
        (2, None, None, "传真申请数"),
        (2, "传真申请数", None, "7"),
        (4, "信函申请数", "3", "4"),
    ]


def test_a_table_put_in_front_leaves_the_others_as_they_are():
    first, second = grid(("收费", "0")), grid(("指标", "本年", "上年"), ("申请", "12", "11"))
    assert {cell["table"] for cell in changed_cells([second], [first, second])} == {1}


def test_words_above_a_figure_name_it_as_the_words_at_its_left_do():
    cells = (
        Cell("", 0, 0), Cell("申请人情况", 0, 1, colspan=2), Cell("自然人", 1, 1), Cell("法人", 1, 2),
        Cell("三、办理结果", 2, 0, rowspan=2), Cell("无", 2, 1), Cell("5", 2, 2), Cell("8", 3, 1), Cell("9", 3, 2),
    )  # fmt: skip
    before = Grid(cells=cells, height=4, width=3)
    after = Grid(cells=(*cells[:-1], Cell("6", 3, 2)), height=4, width=3)
    (cell,) = changed_cells([before], [after])
    assert (cell["label"], cell["heading"]) == ("三、办理结果", "申请人情况 / 法人")


def test_a_table_that_only_one_side_has_is_told_cell_by_cell():
    cells = changed_cells([], [grid(("申请", "12"))])
    assert [(cell["before"], cell["after"]) for cell in cells] == [(None, "申请"), (None, "12")]


def test_a_number_in_prose_is_told_with_the_words_around_it():
    (number,) = changed_numbers(
        content("全年主动公开信息 10.9 万条，其中网站公开 3 万条。"), content("全年主动公开信息 11.2 万条，其中网站公开 3 万条。")
    )
    assert (number["before"], number["after"]) == ("10.9", "11.2")
    assert "公开信息11.2万条" in number["context"]


def test_a_number_of_a_table_is_not_told_again_as_prose():
    before = content("说明 5 条\n申请\t12", grid(("申请", "12")))
    after = content("说明 6 条\n申请\t13", grid(("申请", "13")))
    found = compare(before, after)
    assert [(cell["before"], cell["after"]) for cell in found["cells"]] == [("12", "13")]
    assert [(number["before"], number["after"]) for number in found["numbers"]] == [("5", "6")]


def test_a_changed_line_shows_its_parts():
    (line,) = lines("第一行\n同比增长 5%\n第三行", "第一行\n同比下降 7%\n第三行")
    assert line["kind"] == "changed"
    assert "".join(text for kind, text in line["parts"] if kind != "added") == "同比增长 5%"
    assert "".join(text for kind, text in line["parts"] if kind != "removed") == "同比下降 7%"


def test_lines_that_came_and_went_are_told_as_such():
    found = lines("甲\n乙\n丙", "甲\n丙\n丁\n戊")
    assert [(line["kind"], line["before"] or line["after"]) for line in found] == [("removed", "乙"), ("added", "丁"), ("added", "戊")]


def test_in_a_long_paragraph_only_the_sentence_is_told():
    sentences = [f"第{n}项工作已经完成，共办理{n}件。" for n in range(60)]
    (line,) = lines("".join(sentences), "".join(sentences).replace("共办理30件", "共办理31件"))
    assert line["before"] == "第30项工作已经完成，共办理30件。"


def test_respaced_lines_do_not_differ():
    assert lines("主动公开  信息\n\n二", "主动公开信息\n二") == []


def test_the_summary_is_short_whatever_happened():
    before = content("甲" * 5000 + "\n" + "1 2 3 4 5 6 7 8 9", grid(*[(str(n), str(n)) for n in range(40)]))
    after = content("乙" * 5000 + "\n" + "2 3 4 5 6 7 8 9 1", grid(*[(str(n + 1), str(n + 2)) for n in range(40)]))
    told = summary(before, after)
    assert len(told) < 1000
    assert "more" in told
    assert summary(content("甲" * 5000), content("乙" * 5000))


def test_fifteen_thousand_characters_are_compared_in_bounded_time():
    chance = random.Random(1)
    words = "政府信息公开工作年度报告依申请主动公开目录受理答复行政复议诉讼收费减免机构人员培训"
    paragraph = "".join(chance.choice(words) for _ in range(15_000))
    other = "".join(chance.choice(words) for _ in range(15_000))
    figures = " ".join(str(chance.randrange(10_000)) for _ in range(3000))
    for before, after in [
        (paragraph, other),
        (figures, figures[::-1]),
        ("1\n" * 7000, "2\n" * 7000),
        (paragraph, paragraph[:7000] + "改" + paragraph[7001:]),
    ]:
        start = time.process_time()
        compare(content(before), content(after))
        assert time.process_time() - start < 10


def test_tables_of_six_thousand_figures_are_compared_in_bounded_time():
    before, after = (grid(*[(f"第{row}项", *(str(row * 7 + column + shift) for column in range(4))) for row in range(1500)]) for shift in (0, 5000))
    start = time.process_time()
    assert len(changed_cells([before], [after])) == 6_000
    assert time.process_time() - start < 10

"""Which figures differ, whatever moved around them."""

from dataclasses import replace
from decimal import Decimal

from storage.contents import Content
from storage.differences import changed_figures, summary
from storage.records import Figure, FigureKind
from tests.storage.conftest import table


def figure(row, raw, **facts):
    value = Decimal(raw) if raw.isdigit() else None
    return Figure(**{"format": "f", "table": "t", "row": row, "column": "value", "label": row or "?", "raw": raw,
                     "kind": FigureKind.NUMBER if value else FigureKind.BLANK, "value": value, **facts})  # fmt: skip


def prose(label, raw):
    return figure(None, raw, format="prose", table=None, column=None, label=label)


def pairs(before, after):
    return [(told["label"], told["before"], told["after"]) for told in changed_figures(before, after)]


def test_a_figure_is_found_by_its_key_wherever_it_stands():
    before = [figure("a", "1"), figure("b", "2"), figure("c", "3")]
    assert pairs(before, [before[2], before[0], before[1]]) == []
    assert pairs(before, [before[2], figure("b", "20"), before[0]]) == [("b", "2", "20")]


def test_a_figure_that_is_gone_or_blank_now_is_told_as_such():
    told = changed_figures([figure("a", "1"), figure("b", "2")], [figure("b", "")])
    assert [(one["row"], one["before"], one["after"], one["kind_before"], one["kind_after"]) for one in told] == [
        ("b", "2", "", "NUMBER", "BLANK"),
        ("a", "1", None, "NUMBER", None),
    ]


def test_another_unit_is_another_figure():
    assert pairs([figure("a", "1", unit="元")], [figure("a", "1", unit="万元")]) == [("a", "1", "1")]


def test_numbers_in_prose_are_told_apart_by_their_words():
    before = [prose("受理申请", "9"), prose("主动公开", "30")]
    assert pairs(before, [prose("新增", "4"), prose("受理申请", "9"), prose("主动公开", "31")]) == [("新增", None, "4"), ("主动公开", "30", "31")]


def test_a_sentence_more_does_not_shift_the_others_that_read_the_same():
    before = [prose("办结", "1"), prose("办结", "2")]
    assert pairs(before, [prose("办结", "7"), *before]) == [("办结", None, "7")]


def test_the_summary_names_scope_and_column_and_tells_no_number_twice():
    cells = [figure("新收", "12", column="natural_person", scope="市本级")], [figure("新收", "13", column="natural_person", scope="市本级")]
    before = Content(
        text="新收\t12\n电话 1",
        tables=(
            table(
                ("新收", "12"),
            ),
        ),
        figures=tuple(cells[0]),
    )
    after = Content(
        text="新收\t13\n电话 2",
        tables=(
            table(
                ("新收", "13"),
            ),
        ),
        figures=tuple(cells[1]),
    )
    assert summary(before, after) == "市本级 新收 [natural_person] 12 → 13; 1 → 2 (…电话2…)"
    assert summary(replace(before, figures=()), replace(after, figures=())) == "新收  12 → 13; 1 → 2 (…电话2…)"

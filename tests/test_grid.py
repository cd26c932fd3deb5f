"""Tables as grids: spans, bounds, what is data and what is layout."""

from __future__ import annotations

import time

import pytest

from crawler.reading import dom, grid
from storage.records import Grid
from tests.gold.documents import DOCUMENTS, T
from tests.gold.templates import table


def _read(html: str) -> Grid | None:
    return grid.read(next(dom.parse(html).iter("table")))


@pytest.mark.parametrize("block", [block for document in DOCUMENTS for block in document.tables], ids=lambda block: block.rows[0][0])
def test_every_position_of_the_statutory_forms_is_where_the_form_prints_it(block: T) -> None:
    found = _read(table(block))
    assert found is not None
    assert found.rows() == block.positions()


def test_the_path_of_a_cell_leads_to_the_cell() -> None:
    tree = dom.parse("<div><p>x</p><table><thead><tr><th>项目<th>数量</thead><tbody><tr><td>收到<td>88<tr><td>办结<td>87</table></div>")
    found = grid.read(next(tree.iter("table")))
    assert found is not None
    assert [(tree.xpath(cell.path)[0].text, cell.header) for cell in found.cells] == [(cell.text, cell.header) for cell in found.cells]
    assert [cell.header for cell in found.cells] == [True, True, False, False, False, False]


@pytest.mark.parametrize("colspan", ["9007199254740991", "1000000000", "-3", "0", "abc", "", "2.5", "１２"])
def test_an_absurd_span_takes_no_more_room_than_the_table_has(colspan: str) -> None:
    found = _read(f'<table><tr><td colspan="{colspan}" rowspan="65534">合计</td></tr><tr><td>收到</td><td>88</td></tr></table>')
    assert found is not None
    assert found.width <= 3
    assert "88" in [cell.text for cell in found.cells]


def test_spans_made_to_cost_time_cost_little() -> None:
    rows = "".join(f"<tr><td colspan={n + 1} rowspan=65534>{n}<td>x</tr>" for n in range(3000))
    started = time.process_time()
    found = _read(f"<table>{rows}</table>")
    assert time.process_time() - started < 5
    assert found is not None
    assert found.width * found.height < 5_000_000


def test_twenty_thousand_rows_are_read_in_their_order() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>许可{n}</td><td>{n * 3}</td></tr>" for n in range(20_000))
    found = _read(f"<table>{rows}</table>")
    assert found is not None
    assert found.height == 20_000
    assert found.rows()[19_999] == ["19999", "许可19999", "59997"]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<table><tr><td><table><tr><td>收到</td><td>88</td></tr></table></td><td>右</td></tr></table>", id="holds a table"),
        pytest.param("<table><tr><td>一段</td></tr><tr><td>又一段</td></tr></table>", id="one column"),
        pytest.param("<table><tr><td>目录</td><td>" + "报告正文。" * 100 + "</td></tr></table>", id="frame around text"),
        pytest.param("<table><tr><td></td><td>&nbsp;</td></tr></table>", id="blank"),
        pytest.param("<table></table>", id="nothing"),
    ],
)
def test_a_table_that_only_lays_out_the_page_is_no_grid(html: str) -> None:
    assert _read(html) is None


def test_a_data_table_with_a_long_note_stays_a_table() -> None:
    note = "注:" + "本表口径说明。" * 80
    rows = "".join(f"<tr><td>指标{n}</td><td>{n}</td></tr>" for n in range(9))
    found = _read(f"<table>{rows}<tr><td colspan=2>{note}</td></tr></table>")
    assert found is not None
    assert found.rows()[9] == [note, ""]


def test_line_breaks_inside_a_cell_are_kept_and_runs_of_words_joined() -> None:
    found = _read(
        "<table><tr><td><p><span>本年</span><span>新收</span></p><p>(件)</p></td><td>8<b>8</b></td></tr><tr><td>a</td><td>b</td></tr></table>"
    )
    assert found is not None
    assert [cell.text for cell in found.cells][:2] == ["本年新收\n(件)", "88"]
    assert grid.row_lines(found)[0] == "本年新收(件)\t88" or grid.row_lines(found)[0] == "本年新收 (件)\t88"

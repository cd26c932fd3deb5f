"""Gold figures printed as documents: each cell of each table, read from PDF, DOCX, XLSX and (where antiword is) DOC, is what it is."""

from __future__ import annotations

import io
from collections.abc import Iterator

import docx
import pytest
from docx.table import Table

from crawler import browser
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.reading import read
from storage.records import Capture, Reading
from tests import made_files
from tests.gold.figures import REPORTS, Printed, Report, expected, tables
from tests.gold.figures.shapes import intro, plain
from tests.test_figures_gold import FETCHED, as_gold, of_tables, told

CLOSING = ("五、存在的主要问题及改进情况", "部分单位公开不够主动，下一步将加强指导。")
# Lines as offices print them: thin rules around every cell, text that wraps in narrow columns.
STYLE = (
    "<style>@page{size:A4;margin:22mm 18mm}body{font:12pt 'WenQuanYi Micro Hei'}p{text-indent:2em;text-align:justify;line-height:1.7}"
    "h1{text-align:center;font-size:18pt}table{border-collapse:collapse;width:100%}td,th{border:0.6pt solid black;padding:2px 3px;"
    "text-align:center;font-size:9pt;height:14pt}</style>"
)


def opened(body: bytes) -> Reading:
    return read(Capture(url="http://www.wangjiang.gov.cn/nb/a", status=200, body=body, fetched_at=FETCHED), second_opinion=False)


def check(found: Reading, report: Report, printed: list[Printed]) -> None:
    assert (found.year, found.title) == (report.year, intro(report)[0])
    assert as_gold(found) == told(expected(printed))
    figures = [figure for figure in of_tables(found) if figure.row is not None]
    assert len(figures) == len(expected(printed))
    assert all(figure.certain for figure in figures)


@pytest.fixture(scope="module")
def printer() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    try:
        path = browser.find(Config())
    except ConfigError:
        pytest.skip("no headless Chromium to print with")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium.new_page(java_script_enabled=False)
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("lower", [0, 411], ids=["at_the_top", "lower"])
@pytest.mark.parametrize("report", REPORTS, ids=[report.key for report in REPORTS])
def test_every_cell_of_a_printed_pdf_is_read_wherever_its_pages_break(printer, report: Report, lower: int) -> None:
    pages = plain(report)
    assert pages is not None
    space = f'<div style="height:{lower}px"></div><div id="zoom">'
    printer.set_content(pages.parts[0].replace("</head>", f"{STYLE}</head>").replace('<div id="zoom">', space))
    found = opened(printer.pdf(format="A4", prefer_css_page_size=True))
    check(found, report, list(pages.tables))
    lines = found.text.split("\n")
    assert [line for line in (*intro(report)[1:], *CLOSING) if line not in lines] == []
    assert len(found.tables) == len(pages.tables)
    assert {figure.place.split(" ")[2] for figure in of_tables(found)} == {"page"}


def into(made, table: Printed) -> None:
    made.add_paragraph(table.title)
    width = max(sum(cell.wide for cell in row) for row in table.rows)
    grid = made.add_table(rows=len(table.rows), cols=width)
    placed(grid, table)


def placed(grid: Table, table: Printed) -> None:
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(table.rows):
        x = 0
        for cell in row:
            while (y, x) in taken:
                x += 1
            taken |= {(y + down, x + right) for down in range(cell.high) for right in range(cell.wide)}
            first, last = grid.cell(y, x), grid.cell(y + cell.high - 1, x + cell.wide - 1)
            (first.merge(last) if first is not last else first).text = cell.text
            x += cell.wide


def word(report: Report, printed: list[Printed]) -> bytes:
    made = docx.Document()
    for line in intro(report):
        made.add_paragraph(line)
    for table in printed:
        into(made, table)
    for line in CLOSING:
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("report", REPORTS, ids=[report.key for report in REPORTS])
def test_every_cell_of_a_word_file_is_read(report: Report) -> None:
    printed = tables(report)
    check(opened(word(report, printed)), report, printed)


def spread(table: Printed) -> tuple[list[list[str]], list[str]]:
    """The table's positions as a sheet has them, and its merged areas."""
    width = max(sum(cell.wide for cell in row) for row in table.rows)
    sheet = [[""] * width for _ in table.rows]
    taken: set[tuple[int, int]] = set()
    merged = []
    for y, row in enumerate(table.rows):
        x = 0
        for cell in row:
            while (y, x) in taken:
                x += 1
            taken |= {(y + down, x + right) for down in range(cell.high) for right in range(cell.wide)}
            sheet[y][x] = cell.text
            if cell.high * cell.wide > 1:
                merged.append(f"{chr(65 + x)}{y + 1}:{chr(64 + x + cell.wide)}{y + cell.high}")
            x += cell.wide
    return sheet, merged


@pytest.mark.parametrize("report", [report for report in REPORTS if len(tables(report)) == 1], ids=lambda report: report.key)
def test_every_cell_of_a_sheet_is_read(report: Report) -> None:
    (table,) = tables(report)
    sheet, merged = spread(table)
    heading = [intro(report)[0], table.title]
    shifted = [":".join(_down(corner, len(heading)) for corner in area.split(":")) for area in merged]
    rows = [*([line, *[""] * (len(sheet[0]) - 1)] for line in heading), *sheet]
    found = opened(made_files.xlsx([[float(cell) if cell.isdigit() else cell for cell in row] for row in rows], tuple(shifted)))
    assert as_gold(found) == told(expected([table]))


def _down(corner: str, rows: int) -> str:
    return corner[0] + str(int(corner[1:]) + rows)

"""Documents opened to lines and tables, by what their bytes are; hostile ones end in an error with a name, soon and in bounds."""

from __future__ import annotations

import io
import resource
import shutil
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml

from crawler import documents
from crawler.documents import doc, workbook
from crawler.errors import CrawlError, EmptyReading, TooLarge, Unreadable
from crawler.reading import read
from storage.records import Capture
from tests import made_files

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LINES = (made_files.TITLE, *made_files.PROSE, *("\t".join(row) for row in made_files.TABLE))


def capture(body, url="http://www.zhucheng.gov.cn/a"):
    return Capture(url=url, status=200, body=body, fetched_at=datetime(2026, 1, 20, tzinfo=UTC))


def opened(body):
    found = documents.open(capture(body))
    assert found is not None
    return found


# --- what a file is -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("pdf", made_files.scanned),
        ("docx", made_files.word),
        ("xlsx", lambda: made_files.xlsx([("a", "b")])),
        ("xls", lambda: made_files.xls([("a", "b")])),
        ("ofd", lambda: made_files.ofd([])),
        ("zip", lambda: b"PK\x03\x04" + b"\0" * 26 + b"report.pdf"),
        ("rtf", lambda: b"{\\rtf1\\ansi}"),
        ("encrypted", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")),
        (None, lambda: b"<html>"),
        (None, lambda: b"MZ\x90\0 %PDF-1.4"),
    ],
    ids=["pdf", "docx", "xlsx", "xls", "ofd", "zip", "rtf", "encrypted", "page", "program"],
)
def test_a_file_is_what_its_bytes_are(kind, body):
    assert documents.kind(body()) == kind


def test_a_page_is_no_document():
    assert documents.open(capture("<html><body><p>政府信息公开</p></body></html>".encode())) is None


# --- whole ones ---------------------------------------------------------------------------------------------------------------------------


def test_a_pdf_opens_to_paragraphs_and_tables_in_their_order():
    found = opened(made_files.pdf())
    assert found.lines == LINES
    (table,) = found.tables
    assert table.rows() == [list(row) for row in made_files.TABLE]
    assert table.cells[4].path.startswith("page 1 box ")


@pytest.mark.parametrize(("degrees", "told"), [(90, True), (180, True), (270, True), (90, False), (270, False)])
def test_a_page_laid_on_its_side_is_read_like_one_that_stands(degrees, told):
    found = opened(made_files.turned(made_files.pdf(), degrees, told=told))
    assert found.lines == LINES
    assert [table.rows() for table in found.tables] == [[list(row) for row in made_files.TABLE]]


def test_a_box_around_a_paragraph_is_no_table():
    box = ("根据《中华人民共和国政府信息公开条例》编制本报告，所列数据的统计期限自2019年1月1日起，至2019年12月31日止。" * 8, "")
    found = opened(made_files.pdf(table=[box]))
    assert found.tables == ()
    assert "".join(found.lines).count("2019年1月1日起") == 9


def test_a_word_file_opens_in_its_own_order():
    assert opened(made_files.word()).lines == LINES


def test_word_shows_what_was_inserted_and_not_what_was_deleted():
    made = docx.Document()
    paragraph = made.add_paragraph("全年公开")._p
    paragraph.append(parse_xml(f"<w:del {W}><w:r><w:delText>90</w:delText></w:r></w:del>"))
    paragraph.append(parse_xml(f"<w:ins {W}><w:r><w:t>1036</w:t></w:r></w:ins>"))
    paragraph.append(parse_xml(f"<w:r {W}><w:t>条</w:t></w:r>"))
    made.element.body.insert(0, parse_xml(f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>一、总体情况</w:t></w:r></w:p></w:sdtContent></w:sdt>"))
    out = io.BytesIO()
    made.save(out)
    assert opened(out.getvalue()).lines == ("一、总体情况", "全年公开1036条")


def test_hidden_text_of_a_word_file_is_not_read():
    made = docx.Document()
    paragraph = made.add_paragraph("全年公开1036")
    paragraph.add_run("7").font.hidden = True
    shown = paragraph.add_run("条")
    shown.font.hidden = False
    out = io.BytesIO()
    made.save(out)
    assert opened(out.getvalue()).lines == ("全年公开1036条",)


def test_what_a_sheet_hides_is_not_read():
    def row(number, *values, more=""):
        cells = "".join(f'<c r="{chr(65 + x)}{number}" t="inlineStr"><is><t>{value}</t></is></c>' for x, value in enumerate(values))
        return f'<row r="{number}"{more}>{cells}</row>'

    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols><col min="1" max="2" width="9"/>'
        '<col min="3" max="3" width="9" hidden="1" customWidth="1"/></cols><sheetData>'
        + row(1, "统计指标", "单位", "统计数", "统计数")
        + row(2, "收到申请数", "件", "11", "12")
        + row(3, "申请办结数", "件", "99", "98", more=' hidden="1"')
        + row(4, "当面申请数", "件", "5", "6")
        + "</sheetData></worksheet>"
    )
    (table,) = opened(made_files.xlsx([], sheet=sheet.encode())).tables
    assert [[text for text in line if text] for line in table.rows() if any(line)] == [
        ["统计指标", "单位", "统计数"],
        ["收到申请数", "件", "12"],
        ["当面申请数", "件", "6"],
    ]


def test_the_numbers_that_word_writes_by_itself_are_words():
    made = docx.Document()
    numbering = made.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {W} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
            '<w:lvlText w:val="%1、"/>'
            '</w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(parse_xml(f'<w:num {W} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for text, level in (("总体情况", 0), ("主动公开", 1), ("依申请公开", 1), ("存在问题", 0), ("公开不够", 1)):
        properties = made.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'))
    out = io.BytesIO()
    made.save(out)
    assert opened(out.getvalue()).lines == ("一、总体情况", "1.主动公开", "2.依申请公开", "二、存在问题", "1.公开不够")


def test_merged_cells_of_word_are_spans():
    made = docx.Document()
    table = made.add_table(rows=3, cols=3)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), "abcdefghi", strict=True):
        cell.text = text
    for first, last in (((0, 0), (0, 1)), ((0, 2), (2, 2))):
        merged = table.cell(*first).merge(table.cell(*last))
        merged.text = "merged"
    out = io.BytesIO()
    made.save(out)
    (grid,) = opened(out.getvalue()).tables
    assert [(cell.text, cell.row, cell.column, cell.rowspan, cell.colspan) for cell in grid.cells] == [
        ("merged", 0, 0, 1, 2), ("merged", 0, 2, 3, 1), ("d", 1, 0, 1, 1), ("e", 1, 1, 1, 1), ("g", 2, 0, 1, 1), ("h", 2, 1, 1, 1),
    ]  # fmt: skip


SHEET = (("统计表", "", ""), ("项目", "数量", "金额"), ("收费", 12.0, 0.1 + 0.2), ("合计", 12.0, 96171.6), ("注：单位为万元", "", ""))


@pytest.mark.parametrize("make", [made_files.xlsx, made_files.xls])
def test_a_sheet_is_a_table_between_lines_and_its_numbers_are_as_printed(make):
    found = opened(make(SHEET))
    assert found.lines == ("统计表", "项目\t数量\t金额", "收费\t12\t0.3", "合计\t12\t96171.6", "注：单位为万元")
    assert found.tables[0].cells[4].path == "sheet 附表 cell B3"


def test_an_old_word_file_keeps_its_table():
    if shutil.which("antiword") is None:
        pytest.skip("no antiword: apt-get install antiword")
    found = opened((Path(__file__).parent / "files" / "report.doc").read_bytes())
    assert found.lines[0] == "诸城市人民政府2019年政府信息公开工作年度报告"
    (table,) = found.tables
    assert table.rows() == [
        ["第二十条第（一）项", "", "", ""],
        ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
        ["规章", "0", "0", "0"],
        ["规范性文件", "12", "12", "86"],
    ]
    assert table.cells[0].colspan == 4


def test_without_the_program_for_it_an_old_word_file_says_which(monkeypatch):
    monkeypatch.setattr(doc.shutil, "which", lambda name: None)
    with pytest.raises(Unreadable, match="apt-get install antiword") as error:
        opened((Path(__file__).parent / "files" / "report.doc").read_bytes())
    assert error.value.rule == "no_program"


def test_an_ofd_is_read_by_its_positions():
    pages = [
        (30, 30, made_files.TITLE),
        (28, 60, "一、总体情况"),
        (28, 70, "全年主动公开政府信息1036条，其中通过政府网站公开946条，"),
        (20, 78, "通过公报公开90条。"),
    ]
    assert opened(made_files.ofd(pages)).lines == (
        made_files.TITLE,
        "一、总体情况",
        "全年主动公开政府信息1036条，其中通过政府网站公开946条，通过公报公开90条。",
    )


def test_a_document_is_read_like_a_page():
    found = read(capture(made_files.pdf()))
    assert (found.title, found.issuer, found.adcode, found.year) == (made_files.TITLE, "诸城市人民政府", "370782", 2019)
    assert found.encoding == found.container == "pdf"
    assert found.agreement is None


# --- hostile ones -------------------------------------------------------------------------------------------------------------------------

FAR = made_files.SHEET.format(rows='<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', more="")
ENTITIES = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'


def big_sheet(megabytes):
    """Rows without end, packed to a thousandth."""
    rows = b"<row><c><v>1</v></c></row>" * (2**20 // 26)
    out = io.BytesIO(made_files.xlsx([("a", "b")]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as member:
        for _ in range(megabytes):
            member.write(rows)
    return out.getvalue()


def matryoshka():
    """An archive in an archive in a Word file: the outer one is small and none of the others is opened."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 2**27)
    return made_files.with_member(made_files.word(), "word/embeddings/inner.zip", inner.getvalue())


HOSTILE = {
    "password": (lambda: made_files.pdf(password="secret"), Unreadable, "encrypted"),
    "cut in half": (lambda: made_files.pdf()[:6000], Unreadable, "damaged"),
    "first bytes only": (lambda: made_files.pdf()[:200], Unreadable, "damaged"),
    "pictures of pages": (made_files.scanned, EmptyReading, "scanned"),
    "stream bomb": (made_files.pdf_bomb, TooLarge, "unpacked"),
    "word cut in half": (lambda: made_files.word()[:15000], Unreadable, "damaged"),
    "word bomb": (lambda: made_files.with_member(made_files.word(), "word/document.xml", b"<a>" + b" " * 2**28 + b"</a>"), TooLarge, "unpacked"),
    "word bomb that lies": (
        lambda: made_files.understated(
            made_files.with_member(made_files.word(), "word/document.xml", b"<a>" + b" " * 2**27 + b"</a>"), "word/document.xml", 1000
        ),
        TooLarge,
        "unpacked",
    ),
    "word with entities": (lambda: made_files.with_member(made_files.word(), "word/document.xml", ENTITIES.encode()), Unreadable, "entities"),
    "entities in UTF-16": (lambda: made_files.with_member(made_files.word(), "word/document.xml", ENTITIES.encode("utf-16")), Unreadable, "entities"),
    "sheet of 300 MB": (lambda: big_sheet(300), TooLarge, "unpacked"),
    "sheet of 17 billion cells": (lambda: made_files.xlsx([], sheet=FAR.encode()), TooLarge, "cells"),
    "merged without end": (lambda: made_files.xlsx([("a", "b"), ("c", "d")], ("A1:XFD1048576",)), TooLarge, "cells"),
    "old sheet without its sectors": (lambda: made_files.xls([("a", "b")])[:512] + made_files.xls([("a", "b")])[5000:], Unreadable, "damaged"),
    "archive": (lambda: b"PK\x03\x04" + b"\0" * 40, Unreadable, "archive"),
    "ofd without pages": (lambda: made_files.ofd([]), EmptyReading, "scanned"),
    "ofd of nothing": (lambda: made_files.ofd([])[:-30], Unreadable, "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_named_error_soon(name):
    make, error, rule = HOSTILE[name]
    body = make()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(error) as raised:
        documents.open(capture(body))
    assert raised.value.rule == rule
    assert raised.value.url == "http://www.zhucheng.gov.cn/a"
    assert time.perf_counter() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # KiB


def test_what_is_packed_inside_a_document_is_never_unpacked():
    assert opened(matryoshka()).lines == LINES


def test_a_sheet_without_places_is_laid_out_in_order():
    sheet = made_files.SHEET.format(rows="<row><c><v>1</v></c><c><v>2</v></c></row>" * 3, more="")
    assert opened(made_files.xlsx([], sheet=sheet.encode())).tables[0].rows() == [["1", "2"]] * 3


def test_words_of_other_files_never_come_in():
    for body in (made_files.with_member(made_files.word(), "word/document.xml", ENTITIES.encode()),):
        with pytest.raises(CrawlError) as error:
            documents.open(capture(body))
        assert "root:" not in error.value.detail


@pytest.mark.parametrize(
    ("value", "text"), [(12.0, "12"), (0.1 + 0.2, "0.3"), (-3.5, "-3.5"), (True, "是"), (1e20, "1e+20"), ("a  b\n c ", "a b\nc")]
)
def test_a_value_is_printed_as_the_sheet_shows_it(value, text):
    assert workbook.printed(value) == text


# --- the corpus ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_the_report_of_huaian_is_read_whole(shared):
    body = (shared / "pages" / "govnianbao--szfgs2024.pdf").read_bytes()
    found = read(capture(body, "https://www.huaian.gov.cn/files/szfgs2024.pdf"))
    assert (found.issuer, found.year, found.adcode) == ("淮安市人民政府", 2024, "320800")
    assert found.title == "淮安市人民政府2024年政府信息公开工作年度报告"
    tables = [figure for figure in found.figures if figure.table is not None]
    assert len(tables) == 200
    assert all(figure.certain and figure.row is not None for figure in tables)
    by_key = {(figure.table, figure.row, figure.column): figure.value for figure in tables}
    assert by_key["t3_requests", "new_received", "total"] == 3119
    assert [finding for finding in found.findings if finding.table is not None] == []
    assert "（四）无法提供\t1.本机关不掌握相关政府信息\t746" in found.text
    assert not any(line.strip("- ").isdigit() for line in found.text.split("\n"))


@pytest.mark.corpus
def test_a_blank_form_accuses_nobody(shared):
    found = read(capture((shared / "pages" / "govnianbao--政务公开年报模版.docx").read_bytes(), "file:///form.docx"))
    assert {figure.kind.value for figure in found.figures if figure.table is not None} == {"BLANK"}
    assert len([figure for figure in found.figures if figure.table is not None]) == 200
    assert found.findings == ()

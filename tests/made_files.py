"""Documents made on the fly for tests: PDF, Word, Excel and OFD files, whole ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import docx
import pypdfium2
import xlwt
from fpdf import FPDF

FONTS = ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc")
FONT = next((Path(path) for path in FONTS if Path(path).is_file()), None)

TITLE = "诸城市人民政府2019年政府信息公开工作年度报告"
PROSE = (
    "一、总体情况",
    "本报告根据《中华人民共和国政府信息公开条例》编制，所列数据的统计期限自2019年1月1日起，至2019年12月31日止。全年主动公开政府信息1036条，"
    "其中通过政府网站公开946条，通过政府公报公开90条，没有因政府信息公开收取任何费用。",
    "二、主动公开政府信息情况",
)
TABLE = (
    ("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"),
    ("规章", "0", "0", "0"),
    ("规范性文件", "12", "12", "86"),
)


def pdf(title: str = TITLE, prose=PROSE, table=TABLE, *, password: str | None = None) -> bytes:
    """A report printed with a ruled table. Without the Chinese font of `make setup` there is nothing to print it with."""
    assert FONT is not None, "apt-get install fonts-wqy-microhei"
    made = FPDF(format="A4")
    made.add_font("wqy", fname=FONT)
    made.add_page()
    made.set_font("wqy", size=18)
    made.multi_cell(0, 12, title, align="C", new_x="LMARGIN", new_y="NEXT")
    made.set_font("wqy", size=12)
    for paragraph in prose:
        made.multi_cell(0, 8, "　　" + paragraph, new_x="LMARGIN", new_y="NEXT")
    if table:
        with made.table(first_row_as_headings=False) as rows:
            for cells in table:
                row = rows.row()
                for cell in cells:
                    row.cell(cell)
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    return bytes(made.output())


def turned(body: bytes, degrees: int, *, told: bool) -> bytes:
    """The file with its pages laid on their side, by 90, 180 or 270 degrees; `told`: with the /Rotate that makes a viewer show them upright."""
    made = pypdfium2.PdfDocument(body)
    for page in made:
        width, height = page.get_size()
        matrix = {90: (0, 1, -1, 0, height, 0), 180: (-1, 0, 0, -1, width, height), 270: (0, -1, 1, 0, 0, width)}[degrees]
        for thing in page.get_objects(max_depth=1):
            thing.transform(pypdfium2.PdfMatrix(*matrix))
        if degrees != 180:
            page.set_mediabox(0, 0, height, width)
        if told:
            page.set_rotation(degrees)
        page.gen_content()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def scanned() -> bytes:
    """Two pages that hold nothing but a picture."""
    made = pypdfium2.PdfDocument.new()
    for _ in range(2):
        page = made.new_page(595, 842)
        picture = pypdfium2.PdfImage.new(made)
        picture.set_bitmap(pypdfium2.PdfBitmap.new_native(40, 60, pypdfium2.raw.FPDFBitmap_BGR))
        picture.set_matrix(pypdfium2.PdfMatrix().scale(595, 842))
        page.insert_obj(picture)
        page.gen_content()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pdf_bomb(size: int = 2**28) -> bytes:
    """A page whose content unpacks to that many bytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()
    return _one_page(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed))


def word(title: str = TITLE, prose=PROSE, table=TABLE) -> bytes:
    made = docx.Document()
    made.add_paragraph(title)
    for paragraph in prose:
        made.add_paragraph(paragraph)
    if table:
        rows = made.add_table(rows=0, cols=len(table[0]))
        for cells in table:
            for cell, text in zip(rows.add_row().cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_member(body: bytes, name: str, content: bytes) -> bytes:
    """An Office file with one of its members put in the place of another, or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def understated(body: bytes, name: str, size: int) -> bytes:
    """The same zip archive, its directory saying that a member unpacks to `size` bytes."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        true = archive.getinfo(name).file_size
    return body.replace(true.to_bytes(4, "little"), size.to_bytes(4, "little"))


SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{more}'
    "</worksheet>"
)


def xlsx(rows, merged: tuple[str, ...] = (), sheet: bytes | None = None) -> bytes:
    """A workbook of one sheet; `sheet` is its XML where it is not made from `rows` (cells: text, or a number)."""
    xml = []
    for y, cells in enumerate(rows, 1):
        said = []
        for x, value in enumerate(cells):
            place = f"{chr(65 + x)}{y}"
            if isinstance(value, str):
                said.append(f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>' if value else "")
            else:
                said.append(f'<c r="{place}"><v>{value!r}</v></c>')
        xml.append(f'<row r="{y}">{"".join(said)}</row>')
    more = f"<mergeCells>{''.join(f'<mergeCell ref={chr(34)}{area}{chr(34)}/>' for area in merged)}</mergeCells>" if merged else ""
    office, package = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://schemas.openxmlformats.org/package/2006"
    kind, main = "application/vnd.openxmlformats-", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="{kind}package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}officedocument.spreadsheetml.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="附表" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", sheet if sheet is not None else SHEET.format(rows="".join(xml), more=more))
    return out.getvalue()


def xls(rows) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("附表")
    for y, cells in enumerate(rows):
        for x, value in enumerate(cells):
            sheet.write(y, x, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(lines, *, per_line: int = 40) -> bytes:
    """Pages of lines at positions, in the order given, 20 lines a page."""
    pages = [lines[start : start + 20] for start in range(0, len(lines), 20)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>")
        listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/{n}.xml"/>' for n in range(len(pages)))
        archive.writestr(
            "Doc_0/Document.xml",
            f"<ofd:Document {OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        )
        for n, page in enumerate(pages):
            texts = "".join(
                f'<ofd:TextObject Boundary="{x} {y} 170 6" Size="4"><ofd:TextCode X="0" Y="4" DeltaX="g {max(1, len(text) - 1)} 4">{text}'
                "</ofd:TextCode></ofd:TextObject>"
                for x, y, text in reversed(page)
            )
            archive.writestr(f"Doc_0/Pages/{n}.xml", f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content></ofd:Page>")
    return out.getvalue()


def ruled_paper(pitch: float) -> bytes:
    """A page ruled in squares of so many points: a table of 840 cells at 24, of 50,000 at 3.2."""
    strokes = [b"%.2f 0 m %.2f 842 l S" % (n * pitch, n * pitch) for n in range(int(595 / pitch))]
    strokes += [b"0 %.2f m 595 %.2f l S" % (n * pitch, n * pitch) for n in range(int(842 / pitch))]
    content = zlib.compress(b"\n".join(strokes))
    return _one_page(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content))


def _one_page(content: bytes) -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        content,
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)

"""OFD (GB/T 33190-2016): pages of text at positions, in a zip archive of XML. Tables are not told from text: nothing in the format says so."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from crawler.documents import layout, packed
from crawler.documents.document import Document, document
from crawler.documents.layout import Glyph, Sheet
from crawler.errors import EmptyReading, TooLarge, Unreadable

PAGES_LIMIT = 400
GLYPHS_LIMIT = 1_000_000
MM = 72 / 25.4  # points a millimetre, the format's unit
A4 = (210.0, 297.0)
_NS = "{http://www.ofdspec.org/2016}"


def read(data: bytes) -> Document:
    """Open an OFD.

    Raises:
        TooLarge: `pages`, `glyphs`; else see `packed.opened`. Unreadable: `damaged`, `encrypted`, `entities`. EmptyReading: `scanned`.
    """
    with packed.opened(data) as archive:
        names = archive.namelist()
        if any(name.lower().endswith("encryptions.xml") for name in names):
            raise Unreadable("the file is encrypted", rule="encrypted")
        if packed.declared_entities(archive, [name for name in names if name.lower().endswith(".xml")]):
            raise Unreadable("the file declares a document type of its own", rule="entities")
        try:
            sheets = list(_sheets(archive))
        except (etree.XMLSyntaxError, ValueError, AttributeError) as error:
            raise Unreadable(f"a damaged OFD: {error}", rule="damaged") from error
    found = document("ofd", (text for text in layout.paragraphs([line for sheet in layout.body(sheets) for line in sheet.lines]) if text))
    if not found.lines:
        raise EmptyReading(f"{len(sheets)} pages without words", rule="scanned")
    return found


def _sheets(archive: zipfile.ZipFile) -> Iterator[Sheet]:
    for pointer in _tree(archive, "OFD.xml").iter(f"{_NS}DocRoot"):
        path = posixpath.normpath((pointer.text or "").strip().lstrip("/"))
        folder = posixpath.dirname(path)
        root = _tree(archive, path)
        whole = _box(root.findtext(f".//{_NS}PhysicalBox")) or (0.0, 0.0, *A4)
        pages = list(root.iter(f"{_NS}Page"))
        if len(pages) > PAGES_LIMIT:
            raise TooLarge(f"{len(pages)} pages, {PAGES_LIMIT} are read", rule="pages")
        for page in pages:
            location = page.get("BaseLoc") or ""
            content = _tree(archive, posixpath.normpath(location.lstrip("/") if location.startswith("/") else posixpath.join(folder, location)))
            box = _box(content.findtext(f".//{_NS}PhysicalBox")) or whole
            yield Sheet(tuple(layout.lines(_glyphs(content))), box[2] * MM, box[3] * MM)


def _tree(archive: zipfile.ZipFile, name: str) -> _Element:
    return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    numbers = [float(part) for part in (text or "").split()]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None


def _glyphs(content: _Element) -> Iterator[Glyph]:
    """The characters of a page. TextCode gives the first one's place in its object's box, and the steps to the next ones."""
    count = 0
    for text in content.iter(f"{_NS}TextObject"):
        box = _box(text.get("Boundary"))
        if box is None:
            continue
        size = float(text.get("Size") or 4)
        matrix = [float(part) for part in (text.get("CTM") or "").split()]
        a, b, c, d, e, f = matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        if abs(b) > 0.1 * abs(a) or abs(c) > 0.1 * abs(d):
            continue  # at an angle: a watermark
        for code in text.iter(f"{_NS}TextCode"):
            words = (code.text or "").strip("\r\n")
            count += len(words)
            if count > GLYPHS_LIMIT:
                raise TooLarge(f"more than {GLYPHS_LIMIT} characters on a page", rule="glyphs")
            x, y = float(code.get("X") or 0), float(code.get("Y") or size)
            across, down = _steps(code.get("DeltaX"), len(words)), _steps(code.get("DeltaY"), len(words))
            for n, character in enumerate(words):
                left, base = box[0] + a * x + e, box[1] + d * y + f
                step = across[n] if n < len(across) else size * (0.5 if character.isascii() else 1.0)
                wide = abs(a) * min(step, size) if step > 0 else abs(a) * size
                yield Glyph(character, left * MM, (base - 0.85 * abs(d) * size) * MM, (left + wide) * MM, (base + 0.15 * abs(d) * size) * MM)
                x += step
                y += down[n] if n < len(down) else 0.0


def _steps(text: str | None, limit: int) -> list[float]:
    """``3.5 g 4 2``: 3.5, then four times 2."""
    parts = iter((text or "").split())
    out: list[float] = []
    for part in parts:
        if part == "g":
            count, step = int(next(parts, "0")), float(next(parts, "0"))
            out += [step] * min(count, limit)
        else:
            out.append(float(part))
    return out

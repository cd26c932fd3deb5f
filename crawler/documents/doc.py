"""DOC (Word 97 to 2003): by antiword, which is there or can be installed; else by LibreOffice, where there is one.

Both are programs of their own, run in this reader process's limits of memory (children inherit them) and ended after a time.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from lxml import etree
from lxml.etree import _Element

from crawler.documents import docx
from crawler.documents.document import Document, document, grid
from crawler.errors import EmptyReading, TooLarge, Unreadable
from crawler.reading.lines import squeeze
from storage.records import Cell, Grid

SECONDS = 12.0  # less than a reader has for a page (crawl.read_timeout)
OUTPUT_LIMIT = 32 * 2**20  # bytes
NEAR = 4.0  # points within which two column edges are one
WORDS = re.compile(r"[\u3400-\u9fffA-Za-z]")
MISSING = "no antiword here, which reads Word's older files (Debian and Ubuntu: apt-get install antiword), and no LibreOffice"


def read(data: bytes) -> Document:
    """Open a DOC.

    Raises:
        Unreadable: `no_program`, `encrypted`, `damaged`, `too_slow`.
        TooLarge: `unpacked`. EmptyReading: `no_words`.
    """
    problem = Unreadable(MISSING, rule="no_program")
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
        file = Path(folder) / "file.doc"
        file.write_bytes(data)
        if antiword := shutil.which("antiword"):
            try:
                found = _parsed(_run([antiword, "-m", "UTF-8.txt", "-x", "db", str(file)], folder))
                if found.lines:
                    return found
                problem = Unreadable("antiword finds no words", rule="damaged")
            except Unreadable as error:
                problem = error
        if problem.rule != "encrypted" and (office := shutil.which("soffice") or shutil.which("libreoffice")):
            profile = Path(folder, "profile").as_uri()
            _run([office, "--headless", f"-env:UserInstallation={profile}", "--convert-to", "docx", "--outdir", folder, str(file)], folder)
            made = file.with_suffix(".docx")
            if made.is_file() and made.stat().st_size <= OUTPUT_LIMIT:
                return replace(docx.read(made.read_bytes()), kind="doc")
            if problem.rule == "no_program":
                problem = Unreadable("LibreOffice makes nothing of it", rule="damaged")
    if problem.rule == "damaged" and "no words" in problem.detail:
        raise EmptyReading("no words in the file", rule="no_words")
    raise problem


def _run(command: Sequence[str], folder: str) -> bytes:
    """What a program writes. It and its children are ended together when time is up."""
    with tempfile.TemporaryFile(dir=folder) as out, tempfile.TemporaryFile(dir=folder) as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, start_new_session=True)
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise Unreadable(f"{Path(command[0]).name} took more than {SECONDS:g} s", rule="too_slow") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if out.seek(0, os.SEEK_END) > OUTPUT_LIMIT:
            raise TooLarge(f"more than {OUTPUT_LIMIT} bytes of text", rule="unpacked")
        out.seek(0)
        err.seek(0)
        said = err.read(2000).decode("utf-8", "replace").replace(f"{folder}/", "").strip()
        if "ncrypted" in said:
            raise Unreadable("the file opens with a password only", rule="encrypted")
        if process.returncode:
            raise Unreadable(f"{Path(command[0]).name}: {said.splitlines()[-1] if said else process.returncode}", rule="damaged")
        return out.read()


def _parsed(xml: bytes) -> Document:
    """antiword's DocBook: paragraphs, and tables row by row with the widths of their cells."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    root = etree.fromstring(xml, parser)
    if root is None:
        raise Unreadable("antiword writes no text", rule="damaged")
    title = root.findtext(".//bookinfo/title") or root.findtext("title")
    return document("doc", _blocks(root), title)


def _blocks(root: _Element) -> Iterator[str | Grid]:
    counted = 0
    walk = etree.iterwalk(root, events=("start",), tag=("para", "title", "informaltable", "bookinfo"))
    for _, node in walk:
        if node.tag == "bookinfo":
            walk.skip_subtree()
        elif node.tag == "informaltable":
            walk.skip_subtree()
            counted += 1
            rows = list(_rows(node))
            found = grid(_cells(rows, f"table {counted}"))
            if found is not None:
                yield found
            else:
                yield from (text for row in rows for _, _, text in row)
        else:
            yield "".join(text for child in node.xpath("text()|*[not(self::informaltable)]//text()") for text in [str(child)])


def _rows(table: _Element) -> Iterator[list[tuple[float, float, str]]]:
    """Each row's cells: left edge, right edge, text."""
    for group in table.iter("tgroup"):
        widths = [float(re.sub(r"[^0-9.]", "", column.get("colwidth") or "") or 0) for column in group.findall("colspec")]
        edges = [0.0, *accumulate(widths)]
        for row in group.iter("row"):
            entries = row.findall("entry")
            if len(entries) == len(widths):
                yield [(edges[n], edges[n + 1], _said(entry)) for n, entry in enumerate(entries)]


def _said(entry: _Element) -> str:
    return "\n".join(text for line in "".join(entry.itertext()).split("\n") if (text := squeeze(line)))


def _cells(rows: Sequence[Sequence[tuple[float, float, str]]], path: str) -> list[Cell]:
    """Cells under a common set of columns. Word's format has vertical spans, antiword's output has not: a blank cell that words follow in its
    row goes on from the label above it."""
    edges: list[float] = []
    for edge in sorted(left for row in rows for left, _, _ in row):
        if not edges or edge - edges[-1] > NEAR:
            edges.append(edge)
    cells: list[Cell] = []
    above: dict[tuple[int, int], int] = {}
    for y, row in enumerate(rows):
        here: dict[tuple[int, int], int] = {}
        for n, (left, right, text) in enumerate(row):
            column = sum(edge < left - NEAR for edge in edges)
            span = max(1, sum(edge < right - NEAR for edge in edges) - column)
            label = above.get((column, span))
            followed = any(WORDS.search(later) for _, _, later in row[n + 1 :])
            if not text and followed and label is not None and WORDS.search(cells[label].text):
                cells[label] = replace(cells[label], rowspan=cells[label].rowspan + 1)
                here[column, span] = label
                continue
            cells.append(Cell(text, y, column, 1, span, path=f"{path} row {y + 1} cell {n + 1}"))
            here[column, span] = len(cells) - 1
        above = here
    return cells

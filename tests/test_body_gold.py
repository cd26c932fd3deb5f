"""The body against hand-marked gold: eight documents in twenty-one page shapes, and what may and may not change a report's content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import cycle, islice

import pytest

from crawler.reading import read
from storage.records import Reading
from tests.gold.documents import DOCUMENTS, Document, H, P, T
from tests.gold.measure import bare_cells, f1, rows_found
from tests.gold.reading import capture
from tests.gold.templates import CHROME, SHAPES, SPAM, Noise

PAGES = [(shape, document) for shape in SHAPES for document in DOCUMENTS]
MEAN, WORST = 0.995, 0.98  # of F1 in characters


@cache
def reading(shape: str, document: Document, visit: int = 1) -> Reading:
    return read(capture(SHAPES[shape](document, Noise(visit))), second_opinion=False)


def _scores() -> dict[str, float]:
    return {f"{shape}/{document.key}": f1("\n".join(document.lines), reading(shape, document).text) for shape, document in PAGES}


def test_bodies_equal_their_gold() -> None:
    scores = _scores()
    worst = min(scores, key=scores.__getitem__)
    assert scores[worst] >= WORST, worst
    assert sum(scores.values()) / len(scores) >= MEAN


@pytest.mark.parametrize("shape", SHAPES)
def test_every_table_row_is_there_and_no_furniture_or_spam(shape: str) -> None:
    for document in DOCUMENTS:
        found = reading(shape, document)
        gold = "\n".join(document.lines)
        rows = [line for line in document.lines if "\t" in line]
        assert rows_found(rows, found.text.split("\n")) == 1.0, document.key
        assert [word for word in (*CHROME, *SPAM) if word in found.text and word not in gold] == [], document.key


@pytest.mark.parametrize("shape", SHAPES)
def test_the_grids_hold_every_position_of_the_tables(shape: str) -> None:
    for document in DOCUMENTS:
        found = [[bare_cells("\t".join(row)) for row in grid.rows()] for grid in reading(shape, document).tables]
        assert found == [[bare_cells("\t".join(row)) for row in block.positions()] for block in document.tables], document.key


@pytest.mark.parametrize("shape", SHAPES)
def test_counters_side_lists_ids_and_times_change_no_content(shape: str) -> None:
    for document in DOCUMENTS:
        visits = {reading(shape, document, visit).content_sha256 for visit in range(1, 6)}
        assert len(visits) == 1, document.key


EACH = 3  # every third digit is edited here; with 1 all 2,085 are, in a minute


def _edits(document: Document) -> Iterator[Document]:
    """The document with one digit changed, for the digits of its prose and of its tables in turn."""
    for n, block in enumerate(document.blocks):
        edited = _edited_table(block) if isinstance(block, T) else _edited_text(block)
        for other in edited:
            yield replace(document, blocks=(*document.blocks[:n], other, *document.blocks[n + 1 :]))


def _edited_text(block: H | P) -> Iterator[H | P]:
    for at, char in enumerate(block.text):
        if char.isdigit():
            yield replace(block, text=block.text[:at] + str((int(char) + 1) % 10) + block.text[at + 1 :])


def _edited_table(block: T) -> Iterator[T]:
    for y, row in enumerate(block.rows):
        for x, cell in enumerate(row):
            text, *spans = cell if isinstance(cell, tuple) else (cell,)
            for other in _edited_text(P(text)):
                new = (other.text, *spans) if spans else other.text
                rows = [list(line) for line in block.rows]
                rows[y][x] = new  # type: ignore[call-overload]
                yield T(tuple(map(tuple, rows)))


def test_every_one_digit_edit_anywhere_is_another_content() -> None:
    shapes = cycle(SHAPES)
    edits = 0
    for document in DOCUMENTS:
        for edited in islice(_edits(document), 0, None, EACH):
            shape = next(shapes)
            found = read(capture(SHAPES[shape](edited, Noise(2))), second_opinion=False)
            assert found.content_sha256 != reading(shape, document).content_sha256, (shape, document.key)
            edits += 1
    assert edits > 600


def test_a_number_that_moves_to_another_cell_is_another_content() -> None:
    table = "<table><tr><td>收到</td><td>{}</td><td>{}</td></tr><tr><td>办结</td><td>1</td><td>1</td></tr></table>"
    page = "<html><body><div id=zoom><p>全年收到和办结申请的件数如下表所示,单位为件。</p>{}</div></body></html>"
    from tests.gold.reading import page as written

    a, b = (read(written(page.format(table.format(*cells))), second_opinion=False) for cells in (("88", ""), ("", "88")))
    assert a.text_sha256 == b.text_sha256
    assert a.content_sha256 != b.content_sha256

"""What figures cost: pages a CPU second of reading with the figures of their tables and without, on the gold reports."""

from __future__ import annotations

import statistics
import time

from rich.console import Console
from rich.table import Table

from crawler.reading import figures, read, verdicts
from storage.records import Reading
from tests.gold.figures import REPORTS
from tests.gold.figures.shapes import SHAPES
from tests.gold.reading import page

PRINTED = ("plain", "word", "nested_layout", "cut", "flattened_cells")


def run(rounds: int) -> None:
    """Measure, and print a table."""
    pages = [page(found.parts[0], content_type=found.content_type) for name in PRINTED for report in REPORTS if (found := SHAPES[name](report))]
    whole, alone, cells = [], [], 0
    for _ in range(rounds + 1):  # the first round fills caches
        started = time.process_time()
        readings = [read(one, second_opinion=False) for one in pages]
        whole.append(time.process_time() - started)
        started = time.process_time()
        cells = sum(_figures(reading) for reading in readings)
        alone.append(time.process_time() - started)
    spent, on_figures = statistics.median(whole[1:]), statistics.median(alone[1:])
    table = Table(title=f"figures of {len(pages)} pages, {cells} cells, {rounds} rounds")
    for column in ("reading", "pages/CPU s", "ratio"):
        table.add_column(column, justify="left" if column == "reading" else "right")
    table.add_row("with the figures of tables", f"{len(pages) / spent:.0f}", f"{spent / (spent - on_figures):.2f}x the time")
    table.add_row("without", f"{len(pages) / (spent - on_figures):.0f}", "1.00x")
    Console(width=150).print(table)


def _figures(reading: Reading) -> int:
    found = figures.read(reading.tables, lines=reading.text.split("\n"), year=reading.year)
    verdicts.of_figures(found)
    return len(found)

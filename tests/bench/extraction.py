"""Extraction of bodies: ours, trafilatura, readability and resiliparse on the gold pages, in one run.

Every tool gets the decoded page, so that none pays for, or fails at, a lying charset. Rounds are interleaved (each tool once over all
pages, then the next round), and CPU seconds of the process count: neighbours on the machine disturb all tools alike, and the ratio stays.
Ours is the whole of `read`: title, dates, issuer, division, year and type, every figure and every finding; the others find a body, or body and
metadata where said, which is what ours is compared with where figures and findings are left out.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import trafilatura
from lxml import html as lxml_html
from readability import Document as Readable
from resiliparse.extract.html2text import extract_plain_text
from rich.console import Console
from rich.table import Table

from crawler.reading import charset, grid, lines, read
from crawler.reading.identity import identify
from crawler.reading.look import look
from tests.gold.documents import DOCUMENTS, Document
from tests.gold.measure import f1, rows_found
from tests.gold.reading import capture, page
from tests.gold.templates import CHROME, ODD_TAGS, SHAPES, SPAM, Noise

BASE = "trafilatura, with metadata"


@dataclass
class Score:
    """What one tool did on the gold pages."""

    f1: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    chrome: int = 0
    spam: int = 0
    speed: list[float] = field(default_factory=list)  # pages a CPU second, one a round


def _ours(text: str) -> str:
    return read(page(text), second_opinion=False).text


def _ours_and_opinion(text: str) -> str:
    return read(page(text)).text


def _ours_without_figures(text: str) -> str:
    looked, _ = look(page(text), None, None)
    identify(looked)
    return looked.body.text


def _default(text: str) -> str:
    return trafilatura.extract(text) or ""


def _bare(text: str) -> str:
    found = trafilatura.bare_extraction(text, with_metadata=True)
    return (found.text or "") if found is not None else ""


def _readability(text: str) -> str:
    tree = lxml_html.fromstring(Readable(text).summary() or "<p></p>")
    return "\n".join(line.text for line in lines.lines(tree, table=_rows))


def _rows(node: lxml_html.HtmlElement) -> list[str] | None:
    found = grid.read(node)
    return None if found is None else grid.row_lines(found)


def _resiliparse(text: str) -> str:
    return extract_plain_text(text, main_content=True, preserve_formatting=True)


TOOLS: dict[str, Callable[[str], str]] = {
    "ours": _ours,
    "ours, second opinion": _ours_and_opinion,
    "ours, body and identity only": _ours_without_figures,
    "trafilatura": _default,
    BASE: _bare,
    "readability-lxml": _readability,
    "resiliparse": _resiliparse,
}


def run(rounds: int) -> None:
    """Measure, and print two tables."""
    pages = [(charset.decode(capture(shape(document, Noise(1))).body)[0], document) for shape in SHAPES.values() for document in DOCUMENTS]
    scores = {name: Score() for name in TOOLS}
    for name, tool in TOOLS.items():
        for text, document in pages:
            _judge(scores[name], tool(text), document)
    for _ in range(rounds):
        for name, tool in TOOLS.items():
            started = time.process_time()
            for text, _ in pages:
                tool(text)
            scores[name].speed.append(len(pages) / (time.process_time() - started))
    console = Console(width=150)
    kilobytes = statistics.mean(len(text.encode()) for text, _ in pages) / 1000
    console.print(
        _quality(scores, f"{len(pages)} gold pages ({len(SHAPES)} shapes, {len(DOCUMENTS)} documents, {kilobytes:.0f} KB each), {rounds} rounds")
    )
    console.print(_junk())


def _judge(score: Score, text: str, document: Document) -> None:
    """One occurrence of the title and the signs that draw a table as text are not held against a tool."""
    gold = document.lines
    words = "\n".join(gold)
    score.f1.append(f1(words, re.sub(r"\||-{3,}", "", text.replace(document.title, "", 1))))
    rows = [line for line in gold if "\t" in line]
    if rows:
        score.rows.append(rows_found(rows, text.split("\n")))
    score.chrome += any(word in text and word not in words for word in CHROME)
    score.spam += any(word in text for word in SPAM)


def _quality(scores: dict[str, Score], title: str) -> Table:
    table = Table(title=title)
    for column in ("tool", "mean F1", "worst F1", "table rows", "chrome on pages", "spam on pages", "pages/CPU s (min-max)", f"ratio to {BASE}"):
        table.add_column(column, justify="left" if column == "tool" else "right")
    base = statistics.median(scores[BASE].speed)
    for name, score in scores.items():
        speed = statistics.median(score.speed)
        pages = len(score.f1)
        table.add_row(
            name,
            f"{statistics.mean(score.f1):.4f}",
            f"{min(score.f1):.3f}",
            f"{statistics.mean(score.rows):.2f}",
            f"{score.chrome / pages:.0%}",
            f"{score.spam / pages:.0%}",
            f"{speed:.0f} ({min(score.speed):.0f}-{max(score.speed):.0f})",
            f"{speed / base:.1f}x",
        )
    return table


def _junk() -> Table:
    chance = random.Random(1)
    text = [f"第{n}段:主动公开政府信息{n * 7}条,同比增长{n % 9}.{n % 10}%。" for n in range(300)]
    table = Table(title="30,000 injected tags in one page")
    for column in ("tool", "in pairs: CPU s", "text kept", "left open: CPU s", "text kept"):
        table.add_column(column, justify="left" if column == "tool" else "right")
    soups = [
        "<html><body><div>"
        + "".join("".join(f'<{a} id="k3xq9">{close.format(a)}' for a in chance.choices(ODD_TAGS, k=100)) + f"<p>{line}</p>" for line in text)
        for close in ("</{}>", "")
    ]
    for name, tool in TOOLS.items():
        row = [name]
        for page_ in soups:
            started = time.process_time()
            found = tool(page_)
            spent = time.process_time() - started
            row += [f"{spent:.3f}", f"{sum(line in found for line in text) / len(text):.0%}"]
        table.add_row(*row)
    return table

"""The official forms as tables: labels from documents/forms.yaml, figures from whoever reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.demo import figures
from app.demo.figures import Figures

DOCUMENTS = Path(__file__).parent / "documents"


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    header: bool = False


Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it is printed; `caption` stands above it as lines of text."""

    caption: tuple[str, ...] = ()
    rows: Rows


@cache
def labels() -> Mapping[str, Any]:
    """documents/forms.yaml."""
    loaded: Mapping[str, Any] = yaml.safe_load((DOCUMENTS / "forms.yaml").read_text(encoding="utf-8"))
    return loaded


def statistics(counts: Figures, *, year: int, scope: str | None = None) -> Table:
    """The one long table of 2014 to 2018.

    Args:
        counts: figures by row key; a row of the form without figure prints 0.
        scope: 市本级 or 本行政区域 where a report prints several; such reports also print the local rows they have figures for.
    """
    form = labels()["statistics_2014"]
    local = any(key.startswith("local_") for key in counts)
    rows = [tuple(Cell(text, header=True) for text in form["header"])]
    for row in form["rows"]:
        if row.get("only") == ("national" if local else "local"):
            continue
        key = row.get("key")
        if key and key.startswith("local_") and key not in counts:
            continue
        value = "" if key is None else str(counts.get(key, 0))
        rows.append((Cell(row["label"]), Cell(row.get("unit", "")), Cell(value)))
    return Table(caption=(f"{year}{form['title']}", *([scope] if scope else [])), rows=tuple(rows))


def disclosure(name: str, *, year: int) -> Table:
    """Section 二 of the forms of 2019 and 2021: one table, a block of rows for each clause of 第二十条."""
    counts = figures.disclosure(name)
    rows: list[tuple[Cell, ...]] = []
    for clause in _form(year)["disclosure"]:
        columns = clause["columns"]
        spans = [3 // len(columns)] * len(columns)
        spans[-1] += 3 - sum(spans)
        rows.append((Cell(clause["title"], colspan=4, header=True),))
        rows.append((Cell("信息内容"), *(Cell(text, colspan=span) for text, span in zip(columns, spans, strict=True))))
        for row in clause["rows"]:
            values = [str(counts.get(f"{row['key']}/{n}", 0)) for n in range(len(columns))]
            rows.append((Cell(row["label"]), *(Cell(text, colspan=span) for text, span in zip(values, spans, strict=True))))
    return Table(rows=tuple(rows))


def requests(name: str, *, year: int) -> Table:
    """Section 三: the kinds of applicants across, what became of their applications down, groups in spanning cells."""
    form = _form(year)["requests"]
    keys = tuple(row["key"] for row in form["rows"])
    counts = figures.requests(name, keys)
    applicants, total = form["columns"][:-1], form["columns"][-1]
    rows: list[tuple[Cell, ...]] = [
        (Cell(form["note"], rowspan=3, colspan=3), Cell("申请人情况", colspan=7, header=True)),
        (
            Cell(applicants[0], rowspan=2, header=True),
            Cell("法人或其他组织", colspan=5, header=True),
            Cell(total, rowspan=2, header=True),
        ),
        tuple(Cell(text, header=True) for text in applicants[1:]),
    ]
    printed: set[tuple[str, ...]] = set()
    for row in form["rows"]:
        group = tuple(row.get("group", ()))
        cells: list[Cell] = []
        for depth in range(1, len(group) + 1):
            if group[:depth] not in printed:
                printed.add(group[:depth])
                cells.append(Cell(group[depth - 1], rowspan=sum(tuple(r.get("group", ()))[:depth] == group[:depth] for r in form["rows"])))
        cells.append(Cell(row["label"], colspan=3 - len(group)))
        rows.append((*cells, *(Cell(str(count)) for count in counts[row["key"]])))
    return Table(rows=tuple(rows))


def reviews(name: str) -> Table:
    """Section 四: fifteen cells under three kinds of proceedings."""
    form = labels()["review_2019"]
    review, direct, after = form["groups"]
    columns = form["columns"]
    return Table(
        rows=(
            (Cell(review, colspan=5, header=True), Cell("行政诉讼", colspan=10, header=True)),
            (*(Cell(text, rowspan=2) for text in columns), Cell(direct, colspan=5), Cell(after, colspan=5)),
            tuple(Cell(text) for text in columns * 2),
            tuple(Cell(str(count)) for count in figures.reviews(name)),
        )
    )


def _form(year: int) -> Mapping[str, Any]:
    form: Mapping[str, Any] = labels()["form_2021" if year >= 2021 else "form_2019"]
    return form

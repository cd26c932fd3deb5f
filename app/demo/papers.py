"""The replicas' documents: five written reports (documents/*.yaml) and the shorter ones that documents/shelf.yaml lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from app.demo import figures, forms, prose
from app.demo.forms import DOCUMENTS, Table

Edits = tuple[tuple[str, str, int], ...]  # (scope, row, figure) put in the place of what the report said at first
Shelf = Mapping[str, Sequence[Mapping[str, Any]]]  # the rows of each column


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a body: a heading, a paragraph, a table or the line a report is signed with."""

    kind: str
    text: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One page of a replica: what its column says of it and what it says itself.

    Attributes:
        key: ``portal/number``, its name in the script of the nights.
        issuer: None where the page says nobody's name. adcode: its division; None where it is the portal's.
        kind: a document type of the archive, or ``work_report`` for a 政府工作报告, which is none.
        title: as the page prints it; None for the page that prints none.
        listed: the words of the list.
        signed: the day under the text.
        published: the date the list shows; `dated` says whether the page itself prints it.
        filed: the date in the address, wrong since a migration for some.
        parts: pages the article is split over.
        written: one of the five reports of documents/*.yaml.
        enclosed: name of a file beside it, and what that says. shown: False where no list shows it.
    """

    key: str
    portal: str
    column: str
    number: int
    kind: str
    issuer: str | None
    adcode: str | None
    year: int
    title: str | None
    listed: str
    published: date
    dated: bool
    filed: date
    parts: int
    source: str | None
    author: str | None
    signed: date | None
    written: bool
    blocks: tuple[Block, ...]
    enclosed: tuple[str, str] | None = None
    shown: bool = True


def documents(portal: str, edits: Mapping[str, Edits] | None = None, shelf: Shelf | None = None) -> list[Document]:
    """Every document of a portal, in the order of its columns.

    Args:
        edits: figures that were changed after publication, by document key.
        shelf: rows by column, as in documents/shelf.yaml; those of that file when left out.
    """
    changed = edits or {}
    columns = _shelves()[portal] if shelf is None else shelf
    return [
        _document(portal, column, tuple(row.items()), changed.get(f"{portal}/{row['number']}", ()))
        for column, rows in columns.items()
        for row in rows
    ]


@cache
def _document(portal: str, column: str, items: tuple[tuple[str, Any], ...], edits: Edits) -> Document:
    """One document, written out."""
    row = dict(items)
    if "document" in row:
        return _written(portal, column, row, edits)
    kind = row.get("kind", "statutory_annual_report")
    return Document(
        key=f"{portal}/{row['number']}",
        portal=portal,
        column=column,
        number=row["number"],
        kind=kind,
        issuer=row["issuer"],
        adcode=row.get("adcode"),
        year=row["year"],
        title=row["title"],
        listed=row.get("listed", row["title"]),
        published=row["published"],
        dated=True,
        filed=row.get("filed", row["published"]),
        parts=row.get("parts", 1),
        source=row["issuer"],
        author=None,
        signed=None,
        written=False,
        blocks=_blocks(kind, row),
    )


def _written(portal: str, column: str, row: Mapping[str, Any], edits: Edits) -> Document:
    text = yaml.safe_load((DOCUMENTS / f"{row['document']}.yaml").read_text(encoding="utf-8"))
    published = text["published"] or row["published"]
    blocks = tuple(_lines(text["body"]))
    if text.get("signed"):
        blocks += (Block("signature", text["issuer"]), Block("signature", text["signed"]))
    for table in text.get("tables", ()):
        counts = table["figures"] | {key: figure for scope, key, figure in edits if scope == table["scope"]}
        blocks += (Block("table", table=forms.statistics(counts, year=text["year"], scope=table["scope"])),)
    return Document(
        key=f"{portal}/{row['number']}",
        portal=portal,
        column=column,
        number=row["number"],
        kind=text["type"],
        issuer=text["issuer"],
        adcode=None,
        year=text["year"],
        title=text["title"],
        listed=text.get("listed") or text["title"],
        published=published,
        dated=text["published"] is not None,
        filed=row.get("filed", published),
        parts=row.get("parts", 1),
        source=text.get("source"),
        author=text.get("author"),
        signed=text.get("signed_on"),  # 2018年3月 names no day
        written=True,
        blocks=blocks,
    )


def _lines(body: str) -> Iterator[Block]:
    for line in body.strip().splitlines():
        yield Block("heading", line[2:]) if line.startswith("# ") else Block("paragraph", line)


def _blocks(kind: str, row: Mapping[str, Any]) -> tuple[Block, ...]:
    """The body of a shorter page: sentences of prose.py around the official forms of its year."""
    issuer, year, name = row["issuer"], row["year"], f"{row['issuer']} {row['year']}"
    if kind != "statutory_annual_report":
        return tuple(Block("paragraph", line) for line in prose.page(kind, issuer, year))
    sections = [Block(*line) for line in prose.report(issuer, year)]
    tables: Mapping[str, Table] = {}
    if 2014 <= year <= 2018:
        return (*sections, Block("table", table=forms.statistics(figures.statistics(name), year=year)))
    if year >= 2019:
        tables = {"二": forms.disclosure(name, year=year), "三": forms.requests(name, year=year), "四": forms.reviews(name)}
    blocks: list[Block] = []
    for block in sections:
        blocks.append(block)
        if block.kind == "heading" and block.text[0] in tables:
            blocks.append(Block("table", table=tables[block.text[0]]))
    return tuple(blocks)


@cache
def _shelves() -> Mapping[str, Shelf]:
    loaded: Mapping[str, Shelf] = yaml.safe_load((DOCUMENTS / "shelf.yaml").read_text(encoding="utf-8"))
    return loaded

"""Contents: the text and tables of readings, stored once under their hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from storage.engine import insert_new
from storage.errors import ArchiveError
from storage.evidence import exact
from storage.records import Cell, Figure, Grid, Reading
from storage.schema import contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version says: the text (table rows tab-joined in it), the tables, and, where it is compared with another as the same reader read
    both, the figures."""

    text: str
    tables: tuple[Grid, ...]
    figures: tuple[Figure, ...] = ()


def put(connection: Connection, reading: Reading) -> str:
    """Store a reading's content unless it is there.

    Returns:
        Its content_sha256.
    """
    sha256 = reading.content_sha256
    new = insert_new(
        connection,
        contents,
        content_sha256=sha256,
        text_sha256=reading.text_sha256,
        tables_sha256=reading.tables_sha256,
        text=reading.text,
        tables=[_plain(grid) for grid in reading.tables],
    )
    if new is not None:
        exact.seal_content(connection, sha256)
    return sha256


def get(connection: Connection, sha256: str) -> Content:
    """The content of that name.

    Raises:
        ArchiveError: it is missing.
    """
    row = connection.execute(select(contents).where(contents.c.content_sha256 == sha256)).one_or_none()
    if row is None:
        raise ArchiveError(f"no content {sha256} in the archive")
    return Content(text=row.text, tables=grids(row.tables))


def grids(plain: Sequence[Any]) -> tuple[Grid, ...]:
    """Grids from their JSON."""
    return tuple(
        Grid(cells=tuple(Cell(*cell) for cell in grid["cells"]), height=grid["height"], width=grid["width"], caption=grid["caption"])
        for grid in plain
    )


def _plain(grid: Grid) -> dict[str, Any]:
    cells = [[cell.text, cell.row, cell.column, cell.rowspan, cell.colspan, cell.header, cell.path] for cell in grid.cells]
    return {"cells": cells, "height": grid.height, "width": grid.width, "caption": grid.caption}

"""A printed cell as a figure."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.reading import labels, values
from crawler.reading.forms import Format, Line, Table
from crawler.reading.sheets import Placed
from storage.records import Cell, Figure, FigureKind

_FURNITURE = frozenset(
    {"联系电话", "电话", "手机", "传真", "邮编", "邮政编码", "填报日期", "日期", "填报人", "填表人", "审核人", "单位负责人", "联系人", "页码"}
)


def figure(
    placed: Placed, form: Format, table: Table, line: Line, column: Line, path: Iterable[str], cell: Cell, *, unit: str | None, certain: bool
) -> Figure:
    """The figure of a known row and column.

    Args:
        path: the row's labels as printed, outermost first; for a one-row table those of the column.
        unit: as printed beside the cell or in its heading; the format's where nothing is printed.
        certain: whether labels and place leave no doubt.
    """
    value = values.parse(cell.text)
    return Figure(
        format=form.id,
        scope=placed.scope,
        table=table.id,
        row=line.key,
        column=column.key,
        label=label(path),
        raw=cell.text,
        kind=value.kind,
        value=value.number,
        unit=value.unit or unit or column.unit or line.unit or table.unit,
        lower_bound=value.lower_bound,
        place=place(placed, cell),
        capture=placed.capture,
        certain=certain and value.kind is not FigureKind.UNREADABLE and not value.doubtful,
    )


def unknown(
    placed: Placed, form: Format, table: Table, path: Iterable[str], cell: Cell, *, unit: str | None = None, column: Line | None = None
) -> Figure | None:
    """A number under a label the format does not know, kept as it is; None for a cell that holds no number, or the telephone of who filled it in."""
    path = list(path)
    value = values.parse(cell.text)
    if any(labels.core(text) in _FURNITURE for text in path) or value.kind not in {FigureKind.NUMBER, FigureKind.ZERO, FigureKind.UNREADABLE}:
        return None
    return Figure(
        format=form.id,
        scope=placed.scope,
        table=table.id,
        column=column.key if column is not None else None,
        label=label(path),
        raw=cell.text,
        kind=value.kind,
        value=value.number,
        unit=value.unit or unit,
        lower_bound=value.lower_bound,
        place=place(placed, cell),
        capture=placed.capture,
        certain=False,
    )


def label(path: Iterable[str]) -> str:
    """Labels as printed, white space squeezed, outermost first."""
    return " / ".join("".join(text.split("\n")).strip() for text in path)


def place(placed: Placed, cell: Cell) -> str:
    """Where a cell stands: `table 3 /html/body/...`, or its row and column where it has no path."""
    return f"{placed.name} {cell.path or f'row {cell.row + 1} column {cell.column + 1}'}".strip()

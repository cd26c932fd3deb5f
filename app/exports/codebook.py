"""The data dictionary: every cell of every format, every indicator and every column of the exported files, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.exports.columns import BREAK, CODEBOOK, COMPARABILITY, Column, Kind
from crawler.reading.forms import Format, Line, Table, all_formats
from crawler.series import Indicator, all_indicators, english

Entry = dict[str, str | None]


def entries(files: Mapping[str, Sequence[Column]]) -> list[Entry]:
    """The dictionary as rows.

    Parameters:
        files: the columns of each exported file, by its name.
    """
    return [*_cells(), *_prose(), *_indicators(), *_columns(files)]


def markdown(files: Mapping[str, Sequence[Column]]) -> str:
    """The dictionary for people: columns of files, indicators, then the rows and columns of each official table."""
    parts = [
        "# Codebook",
        "Blank is not zero: only figures of the kinds NUMBER and ZERO have a value. A figure's key is format/scope/table/row/column, `-` for what "
        "is not known. A share has the unit 1.",
    ]
    for name, columns in files.items():
        parts += [f"## {name}", _grid(("column", "kind", "中文", "English"), _plain(columns))]
    for title, derived in (("Metrics", False), ("Derived indicators", True)):
        lines = [(one["key"], one["label_zh"], one["label_en"], one["unit"], one["comparability"], one["definition"]) for one in _indicators(derived)]
        parts += [f"## {title}", _grid(("key", "中文", "English", "unit", "comparability", "definition"), lines)]
    for form in all_formats():
        parts += [f"## {form.id}", f"{english.of_format(form.id)}: {form.name}, report years {form.first} to {form.last or 'now'}."]
        for table in form.tables:
            parts += [f"### {table.id}", f"{table.title} · {english.of_table(table.id)}"]
            parts.append(
                _grid(("column", "中文", "English", "unit"), [_line(column, english.of_column(table.id, column.key)) for column in table.columns])
            )
            parts.append(_grid(("row", "中文", "English", "unit"), [_line(row, english.of_row(table.id, row.key)) for row in table.rows]))
    numbers = [(entry["row"], entry["label_zh"], entry["label_en"], entry["unit"]) for entry in _prose()]
    parts += [
        "## prose",
        "Numbers of the text whose words say what they count. All others have no row.",
        _grid(("row", "中文", "English", "unit"), numbers),
    ]
    return "\n\n".join(parts) + "\n"


def _plain(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """The columns of a file; those that are there for each indicator are told once."""
    keys = {one.key for one in all_indicators()}
    own: list[tuple[str, ...]] = [
        (column.name, str(column.kind), column.zh, column.en)
        for column in columns
        if column.name.removesuffix(COMPARABILITY).removesuffix(BREAK) not in keys
    ]
    if len(own) < len(columns):
        own += [
            ("<indicator>", str(Kind.DECIMAL), "数值", "One column for each metric and derived indicator, by its key"),
            (f"<indicator>{COMPARABILITY}", str(Kind.TEXT), "可比性", "With the values of the format in force: exact, approximate, not comparable"),
            (f"<indicator>{BREAK}", str(Kind.FLAG), "序列断点", "A line from the value before must be interrupted here"),
        ]
    return own


def _line(line: Line, words: str) -> tuple[str | None, ...]:
    return line.key, " / ".join(part for part in (*line.under, line.label) if part) or None, words, line.unit


def _cells() -> Iterator[Entry]:
    for form in all_formats():
        for table in form.tables:
            yield from _of_table(form, table)


def _of_table(form: Format, table: Table) -> Iterator[Entry]:
    for row in table.rows:
        for column in table.columns:
            address = f"{table.id}/{row.key}/{column.key}"
            yield _entry(
                kind="cell",
                key=f"{form.id}/*/{address}",
                label_zh=_zh(table, row, column),
                label_en=_en(table, row, column),
                format=form.id,
                table=table.id,
                row=row.key,
                column=column.key,
                unit=column.unit or row.unit or table.unit,
                comparability="; ".join(_parts(form.id, address)) or None,
                definition=f"{table.title} · {english.of_table(table.id)}" + (" · printed by some provinces in addition" if row.local else ""),
            )


def _prose() -> Iterator[Entry]:
    for key, words in english.prose().items():
        definition = "A number of the text whose words say that it counts this"
        yield _entry(
            kind="prose", key=f"prose/*/-/{key}/-", label_zh=words["zh"], label_en=words["en"], format="prose", row=key, unit=words["unit"],
            definition=definition,
        )  # fmt: skip


def _indicators(derived: bool | None = None) -> Iterator[Entry]:
    for one in all_indicators():
        if derived is None or one.derived == derived:
            yield _entry(
                kind="derived" if one.derived else "metric", key=one.key, label_zh=one.zh, label_en=one.en, unit=one.unit,
                comparability=_comparability(one), definition=f"{one.definition} [{_formula(one)}]",
            )  # fmt: skip


def _columns(files: Mapping[str, Sequence[Column]]) -> Iterator[Entry]:
    for name, columns in files.items():
        for column in columns:
            yield _entry(
                kind="column", key=f"{name}.{column.name}", label_zh=column.zh, label_en=column.en, format=name, column=column.name, unit=column.kind
            )


def _entry(**known: str | None) -> Entry:
    return {column.name: known.get(column.name) for column in CODEBOOK}


def _zh(table: Table, row: Line, column: Line) -> str:
    parts = (*row.under, row.label, *column.under, column.label)
    return " / ".join(part for part in parts if part) or table.title


def _en(table: Table, row: Line, column: Line) -> str:
    if table.is_record:  # the row has no name of its own
        return english.of_column(table.id, column.key)
    words = english.of_row(table.id, row.key)
    return words if table.is_list else f"{words} · {english.of_column(table.id, column.key)}"


def _parts(form: str, address: str) -> Iterator[str]:
    """The metrics that a cell is a part of, and how its value compares."""
    for one in all_indicators():
        if not one.derived and address in one.cells.get(form, ()):
            yield f"{one.key}: {one.match[form]}"


def _comparability(one: Indicator) -> str:
    told = ", ".join(f"{form} {match}" for form, match in one.match.items())
    return told + "".join(f"; break before {year}" for year in one.breaks)


def _formula(one: Indicator) -> str:
    return "; ".join(
        f"{form}: {' + '.join(cells)}" + (f" over {' + '.join(one.denominator[form])}" if one.derived else "") for form, cells in one.cells.items()
    )


def _grid(head: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join((cell or "").replace("|", "\\|") for cell in line) + " |" for line in lines)

"""How rows are printed: JSON lines for programs, a rich table on a terminal, aligned columns in a pipe."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {
    "ok": "green",
    "new": "green",
    "restored": "green",
    "alive": "green",
    "degraded": "yellow",
    "moved": "yellow",
    "failed": "red",
    "missing": "red",
    "withdrawn": "red",
    "mirror": "red",
    "figures_changed": "magenta",
    "text_changed": "magenta",
}


def json_line(row: Mapping[str, Any]) -> None:
    """One object on a line of its own, in UTF-8 whatever the locale says."""
    click.echo(json.dumps(row, ensure_ascii=False))


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str = "nothing") -> None:
    """Print the named keys of each row; `empty` goes to stderr when there is none."""
    lines = [[_marked(row.get(column)) for column in columns] for row in rows]
    if not lines:
        click.echo(empty, err=True)
    elif sys.stdout.isatty():
        _rich(lines, columns)
    else:
        _plain(lines, columns)


def printable(text: str, *, keep: str = "") -> str:
    """The text without control and bidi characters: a portal's title must not steer the operator's terminal."""
    return "".join(c for c in text if c in keep or unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


def cell(value: Any) -> str:
    """One cell as text; `-` for what is not known, so that a column can be cut out of a pipe."""
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    return printable(" ".join(str(value).split()))


def marked(text: str, marks: Iterable[Sequence[int]]) -> Text:
    """A cell some of whose words are set off on a terminal.

    Args:
        marks: pairs of offsets in characters, in order, the second exclusive.
    """
    made, past = Text(), 0
    for start, end in marks:
        made.append(_cleaned(text[past:start]))
        made.append(_cleaned(text[start:end]), style="bold reverse")
        past = end
    return made.append(_cleaned(text[past:]))


def _cleaned(text: str) -> str:
    return printable(re.sub(r"\s+", " ", text))


def _marked(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    text = cell(value)
    return Text(text, style=STYLES.get(text, ""))  # Text, not str: rich would take the brackets of 〔2014〕's ASCII cousins for markup


def _rich(lines: list[list[Text]], columns: Sequence[str]) -> None:
    printed = Table(box=None, header_style="bold", pad_edge=False)
    for number, column in enumerate(columns):
        numeric = all(line[number].plain.replace(".", "", 1).isdigit() or line[number].plain == "-" for line in lines)
        printed.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        printed.add_row(*line)
    Console().print(printed)


def _plain(marked: list[list[Text]], columns: Sequence[str]) -> None:
    lines = [[cell.plain for cell in line] for line in marked]
    widths = [max(cell_len(column), *(cell_len(line[n]) for line in lines)) for n, column in enumerate(columns)]
    for line in [list(columns), *lines]:
        padded = (value + " " * (width - cell_len(value)) for value, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())

"""nianbao history, nianbao diff: the versions of a report, and what differs between two."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from app import figures, tables
from app.options import AS_JSON, NUMBER, configured, reading_archive
from crawler.config import Config
from storage import queries


@click.command()
@click.argument("report", type=NUMBER)
@AS_JSON
@configured
def history(config: Config, report: int, as_json: bool) -> None:
    """The versions of a report, oldest first."""
    with reading_archive(config) as archive:
        rows = queries.history(archive, report)
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        shown = [{**row, "text_sha256": row["text_sha256"][:12]} for row in rows]
        tables.table(shown, ["version", "first_seen", "last_seen", "title", "published", "text_sha256", "url"])


@click.command()
@click.argument("report", type=NUMBER)
@click.argument("v1", type=NUMBER, required=False)
@click.argument("v2", type=NUMBER, required=False)
@AS_JSON
@configured
def diff(config: Config, report: int, v1: int | None, v2: int | None, as_json: bool) -> None:
    """What differs between two versions of a report, figures first.

    Without numbers the last two versions are compared; with V1 alone, V1 and the last.
    """
    with reading_archive(config) as archive:
        found = queries.diff(archive, report, before=v1, after=v2)
    if as_json:
        tables.json_line(found)
        return
    click.secho(f"report {report}: version {found['before']['version']} -> {found['after']['version']}", bold=True)
    if found["same"]:
        click.echo("no difference")
    _figures(found)
    for line in found["lines"]:
        _line(line)


def _figures(found: dict[str, Any]) -> None:
    """Figures first, then cells and numbers that are none; a number that was told as a figure is not told again."""
    told = Counter((row["before"], row["after"]) for row in found["figures"])
    rows = [{"figure": figures.named(row), **row} for row in found["figures"]]
    for cell in found["cells"]:
        if not _known(told, cell):
            rows.append({"figure": f"table {cell['table']}: {' · '.join(part for part in (cell['label'], cell['heading']) if part)}", **cell})
    rows += [{"figure": f"…{number['context']}…", **number} for number in found["numbers"] if not _known(told, number)]
    if rows:
        tables.table(rows, ["figure", "before", "after"])
        click.echo()


def _known(told: Counter[tuple[str | None, str | None]], row: dict[str, Any]) -> bool:
    """Whether this cell or number is a figure that was told; each figure answers for one."""
    told[row["before"], row["after"]] -= 1
    return told[row["before"], row["after"]] >= 0


def _line(line: dict[str, Any]) -> None:
    """The line that was in red, the one that is in green; on a terminal what differs within them is set off."""
    for sign, colour, part, text in (("-", "red", "removed", line["before"]), ("+", "green", "added", line["after"])):
        if text is None:
            continue
        pieces = [(kind, words) for kind, words in line["parts"] if kind in ("same", part)] or [("same", text)]
        styled = (click.style(tables.printable(words, keep="\t"), fg=colour, reverse=kind == part) for kind, words in pieces)
        click.echo(click.style(f"{sign} ", fg=colour) + "".join(styled))

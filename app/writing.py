"""One version of a report as text, Markdown or HTML. Everything a portal wrote is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.tables import printable

FACTS = (
    "issuer",
    "city",
    "adcode",
    "year",
    "type",
    "published",
    "signed",
    "state",
    "trust",
    "version",
    "versions",
    "first_seen",
    "last_seen",
    "url",
    "imported_from",
)


def facts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is known of it, without the unknown."""
    for name in FACTS:
        if row.get(name) is not None:
            yield name, printable(str(row[name]))
    if (words := appeared(row.get("appeared") or {})) is not None:
        yield "appeared", words


def appeared(told: Mapping[str, Any]) -> str | None:
    """Between which sights the report came to stand on its portal; None when nobody saw it come."""
    if told.get("not_after") is None:
        return None
    sights = [f"{kind} {told[key]}" for kind, key in (("listing", "not_after_listing"), ("capture", "not_after_capture")) if told[key] is not None]
    after = f"not after {told['not_after']} ({', '.join(sights)})"
    return after if told["not_before"] is None else f"not before {told['not_before']} (listing {told['not_before_listing']}), {after}"


def title(row: Mapping[str, Any]) -> str:
    return printable(str(row["title"] or "(no title)"))


def as_text(row: Mapping[str, Any]) -> str:
    """For a terminal: the title, the facts, the text."""
    width = max(len(name) for name, _ in facts(row))
    head = [title(row), *(f"{name:<{width}}  {value}" for name, value in facts(row))]
    return "\n".join([*head, "", printable(row["text"], keep="\n\t")])


def as_markdown(row: Mapping[str, Any]) -> str:
    """Paragraphs and tables; marks that mean something in Markdown are escaped."""
    parts = [f"# {_marked(title(row))}", "\n".join(f"- {name}: {_marked(value)}" for name, value in facts(row))]
    for block in blocks(row["text"]):
        if isinstance(block, str):
            parts.append(_marked(block))
        else:
            lines = ["| " + " | ".join(_marked(cell).replace("|", "\\|") for cell in line) + " |" for line in block]
            parts.append("\n".join([lines[0], "|" + " --- |" * len(block[0]), *lines[1:]]))
    return "\n\n".join(parts)


def as_html(row: Mapping[str, Any]) -> str:
    """A page of its own, without scripts, styles or anything loaded from elsewhere."""
    body = [f"<h1>{html.escape(title(row))}</h1>", "<dl>"]
    body += [f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in facts(row)]
    body.append("</dl>")
    for block in blocks(row["text"]):
        if isinstance(block, str):
            body.append(f"<p>{html.escape(block)}</p>")
        else:
            rows = "\n".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>" for line in block)
            body.append(f"<table>\n{rows}\n</table>")
    head = f'<meta charset="utf-8">\n<title>{html.escape(title(row))}</title>'
    return "\n".join(["<!DOCTYPE html>", '<html lang="zh-CN">', f"<head>\n{head}\n</head>", "<body>", *body, "</body>", "</html>"])


def blocks(text: str) -> Iterator[str | Sequence[Sequence[str]]]:
    """Paragraphs, and tables as rows of cells: the lines of a text that follow each other and hold tabs."""
    table: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if "\t" in line:
            table.append([printable(cell) for cell in line.split("\t")])
            continue
        if table:
            width = max(len(row) for row in table)
            yield [row + [""] * (width - len(row)) for row in table]
            table = []
        if line:
            yield printable(line)


def _marked(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#" else c for c in text)

"""Bodies as HTML, in the manner of the editor that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from app.demo.forms import Cell, Table
from app.demo.papers import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """How an editor writes blocks: templates with {text}; `table`, `row` and `cell` are the opening tags."""

    heading: str = '<p style="text-indent: 2em;"><strong>{text}</strong></p>'
    paragraph: str = '<p style="text-indent: 2em;">{text}</p>'
    signature: str = '<p style="text-align: right;">{text}</p>'
    caption: str = '<p style="text-align: center;"><strong>{text}</strong></p>'
    table: str = '<table border="1" cellspacing="0" cellpadding="0">'
    cell: str = "{text}"


PLAIN = Editor()
# TRS of the years before the migration: ideographic spaces for the indent, spans inside cells.
TRS = Editor(
    heading="<p>　　<strong>{text}</strong></p>",
    paragraph="<p>　　{text}</p>",
    table='<table border="1" cellspacing="0" style="border-collapse: collapse; width: 100%;"><colgroup><col /><col /></colgroup>',
    cell='<span style="font-family: 仿宋_GB2312;">{text}</span>',
)
# A page pasted from Word in the 2000s: upper-case tags, fonts, empty paragraphs.
WORD = Editor(
    heading='<P class=MsoNormal style="TEXT-INDENT: 32pt"><B><FONT face=黑体 size=4>{text}</FONT></B></P>\n<P class=MsoNormal>&nbsp;</P>',
    paragraph='<P class=MsoNormal style="TEXT-INDENT: 32pt"><FONT face=仿宋_GB2312 size=4>{text}</FONT></P>',
    signature="<P class=MsoNormal align=right><FONT face=仿宋_GB2312 size=4>{text}</FONT></P>",
    caption="<P class=MsoNormal align=center><FONT face=方正小标宋简体 size=5>{text}</FONT></P>",
    table="<TABLE class=MsoNormalTable cellSpacing=0 cellPadding=0 border=1>",
    cell="<FONT face=宋体>{text}</FONT>",
)


def body(blocks: Iterable[Block], editor: Editor = PLAIN) -> str:
    """The blocks as HTML."""
    lines = []
    for block in blocks:
        if block.table is not None:
            lines.append(_table(block.table, editor))
        else:
            template = {"heading": editor.heading, "signature": editor.signature}.get(block.kind, editor.paragraph)
            lines.append(template.format(text=escape(block.text, quote=False)))
    return "\n".join(lines)


def halves(blocks: Sequence[Block], parts: int, part: int) -> Sequence[Block]:
    """The blocks on one page of an article split over several; `part` counts from 0."""
    size = -(-len(blocks) // parts)
    return blocks[part * size : (part + 1) * size]


def _table(table: Table, editor: Editor) -> str:
    captions = [editor.caption.format(text=escape(line, quote=False)) for line in table.caption]
    rows = ["<tr>" + "".join(_cell(cell, editor) for cell in row) + "</tr>" for row in table.rows]
    return "\n".join([*captions, editor.table, "<tbody>", *rows, "</tbody></table>"])


def _cell(cell: Cell, editor: Editor) -> str:
    spans = "".join(f' {name}="{count}"' for name, count in (("rowspan", cell.rowspan), ("colspan", cell.colspan)) if count > 1)
    text = editor.cell.format(text=escape(cell.text, quote=False)) if cell.text else "&nbsp;"
    name = "th" if cell.header else "td"
    return f"<{name}{spans}>{text}</{name}>"

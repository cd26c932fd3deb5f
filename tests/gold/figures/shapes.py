"""How portals and offices print the official tables: each shape turns a report into pages and says what must be read from them.

A shape is `(report) -> Pages | None`; None where it makes no sense for that report. Pages hold the tables as printed, so `expected` of them is the
gold: what a shape leaves out nobody can read, what it adds has no key and must be reported as an unknown figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from html import escape

from tests.gold.figures.printed import C, Printed, expected, tables
from tests.gold.figures.reports import Gold, Report


@dataclass(frozen=True)
class Pages:
    """A printed report: the bytes of its page and of the further parts of a split article, and the tables they show."""

    parts: tuple[str, ...]
    tables: tuple[Printed, ...]
    content_type: str = "text/html; charset=utf-8"

    @property
    def expected(self) -> dict[str, Gold]:
        return expected(self.tables)

    @property
    def strange(self) -> list[str]:
        """Numbers that no official label claims, as printed."""
        return sorted(cell.text for table in self.tables for row in table.rows for cell in row if cell.strange)


Shape = Callable[[Report], Pages | None]
Change = Callable[[Printed], Printed]


# --- pages --------------------------------------------------------------------------------------------------------------------------------


def intro(report: Report) -> list[str]:
    return [
        f"{report.issuer}{report.year}年政府信息公开工作年度报告",
        f"本报告由{report.issuer}按照《中华人民共和国政府信息公开条例》编制，所列数据的统计期限为{report.year}年1月1日至12月31日。",
        "一、总体情况",
        "一年来，各单位围绕群众关心的事项及时公开信息，规范办理公开申请，加强平台维护和业务培训，公开工作平稳有序。",
    ]


def page(report: Report, blocks: Iterable[str], head: str = "") -> str:
    words = "".join(f"<p>{escape(line)}</p>" for line in intro(report)[1:])
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{intro(report)[0]}</title>{head}</head><body><h1>{intro(report)[0]}</h1>'
        f'<div id="zoom">{words}{"".join(blocks)}<p>五、存在的主要问题及改进情况</p><p>部分单位公开不够主动，下一步将加强指导。</p></div></body></html>'
    )


def html(table: Printed, cell: Callable[[C], str] = lambda cell: escape(cell.text), *, th: bool = False) -> str:
    rows = []
    for y, row in enumerate(table.rows):
        tag = "th" if th and y < table.head else "td"
        rows.append("<tr>" + "".join(f"<{tag}{_spans(one)}>{cell(one)}</{tag}>" for one in row) + "</tr>")
    return f'<table border="1">{"".join(rows)}</table>'


def _spans(cell: C) -> str:
    return (f' rowspan="{cell.high}"' if cell.high > 1 else "") + (f' colspan="{cell.wide}"' if cell.wide > 1 else "")


def titled(table: Printed) -> str:
    return f"<p>{escape(table.title)}</p>"


def _plain(report: Report, change: Change | None = None) -> Pages:
    printed = [change(table) if change is not None else table for table in tables(report)]
    return Pages((page(report, (titled(table) + html(table) for table in printed)),), tuple(printed))


def labels(table: Printed, change: Callable[[str], str]) -> Printed:
    return table.with_rows([replace(cell, text=change(cell.text)) if cell.key is None else cell for cell in row] for row in table.rows)


def numbers(table: Printed, change: Callable[[str], str]) -> Printed:
    return table.with_rows(
        [replace(cell, text=change(cell.text)) if cell.key is not None and re.fullmatch("[0-9]+", cell.text) else cell for cell in row]
        for row in table.rows
    )


# --- shapes: markup -----------------------------------------------------------------------------------------------------------------------


def plain(report: Report) -> Pages | None:
    return _plain(report)


def header_cells(report: Report) -> Pages | None:
    """Headings in th; the title, with the scope, in the caption."""
    printed = tables(report)
    marked = [html(table, th=True).replace("<tr>", f"<caption>{table.title}</caption><tr>", 1) for table in printed]
    return Pages((page(report, marked),), tuple(printed))


def word(report: Report) -> Pages | None:
    """Saved from Word: every cell a paragraph of spans, blanks as no-break spaces, labels broken over lines."""
    style = 'style="font-family:仿宋_GB2312;mso-hansi-font-family:宋体;font-size:10.5pt"'

    def cell(one: C) -> str:
        text = escape(one.text) or "&nbsp;"
        if one.key is None and len(one.text) > 12:
            text = text[:8] + f'</span><span lang="EN-US" {style}><br></span><span {style}>' + text[8:]
        return f'<p class="MsoNormal" align="center" style="text-align:center"><span {style}>{text}<o:p></o:p></span></p>'

    printed = tables(report)
    head = "<style><!-- p.MsoNormal {margin:0cm;} --></style>"
    blocks = [f'<p class="MsoNormal"><b><span {style}>{table.title}</span></b></p>{html(table, cell)}' for table in printed]
    return Pages((page(report, blocks, head),), tuple(printed))


def nested_layout(report: Report) -> Pages | None:
    """Each table in a cell of a table that lays out the page, which lies in another."""
    printed = tables(report)
    inner = "".join(f'<tr><td>{titled(table)}</td></tr><tr><td align="center">{html(table)}</td></tr>' for table in printed)
    body = f'<table width="980"><tr><td><table width="100%"><tr><td></td></tr>{inner}</table></td></tr></table>'
    return Pages((page(report, [body]),), tuple(printed))


def spaced(report: Report) -> Pages | None:
    """统 计 指 标: words set apart, ideographic and no-break spaces around numbers."""
    printed = [labels(table, lambda text: " ".join(text) if len(text) < 7 else text) for table in tables(report)]
    marked = [titled(table) + html(table, lambda cell: f"&nbsp;　{escape(cell.text)}&nbsp;\n") for table in printed]
    return Pages((page(report, marked),), tuple(printed))


def broken_labels(report: Report) -> Pages | None:
    """A line break after every fourth character of a label."""

    def cell(one: C) -> str:
        return "<br>".join(escape(one.text[n : n + 4]) for n in range(0, len(one.text), 4)) if one.key is None else escape(one.text)

    printed = tables(report)
    return Pages((page(report, (titled(table) + html(table, cell) for table in printed)),), tuple(printed))


# --- shapes: how labels and numbers are written ---------------------------------------------------------------------------------------------


def thousands(report: Report) -> Pages | None:
    return _plain(report, lambda table: numbers(table, lambda text: f"{int(text):,}"))


def full_width(report: Report) -> Pages | None:
    """Full-width digits in cells, half-width brackets and full-width digits in labels."""
    digits = str.maketrans("0123456789", "０１２３４５６７８９")
    brackets = str.maketrans("（）：0123456789.", "():０１２３４５６７８９．")
    return _plain(report, lambda table: numbers(labels(table, lambda text: text.translate(brackets)), lambda text: text.translate(digits)))


def renumbered(report: Report) -> Pages | None:
    """（一） as 一、, 1. as （1） or ①."""

    def change(text: str) -> str:
        bare = text.strip("　")
        bare = re.sub(r"^（([一二三四五六七八九])）(?!项)", r"\1、", bare)
        bare = re.sub(r"^([135])\.", r"（\1）", bare)
        return re.sub(r"^([2468])\.", lambda match: "①②③④⑤⑥⑦⑧"[int(match[1]) - 1], bare)

    return _plain(report, lambda table: labels(table, change))


def unnumbered(report: Report) -> Pages | None:
    """No numbering, no notes in brackets, 其它 for 其他."""

    def change(text: str) -> str:
        if text.startswith("（本列") or text.startswith("第二十条") or "单位" in text:
            return text
        bare = re.sub(r"^(?:其中：|（[一二三四五六七八九]）|[一二三四五六七八九十]+、|[0-9]\.)", "", text.strip("　"))
        return re.sub("（[^（）]*）$", "", bare).replace("其他", "其它")

    return _plain(report, lambda table: labels(table, change))


# --- shapes: tables cut and joined ----------------------------------------------------------------------------------------------------------


def _halves(table: Printed, at: int) -> tuple[list[list[C]], list[list[C]]]:
    """The rows above and below a cut; cells that span it are printed on both sides, as Word does."""
    over: list[tuple[int, C]] = []
    for y, row in enumerate(table.rows[:at]):
        over += [(n, replace(cell, high=y + cell.high - at)) for n, cell in enumerate(row) if y + cell.high > at]
    upper = [[replace(cell, high=min(cell.high, at - y)) for cell in row] for y, row in enumerate(table.rows[:at])]
    lower = [list(row) for row in table.rows[at:]]
    if lower:
        lower[0] = [cell for _, cell in over] + lower[0]
    return upper, lower


def _middle(table: Printed) -> int:
    return table.head + (len(table.rows) - table.head + 1) // 2


def _cut(report: Report, lower: Callable[[Printed, list[list[C]]], list[list[C]]] = lambda _, rows: rows) -> list[tuple[Printed, Printed | None]]:
    out: list[tuple[Printed, Printed | None]] = []
    for table in tables(report):
        if table.family in {"t2", "t4"}:
            out.append((table, None))
            continue
        upper, rest = _halves(table, _middle(table))
        out.append((table.with_rows(upper), table.with_rows(lower(table, rest))))
    return out


def cut(report: Report) -> Pages | None:
    """Cut by a page break: two grids, no heading above the second."""
    pairs = _cut(report)
    blocks = [titled(one) + html(one) + (html(other) if other is not None else "") for one, other in pairs]
    return Pages((page(report, blocks),), tuple(table for pair in pairs for table in pair if table is not None))


def cut_repeating(report: Report) -> Pages | None:
    """Cut by a page break: the heading is printed again."""
    pairs = _cut(report, lambda table, rows: [*map(list, table.rows[: table.head]), *rows])
    blocks = [titled(one) + html(one) + (f"<p>— 7 —</p>{html(other)}" if other is not None else "") for one, other in pairs]
    return Pages((page(report, blocks),), tuple(table for pair in pairs for table in pair if table is not None))


def cut_row(report: Report) -> Pages | None:
    """A page break goes through a row: half its label stands on the next page, beside blank cells."""
    pairs = []
    for one, other in _cut(report):
        if other is not None:
            rows = [list(row) for row in one.rows]
            at = max(n for n, cell in enumerate(rows[-1]) if cell.key is None and len(cell.text) > 1 and cell.text not in {"人次", "万元"})
            text = rows[-1][at].text
            half = len(text) - max(2, len(text) // 3)
            spill = [replace(cell, text="", key=None, gold=None, high=1) for cell in rows[-1]]
            spill[at] = C(text[half:], 1, rows[-1][at].wide)
            rows[-1][at] = replace(rows[-1][at], text=text[:half])
            spanning = len(other.rows[0]) - len(one.rows[-1]) if other.family == "t3" else 0
            lower = [list(row) for row in other.rows]
            lead = [replace(cell, high=cell.high + 1) for cell in lower[0][:spanning]] if spanning > 0 else []
            lower[0] = lower[0][len(lead) :] if lead else lower[0]
            one, other = one.with_rows(rows), other.with_rows([[*lead, *spill], *lower])
        pairs.append((one, other))
    blocks = [titled(one) + html(one) + (html(other) if other is not None else "") for one, other in pairs]
    return Pages((page(report, blocks),), tuple(table for pair in pairs for table in pair if table is not None))


def split_article(report: Report) -> Pages | None:
    """The portal cuts the article in the middle of its last long table; the rest is its second page."""
    pairs = _cut(report)
    last = max((n for n, (_, other) in enumerate(pairs) if other is not None), default=None)
    if last is None:
        return None
    first = [titled(one) + html(one) + (html(other) if other is not None else "") for one, other in pairs[:last]] + [titled(pairs[last][0]) + html(pairs[last][0])]
    rest = pairs[last][1]
    assert rest is not None
    second = [html(rest)] + [titled(one) + html(one) for one, _ in pairs[last + 1 :]]
    printed = tuple(table for pair in pairs for table in pair if table is not None)
    return Pages((page(report, first), page(report, second)), printed)


def cut_thrice(report: Report) -> Pages | None:
    """Cut into three by page breaks, no heading above the second and third; the page number stands between."""
    printed: list[Printed] = []
    blocks = []
    for table in tables(report):
        pieces = [table]
        if table.family not in {"t2", "t4"}:
            third = table.head + (len(table.rows) - table.head) // 3
            upper, rest = _halves(table, third)
            lower = _halves(table.with_rows(rest), third)
            pieces = [table.with_rows(upper), *(table.with_rows(rows) for rows in lower)]
        printed += pieces
        blocks.append(titled(table) + "<p>- 3 -</p>".join(map(html, pieces)))
    return Pages((page(report, blocks),), tuple(printed))


def cut_narrow(report: Report) -> Pages | None:
    """The page break leaves the last two rows of table 3, whose labels are one column wide now, and parts the heading of table 4 from its row."""
    if not _of(report, "t2") or not any(gold.raw for gold in report.figures.values()):
        return None
    printed = []
    for table in tables(report):
        if table.family == "t2":
            printed.append(table)
            continue
        at = len(table.rows) - (1 if table.family == "t4" else 2)
        rest = [[replace(cell, wide=1) for cell in row] for row in table.rows[at:]]
        upper = [[replace(cell, high=min(cell.high, at - y)) for cell in row] for y, row in enumerate(table.rows[:at])]
        printed += [table.with_rows(upper), table.with_rows(rest)]
    blocks = [(titled(table) if n < 2 or table.title != printed[n - 1].title else "") + html(table) for n, table in enumerate(printed)]
    return Pages((page(report, blocks),), tuple(printed))


def apart(report: Report) -> Pages | None:
    """Every article of table 2 a table of its own under a line that names it."""
    if not _of(report, "t2"):
        return None
    out: list[Printed] = []
    for table in tables(report):
        if table.family != "t2":
            out.append(table)
            continue
        for row in table.rows:
            if row[0].text.startswith("第二十条"):
                title = row[0].text + (f"（{table.scope}）" if table.scope is not None else "")
                out.append(table.with_rows([], title=title))
            else:
                out[-1] = out[-1].with_rows([*out[-1].rows, row])
    return Pages((page(report, (titled(table) + html(table) for table in out)),), tuple(out))


def one_grid(report: Report) -> Pages | None:
    """All tables in one grid, titles as rows of it."""
    printed = tables(report)
    if printed[0].family == "local":
        return None
    rows = [row for table in printed for row in ((C(table.title, 1, 3 if table.family == "s14" else 15),), *table.rows)]
    return Pages((page(report, [html(printed[0].with_rows(rows))]),), tuple(printed))


def merged_labels(report: Report) -> Pages | None:
    """Groups on rows of their own, one column of labels."""
    out = []
    for table in tables(report):
        if table.family != "t3":
            out.append(table)
            continue
        rows: list[list[C]] = []
        for y, row in enumerate(table.rows):
            named = [cell for cell in row if cell.key is None]
            if y < table.head:
                rows.append([replace(cell, wide=1) if cell.wide == 3 else cell for cell in row])
                continue
            rows += [[replace(cell, high=1), *(C("") for _ in range(7))] for cell in named[:-1]]
            rows.append([replace(named[-1], wide=1), *(cell for cell in row if cell.key is not None)])
        out.append(table.with_rows(rows, labels=1))
    return Pages((page(report, (titled(table) + html(table) for table in out)),), tuple(out))


# --- shapes: columns and rows added, moved, left out ------------------------------------------------------------------------------------------


def _columns(table: Printed, order: Callable[[list[C], int], list[C]]) -> Printed:
    return table.with_rows(order(list(row), y) for y, row in enumerate(table.rows))


def _of(report: Report, *families: str) -> bool:
    return tables(report)[0].family in families


def group_columns(report: Report) -> Pages | None:
    """The long table with its sections in a column of their own that spans their rows."""
    if not _of(report, "s14"):
        return None

    def change(table: Printed) -> Printed:
        rows: list[list[C]] = [[C("统计指标", 1, 2), *table.rows[0][1:]]]
        opened = 0
        for row in table.rows[1:]:
            if row[0].text.startswith("　") and row[2].key is None:
                continue  # a group within a section
            if not row[0].text.startswith("　"):
                opened = len(rows)
                rows.append([C(row[0].text), *row] if row[2].key else [C(row[0].text), C(""), *row[1:]])
            else:
                rows[opened][0] = replace(rows[opened][0], high=rows[opened][0].high + 1)
                rows.append([*row])
        return table.with_rows(rows)

    return _plain(report, change)


def office_form(report: Report) -> Pages | None:
    """As offices file it: who fills it in above, notes, names and telephone below."""

    def change(table: Printed) -> Printed:
        wide = sum(cell.wide for cell in table.rows[0])
        above = [C(f"填报单位（盖章）：{report.issuer}　　填报日期：{report.year + 1}年1月12日", 1, wide)]
        half = wide // 2
        below = [
            [C("（注：各子栏目数总数要等于总栏目数量）", 1, wide)],
            [C("单位负责人：王某", 1, half), C("审核人：李某", 1, wide - half)],
            [C("联系电话", 1, wide - 1), C("05361234567")],
        ]
        return table.with_rows([above, *table.rows, *below])

    return _plain(report, change)


def units_in_cells(report: Report) -> Pages | None:
    """12件 in every cell."""
    if not _of(report, "t2"):
        return None
    return _plain(report, lambda table: numbers(table, lambda text: text + "件") if table.family in {"t3", "t4"} else table)


def no_units(report: Report) -> Pages | None:
    return _plain(report, lambda table: _columns(table, lambda row, _: [row[0], row[2]])) if _of(report, "s14") else None


def value_first(report: Report) -> Pages | None:
    return _plain(report, lambda table: _columns(table, lambda row, _: [row[2], row[1], row[0]])) if _of(report, "s14") else None


def serial_and_remarks(report: Report) -> Pages | None:
    """A column of line numbers before, one of remarks behind."""

    def order(row: list[C], y: int) -> list[C]:
        return [C("序号"), *row, C("备注")] if y == 0 else [C(str(y)), *row, C("含派出机构" if y == 3 else "")]

    return _plain(report, lambda table: _columns(table, order)) if _of(report, "s14") else None


def side_by_side(report: Report) -> Pages | None:
    """The long table in two halves, one beside the other."""

    def change(table: Printed) -> Printed:
        head, *rows = table.rows
        half = (len(rows) + 1) // 2
        right = [*rows[half:], *([(C(""), C(""), C(""))] * (2 * half - len(rows)))]
        return table.with_rows([(*head, *head), *((*one, *other) for one, other in zip(rows[:half], right, strict=True))])

    return _plain(report, change) if _of(report, "s14") else None


def scope_columns(report: Report) -> Pages | None:
    """One table, a column of values for each scope."""
    printed = tables(report)
    if len(printed) != 2 or printed[0].family != "s14":
        return None
    rows: list[list[C]] = [[C("统计指标"), C("单位"), *(C(table.scope or "") for table in printed)]]
    other = {row[0].text + str(n): row for n, row in _counted(printed[1])}
    for n, row in _counted(printed[0]):
        rows.append([*row, other[row[0].text + str(n)][2]])
    table = printed[0].with_rows(rows, title=printed[0].title.replace(f"（{printed[0].scope}）", ""))
    return Pages((page(report, [titled(table) + html(table)]),), (table,))


def _counted(table: Printed) -> list[tuple[int, tuple[C, ...]]]:
    """Rows with how often their label stood above."""
    seen: dict[str, int] = {}
    out = []
    for row in table.rows[1:]:
        seen[row[0].text] = seen.get(row[0].text, 0) + 1
        out.append((seen[row[0].text], row))
    return out


def scope_rows(report: Report) -> Pages | None:
    """Scopes as rows inside one grid that holds both copies."""
    printed = tables(report)
    if printed[0].scope is None or printed[0].family != "s14":
        return None
    rows = [row for table in printed for row in ((C(f"{report.year}年度统计表", 1, 3),), (C(table.scope or "", 1, 3),), *table.rows)]
    return Pages((page(report, [html(printed[0].with_rows(rows))]),), tuple(printed))


def scope_lines(report: Report) -> Pages | None:
    """The scope alone on a line above each table; the title says nothing of it. Counties say 县本级, 全县."""
    printed = tables(report)
    if printed[0].scope is None or printed[0].family != "s14":
        return None
    said = {"市本级": "（县本级）", "本行政区域": "全县汇总"}
    blocks = [f"<p>{report.year}年度政府信息公开情况统计表</p><p>{said[table.scope or '']}</p><p>单位：见表</p>{html(table)}" for table in printed]
    return Pages((page(report, blocks),), tuple(printed))


def year_columns(report: Report) -> Pages | None:
    """Last year's numbers in a column of their own."""
    if not _of(report, "s14"):
        return None

    def order(row: list[C], y: int) -> list[C]:
        last = C(f"{report.year - 1}年") if y == 0 else C(str(y + 3) if row[2].key else "")
        return [row[0], row[1], last, C(f"{report.year}年") if y == 0 else row[2]]

    return _plain(report, lambda table: _columns(table, order))


def subtotal(report: Report) -> Pages | None:
    """A 小计 of the organisations before the total of table 3."""
    if not _of(report, "t2"):
        return None

    def change(table: Printed) -> Printed:
        if table.family != "t3":
            return table
        rows = [list(row) for row in table.rows]
        rows[0][1] = replace(rows[0][1], wide=8)
        rows[1][1] = replace(rows[1][1], wide=6)
        rows[2].append(C("小计"))
        for row in rows[3:]:
            parts = [int(cell.text or 0) if (cell.text or "0").isdigit() else 0 for cell in row[-6:-1]]
            row.insert(len(row) - 1, C(str(sum(parts)), strange=True))
        return table.with_rows(rows)

    return _plain(report, change)


def extra_rows(report: Report) -> Pages | None:
    """A row of the organ's own in each table, in the middle and at the end."""

    def change(table: Printed) -> Printed:
        if table.family == "t4":
            return table
        rows = [list(row) for row in table.rows]
        last = rows[-1]
        label = sum(cell.wide for cell in last if cell.key is None) if table.family == "t3" else 1
        own = [cell for cell in last if cell.key is not None]
        units = [C("件")] if table.family == "s14" else [C("36"), C("件")] if table.family == "local" else []
        extra = [C("政务服务便民热线受理群众诉求数", 1, label), *units, *(C(str(71 + n), 1, cell.wide, strange=True) for n, cell in enumerate(own))]
        middle = [replace(cell, text="12345平台转办数" if cell.text.startswith("政务") else cell.text) for cell in extra]
        if table.family in {"s14", "local"}:
            rows.insert(len(rows) // 2, middle)
        return table.with_rows([*rows, extra])

    return _plain(report, change)


def rows_missing(report: Report) -> Pages | None:
    """Every seventh row is not printed."""

    def change(table: Printed) -> Printed:
        if table.family not in {"s14", "local"}:
            return table
        return table.with_rows(row for y, row in enumerate(table.rows) if y < table.head or y % 7)

    return _plain(report, change) if _of(report, "s14", "local") else None


# --- shapes: no table any more ----------------------------------------------------------------------------------------------------------------


def _rebuildable(table: Printed) -> Printed:
    """A row with a lost blank among several columns cannot be put together again: its numbers are strange."""

    def row(cells: tuple[C, ...]) -> list[C]:
        own = [cell for cell in cells if cell.key is not None]
        if len(own) < 2 or all(cell.text for cell in own):
            return list(cells)
        return [replace(cell, key=None, gold=None, strange=bool(re.fullmatch("[0-9.,]+", cell.text))) if cell.key else cell for cell in cells]

    return table.with_rows(row(cells) for cells in table.rows)


def _known_whole(table: Printed) -> bool:
    """Whether at least a row of the table kept all its cells."""
    return any(cell.key is not None for row in table.rows for cell in row)


def _text(report: Report, lines: Callable[[Printed], list[str]]) -> Pages | None:
    printed = [_rebuildable(table) for table in tables(report)]
    if not all(_known_whole(table) for table in printed):
        return None
    body = [*intro(report), *(line for table in printed for line in (table.title, *lines(table))), "五、存在的主要问题及改进情况", "部分单位公开不够主动。"]
    return Pages(("\n".join(body) + "\n",), tuple(printed), "text/plain; charset=utf-8")


def flattened_cells(report: Report) -> Pages | None:
    """Every cell on a line of its own, blank lines between."""
    return _text(report, lambda table: [line for row in table.rows for cell in row for line in (cell.text, "")])


def flattened_rows(report: Report) -> Pages | None:
    """Every row on a line, its cells set apart by blanks."""
    return _text(report, lambda table: [" ".join(cell.text for cell in row if cell.text) for row in table.rows])


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        plain, header_cells, word, nested_layout, spaced, broken_labels, thousands, full_width, renumbered, unnumbered, cut, cut_repeating,
        cut_row, cut_thrice, cut_narrow, apart, group_columns, office_form, units_in_cells, split_article, one_grid, merged_labels, no_units,
        value_first, serial_and_remarks, side_by_side, scope_columns, scope_rows, scope_lines, year_columns, subtotal, extra_rows, rows_missing,
        flattened_cells, flattened_rows,
    )
}  # fmt: skip

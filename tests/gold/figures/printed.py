"""Tables as rows of printed cells, each with the key of the figure it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.gold.figures.reports import T2_2019, T2_2021, T3_COLUMNS, T4_COLUMNS, Gold, Report, layout

NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
TITLES = {
    "t2": "二、主动公开政府信息情况", "t3": "三、收到和处理政府信息公开申请情况", "t4": "四、政府信息公开行政复议、行政诉讼情况", "local": "政府信息公开情况统计报表",
}  # fmt: skip
HEADS = {
    "newly_made": "本年新制作数量", "newly_disclosed": "本年新公开数量", "total_disclosed": "对外公开总数量",
    "items_last_year": "上一年项目数量", "items_change": "本年增/减", "procurement_projects": "采购项目数量", "procurement_amount": "采购总金额",
    "issued": "本年制发件数", "repealed": "本年废止件数", "in_force": "现行有效件数", "fee_amount": "本年收费金额（单位：万元）",
}  # fmt: skip
ROWS = {
    "regulations": "规章", "administrative_license": "行政许可", "other_external_services": "其他对外管理服务事项",
    "administrative_penalty": "行政处罚", "administrative_coercion": "行政强制", "administrative_fees": "行政事业性收费", "central_procurement": "政府集中采购",
}  # fmt: skip
ARTICLES = {"t2_art20_1": "一", "t2_art20_5": "五", "t2_art20_6": "六", "t2_art20_8": "八", "t2_art20_9": "九"}


@dataclass(frozen=True)
class C:
    """A printed cell. `key`: of the figure it holds; `strange`: a number that no official label claims."""

    text: str
    high: int = 1
    wide: int = 1
    key: str | None = None
    gold: Gold | None = None
    strange: bool = False


@dataclass(frozen=True)
class Printed:
    """A printed table.

    Attributes:
        family: t2, t3, t4, s14 or local.
        title: the line above it.
        head: how many of its first rows are its heading.
        labels: how many columns hold labels.
    """

    family: str
    title: str
    rows: tuple[tuple[C, ...], ...]
    head: int
    labels: int
    scope: str | None = None
    issuer: str = field(default="", compare=False)

    def with_rows(self, rows: Iterable[Iterable[C]], **changes: object) -> Printed:
        return replace(self, rows=tuple(tuple(row) for row in rows), **changes)  # type: ignore[arg-type]


def expected(tables: Iterable[Printed]) -> dict[str, Gold]:
    """What must be read from these tables, by key."""
    return {cell.key: cell.gold for table in tables for row in table.rows for cell in row if cell.key is not None and cell.gold is not None}


def tables(report: Report) -> list[Printed]:
    """A report's tables in the plain official layout."""
    return [table for scope in report.scopes for table in _copy(report, scope)]


def _copy(report: Report, scope: str | None) -> list[Printed]:
    present = dict.fromkeys(table for own, table, *_ in report.figures if own == scope)
    if "s14_statistics" in present:
        return [_long(report, scope)]
    if "local_dingxi_monthly" in present:
        return [_local(report, scope)]
    made = [make(report, scope) for make, table in ((_t2, "t2_art20_1"), (_t3, "t3_requests"), (_t4, "t4_review_litigation")) if table in present]
    return [replace(table, title=f"{table.title}（{scope}）") for table in made] if scope is not None else made


def _cell(report: Report, scope: str | None, table: str, row: str, column: str, **spans: int) -> C:
    gold = report.figures[scope, table, row, column]
    return C(gold.raw, key=f"{report.format}/{scope or '-'}/{table}/{row}/{column}", gold=gold, **spans)


def _long(report: Report, scope: str | None) -> Printed:
    rows: list[list[C]] = [[C("统计指标"), C("单位"), C("统计数")]]
    printed = {row for own, _, row, _ in report.figures if own == scope}
    for key, depth, label, unit in layout(report.format, "s14_statistics"):
        if key is None:
            if _has_rows(report, label, printed):
                rows.append([C("　" * depth + label), C(""), C("")])
        elif key in printed:
            rows.append([C("　" * depth + label), C(unit or ""), _cell(report, scope, "s14_statistics", key, "value")])
    name = f"{report.year}年度政府信息公开情况统计表"
    title = f"{name}（{scope}）" if scope is not None else name
    return Printed("s14", title, tuple(map(tuple, rows)), 1, 1, scope, report.issuer)


def _has_rows(report: Report, label: str, printed: set[str]) -> bool:
    """The group of gazettes belongs to the local rows."""
    return label != "九、县市区政府公报发行量" or "local_gazette_issues" in printed


def _local(report: Report, scope: str | None) -> Printed:
    rows = [[C("指标名称"), C("代码"), C("计量单位"), C("本期实际"), C("本年累计")]]
    for n, (key, _, label, unit) in enumerate(layout(report.format, "local_dingxi_monthly"), 1):
        assert key is not None
        cells = [_cell(report, scope, "local_dingxi_monthly", key, column) for column in ("this_period", "year_to_date")]
        rows.append([C(label), C(f"{n:02}"), C(unit or ""), *cells])
    return Printed("local", TITLES["local"], tuple(map(tuple, rows)), 1, 3, scope, report.issuer)


def _t2(report: Report, scope: str | None) -> Printed:
    old = "2019" in report.format
    rows: list[list[C]] = []
    for table, (columns, keys) in (T2_2019 if old else T2_2021).items():
        wide = {1: (3,), 2: (1, 2), 3: (1, 1, 1)}[len(columns)]
        decisions = "处理决定数量" if old else "本年处理决定数量"
        rows.append([C(f"第二十条第（{ARTICLES[table]}）项", wide=4)])
        rows.append([C("信息内容"), *(C(HEADS.get(column, decisions), wide=span) for column, span in zip(columns, wide, strict=True))])
        for key in keys:
            label = ROWS.get(key, "规范性文件" if old else "行政规范性文件")
            cells = [_cell(report, scope, table, key, column, wide=span) for column, span in zip(columns, wide, strict=True)]
            rows.append([C(label), *cells])
    return Printed("t2", TITLES["t2"], tuple(map(tuple, rows)), 2, 1, scope, report.issuer)


def _t3(report: Report, scope: str | None) -> Printed:
    rows: list[list[C]] = [
        [C(NOTE, 3, 3), C("申请人情况", 1, 7)],
        [C("自然人", 2), C("法人或其他组织", 1, 5), C("总计", 2)],
        [C(text) for text in ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")],
    ]
    lines = layout(report.format, "t3_requests")
    for n, (key, depth, label, _) in enumerate(lines):
        if key is None:
            continue
        groups = []
        back = n - 1
        while back >= 0 and lines[back][0] is None and lines[back][1] < depth:
            below = next((m for m in range(back + 1, len(lines)) if lines[m][1] <= lines[back][1]), len(lines))
            groups.insert(0, C(lines[back][2], sum(1 for line in lines[back:below] if line[0] is not None)))
            back -= 1
        cells = [_cell(report, scope, "t3_requests", key, column) for column in T3_COLUMNS]
        rows.append([*groups, C(label, 1, 3 - depth), *cells])
    return Printed("t3", TITLES["t3"], tuple(map(tuple, rows)), 3, 3, scope, report.issuer)


def _t4(report: Report, scope: str | None) -> Printed:
    five = [C(text) for text in ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")]
    rows = [
        [C("行政复议", 1, 5), C("行政诉讼", 1, 10)],
        [*(replace(cell, high=2) for cell in five), C("未经复议直接起诉", 1, 5), C("复议后起诉", 1, 5)],
        [*five, *five],
        [_cell(report, scope, "t4_review_litigation", "cases", column) for column in T4_COLUMNS],
    ]
    return Printed("t4", TITLES["t4"], tuple(map(tuple, rows)), 3, 0, scope, report.issuer)

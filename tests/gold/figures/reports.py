"""The gold reports: figures by key, as `reports.yaml` says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
LAYOUTS: Mapping[str, list[tuple[str | None, int, str, str | None]]] = yaml.safe_load((HERE / "layouts.yaml").read_text(encoding="utf-8"))

T2_2019 = {
    "t2_art20_1": (("newly_made", "newly_disclosed", "total_disclosed"), ("regulations", "normative_documents")),
    "t2_art20_5": (("items_last_year", "items_change", "decisions"), ("administrative_license", "other_external_services")),
    "t2_art20_6": (("items_last_year", "items_change", "decisions"), ("administrative_penalty", "administrative_coercion")),
    "t2_art20_8": (("items_last_year", "items_change"), ("administrative_fees",)),
    "t2_art20_9": (("procurement_projects", "procurement_amount"), ("central_procurement",)),
}
T2_2021 = {
    "t2_art20_1": (("issued", "repealed", "in_force"), ("regulations", "normative_documents")),
    "t2_art20_5": (("decisions",), ("administrative_license",)),
    "t2_art20_6": (("decisions",), ("administrative_penalty", "administrative_coercion")),
    "t2_art20_8": (("fee_amount",), ("administrative_fees",)),
}
T3_COLUMNS = ("natural_person", "commercial_enterprise", "research_institution", "public_welfare_org", "legal_service_org", "other_org", "total")
RESULTS = ("upheld", "corrected", "other", "pending", "total")
T4_COLUMNS = tuple(f"{group}_{result}" for group in ("review", "litigation_direct", "litigation_after_review") for result in RESULTS)


@dataclass(frozen=True)
class Gold:
    """What one cell must be read as."""

    raw: str
    kind: str
    value: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Report:
    """A report's figures: (scope, table, row, column) -> gold."""

    key: str
    format: str
    year: int
    issuer: str
    figures: Mapping[tuple[str | None, str, str, str], Gold]

    @property
    def scopes(self) -> list[str | None]:
        return list(dict.fromkeys(scope for scope, *_ in self.figures))


def layout(format: str, table: str) -> list[tuple[str | None, int, str, str | None]]:
    """The printed rows of a table with named rows."""
    return [tuple(row) for row in LAYOUTS[table if table in LAYOUTS else f"{table}_{format[7:11]}"]]  # type: ignore[misc]


def unit(format: str, table: str, row: str, column: str) -> str | None:
    """The unit of a cell where none is printed in it."""
    if table == "s14_statistics" or table == "local_dingxi_monthly":
        return next(found for key, _, _, found in layout(format, table) if key == row)
    if column in {"items_last_year", "items_change", "procurement_projects"}:
        return "项"
    return {"fee_amount": "万元", "procurement_amount": None}.get(column, "件")


def _load() -> list[Report]:
    raw = yaml.safe_load((HERE / "reports.yaml").read_text(encoding="utf-8"))
    return [_report(one, raw["said"]) for one in raw["reports"]]


def _report(raw: Mapping[str, Any], said: Mapping[str, list[Any]]) -> Report:
    figures: dict[tuple[str | None, str, str, str], Gold] = {}
    for copy in raw["copies"]:
        for table, rows in copy["tables"].items():
            for row, cells in rows.items():
                columns = columns_of(raw["format"], table)
                for column, token in zip(columns, str(cells).split(), strict=True):
                    figures[copy["scope"], table, row, column] = gold(token, said, unit(raw["format"], table, row, column))
    return Report(raw["key"], raw["format"], raw["year"], raw["issuer"], figures)


def columns_of(format: str, table: str) -> tuple[str, ...]:
    if table == "s14_statistics":
        return ("value",)
    if table == "local_dingxi_monthly":
        return ("this_period", "year_to_date")
    if table == "t3_requests":
        return T3_COLUMNS
    if table == "t4_review_litigation":
        return T4_COLUMNS
    return (T2_2019 if "2019" in format else T2_2021)[table][0]


def gold(token: str, said: Mapping[str, list[Any]], of: str | None) -> Gold:
    """A token of reports.yaml: a whole number, `~` for blank, or one of the hand-explained sayings."""
    if token == "~":
        return Gold("", "BLANK", None, of)
    if token in said:
        kind, value, own = said[token]
        return Gold(token, kind, None if value is None else Decimal(str(value)), own or of)
    number = Decimal(int(token))
    return Gold(token, "NUMBER" if number else "ZERO", number, of)


def _of_two_scopes(own: Report, whole: Report) -> Report:
    """One report with the tables of both, as if the one were of the government itself and the other of the whole area."""
    figures = {("市本级", *key[1:]): cell for key, cell in own.figures.items()} | {("本行政区域", *key[1:]): cell for key, cell in whole.figures.items()}
    return Report(f"两口径{own.year}", own.format, own.year, own.issuer, figures)


REPORTS = _load()
REPORTS.append(_of_two_scopes(*(next(report for report in REPORTS if report.key == key) for key in ("海宁2021", "桐庐2023"))))

"""Reports invented by chance whose arithmetic holds: the stuff that mutations are made of."""

from __future__ import annotations

import random
from decimal import Decimal

from tests.gold.figures.reports import RESULTS, T2_2019, T2_2021, T3_COLUMNS, Gold, Report, layout, unit

OWN, WHOLE = "市本级", "本行政区域"
SUMS_2014 = {
    "requests_received": ("requests_in_person", "requests_fax", "requests_online", "requests_letter", "requests_other_form"),
    "requests_closed": ("requests_closed_on_time", "requests_closed_extended"),
    "reply_denied": ("denied_state_secret", "denied_trade_secret", "denied_privacy", "denied_security_stability", "denied_not_government_info", "denied_other_law"),
    "review_total": ("review_upheld", "review_corrected", "review_other"),
    "litigation_total": ("litigation_upheld", "litigation_corrected", "litigation_other"),
    "complaints_total": ("complaints_upheld", "complaints_corrected", "complaints_other"),
    "staff_total": ("staff_full_time", "staff_part_time"),
    "local_submitted_to_libraries": ("local_submitted_paper", "local_submitted_electronic"),
    "local_websites_total": ("local_websites_county_gov", "local_websites_departments", "local_websites_towns"),
    "local_reading_points_total": ("local_reading_points_county_gov", "local_reading_points_departments", "local_reading_points_towns"),
    "local_visitors_total": ("local_visitors_county_gov", "local_visitors_departments", "local_visitors_towns"),
}  # fmt: skip
REPLIES = ("reply_already_public", "reply_granted", "reply_partial", "reply_denied", "reply_not_this_agency", "reply_not_exist", "reply_amend_request", "reply_other_channel")


def report(chance: random.Random, format: str, *, scopes: tuple[str | None, ...] = (None,), local: bool = True) -> Report:
    """A report of a format whose every rule holds."""
    numbers: dict[tuple[str | None, str, str, str], int] = {}
    if "2014" in format:
        before: dict[str, int] = {}
        for scope in scopes:
            own = _list(chance, before, local)
            numbers |= {(scope, "s14_statistics", row, "value"): number for row, number in own.items()}
            before = own
    else:
        numbers |= {(None, *key): number for key, number in _three(chance, format).items()}
    figures = {
        key: Gold(str(number), "NUMBER" if number else "ZERO", Decimal(number), unit(format, *key[1:])) for key, number in numbers.items()
    }
    year = {"2014": 2016, "2019": 2019, "2021": 2023}[next(part for part in format.split("_") if part.isdigit() and len(part) == 4)]
    return Report(f"invented {format}", format, year, "望江市人民政府", figures)


def _list(chance: random.Random, before: dict[str, int], local: bool) -> dict[str, int]:
    rows = [key for key, *_ in layout("", "s14_statistics") if key is not None and (local or not key.startswith("local_"))]
    out = {row: before.get(row, 0) + chance.choice((0, 0, chance.randint(0, 9), chance.randint(0, 120), chance.randint(0, 9000))) for row in rows}
    for total, parts in SUMS_2014.items():
        if total in out and total != "requests_closed":
            out[total] = sum(out[part] for part in parts)
    if local:
        out["reading_points"] = out["local_reading_points_total"]
    out["replies_total"] = sum(out[row] for row in REPLIES)
    out["requests_closed"] = out["replies_total"]
    late = min(before.get("requests_closed_extended", 0) + chance.randint(0, 3), out["requests_closed"])
    out["requests_closed_extended"], out["requests_closed_on_time"] = late, out["requests_closed"] - late
    if before and out["requests_closed_on_time"] < before["requests_closed_on_time"]:
        more = before["requests_closed_on_time"] - out["requests_closed_on_time"]
        for row in ("requests_closed_on_time", "requests_closed", "replies_total", "reply_granted"):
            out[row] += more
    out["normative_docs_issued"] = max(out["normative_docs_issued"], out["normative_docs_disclosed"])
    for all_, some in (("press_conferences", "press_conferences_by_principal"), ("online_interviews", "online_interviews_by_principal")):
        out[all_] = max(out[all_], out[some])
    channels = sum(out[row] for row in ("channel_gazette", "channel_website", "channel_weibo", "channel_wechat", "channel_other"))
    out["channel_website"] += max(0, out["info_disclosed_total"] - channels)
    ways = sum(out[row] for row in ("press_conferences", "online_interviews", "policy_interpretations", "weibo_wechat_responses", "other_responses"))
    out["policy_interpretations"] += max(0, out["hot_issues_responded"] - ways)
    return out


def _three(chance: random.Random, format: str) -> dict[tuple[str, str, str], int]:
    out: dict[tuple[str, str, str], int] = {}
    for table, (columns, rows) in (T2_2019 if "2019" in format else T2_2021).items():
        for row in rows:
            for column in columns:
                out[table, row, column] = chance.randint(0, 4000)
            if "newly_disclosed" in columns:
                out[table, row, "total_disclosed"] += out[table, row, "newly_disclosed"]
            if "issued" in columns:
                out[table, row, "in_force"] += out[table, row, "issued"]
    rows_3 = [key for key, *_ in layout(format, "t3_requests") if key is not None]
    parts = [row for row in rows_3 if row not in {"new_received", "carried_in", "outcome_total", "carried_out"}]
    for column in T3_COLUMNS[:-1]:
        cells = {row: chance.choice((0, 0, 0, chance.randint(0, 9), chance.randint(0, 300))) for row in parts}
        cells["outcome_total"], cells["carried_out"] = sum(cells.values()), chance.randint(0, 30)
        cells["carried_in"] = chance.randint(0, cells["outcome_total"] + cells["carried_out"])
        cells["new_received"] = cells["outcome_total"] + cells["carried_out"] - cells["carried_in"]
        out |= {("t3_requests", row, column): number for row, number in cells.items()}
    for row in rows_3:
        out["t3_requests", row, "total"] = sum(out["t3_requests", row, column] for column in T3_COLUMNS[:-1])
    for group in ("review", "litigation_direct", "litigation_after_review"):
        numbers = [chance.choice((0, chance.randint(0, 60))) for _ in RESULTS[:-1]]
        out |= {("t4_review_litigation", "cases", f"{group}_{result}"): n for result, n in zip(RESULTS, [*numbers, sum(numbers)], strict=True)}
    return out

"""Which events of a night are one message, although each of them is an alert of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from storage.records import What


def together(number: int, kind: str, night: date, *, report: int | None, portal: str | None, facts: Mapping[str, Any]) -> object:
    """What the events of one message have in common: the contradictions of a report; the pages of a portal on which the same trouble began, or ended.

    Parameters:
        number: of the event, which alone is what any other event has in common with itself.
    """
    if kind == What.FINDINGS and report is not None:
        return ("report", report)
    if kind == What.INCIDENTS:
        return ("portal", portal, night, facts.get("incident"), facts.get("state"))
    return number

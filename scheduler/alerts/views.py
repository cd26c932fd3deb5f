"""An event as messages, feeds and programs show it: plain values, every word of a portal's cleaned, nothing decided any more."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawler.reading import divisions
from scheduler.alerts import words
from storage import queries
from storage.archive import Archive
from storage.errors import UnknownReport
from storage.nights import CHINA
from storage.records import Known, What

MOST_FIGURES = 12  # of one event; the rest is counted
_TITLE, _DETAIL, _URL = 200, 1000, 2000  # characters
_NAMESPACE = uuid.UUID("6f2c1d0e-9a44-5b7e-8d53-6e69616e6261")
_CHANGED = frozenset({What.FIGURES_CHANGED, What.TEXT_CHANGED})
_LINKED = re.compile(r"https?://", re.IGNORECASE)


def cleaned(text: object, most: int = _DETAIL) -> str:
    """One line without control, bidi and line-separating characters, cut to a length."""
    plain = "".join(
        " " if unicodedata.category(c) in {"Zl", "Zp", "Cc"} else c for c in str(text) if unicodedata.category(c) not in {"Cf", "Cs", "Co"}
    )
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def identifier(known: Known) -> uuid.UUID:
    """The event's own name: the same in every copy of the archive, whatever its address; another one in another archive (RFC 4122, version 5)."""
    event = known.event
    return uuid.uuid5(_NAMESPACE, "\n".join((event.key, event.time.isoformat(), event.portal or "", known.identity or "", event.url or "")))


def view(archive: Archive, known: Known, *, public: str | None) -> dict[str, Any]:
    """What a message may say of an event.

    Parameters:
        public: address of the archive's web pages; without it the command that shows the report stands in for a link.
    """
    event, facts = known.event, known.event.facts
    figures, more = _figures(archive, known)
    return {
        "id": str(identifier(known)),
        "key": event.key,
        "kind": str(event.kind),
        "time": event.time.isoformat(timespec="seconds"),
        "clock": beijing(event.time),
        "portal": event.portal,
        "portal_name": _said(known.name, _TITLE),
        "adcode": event.adcode,
        "place": place(event.adcode) or _said(known.city, _TITLE),
        "year": event.year,
        "issuer": _said(event.issuer, _TITLE),
        "report": event.report,
        "title": _said(event.title, _TITLE),
        "url": _said(event.url, _URL) if event.url and _LINKED.match(event.url) else None,
        "archive": _archived(event.report, public),
        "version": facts.get("version"),
        "before": facts.get("before"),
        "after": facts.get("after"),
        "published": known.published,
        "first_seen": None if known.first_seen is None else beijing(known.first_seen),
        "last_seen": None if known.last_seen is None else beijing(known.last_seen),
        "trust": known.trust,
        "figures": figures,
        "more_figures": more,
        "detail": None if figures and event.kind in _CHANGED else _said(facts.get("detail"), _DETAIL),
        "incident": facts.get("incident"),
        "state": facts.get("state"),
        "since": beijing(datetime.fromisoformat(facts["opened"])) if facts.get("opened") else None,
        "rule": facts.get("rule"),
        "quotes": [cleaned(quote, _TITLE) for quote in facts.get("quotes", ()) if quote],
        "deadline": facts.get("deadline"),
        "days": facts.get("days"),
    }


def in_words(seen: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The same with the words of a language."""
    state = words.STATES[language].get(str(seen["state"]))
    known = (seen[name] for name in ("title", "issuer", "portal_name", "portal", "place"))
    return {
        **seen,
        "subject": next(filter(None, known), words.nobody(seen["kind"], language)),  # never the key, which is a word between programs
        "kind_word": state if seen["kind"] == What.INCIDENTS and state else words.kind(seen["kind"], language),
        "incident_word": None if seen["incident"] is None else words.incident(str(seen["incident"]), language),
        "trust_word": words.TRUST[language].get(str(seen["trust"])),
    }


def place(adcode: str | None) -> str | None:
    """A division with all above it: 山东省潍坊市诸城市."""
    division = divisions.by_code(adcode) if adcode else None
    if division is None:
        return None
    return "".join(above.name for above in reversed(division.ancestors)) + division.name


def beijing(moment: datetime) -> str:
    """A time as people in China read it."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _said(text: object, most: int) -> str | None:
    return None if text is None else cleaned(text, most)


def _archived(report: int | None, public: str | None) -> str | None:
    if report is None:
        return None
    return f"{public.rstrip('/')}/reports/{report}" if public else f"nianbao show {report}"


def _figures(archive: Archive, known: Known) -> tuple[list[dict[str, str | None]], int]:
    """What is counted otherwise than before: figures, else cells of tables, else numbers in prose; and how many more there are."""
    event = known.event
    before, after = event.facts.get("before"), event.facts.get("after")
    if event.kind not in _CHANGED or event.report is None or before is None or after is None or before == after:
        return [], 0
    try:
        found = queries.diff(archive, event.report, before, after)
    except UnknownReport:  # a better reader has made one of two versions since; the words of the change itself remain
        return [], 0
    rows = [_row(_name(figure), figure, figure["unit"]) for figure in found["figures"]]
    rows = rows or [_row(" / ".join(part for part in (cell["label"], cell["heading"]) if part), cell, None) for cell in found["cells"]]
    rows = rows or [_row(f"…{number['context']}…", number, None) for number in found["numbers"]]
    return rows[:MOST_FIGURES], max(0, len(rows) - MOST_FIGURES)


def _name(figure: Mapping[str, Any]) -> str:
    column = figure["column"] if figure["column"] not in {None, "value"} else None
    return " · ".join(str(part) for part in (figure["scope"], figure["label"], column) if part)


def _row(name: str, found: Mapping[str, Any], unit: str | None) -> dict[str, str | None]:
    values = {side: None if found[side] is None else cleaned(found[side], 60) for side in ("before", "after")}
    return {"name": cleaned(name, 120), **values, "unit": None if unit is None else cleaned(unit, 20)}

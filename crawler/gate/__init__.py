"""The gate: is this answer the page that was asked for? Judged after the bytes are kept and before anything is read.

    error                rules                                                                        policy
    Blocked              crawler.gate.fences; statuses only fences use: http_403, http_429, …         try again later
    BadStatus            http_404, http_410, http_500, … ; error pages with status 200                try again later
    Unreachable          no body, a coding left on, maintenance                                        try again later
    SoftNotFound         crawler.gate.absences                                                        an incident, go on
    TooLarge             tags that no parser finishes                                                 an incident, go on
    EmptyReading, NotAReport   shells without words, images                                           an incident, go on

Whether a report is gone is asked with `speaks_of_absence`, never by the class: a stub or a script is no sign of that.
A page that merely speaks of JavaScript, 验证码, 404, 登录 or 维护 passes: words count only where a page says little else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.errors import BadStatus, Blocked, CrawlError
from crawler.gate.absences import ABSENCES, ABSENT
from crawler.gate.faults import FAULTS, FLOOD, SHELLS, TRACES, WHOLE
from crawler.gate.fences import FENCE_STATUSES, FENCES
from crawler.gate.look import DOCUMENT, Look
from crawler.gate.rule import Rule
from storage.records import Capture, Origin

Expected = Literal["list", "report", "attachment"]

RULES: tuple[Rule, ...] = (*WHOLE, *TRACES, *FENCES, *FAULTS, *ABSENCES, *SHELLS)
"""In the order of asking: half an answer is no page; a trace is a trace though it speaks of refused access (SQL Server 访问被拒绝); a fence is
no error; and a portal in trouble says nothing about its reports."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an answer does not pass."""

    rule: str
    error: type[CrawlError]
    detail: str


def judge(capture: Capture, *, expected: Expected = "report", origin: Origin | None = None) -> Verdict | None:
    """Judge one answer.

    Args:
        capture: the answer as received. Imported files (no headers, status 200) are judged by their content alone.
        expected: what the address promises. A list may be short of words, an attachment should not be a web page.
        origin: the portal, whose name tells its home page.

    Returns:
        The first rule that fired, or None: the page may be read.
    """
    status = capture.status
    if status == 304:
        return None
    look = Look(capture, origin)
    if status >= 400:
        return _by_rules(look, expected, FENCES) or _by_status(status)
    if status != 200 and status != 202 and status != 203:
        return Verdict(f"http_{status}", BadStatus, f"status {status}")
    if look.start.startswith(DOCUMENT):
        return None  # a document is what it is; whether it is a report is asked of its words
    if expected != "report" and look.is_structured and len(capture.body) > 600:
        return _by_rules(look, expected, (FLOOD,))  # a page that begins with { is parsed all the same
    return _by_rules(look, expected, RULES)


def check(capture: Capture, *, expected: Expected = "report", origin: Origin | None = None) -> None:
    """Pass silently or raise; see `judge`.

    Raises:
        CrawlError: Blocked, BadStatus, Unreachable, TooLarge, SoftNotFound, EmptyReading or NotAReport, with `.rule` and `.url`.
    """
    verdict = judge(capture, expected=expected, origin=origin)
    if verdict is not None:
        raise verdict.error(verdict.detail, url=capture.url, rule=verdict.rule)


def speaks_of_absence(error: CrawlError) -> bool:
    """Whether the answer says that nothing is (any longer) at this address: 404, 410 or a soft 404, and nothing weaker."""
    return error.rule in ABSENT


def _by_rules(look: Look, expected: Expected, rules: tuple[Rule, ...]) -> Verdict | None:
    for rule in rules:
        if expected in rule.expected:
            seen = rule.sees(look)
            if seen is not None:
                return Verdict(rule.name, rule.error, seen)
    return None


def _by_status(status: int) -> Verdict:
    if status in FENCE_STATUSES:
        return Verdict(f"http_{status}", Blocked, f"status {status}: {FENCE_STATUSES[status]}")
    return Verdict(f"http_{status}", BadStatus, f"status {status}")

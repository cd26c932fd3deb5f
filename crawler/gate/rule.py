"""A rule of the gate: one way in which an answer is not the page that was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from crawler.errors import CrawlError
from crawler.gate.look import Look

REPORT = frozenset({"report"})
PAGES = frozenset({"list", "report"})
ANY = frozenset({"list", "report", "attachment"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the gate's table.

    Attributes:
        name: what `error.rule` will say; incidents are counted by it.
        error: the class carries the policy (crawler.errors).
        seen: where this shape comes from.
        sees: what in the answer made the rule fire, in words for the incident; None when it does not.
        expected: the expectations under which the rule is asked.
    """

    name: str
    error: type[CrawlError]
    seen: str
    sees: Callable[[Look], str | None]
    expected: frozenset[str] = PAGES


@dataclass(frozen=True, slots=True)
class Saying:
    """A kind of sentence. `words`: the pattern is only tried where one of them stands (lower case); it saves nine tenths of the time."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]


def says(look: Look, saying: Saying) -> str | None:
    """The line of the page (or its title) in which the sentence stands."""
    if not any(word in look.said_lower for word in saying.words):
        return None
    found = saying.pattern.search(look.said)
    if found is None:
        return None
    start = look.said.rfind("\n", 0, found.start()) + 1
    end = look.said.find("\n", found.end())
    return look.said[start : end if end >= 0 else None][:120]


def quoted(text: str | None, before: str = "the page says") -> str | None:
    return f"{before} {text!r}" if text else None

"""Which family a portal's pages speak for."""

from __future__ import annotations

from collections.abc import Sequence

from spiders.families import Page, families
from spiders.families.marks import STRANGERS, Mark, seen
from spiders.portal import Portal

FALLBACK = "static"  # reads any list that is HTML


class Marks:
    """The marks seen on the pages of one portal, each counted once."""

    def __init__(self) -> None:
        self._families: dict[str, dict[str, Mark]] = {}
        self._strangers: dict[str, dict[str, Mark]] = {}

    def look(self, page: Page) -> None:
        """Take a page into account."""
        for name, kind in families().items():
            self._families.setdefault(name, {}).update({mark.says: mark for mark in seen(page.text, kind.marks)})
        for name, marks in STRANGERS.items():
            self._strangers.setdefault(name, {}).update({mark.says: mark for mark in seen(page.text, marks)})

    def order(self) -> list[str]:
        """Families to be tried, the likeliest first; the one for any list last."""
        weights = {name: sum(mark.weight for mark in marks.values()) for name, marks in self._families.items()}
        likely = sorted((name for name, weight in weights.items() if weight), key=lambda name: -weights[name])
        return [*(name for name in likely if name != FALLBACK), FALLBACK]

    def said(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """In words, by family, and by system that no family reads."""
        return (
            {name: list(marks) for name, marks in self._families.items() if marks},
            {name: list(marks) for name, marks in self._strangers.items() if marks},
        )


def stand_in(family: str, column: str, hosts: Sequence[str]) -> Portal:
    """A portal that is nobody's yet, with one column, for a family to be tried on."""
    return Portal(key="discover", name="discover", adcode="100000", family=family, start=(column,), hosts=tuple(hosts))

"""A second opinion on where the body stands: trafilatura's."""

from __future__ import annotations

from collections import Counter

from lxml.etree import _Element

from storage.records import normalised

# Beyond these it takes seconds (20,000 table rows: 2.2 s, 30,000 empty tags: 1.2 s), and a page made to stall it, for ever.
MAX_CHARACTERS = 600_000
MAX_ELEMENTS = 12_000


def text(html: str, tree: _Element) -> str | None:
    """What trafilatura takes for the main text; None when the page is too large to ask, or when it finds nothing.

    Args:
        html: the page without injected tags.
        tree: the same, parsed; it is only counted.
    """
    if len(html) > MAX_CHARACTERS or sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        return None
    import trafilatura  # takes half a second and 60 MB, which whoever only needs `charset` should not pay

    return trafilatura.extract(html, include_comments=False, include_tables=True, fast=True)


def agreement(body: str, other: str) -> float:
    """Share of a body's runs of three characters that another text holds as well, between 0 and 1."""
    ours, theirs = _runs(body), _runs(other)
    total = ours.total()
    return (ours & theirs).total() / total if total else 0.0


def _runs(words: str) -> Counter[str]:
    words = normalised(words)
    return Counter(words[n : n + 3] for n in range(len(words) - 2))

"""What the parts of a reading hand to each other: the body of a page, and the page around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from storage.records import Grid, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The report's own words on a page.

    Attributes:
        lines: one line a block, one tab-joined line a row of a data table, in the order of the page; chrome trimmed at both ends.
        tables: the data tables, in the order of the page.
        container: what cut it out, e.g. ``#zoom``, ``dominance``, ``trafilatura``, ``plain``.
        certain: True when a known CMS container or the portal's own selector cut it.
        elements: where it stands in the tree, outermost elements in order; none for plain text.
        head, tail: lines of the container that were furniture and were trimmed off its ends (a repeated title, a date line, counters):
            facts may be read from them.
    """

    lines: tuple[str, ...]
    tables: tuple[Grid, ...] = ()
    container: str
    certain: bool
    elements: tuple[_Element, ...] = field(default=(), compare=False)
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page ready to be understood: its tree, its tags, its body and the lines right before and after it.

    Attributes:
        tree: the parsed page (for plain text: a tree holding the lines as paragraphs).
        html: the decoded page after injected junk was taken out.
        tags: the standard meta tags, names in lower case (crawler.reading.meta.tags).
        title_tag: text of ``<title>``, white space collapsed.
        head_lines: visible lines of the page before the body, in order; `body.head` comes last.
        tail_lines: visible lines just after the body; `body.tail` comes first.
        url: canonical URL, None for imports that name none.
        junk: True when injected random-id tags were taken out: the mark of a tampered mirror.
    """

    tree: _Element
    html: str
    tags: Mapping[str, str]
    title_tag: str | None
    head_lines: tuple[str, ...]
    body: Body
    tail_lines: tuple[str, ...]
    url: str | None
    origin: Origin | None
    junk: bool = False

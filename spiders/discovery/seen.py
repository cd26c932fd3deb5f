"""What a discovery saw: handed from the process that asked to the one that writes the draft, as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One page that was asked for, and what it was good for."""

    url: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A page that lists reports.

    Attributes:
        text, page: the link that led there, and where it stands; empty for the address that was given.
        candidates: addresses of what may be reports, in the list's order.
        newest: the newest year in their titles.
        whole: the list was read to its end.
        rendered: its rows are there only after its scripts have run.
    """

    url: str
    text: str
    page: str
    candidates: tuple[str, ...]
    newest: int | None
    whole: bool
    rendered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A page that leads should make a report column, without rows and with scripts: a browser may see more."""

    url: str
    text: str
    page: str


@dataclass(kw_only=True)
class Seen:
    """All of it.

    Attributes:
        marks: by family, the marks of its CMS that the pages bear.
        strangers: the same of systems that no family reads.
        family: the one whose listing found the columns; None where none did.
        name, adcode, owner: whose portal it is, and why so or why not.
        outside: links that should lead to a report column on hosts that are not the portal's.
        failed: why the first page could not be had, if so.
        private: it could not be had because its address is not public.
    """

    url: str
    hosts: tuple[str, ...]
    marks: dict[str, list[str]] = field(default_factory=dict)
    strangers: dict[str, list[str]] = field(default_factory=dict)
    family: str | None = None
    name: str | None = None
    adcode: str | None = None
    owner: str = ""
    columns: list[Column] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    visited: list[Visited] = field(default_factory=list)
    failed: str | None = None
    private: bool = False

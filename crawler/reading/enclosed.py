"""Files a page offers: which of them hold the words and tables that the page itself leaves out.

A page with tables of its own needs no file beside it, and a file of another year or organ is not its report. 附件：2021年政府信息公开年度报告.pdf
under a line of greeting is; so is the 统计表.xls under a report whose prose stands on the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler import documents
from crawler.errors import CrawlError
from crawler.reading import kinds
from crawler.reading.identity import Identity, identify
from crawler.reading.look import look
from crawler.reading.page import Body, Page
from crawler.urls import canonical
from storage.records import Attachment, Capture, DocumentType, Grid, normalised

OWN_WORDS = 300  # characters: a greeting, the names of files and a signature stay below, the prose of a report far above
SAID = 0.5  # share of a file's prose that stands on the page or in another file: the same text again
EXACT = ("docx", "xlsx")  # of two files with the same text these are taken: their tables need no measuring
TABLES = re.compile(r"统计表|情况表|附表|报表|年报|年度报告")


@dataclass(frozen=True, slots=True)
class File:
    """A file that opened.

    Attributes:
        part: its number among the captures of the reading, 1 being the page.
    """

    attachment: Attachment
    part: int
    page: Page
    found: Identity


def join(page: Page, attachments: Sequence[Attachment], captures: Sequence[tuple[int, Capture]]) -> tuple[Page, tuple[Attachment, ...]]:
    """The page with what its files add to it, and its attachments with what became of them.

    Args:
        attachments: what the page links to.
        captures: those that were fetched, with their number among the captures of the reading; their URL is that of the attachment.
    """
    known = {canonical(file.url): file for file in attachments}
    files: list[File] = []
    for part, capture in captures:
        attachment = replace(known[capture.url], sha256=capture.sha256)
        if not page.body.tables and not documents.is_archive(capture.body):
            try:
                opened = look(capture, page.origin)[0]
            except CrawlError as error:
                attachment = replace(attachment, trouble=f"{error.kind} {error.rule}: {error.detail}")
            else:
                files.append(File(attachment, part, opened, identify(opened)))
        known[capture.url] = attachment
    for file in _chosen(page, files):
        known[canonical(file.attachment.url)] = replace(file.attachment, joined=True)
        page = _with(page, file)
    return page, tuple(known.values())


def _chosen(page: Page, files: Sequence[File]) -> list[File]:
    """Files of this page's report, each text once, in the page's order."""
    if not files:
        return []
    about = identify(page)
    ours = [file for file in files if _belongs(about, file)]
    if len({file.found.issuer for file in ours if file.found.issuer}) > 1 or len({file.found.year for file in ours if file.found.year}) > 1:
        return []  # a collection: each file is a report of its own
    chosen: list[File] = []
    for file in sorted(ours, key=lambda file: file.page.body.container not in EXACT):
        if not any(_said(file.page.body.lines, other.page.body.lines) >= SAID for other in chosen):
            chosen.append(file)
    return sorted(chosen, key=lambda file: file.part)


def _belongs(about: Identity, file: File) -> bool:
    found = file.found
    if about.year and found.year and about.year != found.year:
        return False
    if about.issuer and found.issuer and about.issuer != found.issuer:
        return False
    if found.type is not None:
        return found.type is about.type or found.type is DocumentType.STATUTORY_ANNUAL_REPORT or about.type is None
    named = (kinds.kind(file.attachment.name) or (None, ""))[0]
    return named is DocumentType.STATUTORY_ANNUAL_REPORT or (bool(file.page.body.tables) and TABLES.search(_opening(file)) is not None)


def _opening(file: File) -> str:
    return "".join((file.attachment.name, *file.page.body.lines[:5]))


def _with(page: Page, file: File) -> Page:
    """The page and, after its own words, the file's: only the rows of its tables where the page says the prose already."""
    body, more = page.body, file.page.body
    lines = more.lines
    if len(normalised(body.text)) > OWN_WORDS and _said(lines, body.lines) >= SAID:
        lines = tuple(line for line in lines if "\t" in line)
    whole = Body(
        lines=(*body.lines, *lines),
        tables=(*body.tables, *(_numbered(table, file.part) for table in more.tables)),
        container=body.container,
        certain=body.certain,
        elements=body.elements,
        head=body.head,
        tail=body.tail,
    )
    return replace(page, body=whole)


def _said(lines: Sequence[str], others: Sequence[str]) -> float:
    """Share of the prose of some lines that stands among others; lines may be cut elsewhere."""
    text = normalised("".join(others))
    prose = [normalised(line) for line in lines if "\t" not in line]
    total = sum(map(len, prose))
    return sum(len(line) for line in prose if line in text) / total if total else 0.0


def _numbered(table: Grid, part: int) -> Grid:
    return replace(table, cells=tuple(replace(cell, path=f"part[{part}]{cell.path}") for cell in table.cells))

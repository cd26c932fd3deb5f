"""`read`: the whole way from the bytes of a capture to what a report says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml.etree import _Element

from crawler.errors import EmptyReading
from crawler.reading import body as bodies
from crawler.reading import completeness, consistency, enclosed, opinion, prose, verdicts
from crawler.reading import figures as tables
from crawler.reading.identity import identify
from crawler.reading.links import attachments
from crawler.reading.look import join, look
from crawler.reading.page import Page
from crawler.urls import canonical
from storage.records import Attachment, Capture, Figure, Origin, Reading, SecondOpinion, normalised

READER = "4"  # goes up with every change that can read a capture differently


def read(
    capture: Capture,
    *,
    origin: Origin | None = None,
    parts: Sequence[Capture] = (),
    body_selector: str | None = None,
    second_opinion: bool = True,
) -> Reading:
    """Read a report.

    Args:
        capture: its page, a plain text, or a document (PDF, Word, Excel, OFD).
        origin: the portal that served it.
        parts: captures of the further pages of a split article, in order, or of the frame that holds the body; then those of its attachments.
        body_selector: CSS selector of the body, from the portal's file.
        second_opinion: ask trafilatura as well, for `Reading.agreement`; costs several times the rest.

    Returns:
        What was understood. `Cell.path` is an XPath in the page as `dom.parse(junk.strip(...))` gives it; for cells from the n-th part it
        begins with ``part[n]``. What cells of documents are called, crawler.documents says.

    Raises:
        NotAReport: the bytes are neither a page nor a document.
        Unreadable, TooLarge: a document that does not open. Attachments that do not open cost no reading; they say so in `trouble`.
        EmptyReading: the page holds no words of a report, and offers no file where they should be.
    """
    first, encoding = look(capture, origin, body_selector)
    files = _files([first])
    further: list[Page] = []
    looked = [capture]
    fetched: list[tuple[int, Capture]] = []
    for number, part in enumerate(parts, 2):
        if any(canonical(file.url) == part.url for file in files):
            fetched.append((number, part))
        else:
            further.append(look(part, origin, body_selector)[0])
            looked.append(part)
            files = _files([first, *further])
    page, files = enclosed.join(join(first, further), files, fetched)
    text = page.body.text
    if not text and not (files and page.body.certain):
        raise EmptyReading("no words of a report on the page", url=capture.url, rule="no_words")
    found = identify(page)
    pages = [(one.sha256, seen.body.lines) for one, seen in zip(looked, (first, *further), strict=True)]
    owners = prose.owners(page.body.lines, pages, [one.sha256 for _, one in fetched])
    captures = [one.sha256 for one in (capture, *parts)]
    figures = tables.read(page.body.tables, lines=page.body.lines, year=found.year, captures=captures, owners=owners)
    told: tuple[Figure, ...] = ()
    if found.type is not None:  # what is no report is not asked for numbers
        told = prose.read(page.body.lines, owners, rows=prose.rows_of(figures))
    contradictions = consistency.check(
        page.body.lines,
        (*figures, *told),
        type=found.type,
        year=found.year,
        published=found.published,
        signed=found.signed,
        issuer=found.issuer,
        evidence=found.evidence,
        whole=not parts and not files and completeness.nothing_lost(page),
    )
    second = _second([first, *further], text) if second_opinion else None
    return Reading(
        reader=READER,
        url=page.url,
        encoding=encoding,
        type=found.type,
        issuer=found.issuer,
        level=found.level,
        adcode=found.adcode,
        city=found.city,
        year=found.year,
        title=found.title,
        published=found.published,
        signed=found.signed,
        source=found.source,
        trust=found.trust,
        text=text,
        tables=page.body.tables,
        attachments=files,
        evidence=found.evidence,
        container=page.body.container,
        agreement=None if second is None else second.agreement,
        figures=(*figures, *told),
        findings=(*verdicts.of_figures(figures), *contradictions),
        second=second,
    )


def _files(pages: Iterable[Page]) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}
    for page in pages:
        places: list[_Element] = [*page.body.elements, *bodies.below(page.body)]
        found.update((file.url, file) for file in attachments(places, page.url) if file.url not in found)
    return tuple(found.values())


def _second(pages: Iterable[Page], text: str) -> SecondOpinion | None:
    others = [opinion.text(page.html, page.tree) for page in pages if page.body.elements]
    if not others or any(other is None for other in others):
        return None
    theirs = "\n".join(other for other in others if other)
    return SecondOpinion(
        ours=len(normalised(text)),
        theirs=len(normalised(theirs)),
        agreement=round(opinion.agreement(text, theirs), 3),
        reverse=round(opinion.agreement(theirs, text), 3),
    )

"""What a reader understands from captures, and what "the same content" means."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from storage.records.counted import Figure, Finding
from storage.records.words import DocumentType, Level, Trust


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid. `text` as printed, line breaks kept as \\n; spans resolved by `Grid`."""

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    header: bool = False
    path: str = ""  # where it stands in the capture: an XPath for HTML


@dataclass(frozen=True, slots=True)
class Grid:
    """A data table. `cells` are the printed cells in order; `rows` spreads spans, so that positions hold."""

    cells: tuple[Cell, ...]
    height: int
    width: int
    caption: str | None = None

    def rows(self) -> list[list[str]]:
        """Every position's text; a spanning cell's text stands at its own position and is empty elsewhere."""
        out = [[""] * self.width for _ in range(self.height)]
        for cell in self.cells:
            out[cell.row][cell.column] = cell.text
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file a page offers. Its bytes are a capture of their own.

    Attributes:
        sha256: of the bytes; None when they were not fetched.
        joined: its words are part of the reading's text, because the page leaves them to the file.
        trouble: why it could not be had or read: "unreadable encrypted: …"; None for files that were, or that nobody tries to read.
    """

    url: str
    name: str
    sha256: str | None = None
    joined: bool = False
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """What another extractor took for the body of the same page.

    Attributes:
        ours, theirs: characters without white space.
        agreement: share of ours that theirs holds as well. reverse: share of theirs that ours holds; both between 0 and 1.
    """

    ours: int
    theirs: int
    agreement: float
    reverse: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What this reader understood from a capture (and the captures of its further parts). Pure and recomputable.

    Attributes:
        reader: version of the reader.
        url: canonical URL of the (first) capture, None for imports that name none.
        encoding: charset the body was decoded with.
        type: None when the page is none of the eight document types.
        issuer: full official name, e.g. 诸城市人民政府.
        adcode, city: the division the issuer belongs to.
        year: reporting year. Never taken from the URL or the publication date alone.
        published: the date the page claims. signed: the date under the text.
        text: the body, one line a block, one tab-joined line a table row.
        evidence: for each field, the rule that filled it and the words it was read from.
        agreement: share of the body that trafilatura, as a second opinion, kept as well; None when not asked.
        second: more of that second opinion, for who must decide whether something is wrong; not kept.
        figures: of the official tables and of prose, in the order of the page.
        findings: rules that fail, and those that could not be assessed though something is printed.
    """

    reader: str
    url: str | None
    encoding: str
    type: DocumentType | None
    issuer: str | None
    level: Level | None
    adcode: str | None
    city: str | None
    year: int | None
    title: str | None
    published: date | None
    signed: date | None
    source: str | None
    trust: Trust
    text: str
    tables: tuple[Grid, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    container: str | None = None
    agreement: float | None = None
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
    second: SecondOpinion | None = None

    @property
    def text_sha256(self) -> str:
        return content_sha256(self.text)

    @property
    def tables_sha256(self) -> str:
        return tables_sha256(self.tables)

    @property
    def figures_sha256(self) -> str:
        return figures_sha256(self.figures)

    @property
    def content_sha256(self) -> str:
        """The content of a version: text and tables. Title, dates and addresses are facts about it, not content."""
        return joined_sha256(self.text_sha256, self.tables_sha256)


class _Said(dict[int, int | None]):
    """Which characters are words, learned one by one: texts use a few thousand of a million."""

    def __missing__(self, code: int) -> int | None:
        c = chr(code)
        self[code] = None if c.isspace() or unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"} or _is_noncharacter(code) else code
        return self[code]


def _is_noncharacter(code: int) -> bool:
    """One of the 66 that Unicode promises never to assign. What is merely unassigned yet counts: the next Python knows it as a rare ideograph."""
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


_SAID = _Said()


def normalised(text: str) -> str:
    """NFKC without white space, control, format and private characters: what "same wording" means.

    Soft hyphens, zero-width marks and bidi controls are dropped because portals scatter them anew with every request. Characters that this Python's
    Unicode has not assigned are kept, so that another Python hashes them alike (docs/ledger.md says what remains).
    """
    return unicodedata.normalize("NFKC", text).translate(_SAID)


def content_sha256(text: str) -> str:
    return hashlib.sha256(normalised(text).encode()).hexdigest()


def tables_sha256(tables: Iterable[Grid]) -> str:
    """Of every cell's text and place among the rows and columns that hold words: a digit that moves to another cell is a difference, a blank row put
    in by a new layout is none."""
    parts = []
    for number, grid in enumerate(tables):
        filled = [(cell, words) for cell in grid.cells if (words := normalised(cell.text))]
        rows = {row: place for place, row in enumerate(sorted({cell.row for cell, _ in filled}))}
        columns = {column: place for place, column in enumerate(sorted({cell.column for cell, _ in filled}))}
        parts += [f"{number}/{rows[cell.row]}/{columns[cell.column]}:{words}" for cell, words in filled]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def figures_sha256(figures: Iterable[Figure]) -> str:
    """Of key, kind, value and unit of every figure: what is counted, wherever and however it is printed."""
    parts = sorted(
        f"{figure.key}\x1f{figure.kind}\x1f{'' if figure.value is None else format(figure.value.normalize(), 'f')}\x1f{figure.unit or ''}"
        for figure in figures
    )
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def joined_sha256(text_sha256: str, tables_sha256: str) -> str:
    """The content of a version from the hashes of its text and its tables."""
    return hashlib.sha256(f"{text_sha256}{tables_sha256}".encode()).hexdigest()

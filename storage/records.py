"""The words of the archive as frozen values: what goes in, what comes out, nothing edited later.

Times are aware and in UTC; dates of reports are plain dates, exact or absent. `None` means "not known", never "none".
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class DocumentType(StrEnum):
    """The eight kinds of document found in report columns (indicators.yaml, `document_types`)."""

    STATUTORY_ANNUAL_REPORT = "statutory_annual_report"
    SELF_CHECK_REPORT = "self_check_report"
    WORK_SUMMARY = "work_summary"
    BRIEFING = "briefing"
    COLLECTION_PAGE = "collection_page"
    INTERIM_STATISTICS = "interim_statistics"
    FORMAT_OR_NOTICE = "format_or_notice"
    INTERPRETATION = "interpretation"


class Level(StrEnum):
    """Where the issuing organ stands. A department carries the adcode of the government it belongs to."""

    STATE = "state"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    OFFICE = "office"  # the 办公厅/办公室 of a government, which reports for itself as well
    DEPARTMENT = "department"


class Trust(StrEnum):
    """Who served a capture. Only `official_host` and `official_ip` speak for the organ."""

    OFFICIAL_HOST = "official_host"
    OFFICIAL_IP = "official_ip"
    MIRROR = "mirror"
    UNKNOWN = "unknown"  # imported without a URL: nobody vouches for it, nothing speaks against it


class ChangeKind(StrEnum):
    """What the archive can learn (DESIGN, "Change")."""

    NEW = "new"
    FIGURES_CHANGED = "figures_changed"
    TEXT_CHANGED = "text_changed"
    TITLE_CHANGED = "title_changed"
    DATE_CHANGED = "date_changed"
    ATTACHMENT_CHANGED = "attachment_changed"
    MOVED = "moved"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


class State(StrEnum):
    """Whether a report can still be had from its portal."""

    ALIVE = "alive"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """How a run ended. A run that found nothing where something was expected is never `ok`."""

    RUNNING = "running"
    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a reader may know of the portal that served a page. Stored with the archive, so that readings can be recomputed."""

    key: str
    name: str
    adcode: str
    hosts: tuple[str, ...]  # trusted hosts; "*.liaoyuan.gov.cn" stands for the domain and all below it
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP answer (or one imported file) as received.

    Attributes:
        url: canonical URL asked for (crawler.urls.canonical), or a `file:` URL for imports that name none.
        final_url: the canonical URL that answered; differs from `url` after a redirect.
        status: HTTP status; 200 for imported files.
        headers: as received, in order, duplicates kept.
        body: the entity body: transfer and content coding undone, nothing else touched.
        fetched_at: aware UTC time of the answer.
        rendered: True when `body` is a browser's DOM and not what the server sent.
        portal: key of the portal it was fetched for.
        wire_sha256, wire_bytes: of the body before content decoding, where it was coded.
    """

    url: str
    final_url: str | None = None
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes
    fetched_at: datetime
    rendered: bool = False
    portal: str | None = None
    wire_sha256: str | None = None
    wire_bytes: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A link on a list page whose title may be a report; not fetched yet."""

    url: str
    title: str
    listed: date | None = None  # the date printed beside the link
    issuer: str | None = None  # where the list prints one


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One reading of one page of a portal's report column. Also evidence of absence.

    Attributes:
        column: URL of the column (its first page).
        page: 1 for the first page.
        last: True when no page follows this one.
        rows: every link the page listed, in its order, reports or not.
    """

    portal: str
    column: str
    page: int = 1
    last: bool = True
    rows: tuple[Candidate, ...]
    read_at: datetime


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


class FigureKind(StrEnum):
    """What a cell says (indicators.yaml, `value_semantics`). Only NUMBER and ZERO have a value: blank is not zero."""

    NUMBER = "NUMBER"
    ZERO = "ZERO"
    BLANK = "BLANK"
    DASH = "DASH"
    SLASH = "SLASH"
    NONE_WORD = "NONE_WORD"  # 无
    TEXT = "TEXT"
    UNREADABLE = "UNREADABLE"  # characters were lost, or one number cannot be told from two


class FindingLevel(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class Blame(StrEnum):
    """Whose mistake a finding is, as far as the reader can know."""

    SOURCE = "source"  # the organ's: every cell involved was read with certainty
    READER = "reader"  # possibly ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a report, or the place where one should be.

    Attributes:
        format: id of the official format (crawler/reading/formats); "prose" for numbers of running text; None where no format fits.
        scope: 市本级 or 本行政区域 where the report says so.
        table, row, column: keys of the format; row is None for a number under a label the format does not know.
        label: as printed, the groups above it first, joined by " / ".
        raw: the cell as printed.
        value: exact; None unless kind is NUMBER or ZERO.
        unit: as printed in the cell, its column or its heading, else the format's. 万 and 亿 are part of the value, except in 万元 and 亿元.
        lower_bound: at least so many (1400余件).
        sentence: for prose, the sentence it stands in.
        place: where it stands in the capture: `table N <XPath>`, `lines a-b` of the text, a page and a box, a span of characters.
        capture: sha256 of the capture it was read from.
        certain: False when its label differs from the official words, or its place among other cells had to be inferred.
    """

    format: str | None
    scope: str | None = None
    table: str | None = None
    row: str | None = None
    column: str | None = None
    label: str
    raw: str
    kind: FigureKind
    value: Decimal | None = None
    unit: str | None = None
    lower_bound: bool = False
    sentence: str | None = None
    place: str = ""
    capture: str | None = None
    certain: bool = True

    @property
    def key(self) -> str:
        """`<format>/<scope>/<table>/<row>/<column>`, "-" for what is not known."""
        return "/".join(part or "-" for part in (self.format, self.scope, self.table, self.row, self.column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A report contradicts itself or another one, or could not be checked. A rule that holds is no finding.

    Attributes:
        rule: its id (formats/*.yaml for arithmetic).
        assessable: False when cells that the rule needs are blank or unreadable; then `holds` is None.
        text: the rule in words. detail: what was found, in Chinese, for people.
        where: row or column the rule was applied to.
        quotes, places: both sides as printed and where they stand.
        left, right: both sides as numbers, where they are numbers.
    """

    rule: str
    level: FindingLevel
    blame: Blame
    assessable: bool = True
    holds: bool | None = False
    text: str
    detail: str
    scope: str | None = None
    table: str | None = None
    where: str | None = None
    quotes: tuple[str, str] = ("", "")
    places: tuple[str, str] = ("", "")
    left: Decimal | None = None
    right: Decimal | None = None


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

    @property
    def text_sha256(self) -> str:
        return content_sha256(self.text)

    @property
    def tables_sha256(self) -> str:
        """Of every cell's text and place among the rows and columns that hold words: a digit that moves to another cell is a difference, a blank
        row put in by a new layout is none."""
        parts = []
        for number, grid in enumerate(self.tables):
            filled = [(cell, words) for cell in grid.cells if (words := normalised(cell.text))]
            rows = {row: place for place, row in enumerate(sorted({cell.row for cell, _ in filled}))}
            columns = {column: place for place, column in enumerate(sorted({cell.column for cell, _ in filled}))}
            parts += [f"{number}/{rows[cell.row]}/{columns[cell.column]}:{words}" for cell, words in filled]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    @property
    def figures_sha256(self) -> str:
        """Of key, kind, value and unit of every figure: what is counted, wherever and however it is printed."""
        parts = sorted(
            f"{figure.key}\x1f{figure.kind}\x1f{'' if figure.value is None else format(figure.value.normalize(), 'f')}\x1f{figure.unit or ''}"
            for figure in self.figures
        )
        return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()

    @property
    def content_sha256(self) -> str:
        """The content of a version: text and tables. Title, dates and addresses are facts about it, not content."""
        return hashlib.sha256(f"{self.text_sha256}{self.tables_sha256}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The archive learned something. Alerts are made from these and from nothing else."""

    id: int
    time: datetime
    kind: ChangeKind
    report: int
    portal: str | None
    version: int | None
    before: int | None  # version before
    after: int | None  # version after
    url: str | None
    detail: str | None = None


def normalised(text: str) -> str:
    """NFKC without white space, control and format characters: what "same wording" means.

    Soft hyphens, zero-width marks and bidi controls are dropped because portals scatter them anew with every request.
    """
    return "".join(
        c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Co"}
    )


def content_sha256(text: str) -> str:
    return hashlib.sha256(normalised(text).encode()).hexdigest()

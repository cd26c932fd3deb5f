"""What an export of ours says beside its records, as somebody may have written it: checked for form here, and believed as little as possible."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.importing.members import Damaged
from crawler.config import FIRST_YEAR, LAST_YEAR
from storage.evidence.capture_facts import FORMAT, RUN_FORMAT

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Bytes = Annotated[int, Field(ge=0, le=2**63 - 1)]
Status = Annotated[int, Field(ge=0, le=999)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

_HALF = re.compile("[\ud800-\udfff]")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:  # years 1 and 9999 have hours that are no time in another zone
        raise ValueError(f"a time that is of no year between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


Time = Annotated[datetime, AfterValidator(_in_utc)]


def _counted(counts: dict[str, Any]) -> dict[str, Any]:
    """Numbers by name, and the two groups a run tells of its hosts and its time."""
    for name, value in counts.items():
        if not isinstance(value, dict if name in ("hosts", "stages") else int):
            raise ValueError(f"{name} is no number")
        if isinstance(value, int) and abs(value) >= 2**63:
            raise ValueError(f"{name} is no number of anything")
    return counts


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ListingFacts(_Told):
    """A page of a report column, as it was read."""

    column: str
    page: Number
    last: bool
    rows: list[tuple[str, str, date | None, str | None]]
    read_at: Time
    confirms: Number | None = None


class AttachmentFacts(_Told):
    """A file that a page offers."""

    url: str


class ReadingFacts(_Told):
    """A reading: from which captures, and when it was filed."""

    number: Number
    captures: list[Number] = Field(min_length=1, max_length=200)
    attachments: list[AttachmentFacts] = []
    portal: str | None
    filed_at: Time


class CaptureFacts(_Told):
    """A capture as it was in the archive it came from."""

    format: Literal["nianbao-capture-1"]
    capture: Number
    url: str
    final_url: str | None
    status: Status
    headers: list[tuple[str, str]]
    sha256: Sha256
    fetched_at: Time
    rendered: bool
    portal: str | None
    run: Number | None
    wire_sha256: Sha256 | None
    wire_bytes: Bytes | None
    imported_from: Annotated[str, Field(max_length=4000)] | None = None
    listings: list[ListingFacts] = []
    readings: list[ReadingFacts] = []


class RunFacts(_Told):
    """A crawl of one portal."""

    format: Literal["nianbao-run-1"]
    run: Number
    portal: str
    started: Time
    finished: Time | None
    outcome: Literal["running", "ok", "degraded", "failed"]
    counts: Annotated[dict[str, Any], AfterValidator(_counted)]
    detail: str | None
    whole: bool
    lists_whole: bool


def facts(block: bytes) -> CaptureFacts | RunFacts | None:
    """The facts in a metadata record; None when it is none of ours.

    Raises:
        Damaged: it is one of ours, and not as ours are.
    """
    try:
        told: Any = json.loads(block)
    except (ValueError, RecursionError) as error:
        raise Damaged("facts", f"the metadata is no JSON: {error}") from error
    said = told.get("format") if isinstance(told, dict) else None
    if said not in (FORMAT, RUN_FORMAT):
        return None
    if _HALF.search(json.dumps(told, ensure_ascii=False)):  # an archive leaves them out, and no database takes them
        raise Damaged("facts", "the metadata is not as an export writes it: half a character (a lone surrogate)")
    try:
        return CaptureFacts.model_validate(told) if said == FORMAT else RunFacts.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise Damaged("facts", f"the metadata is not as an export writes it: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error

"""The words whose values are few: kinds, levels, states."""

from __future__ import annotations

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


INTERRUPTED = "interrupted"  # detail of a degraded run that was asked to stop: what it left is the next one's

"""What a capture was to us, as JSON beside its record: everything an import needs to file it as it was filed, and nothing it has to believe.

An import takes numbers, times and addresses from here. Trust, types and figures it finds out anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, or_, select

from storage.evidence.selecting import Selection
from storage.schema import contents, incidents, listings

FORMAT = "nianbao-capture-1"
RUN_FORMAT = "nianbao-run-1"

_READING = (
    "reader", "url", "encoding", "type", "issuer", "level", "adcode", "city", "year", "title", "published", "signed", "source", "trust", "portal",
    "content_sha256", "figures_sha256", "findings_sha256", "attachments",
)  # fmt: skip


def of(connection: Connection, capture: Row[Any], selection: Selection) -> dict[str, Any]:
    """The facts of a capture.

    Args:
        capture: its row.

    Returns:
        `capture`: its number in the archive it came from; other captures are named by theirs. `listings`: the rows it showed, where it is a page
        of a report column, or a 304 to the question for one (`confirms`: the capture that holds the bytes). `readings`: what was understood from
        it and from the further captures named in `captures`, in the order of filing.
    """
    found = connection.execute(select(listings).where(listings.c.capture == capture.id).order_by(listings.c.id))
    return {
        "format": FORMAT,
        "capture": capture.id,
        "url": capture.url,
        "final_url": capture.final_url,
        "status": capture.status,
        "headers": capture.headers,
        "sha256": capture.sha256,
        "fetched_at": _plain(capture.fetched_at),
        "rendered": capture.rendered,
        "portal": capture.portal,
        "run": capture.run,
        "wire_sha256": capture.wire_sha256,
        "wire_bytes": capture.wire_bytes,
        "imported_from": capture.imported_from,
        "listings": [
            {
                "number": row.id,
                "column": row.column,
                "page": row.page,
                "last": row.last,
                "rows": row.rows,
                "read_at": _plain(row.read_at),
                "confirms": row.confirms,
            }
            for row in found
        ],
        "readings": [_reading(connection, row) for row in selection.readings.get(capture.id, ())],
    }


def of_run(connection: Connection, run: Row[Any], *, whole: bool) -> dict[str, Any]:
    """The facts of a run.

    Args:
        run: its row. whole: all its captures are exported.

    Returns:
        `lists_whole`: it read its columns to their end and found as many reports as was expected, so that what its lists lack is evidence.
    """
    unread = run.counts.get("columns_unread", 1) - (run.finished is not None and _no_newest_year(connection, run))
    return {
        "format": RUN_FORMAT,
        "run": run.id,
        "portal": run.portal,
        "started": _plain(run.started),
        "finished": _plain(run.finished),
        "outcome": run.outcome,
        "counts": run.counts,
        "detail": run.detail,
        "whole": whole,
        "lists_whole": unread == 0,
    }


def _no_newest_year(connection: Connection, run: Row[Any]) -> bool:
    """Whether the newest year was missing in a run: it counts as a column unread, and says nothing against the lists."""
    still_open = or_(incidents.c.closed.is_(None), incidents.c.closed > run.finished)
    missing = (incidents.c.portal == run.portal, incidents.c.kind == "newest_year_missing", incidents.c.opened <= run.finished, still_open)
    return connection.execute(select(incidents.c.id).where(*missing).limit(1)).first() is not None


def _reading(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    text = connection.execute(select(contents.c.text_sha256, contents.c.tables_sha256).where(contents.c.content_sha256 == row.content_sha256)).one()
    return {
        "number": row.id,
        "captures": row.captures,
        "filed_at": _plain(row.filed_at),
        **{name: _plain(getattr(row, name)) for name in _READING},
        "text_sha256": text.text_sha256,
        "tables_sha256": text.tables_sha256,
    }


def _plain(value: Any) -> Any:
    """Dates and times as ISO text."""
    return value.isoformat(timespec="microseconds") if hasattr(value, "hour") else value.isoformat() if hasattr(value, "isoformat") else value

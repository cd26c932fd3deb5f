"""How the service can be watched: logs, reports of nights, metrics, health."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from crawler.config.section import Section


class LogsSection(Section):
    format: Literal["text", "json"] = Field(
        "text", description="How the log lines of the service and of crawl processes look: text, or json (one object a line)"
    )


class NightsSection(Section):
    folder: Path | None = Field(None, description="Folder into which the service writes an account of each night (HTML and text); none when empty")
    keep: int = Field(400, ge=1, description="Accounts of so many nights stay there; older ones are removed")


class WatchSection(Section):
    port: int | None = Field(
        None, ge=0, le=65535, description="Port on which the service answers /metrics and /health; none when empty, 0 for any free one"
    )
    address: str = Field("127.0.0.1", description="Address of this machine on which it does so")
    textfile: Path | None = Field(
        None, description="File into which the metrics are written for node_exporter's textfile collector (NAME.prom); none when empty"
    )
    night_hours: float | None = Field(
        None,
        gt=0,
        description="Hours since a portal was read last, after which the archive is not healthy; when empty `schedule.sparse` days and a half",
    )
    run_hours: float = Field(8.0, gt=0, description="Hours after which a run that goes on counts as stuck")

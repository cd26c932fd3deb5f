"""Where log lines go and how they look. Set up by entry points only, never on import."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from crawler import context


class OneLine(logging.Formatter):
    """One event, one line: a portal's title or header must not forge lines of ours, nor steer a terminal that shows them."""

    def format(self, record: logging.LogRecord) -> str:
        head, *rest = super().format(record).split("\n")
        # a traceback keeps its lines, indented so that none of them looks like an event
        return "\n".join(_escaped(line) for line in [head, *(f"    {line}" for line in rest)])


class JsonLine(logging.Formatter):
    """One event, one JSON object on one line: time (UTC), level, logger, event, portal, run, host (null where not known), and error, a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        where = context.where.get()
        spider = getattr(getattr(record, "spider", None), "name", None)  # Scrapy's own lines name their spider
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "portal": where.portal if where is not None else spider,
            "run": where.run if where is not None else None,
            "host": context.host.get(),
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return _unsteering(json.dumps(said, ensure_ascii=False, default=str))


def of_a_command() -> None:
    """Warnings and worse for the person at the terminal."""
    _install(OneLine("nianbao: %(levelname)s: %(message)s"), logging.WARNING)


def of_a_process(layout: str = "text") -> None:
    """Every event of a process whose output is its log.

    Parameters:
        layout: `text` or `json` (`logs.format`).
    """
    logging.captureWarnings(layout == "json")  # what libraries print of their own would be no JSON
    _install(JsonLine() if layout == "json" else OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"), logging.INFO)


def of_a_service(layout: str = "text") -> None:
    """Every event of a service, for whoever supervises it."""
    of_a_process(layout)
    for name in ("apscheduler", "procrastinate", "alembic.runtime.plugins"):  # say each firing and each job several times; list their own parts
        logging.getLogger(name).setLevel(logging.WARNING)


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stands for the standard error just then: a live view (app/live.py) puts its lines above itself."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # logging._StderrHandler does the same
        return sys.stderr


def _install(formatter: logging.Formatter, level: int) -> None:
    handler = _ToStderr()
    handler.setFormatter(formatter)
    handler.setLevel(level)  # Scrapy opens the root logger to everything
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)


def _escaped(line: str) -> str:
    return "".join(c if c == "\t" or (c.isprintable() and c not in "\u2028\u2029") else c.encode("unicode_escape").decode() for c in line)


def _unsteering(line: str) -> str:
    """JSON, in which what no terminal should meet is written as JSON writes it (RFC 8259, section 7)."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)

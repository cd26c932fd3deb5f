"""Where log lines go and how they look. Set up by entry points only, never on import."""

from __future__ import annotations

import logging
import sys


class OneLine(logging.Formatter):
    """One event, one line: a portal's title or header must not forge lines of ours, nor steer a terminal that shows them."""

    def format(self, record: logging.LogRecord) -> str:
        head, *rest = super().format(record).split("\n")
        # a traceback keeps its lines, indented so that none of them looks like an event
        return "\n".join(_escaped(line) for line in [head, *(f"    {line}" for line in rest)])


def of_a_command() -> None:
    """Warnings and worse for the person at the terminal."""
    _install("nianbao: %(levelname)s: %(message)s", logging.WARNING)


def of_a_process() -> None:
    """Every event of a process whose output is its log."""
    _install("%(asctime)s %(levelname)s %(name)s %(message)s", logging.INFO)


def of_a_service() -> None:
    """Every event of a service, for whoever supervises it."""
    of_a_process()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # says each firing three times


def _install(layout: str, level: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(layout))
    handler.setLevel(level)  # Scrapy opens the root logger to everything
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)


def _escaped(line: str) -> str:
    return "".join(c if c == "\t" or (c.isprintable() and c not in "\u2028\u2029") else c.encode("unicode_escape").decode() for c in line)

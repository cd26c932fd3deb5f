"""The live view of a crawl on a terminal: one line a portal, what each is doing and has done. Nothing where nobody looks on."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from app import tables

COUNTS = (
    ("requests", "requests"),
    ("captures", "kept"),
    ("candidates", "candidates"),
    ("new", "new"),
    ("changed", "changed"),
    ("incidents", "incidents"),
)
AT_MOST = 20  # lines; of many portals those that go on, and the last that ended
DOING = 44  # columns


class View:
    """Shows what crawl processes tell while its block runs. May be told from several threads.

    Parameters:
        total: portals to be crawled, where that is known.
    """

    def __init__(self, console: Console, total: int | None = None) -> None:
        self.shown = console.is_terminal
        self._total = total
        self._told: dict[str, Mapping[str, Any]] = {}
        self._began: dict[str, float] = {}
        self._lock = threading.Lock()
        self._live = Live(
            console=console, get_renderable=self.table, refresh_per_second=4, transient=True, redirect_stdout=False, redirect_stderr=True
        )

    def tell(self, told: Mapping[str, Any]) -> None:
        """A line of crawler.progress."""
        with self._lock:
            key = str(told["portal"])
            if self._told.get(key, {}).get("run") != told.get("run"):
                self._began[key] = time.monotonic()
            self._told.pop(key, None)
            self._told[key] = told  # at the end: what changed last

    def __enter__(self) -> Self:
        if self.shown:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.shown:
            self._live.stop()

    def table(self) -> RenderableType:
        """What is shown now."""
        with self._lock:
            told = list(self._told.values())
        going = sorted((row for row in told if row.get("outcome") is None), key=lambda row: str(row["portal"]))
        ended = [row for row in told if row.get("outcome") is not None]
        lines = [*ended[max(0, len(ended) - max(AT_MOST - len(going), 3)) :], *going[:AT_MOST]]
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("portal", no_wrap=True)
        table.add_column("doing", no_wrap=True, width=DOING, overflow="ellipsis")
        for _, head in COUNTS:
            table.add_column(head, justify="right")
        table.add_column("time", justify="right", no_wrap=True)
        for row in lines:
            table.add_row(Text(tables.cell(row["portal"])), self._doing(row), *(self._number(row, name) for name, _ in COUNTS), self._time(row))
        return Group(table, self._sum(going, ended))

    def _doing(self, row: Mapping[str, Any]) -> Text:
        outcome = row.get("outcome")
        said = tables.cell(outcome if outcome is not None else row.get("doing") or "at work")
        return Text(said, style=tables.STYLES.get(said, "dim" if outcome is None else ""))

    def _number(self, row: Mapping[str, Any], name: str) -> Text:
        number = row.get(name)
        return Text(tables.cell(number), style="red" if name == "incidents" and number else "")

    def _time(self, row: Mapping[str, Any]) -> Text:
        if row.get("outcome") is not None:
            return Text("")
        seconds = int(time.monotonic() - self._began[str(row["portal"])])
        return Text(f"{seconds // 60}:{seconds % 60:02}")

    def _sum(self, going: Sequence[Mapping[str, Any]], ended: Sequence[Mapping[str, Any]]) -> Text:
        of = f" of {self._total}" if self._total is not None else ""
        sums = {name: sum(row.get(name) or 0 for row in [*going, *ended]) for name, _ in COUNTS}
        said = f"{len(ended)}{of} portals done, {len(going)} go on; {sums['requests']} requests, {sums['new']} new, {sums['changed']} changed"
        hidden = len(going) - AT_MOST
        return Text(said + (f"; {hidden} more go on" if hidden > 0 else ""), style="bold")

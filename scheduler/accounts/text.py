"""The account as text, for a terminal, a pipe or a file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler.accounts import words
from scheduler.accounts.account import Account

HOSTS = 10
WIDE = 400  # columns where nobody's screen limits them
STYLES = {"ok": "green", "degraded": "yellow", "running": "yellow", "failed": "red", "opened": "red", "closed": "green", "going_on": "yellow"}


def text(account: Account) -> str:
    """Plain text, no line of which is broken."""
    written = io.StringIO()
    show(account, Console(file=written, width=WIDE, no_color=True, highlight=False, emoji=False, markup=False, legacy_windows=False))
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def show(account: Account, console: Console) -> None:
    """Print it."""

    def say(line: str = "", style: str = "") -> None:
        console.print(Text(line, style=style))  # Text: rich would take brackets of a title for markup

    totals = account.totals
    say(f"{account.night} 夜间抓取 · the night's account", "bold")
    say(
        f"{words.clock(account.since)} to {words.clock(account.until)}, Beijing time; first run {words.clock(account.first)}, "
        f"last end {words.clock(account.last)}"
    )
    say(
        f"portals {account.portals}: " + (", ".join(f"{words.outcome(name)} {number}" for name, number in account.outcomes.items()) or "none crawled")
    )
    say(
        f"requests {totals['requests']}, not modified {totals['not_modified']}, received {words.size(totals['bytes'])}, "
        f"captures {totals['captures']}, list pages {totals['listings']}"
    )
    if account.unmeasured:
        say(f"{account.unmeasured} runs died and counted nothing: these sums are too low", "red")
    if account.slots:
        say("slots: " + ", ".join(f"{words.slot(name)} {number}" for name, number in account.slots.items()))
    say("changes: " + (", ".join(f"{words.kind(name)} {number}" for name, number in account.kinds.items()) or "none"))
    say("incidents: " + (", ".join(f"{words.state(name)} {number}" for name, number in account.troubles.items()) or "none"))
    _table(console, "变化 Changes", ("kind", "portal", "year", "report", "versions", "title"), [
        (words.kind(change.kind), change.portal, _or(change.year), str(change.report), f"{_or(change.before)} -> {_or(change.after)}", change.title)
        for change in account.changes
    ])  # fmt: skip
    _table(console, "故障 Incidents", ("state", "kind", "portal", "since", "times", "detail"), [
        (words.state(trouble.state), words.incident(trouble.kind), trouble.portal or "-", words.clock(trouble.opened), str(trouble.times),
         " ".join(part for part in (trouble.detail, trouble.url) if part))
        for trouble in account.incidents
    ], [STYLES[trouble.state] for trouble in account.incidents])  # fmt: skip
    _table(
        console, "抓取 Runs",
        ("portal", "outcome", "requests", "304", "received", "candidates", "captures", "new", "changed", "incidents", "time", "detail"),
        [
            (run.portal, words.outcome(run.outcome), str(run.counts["requests"]), str(run.counts["not_modified"]), words.size(run.counts["bytes"]),
             *(str(run.counts[name]) for name in ("candidates", "captures", "new", "changed", "incidents")), words.duration(run.seconds),
             run.detail or "-")
            for run in account.crawls
        ],
        [STYLES[run.outcome] for run in account.crawls],
    )  # fmt: skip
    _table(console, "最慢的主机 Slowest hosts", ("host", "mean", "slowest", "requests", "received", "statuses"), [
        (host.host, words.duration(host.mean), words.duration(host.slowest), str(host.requests), words.size(host.bytes),
         ", ".join(f"{status} x {number}" for status, number in host.statuses.items()))
        for host in account.hosts[:HOSTS]
    ])  # fmt: skip
    if account.stages:
        say()
        say("时间去向 time: " + ", ".join(f"{words.stage(name)} {words.duration(seconds)}" for name, seconds in account.stages.items()))
    if any(account.messages.values()):
        say("alerts: " + ", ".join(f"{name} {number}" for name, number in account.messages.items()))
    if account.head:
        say(f"ledger: {account.head}")


def _or(value: int | None) -> str:
    return "-" if value is None else str(value)


def _table(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], styles: Sequence[str] = ()) -> None:
    lines = list(rows)
    if not lines:
        return
    console.print()
    console.print(Text(title, style="bold"))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for number, column in enumerate(columns):
        numeric = all(line[number].replace(".", "", 1).isdigit() for line in lines)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=console.width == WIDE)
    for number, line in enumerate(lines):
        table.add_row(*map(Text, line), style=styles[number] if styles else "")
    console.print(table)

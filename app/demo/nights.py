"""Three nights: a first fill, a quiet night, and one with news. Each is a real `nianbao crawl` of the replicas, its clock set to that night."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli import cli
from app.demo import folder as place
from app.demo.life import NIGHTS
from app.demo.site import Site, serving
from app.demo.truth import Truth
from crawler.errors import ConfigError
from storage import queries
from storage.archive import Archive

TITLES = {1: "the first fill", 2: "a quiet night: only counters, dates, tokens and junk differ", 3: "a night with news"}
RUN_COLUMNS = ("portal", "outcome", "requests", "not_modified", "candidates", "new", "changed")
CHANGE_COLUMNS = ("kind", "portal", "year", "title", "before", "after")
ABSENCE_COLUMNS = ("portal", "year", "title", "nights", "first")
INCIDENT_COLUMNS = ("kind", "portal", "detail")
FEW = 12  # changes worth a line each


class Failed(Exception):
    """A night's news was not true, or a command broke. The message says what."""


def run(console: Console, folder: Path, keep: bool) -> int:
    """Crawl the replicas for three nights and hold the news against what really happened.

    Args:
        console: where the story is told.
        folder: made anew; the archive stays in it.
        keep: keep the replicas answering afterwards, until Ctrl-C.

    Returns:
        0; 1 when the news of a night was not exactly true.

    Raises:
        ConfigError: the folder is somebody else's, or this machine has no loopback address for the replicas.
    """
    started = time.monotonic()
    with serving() as site:
        config = place.prepare(folder, site)
        try:
            _nights(console, site, config)
        except Failed as failure:
            console.print(Text(f"\nThe demo failed.\n{failure}", style="red"))
            return 1
        _farewell(console, folder, config, time.monotonic() - started)
        if keep:
            _wait(console, site, config)
    return 0


def _nights(console: Console, site: Site, config: Path) -> None:
    truth = Truth(site)
    for night, now in NIGHTS.items():
        console.rule(f"Night {night}, {now:%Y-%m-%d}: {TITLES[night]}")
        site.night = night
        runs = _crawl(console, config, night)
        _table(console, RUN_COLUMNS, runs)
        with Archive.open(_archive(config), create=False) as archive:
            _news(console, queries.changes(archive, since=now), queries.absences(archive), queries.incidents(archive, open=True))
            wrong = truth.check(archive, night)
        if any(portal == "mirror" for portal, *_ in site.asked):
            wrong.append(f"night {night}: the crawler left the portals' hosts and asked the mirror")
        if wrong:
            raise Failed("\n".join(wrong))
        console.print("[green]True:[/green] this is exactly what happened on the replicas, and what each report says of itself is read right.\n")
    _answers(console, site, config)


def _answers(console: Console, site: Site, config: Path) -> None:
    """What an archive is asked afterwards."""
    console.rule("Questions")
    question = ("find", "--city", "诸城", "--year", "2017")
    _show(console, config, *question)
    report = next((row for row in _asked(config, *question)[0] if row["versions"] == 2), None)
    if report is None:
        raise Failed(f"{' '.join(question)}: no report with two versions, although a figure was edited")
    _show(console, config, "diff", str(report["report"]))
    console.print("辽源's list also links a copy of its report of 2014 on a foreign host. No crawl went there. Imported by hand:")
    copy = config.parent / "mirror.html"
    copy.write_bytes(site.mirrored())
    _show(console, config, "import", str(copy))
    question = ("find", "--city", "辽源", "--year", "2014")
    _show(console, config, *question)
    found = sorted((row["trust"], row["versions"]) for row in _asked(config, *question)[0])
    if found != [("mirror", 1), ("official_ip", 1)]:
        raise Failed(f"{' '.join(question)}: a mirror's copy must stand beside the official report, under a trust of its own; found {found}")


def _crawl(console: Console, config: Path, night: int) -> list[dict[str, Any]]:
    now = NIGHTS[night].isoformat()
    console.print(Text(f"$ nianbao --config {config} crawl --now {now}", style="bold"))
    with console.status("crawling the replicas"):
        rows, code = _asked(config, "crawl", "--now", now)
    if not rows:
        raise Failed(f"the crawl of night {night} told nothing (exit code {code})")
    return rows


def _show(console: Console, config: Path, *arguments: str) -> None:
    """Give a command and print it with its output, as a person sees it."""
    console.print(Text(f"$ nianbao --config {config} {' '.join(arguments)}", style="bold"))
    console.print(Text(command(config, *arguments)[0]), soft_wrap=True)


def _asked(config: Path, *arguments: str) -> tuple[list[dict[str, Any]], int]:
    """Give a command as a program does: its JSON lines and its exit code."""
    output, code = command(config, *arguments, "--json")
    return [json.loads(line) for line in output.splitlines()], code


def command(config: Path, *arguments: str) -> tuple[str, int]:
    """Give a command of ours, as `nianbao --config FILE ...` would run it.

    Returns:
        What it printed, and its exit code: 0 or 1.

    Raises:
        ConfigError: it refused: something the caller has to put right, such as a missing browser.
    """
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = cli.main(["--config", str(config), *arguments], prog_name="nianbao", standalone_mode=False)
        except click.ClickException as refused:
            raise ConfigError(refused.format_message()) from refused
    return output.getvalue(), code or 0


def _news(
    console: Console, changes: Sequence[Mapping[str, Any]], absences: Sequence[Mapping[str, Any]], incidents: Sequence[Mapping[str, Any]]
) -> None:  # fmt: skip
    kinds = Counter(str(change["kind"]) for change in changes)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    console.print(f"changes: {told or 'none'}; absent: {len(absences) or 'none'}; open incidents: {len(incidents) or 'none'}")
    if 0 < len(changes) <= FEW:
        _table(console, CHANGE_COLUMNS, changes)
    if absences:
        _table(console, ABSENCE_COLUMNS, absences)
        console.print("Absent for a night is no news yet: missing takes three nights and fourteen days.")
    if incidents:
        _table(console, INCIDENT_COLUMNS, incidents)


def _table(console: Console, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("-" if row[column] is None else str(row[column])) for column in columns))
    console.print(table)


def _archive(config: Path) -> str:
    return f"sqlite:///{(config.parent / 'archive' / 'nianbao.sqlite3').absolute()}"


def _farewell(console: Console, folder: Path, config: Path, seconds: float) -> None:
    console.rule(f"Done in {seconds:.0f} s")
    console.print(f"The archive is {folder / 'archive' / 'nianbao.sqlite3'}. To try next:")
    for command in (
        "find --city 青岛",
        "changes --since 2026-03-30",
        "incidents --open",
        "runs",
        "show 1 --format md",
        "history 1",
    ):
        console.print(Text(f"  nianbao --config {config} {command}"))
    console.print("  nianbao demo --keep    (leaves the replicas answering, for a browser)")


def _wait(console: Console, site: Site, config: Path) -> None:
    console.print(Text(f"\nThe replicas answer until Ctrl-C; `nianbao --config {config} crawl` in another terminal crawls them once more:"))
    for key, address in site.addresses.items():
        console.print(Text(f"  {key:<10} {address}"))
    try:
        while True:
            time.sleep(3_600)
    except KeyboardInterrupt:
        console.print("closed")

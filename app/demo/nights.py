"""Three nights: a first fill, a quiet night, and one with news. Each is a real `nianbao crawl` of the replicas, its clock set to that night."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.demo import folder as place
from app.demo.life import NIGHTS
from app.demo.site import Site, serving
from app.demo.truth import Truth
from crawler.errors import ConfigError
from storage import queries
from storage.archive import Archive

COMMAND = (sys.executable, "-c", "from app.cli import main; main()")
TITLES = {1: "the first fill", 2: "a quiet night: only counters, dates, tokens and junk differ", 3: "a night with news"}
RUN_COLUMNS = ("portal", "outcome", "requests", "not_modified", "candidates", "new", "changed", "seconds")
CHANGE_COLUMNS = ("kind", "portal", "year", "title", "before", "after")
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
    try:
        with serving() as site:
            config = place.prepare(folder, site.addresses)
            try:
                _nights(console, site, config)
            except Failed as failure:
                console.print(Text(f"\nThe demo failed.\n{failure}", style="red"))
                return 1
            _farewell(console, folder, config, time.monotonic() - started)
            if keep:
                _wait(console, site)
    except OSError as error:
        raise ConfigError(f"demo: the replicas cannot stand on 127.0.1.11 and on: {error}") from error
    return 0


def _nights(console: Console, site: Site, config: Path) -> None:
    truth = Truth(site.addresses)
    for night, now in NIGHTS.items():
        console.rule(f"Night {night}, {now:%Y-%m-%d}: {TITLES[night]}")
        site.night = night
        runs = _crawl(console, config, night)
        _table(console, RUN_COLUMNS, runs)
        with Archive.open(_archive(config), create=False) as archive:
            _news(console, queries.changes(archive, since=now), queries.incidents(archive, open=True))
            wrong = truth.check(archive, night)
        if any(portal == "mirror" for portal, *_ in site.asked):
            wrong.append(f"night {night}: the crawler left the portals' hosts and asked the mirror")
        if wrong:
            raise Failed("\n".join(wrong))
        console.print(
            f"[green]True:[/green] this is exactly what happened on the replicas{'' if night > 1 else ', and every fact of every report is right'}.\n"
        )
    _answers(console, site, config)


def _answers(console: Console, site: Site, config: Path) -> None:
    """What an archive is asked afterwards."""
    console.rule("Questions")
    found = _show(console, config, "find", "--city", "诸城", "--year", "2017")
    report = next((row for row in found if row["versions"] > 1), None)
    if report is None:
        raise Failed("find --city 诸城 --year 2017 shows no report with two versions")
    _show(console, config, "diff", str(report["report"]))
    copy = config.parent / "mirror.html"
    copy.write_bytes(site.mirrored())
    _show(console, config, "import", str(copy))
    with Archive.open(_archive(config), create=False) as archive:
        official = [row for row in queries.find(archive, adcodes=["220400"], year=2014) if row["trust"] != "mirror"]
        mirrors = [row for row in queries.find(archive) if row["trust"] == "mirror"]
    if len(mirrors) != 1 or [row["versions"] for row in official] != [1]:
        raise Failed("a mirror's copy of 辽源's report of 2014 must stand beside the official one, under a trust of its own")
    console.print(
        "The copy was linked from 辽源's list but stands on a foreign host: no crawl asked for it. Imported by hand it is archived as a mirror's,"
    )
    console.print("never as a version of the official report.\n")


def _crawl(console: Console, config: Path, night: int) -> list[dict[str, Any]]:
    rows, code = _command(config, "crawl", "--now", NIGHTS[night].isoformat(), "--json")
    console.print(Text(f"$ nianbao --config {config} crawl --now {NIGHTS[night].isoformat()}", style="bold"))
    if not rows:
        raise Failed(f"the crawl of night {night} told nothing (exit code {code})")
    return rows


def _show(console: Console, config: Path, *arguments: str) -> list[dict[str, Any]]:
    """Run a command twice: as a person sees it, and as a program does."""
    console.print(Text(f"$ nianbao --config {config} {' '.join(arguments)}", style="bold"))
    process = _run(config, *arguments)
    console.print(Text(process.stdout.rstrip()), soft_wrap=True)
    console.print()
    return _command(config, *arguments, "--json")[0]


def _command(config: Path, *arguments: str) -> tuple[list[dict[str, Any]], int]:
    """A command of ours, in a process of its own, as anybody would call it: its JSON lines and its exit code."""
    process = _run(config, *arguments)
    return [json.loads(line) for line in process.stdout.splitlines()], process.returncode


def _run(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    process = subprocess.run([*COMMAND, "--config", str(config), *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    if process.returncode not in (0, 1):
        raise Failed(f"nianbao {' '.join(arguments)}: exit code {process.returncode}\n{process.stderr}")
    return process


def _news(console: Console, changes: Sequence[Mapping[str, Any]], incidents: Sequence[Mapping[str, Any]]) -> None:
    kinds = Counter(str(change["kind"]) for change in changes)
    console.print(
        f"{len(changes)} changes{': ' if kinds else ''}{', '.join(f'{count} {kind}' for kind, count in kinds.items())}; {len(incidents)} incidents"
    )
    if 0 < len(changes) <= FEW:
        _table(console, CHANGE_COLUMNS, changes)
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
    console.print("  nianbao demo --keep                            leaves the replicas answering, to be looked at in a browser and crawled by hand")


def _wait(console: Console, site: Site) -> None:
    console.print("\nThe replicas answer until Ctrl-C:")
    for key, address in site.addresses.items():
        console.print(Text(f"  {key:<10} {address}"))
    try:
        while True:
            time.sleep(3_600)
    except KeyboardInterrupt:
        console.print("closed")

"""nianbao verify: every hash and the ledger, computed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from cryptography.x509 import Certificate
from rich.console import Console
from rich.progress import Progress

from app import tables
from app.commands.news import Since
from app.options import AS_JSON, configured, reading_archive
from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import sealing
from storage.evidence import stamps
from storage.verifying import whole
from storage.verifying.bad import Bad

COLUMNS = ("kind", "id", "place", "verdict", "what")


@click.command()
@click.option("--since", type=Since(), help="Only what was entered after the last head before this time, e.g. 2026-01-20.")
@AS_JSON
@configured
def verify(config: Config, since: datetime | None, as_json: bool) -> None:
    """Compute every hash and the ledger again and name what is bad. Exit code 1 on anything bad."""
    certificates = _certificates(config)
    file = sealing.heads_file(config)
    console = Console(stderr=True)
    checked: Counter[str] = Counter()
    bad: list[Bad] = []
    with (
        reading_archive(config) as archive,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("verifying", total=whole.size(archive) if since is None else None)

        def progress(kind: str, more: int) -> None:
            bar.update(task, description=kind, advance=more if kind in {"bodies", "contents", "entries"} else 0)

        for one in whole.verify(archive, since=since, heads_file=file, certificates=certificates, checked=checked, progress=progress):
            bad.append(one)
            if as_json:
                tables.json_line(_row(one))
    if as_json:
        tables.json_line({"checked": dict(checked), "bad": len(bad)})
    else:
        if bad:
            tables.table([_row(one) for one in bad], COLUMNS)
        counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in checked.items())
        click.echo(f"checked {counts}; {len(bad)} bad")
        if not checked["heads_file"] and checked["heads"] and not any(one.kind == "heads_file" for one in bad):
            click.echo(f"nianbao: heads were not compared with a file: there is no {file}, or nothing in it", err=True)
        if checked["timestamps_not_checked"]:
            click.echo("nianbao: time stamps were not checked: archive.timestamp_certificates names no certificates", err=True)
    if bad:
        raise click.exceptions.Exit(1)


def _certificates(config: Config) -> Sequence[Certificate]:
    if config.archive.timestamp_certificates is None:
        return ()
    try:
        return stamps.certificates(config.archive.timestamp_certificates)
    except stamps.BadStamp as error:
        raise ConfigError(f"archive.timestamp_certificates: {error}") from error


def _row(one: Bad) -> dict[str, Any]:
    return {"kind": one.kind, "id": one.id, "place": one.place, "verdict": one.verdict, "what": one.what}

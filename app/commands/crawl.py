"""nianbao crawl: one crawl now."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sqlalchemy import make_url

from app import process, tables
from app.live import View
from app.options import AS_JSON, PORTALS, configured, writing_archive
from crawler import browser
from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import runs, sealing
from spiders import catalogue
from spiders.portal import Portal
from storage import queries
from storage.engine import path_of
from storage.records import Outcome

COUNTS = ("requests", "not_modified", "bytes", "candidates", "captures", "new", "changed")
_COLUMNS = ("portal", "outcome", *COUNTS, "incidents", "seconds")


@click.command()
@click.argument("keys", nargs=-1, metavar="[PORTAL ...]")
@click.option("--full", is_flag=True, help="Ask for every known report again, due or not.")
@PORTALS
@AS_JSON
@configured
def crawl(config: Config, keys: tuple[str, ...], full: bool, as_json: bool) -> None:
    """One crawl of the named portals, or of all, now. Exit code 1 when a run is not ok."""
    portals = _chosen(catalogue.portals(config.portals.paths), keys)
    refuse_without_browser(config, portals)
    log = log_folder(config) / f"crawl-{config.clock():%Y%m%dT%H%M%SZ}.log"
    console = Console(stderr=True)
    with (
        writing_archive(config) as archive,
        View(console, len(portals)) as view,
    ):
        found = runs.crawl(
            archive,
            [portal.origin for portal in portals],
            argv=process.ARGV,
            orders=lambda batch: process.orders(config, batch, full=full),
            at_once=config.crawl.portals_at_once,
            log=log,
            timeout=config.crawl.run_timeout,
            grace=runs.grace(config.crawl),
            clock=config.clock,
            watch=view.tell if view.shown else None,
        )
        troubles = sealing.seal(archive, config, config.clock())
        failures = queries.incidents(archive, open=True)
    show(found, failures, as_json=as_json, empty="no portals")
    failed = [run for run in found if run["state"] != Outcome.OK]
    for run in failed:
        click.echo(f"nianbao: {run['portal']}: {run['state']}: {run['detail'] or 'see nianbao incidents --open'} (log: {log})", err=True)
    for trouble in troubles:
        click.echo(f"nianbao: {trouble}", err=True)
    if failed or troubles:
        raise click.exceptions.Exit(1)


def log_folder(config: Config) -> Path:
    """Beside the archive's file; in the working folder when the archive is on a server."""
    file = path_of(make_url(config.archive.url))
    return file.parent / "logs" if file else sealing.LOGS


def refuse_without_browser(config: Config, portals: Iterable[Portal]) -> None:
    """Without a browser, portals that need one are refused before the others are asked for anything.

    Raises:
        ConfigError: names them.
    """
    rendered = [portal.key for portal in portals if portal.render]
    if rendered:
        try:
            browser.find(config)
        except ConfigError as error:
            raise ConfigError(f"{', '.join(rendered)}: {error}") from error


def _chosen(known: dict[str, Portal], keys: tuple[str, ...]) -> list[Portal]:
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=3, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else "nianbao portals list shows those there are"
            raise ConfigError(f"{key}: there is no such portal; {hint}")
    return [known[key] for key in dict.fromkeys(keys)] if keys else list(known.values())


def show(found: list[dict[str, Any]], open_incidents: list[dict[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print runs with the incidents that are open after them.

    Parameters:
        empty: said where there is none.
    """
    rows = [_row(run, open_incidents) for run in found]
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table([{**row, "incidents": len(row["incidents"])} for row in rows], _COLUMNS, empty=empty)


def _row(run: dict[str, Any], open_incidents: list[dict[str, Any]]) -> dict[str, Any]:
    """A run with the keys of the contract; of the incidents, those that this run saw and did not heal."""
    counts = run["counts"]
    seen = [incident for incident in open_incidents if incident["portal"] == run["portal"] and incident["seen"] >= run["time"]]
    return {
        "portal": run["portal"],
        "outcome": run["state"],
        **{name: counts.get(name, 0) for name in COUNTS},
        "incidents": seen,
        "seconds": counts.get("milliseconds", 0) / 1000,
    }

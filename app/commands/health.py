"""nianbao health: whether nights go on as they should."""

from __future__ import annotations

import click

from app import tables
from app.options import AS_JSON, configured, reading_archive
from crawler.config import Config
from scheduler.watching.health import of_archive


@click.command()
@AS_JSON
@configured
def health(config: Config, as_json: bool) -> None:
    """Whether nights go on as they should, for supervisors and containers. Exit code 1 when a check fails."""
    found = of_archive(lambda: reading_archive(config), config, config.clock())
    if as_json:
        tables.json_line(found.told())
    else:
        rows = [{"check": check.name, "state": "ok" if check.ok else "failed", "detail": check.detail} for check in found.checks]
        tables.table(rows, ["check", "state", "detail"])
    if not found.ok:
        raise click.exceptions.Exit(1)

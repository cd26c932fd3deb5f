"""nianbao portals: the portal files."""

from __future__ import annotations

from typing import Any

import click

from app import tables
from app.commands.discover import discover
from app.options import AS_JSON, PORTALS, configured
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.reading import divisions
from spiders import catalogue

COLUMNS = ["key", "name", "adcode", "family", "start"]


@click.group()
def portals() -> None:
    """The portal files."""


portals.add_command(discover)


@portals.command("list")
@PORTALS
@AS_JSON
@configured
def list_(config: Config, as_json: bool) -> None:
    """The portals that `crawl` knows."""
    rows = _rows(config)
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, COLUMNS, empty="no portal files")


@portals.command()
@PORTALS
@configured
def check(config: Config) -> None:
    """Whether every portal file is right: its keys, its family or spider, its division."""
    known = catalogue.portals(config.portals.paths)
    for folder in config.portals.paths:
        if not any(folder.glob("*.yaml")):
            raise ConfigError(f"{folder}: holds no portal file (<key>.yaml)")
    for portal in known.values():
        catalogue.spider(portal)
        if divisions.by_code(portal.adcode) is None:
            raise ConfigError(f"{portal.key}: adcode: {portal.adcode} is the code of no division known here")
    click.echo(f"{len(known)} portal files are right")


def _rows(config: Config) -> list[dict[str, Any]]:
    known = catalogue.portals(config.portals.paths)
    return [{"key": p.key, "name": p.name, "adcode": p.adcode, "family": p.family, "start": list(p.start)} for p in known.values()]

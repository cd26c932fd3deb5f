"""nianbao config: what is in force."""

from __future__ import annotations

import click

from app import tables
from app.options import AS_JSON, configured
from crawler.config import Config, explain


@click.command()
@click.option("--explain", "explained", is_flag=True, help="With the origin and the meaning of each key.")
@AS_JSON
@configured
def config(config: Config, explained: bool, as_json: bool) -> None:
    """The configuration in force; passwords are masked."""
    rows = [{"key": s.key, "value": s.value, "origin": s.origin, "description": s.description} for s in explain(config)]
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, ["key", "value", "origin", "description"] if explained else ["key", "value"])

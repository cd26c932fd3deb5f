"""nianbao demo: three nights against replica portals on this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from app.options import PATH


@click.command()
@click.option("--into", type=PATH, metavar="DIR", help="Where its archive shall lie; a new temporary folder when not given.")
def demo(into: Path | None) -> None:
    """Three nights against replicas of five portals on this machine; no internet.

    Reads no configuration and touches no archive but its own.
    """
    from app.demo.nights import run  # the replicas' pages take a moment to write

    folder = into or Path(tempfile.mkdtemp(prefix="nianbao-demo-"))
    raise click.exceptions.Exit(run(folder))

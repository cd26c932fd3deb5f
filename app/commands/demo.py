"""nianbao demo: three nights against replica portals on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console

from app.options import PATH
from crawler.config import ENVIRONMENT


@click.command()
@click.option("--into", type=PATH, default=Path("demo"), show_default=True, metavar="DIR", help="Where its archive, portal files and logs shall lie.")
@click.option("--keep", is_flag=True, help="Leave the replicas answering afterwards, until Ctrl-C.")
def demo(into: Path, keep: bool) -> None:
    """Three nights against replicas of five portals on this machine; no internet.

    It reads no configuration and touches no archive but its own. Exit code 1 when the news of a night was not exactly what happened.
    """
    from app.demo import run  # its documents take a moment to load

    for name in [name for name in os.environ if name.startswith(ENVIRONMENT)]:
        del os.environ[name]  # NIANBAO_ARCHIVE__URL would send the demo's nights into the operator's archive
    raise click.exceptions.Exit(run(Console(), into, keep))

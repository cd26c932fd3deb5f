"""nianbao night: the account of one night."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from rich.console import Console

from app import tables
from app.options import AS_JSON, PATH, Night, configured, reading_archive
from crawler.config import Config
from scheduler.accounts import keeping
from scheduler.accounts.gathering import account, last_night
from scheduler.accounts.page import page
from scheduler.accounts.text import show, text


@click.command()
@click.option("--night", type=Night(), metavar="DATE", help="The evening on which it began, in China; the last one crawled when not given.")
@click.option("--html", "html", type=PATH, metavar="FILE", help="Write it as a web page.")
@AS_JSON
@configured
def night(config: Config, night: date | None, html: Path | None, as_json: bool) -> None:
    """What was asked, found and failed in a night, how long it took, and which hosts were slow."""
    with reading_archive(config) as archive:
        chosen = night or last_night(archive)
        if chosen is None:
            click.echo("nothing was crawled yet", err=True)
            return
        told = account(archive, chosen, config.clock())
    if html is not None:
        try:
            keeping.write(html, page(told))
        except OSError as error:
            raise click.BadParameter(f"{html}: {error.strerror or error}", param_hint="--html") from error
    if as_json:
        tables.json_line(told.told())
    elif html is None:
        console = Console(highlight=False, emoji=False)
        if console.is_terminal:
            show(told, console)
        else:
            click.echo(text(told), nl=False)

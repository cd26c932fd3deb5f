"""nianbao portals discover: the draft of a portal file."""

from __future__ import annotations

import ipaddress
from typing import Any

import click
from rich.console import Console

from app import discovering, tables
from app.options import AS_JSON, PORTALS, configured
from crawler.config import Config
from crawler.errors import ConfigError, OutOfScope
from crawler.scope import Scope, is_public
from crawler.urls import canonical, host_of
from spiders import catalogue
from spiders.discovery.draft import Draft, draft
from spiders.discovery.seen import Seen


@click.command()
@click.argument("url")
@PORTALS
@AS_JSON
@configured
def discover(config: Config, url: str, as_json: bool) -> None:
    """The draft of a portal file, from the address of a portal's home page or report column. Nothing is archived.

    Exit code 1 when no report column was found; what was seen is told.
    """
    _check(config, url)
    known = catalogue.portals(config.portals.paths)
    console = Console(stderr=True)
    try:
        with console.status(f"looking at {host_of(url)}") if console.is_terminal else console.capture():
            seen = discovering.discover(config, url)
    except discovering.Broken as error:
        click.echo(tables.printable(f"nianbao: {error}", keep="\n"), err=True)
        raise click.exceptions.Exit(1) from error
    if seen.private:
        raise ConfigError(f"{url}: {seen.failed or 'an address that is not public'}; crawl.allow_private_hosts lets portals stand there")
    drafted = None
    if seen.columns:
        drafted = draft(seen, year=config.clock().year, taken=set(known), known={portal.adcode: key for key, portal in known.items()})
    if as_json:
        tables.json_line(_row(seen, drafted))
    elif drafted is not None:
        click.echo(drafted.yaml(), nl=False)
    if drafted is None:
        _tell(seen)
        raise click.exceptions.Exit(1)


def _check(config: Config, url: str) -> None:
    """Refuse what is no address of a portal before anything is asked.

    Raises:
        click.UsageError: no http(s) address.
        ConfigError: an address of this machine or its network.
    """
    try:
        Scope([host_of(canonical(url))]).check(url)
    except OutOfScope as error:
        raise click.UsageError(f"{url}: {error.detail}; write it like https://www.example.gov.cn/") from error
    host = host_of(url)
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    if not (config.crawl.allow_private_hosts or is_public(host)):
        raise ConfigError(f"{url}: {host} is no public address; crawl.allow_private_hosts lets portals stand there")


def _row(seen: Seen, drafted: Draft | None) -> dict[str, Any]:
    values = drafted.values if drafted else {}
    return {
        **{key: values.get(key) for key in ("key", "name", "adcode", "family", "start", "hosts", "render", "expect")},
        "url": seen.url,
        "grounds": drafted.grounds if drafted else {},
        "checks": drafted.checks if drafted else [],
        "columns": [
            {
                "url": c.url,
                "text": c.text,
                "page": c.page,
                "candidates": list(c.candidates),
                "newest": c.newest,
                "whole": c.whole,
                "rendered": c.rendered,
            }
            for c in seen.columns
        ],
        "marks": {**seen.marks, **seen.strangers},
        "outside": seen.outside,
        "seen": [{"url": visited.url, "outcome": visited.outcome} for visited in seen.visited],
        "file": drafted.yaml() if drafted else None,
    }


def _tell(seen: Seen) -> None:
    """Why there is no draft."""
    click.echo(f"nianbao: {tables.printable(seen.url)}: no report column found", err=True)
    for visited in seen.visited:
        click.echo(tables.printable(f"nianbao:   {visited.url}: {visited.outcome}"), err=True)
    for name, marks in {**seen.marks, **seen.strangers}.items():
        click.echo(f"nianbao:   marks of {name}: {', '.join(marks)}", err=True)
    for link in seen.outside:
        click.echo(tables.printable(f"nianbao:   on another host, not followed: {link}"), err=True)
    if not seen.failed:
        click.echo("nianbao:   give the address of the column itself where you know it", err=True)

"""What every command takes: the configuration, the archive and the clock of one call."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from crawler.config import FIRST_YEAR, LAST_YEAR, Config, load
from storage.archive import Archive

P = ParamSpec("P")
R = TypeVar("R")

PATH = click.Path(path_type=Path)
NUMBER = click.IntRange(1, 2**31 - 1)  # what the databases call an integer
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
PORTALS = click.option("--portals", "portal_folder", type=PATH, metavar="DIR", help="Portal files, instead of the shipped ones.")


class Words(click.ParamType[str]):
    """Text to be looked for. A shell may hand over bytes that are no UTF-8, which no database takes."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if any("\ud800" <= c <= "\udfff" for c in value):
            self.fail(f"{value!r} is not UTF-8", param, ctx)
        return value


class Night(click.ParamType[date]):
    """The date of a night: of its evening, in China."""

    name = "date"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            night = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007  # a night has no zone: it is one of China's
        except ValueError:
            self.fail(f"{value} is no date; write 2026-01-20, the date of the night's evening", param, ctx)
        if not FIRST_YEAR <= night.year <= LAST_YEAR:
            self.fail(f"{value} must be of a year between {FIRST_YEAR} and {LAST_YEAR}", param, ctx)
        return night


_EVERYWHERE = (
    click.option("--config", "config_file", type=PATH, metavar="FILE", help="Configuration; config.yaml here when not given."),
    click.option("--archive", "archive_url", metavar="URL", help="The archive, e.g. sqlite:///archive/nianbao.sqlite3."),
    click.option("--now", metavar="ISO-TIME", help="The clock of this call, e.g. 2026-01-20T02:00:00+08:00."),
)


def everywhere(command: Callable[P, R]) -> Callable[P, R]:
    """The options that may stand before or after every command."""
    for option in reversed(_EVERYWHERE):
        command = option(command)
    return command


def configured(command: Callable[Concatenate[Config, P], R]) -> Callable[P, R]:
    """Give a command the configuration of the call as its first argument. What stands after the command wins over what stands before it."""

    @functools.wraps(command)
    def called(*args: Any, **given: Any) -> R:
        before: dict[str, Any] = {}
        context = click.get_current_context().parent
        while context is not None:  # the nearest group wins
            before = {name: value for name, value in context.params.items() if value is not None} | before
            context = context.parent
        own = {name: given.pop(name, None) for name in ("config_file", "archive_url", "now")}
        chosen = {name: value if value is not None else before.get(name) for name, value in own.items()}
        folder = given.pop("portal_folder", None)
        config = load(
            chosen["config_file"],
            overrides={
                "archive.url": chosen["archive_url"],
                "now": chosen["now"],
                "portals.paths": None if folder is None else [str(folder)],
            },
        )
        return command(config, *args, **given)

    return everywhere(called)


def reading_archive(config: Config) -> Archive:
    """The archive, to be asked. A wrong path is an error, never a new and empty archive.

    Raises:
        ArchiveUnavailable, SchemaOutdated
    """
    return Archive.open(config.archive.url, create=False)


def writing_archive(config: Config) -> Archive:
    """The archive, made when it is not there yet."""
    return Archive.open(config.archive.url)

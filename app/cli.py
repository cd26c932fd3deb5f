"""The command `nianbao`. Each command lives in a module of its own and is imported when it is asked for."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

import click

from app import logs
from app.options import everywhere
from crawler.errors import ConfigError
from storage.errors import ArchiveError, CopyDiffers, CorruptCapture, CorruptValue, DiskFull

COMMANDS = {
    "crawl": "app.commands.crawl:crawl",
    "nightly": "app.commands.nightly:nightly",
    "night": "app.commands.night:night",
    "health": "app.commands.health:health",
    "worker": "app.commands.worker:worker",
    "plan": "app.commands.plan:plan",
    "find": "app.commands.find:find",
    "show": "app.commands.show:show",
    "history": "app.commands.history:history",
    "diff": "app.commands.history:diff",
    "figures": "app.commands.figures:figures",
    "findings": "app.commands.findings:findings",
    "changes": "app.commands.news:changes",
    "absences": "app.commands.news:absences",
    "incidents": "app.commands.news:incidents",
    "runs": "app.commands.news:runs",
    "overdue": "app.commands.overdue:overdue",
    "coverage": "app.commands.coverage:coverage",
    "alerts": "app.commands.alerts:alerts",
    "read": "app.commands.reading:read",
    "reread": "app.commands.reread:reread",
    "import": "app.commands.importing:import_",
    "export": "app.commands.export:export",
    "verify": "app.commands.verify:verify",
    "portals": "app.commands.portals:portals",
    "config": "app.commands.settings:config",
    "db": "app.commands.database:db",
    "demo": "app.commands.demo:demo",
}


class Refused(click.ClickException):
    """Something the caller has to put right."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo("\n".join(f"nianbao: {line}" for line in self.message.splitlines()), file=file, err=file is None)


class Damaged(Refused):
    """Something is wrong that the caller did not do."""

    exit_code = 1


class Commands(click.Group):
    """Imports a command when it is asked for, and turns our errors into messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CorruptCapture, CorruptValue, CopyDiffers, DiskFull) as error:
            raise Damaged(str(error)) from error
        except (ConfigError, ArchiveError) as error:
            raise Refused(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nianbao", message="%(prog)s %(version)s")
@everywhere
def cli(**given: Any) -> None:
    """Crawl, archive and compare Chinese governments' annual reports on government-information disclosure.

    Exit codes: 0 fine; 1 the work was done but something failed; 2 wrong usage or configuration.
    """


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # --json is UTF-8 by contract, also where the locale is not
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logs.of_a_command()
    cli(prog_name="nianbao")

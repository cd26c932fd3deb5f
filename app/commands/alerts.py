"""nianbao alerts: who would be told what, whether the ways are open, what was sent and what waits."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click

from app import duties, tables
from app.commands.news import Since
from app.options import AS_JSON, NUMBER, configured, reading_archive, writing_archive
from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import alerts as telling
from scheduler.alerts import channels, subscriptions
from scheduler.alerts.previewing import preview as previewed
from scheduler.alerts.rendering import Wording
from storage import outbox
from storage.engine import reading, writing
from storage.records import Sending

_SENT = ("message", "state", "subscription", "channel", "subject", "error")
_LOG = ("message", "state", "created", "sent", "tries", "next_try", "subscription", "channel", "events", "subject", "error")


@click.group()
def alerts() -> None:
    """Who is told what, and whether it arrived."""


@alerts.command()
@click.option("--since", type=Since(), help="A day (from midnight UTC) or a time with its zone; a day ago when not given.")
@click.option("--text", "whole", is_flag=True, help="The whole text of each message.")
@AS_JSON
@configured
def preview(config: Config, since: datetime | None, whole: bool, as_json: bool) -> None:
    """What would be told of what happened since a time. Sends nothing, writes nothing."""
    _some(config)
    rows = []
    with reading_archive(config) as archive:
        for message, told in previewed(archive, config, since or config.clock() - timedelta(days=1)):
            row = {
                "subscription": message.subscription, "channel": message.channel, "subject": message.subject, "sort": message.payload["sort"],
                "events": len(told), "keys": message.payload["keys"], "text": message.text,
            }  # fmt: skip
            if as_json:
                tables.json_line(row)
            elif whole:
                click.secho(f"{message.subscription} -> {message.channel}: {message.subject}", bold=True)
                click.echo(tables.printable(message.text, keep="\n"))
            rows.append(row)
    if not as_json and (not whole or not rows):
        tables.table(rows, ["subscription", "channel", "sort", "events", "subject"], empty="nothing would be told")


@alerts.command()
@click.option("--subscription", help="Channels of this one alone.")
@AS_JSON
@configured
def test(config: Config, subscription: str | None, as_json: bool) -> None:
    """Send one test message to each channel of each subscription. Exit code 1 when one does not arrive."""
    wanted = [one for one in _some(config) if subscription in {None, one.name}]
    if not wanted:
        raise ConfigError(f"alerts: no subscription is called {subscription}; there are {', '.join(one.name for one in config.alerts)}")
    wording = Wording(config.delivery.templates, config.delivery.public_url)
    rows = []
    for one in wanted:
        for section in one.channels:
            message = wording.test(subscription=one.name, channel=section.key, language=one.language, at=config.clock())
            try:
                error = channels.opened(section, timeout=config.delivery.timeout).send(message)
            except ConfigError as wrong:
                error = str(wrong)
            state = Sending.SENT if error is None else "failed"
            rows.append({"subscription": one.name, "channel": section.key, "state": state, "key": message.key, "error": error})
    _print(rows, ["subscription", "channel", "state", "error"], as_json, "no channels")
    if any(row["error"] for row in rows):
        raise click.exceptions.Exit(1)


@alerts.command()
@click.option("--dead", is_flag=True, help="First let dead letters wait again, at their places in the line.")
@click.option("--message", "numbers", type=NUMBER, multiple=True, help="With --dead: this dead letter alone; may be repeated.")
@AS_JSON
@configured
def send(config: Config, dead: bool, numbers: tuple[int, ...], as_json: bool) -> None:
    """Send what is due, and write the feeds. May be run at any time, also beside the service. Exit code 1 when a message did not arrive."""
    if numbers and not dead:
        raise click.UsageError("--message names dead letters: add --dead")
    with writing_archive(config) as archive:
        if dead:
            with writing(archive.engine) as connection:
                revived = outbox.revive(connection, config.clock(), numbers or None)
            if len(numbers) > revived:
                raise click.UsageError(f"{revived} of {len(numbers)} messages are dead letters; nianbao alerts log --state dead lists them")
        duties.tell(archive, config)
        tried = telling.deliver(archive, config, config.clock, environ=os.environ)
    _print([asdict(one) for one in tried], _SENT, as_json, "nothing to send")
    if any(one.error for one in tried):
        raise click.exceptions.Exit(1)


@alerts.command()
@click.option("--state", type=click.Choice([*(state.value for state in Sending), "gathering"]), help="Only these.")
@click.option("--limit", type=NUMBER, help="At most so many messages.")
@AS_JSON
@configured
def log(config: Config, state: str | None, limit: int | None, as_json: bool) -> None:
    """Messages sent, waiting and dead, newest first; and alerts that gather for a digest or a summary."""
    rows: list[dict[str, Any]] = []
    with reading_archive(config) as archive, reading(archive.engine) as connection:
        if state in {None, "gathering"}:
            rows = [_gathering(row) for row in outbox.gathering(connection)]
        if state != "gathering":
            letters = outbox.letters(connection, state=None if state is None else Sending(state), limit=limit)
            rows += [_letter(row) for row in letters]
    if not as_json:
        rows = [{**row, "created": row["created"] or row["due"]} for row in rows]
    _print(rows, _LOG, as_json, "no messages")


def _some(config: Config) -> list[subscriptions.Subscription]:
    wanted = list(subscriptions.of(config))
    if not wanted:
        raise ConfigError("alerts: nobody subscribes; docs/alerts.md shows how")
    return wanted


def _letter(row: Any) -> dict[str, Any]:
    times = {name: _iso(getattr(row, name)) for name in ("created", "sent", "next_try")}
    said = {name: getattr(row, name) for name in ("state", "tries", "subscription", "channel", "events", "subject", "error", "key")}
    return {"message": row.id, **said, **times, "due": None}


def _gathering(row: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("message", "tries", "subject", "error", "key", "created", "sent", "next_try"))
    said = {"subscription": row.subscription, "channel": row.channel, "events": row.events}
    return {**nothing, "state": "gathering", **said, "due": _iso(row.due)}


def _iso(moment: Any) -> str | None:
    if moment is None:
        return None
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).isoformat(timespec="seconds")


def _print(rows: list[dict[str, Any]], columns: Any, as_json: bool, empty: str) -> None:
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, columns, empty=empty)

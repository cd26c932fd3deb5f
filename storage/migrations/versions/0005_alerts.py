"""Events, cursors, alerts and the outbox"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage import types

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT_ONCE = 1000  # rows


def upgrade() -> None:
    made = op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", types.Words(), nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("at", types.Moment(timezone=True), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("report", sa.Integer(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("adcode", types.Words(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("issuer", types.Words(), nullable=True),
        sa.Column("title", types.Words(), nullable=True),
        sa.Column("url", types.Words(), nullable=True),
        sa.Column("facts", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_events_report")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_events_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
        comment="What somebody may want to be told, append-only, written in the transaction of what happened; `key` makes each happen once",
    )
    for column in ("at", "portal", "kind", "report"):
        op.create_index(f"ix_events_{column}", "events", [column])
    op.create_table(
        "cursors",
        sa.Column("name", types.Words(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", types.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
        comment="Up to which event somebody has come; moved in the transaction of what came of the events",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", types.Words(), nullable=False),
        sa.Column("subscription", types.Words(), nullable=False),
        sa.Column("channel", types.Words(), nullable=False),
        sa.Column("subject", types.Words(), nullable=False),
        sa.Column("text", types.Words(), nullable=False),
        sa.Column("html", types.Words(), nullable=False),
        sa.Column("payload", types.Json(), nullable=False),
        sa.Column("created", types.Moment(timezone=True), nullable=False),
        sa.Column("waits_since", types.Moment(timezone=True), nullable=False),
        sa.Column("state", types.Words(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", types.Moment(timezone=True), nullable=True),
        sa.Column("error", types.Words(), nullable=True),
        sa.Column("leased_by", types.Words(), nullable=True),
        sa.Column("leased_until", types.Moment(timezone=True), nullable=True),
        sa.Column("sent", types.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        comment="Messages as they are sent, word for word the same in every attempt; `key` is the idempotency key",
    )
    op.create_index("ix_outbox_channel_state", "outbox", ["channel", "state"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("subscription", types.Words(), nullable=False),
        sa.Column("channel", types.Words(), nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("due", types.Moment(timezone=True), nullable=False),
        sa.Column("filling", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_alerts_event")),
        sa.ForeignKeyConstraint(["message"], ["outbox.id"], name=op.f("fk_alerts_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("subscription", "channel", "event", name=op.f("uq_alerts_subscription_channel_event")),
        comment="Each event once for each subscription and channel, and the message that tells it; `filling`: news of a first fill or an import",
    )
    op.create_index("ix_alerts_subscription_channel_night_kind", "alerts", ["subscription", "channel", "night", "kind"])
    op.create_index("ix_alerts_message", "alerts", ["message"])
    _backfill(made)


def _backfill(events: sa.Table) -> None:
    """What was learned before there were events: feeds show it, and nobody is told of it who subscribes later."""
    connection = op.get_bind()
    past = sorted([*_changes(connection), *_incidents(connection)], key=lambda row: row["at"])
    for start in range(0, len(past), _AT_ONCE):
        connection.execute(sa.insert(events), past[start : start + _AT_ONCE])


def _changes(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    columns = ("id", "kind", "report", "portal", "run", "url", "version", "before", "after", "detail")
    changes = sa.table("changes", *(sa.column(name) for name in columns), sa.column("time", types.Moment()))
    for row in connection.execute(sa.select(changes)):
        facts = {name: getattr(row, name) for name in ("version", "before", "after", "detail")}
        yield _event(f"change {row.id}", row.kind, row.time, report=row.report, portal=row.portal, run=row.run, url=row.url, facts=facts)


def _incidents(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    names = ("id", "kind", "portal", "url", "detail", "run")
    incidents = sa.table("incidents", *(sa.column(name) for name in names), *(sa.column(name, types.Moment()) for name in ("opened", "closed")))
    for row in connection.execute(sa.select(incidents)):
        said = {"incident": row.kind, "detail": row.detail, "opened": row.opened.isoformat()}
        for state, at in (("opened", row.opened), ("closed", row.closed)):
            if at is not None:
                key = f"incident {row.id} {state}"
                yield _event(key, "incidents", at, portal=row.portal, run=row.run, url=row.url, facts={**said, "state": state})


def _event(key: str, kind: str, at: Any, **known: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("portal", "report", "run", "adcode", "year", "issuer", "title", "url"))
    return {**empty, "key": key, "kind": kind, "at": at, **known}


def downgrade() -> None:
    for table in ("alerts", "outbox", "cursors", "events"):
        op.drop_table(table)

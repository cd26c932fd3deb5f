"""What must be told, to whom, and how far the telling got."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from storage.records import Sending, What
from storage.schema.base import metadata
from storage.types import Day, Json, Moment, OneOf, Words

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("kind", OneOf(What), nullable=False),
    Column("at", Moment, nullable=False),
    Column("portal", Words),
    Column("report", ForeignKey("reports.id")),
    Column("run", ForeignKey("runs.id")),
    Column("adcode", Words),
    Column("year", Integer),
    Column("issuer", Words),
    Column("title", Words),
    Column("url", Words),
    Column("facts", Json, nullable=False),
    Index(None, "at"),
    Index(None, "portal"),
    Index(None, "kind"),
    Index(None, "report"),
    comment="What somebody may want to be told, append-only, written in the transaction of what happened; `key` makes each happen once",
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    comment="Up to which event somebody has come; moved in the transaction of what came of the events",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("subscription", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("html", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("waits_since", Moment, nullable=False),
    Column("state", OneOf(Sending), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", Moment),
    Column("error", Words),
    Column("leased_by", Words),
    Column("leased_until", Moment),
    Column("sent", Moment),
    Index(None, "channel", "state"),
    comment="Messages as they are sent, word for word the same in every attempt; `key` is the idempotency key",
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event", ForeignKey("events.id"), nullable=False),
    Column("subscription", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("kind", OneOf(What), nullable=False),
    Column("night", Day, nullable=False),
    Column("due", Moment, nullable=False),
    Column("filling", Boolean, nullable=False),
    Column("message", ForeignKey("outbox.id")),
    UniqueConstraint("subscription", "channel", "event"),
    Index(None, "subscription", "channel", "night", "kind"),
    Index(None, "message"),
    comment="Each event once for each subscription and channel, and the message that tells it; `filling`: news of a first fill or an import",
)

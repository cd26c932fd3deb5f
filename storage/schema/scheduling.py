"""What is to be crawled when, by whom, and what hosts asked of us."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, Table, UniqueConstraint

from storage.schema.base import metadata
from storage.types import Day, Moment, Words

slots = Table(
    "slots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal", Words, nullable=False),
    Column("night", Day, nullable=False),
    Column("state", Words, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("holder", Words),
    Column("lease_until", Moment),
    Column("ended_at", Moment),
    Column("detail", Words),
    UniqueConstraint("portal", "night"),
    Index(None, "night", "state"),
    comment="Which portal is crawled in which night: `waiting`, `taken`, `done`, `failed` or `missed`; never two of the same",
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Words, primary_key=True),
    Column("holder", Words),
    Column("lease_until", Float),
    Column("began", Float),
    Column("ended", Float),
    Column("rest_until", Float),
    Column("rest_from", Moment),
    Column("rest_seconds", Float),
    Column("crawl_delay", Float),
    Column("extra_delay", Float),
    Column("latency", Float),
    Column("night", Day),
    Column("asked", BigInteger),
    Column("probed_at", Moment),
    Column("distrusted", Words),
    Column("distrusted_at", Moment),
    Column("useless", Integer),
    comment="What each host asked of us and taught us: whose turn it is, delays, rests, the night's requests, whether its validators may be "
    "believed. Numbers are seconds, moments among them of the machine's clock (Unix time), which no replayed night touches",
)

robots = Table(
    "robots",
    metadata,
    Column("site", Words, primary_key=True),
    Column("capture", ForeignKey("captures.id"), nullable=False),
    Column("fetched_at", Moment, nullable=False),
    comment="The robots.txt that a site answered last; good for a day (RFC 9309, 2.4)",
)

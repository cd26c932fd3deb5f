"""The archive"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import types

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("codec", types.Words(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
        comment="Bodies, once each, under the sha256 of their plain bytes",
    )
    op.create_table(
        "contents",
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("tables_sha256", sa.String(length=64), nullable=False),
        sa.Column("text", types.Words(), nullable=False),
        sa.Column("tables", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("content_sha256", name=op.f("pk_contents")),
        comment="Texts and tables, once each: a page read every night says the same thing most nights",
    )
    op.create_table(
        "portals",
        sa.Column("key", types.Words(), nullable=False),
        sa.Column("name", types.Words(), nullable=False),
        sa.Column("adcode", types.Words(), nullable=False),
        sa.Column("hosts", types.Json(), nullable=False),
        sa.Column("family", types.Words(), nullable=False),
        sa.Column("first_seen", types.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", types.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_portals")),
        comment="The Origin of each portal as last crawled, so that readings can be recomputed",
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", types.Words(), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("issuer", types.Words(), nullable=True),
        sa.Column("level", types.Words(), nullable=True),
        sa.Column("adcode", types.Words(), nullable=True),
        sa.Column("city", types.Words(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("type", types.Words(), nullable=True),
        sa.Column("title", types.Words(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("signed", sa.Date(), nullable=True),
        sa.Column("state", types.Words(), nullable=False),
        sa.Column("trust", types.Words(), nullable=False),
        sa.Column("first_seen", types.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", types.Moment(timezone=True), nullable=False),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["same_as"], ["reports.id"], name=op.f("fk_reports_same_as")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("identity", name=op.f("uq_reports_identity")),
        comment="One issuer x one reporting year x one document type; `same_as`: a better reader saw that this is another report's page",
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_adcode_year"), ["adcode", "year"], unique=False)
        batch_op.create_index(batch_op.f("ix_reports_year"), ["year"], unique=False)

    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", types.Words(), nullable=False),
        sa.Column("started", types.Moment(timezone=True), nullable=False),
        sa.Column("finished", types.Moment(timezone=True), nullable=True),
        sa.Column("outcome", types.Words(), nullable=False),
        sa.Column("counts", types.Json(), nullable=False),
        sa.Column("detail", types.Words(), nullable=True),
        sa.ForeignKeyConstraint(["portal"], ["portals.key"], name=op.f("fk_runs_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        comment="One crawl of one portal",
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_runs_portal_started"), ["portal", "started"], unique=False)

    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", types.Words(), nullable=False),
        sa.Column("final_url", types.Words(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", types.Json(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", types.Moment(timezone=True), nullable=False),
        sa.Column("rendered", sa.Boolean(), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("wire_sha256", sa.String(length=64), nullable=True),
        sa.Column("wire_bytes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_captures_run")),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_captures_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        comment="One HTTP answer exactly as received",
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_portal_fetched_at"), ["portal", "fetched_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_captures_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_captures_url"), ["url"], unique=False, postgresql_using="hash")

    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", types.Words(), nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("url", types.Words(), nullable=True),
        sa.Column("detail", types.Words(), nullable=True),
        sa.Column("opened", types.Moment(timezone=True), nullable=False),
        sa.Column("seen", types.Moment(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("closed", types.Moment(timezone=True), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_incidents_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        comment="An expectation that failed, until recovery closes it",
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidents_portal_opened"), ["portal", "opened"], unique=False)
        batch_op.create_index(
            "uq_incidents_open", ["key"], unique=True, sqlite_where=sa.text("closed IS NULL"), postgresql_where=sa.text("closed IS NULL")
        )

    op.create_table(
        "frontier",
        sa.Column("portal", types.Words(), nullable=False),
        sa.Column("url", types.Words(), nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("title", types.Words(), nullable=True),
        sa.Column("listed", sa.Date(), nullable=True),
        sa.Column("state", types.Words(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", types.Words(), nullable=True),
        sa.Column("not_before", types.Moment(timezone=True), nullable=True),
        sa.Column("fetched_at", types.Moment(timezone=True), nullable=True),
        sa.Column("listed_at", types.Moment(timezone=True), nullable=True),
        sa.Column("absent_since", types.Moment(timezone=True), nullable=True),
        sa.Column("kept", types.Json(), nullable=True),
        sa.Column("capture", sa.Integer(), nullable=True),
        sa.Column("etag", types.Words(), nullable=True),
        sa.Column("last_modified", types.Words(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_frontier_capture")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_frontier_run")),
        sa.PrimaryKeyConstraint("portal", "url", name=op.f("pk_frontier")),
        comment="What is known to be fetchable, and how far it got",
    )
    with op.batch_alter_table("frontier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frontier_portal_state"), ["portal", "state"], unique=False)

    op.create_table(
        "listings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", types.Words(), nullable=False),
        sa.Column("column", types.Words(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        sa.Column("rows", types.Json(), nullable=False),
        sa.Column("rows_sha256", sa.String(length=64), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("read_at", types.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_listings_capture")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_listings_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("capture", "column", "page", name=op.f("uq_listings_capture_column_page")),
        comment="One reading of one page of a report column; also evidence of absence",
    )
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listings_portal_column_page_read_at"), ["portal", "column", "page", "read_at"], unique=False)

    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("captures", types.Json(), nullable=False),
        sa.Column("reader", types.Words(), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("url", types.Words(), nullable=True),
        sa.Column("encoding", types.Words(), nullable=False),
        sa.Column("type", types.Words(), nullable=True),
        sa.Column("issuer", types.Words(), nullable=True),
        sa.Column("level", types.Words(), nullable=True),
        sa.Column("adcode", types.Words(), nullable=True),
        sa.Column("city", types.Words(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("title", types.Words(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("signed", sa.Date(), nullable=True),
        sa.Column("source", types.Words(), nullable=True),
        sa.Column("trust", types.Words(), nullable=False),
        sa.Column("attachments", types.Json(), nullable=False),
        sa.Column("evidence", types.Json(), nullable=False),
        sa.Column("container", types.Words(), nullable=True),
        sa.Column("agreement", sa.Float(), nullable=True),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("filed_at", types.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_readings_capture")),
        sa.ForeignKeyConstraint(["content_sha256"], ["contents.content_sha256"], name=op.f("fk_readings_content_sha256")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_readings_report")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_readings_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint("captures", "reader", name=op.f("uq_readings_captures_reader")),
        comment="What one reader version understood from one capture and the captures of its further parts",
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readings_capture"), ["capture"], unique=False)
        batch_op.create_index(batch_op.f("ix_readings_report"), ["report"], unique=False)

    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", types.Words(), nullable=False),
        sa.Column("time", types.Moment(timezone=True), nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.Column("url", types.Words(), nullable=True),
        sa.Column("detail", types.Words(), nullable=True),
        sa.Column("capture_before", sa.Integer(), nullable=True),
        sa.Column("capture_after", sa.Integer(), nullable=True),
        sa.Column("listing", sa.Integer(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["capture_after"], ["captures.id"], name=op.f("fk_changes_capture_after")),
        sa.ForeignKeyConstraint(["capture_before"], ["captures.id"], name=op.f("fk_changes_capture_before")),
        sa.ForeignKeyConstraint(["listing"], ["listings.id"], name=op.f("fk_changes_listing")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_changes_report")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_changes_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("key", name=op.f("uq_changes_key")),
        comment="What the archive learned; append-only. `key` makes each piece of news happen once",
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_report"), ["report"], unique=False)
        batch_op.create_index(batch_op.f("ix_changes_time"), ["time"], unique=False)

    op.create_table(
        "versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("tables_sha256", sa.String(length=64), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("first_seen", types.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", types.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_versions_capture")),
        sa.ForeignKeyConstraint(["content_sha256"], ["contents.content_sha256"], name=op.f("fk_versions_content_sha256")),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name=op.f("fk_versions_reading")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_versions_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("report", "content_sha256", name=op.f("uq_versions_report_content_sha256")),
        sa.UniqueConstraint("report", "number", name=op.f("uq_versions_report_number")),
        comment="One distinct content of a report; `capture` and `reading` are the first that showed it",
    )
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_versions_reading"), ["reading"], unique=False)

    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("url", types.Words(), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("title", types.Words(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("first_seen", types.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", types.Moment(timezone=True), nullable=False),
        sa.Column("gone_at", types.Moment(timezone=True), nullable=True),
        sa.Column("ended_at", types.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name=op.f("fk_locations_reading")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_locations_report")),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name=op.f("fk_locations_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("report", "url", name=op.f("uq_locations_report_url")),
        comment="Where a report stands and what it said there last; `ended_at`: the URL now belongs to another report, or leads elsewhere",
    )
    with op.batch_alter_table("locations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_locations_reading"), ["reading"], unique=False)
        batch_op.create_index(batch_op.f("ix_locations_version"), ["version"], unique=False)
        batch_op.create_index(
            "uq_locations_current", ["url"], unique=True, sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )


def downgrade() -> None:
    with op.batch_alter_table("locations", schema=None) as batch_op:
        batch_op.drop_index("uq_locations_current", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"))
        batch_op.drop_index(batch_op.f("ix_locations_version"))
        batch_op.drop_index(batch_op.f("ix_locations_reading"))

    op.drop_table("locations")
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_versions_reading"))

    op.drop_table("versions")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changes_time"))
        batch_op.drop_index(batch_op.f("ix_changes_report"))

    op.drop_table("changes")
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_readings_report"))
        batch_op.drop_index(batch_op.f("ix_readings_capture"))

    op.drop_table("readings")
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listings_portal_column_page_read_at"))

    op.drop_table("listings")
    with op.batch_alter_table("frontier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_frontier_portal_state"))

    op.drop_table("frontier")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index("uq_incidents_open", sqlite_where=sa.text("closed IS NULL"), postgresql_where=sa.text("closed IS NULL"))
        batch_op.drop_index(batch_op.f("ix_incidents_portal_opened"))

    op.drop_table("incidents")
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_captures_url"), postgresql_using="hash")
        batch_op.drop_index(batch_op.f("ix_captures_sha256"))
        batch_op.drop_index(batch_op.f("ix_captures_portal_fetched_at"))

    op.drop_table("captures")
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_runs_portal_started"))

    op.drop_table("runs")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reports_year"))
        batch_op.drop_index(batch_op.f("ix_reports_adcode_year"))

    op.drop_table("reports")
    op.drop_table("portals")
    op.drop_table("contents")
    op.drop_table("blobs")

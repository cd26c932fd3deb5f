"""The queue by which a scheduler hands portals to workers on other machines: procrastinate, in the archive's own PostgreSQL.

The queue delivers and nothing else. What is due and what is done stand in the slots: a job says "look at this portal's slot", and one that
comes twice, late, or for a slot that is done, ends at once. So whatever happens to the queue, it may be emptied at any time.

Nothing of this is imported, or needs to be installed, where an archive is crawled from one machine.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, make_url

from crawler.config import Config
from crawler.errors import ConfigError
from storage.engine import writing

if TYPE_CHECKING:
    from procrastinate import App

QUEUE = "crawl"
TASK = "crawl"
LATER = -1  # priority of jobs that are to be done when others are; one that waits for its hour holds up no other of its hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A portal's slot, to be delivered.

    Attributes:
        lock: of all the portals that share a host, one job is done at a time.
        until: end of the night: nothing is begun after it. None for no end, and no second tries.
        attempt: how often a worker broke on it.
    """

    portal: str
    night: date
    lock: str
    until: datetime | None
    attempt: int = 0

    @property
    def name(self) -> str:
        """No two jobs of a name wait at the same time."""
        return f"{self.portal} {self.night}"

    @property
    def arguments(self) -> dict[str, Any]:
        """As JSON."""
        until = None if self.until is None else self.until.isoformat()
        return {"portal": self.portal, "night": self.night.isoformat(), "until": until, "attempt": self.attempt}


def refuse_without(config: Config) -> None:
    """Workers need an archive on PostgreSQL.

    Raises:
        ConfigError: it is another, or the queue is not installed.
    """
    if make_url(config.archive.url).get_backend_name() != "postgresql":
        raise ConfigError(
            "archive.url: workers share an archive on PostgreSQL (postgresql://…), and this one is SQLite, which one machine crawls: "
            "nianbao nightly, with schedule.processes side by side and schedule.queue false"
        )
    if importlib.util.find_spec("procrastinate") is None:
        raise ConfigError("schedule.queue: procrastinate, the queue of workers, is not installed; run: pip install 'nianbao[postgresql]'")


def prepare(engine: Engine) -> None:
    """Make the queue's tables, in a schema of their own, or bring them to what the installed procrastinate needs.

    Whatever looks at the archive's tables (migrations, copies, checks) does not see them.

    Raises:
        ArchiveUnavailable: the database's user may not make a schema.
    """
    from procrastinate.schema import SchemaManager, migrations_path

    scripts = sorted(migrations_path.glob("*.sql"))
    with writing(engine) as connection:
        name = schema_of(connection)
        before = connection.exec_driver_sql("SHOW search_path").scalar_one()
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
        connection.exec_driver_sql(f'SET LOCAL search_path TO "{name}"')
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS applied (script text PRIMARY KEY)")
        known = set(connection.exec_driver_sql("SELECT script FROM applied").scalars())
        wanted = [SchemaManager.get_schema()] if not known else [one.read_text(encoding="utf-8") for one in scripts if one.name not in known]
        for statements in wanted:
            _run(connection, statements)
        for script in scripts:
            if script.name not in known:
                connection.exec_driver_sql("INSERT INTO applied VALUES (%s)", (script.name,))
        connection.exec_driver_sql(f"SET LOCAL search_path TO {before}")


def schema_of(connection: Connection) -> str:
    """The queue's schema, beside the archive's."""
    own = str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
    return "nianbao_queue" if own == "public" else f"{own}_queue"


def _run(connection: Connection, statements: str) -> None:
    """Many statements as they stand: the driver sends them whole, and takes no % for a parameter."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)


def pool_arguments(engine: Engine) -> dict[str, Any]:
    """How procrastinate's pool of connections reaches the queue."""
    from psycopg.conninfo import make_conninfo

    _, given = engine.dialect.create_connect_args(engine.url)
    given.pop("context", None)  # SQLAlchemy's own
    with engine.connect() as connection:
        options = f"{given.pop('options', '')} -c search_path={schema_of(connection)}"
    return {"conninfo": make_conninfo(**given, options=options.strip()), "min_size": 1}


@contextmanager
def opened(engine: Engine) -> Iterator[Queue]:
    """The queue of an archive, for a scheduler."""
    from procrastinate import App, SyncPsycopgConnector

    prepare(engine)
    app = App(connector=SyncPsycopgConnector(**pool_arguments(engine), max_size=2))
    with app.open():
        yield Queue(app)


class Queue:
    """What a scheduler asks of the queue."""

    def __init__(self, app: App) -> None:
        self._app = app

    def deliver(self, jobs: Iterable[Job]) -> int:
        """Queue those jobs that neither wait nor are being done. Another scheduler may do the same at the same time.

        Returns:
            How many were queued.
        """
        from procrastinate.exceptions import AlreadyEnqueued

        known = {row["queueing_lock"] for row in self._rows("SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")}
        queued = 0
        for job in jobs:
            if job.name in known:
                continue
            try:
                self._app.configure_task(TASK, queue=QUEUE, lock=job.lock, queueing_lock=job.name).defer(**job.arguments)
            except AlreadyEnqueued:  # by another scheduler, since we looked
                continue
            queued += 1
        return queued

    def is_busy(self) -> bool:
        """Whether workers crawl, or could: jobs that wait for their hour aside."""
        query = (
            "SELECT count(*) AS number FROM procrastinate_jobs WHERE task_name = %(task)s AND "
            "(status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())))"
        )
        return bool(self._rows(query, task=TASK)[0]["number"])

    def jobs(self) -> Sequence[dict[str, Any]]:
        """Jobs that wait, go on or were given up, with the seconds since their worker gave a sign of life."""
        query = (
            "SELECT jobs.id, status::text AS state, args ->> 'portal' AS portal, args ->> 'night' AS night, lock AS host, "
            "(args ->> 'attempt')::int AS attempt, scheduled_at AS not_before, worker_id AS worker, "
            "round(extract(epoch FROM now() - last_heartbeat))::int AS silent "
            "FROM procrastinate_jobs AS jobs LEFT JOIN procrastinate_workers AS workers ON workers.id = worker_id "
            "WHERE task_name = %(task)s AND status IN ('todo', 'doing', 'failed') ORDER BY status DESC, jobs.id"
        )
        return self._rows(query, task=TASK)

    def _rows(self, query: str, **given: Any) -> list[dict[str, Any]]:
        connector: Any = self._app.connector
        rows: list[dict[str, Any]] = connector.execute_query_all(query, **given)
        return rows

"""One way to open, read and write a database, SQLite or PostgreSQL, and plain words when it will not.

Writers stand in one queue on both: SQLite by BEGIN IMMEDIATE, PostgreSQL by one advisory lock a transaction. A polite crawl files a page every
few seconds; a queue costs it nothing, and what one process reads before it writes cannot become untrue in between. (With a plain BEGIN, 461 of
1200 read-modify-write transactions of four processes failed with "database is locked"; with BEGIN IMMEDIATE none.) Readers never queue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError
from sqlalchemy.util import asbool

from storage.errors import ArchiveUnavailable, ConnectionLost, CorruptValue, DiskFull
from storage.patience import has_token, is_lost, leave_token, persist
from storage.types import Unfit

BUSY_SECONDS = 60
_WRITERS = 0x6E69616E  # "nian": the key of the advisory lock
_ASIDE = 0x61736465  # "asde": the first of the two keys of locks beside it
_PRAGMAS = (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=wal", "synchronous=full", "foreign_keys=on")
_DRIVER_OPTIONS = {"uri", "timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements"}  # of pysqlite in SQLAlchemy
_URI_OPTIONS = {"mode", "cache", "immutable", "nolock", "psow", "vfs"}  # https://www.sqlite.org/uri.html, with uri=true only
_UNDECODABLE = re.compile("Could not decode to UTF-8 column '(.*?)' with text")
CONFIRMED = "nianbao_confirmed"  # the option of an engine whose commits can be looked up
_FULL = "the disk is full; free some space, then run again: nothing was half-written"
_REFUSES = "the disk refuses to write (a quota, a limit on a file's size, a defect); put that right, then run again: nothing was half-written"
_ADVICE = (  # what the databases say, in lower case -> what to do about it
    ("database is locked", f"another program held it for more than {BUSY_SECONDS} s; end that program, then run again"),
    ("readonly", "it is read-only; make the file and its folder writable"),
    ("read-only", "it is read-only; make it writable"),
    ("is full", _FULL),
    ("no space left", _FULL),
    ("could not extend file", _FULL),
    ("disk i/o error", _REFUSES),
    ("not a database", "the file is no SQLite database; name another path"),
    ("malformed", "the file is damaged; restore it from a backup"),
    ("no such module", "this Python's SQLite was built without FTS5, which search needs; use another Python, or PostgreSQL"),
    ("unable to open", "it cannot be opened; check that the folder exists and may be written"),
    ("does not exist", "create the database first (createdb)"),
    ("invalid connection option", "correct what stands behind the ? of archive.url"),
    ("connection", "the server cannot be reached; check that it runs and that the URL is right"),
)


def connect(url: str) -> Engine:
    """An engine for `url`; nothing is opened yet.

    Raises:
        ArchiveUnavailable: the URL is none, names another kind of database or an option it does not know, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise ArchiveUnavailable(f"{shown(parsed)}: an archive lives in SQLite (sqlite:///path) or PostgreSQL (postgresql://…)")
        if parsed.get_backend_name() == "sqlite" and path_of(parsed) is None:
            raise ArchiveUnavailable(f"{shown(parsed)}: an archive in memory would keep nothing; name a file: sqlite:///path")
        if unknown := _unknown_options(parsed):
            raise ArchiveUnavailable(f"{shown(parsed)}: SQLite knows no option {', '.join(unknown)}; correct what stands behind the ? of archive.url")
        engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() == "postgresql")
        engine.dialect.create_connect_args(parsed)  # the options behind the "?"
    except (ArgumentError, NoSuchModuleError, ValueError) as error:  # the URL is not shown: nobody can tell where its password ends
        raise ArchiveUnavailable(
            f"archive.url: not the URL of a database ({error}); sqlite:///path or postgresql://user@host/name is meant"
        ) from error
    except ModuleNotFoundError as error:
        raise ArchiveUnavailable(f"{shown(parsed)}: the driver is missing; run: pip install 'nianbao[postgresql]'") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    return engine


def _unknown_options(url: URL) -> list[str]:
    """Options of a SQLite URL that would be passed over, a misspelt mode=ro among them. PostgreSQL's driver refuses its own."""
    if url.get_backend_name() != "sqlite":
        return []
    known = _DRIVER_OPTIONS | (_URI_OPTIONS if asbool(url.query.get("uri", False)) else set())
    return sorted(set(url.query) - known)


def _set_pragmas(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions are ours; the driver's own would begin too late, and deferred
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("nianbao_bare"):
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("nianbao_writes") else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: one state of the archive, whoever writes meanwhile."""
    with plainly(engine), engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # whose own default shows each statement another state
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it or nothing, after every writer before it.

    A commit whose answer was lost with the server is looked up when the server is back (storage/patience.py): when this returns, it was done.
    """
    with plainly(engine), engine.connect() as raw:
        connection = raw.execution_options(nianbao_writes=True)
        with connection.begin() as transaction:
            _queue_up(connection)
            yield connection
            token = leave_token(connection) if engine.get_execution_options().get(CONFIRMED) else None
            try:
                transaction.commit()
            except DBAPIError as error:
                if token is None or not is_lost(error) or not persist(lambda: _was_committed(engine, token)):
                    raise


@contextmanager
def writing_aside(engine: Engine, key: str) -> Iterator[Connection]:
    """A transaction that writes only what belongs to `key` and nothing else rests on (whose turn it is at a host): on PostgreSQL it waits for those
    of the same key and not in the writers' queue, nor for the disk; a crash of the server may forget it. SQLite has one writer, whatever it writes.
    """
    with plainly(engine), engine.connect() as raw:
        connection = raw.execution_options(nianbao_writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                connection.execute(select(func.pg_advisory_xact_lock(_ASIDE, func.hashtext(key))))
            yield connection


def _queue_up(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def _was_committed(engine: Engine, token: str) -> bool:
    """Whether a transaction came to its end; asked behind it in the writers' queue, so that it cannot come to it later."""
    with plainly(engine), engine.connect() as connection, connection.begin():
        _queue_up(connection)
        return has_token(connection, token)


@contextmanager
def bare(engine: Engine) -> Iterator[Connection]:
    """A connection without a transaction, for what refuses to run in one (VACUUM)."""
    with plainly(engine), engine.connect() as raw:
        connection = raw.execution_options(nianbao_bare=True)
        yield connection.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else connection


@contextmanager
def plainly(engine: Engine) -> Iterator[None]:
    """What the database refuses is told as ArchiveUnavailable, a value that is none of its kind as CorruptValue, with what to do about it."""
    try:
        yield
    except Unfit as error:
        raise CorruptValue(f"{shown(engine.url)}: a stored value cannot be read ({error}); run: nianbao verify") from error
    except IntegrityError:
        raise  # a broken constraint is our mistake, not the machine's
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        if (undecodable := _UNDECODABLE.search(said)) is not None:  # SQLite hands out any bytes as text; the driver does not take them
            raise CorruptValue(f"{shown(engine.url)}: a stored value cannot be read ({undecodable[1]}: no UTF-8); run: nianbao verify") from error
        damaged = "not a database" in said or "malformed" in said  # of another class than what else the machine refuses
        mistyped = "invalid connection option" in said
        if not (isinstance(error, OperationalError) or error.connection_invalidated or damaged or mistyped):
            raise
        advice = next((advice for words, advice in _ADVICE if words in said.lower()), "run again when the cause is gone")
        kind = ArchiveUnavailable
        if advice in (_FULL, _REFUSES):
            kind = DiskFull
        elif engine.dialect.name == "postgresql" and is_lost(error):
            kind = ConnectionLost
        raise kind(f"{shown(engine.url)}: {said}: {advice}") from error


def insert_new(connection: Connection, table: Table, **values: Any) -> int | None:
    """Insert a row unless a unique constraint says it is there.

    Returns:
        The new row's `id` (0 for tables that have none), or None when it was there.
    """
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    key = table.c.id if "id" in table.c else next(iter(table.primary_key.columns))
    row = connection.execute(make(table).values(**values).on_conflict_do_nothing().returning(key)).one_or_none()
    if row is None:
        return None
    return int(row[0]) if "id" in table.c else 0


def shown(url: URL) -> str:
    """The URL without its passwords, for messages."""
    secrets = {name: "***" for name in url.query if name.lower().endswith("password")}
    return url.update_query_dict(secrets).render_as_string(hide_password=True)


def path_of(url: URL) -> Path | None:
    """The file of a SQLite URL; None in memory or on a server."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database).removeprefix("file:"))  # file:…?mode=ro&uri=true opens an archive that must not be written

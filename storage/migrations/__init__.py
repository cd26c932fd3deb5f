"""The schema's history, and the program's way along it. No alembic.ini: the URL comes from the caller, the scripts from this package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from storage.engine import connect, reading, shown, writing
from storage.errors import ArchiveUnavailable, SchemaOutdated

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0010"  # the schema this program writes; a test holds it to the newest script


def head() -> str:
    """The revision this program needs."""
    return HEAD


def current(url: str) -> str | None:
    """The revision of a database; None when it has no schema of ours.

    Raises:
        ArchiveUnavailable: it cannot be opened.
    """
    engine = connect(url)
    try:
        with reading(engine) as connection:
            return revision(connection)
    finally:
        engine.dispose()


def upgrade(url: str, to: str = "head") -> None:
    """Bring a database to a revision, in one transaction. Does nothing when it is there; makes the schema in an empty one.

    Raises:
        ArchiveUnavailable: it cannot be opened or written, or is somebody else's.
        SchemaOutdated: its schema is newer than this program.
    """
    engine = connect(url)
    try:
        with writing(engine) as connection:
            is_archive(connection)
            migrate(connection, to)
    finally:
        engine.dispose()


def is_archive(connection: Connection) -> bool:
    """True for an archive of ours, of whatever time; False for a database without tables.

    Raises:
        ArchiveUnavailable: there are tables, and they are somebody else's.
    """
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if not tables or {"captures", "readings"} <= tables:
        return bool(tables)
    raise ArchiveUnavailable(f"{shown(connection.engine.url)}: a database, but no archive of nianbao; name another with --archive")


def revision(connection: Connection) -> str | None:
    """The revision of the database behind a connection.

    Raises:
        ArchiveUnavailable: it names several, as no program of ours does.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if len(found) > 1:
        where = shown(connection.engine.url)
        raise ArchiveUnavailable(f"{where}: alembic_version has {len(found)} rows: the file is damaged; restore it from a backup")
    return str(found[0]) if found else None


def migrate(connection: Connection, to: str = "head") -> None:
    """Upgrade (or, to an earlier revision or "base", downgrade) inside the caller's transaction.

    Raises:
        SchemaOutdated: the database is at a revision that this program does not know.
    """
    from alembic import command  # a quarter of a second; only who migrates pays it
    from alembic.script import ScriptDirectory

    config = settings(connection)
    script = ScriptDirectory.from_config(config)
    here = revision(connection)
    known = [step.revision for step in script.walk_revisions()]  # newest first
    if here is not None and here not in known:
        raise SchemaOutdated(f"{shown(connection.engine.url)}: schema {here} is newer than this program's {HEAD}; install the newer nianbao")
    if to == "base" or (here in known and to in known and known.index(to) > known.index(here)):
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def settings(connection: Connection | None = None) -> Config:
    """Alembic's configuration for this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

"""Opening an archive: is it there, is it ours, is it of this program's time?"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from storage import migrations
from storage.engine import CONFIRMED, connect, path_of, reading, shown, writing
from storage.errors import ArchiveUnavailable, SchemaOutdated


def open_engine(url: str, *, create: bool) -> Engine:
    """See Archive.open."""
    engine = connect(url)
    try:
        path = path_of(engine.url)
        if path is not None:
            _look_at(path, create=create)
        with reading(engine) as connection:
            ready = _ready(connection, shown(engine.url))
        if not ready:
            _fill(engine, create=create)
        if engine.dialect.name == "postgresql":
            engine.update_execution_options(**{CONFIRMED: True})
    except BaseException:
        engine.dispose()
        raise
    return engine


def _look_at(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise ArchiveUnavailable(f"{path}: is a folder; name a file in it, such as {path / 'nianbao.sqlite3'}")
    if not create and not path.exists():
        raise ArchiveUnavailable(f"{path}: no archive there yet; crawl or import first, or name another with --archive")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnavailable(f"{path}: its folder cannot be made: {error}") from error


def _ready(connection: Connection, where: str) -> bool:
    """True for an archive of ours, False for an empty database.

    Raises:
        ArchiveUnavailable: it is somebody else's.
        SchemaOutdated: it is ours, of another time.
    """
    if not migrations.is_archive(connection):
        return False
    revision = migrations.revision(connection)
    if revision == migrations.HEAD:
        return True
    if revision is None or revision < migrations.HEAD:
        raise SchemaOutdated(f"{where}: schema {revision or 'unknown'}, this program needs {migrations.HEAD}; run: nianbao db upgrade")
    raise SchemaOutdated(f"{where}: schema {revision} is newer than this program's {migrations.HEAD}; install the newer nianbao")


def _fill(engine: Engine, *, create: bool) -> None:
    if not create:
        raise ArchiveUnavailable(f"{shown(engine.url)}: an empty database, no archive yet; crawl or import first, or name another with --archive")
    with writing(engine) as connection:
        if not _ready(connection, shown(engine.url)):  # another process may have filled it meanwhile
            migrations.migrate(connection)

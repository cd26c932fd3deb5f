"""Giving room back to the disk: a database that holds less keeps its size until it is told otherwise."""

from __future__ import annotations

from sqlalchemy import Engine

from storage.engine import bare, path_of, reading


def vacuum(engine: Engine) -> tuple[int, int]:
    """Write the database anew without the room that is free in it. It needs about its own size of free disk while it runs, and waits for writers.

    Returns:
        Bytes before and after: of the file and its log (SQLite), of the table of bodies (PostgreSQL).

    Raises:
        ArchiveUnavailable: the disk is full, or others never let go of it. Nothing has changed then.
    """
    before = _size(engine)
    with bare(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM (FULL) blobs")
    return before, _size(engine)


def _size(engine: Engine) -> int:
    path = path_of(engine.url)
    if path is not None:
        log = path.with_name(f"{path.name}-wal")
        return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    with reading(engine) as connection:
        return int(connection.exec_driver_sql("SELECT pg_total_relation_size('blobs')").scalar_one())

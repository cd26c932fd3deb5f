"""What all parts of an open archive share."""

from __future__ import annotations

from sqlalchemy import Engine


class Door:
    """An open database. Safe to use from several threads; other processes may have it open as well."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def close(self) -> None:
        self.engine.dispose()

"""The archive: everything that writes. Each method is one transaction: all of it or nothing, whatever kills the program.

A server that is restarted meanwhile is waited for; what a method was doing is then done, once.

The clock is the caller's: all times are aware and come in as arguments. What reads is in storage/queries.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from storage import opening
from storage.archive.captured import Captured
from storage.archive.crawled import Crawled
from storage.archive.filed import Filed
from storage.archive.seen import Seen


class Archive(Captured, Seen, Filed, Crawled):
    """An open archive."""

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open an archive.

        Args:
            url: SQLAlchemy URL: `sqlite:///path` or `postgresql://user@host/name`.
            create: make the folder, the file and the schema where there is none.

        Raises:
            ArchiveUnavailable: it cannot be opened, is no archive of ours, or is not there and `create` is False.
            SchemaOutdated: its schema is older or newer than this program.
        """
        return cls(opening.open_engine(url, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

"""Bodies on their way in: once each, compressed, in a temporary file, so that records can be taken in the order of time and not of files."""

from __future__ import annotations

import hashlib
import tempfile
from types import TracebackType
from typing import Self

import zstandard


class Spool:
    """A temporary store of bodies by their SHA-256."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="nianbao")  # noqa: SIM115  # closed by `close`
        self._places: dict[str, tuple[int, int, int]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def put(self, body: bytes) -> str:
        """Store a body; returns its SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        if sha256 not in self._places:
            packed = zstandard.ZstdCompressor(level=1).compress(body)
            self._file.seek(self._end)
            self._file.write(packed)
            self._places[sha256] = (self._end, len(packed), len(body))
            self._end += len(packed)
        return sha256

    def get(self, sha256: str) -> bytes:
        """A body that was put in."""
        start, length, size = self._places[sha256]
        self._file.seek(start)
        return zstandard.ZstdDecompressor().decompress(self._file.read(length), max_output_size=size)

"""What a crawl process tells its supervisor while it works: JSON lines through a pipe (crawler.progress)."""

from __future__ import annotations

import json
import logging
import os
from types import TracebackType
from typing import Any, Self

logger = logging.getLogger(__name__)

TELL = "--tell"  # the argument before the number of the pipe
UNTOLD = 2**20  # bytes without a line's end: whoever writes that is no crawl process of ours


class Pipe:
    """Never waited for: what is there is read.

    Attributes:
        write: the end for the crawl process, a file descriptor.
    """

    def __init__(self) -> None:
        self._read, self.write = os.pipe()
        os.set_blocking(self._read, False)
        self._rest = b""

    def lines(self) -> list[dict[str, Any]]:
        """The whole lines that came since the last call."""
        try:
            while part := os.read(self._read, 2**16):
                self._rest += part
        except BlockingIOError:
            pass
        *whole, self._rest = self._rest.split(b"\n")
        if len(self._rest) > UNTOLD:
            self._rest = b""
        return [told for line in whole if (told := _told(line)) is not None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._read)
        os.close(self.write)


def _told(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        logger.debug("no JSON through the pipe: %r", line[:200])
        return None
    return told if isinstance(told, dict) and isinstance(told.get("portal"), str) else None

"""A text file that others read at any moment: a feed, an account of a night, metrics."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(file: Path, content: str) -> None:
    """Write a file that is whole or as it was, whenever somebody looks, also after a crash.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(content.encode())
            written.flush()
            os.fsync(written.fileno())
        Path(name).chmod(0o644)  # a web server, or node_exporter, reads as somebody else
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""The plain file of heads: one line each, appended, never rewritten. What was published from it stays comparable for ever.

A crash between the database's commit and the append leaves a line out, or half of one; the next append brings what is missing.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from storage.errors import ArchiveUnavailable
from storage.evidence.heads import Head

_LINE = re.compile(r"\d{4}-\d\d-\d\d (\d+) [0-9a-f]{64} \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number from 1, its text, and the entry it names; None for a line that is none of ours."""

    number: int
    text: str
    seq: int | None


def append(path: Path, heads: Iterable[Head]) -> list[Line]:
    """Append the lines of heads that the file lacks, and wait until the disk has them. Several processes may do so at once.

    A line counts by its whole text: another archive's file has entries of the same numbers, and must not stand in for ours.

    Returns:
        Whole lines of none of these heads: of another archive, of another state of this one, or of a head written since these were read.

    Raises:
        OSError: the file or its folder cannot be made, read or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new, ours = not path.exists(), {head.line: head.seq for head in heads}
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        written = file.read()
        there = [line for line in lines(written) if line.seq is not None]
        texts = {line.text for line in there}
        missing = "".join(f"{line}\n" for line in ours if line not in texts)
        if missing:
            torn = b"" if not written or written.endswith(b"\n") else b"\n"
            file.write(torn + missing.encode())
            file.flush()
            os.fsync(file.fileno())
    if new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return [line for line in there if line.text not in ours]


def read(path: Path) -> list[Line] | None:
    """The lines of a file; None when there is no such file.

    Raises:
        ArchiveUnavailable: it is there and cannot be read: a folder, or somebody else's.
    """
    try:
        return lines(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        why = error.strerror or error
        raise ArchiveUnavailable(f"{path}: the file of heads cannot be read: {why}; put that right, or name another by archive.heads") from error


def lines(written: bytes) -> list[Line]:
    """The lines of a file of heads. What is torn off or not ours has no `seq`."""
    out = []
    *whole, rest = written.decode("utf-8", "surrogateescape").split("\n")
    for number, text in enumerate([*whole, *([rest] if rest else [])], start=1):
        ours = _LINE.fullmatch(text) if number <= len(whole) else None  # without its line feed a line is not whole
        out.append(Line(number, text, int(ours[1]) if ours else None))
    return out

"""Pages that lie in files: which ones, and what they were when they were saved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from crawler.errors import ConfigError
from crawler.urls import canonical
from storage.records import Capture

PAGES = {".html", ".htm", ".shtml", ".xhtml", ".jsp", ".php", ".asp", ".aspx", ".txt"}
LATER = {".pdf", ".doc", ".docx", ".wps", ".ofd", ".xls", ".xlsx", ".warc", ".wacz", ".gz", ".zip"}

# written by browsers into pages they save: <!-- saved from url=(0023)http://www.example.cn/ -->
SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{4}\)(https?://[^\s>]+)\s*-->", re.IGNORECASE)
SAVED_FROM_WITHIN = 4096  # bytes


class UnreadableFile(Exception):
    """A file that this release cannot read; the message says why."""


def found(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and those of the named folders (all below, in order) whose suffix says that they are pages.

    Raises:
        ConfigError: a path is not there.
    """
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix.lower() in PAGES)
        elif path.exists():
            yield path
        else:
            raise ConfigError(f"{path}: there is no such file or folder")


def capture(path: Path, at: datetime, url: str | None = None) -> Capture:
    """The bytes of a file as a capture; its URL is that of the file when the page's own is not known.

    Parameters:
        at: the capture's time: when the file came to us.
        url: where the page stood, when the caller knows; else what a browser wrote into the page.

    Raises:
        UnreadableFile: no page, or it cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix in LATER:
        raise UnreadableFile(f"{suffix[1:].upper()} files are not read by this release; HTML and plain text are")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(str(error.strerror or error)) from error
    if body.startswith(b"%PDF-") or body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"WARC/")):
        raise UnreadableFile("not a page: HTML and plain text are read by this release, PDF, Office files and WARC are not")
    saved = SAVED_FROM.search(body[:SAVED_FROM_WITHIN])
    address = url or (saved[1].decode("ascii", "replace") if saved else None)
    return Capture(
        url=canonical(address) if address else path.resolve().as_uri(),
        status=200,
        body=body,
        fetched_at=at,
    )

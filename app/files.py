"""Pages and documents that lie in files: which ones, and what they were when they were saved."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from crawler import documents
from crawler.config import CrawlSection
from crawler.errors import ConfigError
from crawler.readers import read_apart
from crawler.readers import readers as pool
from crawler.urls import canonical, host_of
from storage.records import Capture, Reading

PAGES = {".html", ".htm", ".shtml", ".xhtml", ".jsp", ".php", ".asp", ".aspx", ".txt"}
DOCUMENTS = {".pdf", ".doc", ".docx", ".wps", ".ofd", ".xls", ".xlsx", ".et"}
HOLDING = {".warc", ".wacz", ".gz", ".zip"}

# written by browsers into pages they save: <!-- saved from url=(0023)http://www.example.cn/ -->
SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{4}\)(https?://[^\s>]+)\s*-->", re.IGNORECASE)
SAVED_FROM_WITHIN = 4096  # bytes


class UnreadableFile(Exception):
    """A file that this release cannot read; the message says why."""


def found(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and those of the named folders (all below, in order) whose suffix says that they are pages or documents.

    Raises:
        ConfigError: a path is not there, or a folder cannot be read.
    """
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # in a folder that may not be entered, Path's own raises
            yield from (file for file in below(path) if file.suffix.lower() in PAGES | DOCUMENTS)
        elif os.path.exists(path):  # noqa: PTH110
            yield path
        else:
            raise ConfigError(f"{path}: {_why_not(path)}")


def below(folder: Path) -> list[Path]:
    """All files below a folder, in order.

    Raises:
        ConfigError: it, or a folder in it, cannot be read: what would be passed over is not known.
    """

    def refuse(error: OSError) -> None:
        raise error

    try:
        files = sorted(Path(place, name) for place, _, names in os.walk(folder, onerror=refuse) for name in names)
        return [file for file in files if file.is_file()]
    except OSError as error:
        raise ConfigError(f"{error.filename or folder}: cannot be read: {error.strerror or error}; make it readable, or name other paths") from error


def _why_not(path: Path) -> str:
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "a symbolic link that leads back to itself"
        if error.errno == errno.EACCES:
            return "cannot be reached: a folder above it may not be entered"
        if error.errno == errno.ENOENT and path.is_symlink():
            return f"a symbolic link to {path.readlink()}, which is not there"
    return "there is no such file or folder"


def capture(path: Path, at: datetime, crawl: CrawlSection, url: str | None = None) -> Capture:
    """The bytes of a file as a capture; its URL is that of the file when the page's own is not known.

    Parameters:
        at: the capture's time: when the file came to us.
        crawl: what bounds the files of a portal bounds these.
        url: where the page stood, when the caller knows; else what a browser wrote into the page.

    Raises:
        ConfigError: `url` is no address of the web.
        UnreadableFile: too large, of a kind that is not read, or it cannot be opened.
    """
    if url is not None and not _is_address(url):
        raise ConfigError(f"--url: {url!r} is no http or https address")
    suffix = path.suffix.lower()
    if suffix in HOLDING:
        raise UnreadableFile(f"{suffix[1:].upper()} files hold many pages and are no page; nianbao import takes WARC and WACZ")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe nobody writes to would be waited for, a device read without end
            raise UnreadableFile("no regular file but a folder, pipe, socket or device")
        if (size := status.st_size) > crawl.attachment_limit:
            raise UnreadableFile(f"{size} bytes; {crawl.attachment_limit} are read (crawl.attachment_limit)")
        body = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(str(error.strerror or error)) from error
    if body.startswith(b"WARC/"):
        raise UnreadableFile("a WARC file holds many pages and is no page; nianbao import takes it")
    saved = None if documents.kind(body) else SAVED_FROM.search(body[:SAVED_FROM_WITHIN])
    address = url or (saved[1].decode("ascii", "replace") if saved else "")
    return Capture(
        url=canonical(address) if _is_address(address) else path.resolve().as_uri(),
        status=200,
        body=body,
        fetched_at=at,
        imported_from=named(path),
    )


def named(path: Path) -> str:
    """What captures call the file they came from: its name, not its folder. The arrow stands between two files, so one in a name is quoted."""
    return path.name.replace("←", quote("←"))


def _is_address(url: str) -> bool:
    """http or https with a host; not `http://[::1`, which a page may say it was saved from."""
    return canonical(url).startswith(("http://", "https://")) and host_of(canonical(url)) != ""


def read(capture: Capture, crawl: CrawlSection, *, second_opinion: bool = True) -> Reading:
    """The reading of a file; documents are read in a process of their own, which may die alone (hold crawler.readers open).

    Parameters:
        second_opinion: as in crawler.reading.read.

    Raises:
        CrawlError: the gate stops it, or it cannot be read.
    """
    from crawler import gate, reading  # the reader's imports take half a second; --help and a wrong path need none

    gate.check(capture, expected="report")
    return reading.read(capture, second_opinion=second_opinion) if documents.kind(capture.body) is None else read_apart(capture, crawl)


@contextmanager
def readers() -> Iterator[None]:
    """Around all calls of `read`: one reader process serves them."""
    pool.open()
    try:
        yield
    finally:
        pool.close()

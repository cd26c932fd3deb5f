"""Captures as WARC or WACZ: the file appears whole, or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from app.exports import files
from app.exports.gathering import free
from storage.archive import Archive
from storage.evidence.exporting import export_warc
from storage.evidence.selecting import Wanted
from storage.evidence.wacz import export_wacz

SUFFIXES = {"warc": ".warc.gz", "wacz": ".wacz"}
INDEX = ".cdxj"


def export(archive: Archive, layout: str, path: Path, wanted: Wanted, made: datetime, console: Console, *, force: bool) -> list[dict[str, Any]]:
    """Write a WARC and its index, or a WACZ; returns the files, the first with the number of its captures.

    Args:
        layout: warc or wacz. path: the file. made: when. force: replace what is there.

    Raises:
        click.UsageError: the file is called otherwise, or is there. click.ClickException: it cannot be written.
    """
    suffix = SUFFIXES[layout]
    if not path.name.lower().endswith(suffix) or path.name.lower() == suffix:
        raise click.UsageError(f"{path}: a {layout.upper()} file's name ends in {suffix}")
    index = path.with_name(path.name[: -len(".warc.gz")] + INDEX)
    free([path, index] if layout == "warc" else [path], force)

    def each(numbers: list[int]) -> Iterator[int]:
        yield from track(numbers, "captures", console=console, transient=True, disable=not console.is_terminal)

    try:
        if layout == "warc":
            # the WARC takes its name first: killed in between, it lacks an index, which can be made; an index without its WARC is nothing
            with files.appearing(index) as beside, files.appearing(path) as target:
                written = export_warc(archive, wanted, target, beside, name=path.name, made=made, each=each)
        else:
            with files.appearing(path) as target, tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
                name = f"{path.name[: -len(suffix)]}.warc.gz"
                written = export_wacz(archive, wanted, target, Path(folder), name=name, made=made, each=each)
    except OSError as error:
        raise click.ClickException(f"{error.filename or path}: {error.strerror or error}") from error
    rows: list[dict[str, Any]] = [{"path": str(path), "rows": written.captures}]
    return rows if layout == "wacz" else [*rows, {"path": str(index), "rows": None}]

"""What a call exports as rows: which files, with which columns, from which part of the archive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from app import choosing, figures, findings, series
from app.exports import codebook, columns, files
from app.exports.columns import Column
from app.indicators import Choice, meant
from crawler.series import Indicator, all_indicators
from storage import queries
from storage.archive import Archive
from storage.engine import reading
from storage.evidence import heads

Writer = Callable[[Path, Sequence[Column], Iterable[files.Row]], int]
WRITERS = {"csv": files.write_csv, "jsonl": files.write_jsonl, "parquet": files.write_parquet}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the archive shall be exported."""

    adcodes: Sequence[str] | None
    year: int | None
    chosen: Sequence[Choice]

    @property
    def indicators(self) -> Sequence[Indicator]:
        return meant(self.chosen) if self.chosen else all_indicators()


class Gathered:
    """The rows of a call. Every copy of a report is listed; figures are those of the copy that speaks for it.

    Figures are read once, report by report, so that a large archive needs neither a large memory nor twice the time.
    """

    def __init__(self, archive: Archive, wanted: Wanted, console: Console) -> None:
        self.archive, self.wanted, self.console = archive, wanted, console
        self.reports = queries.find(archive, adcodes=wanted.adcodes, year=wanted.year)
        self._measured: list[series.Measured] | None = None

    def each_figure(self) -> Iterator[dict[str, Any]]:
        measured: list[series.Measured] = []
        reports = choosing.spoken_for(self.reports)
        for report in track(reports, "figures", console=self.console, transient=True, disable=not self.console.is_terminal):
            rows = figures.of_report(self.archive, report)
            measured += series.of_report(rows, self.wanted.indicators)
            yield from (row for row in rows if not self.wanted.chosen or any(choice.means(row) for choice in self.wanted.chosen))
        self._measured = series.joined(measured, self.wanted.indicators)

    def each_finding(self) -> Iterator[dict[str, Any]]:
        yield from findings.wanted(self.archive, adcodes=self.wanted.adcodes, year=self.wanted.year)

    def measured(self) -> list[series.Measured]:
        if self._measured is None:
            deque(self.each_figure(), maxlen=0)
        assert self._measured is not None
        return self._measured

    def each_value(self) -> Iterator[dict[str, Any]]:
        return (row for one in self.measured() for row in series.long(one, self.wanted.indicators))

    def each_wide(self) -> Iterator[dict[str, Any]]:
        """Comparability and break mark are columns of their own."""
        for one in self.measured():
            row = dict(one.head)
            for key, value in one.values.items():
                row[key] = series.exact(value.value)
                row[f"{key}{columns.COMPARABILITY}"] = value.comparability
                row[f"{key}{columns.BREAK}"] = value.break_before
            yield row


def export(
    archive: Archive, layout: str, path: Path, wanted: Wanted, console: Console, *, wide: bool, bom: bool, force: bool
) -> list[dict[str, Any]]:
    """Write the files; returns each with the number of its rows.

    Args:
        layout: csv, parquet or jsonl. path: a folder, or a file that ends in the format's suffix.
        wide: also one row a report and scope, a column an indicator. bom: CSV with a byte-order mark. force: replace files that are there.

    Raises:
        click.UsageError: something is in the way. click.ClickException: a file cannot be written.
    """
    gathered = Gathered(archive, wanted, console)
    alone = path.suffix.lower() == f".{layout}"
    plan = _one_file(path, gathered, wide) if alone else _folder(path, layout, gathered, wide)
    beside = _beside(path if alone else path / "codebook", {_name(target, alone, wide): heading for target, heading, _ in plan}, alone, bom)
    if not alone:
        beside += _heads(path / "heads.txt", archive)
    free([target for target, *_ in plan] + [target for target, _ in beside], force)
    writer: Writer = partial(WRITERS[layout], bom=bom)
    return _written(plan, beside, writer)


Plan = list[tuple[Path, Sequence[Column], Callable[[], Iterable[files.Row]]]]


def _one_file(path: Path, gathered: Gathered, wide: bool) -> Plan:
    if wide:
        return [(path, columns.wide(gathered.wanted.indicators), gathered.each_wide)]
    return [(path, columns.FIGURES, gathered.each_figure)]


def _folder(path: Path, layout: str, gathered: Gathered, wide: bool) -> Plan:
    if path.exists() and not path.is_dir():
        raise click.UsageError(f"{path} is no folder, and does not end in .{layout}")
    plan: Plan = [
        (path / f"reports.{layout}", columns.REPORTS, lambda: gathered.reports),
        (path / f"figures.{layout}", columns.FIGURES, gathered.each_figure),
        (path / f"findings.{layout}", columns.FINDINGS, gathered.each_finding),
        (path / f"series.{layout}", columns.SERIES, gathered.each_value),
    ]
    if wide:
        plan.append((path / f"wide.{layout}", columns.wide(gathered.wanted.indicators), gathered.each_wide))
    return plan


def _beside(path: Path, told: dict[str, Sequence[Column]], alone: bool, bom: bool) -> list[tuple[Path, Callable[[Path], int]]]:
    """The dictionary's two files; beside a single file they bear its name."""
    stem = f"{path.name}.codebook" if alone else "codebook"

    def as_csv(target: Path) -> int:
        return files.write_csv(target, columns.CODEBOOK, codebook.entries(told), bom=bom)

    def as_markdown(target: Path) -> int:
        text = codebook.markdown(told)
        target.write_text(text, encoding="utf-8", newline="\n")
        return text.count("\n")

    return [(path.with_name(f"{stem}.csv"), as_csv), (path.with_name(f"{stem}.md"), as_markdown)]


def _heads(path: Path, archive: Archive) -> list[tuple[Path, Callable[[Path], int]]]:
    """The ledger's heads, where there are any: who gets the files can hold the archive to them later."""
    with reading(archive.engine) as connection:
        text = heads.as_text(connection)

    def written(target: Path) -> int:
        target.write_text(text, encoding="utf-8", newline="\n")
        return text.count("\n")

    return [(path, written)] if text else []


def _name(target: Path, alone: bool, wide: bool) -> str:
    """What the dictionary calls a file, however the caller does."""
    return ("wide" if wide else "figures") if alone else target.stem


def free(targets: Sequence[Path], force: bool) -> None:
    """Refuse to replace files, or to write where a folder is."""
    there = [target for target in targets if target.exists()]
    if there and not force:
        raise click.UsageError(f"{', '.join(map(str, there))}: there already; --force replaces")
    if any(target.is_dir() for target in there):
        raise click.UsageError(f"{', '.join(str(target) for target in there if target.is_dir())}: is a folder")


def _written(plan: Plan, beside: Sequence[tuple[Path, Callable[[Path], int]]], writer: Writer) -> list[dict[str, Any]]:
    """All files or none: each takes its place when the last one is written."""
    rows = []
    try:
        with ExitStack() as stack:
            for target, heading, found in plan:
                rows.append({"path": str(target), "rows": writer(stack.enter_context(files.appearing(target)), heading, found())})
            for target, write in beside:
                rows.append({"path": str(target), "rows": write(stack.enter_context(files.appearing(target)))})
    except OSError as error:
        raise click.ClickException(f"{error.filename or plan[0][0]}: {error.strerror or error}") from error
    return rows

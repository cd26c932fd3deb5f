"""nianbao read: what the reader understands of a file, without the archive."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app import figures, files, tables
from app.options import AS_JSON, PATH, configured
from crawler.config import Config
from crawler.errors import CrawlError
from storage import counted
from storage.records import Grid, Reading

FACTS = ("type", "issuer", "level", "city", "adcode", "year", "title", "published", "signed", "source", "trust", "encoding")
# What a row tells of a reading, in its order; null of a file that could not be read, so that programs find the same keys in every line.
READ = (
    *(
        "type",
        "issuer",
        "level",
        "city",
        "adcode",
        "year",
        "title",
        "published",
        "signed",
        "source",
        "trust",
        "text",
        "tables",
        "figures",
        "findings",
    ),
    *("attachments", "encoding", "url", "container", "agreement", "evidence", "reader", "text_sha256", "content_sha256", "figures_sha256"),
)


@click.command()
@click.argument("paths", type=PATH, nargs=-1, required=True, metavar="PATH ...")
@click.option("--url", help="Where the page stood; else what a browser wrote into it when it was saved.")
@AS_JSON
@configured
def read(config: Config, paths: tuple[Path, ...], url: str | None, as_json: bool) -> None:
    """What the reader understands of pages and documents in files and folders. Nothing is archived."""
    chosen = list(files.found(paths))
    if not chosen:
        raise click.UsageError(f"no HTML, text, PDF, Word, Excel or OFD file in {', '.join(map(str, paths))}")
    if url and len(chosen) != 1:
        raise click.UsageError(f"--url is the address of one page, and {len(chosen)} are named")
    failed = False
    with files.readers():
        for path in chosen:
            row = _row(path, config, url)
            failed = failed or row["error"] is not None
            if as_json:
                tables.json_line(row)
            else:
                _print(row)
    if failed:
        raise click.exceptions.Exit(1)


def _row(path: Path, config: Config, url: str | None) -> dict[str, Any]:
    try:
        capture = files.capture(path, config.clock(), config.crawl, url)
        return {"path": str(path), **described(files.read(capture, config.crawl)), "error": None, "rule": None}
    except files.UnreadableFile as error:
        return {"path": str(path), **dict.fromkeys(READ), "error": str(error), "rule": None}
    except CrawlError as error:
        return {"path": str(path), **dict.fromkeys(READ), "error": f"{error.kind}: {error.detail}", "rule": error.rule}


def described(reading: Reading) -> dict[str, Any]:
    """A reading as JSON, with the keys of the archive's answers."""
    return {
        "type": reading.type,
        "issuer": reading.issuer,
        "level": reading.level,
        "city": reading.city,
        "adcode": reading.adcode,
        "year": reading.year,
        "title": reading.title,
        "published": _day(reading.published),
        "signed": _day(reading.signed),
        "source": reading.source,
        "trust": reading.trust,
        "text": reading.text,
        "tables": [_grid(grid) for grid in reading.tables],
        "figures": figures.of_reading(reading),
        "findings": [counted.plain_finding(finding) for finding in reading.findings],
        "attachments": [asdict(attachment) for attachment in reading.attachments],
        "encoding": reading.encoding,
        "url": reading.url,
        "container": reading.container,
        "agreement": reading.agreement,
        "evidence": dict(reading.evidence),
        "reader": reading.reader,
        "text_sha256": reading.text_sha256,
        "content_sha256": reading.content_sha256,
        "figures_sha256": reading.figures_sha256,
    }


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _grid(grid: Grid) -> dict[str, Any]:
    return {"caption": grid.caption, "rows": grid.rows()}


def _print(row: dict[str, Any]) -> None:
    click.secho(row["path"], bold=True)
    if row["error"] is not None:
        click.secho(f"  {row['error']}" + (f" ({row['rule']})" if row["rule"] else ""), fg="red")
        return
    for name in FACTS:
        click.echo(f"  {name:<10} {tables.cell(row[name])}")
    click.echo(f"  {'figures':<10} {len(row['figures'])}")
    for finding in row["findings"]:
        click.echo(f"  {'finding':<10} {finding['rule']} ({finding['blame']}): {tables.cell(finding['detail'])}")
    click.echo()
    click.echo(tables.printable(row["text"], keep="\n\t"))
    click.echo()

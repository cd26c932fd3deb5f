"""WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/): a WARC with its index, its pages and their hashes in one ZIP file.

Written with `zipfile`: `wacz create` takes no files besides WARC and pages, and a whole archive carries its tables. Its `validate` is what tests
hold the result against; it knows files by the last two parts of their path, so ours lie one folder deep.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from cdxj_indexer.main import CompressedWriter
from wacz.util import WACZ_VERSION

from storage import migrations, tables
from storage.archive import Archive
from storage.engine import reading
from storage.evidence import heads
from storage.evidence.exporting import Each, Page, Written, described, indexed, write
from storage.evidence.selecting import Wanted

TABLES = "nianbao"  # folder of the tables, one file each
MANIFEST = f"{TABLES}/manifest.json"
HEADS = f"{TABLES}/heads.txt"
MANIFEST_FORMAT = "nianbao-tables-1"
_LINES = 1024  # of the index in one gzip member


class Package:
    """A ZIP file that remembers the hash of what it holds."""

    def __init__(self, path: Path, made: datetime) -> None:
        self._zip = zipfile.ZipFile(path, "x")
        self._made = made.astimezone(UTC)
        self.resources: list[dict[str, Any]] = []

    def add(self, name: str, source: IO[bytes], *, stored: bool = False) -> None:
        """A file from a stream; `stored` without compression, so that a player may read parts of it."""
        info = zipfile.ZipInfo(name, self._made.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(2**20):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        label = name.rpartition("/")[2].lower()
        told = {"name": label, "path": name, "hash": f"sha256:{digest.hexdigest()}", "bytes": size}
        self.resources.append({**told, "type": "file"} if name.startswith(f"{TABLES}/") else told)

    def close(self, **said: Any) -> None:
        """Write what the package says of itself."""
        told = {
            "profile": "data-package", "resources": self.resources, "created": self._made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "wacz_version": WACZ_VERSION, "software": f"nianbao {version('nianbao')}", **said,
        }  # fmt: skip
        package = json.dumps(told, ensure_ascii=False, indent=2).encode()
        self.add("datapackage.json", io.BytesIO(package))
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        self.add("datapackage-digest.json", io.BytesIO(json.dumps(digest, indent=2).encode()))
        self._zip.close()


def export_wacz(archive: Archive, wanted: Wanted, path: Path, folder: Path, *, name: str, made: datetime, each: Each) -> Written:
    """Write a WACZ, with the ledger's heads. One of everything carries the tables as well, of the same state of the archive as its records.

    Args:
        path: the file to write; it must not be there. folder: for what is put together first.
        name: of the WARC within.
        made: when this export is made.
        each: what the numbers of captures are passed through, for a progress bar.

    Raises:
        CorruptCapture: a body is damaged.
    """
    warc, index = folder / "data.warc.gz", folder / "index.cdxj"
    package = Package(path, made)
    with reading(archive.engine) as connection:
        written = write(connection, wanted, warc, name=name, made=made, each=each)
        package.add(HEADS, io.BytesIO(heads.as_text(connection).encode()))
        if wanted.everything:
            for table in tables.ordered():
                _add_table(package, folder / "rows", table.name, (tables.line(row) for row in tables.rows(connection, table)))
            sums = {table: [one.rows, one.sha256] for table, one in tables.sums(connection).items()}
            manifest = {"format": MANIFEST_FORMAT, "schema": migrations.revision(connection), "tables": sums}
            package.add(MANIFEST, io.BytesIO(json.dumps(manifest, indent=2).encode()))
    indexed(warc, name, index)
    with warc.open("rb") as source:
        package.add(f"archive/{name}", source, stored=True)
    packed, short = _compressed(index)
    package.add("indexes/index.cdx.gz", packed, stored=True)
    package.add("indexes/index.idx", short)
    package.add("pages/pages.jsonl", io.BytesIO("".join(_listed(written.pages)).encode()))
    package.close(title="nianbao", description=json.dumps(described(wanted), ensure_ascii=False))
    return written


def _add_table(package: Package, scratch: Path, name: str, lines: Iterable[str]) -> None:
    with scratch.open("wb") as out:
        for line in lines:
            out.write(line.encode() + b"\n")
    with scratch.open("rb") as source:
        package.add(f"{TABLES}/{name}.jsonl", source)
    scratch.unlink()


def _compressed(index: Path) -> tuple[IO[bytes], IO[bytes]]:
    """A CDXJ in gzip members of some lines each, and where each of them begins."""
    packed, short = io.BytesIO(), io.StringIO()
    writer = CompressedWriter(short, packed, num_lines=_LINES, data_out_name="index.cdx.gz")
    with index.open(encoding="utf-8") as lines:
        for line in lines:
            writer.write(line)
    if writer.block:
        writer.flush()
    if not packed.tell():
        packed.write(gzip.compress(b""))
    packed.seek(0)
    return packed, io.BytesIO(short.getvalue().encode())


def _listed(pages: Iterable[Page]) -> Iterable[str]:
    """Lines of pages.jsonl. A page's time is its record's, to the second, or no player finds it."""
    yield json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Reports"}) + "\n"
    for page in pages:
        at = page.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield json.dumps({"id": f"report-{page.report}", "url": page.url, "ts": at, "title": page.title}, ensure_ascii=False) + "\n"

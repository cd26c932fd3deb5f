"""Rows into CSV, JSON lines and Parquet. A file appears whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

from app.exports.columns import Column, Kind

Row = Mapping[str, Any]
FORMULA = frozenset("=+-@")
SCALE, DIGITS = 10, 38  # of Parquet's decimals
ROWS_AT_ONCE = 10_000
_STEP = Decimal(1).scaleb(-SCALE)
_FITS = Context(prec=DIGITS, traps=[Inexact, InvalidOperation])


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A path to write to, in the same folder; it takes the place of `path` when all went well and is removed when not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Row], *, bom: bool = False) -> int:
    """CSV of RFC 4180 in UTF-8. Texts that a spreadsheet would take for a formula begin with an apostrophe; numbers stay numbers.

    Parameters:
        bom: begin with a byte-order mark, by which Excel knows UTF-8.

    Returns:
        The number of rows written, without the heading.
    """
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])
        count = 0
        for row in rows:
            writer.writerow([_cell(column.kind, row.get(column.name)) for column in columns])
            count += 1
    return count


def write_jsonl(path: Path, columns: Sequence[Column], rows: Iterable[Row], *, bom: bool = False) -> int:
    """One JSON object a line with what the command line's JSON says of the columns; nothing is defanged, unknown values are null."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        count = 0
        for row in rows:
            file.write(json.dumps({column.name: row.get(column.name) for column in columns}, ensure_ascii=False) + "\n")
            count += 1
    return count


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterable[Row], *, bom: bool = False) -> int:
    """Parquet with zstd. Exact numbers are decimal128(38, 10); beside each stands `<name>_text`, exact however many digits there are.

    A number that does not fit into 28 digits before and 10 after the point is null in the first and whole in the second.
    """
    import pyarrow as pa  # half a second that only this format pays
    import pyarrow.parquet as pq

    kinds = {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.DECIMAL: pa.decimal128(DIGITS, SCALE),
        Kind.DATE: pa.date32(),
        Kind.TIME: pa.timestamp("us", tz="UTC"),
        Kind.FLAG: pa.bool_(),
        Kind.LIST: pa.list_(pa.string()),
    }
    fields: list[tuple[str, Any, Callable[[Row], Any]]] = []
    for column in columns:
        fields.append((column.name, kinds[column.kind], _typed(column)))
        if column.kind is Kind.DECIMAL:
            fields.append((f"{column.name}_text", pa.string(), _as_text(column)))
    told = {column.name: {"zh": column.zh, "en": column.en} for column in columns}
    schema = pa.schema(
        [pa.field(name, kind, metadata=told.get(name)) for name, kind, _ in fields], metadata={"creator": "nianbao", "codebook": "codebook.csv"}
    )
    count = 0
    waiting = iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(waiting, ROWS_AT_ONCE)):
            arrays = [pa.array([value(row) for row in batch], type=kind) for _, kind, value in fields]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


def defanged(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula (OWASP, CSV injection).

    Full-width signs count too, and signs behind white space or invisible characters, which some programs drop.
    """
    if text[:1] in {"\t", "\r", "\n"}:
        return f"'{text}"
    for c in text:
        if c.isspace() or unicodedata.category(c) in {"Cc", "Cf"}:
            continue
        return f"'{text}" if unicodedata.normalize("NFKC", c)[0] in FORMULA else text
    return text


def _cell(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind is Kind.DECIMAL:
        return _digits(value)
    if kind is Kind.INTEGER:
        return str(value)
    if kind is Kind.FLAG:
        return "true" if value else "false"
    if kind is Kind.LIST:
        return json.dumps(value, ensure_ascii=False)
    return defanged(str(value))


def _typed(column: Column) -> Callable[[Row], Any]:
    read: dict[Kind, Callable[[Any], Any]] = {
        Kind.DECIMAL: _fitting,
        Kind.DATE: date.fromisoformat,
        Kind.TIME: datetime.fromisoformat,
    }
    convert = read.get(column.kind)
    name = column.name
    return lambda row: row.get(name) if convert is None or row.get(name) is None else convert(row[name])


def _as_text(column: Column) -> Callable[[Row], str | None]:
    return lambda row: None if row.get(column.name) is None else _digits(row[column.name])


def _digits(value: Any) -> str:
    """A number with all its digits, never with an exponent."""
    return format(Decimal(str(value)), "f")


def _fitting(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)).quantize(_STEP, context=_FITS)
    except (Inexact, InvalidOperation):
        return None

"""The one form in which facts are hashed: docs/ledger.md describes it so that a checker of somebody else's can be written from there.

A form never changes. Where other facts are wanted, a new tag is added beside the old one, which old entries keep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from storage.types import dumps, utc

FIRST = "0" * 64
"""What stands before the first entry."""


def plain(value: Any) -> Any:
    """A value as JSON has it: times in UTC with six digits of a second, dates and exact numbers as text, all else as it is."""
    if isinstance(value, datetime):
        return utc(value).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def text(tag: str, facts: Mapping[str, Any]) -> str:
    """What is hashed: the form's tag, a line feed, and the facts as compact JSON with sorted keys."""
    return f"{tag}\n{dumps({name: plain(value) for name, value in facts.items()})}"


def digest(tag: str, facts: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of facts in their canonical form."""
    return hashlib.sha256(text(tag, facts).encode()).hexdigest()


def link(before: str, seq: int, kind: str, ref: int, sha256: str) -> str:
    """The chain after an entry: SHA-256 of the chain before it, a line feed, and the entry's line."""
    return hashlib.sha256(f"{before}\n{seq} {kind} {ref} {sha256}".encode()).hexdigest()

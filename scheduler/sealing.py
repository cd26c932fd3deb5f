"""The end of a night's work: a head in the archive, its line in the plain file, and, where one is asked, somebody else's time stamp.

The head stands whatever becomes of the rest: a line or a stamp that failed is an incident, and is made up for at the next seal.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from crawler.config import Config
from scheduler import stamping
from storage.archive import Archive
from storage.engine import reading, writing
from storage.evidence import heads, headsfile, stamps

logger = logging.getLogger(__name__)

HEADS_UNWRITTEN, HEADS_FOREIGN, TIMESTAMP_FAILED = "heads_unwritten", "heads_foreign", "timestamp_failed"
STAMPS_AT_ONCE = 8
LOGS = Path("logs")
"""Below the working folder, as logs of an archive on a server are."""


def heads_file(config: Config) -> Path:
    """The plain file of heads: the one configured, else beside the archive's file, else (an archive on a server) in the folder of logs."""
    return config.archive.heads or heads.file_of(make_url(config.archive.url), LOGS)


def seal(archive: Archive, config: Config, at: datetime) -> list[str]:
    """Write a head if the ledger grew, and bring file and stamps up to date.

    Parameters:
        config: names the file of heads, and the time stamping authority with its certificates, where there is one.

    Returns:
        What failed, one line each; every one of them is an incident as well.
    """
    with writing(archive.engine) as connection:
        head = heads.seal(connection, at)
    if head is not None:
        logger.info("head %s", head.line)
    authority = config.archive.timestamps
    troubles = [_written(archive, at, heads_file(config))]
    if authority is not None:
        troubles.append(_stamped(archive, at, authority, config.archive.timestamp_certificates))
    return [trouble for trouble in troubles if trouble is not None]


def write_heads(archive: Archive, config: Config, at: datetime) -> list[str]:
    """Bring the plain file of heads up to date without a new head: the archive was restored as it was elsewhere.

    Returns:
        What failed, which is an incident as well.
    """
    trouble = _written(archive, at, heads_file(config))
    return [] if trouble is None else [trouble]


def _written(archive: Archive, at: datetime, file: Path) -> str | None:
    with reading(archive.engine) as connection:
        known = heads.all_of(connection)
    try:
        strange = headsfile.append(file, known) if known else []
    except OSError as error:
        return _trouble(archive, at, HEADS_UNWRITTEN, None, f"{file}: {error.strerror or error}; its lines are written at the next seal")
    archive.close_incidents(None, at, kinds=[HEADS_UNWRITTEN])
    if strange:  # another process may have sealed meanwhile: a line is written behind its head's commit
        with reading(archive.engine) as connection:
            ours = {head.line for head in heads.all_of(connection)}
        strange = [line for line in strange if line.text not in ours]
    if strange:
        return _trouble(archive, at, HEADS_FOREIGN, None, f"{file}: {_named(strange)}")
    archive.close_incidents(None, at, kinds=[HEADS_FOREIGN])
    return None


def _named(strange: list[headsfile.Line]) -> str:
    more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
    return (
        f"line {strange[0].number}{more} (first: {strange[0].text}) not of this archive: of another archive's file, of another copy of this one, or "
        "altered; nothing of it was overwritten, and this archive's lines were added. nianbao verify names each; keep that file elsewhere, or name "
        "another by archive.heads"
    )


def _stamped(archive: Archive, at: datetime, authority: str, certificates: Path | None) -> str | None:
    with reading(archive.engine) as connection:
        waiting = heads.unstamped(connection, STAMPS_AT_ONCE)
    try:
        trusted = stamps.certificates(certificates) if certificates is not None else []
        for head in waiting:
            asked = stamps.request(head.line)
            token = stamps.accept(stamping.post(authority, asked.as_bytes()), asked, head.line, trusted)
            with writing(archive.engine) as connection:
                heads.stamp(connection, head.id, token)
    except (stamping.NoAnswer, stamps.BadStamp) as error:
        return _trouble(archive, at, TIMESTAMP_FAILED, authority, f"{error}; the head stands without, and is stamped at a later seal")
    archive.close_incidents(None, at, kinds=[TIMESTAMP_FAILED])
    return None


def _trouble(archive: Archive, at: datetime, kind: str, url: str | None, detail: str) -> str:
    """Open the incident. Nothing is logged: whoever asked for the seal tells what it returns, once."""
    archive.open_incident(kind, None, url, detail, at)
    return f"{kind}: {detail}" if url is None else f"{kind}: {url}: {detail}"

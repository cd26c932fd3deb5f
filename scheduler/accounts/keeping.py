"""Accounts in a folder: one file of each kind a night, each whole or not there, old ones removed."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime
from pathlib import Path

from crawler.config import Config
from scheduler.accounts.account import Account
from scheduler.accounts.gathering import account as gathered
from scheduler.accounts.page import page
from scheduler.accounts.text import text
from scheduler.whole import write as write
from storage.archive import Archive
from storage.nights import night_of

logger = logging.getLogger(__name__)

NAME = re.compile(r"night-(\d{4}-\d\d-\d\d)\.(?:html|txt)")


UNWRITTEN = "account_unwritten"


def of_evening(archive: Archive, config: Config, at: datetime) -> list[str]:
    """Write the account of the night that a moment belongs to, where a folder is configured.

    Returns:
        What failed, one line; it is an incident as well, and is made up for by the next account of that night.
    """
    folder = config.nights.folder
    if folder is None:
        return []
    try:
        keep(gathered(archive, night_of(at), at), folder, config.nights.keep)
    except OSError as error:
        trouble = f"{folder}: {error.strerror or error}; nianbao night --night {night_of(at)} --html FILE gives the account again"
        archive.open_incident(UNWRITTEN, None, None, trouble, at)
        return [trouble]
    archive.close_incidents(None, at, kinds=[UNWRITTEN])
    return []


def keep(account: Account, folder: Path, nights: int) -> None:
    """Write `night-DATE.html` and `.txt`, replacing those of the same night.

    Parameters:
        nights: how many nights' accounts stay, the newest.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / f"night-{account.night}.html", page(account))
    write(folder / f"night-{account.night}.txt", text(account))
    known = {date.fromisoformat(found[1]) for file in folder.iterdir() if (found := NAME.fullmatch(file.name)) and _is_date(found[1])}
    for old in sorted(known, reverse=True)[nights:]:
        for kind in ("html", "txt"):
            (folder / f"night-{old}.{kind}").unlink(missing_ok=True)


def _is_date(said: str) -> bool:
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return True

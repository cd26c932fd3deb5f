"""What can go wrong in the archive. All of these stop the run.

ArchiveError
├── UnknownReport      no report of that number
├── CorruptCapture     stored bytes do not hash to their name
├── CorruptValue       a stored value is none of its column's kind
├── SchemaOutdated     the database is older (or newer) than this program
├── CopyDiffers        a copy is not what was copied
└── ArchiveUnavailable the database cannot be opened, or refused to write
    ├── DiskFull       there is no room left to write
    └── ConnectionLost the server went away, or is not there
"""


class ArchiveError(Exception):
    """The archive cannot do what was asked. The message says which archive, what, and what to do."""


class UnknownReport(ArchiveError):
    """No report of that number."""


class CorruptCapture(ArchiveError):
    """Stored bytes do not hash to their name."""


class CorruptValue(ArchiveError):
    """A stored value is none of its column's kind: a date that is no date, JSON that is none. `nianbao verify` names the row."""


class SchemaOutdated(ArchiveError):
    """The database has another schema than this program. `nianbao db upgrade` brings it up to date."""


class ArchiveUnavailable(ArchiveError):
    """The database cannot be opened, is no archive of ours, or refused to write."""


class DiskFull(ArchiveUnavailable):
    """There is no room left to write, or the disk refuses. Nothing was half-written; when there is room, the next run goes on."""


class ConnectionLost(ArchiveUnavailable):
    """The server went away, or is not there (PostgreSQL)."""


class CopyDiffers(ArchiveError):
    """A copy is not what was copied; it was not kept."""

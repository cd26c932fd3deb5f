"""Turns between wordings that were told before: when they are news.

Unequal copies behind one address take turns within hours or nights, and each direction of such a turn is told once. So the last turn of several
may be silent, and what stands since be another wording than the one told last. Once it has stood for STOOD, the turn is told after all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from storage import attachments, changes, readings, reports, rewording
from storage import captures as captures_
from storage.records import Attachment, Change, ChangeKind, normalised

STOOD = timedelta(days=7)  # from the first to the last of the looks that saw nothing else

_CONTENT = (ChangeKind.FIGURES_CHANGED, ChangeKind.TEXT_CHANGED)
_TURNING = (*_CONTENT, ChangeKind.DATE_CHANGED, ChangeKind.TITLE_CHANGED, ChangeKind.ATTACHMENT_CHANGED)

Said = Callable[[Row[Any]], Any]  # what a reading's row says of one thing


def content(reading: Row[Any]) -> str:
    """A reading's content, by its hash."""
    return str(reading.content_sha256)


def title(reading: Row[Any]) -> str | None:
    """A reading's title as titles are compared."""
    return None if reading.title is None else normalised(reading.title)


def published(reading: Row[Any]) -> Any:
    """The date a reading says the report was published on."""
    return reading.published


def stood(connection: Connection, place: Row[Any], said: Said, what: Any) -> bool:
    """Whether a place had shown something for STOOD when it was seen last; looks that say nothing of it do not count against it."""
    return bool(place.last_seen - readings.stood_since(connection, place, said, what) >= STOOD)


def stayed(connection: Connection, place: Row[Any], url: str) -> bool:
    """Whether a report had stood at a place, and not at `url`, for STOOD when it was seen there last."""
    since: datetime = place.last_seen
    for look in readings.looks_at(connection, place.report, (place.url, url), place.last_seen):
        if look.url != place.url:
            break
        since = look.fetched_at
    return bool(place.last_seen - since >= STOOD)


def elsewhere(connection: Connection, place: Row[Any], said: Said, was: Any, now: Any) -> bool:
    """Whether another place of the report has turned from `was` to `now` since this one was seen last: one edit of a page that stands at both,
    which was told of the other, or not, as its own turns are."""
    for other in reports.locations_of(connection, place.report):
        if other.id != place.id and other.last_seen > place.last_seen and said(readings.row(connection, other.reading)) == now:
            before = readings.last_at(connection, place.report, other.url, place.last_seen)
            if before is not None and said(before) == was:
                return True
    return False


def content_key(url: str, before: Row[Any], after: Row[Any]) -> str:
    """What makes a change from one version to another at an address the same news."""
    return f"content {url} {before.number} {after.number}"


def file_hash(file: Attachment) -> Said:
    """The hash of a file in a reading: at its address, or under its name at another one."""

    def said(reading: Row[Any]) -> str | None:
        files = attachments.read(reading.attachments)
        there = [other for other in files if other.url == file.url] or [other for other in files if other.name == file.name]
        return there[0].sha256 if len(there) == 1 else None

    return said


def late_key(url: str, version: Row[Any]) -> str:
    """What makes an earlier wording, filed late, the same news. It is no turn: the page may yet turn from that wording to the other."""
    return f"late {url} {version.number}"


def fact_key(name: str, url: str, detail: str) -> str:
    """What makes a corrected `title` or `date` the same news."""
    return f"{name} {url} {detail}"


def file_key(file: Attachment, was: str) -> str:
    """What makes a file's other bytes the same news."""
    return f"attachment {file.url} {was} {file.sha256}"


def file_detail(file: Attachment, was: str) -> str:
    """A file's other bytes in words."""
    return f"{file.name}: {was[:12]} → {str(file.sha256)[:12]} {file.url}"


def late(connection: Connection, place: Row[Any], *, portal: str | None, run: int | None, at: datetime) -> Change | None:
    """Tell what a place shows since STOOD and is not what was told last: a turn that was silent because it had been told before.

    Only what was told of this place before can be owed, and only as one reader read both: a better reader's reading is no news.

    Args:
        place: its row, brought up to date by the look that shows it.
    """
    told = [
        change
        for change in changes.of_kinds(connection, place.report, _TURNING)
        if change.version == change.after  # else: an earlier wording, filed late
    ]
    here = [change for change in told if change.url == place.url]
    return _Place(connection, place, here, told, portal, run, at).late() if here else None


class _Place:
    """What a place shows now, held against what was told of it."""

    def __init__(
        self, connection: Connection, place: Row[Any], told: Sequence[Row[Any]], of_all: Sequence[Row[Any]], portal: str | None, run: int | None,
        at: datetime,
    ) -> None:  # fmt: skip
        self.connection, self.place, self.told, self.of_all, self.portal, self.run, self.at = connection, place, told, of_all, portal, run, at
        self.now = readings.row(connection, place.reading)
        self.version = reports.version_row(connection, place.version)

    def late(self) -> Change | None:
        if (content := self._content()) is not None:
            return content  # with which goes what else its page says
        news = [self._fact(ChangeKind.DATE_CHANGED, "date", published), self._fact(ChangeKind.TITLE_CHANGED, "title", title)]
        news += [self._file(file) for file in attachments.read(self.now.attachments) if file.sha256 is not None]
        return next((change for change in news if change is not None), None)

    def _content(self) -> Change | None:
        told = [change for change in self.told if change.kind in _CONTENT]
        rested = [reports.numbered(self.connection, self.place.report, change.after).reading for change in told]
        was = self._owed([readings.row(self.connection, reading) for reading in rested], content)  # as today's reader reads them
        if was is None or was.reader != self.now.reader or any(change.after == self.version.number for change in self._elsewhere(told[-1])):
            return None
        before = reports.of_content(self.connection, self.place.report, was.content_sha256)
        if before is None:
            return None
        kind, detail = rewording.difference(self.connection, before, self.version, reader=self.now.reader)
        return self._record(kind, content_key(self.place.url, before, self.version), detail, told[-1], before=before.number)

    def _fact(self, kind: ChangeKind, name: str, said: Said) -> Change | None:
        told = [change for change in self.told if change.kind == kind]
        was = self._owed([readings.of_capture(self.connection, change.capture_after) for change in told], said)
        if was is None or was.reader != self.now.reader or self._came_with_content(told[-1], said):
            return None
        if any(said(readings.of_capture(self.connection, change.capture_after)) == said(self.now) for change in self._elsewhere(told[-1])):
            return None
        column = "title" if kind is ChangeKind.TITLE_CHANGED else "published"
        detail = f"{getattr(was, column)} → {getattr(self.now, column)}"
        return self._record(kind, fact_key(name, self.place.url, detail), detail, told[-1])

    def _file(self, file: Attachment) -> Change | None:
        told = [change for change in self.told if change.kind == ChangeKind.ATTACHMENT_CHANGED and self._concerns(change, file)]
        shown = [captures_.row(self.connection, change.capture_after).sha256 for change in told]
        if not shown or shown[-1] == file.sha256 or file.sha256 not in shown or not self._stood(file_hash(file)):
            return None
        if self._came_with_content(told[-1], file_hash(file)):
            return None
        if any(captures_.row(self.connection, change.capture_after).sha256 == file.sha256 for change in self._elsewhere(told[-1])):
            return None
        capture = captures_.holding(self.connection, self.now.captures, str(file.sha256))
        key, detail = file_key(file, shown[-1]), file_detail(file, shown[-1])
        return self._record(ChangeKind.ATTACHMENT_CHANGED, key, detail, told[-1], capture=capture)

    def _elsewhere(self, last: Row[Any]) -> list[Row[Any]]:
        """What was told of the report's other places after the last change told here, of its kind: an edit that both show is told once."""
        alike = _CONTENT if last.kind in _CONTENT else (last.kind,)
        return [change for change in self.of_all if change.id > last.id and change.kind in alike]

    def _came_with_content(self, last: Row[Any], said: Said) -> bool:
        """Whether what stands now was there when a change of content was told after the last change of its own: it is part of that news."""
        told = [change for change in self.told if change.kind in _CONTENT]
        if not told or told[-1].id < last.id:
            return False
        return bool(said(readings.of_capture(self.connection, told[-1].capture_after)) == said(self.now))

    def _concerns(self, change: Row[Any], file: Attachment) -> bool:
        """Whether it was told of this file: each copy of a page may offer it at an address of its own."""
        address = str(change.detail).rpartition(" ")[2]
        others = [other for other in attachments.read(self.now.attachments) if other.url != file.url]
        named = str(change.detail).startswith(f"{file.name}: ") and not any(file.name == other.name or address == other.url for other in others)
        return address == file.url or named

    def _owed(self, shown: Sequence[Row[Any]], said: Said) -> Row[Any] | None:
        """What was told last, where something else that was told before stands now."""
        now = said(self.now)
        if not shown or now is None or said(shown[-1]) == now or now not in map(said, shown):
            return None
        return shown[-1] if self._stood(said) else None

    def _stood(self, said: Said) -> bool:
        return stood(self.connection, self.place, said, said(self.now))

    def _record(
        self, kind: ChangeKind, key: str, detail: str, last: Row[Any], *, before: int | None = None, capture: int | None = None
    ) -> Change | None:  # fmt: skip
        number = self.version.number
        told = changes.record(
            self.connection, kind, key=key, report=self.place.report, at=self.at, portal=self.portal, url=self.place.url, run=self.run,
            version=number, before=before or number, after=number, detail=detail, capture_before=last.capture_after,
            capture_after=capture or self.now.capture, again=True,
        )  # fmt: skip
        return None if told is None else replace(told, late=True)

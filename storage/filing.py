"""Filing: a reading becomes nothing new, or a version and a change. All of it inside the caller's one transaction.

Each location remembers what it showed last, and a new reading is compared with that first: two live URLs of one report that differ in a word
stay silent night after night. Figures are compared only as one reader read both sides; what moved because the reader got better is a reread, and
no news. A piece of news is told once per report, URL and pair of versions, and again when what it replaces had stood or it stands itself
(storage/turns.py): a server that serves an old and a new copy in turn (A-B-A-B) cannot flood anyone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from storage import assessments, attachments, contents, findings, frontier, presence, readings, reports, rereading, rewording, search, turns
from storage import captures as captures_
from storage.changes import record
from storage.nights import night_of
from storage.places import led_to
from storage.records import Change, ChangeKind, Reading, normalised


def file(connection: Connection, reading: Reading, *, captures: Sequence[int], portal: str | None, run: int | None, at: datetime) -> Change | None:
    """See Archive.file."""
    capture = captures_.row(connection, captures[0])
    url = reading.url or capture.url
    frontier.filed(connection, {url, capture.url}, portal, captures, capture)
    if readings.filed(connection, captures, reading.reader):
        return None
    contents.put(connection, reading)
    assessments.put(connection, reading, at)
    if replaced := readings.latest(connection, captures):
        search.follow(connection, rereading.replace(connection, reading, replaced, url=url, at=at, run=run))
        return None
    filing = _Filing(connection, reading, captures, capture, url, portal, run, at)
    change = filing.file()
    search.follow(connection, {filing.report})
    return change


class _Filing:
    """One reading on its way into the archive."""

    def __init__(
        self, connection: Connection, reading: Reading, captures: Sequence[int], capture: Row[Any], url: str, portal: str | None, run: int | None,
        at: datetime,
    ) -> None:  # fmt: skip
        self.connection, self.reading, self.captures, self.capture = connection, reading, captures, capture
        self.url, self.portal, self.run, self.at = url, portal, run, at
        self.asked: Row[Any] | None = None  # the place of this report that led elsewhere just now
        # a page that answered 304 may have a file that is newer than itself
        self.seen: datetime = max(captures_.row(connection, number).fetched_at for number in captures)
        self.report = 0  # known when it is filed

    def file(self) -> Change | None:
        connection, seen = self.connection, self.seen
        here = reports.location(connection, self.url)
        report, opened = reports.belongs_to(connection, self.reading, portal=self.portal, url=self.url, here=here, seen=seen)
        self.report = report
        if here is not None and here.report != report and seen >= here.last_seen:
            reports.mark(connection, here.id, ended_at=seen)
        self._redirected(report)
        places = reports.locations_of(connection, report)
        newest = None if opened else reports.newest_version(connection, report)
        number = readings.put(connection, self.reading, captures=self.captures, report=report, portal=self.portal, run=self.run, at=self.at)
        version, fresh = reports.version(connection, report, self.reading, number=number, capture=self.captures[0], seen=seen)
        if fresh:
            self._tell_findings(report)
        place = next((place for place in places if place.url == self.url), None)
        latest = max((other.last_seen for other in (here, place) if other is not None), default=seen)
        past = seen < latest or (not opened and self._is_past(report, place))
        if place is None or seen >= latest:
            reports.stand(
                connection,
                report,
                self.url,
                portal=self.portal,
                version=version.id,
                reading=number,
                facts=self.reading,
                seen=seen,
                ended=(seen if place is None else place.ended_at) if past else None,
            )
        if past:
            reports.learn(connection, report, seen, self.reading)
            return self._late(report, version, newest) if fresh else None
        return self._news(report, version, newest, place, places, fresh=fresh)

    def _is_past(self, report: int, place: Row[Any] | None) -> bool:
        """Whether the report was seen elsewhere since: on a later night, where it was not known to stand here; for good, where it had left."""
        if place is not None:
            return place.ended_at is not None and self.seen < place.ended_at
        return night_of(self.seen) < night_of(reports.row(self.connection, report).last_seen)

    def _tell_findings(self, report: int) -> None:
        """What a new version contradicts itself in, and no earlier one did."""
        known = findings.said_of(self.connection, report, self.reading.content_sha256)
        fresh = [finding for finding in self.reading.findings if findings.said(finding) not in known]
        findings.tell(self.connection, report, fresh, self.at, portal=self.portal, run=self.run)

    def _news(
        self, report: int, version: Row[Any], newest: Row[Any] | None, place: Row[Any] | None, places: Sequence[Row[Any]], *, fresh: bool
    ) -> Change | None:  # fmt: skip
        if newest is None:
            return self._record(report, ChangeKind.NEW, "new", version=version.number, after=version.number, detail=self.reading.title)
        back = presence.back(
            self.connection,
            report,
            version,
            url=self.url,
            portal=self.portal,
            capture=self.captures[0],
            run=self.run,
            at=self.at,
            seen=self.seen,
            places=places,
        )
        if place is not None:
            shown, before = reports.version_row(self.connection, place.version), reports.shown_by(self.connection, place)
            if shown.id != version.id:
                stood = turns.stood(self.connection, place, turns.content, shown.content_sha256)
                known = self._elsewhere(place, turns.content, shown.content_sha256, version.content_sha256)
                news = None if known else self._content_changed(report, shown, version, capture_before=before, again=stood)
            else:
                news = self._facts_changed(report, place, version, capture_before=before) or self._led_here(report, version)
                news = news or turns.late(self.connection, reports.place(self.connection, place.id), portal=self.portal, run=self.run, at=self.at)
        elif fresh:
            news = self._content_changed(report, newest, version, capture_before=newest.capture)
        else:
            news = back or self._moved(report, version, places)
        reports.learn(self.connection, report, self.seen, self.reading, corrected=news is not None)
        return news or back

    def _moved(self, report: int, version: Row[Any], places: Sequence[Row[Any]]) -> Change | None:
        """A second URL of a known report is no news, unless the report is known to have left all others."""
        if not places or not all(reports.left(self.connection, place) for place in places):
            return None
        if any(place.gone_at is not None and self.seen < place.gone_at for place in places):
            return None  # history that comes in late
        return self._moved_from(report, version, places[-1])

    def _led_here(self, report: int, version: Row[Any]) -> Change | None:
        """An address that was another place of the report leads to this one now: it has moved, as one that answers 404 has."""
        if self.asked is None or self.asked.gone_at is not None or self.asked.version != version.id:
            return None
        return self._moved_from(report, version, self.asked, again=turns.stayed(self.connection, self.asked, self.url))

    def _moved_from(self, report: int, version: Row[Any], place: Row[Any], *, again: bool = False) -> Change | None:
        number, detail = version.number, f"{place.url} → {self.url}"
        moved = self._record(
            report, ChangeKind.MOVED, presence.moved_key(place.url, self.url), version=number, before=number, after=number, detail=detail,
            capture_before=reports.shown_by(self.connection, place), again=again,
        )  # fmt: skip
        return presence.corrected(self.connection, moved, place, portal=self.portal, run=self.run)

    def _content_changed(self, report: int, before: Row[Any], after: Row[Any], *, capture_before: int, again: bool = False) -> Change | None:
        kind, detail = rewording.difference(self.connection, before, after, reader=self.reading.reader)
        return self._record(
            report, kind, turns.content_key(self.url, before, after), version=after.number, before=before.number, after=after.number,
            detail=detail, capture_before=capture_before, again=again,
        )  # fmt: skip

    def _facts_changed(self, report: int, place: Row[Any], version: Row[Any], *, capture_before: int) -> Change | None:
        """The same content under another title or date, or beside another file.

        What a page no longer says, or says for the first time, is no correction.
        """
        said = {"version": version.number, "before": version.number, "after": version.number}
        pages = {"capture_before": capture_before}  # of a file, its own captures are the evidence
        news = None
        title, published = self.reading.title, self.reading.published
        dated = place.published is not None and published is not None and place.published != published
        if dated and not self._elsewhere(place, turns.published, place.published, published):
            detail = f"{place.published} → {published}"
            stood = turns.stood(self.connection, place, turns.published, place.published)
            news = self._record(
                report, ChangeKind.DATE_CHANGED, turns.fact_key("date", self.url, detail), detail=detail, again=stood, **said, **pages
            )
        titled = place.title is not None and title is not None and normalised(place.title) != normalised(title)
        if titled and not self._elsewhere(place, turns.title, normalised(place.title), normalised(str(title))):
            detail = f"{place.title} → {title}"
            stood = turns.stood(self.connection, place, turns.title, normalised(place.title))
            news = (
                self._record(report, ChangeKind.TITLE_CHANGED, turns.fact_key("title", self.url, detail), detail=detail, again=stood, **said, **pages)
                or news
            )
        for file, was in attachments.replaced(attachments.of(self.connection, place.reading), self.reading.attachments):
            if self._elsewhere(place, turns.file_hash(file), was, file.sha256):
                continue
            files = {
                "capture_before": captures_.holding(self.connection, readings.captures_of(self.connection, place.reading), was) or capture_before,
                "capture_after": captures_.holding(self.connection, self.captures, str(file.sha256)) or self.captures[0],
            }
            key, detail = turns.file_key(file, was), turns.file_detail(file, was)
            stood = turns.stood(self.connection, place, turns.file_hash(file), was)
            news = self._record(report, ChangeKind.ATTACHMENT_CHANGED, key, detail=detail, again=stood, **said, **files) or news
        return news

    def _elsewhere(self, place: Row[Any], said: turns.Said, was: Any, now: Any) -> bool:
        return turns.elsewhere(self.connection, place, said, was, now)

    def _late(self, report: int, version: Row[Any], newest: Row[Any] | None) -> Change | None:
        """An older capture filed after a newer one: a version nobody knew, but not what the page says now."""
        if newest is None:
            return self._record(report, ChangeKind.NEW, "new", version=version.number, after=version.number, detail=self.reading.title)
        kind, detail = rewording.difference(self.connection, version, newest, reader=self.reading.reader)
        return self._record(
            report, kind, turns.late_key(self.url, version), version=version.number, before=version.number, after=newest.number,
            detail=f"an earlier wording, filed late: {detail}", capture_before=self.captures[0], capture_after=newest.capture,
        )  # fmt: skip

    def _redirected(self, report: int) -> None:
        """The address that was asked for leads elsewhere now: the report stands there no more, nor where that address alone led to before."""
        asked = reports.location(self.connection, self.capture.url) if self.url != self.capture.url else None
        left = [] if asked is None or asked.report != report else [asked]
        for place in left + led_to(self.connection, report, self.capture.url):
            if place.url != self.url and place.last_seen <= self.seen:
                self.asked = place
                reports.mark(self.connection, place.id, ended_at=self.seen)

    def _record(self, report: int, kind: ChangeKind, key: str, **facts: Any) -> Change | None:
        return record(
            self.connection, kind, key=key, report=report, at=self.at, portal=self.portal, url=self.url, run=self.run,
            **{"capture_after": self.captures[0], **facts},
        )  # fmt: skip

"""Atom feeds (RFC 4287) of what happened: all of it, and by portal, city, province and kind. Made from the archive alone.

An entry's id is a name of the event, not an address (RFC 4122 urn:uuid): it stays when the feed moves. What portals wrote is text, never markup, and
without the characters that XML forbids: one of them would make a whole feed unreadable.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from crawler.config import Config
from crawler.errors import ConfigError
from crawler.reading import divisions
from scheduler.alerts.views import cleaned, identifier, in_words, place, view
from scheduler.alerts.words import kind as kind_word
from scheduler.whole import write as write_whole
from storage import known as happened
from storage import outbox
from storage.archive import Archive
from storage.engine import reading, writing
from storage.records import Known, Level

ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("b3b6a0a2-6c0f-5d0e-9d3f-66656564736e")
_CURSOR = "feeds"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\ufdd0-\ufdef]")  # XML 1.0, section 2.2
_BEGINNING = datetime(2008, 5, 1, tzinfo=UTC)  # an empty feed was updated never; the regulations began then
_FILE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Which events a feed shows: all, or those of one portal, city, province or kind. A province's feed holds all below it, as a city's does."""

    portal: str | None = None
    city: str | None = None
    province: str | None = None
    kind: str | None = None

    @property
    def name(self) -> str:
        """Of its file, without ending."""
        said = (("portal", self.portal), ("city", self.city), ("province", self.province), ("kind", self.kind))
        return "-".join(f"{word}-{value}" for word, value in said if value) or "all"

    @property
    def title(self) -> str:
        """For people."""
        where = place(self.city or self.province) or self.portal
        what = None if self.kind is None else kind_word(self.kind, "zh")
        return " · ".join(["nianbao 年报", *(cleaned(word, 100) for word in (where, what) if word)])


def render(archive: Archive, feed: Feed, *, public: str | None = None, entries: int = 100) -> bytes:
    """A feed as a document of its own.

    Parameters:
        public: address of the archive's web pages, for links.
        entries: at most so many, newest first.

    Returns:
        UTF-8; the same bytes as long as nothing new happened.
    """
    code = feed.city or feed.province
    with reading(archive.engine) as connection:
        shown = happened.newest(connection, entries, portal=feed.portal, kind=feed.kind, adcodes=None if code is None else _with_all_below(code))
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    _text(root, "id", uuid.uuid5(_NAMESPACE, feed.name).urn)
    _text(root, "title", feed.title)
    _text(root, "updated", _time(max((known.event.time for known in shown), default=_BEGINNING)))
    _text(ET.SubElement(root, "author"), "name", "nianbao")
    _text(root, "generator", "nianbao")
    if public is not None:
        ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": _clean(f"{public.rstrip('/')}/feeds/{feed.name}.atom")})
        ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": _clean(public)})
    for known in shown:
        _entry(root, known, in_words(view(archive, known, public=public), "zh"), public)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def write(archive: Archive, config: Config, now: datetime) -> list[Path]:
    """Write the feeds in which something is new, and those whose files are not there, into `delivery.feeds`.

    Each file is whole at any moment: written beside its place, then put there.

    Raises:
        ConfigError: the folder cannot be written.
    """
    folder = Path(str(config.delivery.feeds))
    with reading(archive.engine) as connection:
        known = outbox.cursor(connection, _CURSOR)
        last = happened.last(connection)
        new = happened.places(connection, 0 if known is None else known[0])
        fresh = {feed.name for feed in _of(new)} if new else set()
        every = list(_of(happened.places(connection, 0)))
    written = []
    for feed in every:
        path = folder / f"{feed.name}.atom"
        if feed.name in fresh or not path.exists():
            _put(path, render(archive, feed, public=config.delivery.public_url, entries=config.delivery.feed_entries).decode())
            written.append(path)
    if known is None or known[0] != last:
        with writing(archive.engine) as connection:
            outbox.move(connection, _CURSOR, last, now)
    return written


def _of(places: list[tuple[str, str | None, str | None]]) -> Iterator[Feed]:
    """The feeds that events of these kinds, portals and divisions stand in, each once; first that of all, which is there even when it is empty."""
    found = {Feed(): None}
    for kind, portal, adcode in places:
        found[Feed(kind=kind)] = None
        if portal is not None and _FILE.fullmatch(portal):  # a key of a portal file is such a word; what else stands there is no file's name
            found[Feed(portal=portal)] = None
        division = divisions.by_code(adcode) if adcode else None
        for above in () if division is None else (division, *division.ancestors):
            found[Feed(province=above.code) if above.level is Level.PROVINCE else Feed(city=above.code)] = None
    return iter(found)


def _with_all_below(code: str) -> list[str]:
    found = [code]
    for above in found:  # grows while it is walked
        found += [division.code for division in divisions.children(above)]
    return found


def _entry(root: ET.Element, known: Known, seen: dict[str, Any], public: str | None) -> None:
    entry = ET.SubElement(root, "entry")
    _text(entry, "id", identifier(known).urn)
    more = f"（{seen['incident_word']}）" if seen["incident_word"] else ""
    _text(entry, "title", f"{seen['kind_word']}：{seen['subject']}{more}")
    _text(entry, "updated", _time(known.event.time))
    _text(entry, "published", _time(known.event.time))
    _link(entry, "alternate", seen["archive"] if public and seen["archive"] else seen["url"])
    if public and seen["archive"]:
        _link(entry, "via", seen["url"])
    ET.SubElement(entry, "category", {"term": seen["kind"], "label": seen["kind_word"]})
    lines = [_figure(figure) for figure in seen["figures"]]
    lines += [f"另有 {seen['more_figures']} 处"] if seen["more_figures"] else []
    lines += [str(part) for part in (seen["detail"], *seen["quotes"], seen["trust_word"]) if part]
    lines.append(f"{seen['place'] or ''} {seen['issuer'] or ''} {seen['year'] or ''}".strip())
    _text(entry, "content", "\n".join(line for line in lines if line) or seen["subject"], type="text")  # required where no link is (4.1.2)


def _figure(figure: dict[str, Any]) -> str:
    return f"{figure['name']}：{figure['before'] or '（无）'} → {figure['after'] or '（无）'} {figure['unit'] or ''}".rstrip()


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _clean(text)


def _link(entry: ET.Element, relation: str, url: str | None) -> None:
    """A link, where the address is an IRI (RFC 3987): what a portal wrote there may be none."""
    if url is not None and re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", url):
        ET.SubElement(entry, "link", {"rel": relation, "href": _clean(url)})


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _time(moment: datetime) -> str:
    """RFC 3339, section 5.6."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _put(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise ConfigError(f"delivery.feeds: {path}: cannot be written: {error}") from error

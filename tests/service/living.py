"""Plays a life: portals on which things happen, the service that crawls them night after night by `nianbao nightly --once --now`, and its receivers.

A life is a YAML file. Its nights are spans of days in China; the service wakes at 02:30 of each. Everything in it is named by such a day:

- `shelves`: what the columns of each portal hold, as in app/demo/documents/shelf.yaml; a document that is published later names its day in `events`
- `events`: what happens on the portals (app/demo/script.py); the portal is that of the document where none is named
- `down`: from which day through which a receiver cannot be reached
- `told`: what each night is due to everybody who wants to know all, one line a message
- `shandong`, `operator`: the same for a subscription to one province, and for one to incidents alone that comes as a digest
- `trouble`: incidents open after a night; `board`: what the board of overdue reports says of last year's reports, from that night on
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from app.demo import folder as place
from app.demo.nights import command
from app.demo.replicas import Liaoyuan, Qingdao, Replica, Zhucheng
from app.demo.script import Event, Script, What
from app.demo.site import Site, serving
from storage.nights import CHINA
from tests.alerts.receivers import Hook, Post

KINDS = {"liaoyuan": Liaoyuan, "zhucheng": Zhucheng, "qingdao": Qingdao}
WAKES = time(2, 30)
YEAR = 2025  # whose reports are due
EVERYTHING = [
    "new",
    "figures_changed",
    "text_changed",
    "title_changed",
    "date_changed",
    "attachment_changed",
    "moved",
    "missing",
    "withdrawn",
    "restored",
    "overdue",
    "late",
    "incidents",
]  # fmt: skip; not findings: the figures of the replicas' reports are drawn by lot, and contradict each other by chance


@dataclass
class Life:
    """A life as its file tells it, its days in order."""

    days: list[date]
    script: Script
    file: Mapping[str, Any]

    @property
    def kinds(self) -> list[type[Replica]]:
        """The portals there are."""
        return [KINDS[key] for key in self.file["shelves"]]

    def at(self, day: date) -> datetime:
        """The clock of a night's service."""
        return datetime.combine(day, WAKES, CHINA).astimezone(UTC)

    def lines(self, key: str, day: date) -> list[str]:
        """What the file says of a night under a key, sorted."""
        return sorted(self.file.get(key, {}).get(day, []))


def load(path: Path) -> Life:
    """A life from its file."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    days = [day for span in told["nights"] for day in _days(span)]
    events = [_event(event, days) for event in told["events"]]
    nights = {number: datetime.combine(day, WAKES, CHINA).astimezone(UTC) for number, day in enumerate(days, 1)}
    return Life(days, Script(nights=nights, events=events, shelves=told["shelves"]), told)


@dataclass
class Receivers:
    """Who is told: a webhook and a mailbox of one subscription to everything, one of a province, one of incidents as a digest."""

    everything: Hook = field(default_factory=Hook)
    mailbox: Post = field(default_factory=Post)
    shandong: Hook = field(default_factory=Hook)
    operator: Hook = field(default_factory=Hook)

    def __iter__(self) -> Iterator[tuple[str, Hook | Post]]:
        yield from (("everything", self.everything), ("mailbox", self.mailbox), ("shandong", self.shandong), ("operator", self.operator))

    def subscriptions(self) -> list[dict[str, Any]]:
        """For `alerts` in a configuration."""
        return [
            {"name": "everything", "what": EVERYTHING, "send": [{"url": self.everything.url}, {"url": self.mailbox.url}]},
            {"name": "shandong", "what": EVERYTHING[:-1], "provinces": ["山东"], "language": "en", "send": [{"url": self.shandong.url}]},
            {"name": "operator", "what": ["incidents"], "when": "digest", "at": "08:30", "send": [{"url": self.operator.url}]},
        ]


def prepare(folder: Path, site: Site, receivers: Receivers, **sections: Any) -> Path:
    """The configuration of a service that crawls a site every night and tells receivers."""
    config = place.prepare(folder, site, spare=2, tries=1, readers=1)
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings |= {
        "schedule": {"sparse": 1},  # every night of a life is worth a crawl
        "alerts": receivers.subscriptions(),
        "delivery": {"timeout": 5, "feeds": str(folder / "feeds")},
        **sections,
    }
    config.write_text(f"{place.MARK}\n{yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)}", encoding="utf-8")
    return config


def play(life: Life, folder: Path, receivers: Receivers) -> Iterator[tuple[date, Path, Site]]:
    """Night after night: what happens on the portals and to the receivers, and then the service."""
    with serving(script=life.script, kinds=life.kinds) as site:
        config = prepare(folder, site, receivers)
        for number, day in enumerate(life.days, 1):
            site.night = number
            for name, receiver in receivers:
                reach(receiver, is_up=not is_down(life, name, day))
            command(config, "nightly", "--once", "--now", life.at(day).isoformat())
            yield day, config, site
    for _, receiver in receivers:
        receiver.down()


@dataclass
class Telling:
    """What a receiver was told, night by night."""

    hook: Hook
    read: int = 0

    def since(self, documents: Mapping[str, str]) -> list[str]:
        """What came since it was asked last, in order of arrival."""
        new, self.read = self.hook.got[self.read :], len(self.hook.got)
        return [line(body, documents) for _, _, body in new]


def troubles(life: Life, day: date) -> set[str]:
    """The incidents that are open after a night."""
    return {name for span, names in life.file["trouble"].items() if day in _days(span) for name in names}


def board(config: Path, life: Life, day: date) -> dict[str, str]:
    """What the board of overdue reports says after a night, by organ: `published on_time`, `overdue`, `unknown in_trouble`."""
    told, _ = command(config, "overdue", "--year", str(YEAR), "--json", "--now", life.at(day).isoformat())
    rows = [json.loads(line) for line in told.splitlines()]
    return {row["issuer"]: " ".join(filter(None, (row["state"], row["timely"] or row["reason"]))) for row in rows}


def expected_board(life: Life, day: date) -> dict[str, str]:
    """The same as the file tells it: what was said last of each organ."""
    return {issuer: said for since, says in sorted(life.file["board"].items()) if since <= day for issuer, said in says.items()}


def is_down(life: Life, name: str, day: date) -> bool:
    """Whether a receiver cannot be reached on a night."""
    spans = life.file.get("down", {}).get(name, [])
    return any(day in _days(span) for span in spans)


def reach(receiver: Hook | Post, *, is_up: bool) -> None:
    """Have a receiver up or down; as it is already, it stays."""
    if is_up != (receiver._server is not None):
        receiver.up() if is_up else receiver.down()


def line(body: Mapping[str, Any], documents: Mapping[str, str]) -> str:
    """A webhook's message as a life's file writes it: `kind document`, `overdue issuer`, `opened kind portal` (however many
    pages have it), or `summary number`; what a digest has in it behind each other."""
    if body["sort"] == "summary":
        return f"summary {body['count']}"
    return "; ".join(sorted({_told(event, documents) for event in body["events"]}))


def documents(site: Site) -> dict[str, str]:
    """Every address at which a document ever stands, and its key."""
    return {
        f"{site.addresses[replica.key]}{replica.address(document)}": document.key
        for night in site.script.nights
        for replica in site.portals
        for document in replica.shelf(night)
    }


def _told(event: Mapping[str, Any], documents: Mapping[str, str]) -> str:
    if event["kind"] == "incidents":
        return f"{event['state']} {event['incident']} {event['portal']}"
    if event["kind"] in {"overdue", "late"}:
        return f"{event['kind']} {event['issuer']} {event['year']}"
    return f"{event['kind']} {documents.get(event['url'], event['url'])}"


def _event(told: Mapping[str, Any], days: list[date]) -> Event:
    until = told.get("until")
    portal = told.get("document", "").partition("/")[0]
    known = {
        "portal": portal, **told, "what": What(told["what"]), "words": tuple(told.get("words", ())), "night": days.index(told["night"]) + 1,
        "until": None if until is None else bisect_left(days, until) + 1,
    }  # fmt: skip
    return Event(**known)


def _days(span: Any) -> list[date]:
    first, last = (date.fromisoformat(day) for day in re.fullmatch(r"(\S+)\.\.(\S+)", span).groups()) if isinstance(span, str) else (span, span)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]

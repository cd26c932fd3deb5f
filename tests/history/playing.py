"""Plays a history: nights of real crawls of replicas on which things happen, and what the archive said of each night.

A history is a YAML file of `nights` (the clock of each crawl), `events` (app/demo/script.py; the portal is that of the document where none is
named), `news` (night: each change as `kind document`), `trouble` (night: the incidents open after it as `kind portal`), `states` and `versions`
(document: at the end; alive and 1 where nothing is said).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.demo import folder as place
from app.demo.nights import command
from app.demo.replicas import Liaoyuan, Zhucheng
from app.demo.script import Event, Script, What
from app.demo.site import Site, serving
from storage import queries
from storage.archive import Archive

KINDS = (Liaoyuan, Zhucheng)
FEW = 2  # documents of a column, besides those the script names


@dataclass(frozen=True)
class Told:
    """What the archive said after a night, sorted: `changes` as `kind document`, `incidents` as `kind portal`, however many pages have it."""

    night: int
    changes: list[str]
    incidents: list[str]


def load(path: Path) -> tuple[Script, dict[str, Any]]:
    """The script of a history, and the whole file."""
    history = yaml.safe_load(path.read_text(encoding="utf-8"))
    events = [
        Event(**{"portal": event.get("document", "").partition("/")[0], **event, "what": What(event["what"]), "words": tuple(event.get("words", ()))})
        for event in history["events"]
    ]
    return Script(nights=history["nights"], events=events), history


def play(script: Script, folder: Path) -> Iterator[tuple[Told, Archive, Site]]:
    """One crawl a night, in a process of its own, as `nianbao crawl --now …` does it."""
    with serving(few=FEW, script=script, kinds=KINDS) as site:
        config = place.prepare(folder, site, spare=4, tries=1)
        documents: dict[str, str] = {}
        for night, now in script.nights.items():
            site.night = night
            documents |= {url: key for replica in site.portals for url, key in _addresses(site, replica, night)}
            command(config, "crawl", "--now", now.isoformat())
            with Archive.open(f"sqlite:///{folder}/archive/nianbao.sqlite3", create=False) as archive:
                changes = [f"{row['kind']} {documents.get(row['url'], row['url'])}" for row in queries.changes(archive, since=now)]
                incidents = {f"{row['kind']} {row['portal']}" for row in queries.incidents(archive, open=True)}
                yield Told(night, sorted(changes), sorted(incidents)), archive, site


def stood(site: Site) -> dict[str, str]:
    """Every address at which a document ever stood, and its key."""
    return {url: key for night in site.script.nights for replica in site.portals for url, key in _addresses(site, replica, night)}


def _addresses(site: Site, replica: Any, night: int) -> Iterator[tuple[str, str]]:
    for document in replica.shelf(night):
        if document.kind != "work_report":
            yield f"{site.addresses[replica.key]}{replica.address(document)}", document.key

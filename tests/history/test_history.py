"""Nights on which everything happens that can happen to a report: each change is told on its night, in its class, and nothing besides.

Taken along as a WARC and played again from its records, they say the same, on both databases.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.demo.nights import command
from app.demo.script import Script
from storage import queries
from storage.archive import Archive
from storage.records import ChangeKind
from storage.verifying import whole
from tests.exchange import natural
from tests.history.playing import Told, load, play, stood
from tests.storage import server

HERE = Path(__file__).parent
HISTORIES = [pytest.param("few_nights"), pytest.param("twenty_nights", marks=pytest.mark.torture)]


@dataclass(frozen=True)
class Played:
    """A history that was crawled, night after night.

    Attributes:
        history: what is true. told: what the archive said after each night. first: keys of the documents of the first night.
        documents: addresses and keys of all documents.
        config: of its portals. url: its archive.
    """

    script: Script
    history: dict[str, Any]
    told: list[Told]
    first: set[str]
    documents: dict[str, str]
    config: Path
    url: str


@pytest.fixture(scope="module", params=HISTORIES)
def played(request, tmp_path_factory):
    script, history = load(HERE / f"{request.param}.yaml")
    folder = tmp_path_factory.mktemp("history") / "history"
    nights = []
    for told, _, site in play(script, folder):  # noqa: B007
        nights.append(told)
    shelves = [replica.shelf(min(script.nights)) for replica in site.portals]
    first = {document.key for shelf in shelves for document in shelf if document.kind != "work_report"}
    return Played(script, history, nights, first, stood(site), folder / "config.yaml", f"sqlite:///{folder}/archive/nianbao.sqlite3")


def test_every_change_is_found_on_its_night_in_its_class_and_none_besides(played):
    first, *later = played.told
    history = played.history
    assert first.changes == sorted(f"new {key}" for key in played.first)
    for told in later:
        assert (told.night, told.changes) == (told.night, sorted(history["news"].get(told.night, [])))
    for told in played.told:
        assert (told.night, told.incidents) == (told.night, sorted(history["trouble"].get(told.night, [])))
    with Archive.open(played.url, create=False) as archive:
        found = {played.documents[row["url"]]: row for row in queries.find(archive)}
    assert sorted(found) == sorted(set(played.documents.values()))
    assert {key: row["state"] for key, row in found.items() if row["state"] != "alive"} == history["states"]
    assert {key: row["versions"] for key, row in found.items() if row["versions"] != 1} == history["versions"]


def test_played_again_from_its_records_it_says_the_same_on_both_databases(played, tmp_path, monkeypatch):
    """Moved, missing, withdrawn, restored, corrected, with another file: in the same order, on the same nights, with the same proofs."""
    monkeypatch.chdir(tmp_path)  # where the heads of an archive on a server go, and those of another run would be foreign
    records = tmp_path / "history.warc.gz"
    after = ("--now", max(played.script.nights.values()).isoformat())
    command(played.config, "export", "warc", str(records), *after)
    crawled = said(played.url)
    with server.running(*server.FAST) as postgresql:
        postgresql.execute("CREATE DATABASE again")
        for url in (f"sqlite:///{tmp_path}/again.sqlite3", postgresql.url.format(name="again")):
            assert command(played.config, "import", str(records), "--archive", url, *after)[1] == 0
            again = said(url)
            assert natural.differences(crawled, again) == []
            assert {name: len(rows) for name, rows in again.items()} == {name: len(rows) for name, rows in crawled.items()}


def said(url):
    """What an archive says, and that it is whole. Findings between reports were compared night by night, and name the captures of then."""
    with Archive.open(url, create=False) as archive:
        assert list(whole.verify(archive)) == []
        return {name: rows for name, rows in natural.rows(archive).items() if name != "findings"}


@pytest.mark.parametrize("name", ["few_nights", "twenty_nights"])
def test_a_history_has_every_class_of_change_and_every_kind_of_event_in_it(name):
    script, history = load(HERE / f"{name}.yaml")
    assert {line.partition(" ")[0] for lines in history["news"].values() for line in lines} == {str(kind) for kind in ChangeKind}
    assert {event.what for event in script.events} == set(type(script.events[0].what))
    assert len(script.nights) == (20 if name == "twenty_nights" else 7)

"""Nights on which everything happens that can happen to a report: each change is told on its night, in its class, and nothing besides."""

from pathlib import Path

import pytest

from storage import queries
from storage.records import ChangeKind
from tests.history.playing import load, play, stood

HERE = Path(__file__).parent
HISTORIES = [pytest.param("few_nights"), pytest.param("twenty_nights", marks=pytest.mark.torture)]


@pytest.mark.parametrize("name", HISTORIES)
def test_every_change_is_found_on_its_night_in_its_class_and_none_besides(name, tmp_path):
    script, history = load(HERE / f"{name}.yaml")
    first = min(script.nights)
    for told, archive, site in play(script, tmp_path / "history"):
        if told.night == first:
            shelf = {document.key for replica in site.portals for document in replica.shelf(first) if document.kind != "work_report"}
            assert told.changes == sorted(f"new {key}" for key in shelf)
        else:
            assert (told.night, told.changes) == (told.night, sorted(history["news"].get(told.night, [])))
        assert (told.night, told.incidents) == (told.night, sorted(history["trouble"].get(told.night, [])))
        found_at_last = queries.find(archive)
    documents = stood(site)
    found = {documents[row["url"]]: row for row in found_at_last}
    assert sorted(found) == sorted(set(documents.values()))
    assert {key: row["state"] for key, row in found.items() if row["state"] != "alive"} == history["states"]
    assert {key: row["versions"] for key, row in found.items() if row["versions"] != 1} == history["versions"]


@pytest.mark.parametrize("name", ["few_nights", "twenty_nights"])
def test_a_history_has_every_class_of_change_and_every_kind_of_event_in_it(name):
    script, history = load(HERE / f"{name}.yaml")
    assert {line.partition(" ")[0] for lines in history["news"].values() for line in lines} == {str(kind) for kind in ChangeKind}
    assert {event.what for event in script.events} == set(type(script.events[0].what))
    assert len(script.nights) == (20 if name == "twenty_nights" else 7)

"""Every shipped portal against its saved pages: `tests/portals/<key>/` holds lists, reports and what must and must not be read from them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import yaml

from crawler.errors import ConfigError
from crawler.reading import divisions, read
from crawler.reading.charset import decode
from crawler.scope import Scope
from crawler.urls import canonical
from spiders import candidates
from spiders.families import Page, family
from spiders.portal import load
from storage.records import Capture

PORTALS = sorted((Path(__file__).parent.parent / "spiders" / "portals").glob("*.yaml"))
PAGES = Path(__file__).parent / "portals"
READING_KEYS = {"type", "issuer", "level", "adcode", "city", "year", "title", "published", "signed", "source", "trust", "encoding"}


@cache
def expected(key):
    return yaml.safe_load((PAGES / key / "expected.yaml").read_text(encoding="utf-8"))


def saved(kind):
    """(portal file, page name) of every saved page; a portal without its folder shows up in the completeness test."""
    found = []
    for path in PORTALS:
        if (PAGES / path.stem / "expected.yaml").exists():
            found += [pytest.param(path, name, id=f"{path.stem}-{name}") for name in expected(path.stem) if name.startswith(kind)]
    return found


@pytest.mark.parametrize("path", PORTALS, ids=lambda path: path.stem)
def test_every_portal_has_saved_pages_and_says_what_they_hold(path):
    folder = PAGES / path.stem
    assert (folder / "expected.yaml").is_file(), f"{folder}/expected.yaml is missing: save a list and a report of {path.stem} and say what they hold"
    said = expected(path.stem)
    kept = {file.name for file in folder.iterdir() if file.name != "expected.yaml"}
    assert set(said) == kept, "expected.yaml and the saved pages must name each other"
    assert {"list", "report"} <= {name.partition(".")[0].partition("_")[0] for name in said}
    for name, page in said.items():
        assert name.startswith("list") or {"has", "has_not"} <= set(page), f"{name}: has and has_not are both needed"


@pytest.mark.parametrize(("path", "name"), saved("list"))
def test_a_saved_list_gives_its_rows_candidates_and_ways_on(path, name):
    portal = load(path)
    reader = family(portal)
    said = expected(portal.key)[name]
    text, _ = decode((PAGES / portal.key / name).read_bytes())
    page = Page.of(text, url=said["url"], column=said.get("column"), number=said.get("number", 1))

    rows, columns, following = reader.rows(page), reader.columns(page), reader.next(page)

    found = candidates.of(rows, portal, columns=columns)
    assert [{"title": c.title, "url": c.url, "date": c.listed} for c in found] == said["candidates"]
    assert len(rows) == said["rows"]
    assert columns == said["columns"]
    way_on = following and {key: value for key, value in vars(following).items() if key in said["next"] or key in {"url", "number"}}
    assert way_on == said["next"]


@pytest.mark.parametrize(("path", "name"), saved("report"))
def test_a_saved_report_is_read_as_its_file_says(path, name):
    portal = load(path)
    said = expected(portal.key)[name]
    capture = Capture(
        url=canonical(said["url"]),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=(PAGES / portal.key / name).read_bytes(),
        fetched_at=datetime(2026, 1, 15, tzinfo=UTC),
        portal=portal.key,
    )

    reading = read(capture, origin=portal.origin, body_selector=portal.body)

    facts = {key: value for key, value in said.items() if key not in {"url", "has", "has_not"}}
    assert set(facts) <= READING_KEYS, "a reading has no such fact"
    assert {key: getattr(reading, key) for key in facts} == facts
    assert [words for words in said["has"] if words not in reading.text] == []
    assert [words for words in said["has_not"] if words in reading.text] == []
    assert family(portal).parts(Page.of(decode(capture.body)[0], url=capture.url)) == []


@pytest.mark.parametrize("path", PORTALS, ids=lambda path: path.stem)
def test_a_portal_file_is_short_data_that_says_what_is_not_verified(path):
    assert 10 <= len(path.read_text(encoding="utf-8").splitlines()) <= 30
    portal = load(path)
    assert "Not verified" in (portal.note or "")
    assert portal.expect.candidates > 0
    assert all(Scope(portal.hosts).covers(url) for url in portal.start), "every entry URL stands on a trusted host"


def test_a_misspelt_key_of_a_portal_file_is_named(tmp_path):
    text = next(path for path in PORTALS if path.stem == "qingdao").read_text(encoding="utf-8")
    wrong = tmp_path / "qingdao.yaml"
    wrong.write_text(text.replace("expect: {candidates:", "expect: {candidate:"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"qingdao\.yaml: expect\.candidate"):
        load(wrong)


RIGHT = 'key: lijiang\nname: 漓江市人民政府\nadcode: "450300"\nfamily: trs\nstart: ["http://lijiang.example/nb/"]\nhosts: [lijiang.example]\n'


@pytest.mark.parametrize(
    ("right", "wrong", "messages"),
    [
        ("family", "famliy", ["family: is missing", "famliy: there is no such key; did you mean family?"]),
        ("hosts: ", "listing: {rows: li}\nhosts: ", ["listing.rows: there is no such key; did you mean listing.row?"]),
        ("hosts: ", "colour: red\nhosts: ", ["colour: there is no such key; a portal file has the keys key, name, "]),
        ('"450300"', "450300", ["adcode: 450300 is not right: ", "in quotes"]),
        ("hosts: ", "listing: li\nhosts: ", ["listing: is a section and needs keys below it: listing.row"]),
        ("name: ", "family: static\nname: ", ["not YAML: line 5, column 1: the key family stands here again, after line 2"]),
        ("name: ", "name: [", ["not YAML: line 3, column"]),
        (RIGHT, "- a list\n", ["is no mapping; a portal file has the keys key, name, "]),
    ],
)
def test_a_mistake_in_a_portal_file_is_told_with_what_would_be_right(tmp_path, right, wrong, messages):
    file = tmp_path / "lijiang.yaml"
    file.write_text(RIGHT, encoding="utf-8")
    assert load(file).family == "trs"
    file.write_text(RIGHT.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert all(line.startswith(f"{file}: ") for line in str(caught.value).splitlines())
    assert [message for message in messages if message not in str(caught.value)] == [], str(caught.value)


@pytest.mark.parametrize("start", ["http://www.lijiang.example/nb/", "http://[::1/nb/"])
def test_an_entry_on_a_host_that_is_not_trusted_is_refused_before_the_first_night(tmp_path, start):
    file = tmp_path / "lijiang.yaml"
    file.write_text(
        f'{{key: lijiang, name: 漓江市人民政府, adcode: "450300", family: trs, start: ["{start}"], hosts: [lijiang.example]}}', encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"start: .* stands on none of the portal's hosts"):
        load(file)


def test_a_family_nobody_wrote_is_refused_with_the_known_ones():
    portal = load(PORTALS[0])
    with pytest.raises(ConfigError, match="contentn, hanweb, static, trs"):
        family(portal.model_copy(update={"family": "dongyi"}))


def test_the_registry_agrees_with_the_portal_files():
    with (PORTALS[0].parent.parent / "registry.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = {row["code"]: row for row in rows if row["code"]}  # 加格达奇区 and three more have no code of their own
    assert len(rows) == 3219
    assert len(known) == 3214
    assert [code for code in known if divisions.by_code(code) is None] == []
    for portal in map(load, PORTALS):
        row = known[portal.adcode]
        assert (row["family"], row["report_column_url"]) == (portal.family, portal.start[0])
        assert Scope(portal.hosts).covers(row["homepage"])

"""Feeds are Atom as RFC 4287 has it, whatever a portal wrote, and whole at any moment."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from lxml import etree

from crawler.errors import ConfigError
from scheduler.alerts import feeds
from scheduler.alerts.feeds import Feed
from tests.alerts.conftest import subscribed
from tests.alerts.test_messages import HOSTILE

A = "{http://www.w3.org/2005/Atom}"
STRICT = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)


def atom(document: bytes):
    """The feed, held against the rules of RFC 4287 that a feed like ours can break."""
    root = etree.fromstring(document, STRICT)
    assert root.tag == f"{A}feed"
    ids = [one.findtext(f"{A}id") for one in (root, *root.iter(f"{A}entry"))]
    for one in (root, *root.iter(f"{A}entry")):
        for name in ("id", "title", "updated"):  # 4.1.1, 4.1.2: exactly one
            assert len(one.findall(f"{A}{name}")) == 1, name
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one.findtext(f"{A}id"))  # 4.2.6: an IRI
        for time in one.findall(f"{A}updated") + one.findall(f"{A}published"):  # 3.3
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time.text)
            datetime.fromisoformat(time.text)
        links = [(link.get("rel", "alternate"), link.get("type"), link.get("hreflang")) for link in one.findall(f"{A}link")]
        assert len(links) == len(set(links))  # 4.1.1: no two alternates of one type and language
        for link in one.findall(f"{A}link"):  # 4.2.7.1
            assert re.fullmatch(r"https?://\S+", link.get("href"))
    assert len(ids) == len(set(ids))  # 4.1.1: entries differ in their ids
    assert root.find(f"{A}author/{A}name").text  # 4.1.1: an author, of the feed or of each entry
    for entry in root.iter(f"{A}entry"):
        content = entry.findall(f"{A}content")
        assert len(content) <= 1
        assert content or any(link.get("rel") == "alternate" for link in entry.findall(f"{A}link"))  # 4.1.2
        assert not list(content[0])  # type text: no markup (4.1.3.3)
        assert entry.find(f"{A}category").get("term")
    allowed = {"author", "category", "contributor", "generator", "icon", "id", "link", "logo", "rights", "subtitle", "title", "updated", "entry"}
    assert {child.tag.removeprefix(A) for child in root} <= allowed
    newest = max((entry.findtext(f"{A}updated") for entry in root.iter(f"{A}entry")), default=root.findtext(f"{A}updated"))
    assert root.findtext(f"{A}updated") == newest
    return root


def titles(root):
    return [entry.findtext(f"{A}title") for entry in root.iter(f"{A}entry")]


def test_a_feed_is_valid_and_tells_figures_before_and_after(nights):
    nights.filled(1)
    nights.crawl(nights.edited(1))
    root = atom(feeds.render(nights.archive, Feed()))
    assert titles(root)[0] == "数字改动：诸城市第1局2017年政府信息公开工作年度报告"
    assert "12 → 13" in root.find(f"{A}entry/{A}content").text


def test_an_empty_feed_is_valid(nights):
    assert titles(atom(feeds.render(nights.archive, Feed(portal="qingdao")))) == []


def test_hostile_words_are_text_and_leave_the_feed_readable(nights):
    nights.crawl(nights.of(1, title=HOSTILE + "\ufffe\ud800]]>&amp;", text=HOSTILE))
    root = atom(feeds.render(nights.archive, Feed(), public="https://nianbao.example.org"))
    assert "<script>alert(1)</script>" in titles(root)[0]
    assert "{{7*7}}" in titles(root)[0]


def test_ids_stay_when_the_feed_moves_and_other_events_come(nights):
    nights.filled(1, 2)
    before = atom(feeds.render(nights.archive, Feed()))
    nights.crawl(nights.edited(1))
    after = atom(feeds.render(nights.archive, Feed(), public="https://elsewhere.example"))
    ids = [[entry.findtext(f"{A}id") for entry in root.iter(f"{A}entry")] for root in (before, after)]
    assert ids[1][1:] == ids[0]
    assert before.findtext(f"{A}id") == after.findtext(f"{A}id")


def test_a_provinces_feed_holds_all_below_it_and_no_other(nights):
    nights.filled(1)
    for code, number in (("370000", 1), ("370700", 1), ("370782", 1), ("330000", 0), ("330100", 0)):
        feed = Feed(province=code) if code.endswith("0000") else Feed(city=code)
        assert len(titles(atom(feeds.render(nights.archive, feed)))) == number, code
    assert titles(atom(feeds.render(nights.archive, Feed(kind="missing")))) == []


def test_files_are_written_for_what_there_is_and_anew_only_when_something_happened(nights, hook, tmp_path):
    config = subscribed(hook.url, delivery={"feeds": str(tmp_path / "feeds")})
    nights.filled(1)
    nights.tell(config)
    folder = tmp_path / "feeds"
    names = {"all", "portal-zhucheng", "city-370782", "city-370700", "province-370000", "kind-new"}
    assert {path.name for path in folder.iterdir()} == {f"{name}.atom" for name in names}
    assert [path for path in folder.iterdir() if path.stat().st_mode & 0o777 != 0o644] == []
    assert feeds.write(nights.archive, config, nights.now) == []
    (folder / "kind-new.atom").unlink()
    assert [path.name for path in feeds.write(nights.archive, config, nights.now)] == ["kind-new.atom"]
    nights.archive.open_incident("blocked", "zhucheng", None, "403", nights.now)
    written = {path.name for path in feeds.write(nights.archive, config, nights.now)}
    assert written == {"all.atom", "portal-zhucheng.atom", "city-370782.atom", "city-370700.atom", "province-370000.atom", "kind-incidents.atom"}
    for path in folder.iterdir():
        atom(path.read_bytes())


def test_a_portal_key_that_is_no_file_name_writes_no_file_elsewhere(nights, tmp_path):
    nights.archive.open_incident("blocked", "../../escape", None, "403", nights.now)
    config = subscribed("json://127.0.0.1:9/", delivery={"feeds": str(tmp_path / "feeds")})
    written = feeds.write(nights.archive, config, nights.now)
    assert {path.parent for path in written} == {tmp_path / "feeds"}
    assert {path.name for path in written} == {"all.atom", "kind-incidents.atom"}


def test_a_folder_that_cannot_be_made_is_refused_with_its_key(nights, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"delivery\.feeds"):
        feeds.write(nights.archive, subscribed("json://127.0.0.1:9/", delivery={"feeds": str(tmp_path / "file" / "feeds")}), nights.now)

"""What an operator may change, and what is said when a change is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import config
from crawler.errors import ConfigError

PROJECT = Path(__file__).resolve().parent.parent


def written(folder, text):
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path, **more):
    with pytest.raises(ConfigError) as caught:
        config.load(path, environ=more.pop("environ", {}), **more)
    return str(caught.value)


def test_the_shipped_file_is_valid_and_stays_with_the_defaults():
    shipped = config.load(PROJECT / "config.yaml", environ={})
    assert shipped.archive == config.Config().archive
    assert shipped.crawl.delay == config.Config().crawl.delay
    assert shipped.crawl.revisit_days == config.Config().crawl.revisit_days


def test_without_any_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config.load(environ={}) == config.Config()


def test_argument_wins_over_environment_over_file_over_default(tmp_path):
    path = written(tmp_path, "crawl: {delay: 5, tries: 2, list_pages: 7}\n")
    environ = {"NIANBAO_CRAWL__DELAY": "6", "NIANBAO_CRAWL__TRIES": "4"}
    got = config.load(path, overrides={"crawl.delay": 7.0, "archive.url": None}, environ=environ)
    assert (got.crawl.delay, got.crawl.tries, got.crawl.list_pages, got.crawl.readers) == (7.0, 4, 7, 1)
    origins = {row.key: row.origin for row in config.explain(got)}
    assert origins["crawl.delay"] == "argument"
    assert origins["crawl.tries"] == "environment"
    assert origins["crawl.list_pages"] == str(path)
    assert origins["crawl.readers"] == "default"


def test_the_environment_can_set_every_kind_of_key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environ = {
        "NIANBAO_ARCHIVE__URL": "sqlite:///elsewhere.sqlite3",
        "NIANBAO_CRAWL__ROBOTS": "false",
        "NIANBAO_CRAWL__USER_AGENT": "12345678",
        "NIANBAO_CRAWL__PAGE_LIMIT": "4096",
        "NIANBAO_PORTALS__PATHS": "a:b",
        "NIANBAO_NOW": "2026-01-20T02:00:00+08:00",
        "PATH": "/bin",
    }
    got = config.load(environ=environ)
    assert got.archive.url == "sqlite:///elsewhere.sqlite3"
    assert (got.crawl.robots, got.crawl.user_agent, got.crawl.page_limit) == (False, "12345678", 4096)
    assert got.portals.paths == (Path("a"), Path("b"))
    assert got.clock() == datetime(2026, 1, 19, 18, 0, tzinfo=UTC)


def test_a_typo_is_refused_with_the_key_that_was_meant(tmp_path):
    message = refusal(written(tmp_path, "crawl:\n  dely: 3\n"))
    assert str(tmp_path / "config.yaml") in message
    assert "crawl.dely" in message
    assert "did you mean crawl.delay?" in message


def test_a_key_in_the_wrong_section_is_pointed_to_its_own(tmp_path):
    assert "did you mean crawl.delay?" in refusal(written(tmp_path, "delay: 3\n"))


def test_a_typo_in_the_environment_is_refused_with_the_variable(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = refusal(None, environ={"NIANBAO_CRAWL__DELY": "3"})
    assert "NIANBAO_CRAWL__DELY" in message
    assert "crawl.delay" in message


def test_every_mistake_of_a_file_is_named_at_once(tmp_path):
    message = refusal(written(tmp_path, "crawl: {delay: fast, tries: 0, robots: 3}\n"))
    assert [line.split(": ")[1] for line in message.splitlines()] == ["crawl.delay", "crawl.robots", "crawl.tries"]


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("crawl: {delay: yes}", "crawl.delay", "valid number"),
        ("crawl: {delay: '3'}", "crawl.delay", "valid number"),
        ("crawl: {delay: -1}", "crawl.delay", "greater than or equal to 0"),
        ("crawl: 5", "crawl", "needs keys below it: crawl.delay"),
        ("archive: {url: nianbao.sqlite3}", "archive.url", "sqlite:///"),
        ("now: 2026-01-20T02:00:00", "now", "+08:00"),
        ("now: tonight", "now", "+08:00"),
        ("schedule: {start: 20:00}", "schedule.start", 'in quotes: "20:00"'),
        ("schedule: {end: 23:59:59}", "schedule.end", 'in quotes: "01:00"'),
        ("portals: {paths: spiders/portals}", "portals.paths", "Folders of portal files"),
        ("portals: {paths: [1]}", "portals.paths", "Folders of portal files"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key_and_what_would_be_right(tmp_path, text, key, hint):
    message = refusal(written(tmp_path, text + "\n"))
    assert f": {key}: " in message
    assert hint in message


def test_broken_yaml_is_refused_with_its_line(tmp_path):
    message = refusal(written(tmp_path, "archive:\n  url: sqlite:///a\n crawl: [\n"))
    assert "config.yaml: not YAML: line 3" in message


def test_a_key_written_twice_is_refused_with_both_lines(tmp_path):
    message = refusal(written(tmp_path, "crawl:\n  delay: 3\n  tries: 2\n  delay: 4\n"))
    assert "config.yaml: not YAML: line 4, column 3: the key delay stands here again, after line 2" in message
    assert "the key delay" in refusal(written(tmp_path, "crawl: {delay: 3, 'delay': 4}\n"))


def test_a_merged_section_may_write_a_key_anew(tmp_path):
    path = written(tmp_path, "crawl: {<<: {delay: 3, tries: 2}, delay: 4}\n")
    assert (config.load(path, environ={}).crawl.delay, config.load(path, environ={}).crawl.tries) == (4.0, 2)


@pytest.mark.parametrize("text", ["now: 2026-13-45", "now: \x00", "crawl: " + "[" * 5000, "? [a, b]\n: c"])
def test_what_breaks_the_yaml_loader_is_refused_with_the_file(tmp_path, text):
    message = refusal(written(tmp_path, text + "\n"))
    assert "config.yaml: " in message
    assert "unicode string" not in message


def test_a_section_that_holds_itself_is_refused(tmp_path):
    assert "config.yaml: a section holds itself" in refusal(written(tmp_path, "crawl: &crawl\n  more: *crawl\n"))


def test_a_file_that_holds_no_keys_is_refused(tmp_path):
    assert "must hold keys" in refusal(written(tmp_path, "- one\n- two\n"))


def test_a_file_of_comments_and_empty_sections_sets_nothing(tmp_path):
    assert config.load(written(tmp_path, "# nothing\ncrawl:\n  # delay: 3\n"), environ={}) == config.Config()


def test_a_named_file_that_is_missing_is_refused_and_not_ignored(tmp_path):
    assert "missing.yaml: there is no such file" in refusal(tmp_path / "missing.yaml")


def test_a_file_in_another_charset_is_refused_with_its_name(tmp_path):
    path = tmp_path / "gbk.yaml"
    path.write_bytes("# 年报\n".encode("gbk"))
    assert "gbk.yaml: cannot be read" in refusal(path)


def test_passwords_are_masked_wherever_a_setting_is_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = "postgresql://reader:s3cr3t@db.example/nianbao?sslpassword=s3cr3t&sslmode=require"
    got = config.load(overrides={"archive.url": url}, environ={})
    shown = next(row.value for row in config.explain(got) if row.key == "archive.url")
    assert shown == "postgresql://reader:***@db.example/nianbao?sslpassword=***&sslmode=require"
    assert config.masked("postgresql://reader:s3/cr3t@db.example/nianbao") == "postgresql://reader:***@db.example/nianbao"
    assert "s3cr3t" not in refusal(None, overrides={"archive.url": "mysql://reader:s3cr3t@db.example/nianbao"})


def test_every_key_has_a_description():
    assert [key for key, field in config.fields(config.Config) if not field.description] == []


def test_a_configuration_cannot_be_edited_later():
    with pytest.raises(ValueError, match="frozen"):
        config.Config().crawl.delay = 1.0

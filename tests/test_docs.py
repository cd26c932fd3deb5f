"""Pages that mirror code say what the code says."""

import re
from pathlib import Path

import click
import pytest

from app.cli import cli
from crawler import config
from storage import schema
from storage.records import ChangeKind, DocumentType, Trust

PROJECT = Path(__file__).resolve().parent.parent
DOCS = PROJECT / "docs"
README = PROJECT / "README.md"
PAGES = sorted([README, PROJECT / "CONTRIBUTING.md", PROJECT / "CHANGELOG.md", *DOCS.glob("*.md")])
EVERYWHERE = {"--config", "--archive", "--now", "--help"}


def commands(group=cli, name="nianbao"):
    """Every command that does something, with its full name."""
    context = click.Context(group)
    for short in group.list_commands(context):
        command = group.get_command(context, short)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {short}")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{name} {short}", command


def described(heading):
    """What docs/cli.md says under a heading."""
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no heading {heading!r}"
    return found[1]


@pytest.mark.parametrize(("name", "command"), [pytest.param(*pair, id=pair[0]) for pair in commands()])
def test_every_command_is_described_with_exactly_its_options(name, command):
    options = {option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts} - EVERYWHERE
    told = {option for item in re.findall(r"^- (`--.*?)(?::|$)", described(name), re.MULTILINE) for option in re.findall(r"`(--[a-z-]+)", item)}
    assert told == options


def test_no_command_is_described_that_does_not_exist():
    headings = re.findall(r"^## (.*)$", (DOCS / "cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(name for name, _ in commands())


def test_every_key_of_the_configuration_is_described_with_its_default():
    rows = {row.key: row for row in config.explain(config.Config())}
    written = [line for line in (DOCS / "configuration.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    expected = [f"| `{row.key}` | {f'`{row.value}`' if row.value else 'empty'} | {row.description} |" for row in rows.values()]
    assert written == expected


def test_the_readme_shows_its_two_commands_on_lines_of_their_own():
    lines = README.read_text(encoding="utf-8").splitlines()
    assert lines.count("make demo") == 1
    assert lines.count("make test") == 1


def test_the_readme_leads_to_every_page():
    text = README.read_text(encoding="utf-8")
    assert [page.name for page in sorted(DOCS.glob("*.md")) if f"(docs/{page.name})" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_ours_that_a_page_names_exists(page):
    named = re.findall(r"`((?:app|crawler|spiders|scheduler|storage|tests|docs|tools)/[\w./*-]+)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if not list(PROJECT.glob(name))] == []


def test_the_notice_names_the_files_that_others_made():
    named = re.findall(r"^(\S+/\S+)$", (PROJECT / "NOTICE").read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert [name for name in named if not (PROJECT / name).is_file()] == []


def test_the_words_of_the_archive_are_all_explained():
    text = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    words = [*DocumentType, *Trust, *ChangeKind]
    assert [word for word in words if f"`{word}`" not in text] == []


def test_every_target_of_the_makefile_says_what_it_does():
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE) == phony


def test_every_table_of_the_archive_is_told_and_no_other():
    (section,) = re.findall(r"^## What is stored\n(.*?)^## ", (DOCS / "archive.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    told = [name for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(told) == sorted([*schema.metadata.tables, *schema.derived.tables, *schema.INDEX["postgresql"]])

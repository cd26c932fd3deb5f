"""Words are looked for from the command line: what is found says where."""

import pytest

from tests.test_cli import lines, run
from tests.test_cli import url as url


def test_a_hit_names_its_field_version_and_place(url):
    row = lines("find", "--archive", url, "--text", "信息 4210\n条")[0]
    ((start, end),) = row["marks"]
    assert (row["field"], row["version"], row["snippet"][start:end]) == ("body", 1, "信息4210条")
    assert [(row["field"], row["version"]) for row in lines("find", "--archive", url, "--text", "潍坊市")] == [("issuer", 1)]


def test_without_words_nothing_is_told_of_a_hit(url):
    assert not {"field", "version", "snippet", "marks"} & set(lines("find", "--archive", url)[0])


def test_the_words_around_a_hit_stand_in_the_table(url):
    printed = run("find", "--archive", url, "--text", "4210条").stdout
    assert "snippet" in printed.splitlines()[0]
    assert "主动公开信息4210条" in printed


@pytest.mark.parametrize("text", ["", "\u3000 ", "\u200b"])
def test_words_of_nothing_are_refused(url, text):
    assert "nothing to look for" in run("find", "--archive", url, "--text", text, code=2).stderr


@pytest.mark.parametrize("issuer", ["", " ", "\u3000"])
def test_an_organ_without_a_name_is_not_every_organ(url, issuer):
    assert "--issuer" in run("find", "--archive", url, "--issuer", issuer, code=2).stderr
    assert lines("find", "--archive", url, "--issuer", "潍坊市")


def test_the_index_is_made_anew(url):
    assert "documents indexed" in run("db", "reindex", "--archive", url).stdout
    assert len(lines("find", "--archive", url, "--text", "4210条")) == 2
    assert "no archive there yet" in run("db", "reindex", "--archive", url.replace("nianbao.sqlite3", "none.sqlite3"), code=2).stderr

"""The words of messages cover what the code can open."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from crawler import doubts, errors, rereading
from crawler.errors import CrawlError, FetchError, PageError
from scheduler import sealing
from scheduler.alerts import feeds, words
from scheduler.alerts.feeds import Feed
from spiders import base
from storage.records import ChangeKind, What
from tests.alerts.conftest import subscribed
from tests.alerts.test_feeds import atom, titles

PROJECT = Path(__file__).resolve().parents[2]
OF_ERRORS = {
    *(cls("x").kind for cls in vars(errors).values() if inspect.isclass(cls) and issubclass(cls, CrawlError)),
    *errors.KINDS.values(),
} - {cls("x").kind for cls in (CrawlError, FetchError, PageError)}  # fmt: skip  # which nobody raises

# Calls whose kind stands in a variable, and what may stand there. A new one fails the test until it is added here.
VARIABLE = {
    ("crawler/fetching.py", "error.kind"): OF_ERRORS,
    ("crawler/runs.py", "error.kind"): OF_ERRORS,
    ("crawler/runs.py", "kind"): (),  # hands on what its callers say
    ("crawler/pipeline.py", "kind"): doubts.DOUBTS,
    ("crawler/pipeline.py", "file.trouble.split(' ')[0]"): OF_ERRORS,
    ("crawler/pipeline.py", "failure.kind"): rereading.KINDS,
    ("crawler/rereading.py", "error.kind"): OF_ERRORS,
    ("app/commands/reread.py", "failure.kind"): rereading.KINDS,
    ("spiders/base.py", "kind"): base.EXPECTATIONS,
    ("scheduler/sealing.py", "kind"): (sealing.HEADS_UNWRITTEN, sealing.HEADS_FOREIGN, sealing.TIMESTAMP_FAILED),
}


def spoken(call):
    """The kind a call gives an incident, as a node; None for other calls."""
    function = call.func
    if isinstance(function, ast.Name) and function.id == "Failure":
        return next((keyword.value for keyword in call.keywords if keyword.arg == "kind"), None)
    if not isinstance(function, ast.Attribute) or function.attr not in {"incident", "open_incident"} or ast.unparse(function.value) == "words":
        return None
    return call.args[0]


def opened():
    """Every kind that the code gives an incident, and every place where it stands in a variable."""
    kinds, variable = set(), set()
    for file in sorted(file for folder in ("app", "crawler", "spiders", "scheduler") for file in (PROJECT / folder).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        for said in filter(None, (spoken(node) for node in ast.walk(tree) if isinstance(node, ast.Call))):
            if isinstance(said, ast.Constant):
                kinds.add(said.value)
            elif isinstance(said, ast.Name) and said.id in constants:
                kinds.add(constants[said.id])
            else:
                variable.add((file.relative_to(PROJECT).as_posix(), ast.unparse(said)))
    return kinds, variable


def test_every_kind_of_incident_the_code_can_open_has_a_chinese_word():
    kinds, variable = opened()
    assert variable == VARIABLE.keys()
    every = kinds.union(*VARIABLE.values())
    assert {"afterwards_broke", "blocked", "challenge", "charset_broken", "account_unwritten", "host_budget"} <= every
    assert sorted(every - words.INCIDENTS["zh"].keys()) == []


def test_the_first_kinds_of_events_are_the_kinds_of_changes():
    changes = [(kind.name, kind.value) for kind in ChangeKind]
    assert [(kind.name, kind.value) for kind in What][: len(changes)] == changes
    assert len(changes) == 10  # as What says


def test_every_kind_of_event_has_its_words():
    assert all(set(KINDS) == set(What) for KINDS in words.KINDS.values())


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "【年报】故障出现：nianbao（夜间收尾步骤出错）（2处）"), ("en", "[nianbao] Incident opened: nianbao (afterwards broke) (2)")],
)
def test_a_trouble_of_our_own_is_told_in_words_and_never_by_its_key(nights, hook, language, said):
    for step in ("seal", "account"):
        nights.archive.open_incident("afterwards_broke", None, f"step:{step}", f"{step}: OSError", nights.now)
    nights.archive.open_incident("of_a_later_version", None, None, "x", nights.now)
    told = nights.tell(subscribed(hook.url, language=language))
    assert [one.state for one in told] == ["sent", "sent"]
    assert told[0].subject == said
    assert "of a later version" in told[1].subject
    assert not any("incident 1 opened" in body["title"] + body["message"] for _, _, body in hook.got)


def test_a_feed_tells_a_trouble_of_our_own_in_words(nights):
    nights.archive.open_incident("heads_unwritten", None, None, "disk full", nights.now)
    assert titles(atom(feeds.render(nights.archive, Feed()))) == ["故障出现：nianbao（账本摘要没能写入文件）"]

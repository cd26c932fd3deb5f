"""The board and the coverage at the command line."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from click.testing import CliRunner

from app.cli import cli
from app.commands import coverage
from scheduler.overdue import Reason
from tests.overdue.conftest import EARLIER, FINANCE, GOVERNMENT, row


@pytest.fixture
def crawled(world, url):
    """From February 2025: the government published in March, the department never; on 5 April the portal was blocked."""
    for night in ("02-02", "04-01"):
        world.night(night, EARLIER)
    world.night("04-03", [row(GOVERNMENT, 2024, "03-30"), *EARLIER], world.page(GOVERNMENT, 2024, claimed="03-30"))
    world.night("04-05", None)
    return url


def run(url, *arguments, now="2025-04-03T20:00:00+08:00", code=0):
    result = CliRunner().invoke(cli, ["--archive", url, "--now", now, *arguments], prog_name="nianbao")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def objects(output):
    return [json.loads(line) for line in output.splitlines()]


def test_the_board_is_a_table_of_those_who_were_not_on_time(crawled):
    lines = run(crawled, "overdue", "--city", "诸城").splitlines()
    assert lines[0].split()[:5] == ["adcode", "issuer", "year", "state", "days"]
    assert [line.split()[1:5] for line in lines[1:]] == [[GOVERNMENT, "2024", "published", "1"], [FINANCE, "2024", "overdue", "62"]]


def test_the_board_in_json_has_the_keys_of_the_contract(crawled):
    (government, finance) = objects(run(crawled, "overdue", "--province", "山东", "--json"))[-2:]
    assert {"id", "time", "kind", "report", "portal", "adcode", "year", "state", "detail"} <= finance.keys()
    assert (finance["state"], finance["days"], finance["deadline"], finance["kind"]) == ("overdue", 62, "2025-01-31", "department")
    assert (government["timely"], government["timely_by"], government["claimed"]) == ("late", "seen", "2025-03-30")


def test_the_documentation_names_every_key(crawled):
    from tests.test_docs import described

    told = re.findall(r"\w+", re.sub(r"\([^)]*\)", "", described("nianbao overdue").partition("- `--json`:")[2]))
    (case, *_) = objects(run(crawled, "overdue", "--city", "诸城", "--json"))
    assert [key for key in case if key not in told] == []


def test_a_blocked_night_makes_it_unknown_at_the_command_line(crawled):
    told = objects(run(crawled, "overdue", "--city", "370782", "--state", "unknown", "--json", now="2025-04-05T20:00:00+08:00"))
    assert [(case["issuer"], case["reason"]) for case in told] == [(FINANCE, "in_trouble")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["overdue", "--below"], "--below needs --city"),
        (["overdue", "--province", "诸城"], "is no province"),
        (["overdue", "--province", "山东", "--city", "诸城"], "give one of them"),
        (["overdue", "--year", "2007"], "2007"),
        (["coverage", "--years", "2025-2008"], "no span of years"),
    ],
)  # fmt: skip
def test_wrong_usage_is_refused(crawled, arguments, said):
    assert said in run(crawled, *arguments, code=2)


def test_coverage_has_a_mark_for_each_year_and_a_legend(crawled):
    output = run(crawled, "coverage", "--city", "诸城", "--years", "2021-2025")
    (line,) = [line for line in output.splitlines() if line.startswith("370782")]
    assert line.split()[2:] == ["-", "●", "●", "◐", "·"]
    assert "◐  published late" in output


def test_coverage_in_json_is_an_object_a_cell(crawled):
    cells = objects(run(crawled, "coverage", "--province", "山东", "--years", "2023-2024", "--json"))
    ours = [(cell["year"], cell["state"], cell["mark"]) for cell in cells if cell["adcode"] == "370782"]
    assert ours == [(2023, "published", "●"), (2024, "published", "◐")]
    assert {cell["adcode"][:2] for cell in cells} == {"37"}
    qingdao = [cell for cell in cells if cell["adcode"] == "370200"]
    assert {cell["reason"] for cell in qingdao} == {"never_crawled"}


def test_rules_of_an_operator_count(crawled, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text('rules:\n  - {years: "2024", division: "370782", who: [department], due: "03-01", basis: 诸城市通知}\n', encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(f"overdue: {{rules: {rules}}}\n", encoding="utf-8")
    (finance,) = objects(run(crawled, "--config", str(config), "overdue", "--city", "诸城", "--kind", "department", "--json"))
    assert (finance["deadline"], finance["basis"]) == ("2025-03-01", "诸城市通知")
    assert finance["days"] == (date(2025, 4, 3) - date(2025, 3, 1)).days


def test_every_reason_has_a_sign_of_its_own_meaning_and_every_sign_a_legend():
    signs = {**coverage._UNKNOWN, **coverage._PUBLISHED}
    assert set(coverage._UNKNOWN) == set(Reason)
    assert set(signs.values()) | {"✗"} == set(coverage.LEGEND)

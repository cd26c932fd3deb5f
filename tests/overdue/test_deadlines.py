"""By when, for whom, by which rule."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.errors import ConfigError
from scheduler import deadlines

LAW = deadlines.load()


@pytest.mark.parametrize(
    ("who", "adcode", "year", "day"),
    [
        ("government", "370782", 2007, None),
        ("government", "370782", 2008, "2009-03-31"),
        ("department", "370782", 2018, "2019-03-31"),
        ("township", "370782", 2018, "2019-03-31"),
        ("government", "370782", 2019, "2020-03-31"),
        ("department", "370782", 2019, "2020-01-31"),
        ("township", "370782", 2019, None),
        ("department", "431200", 2021, "2022-01-28"),
        ("government", "431200", 2021, "2022-03-31"),
        ("government", "431202", 2021, "2022-02-20"),
        ("department", "431202", 2021, "2022-01-31"),
        ("department", "431200", 2022, "2023-01-31"),
        ("government", "430100", 2021, "2022-03-31"),
    ],
)  # fmt: skip
def test_both_laws_and_the_rules_of_places(who, adcode, year, day):
    found = LAW.of(who, adcode, year)
    assert (None if found is None else found.day.isoformat()) == day
    assert found is None or (found.basis and found.binds)


def test_a_deadline_closes_when_its_day_ends_in_china():
    deadline = LAW.of("department", "370782", 2024)
    assert deadline.closes == datetime(2025, 1, 31, 16, tzinfo=UTC)
    assert [deadline.days_late(datetime(2025, 1, 31, hour, 30, tzinfo=UTC)) for hour in (15, 16)] == [0, 1]


def local(tmp_path, text):
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return deadlines.load(path)


def test_an_operators_rule_comes_after_the_law(tmp_path):
    rule = 'rules:\n  - {years: 2020.., division: "370700", scope: below, who: [township], due: "02-28", basis: 潍坊市通知}\n'
    found = local(tmp_path, rule)
    assert found.of("township", "370782", 2024).day == date(2025, 2, 28)
    assert found.of("township", "370782", 2019) is None
    assert found.of("township", "370700", 2024) is None
    assert found.of("township", "370200", 2024) is None


def test_a_rule_without_a_day_frees_an_organ(tmp_path):
    found = local(tmp_path, 'rules:\n  - {years: "2024", division: "370782", who: [department], basis: 通知}\n')
    assert found.of("department", "370782", 2024) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n  - {years: 2019.., who: [department], due: 31 January, basis: x}\n", "must be a day"),
        ('rules:\n  - {years: 2019.., who: [department], due: "02-29", basis: x}\n', "must be a day"),
        ('rules:\n  - {years: 2019-2020, who: [department], due: "01-31", basis: x}\n', "span of years"),
        ('rules:\n  - {years: 2020..2019, who: [department], due: "01-31", basis: x}\n', "ends before it begins"),
        ('rules:\n  - {years: 2019.., who: [departments], due: "01-31", basis: x}\n', "who"),
        ('rules:\n  - {years: 2019.., divison: "370782", who: [department], due: "01-31", basis: x}\n', "did you mean"),
        ('rules:\n  - {years: 2019.., division: "999999", who: [department], due: "01-31", basis: x}\n', "code of no division"),
        ('rules:\n  - {years: 2019.., who: [department], due: "01-31"}\n', "basis"),
        ("- a\n", "is no mapping"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_with_its_file_and_key(tmp_path, text, said):
    with pytest.raises(ConfigError) as refused:
        local(tmp_path, text)
    assert "rules.yaml" in str(refused.value)
    assert said in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        deadlines.load(tmp_path / "none.yaml")

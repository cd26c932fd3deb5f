"""What is read anew, and what would differ."""

from dataclasses import replace
from decimal import Decimal

from storage import rereads
from storage.records import Figure, FigureKind
from tests.storage.conftest import URL


def test_all_that_something_rests_on_is_given_once_whoever_takes_its_place_meanwhile(desk, report, monkeypatch):
    monkeypatch.setattr(rereads, "_AT_ONCE", 3)
    for number in range(10):
        desk.file(replace(report, url=f"https://gov.cn/{number}", year=2000 + number))
    desk.portal = None
    desk.file(replace(report, url="file:///a.html", year=1999))
    assert rereads.count(desk.archive, "2") == 11
    given = []
    for old in rereads.standing(desk.archive, "2"):
        given.append(old.captures[0])
        if old.captures[0] != 4:  # that one's reader died
            desk.archive.file(replace(report, reader="2", year=1999 + old.id), captures=old.captures, portal=old.portal, at=desk.at)
    assert given == list(range(1, 12))
    assert [(old.captures, old.url, old.reader) for old in rereads.standing(desk.archive, "2")] == [((4,), "https://gov.cn/3", "1")]
    assert [old.portal for old in rereads.standing(desk.archive, None, ["zhucheng"])] == ["zhucheng"] * 10
    assert rereads.count(desk.archive, None) == 11


def test_what_differs_is_told_field_by_field_and_figure_by_figure(desk, report):
    one = Figure(format="f", table="t", row="a", column="value", label="甲", raw="1", kind=FigureKind.NUMBER, value=Decimal(1))
    desk.file(replace(report, figures=(one,)))
    (old,) = rereads.standing(desk.archive, "2")
    assert (old.url, old.report) == (URL, 1)
    same = replace(report, reader="2", figures=(one,))
    assert not any(rereads.differs(desk.archive, old, same).values())
    other = replace(one, raw="2", value=Decimal(2))
    found = rereads.differs(desk.archive, old, replace(same, year=2018, published=None, figures=(other,), text=report.text.replace("10.9", "10.8")))
    assert found["facts"] == [
        {"field": "year", "before": 2017, "after": 2018},
        {"field": "published", "before": "2018-03-29", "after": None},
    ]
    assert [(row["key"], row["before"], row["after"]) for row in found["figures"]] == [("f/-/t/a/value", "1", "2")]
    assert [(line["before"][-8:], line["after"][-8:]) for line in found["lines"]] == [("10.9 万条。", "10.8 万条。")]
    assert [(row["before"], row["after"]) for row in found["numbers"]] == [("10.9", "10.8")]


def test_a_reread_is_told_as_an_event_and_one_that_was_killed_as_failed(desk):
    killed = rereads.begin(desk.archive, "2", desk.at)
    assert [row["state"] for row in rereads.told(desk.archive)] == ["running"]
    again = rereads.begin(desk.archive, "2", desk.at)
    rereads.note(desk.archive, again, {"read": 3, "differ": 1, "failed": 1}, finished=desk.at)
    newest, oldest = rereads.told(desk.archive)
    assert (newest["id"], newest["kind"], newest["state"], newest["counts"]) == (again, "reread", "degraded", {"read": 3, "differ": 1, "failed": 1})
    assert (oldest["id"], oldest["state"], oldest["finished"]) == (killed, "failed", None)

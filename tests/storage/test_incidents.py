"""Incidents open once, stay the same while they last, and are closed by recovery; runs tell how they ended."""

from datetime import timedelta

import pytest

from storage import queries
from storage.errors import ArchiveError
from storage.records import Origin, Outcome

ORIGIN = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="ucap")
COLUMN = "https://www.zhucheng.gov.cn/gk/"


def test_an_incident_that_lasts_three_nights_is_one_incident(desk):
    opened = [desk.archive.open_incident("blocked", "zhucheng", COLUMN, f"521 {night}", desk.at + timedelta(days=night)) for night in range(3)]
    assert opened == [True, False, False]
    (incident,) = queries.incidents(desk.archive, open=True)
    assert list(incident) == ["id", "opened", "closed", "kind", "portal", "url", "detail", "seen", "count", "acknowledged", "note", "state"]
    assert (incident["count"], incident["state"]) == (3, "open")
    assert (incident["opened"], incident["seen"]) == ("2026-01-20T18:00:00+00:00", "2026-01-22T18:00:00+00:00")
    assert incident["detail"] == "521 2"
    assert desk.rows("SELECT count FROM incidents") == [(3,)]


def test_the_same_failure_after_a_recovery_is_another_incident(desk):
    desk.archive.open_incident("blocked", "zhucheng", COLUMN, "521", desk.at)
    assert desk.archive.close_incidents("zhucheng", desk.at) == 1
    assert queries.incidents(desk.archive, open=True) == []
    assert desk.archive.open_incident("blocked", "zhucheng", COLUMN, "521", desk.at)
    assert [incident["closed"] is None for incident in queries.incidents(desk.archive)] == [False, True]


def test_kinds_portals_and_pages_are_told_apart(desk):
    assert desk.archive.open_incident("blocked", "zhucheng", COLUMN, None, desk.at)
    assert desk.archive.open_incident("blocked", "qingdao", COLUMN, None, desk.at)
    assert desk.archive.open_incident("layout_changed", "zhucheng", COLUMN, None, desk.at)
    assert desk.archive.open_incident("blocked", "zhucheng", None, None, desk.at)
    assert desk.archive.close_incidents("zhucheng", desk.at, kinds=["blocked"], urls=[COLUMN]) == 1
    assert len(queries.incidents(desk.archive, open=True)) == 3


def test_an_incident_without_a_portal_can_be_closed(desk):
    desk.archive.open_incident("empty_reading", None, "file:///reports/1.html", None, desk.at)
    assert desk.archive.close_incidents("zhucheng", desk.at) == 0
    assert desk.archive.close_incidents(None, desk.at) == 1


def test_a_run_tells_how_it_ended(desk):
    run = desk.archive.start_run(ORIGIN, desk.at)
    assert queries.runs(desk.archive)[0]["state"] == "running"
    desk.archive.finish_run(run, desk.at + timedelta(hours=1), Outcome.DEGRADED, {"requests": 12, "new": 1}, "1 incident")
    (told,) = queries.runs(desk.archive)
    assert (told["state"], told["detail"], told["adcode"], told["portal"]) == ("degraded", "1 incident", "370782", "zhucheng")
    assert told["counts"] == {"requests": 12, "new": 1}
    assert told["finished"] == "2026-01-20T19:00:00+00:00"


def test_a_run_that_was_killed_is_a_failed_run(desk):
    killed = desk.archive.start_run(ORIGIN, desk.at)
    desk.archive.start_run(ORIGIN, desk.at + timedelta(days=1))
    newest, oldest = queries.runs(desk.archive)
    assert newest["state"] == "running"
    assert (oldest["id"], oldest["state"], oldest["detail"]) == (killed, "failed", "killed")


def test_a_run_that_ended_well_is_not_called_killed(desk):
    run = desk.archive.start_run(ORIGIN, desk.at)
    desk.archive.finish_run(run, desk.at, Outcome.OK, {})
    desk.archive.start_run(ORIGIN, desk.at)
    assert [told["state"] for told in queries.runs(desk.archive, portal="zhucheng")] == ["running", "ok"]
    assert queries.runs(desk.archive, portal="qingdao") == []


def test_a_run_that_never_started_cannot_end(desk):
    with pytest.raises(ArchiveError, match="no run 9"):
        desk.archive.finish_run(9, desk.at, Outcome.OK, {})


def test_the_archive_remembers_what_was_known_of_a_portal(desk):
    assert desk.archive.origin("zhucheng") is None
    desk.archive.start_run(ORIGIN, desk.at)
    assert desk.archive.origin("zhucheng") == ORIGIN


def test_an_acknowledged_incident_stays_open_until_recovery_closes_it(desk):
    desk.archive.open_incident("tls", "zhucheng", None, "expired", desk.at)
    desk.archive.acknowledge_incident(1, desk.at + timedelta(hours=8), "the office was called")
    assert not desk.archive.open_incident("tls", "zhucheng", None, "expired", desk.at + timedelta(days=1))
    (incident,) = queries.incidents(desk.archive, open=True)
    assert (incident["state"], incident["note"], incident["acknowledged"]) == ("acknowledged", "the office was called", "2026-01-21T02:00:00+00:00")
    desk.archive.close_incidents("zhucheng", desk.at + timedelta(days=2))
    (incident,) = queries.incidents(desk.archive)
    assert incident["state"] == "closed"
    assert desk.archive.open_incident("tls", "zhucheng", None, "expired again", desk.at + timedelta(days=3))
    assert queries.incidents(desk.archive, open=True)[0]["state"] == "open"


def test_nobody_acknowledges_what_never_was(desk):
    with pytest.raises(ArchiveError, match="no incident 7"):
        desk.archive.acknowledge_incident(7, desk.at)

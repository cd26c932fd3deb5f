"""Real crawls of portals that misbehave: two nights over all of them at once, by the command line, in a process of its own.

Whatever a portal does, what stands on it whole is archived word for word, half a page and a page that is none never become a version, nothing
is called changed or missing, the run that lacks something is not called ok, and nobody is asked who should not be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from storage import queries
from storage.archive import Archive
from tests.site.faults import FAULTS
from tests.site.portal import STRUCK, YEARS
from tests.site.server import Server

pytestmark = pytest.mark.slow

NIGHTS = ("2026-01-20T18:00:00Z", "2026-01-21T18:00:00Z")
PAGES = 1 + 2 + len(YEARS)  # robots.txt, two list pages, the reports
CONFIG = """
archive: {{url: "sqlite:///{folder}/archive.sqlite3"}}
crawl:
  delay: 0
  portals_at_once: 64
  allow_private_hosts: true
  page_limit: 4194304
  timeout: 12
  read_timeout: {read_timeout}
  readers: 2
  revisit_days: 0
  list_pages: 10
  run_timeout: 200
"""


@dataclass(frozen=True)
class Told:
    """What a fault leaves behind.

    Attributes:
        first, second: outcome of the first and the second night.
        open: kinds of the incidents that stay open after each night.
        lost: reports the first night could not have; after the second night, too, unless `healed`.
        requests: most requests in a night, as a multiple of the portal's pages.
    """

    first: str = "ok"
    second: str = "ok"
    open: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    lost: frozenset[int] = frozenset()
    healed: bool = False
    requests: float = 1.5


def lacking(*kinds: str, requests: float = 1.5, lost: frozenset[int] = STRUCK) -> Told:
    """Some reports cannot be had, tonight or tomorrow."""
    return Told("degraded", "degraded", (frozenset(kinds), frozenset(kinds)), lost, requests=requests)


def shut(*kinds: str) -> Told:
    """Nothing can be had."""
    return Told("failed", "failed", (frozenset(kinds), frozenset(kinds)), frozenset(YEARS))


TOLD: dict[str, Told] = {
    **{name: Told() for name in FAULTS},  # overcome within the night, or harmless
    "gzip_bomb": lacking("too_large"),
    "big_page": lacking("too_large"),
    "attr_flood": lacking("too_large"),
    "soft404": lacking("soft_not_found"),
    "home200": lacking("soft_not_found"),
    "js_redirect": lacking("soft_not_found"),
    "meta_refresh": lacking("soft_not_found"),
    "redirect_home": lacking("soft_not_found", requests=2),
    "http403": lacking("blocked", requests=2),
    "login_redirect": lacking("blocked", requests=3),
    "redirect_private": lacking("out_of_scope"),
    "redirect_offdomain": lacking("out_of_scope"),
    "redirect_loop": lacking("bad_status", requests=3),
    "redirect_self": lacking("bad_status", requests=3),
    "waf521": shut("challenge"),
    "waf412": shut("challenge"),
    "waf200": shut("challenge"),
    "robots_disallow": shut("disallowed"),
    "robots_5xx": shut("disallowed"),
    # the list cannot be read whole
    "stub_list": lacking("soft_not_found", "too_few_candidates", lost=frozenset({min(YEARS)})),
    "base_href": lacking("too_few_candidates", lost=frozenset(YEARS)),
    "blank_list": Told("failed", "ok", (frozenset({"layout_changed"}), frozenset()), frozenset(YEARS), healed=True),
    # a page that was kept and not read is asked for again the next night
    "unclosed_comment": Told("degraded", "ok", (frozenset({"empty_reading"}), frozenset()), STRUCK, healed=True),
    # asked again within the night
    **{name: Told(requests=2) for name in ("error200", "http500", "webshield", "calendar_trap", "session_urls", "dup_links")},
    "maintenance200": Told(requests=3),
}


@dataclass
class Nights:
    """What two nights left behind."""

    site: Server
    archive: Archive
    codes: list[int] = field(default_factory=list)
    largest: list[int] = field(default_factory=list)  # KiB, of the largest process
    rows: list[dict[str, dict[str, Any]]] = field(default_factory=list)  # what crawl --json said, by portal
    open: list[dict[str, set[str]]] = field(default_factory=list)  # kinds of open incidents, by portal
    found: list[dict[str, dict[int, dict[str, Any]]]] = field(default_factory=list)  # reports by portal and year
    asked: list[int] = field(default_factory=list)  # how many requests the portals had received after the night


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("faults")
    site = Server(list(FAULTS))
    prepare(folder, site)
    nights: Nights | None = None
    try:
        for now in NIGHTS:
            done = crawl(folder, now)
            archive = nights.archive if nights else Archive.open(f"sqlite:///{folder}/archive.sqlite3")
            nights = nights or Nights(site, archive)
            nights.codes.append(done.returncode)
            nights.largest.append(int((folder / "largest").read_text()))
            assert done.stdout, done.stderr[-3000:]
            nights.rows.append({row["portal"]: row for row in map(json.loads, done.stdout.splitlines())})
            opened: dict[str, set[str]] = {toy.key: set() for toy in site.toys}
            for incident in queries.incidents(archive, open=True):
                opened[incident["portal"]].add(incident["kind"])
            nights.open.append(opened)
            found: dict[str, dict[int, dict[str, Any]]] = {toy.key: {} for toy in site.toys}
            for report in queries.find(archive):
                assert report["year"] not in found[report["portal"]], report
                found[report["portal"]][report["year"]] = report
            nights.found.append(found)
            nights.asked.append(len(site.asked))
        assert nights is not None
        yield nights
    finally:
        if nights:
            nights.archive.close()
        site.close()


def prepare(folder: Path, site: Server, read_timeout: float = 10) -> None:
    """Write portal files and configuration."""
    portals = folder / "portals"
    portals.mkdir(exist_ok=True)
    for toy in site.toys:
        (portals / f"{toy.key}.yaml").write_text(toy.file(site.ports[toy.key]), encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG.format(folder=folder, read_timeout=read_timeout), encoding="utf-8")


# The largest process of a crawl is asked for by a parent that has no other children: those of this process are all tests', and as large when born.
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(done.returncode)
"""


def crawl(folder: Path, now: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MEASURED, str(folder / "largest"), sys.executable, "-c", "from app.cli import main; main()"]
    options = ["--config", str(folder / "config.yaml"), "--now", now, "crawl", "--portals", str(folder / "portals"), "--json"]
    project = Path(__file__).resolve().parent.parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
    return subprocess.run(
        [*command, *options], cwd=folder, env=environment | {"PYTHONPATH": str(project)}, capture_output=True, text=True, check=False, timeout=300
    )


every_fault = pytest.mark.parametrize("fault", FAULTS)


@every_fault
def test_a_run_is_called_what_it_was(nights, fault):
    key, told = fault.replace("_", "-"), TOLD[fault]
    assert (nights.rows[0][key]["outcome"], nights.rows[1][key]["outcome"]) == (told.first, told.second), nights.rows[0][key]["incidents"]
    for night in (0, 1):
        assert told.open[night] <= nights.open[night][key]
        assert nights.open[night][key] - {"too_few_candidates"} <= told.open[night]


@every_fault
def test_what_can_be_had_is_archived_and_what_cannot_is_not(nights, fault):
    key, told = fault.replace("_", "-"), TOLD[fault]
    assert set(nights.found[0][key]) == set(YEARS) - told.lost
    assert set(nights.found[1][key]) == set(YEARS) - (frozenset() if told.healed else told.lost)


@every_fault
def test_what_is_archived_is_the_report_word_for_word(nights, fault):
    toy = next(toy for toy in nights.site.toys if toy.fault == fault)
    for report in toy.reports:
        row = nights.found[1][toy.key].get(report.year)
        if row is None:
            continue
        shown = queries.show(nights.archive, row["report"])
        assert shown["text"] == report.text
        assert [table["rows"] for table in shown["tables"]] == [report.rows]
        assert (shown["title"], shown["published"], shown["issuer"], shown["adcode"]) == (report.title, report.published, report.issuer, toy.adcode)
        assert shown["url"] == f"http://{toy.host}:{nights.site.ports[toy.key]}{report.path}"
        assert (shown["versions"], shown["state"], shown["trust"]) == (1, "alive", "official_ip")


@every_fault
def test_a_fault_is_no_endless_conversation(nights, fault):
    key, told = fault.replace("_", "-"), TOLD[fault]
    for night in (0, 1):
        assert nights.rows[night][key]["requests"] <= told.requests * PAGES


def test_nothing_is_news_but_what_is_new(nights):
    assert {change["kind"] for change in queries.changes(nights.archive)} == {"new"}


def test_nobody_outside_is_asked_and_nothing_of_theirs_is_kept(nights):
    assert nights.site.canary_hits == []
    for word in ("CANARY", "root:x:0", "博彩", "赌场", "填充文字"):
        assert queries.find(nights.archive, text=word) == []


def test_the_exit_code_says_that_something_failed(nights):
    assert nights.codes == [1, 1]


def test_a_host_that_asks_for_a_pause_gets_it(nights):
    asked = [asked for asked in nights.site.asked if asked.portal == "http429"]
    pauses = [after.at - before.at for before, after in pairwise(asked) if before.status == 429]
    assert len(pauses) == len(STRUCK)
    assert min(pauses) >= 1.0


def test_of_a_portal_that_forbids_it_nothing_but_robots_is_asked(nights):
    for key in ("robots-disallow", "robots-5xx"):
        assert {asked.kind for asked in nights.site.asked if asked.portal == key} == {"robots"}


def test_on_the_second_night_whole_pages_are_only_asked_whether_they_changed(nights):
    second = [asked for asked in nights.site.asked[nights.asked[0] :] if asked.portal == "no-fault" and asked.kind == "article"]
    assert [asked.status for asked in second] == [304] * len(YEARS)
    assert all(asked.conditional for asked in second)


def test_bombs_stay_small(nights):
    assert max(nights.largest) < 600 * 1024


def test_a_challenge_is_kept_as_evidence(nights):
    row = nights.rows[0]["waf521"]
    assert row["captures"] >= 1
    assert row["new"] == 0


def test_a_page_that_takes_the_reader_too_long_is_kept_and_read_another_night(tmp_path):
    site = Server(["no_fault"])
    try:
        outcomes, kinds = [], []
        for now, read_timeout in zip(NIGHTS, (0.001, 30), strict=True):
            prepare(tmp_path, site, read_timeout)
            outcomes.append(json.loads(crawl(tmp_path, now).stdout)["outcome"])
            with Archive.open(f"sqlite:///{tmp_path}/archive.sqlite3") as archive:
                kinds.append({incident["kind"] for incident in queries.incidents(archive, open=True)})
                found = {report["year"] for report in queries.find(archive)}
    finally:
        site.close()
    assert outcomes == ["degraded", "ok"]
    assert kinds == [{"parser_killed"}, set()]
    assert found == set(YEARS)

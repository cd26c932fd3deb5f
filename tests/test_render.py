"""Pages that only a browser can make: rendered, their wire bodies kept, and no way out for the browser."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time

import pytest

from crawler import browser
from crawler.config import Config, load
from crawler.errors import ConfigError
from storage import queries
from storage.archive import Archive
from tests.portal_site import Reply, Site, all_gone, archive_of, children, crawl, portal_file, report, start_crawl

YEARS = range(2014, 2017)


def has_browser():
    try:
        browser.find(Config())
    except ConfigError:
        return False
    return True


needs_browser = pytest.mark.skipif(not has_browser(), reason="no headless Chromium on this machine")

SHELL = """<html><head><meta charset="gbk"><title>政府信息公开年报</title><script src="/js/list.js"></script>
<link rel="stylesheet" href="/css/x.css"></head><body><img src="/images/x.png"><ul class="news" id="list"></ul>
<script>
for (const url of [ESCAPES]) { fetch(url).catch(() => 0); const i = new Image(); i.src = url; }
try { new WebSocket("ws://CANARY/socket"); } catch (e) {}
navigator.sendBeacon("http://CANARY/beacon", "x");
window.open("http://CANARY/popup");
</script><iframe src="http://CANARY/frame"></iframe></body></html>"""

SCRIPT = """window.addEventListener('load', async () => {
  const rows = await (await fetch('/api/list?page=1')).json();
  document.cookie = 'seen=1';
  document.getElementById('list').innerHTML = rows.map(r => `<li><a href="${r.url}">${r.title}</a><span>${r.date}</span></li>`).join('');
  await fetch('/api/counter');
});"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    canary, site, plain = Site("127.0.9.8"), Site("127.0.3.1"), Site("127.0.3.2", "寿光市", "370783")
    archive_of(site, YEARS)
    archive_of(plain, YEARS)
    escapes = [f"http://127.0.9.8:{canary.port}/fetch", f"http://localhost:{canary.port}/x", "/away", "file:///etc/passwd"]
    shell = SHELL.replace("ESCAPES", ",".join(map(json.dumps, escapes))).replace("CANARY", f"127.0.9.8:{canary.port}")
    rows = [{"url": f"/nb/t{y}.html", "title": f"诸城市人民政府{y}年政府信息公开工作年度报告", "date": f"{y + 1}-03-29"} for y in YEARS]
    site.answers["/nb/"] = Reply(shell.encode("gbk"), content_type="text/html")
    site.answers["/js/list.js"] = Reply(SCRIPT, content_type="application/javascript")
    site.answers["/api/list"] = Reply(json.dumps(rows), content_type="application/json")
    site.answers["/api/counter"] = Reply("1", content_type="text/plain")
    site.answers["/away"] = Reply(status=302, headers=[("Location", f"http://127.0.9.8:{canary.port}/redirected")])
    site.answers["/robots.txt"] = Reply("User-agent: *\nDisallow: /api/counter", content_type="text/plain")
    # a fence that a browser would pass: it is reported, not solved
    plain.answers["/nb/t2014.html"] = Reply('<script>document.cookie="pass=1";location.reload()</script>', 412)
    portal_file(folder / "portals", site, "scripted", render=True)
    portal_file(folder / "portals", plain, "fenced", render=True)
    began = time.monotonic()
    log = crawl(folder, "scripted", "fenced", crawl__timeout=10.0)
    assert time.monotonic() - began < 80
    yield folder, site, canary, log
    for made in (site, canary, plain):
        made.close()


def captures(folder, key="scripted"):
    with sqlite3.connect(folder / "a.sqlite3") as db:
        return db.execute("select url, status, rendered, id from captures where portal = ? order by id", [key]).fetchall()


@pytest.mark.browser
@needs_browser
def test_a_list_made_by_scripts_is_read(rendered):
    folder, _, _, log = rendered
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        run = queries.runs(archive, portal="scripted")[0]
        assert run["state"] == "ok", log[-5000:]
        assert run["counts"]["new"] == len(YEARS)
        assert sorted(row["year"] for row in queries.find(archive) if row["portal"] == "scripted") == list(YEARS)


@pytest.mark.browser
@needs_browser
def test_the_dom_is_marked_and_what_came_over_the_wire_is_kept_beside_it(rendered):
    folder, site, _, _ = rendered
    kept = [(url.removeprefix(site.url), made) for url, status, made, _ in captures(folder) if status == 200]
    assert ("/nb/", 0) in kept
    assert ("/nb/", 1) in kept
    assert ("/api/list?page=1", 0) in kept
    assert ("/nb/t2014.html", 1) in kept
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        wire, dom = (
            archive.capture(next(number for url, _, made, number in captures(folder) if url.endswith("/nb/") and made == rendered))
            for rendered in (0, 1)
        )
    assert "政府信息公开".encode("gbk") in wire.body
    assert "诸城市人民政府2015年政府信息公开工作年度报告".encode() in dom.body
    assert dom.rendered
    assert not wire.rendered


@pytest.mark.browser
@needs_browser
def test_the_browser_reaches_nothing_but_the_portal_and_only_what_robots_txt_allows(rendered):
    _, site, canary, log = rendered
    assert canary.seen == []
    assert not {"/css/x.css", "/images/x.png", "/api/counter"} & set(site.paths())
    assert "root:x:0" not in log


@pytest.mark.browser
@needs_browser
def test_the_browser_takes_its_turn_like_everyone_and_asks_for_a_script_once(rendered):
    _, site, _, _ = rendered
    assert site.most_at_once == 1
    assert site.paths().count("/js/list.js") == 1
    assert {seen.headers["user-agent"] for seen in site.seen} == {Config().crawl.user_agent}


@pytest.mark.browser
@needs_browser
def test_a_challenge_is_reported_and_not_solved(rendered):
    folder, *_ = rendered
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}") as archive:
        assert [row["kind"] for row in queries.incidents(archive, open=True) if row["portal"] == "fenced"] == ["challenge"]
    assert [made for url, status, made, _ in captures(folder, "fenced") if status == 412] == [0] * 3


def test_no_browser_is_an_error_that_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "COMMANDS", ("no-such-browser",))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"apt-get install chromium-headless-shell|playwright install"):
        browser.find(Config())
    with pytest.raises(ConfigError, match=r"crawl\.browser"):
        browser.find(load(overrides={"crawl.browser": str(tmp_path / "chromium")}, environ={}))


def test_playwrights_own_browser_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "COMMANDS", ("no-such-browser",))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    program = tmp_path / "chromium_headless_shell-1200" / "chrome-linux" / "headless_shell"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    assert browser.find(Config()) == str(program)


def test_a_portal_that_needs_a_browser_stops_before_the_crawl_where_there_is_none(tmp_path):
    site = Site()
    archive_of(site, YEARS)
    portal_file(tmp_path / "portals", site, render=True)
    log = crawl(tmp_path, crawl__browser=str(tmp_path / "nothing"))
    assert "ConfigError: crawl.browser:" in log
    assert site.seen == []
    site.close()


@pytest.mark.browser
@needs_browser
def test_a_killed_crawl_leaves_no_browser_behind(tmp_path):
    site = Site()
    archive_of(site, YEARS)
    site.answers["/nb/"] = Reply("<html><body><ul class='news'></ul><script>fetch('/api')</script></body></html>")
    site.answers["/api"] = lambda *_: time.sleep(20) or Reply("1")
    portal_file(tmp_path / "portals", site, render=True)
    running = start_crawl(tmp_path)
    while "/api" not in site.paths():
        assert running.process.poll() is None, running.wait()
        time.sleep(0.05)
    below = children(running.process.pid)
    assert below
    running.kill()
    assert all_gone(below)
    site.close()


@pytest.mark.browser
@needs_browser
def test_a_file_in_flight_is_kept_when_the_crawl_is_asked_to_stop(tmp_path):
    """Files of such a portal come without the browser, but by the same handler."""
    site, told = Site("127.0.9.9"), threading.Event()
    archive_of(site, YEARS)
    for year in YEARS:
        site.answers[f"/nb/t{year}.html"] = Reply(report(year).replace("</div></body>", '<p><a href="/a.csv">下载年报.csv</a></p></div></body>'))
    site.answers["/a.csv"] = lambda *_: (told.wait(30) and time.sleep(1)) or Reply("a,1\n", content_type="text/csv")
    portal_file(tmp_path / "portals", site, render=True)
    running = start_crawl(tmp_path, "toy", crawl__timeout=20.0)
    while "/a.csv" not in site.paths():
        assert running.process.poll() is None, running.wait()
        time.sleep(0.05)
    running.process.send_signal(signal.SIGTERM)
    told.set()
    log = running.wait()
    site.close()
    assert [status for url, status, *_ in captures(tmp_path, "toy") if url.endswith("/a.csv")] == [200], log[-3000:]

"""A portal on loopback for tests of fetching: a real HTTP server that behaves as it is told, and a real crawl of it in a process of its own."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parent.parent


@dataclass
class Seen:
    """One request as the portal saw it. Times are of the machine's monotonic clock."""

    path: str
    method: str
    headers: dict[str, str]
    began: float
    ended: float = 0.0


@dataclass
class Reply:
    """An answer. `length` False: no Content-Length, the end is the closed connection. `raw`: these bytes and nothing else, then the end;
    `pause`: seconds between two of its bytes."""

    body: bytes | str = b""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str = "text/html; charset=utf-8"
    length: bool = True
    raw: bytes | None = None
    pause: float = 0.0


Answer = Callable[["Site", str, dict[str, str]], Reply]


class Site:
    """A portal on one loopback address. `answers` maps a path (without query) to what is said there; `anything` answers the rest."""

    def __init__(self, host: str = "127.0.0.1", city: str = "诸城市", adcode: str = "370782") -> None:
        self.host = host
        self.city = city
        self.adcode = adcode
        self.answers: dict[str, Reply | Answer] = {}
        self.anything: Answer = lambda site, path, headers: Reply("<html><body><h1>404 Not Found</h1></body></html>", 404)
        self.seen: list[Seen] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.serve(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        """What was asked for, in order, robots.txt left out."""
        return [seen.path for seen in self.seen if seen.path != "/robots.txt"]

    def serve(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        seen = Seen(handler.path, handler.command, {k.lower(): v for k, v in handler.headers.items()}, time.monotonic())
        with self._lock:
            self.seen.append(seen)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            handler.rfile.read(int(seen.headers.get("content-length") or 0))
            answer = self.answers.get(handler.path.split("?")[0], self.anything)
            reply = answer if isinstance(answer, Reply) else answer(self, handler.path, seen.headers)
            if reply.raw is not None:
                handler.close_connection = True
                for start in range(0, len(reply.raw), 1 if reply.pause else max(1, len(reply.raw))):
                    handler.wfile.write(reply.raw[start : start + (1 if reply.pause else max(1, len(reply.raw)))])
                    time.sleep(reply.pause)
                return
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            handler.send_response(reply.status)
            if not any(name == "Content-Type" for name, _ in reply.headers):
                handler.send_header("Content-Type", reply.content_type)
            for name, value in reply.headers:
                handler.send_header(name, value)
            if reply.length:
                handler.send_header("Content-Length", str(len(body)))
            else:
                handler.send_header("Connection", "close")
                handler.close_connection = True
            handler.end_headers()
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with self._lock:
                self._now -= 1
            seen.ended = time.monotonic()


def column(years, *, tail: str = "", folder: str = "/nb/", city: str = "诸城市") -> str:
    """A list page of a city's reports of these years."""
    rows = "".join(
        f'<li><a href="{folder}t{year}.html">{city}人民政府{year}年政府信息公开工作年度报告</a><span>{year + 1}-03-29</span></li>' for year in years
    )
    return (
        f"<html><head><title>政府信息公开年报-{city}人民政府</title></head><body><div>您当前所在的位置：首页 &gt; 政府信息公开 &gt; 年报</div>"
        f'<ul class="news">{rows}</ul>{tail}</body></html>'
    )


def report(year: int, count: int = 1000, city: str = "诸城市") -> str:
    """A city's report of a year in a plain page."""
    title = f"{city}人民政府{year}年政府信息公开工作年度报告"
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>发布日期：{year + 1}-03-29</div><div class='article'>"
        f"<p>根据《中华人民共和国政府信息公开条例》，现公布{city}人民政府{year}年政府信息公开工作年度报告。本报告所列数据的统计期限自{year}年1月1日起，"
        f"至{year}年12月31日止。</p><p>一、主动公开情况。全年主动公开政府信息{count}条，其中通过政府网站公开{count - 90}条，通过公报公开90条。</p>"
        "<p>二、依申请公开情况。全年受理申请17件，均在法定期限内办结，没有收取费用。</p>"
        "<p>三、存在的问题及改进措施。公开的内容仍不够细，下一步将完善目录，加强培训。</p></div></body></html>"
    )


def archive_of(site: Site, years=range(2010, 2020)) -> None:
    """Make a site a portal: a column of these years, and their reports."""
    site.answers["/nb/"] = Reply(column(years, city=site.city))
    for year in years:
        site.answers[f"/nb/t{year}.html"] = Reply(report(year, city=site.city))


def portal_file(folder: Path, site: Site, key: str = "toy", **keys) -> Path:
    """A portal file for a site."""
    facts = {
        "key": key,
        "name": f"{site.city}人民政府",
        "adcode": site.adcode,
        "family": "static",
        "start": [f"{site.url}/nb/"],
        "hosts": [site.host],
        "listing": {"row": "ul.news li"},
        "expect": {"candidates": 1},
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{key}.yaml"
    path.write_text(yaml.safe_dump(facts | keys, allow_unicode=True), encoding="utf-8")
    return path


# Imports stand inside: reader processes import this module as well, and need none of them.
CRAWL = """
if __name__ == "__main__":
    import json, logging, sys
    from crawler.config import load
    from spiders.crawl import crawl

    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    keys, overrides, full = json.loads(sys.argv[1])
    crawl(keys, load(overrides=overrides), full)
"""


@dataclass
class Crawl:
    """A crawl process."""

    process: subprocess.Popen
    log: Path

    def wait(self, timeout: float = 300) -> str:
        """Its log, when it has ended."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the crawl did not end in {timeout} s:\n{self.log.read_text(encoding='utf-8')[-4000:]}") from None
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """kill -9, of this process alone."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_crawl(folder: Path, *keys: str, full: bool = False, **settings) -> Crawl:
    """Start a crawl of the portal files in `folder`/portals into `folder`/a.sqlite3. Settings: `crawl__delay=0.2`, `now=...`."""
    import json

    overrides = {
        "archive.url": f"sqlite:///{folder / 'a.sqlite3'}",
        "crawl.delay": 0.0,
        "crawl.timeout": 5.0,
        "crawl.allow_private_hosts": True,
        "portals.paths": [str(folder / "portals")],
    } | {name.replace("__", "."): value for name, value in settings.items()}
    script = folder / "crawl_script.py"
    script.write_text(CRAWL, encoding="utf-8")
    log = folder / "crawl.log"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")} | {
        "PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])
    }
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, str(script), json.dumps([list(keys) or ["toy"], overrides, full])], stdout=out, stderr=out, cwd=folder, env=environ
        )
    return Crawl(process, log)


def crawl(folder: Path, *keys: str, **settings) -> str:
    """A whole crawl; returns its log."""
    return start_crawl(folder, *keys, **settings).wait()


def stat(pid):
    """State and parent of a process, None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return fields[0], int(fields[1])


def children(pid):
    """Processes below one."""
    parents = {int(entry.name): (stat(entry.name) or ("", 0))[1] for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [below for child in found for below in children(child)]


def commanded(pid):
    """The command line of a process; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pid):
    return (stat(pid) or "Z")[0] != "Z"


def all_gone(pids):
    """Whether these processes end within some seconds."""
    deadline = time.monotonic() + 15
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(map(alive, pids))

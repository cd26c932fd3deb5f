"""A WACZ of ours in pywb: every capture is fetched from it and compared, byte for byte. Run by `make replay`.

Of captures of one address within one second an index can name one; of such a group the one that pywb serves must be right, and the others are
counted. 304s have no record to be served.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from app.demo import folder as place
from app.demo.life import NIGHTS
from app.demo.nights import command
from app.demo.site import serving
from crawler import browser
from crawler.config import Config
from crawler.errors import ConfigError
from storage.archive import Archive
from storage.engine import reading
from storage.evidence.warc import target
from storage.schema import captures

PATIENCE = 60.0  # seconds until pywb answers
Groups = dict[tuple[str, str], set[tuple[int, str]]]


def main(arguments: list[str]) -> int:
    """Compare; 0 when all is as it was kept."""
    tool = Path(arguments[0]).absolute()
    with tempfile.TemporaryDirectory(prefix="nianbao") as made:
        folder = Path(made)
        if len(arguments) == 3:
            wacz, url = Path(arguments[1]).absolute(), arguments[2]
        else:
            wacz, url = crawled(folder)
        expected, asked = groups(url), 0
        with playing(tool, wacz, folder) as port:
            wrong = []
            for (address, second), answers in expected.items():
                served = fetch(port, f"/all/{second}id_/{address}")
                asked += 1
                if served not in answers:
                    wrong.append(f"{second} {address}: served {served}, kept {sorted(answers)}")
    hidden = sum(len(answers) - 1 for answers in expected.values())
    print(f"replay: {asked} addresses and times, {len(wrong)} wrong; {hidden} captures stand behind another one of the same second")
    print("\n".join(wrong[:20]))
    return 1 if wrong or not asked else 0


def crawled(folder: Path) -> tuple[Path, str]:
    """A small archive of the replicas, three nights, and its WACZ."""
    keys = ["qingdao", "qingyang", "zhucheng", "liaoyuan", "hangzhou"]
    try:
        browser.find(Config())
    except ConfigError:
        print("replay: no browser here, so no page that a browser made is compared")
        keys.remove("hangzhou")
    with serving(night=1, few=1) as site:
        config = place.prepare(folder / "demo", site)
        for night, now in NIGHTS.items():
            site.night = night
            command(config, "crawl", *keys, "--now", now.isoformat())
    wacz = folder / "all.wacz"
    command(config, "export", "wacz", str(wacz))
    return wacz, f"sqlite:///{folder}/demo/archive/nianbao.sqlite3"


def groups(url: str) -> Groups:
    """By address and second, the status and body of every capture that has a record with them."""
    found: Groups = defaultdict(set)
    with Archive.open(url, create=False) as archive, reading(archive.engine) as connection:
        numbers = list(connection.execute(select(captures.c.id).where(captures.c.status != 304).order_by(captures.c.id)).scalars())
        for number in numbers:
            capture = archive.capture(number)
            second = capture.fetched_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
            found[target(capture), second].add((capture.status, capture.sha256))
    return found


@contextmanager
def playing(tool: Path, wacz: Path, folder: Path) -> Iterator[int]:
    """pywb on loopback with the WACZ as its one collection, until the block ends; its port."""
    home = folder / "pywb"
    home.mkdir()
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    for words in (["init", "all"], ["add", "all", str(wacz), "--unpack-wacz"]):
        subprocess.run([str(tool / "wb-manager"), *words], cwd=home, env=environ, check=True, capture_output=True, timeout=300)
    port = free_port()
    with (home / "log").open("wb") as log:
        wayback = [str(tool / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(wayback, cwd=home, env=environ, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"replay: pywb does not answer:\n{(home / 'log').read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def fetch(port: int, path: str) -> tuple[int, str]:
    """Status and hash of what is served as it was captured."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", quote(path, safe="/:?=&%;@+$,!~*'()#[]"))
        answer = connection.getresponse()
        return answer.status, hashlib.sha256(answer.read()).hexdigest()
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

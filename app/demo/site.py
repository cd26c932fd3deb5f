"""The replicas on loopback: each on a host of its own (127.0.1.11 and on), all in one process, on ports the system gives."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.demo.chrome import Visit
from app.demo.life import DEMO
from app.demo.replicas import PORTALS, Mirror, Replica
from app.demo.script import Script
from app.demo.wire import Answer, Request
from crawler.errors import ConfigError

FORM_LIMIT = 65_536


class Site:
    """The running replicas.

    Parameters:
        few: documents each column shows besides the written reports and those of the script; None for all.
        script: what happens on which night.
        kinds: the portals there are.

    Attributes:
        night: which night it is; set it and every portal shows what stands on it then.
        addresses: ``http://127.0.1.11:8001`` by portal key; `mirror` is the foreign host.
        portals: the replicas.
        asked: every request so far, as (portal, method, path, status).
    """

    def __init__(
        self, night: int = 1, few: int | None = None, script: Script = DEMO, kinds: Sequence[type[Replica]] = PORTALS
    ) -> None:  # fmt: skip
        self.night = night
        self.script = script
        self.addresses: dict[str, str] = {}
        self.asked: list[tuple[str, str, str, int]] = []
        self.portals = [kind(self.addresses, few, script) for kind in kinds]
        self._servers: list[ThreadingHTTPServer] = []

    def open(self) -> None:
        """Start to answer.

        Raises:
            ConfigError: the system has no such loopback address; Linux has all of 127.0.0.0/8.
        """
        for replica in (*self.portals, Mirror(self.addresses, script=self.script)):
            try:
                server = ThreadingHTTPServer((replica.host, 0), _handler(self, replica))
            except OSError as error:
                raise ConfigError(f"demo: {replica.host} cannot be listened on ({error}); the replicas need 127.0.1.11 to 127.0.1.19") from error
            server.daemon_threads = True
            self._servers.append(server)
            self.addresses[replica.key] = f"http://{replica.host}:{server.server_port}"
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()

    def mirrored(self) -> bytes:
        """The mirror's page as a browser saves it: with its address in the first comment."""
        mirror = Mirror(self.addresses, script=self.script)
        path = mirror.address(mirror.shelf(self.night)[0])
        url = f"{self.addresses[mirror.key]}{path}"
        page = mirror.answer(Request(method="GET", path=path), self.night, Visit(self.script.nights[self.night]))
        return f"<!-- saved from url=({len(url):04d}){url} -->\n".encode() + page.body

    def answer(self, replica: Replica, request: Request) -> Answer:
        answer = replica.answer(request, self.night, Visit(self.script.nights[self.night]))
        self.asked.append((replica.key, request.method, request.path, answer.status))
        return answer


@contextmanager
def serving(
    night: int = 1, few: int | None = None, script: Script = DEMO, kinds: Sequence[type[Replica]] = PORTALS
) -> Iterator[Site]:  # fmt: skip
    """The site, answering until the block ends."""
    site = Site(night, few, script, kinds)
    try:
        site.open()
        yield site
    finally:
        site.close()


def _handler(site: Site, replica: Replica) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "replica", ""
        timeout = 30

        def do_GET(self) -> None:  # the name the server calls
            self._say(b"")

        def do_HEAD(self) -> None:
            self._say(b"")

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), FORM_LIMIT)
            self._say(self.rfile.read(length))

        def _say(self, posted: bytes) -> None:
            parts = urlsplit(self.path)
            answer = site.answer(
                replica,
                Request(
                    method=self.command,
                    path=parts.path,
                    form=dict(parse_qsl(parts.query) + parse_qsl(posted.decode("ascii", "replace"))),
                    cookies={name: morsel.value for name, morsel in SimpleCookie(self.headers.get("Cookie", "")).items()},
                    headers={name.lower(): value for name, value in self.headers.items()},
                ),
            )
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: `Site.asked` remembers."""

    return Handler

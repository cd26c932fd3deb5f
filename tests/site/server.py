"""The toy portals on loopback, each on an address of its own, with their faults; and the canary, which nobody may reach."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.site.faults import FAULTS, Exchange
from tests.site.portal import STRUCK, Answer, Toy

CANARY = "127.0.9.9"
REASONS = {200: "OK", 302: "Found", 304: "Not Modified", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request a portal received."""

    portal: str
    path: str
    kind: str
    at: float
    status: int
    conditional: bool


class Server:
    """Serves the named faults until closed.

    Attributes:
        asked: every request so far.
        canary_hits: paths asked of the canary.
    """

    def __init__(self, faults: list[str]) -> None:
        self.toys = [Toy(number, fault) for number, fault in enumerate(faults)]
        self.asked: list[Asked] = []
        self.canary_hits: list[str] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.closing = threading.Event()
        self._servers = [self._open(CANARY, _canary(self))]
        self.canary = f"http://{CANARY}:{self._servers[0].server_port}"
        self.ports = {}
        for toy in self.toys:
            server = self._open(toy.host, _portal(self, toy))
            self._servers.append(server)
            self.ports[toy.key] = server.server_port

    def close(self) -> None:
        self.closing.set()
        stopping = [threading.Thread(target=server.shutdown) for server in self._servers]
        for thread in stopping:
            thread.start()
        for thread, server in zip(stopping, self._servers, strict=True):
            thread.join()
            server.server_close()

    def _open(self, host: str, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer((host, 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        return server


def _canary(site: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.canary_hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"CANARY")

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler


def _portal(site: Server, toy: Toy) -> type[BaseHTTPRequestHandler]:
    fault = FAULTS[toy.fault]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            kind, report, answer = toy.answer(fault.plain_path(path))
            conditional = self.headers.get("If-None-Match")
            if report is not None:
                answer.header("ETag", toy.tag(report))
            exchange = Exchange(
                toy=toy,
                path=self.path,
                kind=kind,
                report=report,
                answer=answer,
                headers={name.lower(): value for name, value in self.headers.items()},
                canary=site.canary,
                port=site.ports[toy.key],
                count=0,
            )
            if kind in fault.kinds and (report is None or not fault.chosen or report.year in STRUCK):
                site.counts[toy.key, path] += 1
                exchange.count = site.counts[toy.key, path]
            if exchange.count and (fault.times is None or exchange.count <= fault.times):
                fault.act(exchange)
            elif report is not None and conditional == toy.tag(report):
                answer.status, answer.body = 304, b""
            answer = exchange.answer
            site.asked.append(Asked(toy.key, self.path, kind, time.monotonic(), answer.status, conditional is not None))
            with suppress(ConnectionError, TimeoutError):
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            body = answer.payload()
            head = answer.head
            if head is None:
                lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}"]
                lines += [f"{name}: {value}" for name, value in answer.headers]
                if answer.chunks:
                    lines.append("Transfer-Encoding: chunked")
                elif answer.length is not None and answer.status != 304:
                    lines.append(f"Content-Length: {len(body) if answer.length < 0 else answer.length}")
                if answer.end == "close":
                    lines.append("Connection: close")
                head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
            sent = body if answer.send is None else body[: answer.send]
            if answer.chunks:
                half = len(sent) // 2
                sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (sent[:half], sent[half:]))
                sent += b"0\r\n\r\n" if answer.chunks == "whole" else b""
            self.wfile.write(head + sent)
            self.wfile.flush()
            if answer.hold:
                site.closing.wait(answer.hold)
            if answer.end == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            self.close_connection = answer.end != "keep"

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: `Server.asked` remembers."""

    return Handler

"""The service's endpoint: GET /metrics and GET /health, nothing else, on this machine unless told otherwise."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from crawler.errors import ConfigError
from scheduler.watching import metrics
from scheduler.watching.health import Health

logger = logging.getLogger(__name__)

AT_ONCE = 8  # connections; one more is closed
SECONDS = 10.0  # a client may take to say what it wants


class Endpoint(ThreadingHTTPServer):
    """Answers in threads of its own while its block runs.

    Parameters:
        address, port: where, by IPv4 or IPv6; port 0 for any that is free.
        health: asked for each GET /health.

    Raises:
        ConfigError: the port is taken, or the address is none of this machine.
    """

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, address: str, port: int, registry: CollectorRegistry, health: Callable[[], Health]) -> None:
        self.registry, self.health = registry, health
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            super().__init__((address, port), _Handler)
        except OSError as error:
            raise ConfigError(f"watch.port: {_place(address, port)} cannot be listened on: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, name="endpoint", daemon=True).start()
        host, port = self.server_address[:2]
        logger.info("metrics and health on http://%s", _place(str(host), port))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("a client of the endpoint went away", exc_info=True)


def _place(address: str, port: int) -> str:
    """As it stands in a URL (RFC 3986, section 3.2.2)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint
    timeout = SECONDS
    server_version, sys_version = "nianbao", ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, metrics.exposition(self.server.registry))
        elif path == "/health":
            health = self.server.health()
            self._answer(200 if health.ok else 503, "application/json; charset=utf-8", json.dumps(health.told(), ensure_ascii=False).encode() + b"\n")
        else:
            self._answer(404, "text/plain; charset=utf-8", b"there are /metrics and /health\n")

    def _refuse(self) -> None:
        self.close_connection = True
        self._answer(405, "text/plain; charset=utf-8", b"only GET\n", ("Allow", "GET"))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _refuse  # noqa: N815  # the names http.server looks for

    def _answer(self, status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"),
                            ("X-Content-Type-Options", "nosniff"), *headers):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)

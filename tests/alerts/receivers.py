"""Receivers of alerts on this machine: an HTTP receiver and a mail server that can be down, broken, slow, and up again at the same address."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Hook:
    """An HTTP receiver. `status` and `answer` are what it says; while it hangs it reads and says nothing until let go."""

    port: int = field(default_factory=free_port)
    status: int = 200
    answer: bytes = b"{}"
    got: list[tuple[str, dict, dict]] = field(default_factory=list)  # path, headers, JSON body, of what it took
    refused: int = 0
    hangs: threading.Event | None = None
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook"

    def up(self) -> Hook:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 200:
                    hook.got.append((self.path, dict(self.headers), json.loads(body)))
                else:
                    hook.refused += 1
                if hook.hangs is not None:
                    hook.hangs.wait(30)
                try:
                    self.send_response(hook.status)
                    self.send_header("Content-Length", str(len(hook.answer)))
                    self.end_headers()
                    self.wfile.write(hook.answer)
                except OSError:
                    pass  # the sender was killed meanwhile

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def keys(self) -> list[str]:
        """Idempotency keys in the order of arrival."""
        return [headers["Idempotency-Key"] for _, headers, _ in self.got]

    @property
    def events(self) -> list[str]:
        """Keys of the events told, in the order of arrival."""
        return [key for _, _, body in self.got for key in body["keys"]]


@dataclass
class Post:
    """A mail server."""

    port: int = field(default_factory=free_port)
    mails: list[tuple[bytes, EmailMessage]] = field(default_factory=list)
    _server: Controller | None = None

    @property
    def keys(self) -> list[str]:
        """Idempotency keys in the order of arrival."""
        return [str(mail["Idempotency-Key"]) for _, mail in self.mails]

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=nianbao@example.org&to=reader@example.org&mode=insecure"

    def up(self) -> Post:
        post = self

        class Handler:
            async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
                post.mails.append((envelope.content, message_from_bytes(envelope.content, policy=default)))
                return "250 OK"

        self._server = Controller(Handler(), hostname="127.0.0.1", port=self.port)
        self._server.start()
        return self

    def down(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

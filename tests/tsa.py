"""A time stamping authority on this machine: the openssl binary behind a small HTTP server, with a certificate authority of its own."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CONFIGURATION = """[tsa]
default_tsa=ours
[ours]
serial={folder}/serial
crypto_device=builtin
signer_cert={folder}/tsa.pem
signer_key={folder}/tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_alg=sha256
"""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass
class Authority:
    """Its folder, and how it answers: `well`, or badly in one of several ways.

    Attributes:
        manner: well | other (stamps something else) | replay (an old answer) | garbage | error | html | endless | drip
    """

    folder: Path
    url: str = ""
    manner: str = "well"
    asked: list[bytes] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def certificates(self) -> Path:
        return self.folder / "ca.pem"

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        self._run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "r.tsr")
        return (self.folder / "r.tsr").read_bytes()

    def query(self, data: bytes) -> bytes:
        (self.folder / "data").write_bytes(data)
        self._run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "q.tsq")
        return (self.folder / "q.tsq").read_bytes()

    def make(self) -> None:
        self.folder.mkdir()
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=self.folder))
        (self.folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
        self._run("req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=root", "-days", "36500")
        self._run("req", *_KEY, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=stamps")
        ca = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        self._run("x509", "-req", "-in", "tsa.csr", *ca, "-extfile", "ext", "-days", "36500", "-out", "tsa.pem")

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """An authority that serves on a loopback port while the context lasts."""
    ours = Authority(folder)
    ours.make()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            ours.asked.append(query)
            match ours.manner:
                case "well":
                    self._answer(ours.stamp(query))
                case "other":
                    self._answer(ours.stamp(ours.query(b"something else")))
                case "replay":
                    self._answer(ours.stamp(ours.asked[0]))
                case "garbage":
                    self._answer(b"\x30\x82\x01" + bytes(range(200)))
                case "error":
                    self._answer(b"down", status=503)
                case "html":
                    self._answer(b"<html>", kind="text/html")
                case "endless":
                    self._answer(b"\x30" * 2**20)
                case "drip":
                    self.send_response(200)
                    self.send_header("Content-Type", "application/timestamp-reply")
                    self.end_headers()
                    while not ours.release.wait(0.01):
                        try:
                            self.wfile.write(b"\x30")
                        except OSError:
                            return

        def _answer(self, body: bytes, status: int = 200, kind: str = "application/timestamp-reply") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:  # who asked has read enough
                return

        def log_message(self, *arguments: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ours.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.release.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""A certificate that nobody vouches for: the portal is not read, and the incident says what an operator can do."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from storage import queries
from storage.archive import Archive
from tests.portal_site import column, crawl, report

YEARS = range(2016, 2018)


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self_signed.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def portal(tmp_path: Path, asked: list[str]) -> Iterator[str]:
    """A portal behind TLS; returns its address."""
    pages = {"/nb/": column(YEARS), **{f"/nb/t{year}.html": report(year) for year in YEARS}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silent."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up during the handshake is what the test is about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "portals").mkdir()
    address = f"https://127.0.0.1:{server.server_address[1]}"
    file = {"key": "toy", "name": "诸城市人民政府", "adcode": "370782", "family": "static", "start": [f"{address}/nb/"], "hosts": ["127.0.0.1"]}
    (tmp_path / "portals" / "toy.yaml").write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
    yield address
    server.shutdown()
    server.server_close()


def night(folder: Path, **settings: object) -> tuple[dict, list[dict], list[dict]]:
    """One crawl: its run, the open incidents and the changes."""
    crawl(folder, **settings)
    with Archive.open(f"sqlite:///{folder / 'a.sqlite3'}", create=False) as archive:
        return queries.runs(archive, limit=1)[0], queries.incidents(archive, open=True), queries.changes(archive)


def test_a_certificate_that_does_not_verify_is_an_incident_and_nothing_is_asked(portal: str, asked: list[str], tmp_path: Path) -> None:
    run, incidents, changes = night(tmp_path)
    assert (run["state"], changes, asked) == ("failed", [], [])
    (incident,) = incidents
    assert (incident["kind"], incident["url"]) == ("tls", f"{portal}/")
    assert "certificate verify failed" in incident["detail"]
    assert "crawl.verify_tls" in incident["detail"]


def test_an_operator_may_read_it_all_the_same(portal: str, asked: list[str], tmp_path: Path) -> None:
    run, incidents, changes = night(tmp_path, crawl__verify_tls=False)
    assert (run["state"], incidents) == ("ok", [])
    assert sorted(change["year"] for change in changes) == list(YEARS)
    assert "/nb/" in asked

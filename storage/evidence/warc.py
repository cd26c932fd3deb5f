"""Captures as records of WARC/1.1 (ISO 28500:2017), each in a gzip member of its own.

    an answer                    `response`, and a `request` with what is known of it; `revisit` where a record before it has the same body
    what a browser made of it    `resource` under `urn:dom:<address>`, so that it never stands in for what the server sent
    an imported file             `resource` under the address it was saved from, or its `file:` address: it came without HTTP headers
    304 Not Modified             no record: replayed, it would hide what it confirms
    and of each of them          `metadata` under `urn:nianbao:capture:<number>`: storage/evidence/capture_facts.py
    the crawls they are of       `metadata` under `urn:nianbao:run:<number>`

Bodies are kept decoded, so the headers that speak of the coding would make a record unreadable. They are renamed as Apache Nutch and
Common Crawl rename them, and stand unchanged in the metadata.
"""

from __future__ import annotations

import http.client
import io
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO, Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.records import Capture
from storage.types import dumps

FORMAT = "nianbao-warc-1"
RENAMED = "X-Crawler-"
CODING = frozenset({"content-encoding", "transfer-encoding", "content-length"})
DOM = "urn:dom:"
FACTS = "urn:nianbao:capture:"
RUN = "urn:nianbao:run:"
FACTS_TYPE = "application/json"
_IDS = uuid.UUID("7f0e4c1e-6f0b-5d0e-9d52-6e69616e6261")  # ours; the same capture has the same record id in every export

NORMALISED = {
    "nianbao-body": "content coding and transfer coding are undone; WARC-Payload-Digest is of the decoded body; wire_sha256 in the metadata record "
    "is of the body before content decoding",
    "nianbao-headers": "names, case and order as the HTTP client gave them, duplicates kept; the reason phrase is the standard one; "
    "Content-Encoding, Transfer-Encoding and Content-Length are renamed to X-Crawler-..., unchanged in the metadata record",
    "nianbao-request": "what was sent is not on record: request records are made up from the address, and say GET and Host alone",
    "nianbao-not-modified": "304 answers are metadata records only",
    "nianbao-rendered": "what a browser made of a page is a resource record under urn:dom: and the page's address",
    "nianbao-dates": "WARC-Date is when the answer came, to the microsecond; an index has seconds, so of two captures of one address within a second "
    "a replay shows one",
}


class _Block(StatusAndHeaders):  # type: ignore[misc]
    """HTTP headers as they were, byte for byte; warcio's own would percent-encode what is not ASCII."""

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        lines = [f"{self.protocol} {self.statusline}".rstrip(), *(f"{name}: {value}" for name, value in self.headers)]
        self.headers_buff = "".join(f"{_one_line(line)}\r\n" for line in lines).encode("latin-1", "replace") + b"\r\n"


class Writer:
    """Writes one WARC file.

    Parameters:
        out: where to; from its beginning.
        name: what the file will be called.
        made: when the export was made.
        about: further lines of its description.
    """

    def __init__(self, out: IO[bytes], name: str, made: datetime, about: Mapping[str, str]) -> None:
        self._warc = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
        self._seen: dict[str, tuple[str, str]] = {}  # body -> address and date of the record that has it
        self.records = 0
        software = f"nianbao/{version('nianbao')} warcio/{version('warcio')}"
        told = {"software": software, "format": "WARC File Format 1.1", "robots": "obey", "nianbao-format": FORMAT, **NORMALISED, **about}
        record = self._warc.create_warcinfo_record(name, told)
        record.rec_headers.replace_header("WARC-Date", warc_date(made))
        said = "\n".join(["warcinfo", name, warc_date(made), *(f"{key} {value}" for key, value in told.items())])
        record.rec_headers.replace_header("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(_IDS, said)}>")  # warcio's own would be another each time
        self._write(record)

    def capture(self, capture: Capture, facts: Mapping[str, Any]) -> None:
        """Write a capture and its facts.

        Args:
            facts: as storage.evidence.capture_facts gives them.
        """
        address, date = target(capture), warc_date(capture.fetched_at)
        about: str | None = None
        if capture.status != 304:
            about = self._answer(capture, address, date, facts)
        headers = {"WARC-Date": date, "WARC-Record-ID": _id("metadata", facts)}
        if about is not None:
            headers["WARC-Refers-To"] = about
        self._metadata(f"{FACTS}{facts['capture']}", headers, facts)

    def run(self, facts: Mapping[str, Any]) -> None:
        """Write the facts of a run."""
        number = uuid.uuid5(_IDS, f"run\n{facts['run']}\n{facts['portal']}\n{facts['started']}")
        date = warc_date(datetime.fromisoformat(facts["started"]))
        self._metadata(f"{RUN}{facts['run']}", {"WARC-Date": date, "WARC-Record-ID": f"<urn:uuid:{number}>"}, facts)

    def _metadata(self, address: str, headers: dict[str, str], facts: Mapping[str, Any]) -> None:
        body = dumps(dict(facts)).encode()
        self._write(self._warc.create_warc_record(address, "metadata", io.BytesIO(body), len(body), FACTS_TYPE, headers))

    def _answer(self, capture: Capture, address: str, date: str, facts: Mapping[str, Any]) -> str:
        number = _id("answer", facts)
        headers = {"WARC-Date": date, "WARC-Record-ID": number}
        if not (address.startswith(("http://", "https://")) and capture.headers):
            kind = capture.header("Content-Type") or ("text/html" if capture.body.lstrip()[:1] == b"<" else "application/octet-stream")
            body = io.BytesIO(capture.body)
            self._write(self._warc.create_warc_record(address, "resource", body, len(capture.body), _one_line(kind), headers))
            return number
        status = f"{capture.status} {http.client.responses.get(capture.status, '')}".strip()
        block = _Block(status, list(replayable(capture)), protocol="HTTP/1.1")
        before = self._seen.get(capture.sha256) if capture.body else None
        if before is None:
            self._seen.setdefault(capture.sha256, (address, date))
            body = io.BytesIO(capture.body)
            record = self._warc.create_warc_record(address, "response", body, len(capture.body), warc_headers_dict=headers, http_headers=block)
        else:
            digest = self._digest(capture.body)
            record = self._warc.create_revisit_record(address, digest, *before, http_headers=block, warc_headers_dict=headers)
        self._write(record)
        self._request(address, {"WARC-Date": date, "WARC-Record-ID": _id("request", facts), "WARC-Concurrent-To": number})
        return number

    def _request(self, address: str, headers: dict[str, str]) -> None:
        parts = urlsplit(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        block = _Block(f"{path} HTTP/1.1", [("Host", parts.netloc)], protocol="GET", is_http_request=True)
        self._write(self._warc.create_warc_record(address, "request", warc_headers_dict=headers, http_headers=block))

    def _digest(self, body: bytes) -> str:
        digester = self._warc._create_digester()
        digester.update(body)
        return str(digester)

    def _write(self, record: Any) -> None:
        self._warc.write_record(record)
        self.records += 1


def target(capture: Capture) -> str:
    """The address a capture's record stands under: the one that answered."""
    answered = _one_line(capture.final_url or capture.url)
    return f"{DOM}{answered}" if capture.rendered else answered


def replayable(capture: Capture) -> Iterator[tuple[str, str]]:
    """Headers that are true of the decoded body, those that are not under other names."""
    yield from ((f"{RENAMED}{name}" if name.lower() in CODING else name, value) for name, value in capture.headers)
    yield "Content-Length", str(len(capture.body))


def warc_date(moment: datetime) -> str:
    """A time as WARC/1.1 writes it (W3C-DTF), to the microsecond."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _id(kind: str, facts: Mapping[str, Any]) -> str:
    said = "\n".join([kind, *(str(facts[name]) for name in ("capture", "url", "fetched_at", "sha256"))])
    return f"<urn:uuid:{uuid.uuid5(_IDS, said)}>"


def _one_line(words: str) -> str:
    return words.replace("\r", " ").replace("\n", " ").replace("\0", " ")

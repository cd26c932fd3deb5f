"""From a record to the answer it holds: HTTP headers, chunks and codings undone within a crawl's bounds, digests checked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from app.importing.members import Damaged, Raw
from crawler import coding
from crawler.errors import CrawlError
from storage.evidence.warc import RENAMED

CHUNKS_LIMIT = 1_000_000
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: |$)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_DIGESTS = {"sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer out of a record.

    Attributes:
        headers: as received, as far as the record tells: names under which crawlers hide a coding they undid are undone.
        body: None where a record says that another one has it.
        digest: of the payload, as the record names it.
        wire: the body before its content coding was undone, where it was coded.
    """

    status: int
    headers: Headers
    body: bytes | None
    digest: str | None
    wire: bytes | None = None


def moment(record: Raw) -> datetime:
    """When the record's answer came.

    Raises:
        Damaged: it does not say, or no time.
    """
    told = record.header("warc-date") or ""
    found = _TIME.fullmatch(told)
    try:
        if found is None:
            raise ValueError(told)
        fraction = (found[2] or "")[:6].ljust(6, "0")
        return datetime.strptime(f"{found[1]}.{fraction}", "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)
    except ValueError as error:
        raise Damaged("date", f"WARC-Date {told[:40]!r} is no time") from error


def answer(record: Raw, url: str, limit: int) -> Answer:
    """The answer in a `response` or `revisit` record.

    Args:
        limit: most bytes of the body, at any stage.

    Raises:
        Damaged: it is cut short, its digests are others, or it cannot be decoded.
    """
    if (cut := record.header("warc-truncated")) is not None:
        raise Damaged("truncated", f"the record says that it was cut short ({cut[:40]})")
    check_block(record)
    again = record.header("warc-type") == "revisit"
    digest = record.header("warc-payload-digest")
    if again and not record.block.strip():
        return Answer(200, (), None, digest)
    status, headers, payload = _split(record.block)
    if again:
        return Answer(status, restored(headers), None, digest)
    raw = payload
    told = _joined(headers, "transfer-encoding").lower()
    if "chunked" in told:
        payload = _dechunked(payload, limit)
    else:
        _check_length(headers, payload)
    named = _joined(headers, "content-encoding")
    try:
        body = coding.decode(payload, named, limit=limit, url=url, unasked=True)
    except CrawlError as error:
        raise Damaged(error.rule or error.kind, error.detail) from error
    if len(body) > limit:
        raise Damaged("too_large", f"a body of {len(body)} bytes; {limit} are read")
    _check_payload(digest, (raw, payload, body))
    return Answer(status, restored(headers), body, digest, payload if body is not payload else None)


def resource(record: Raw, limit: int) -> Answer:
    """The bytes of a `resource` record: no HTTP answer, as if saved to a file.

    Raises:
        Damaged: as `answer`.
    """
    if (cut := record.header("warc-truncated")) is not None:
        raise Damaged("truncated", f"the record says that it was cut short ({cut[:40]})")
    check_block(record)
    digest = record.header("warc-payload-digest")
    _check_payload(digest, (record.block,))
    if len(record.block) > limit:
        raise Damaged("too_large", f"a body of {len(record.block)} bytes; {limit} are read")
    return Answer(200, (), record.block, digest)


def restored(headers: Headers) -> Headers:
    """Headers as they were before a crawler renamed what a decoded body made untrue, and without the length it put in their place."""
    hidden = {name[len(RENAMED) :].lower() for name, _ in headers if name.lower().startswith(RENAMED.lower())}
    if not hidden & {"content-encoding", "transfer-encoding", "content-length"}:
        return headers
    return tuple(
        (name[len(RENAMED) :] if name.lower().startswith(RENAMED.lower()) else name, value)
        for name, value in headers
        if name.lower() != "content-length"
    )


def _split(block: bytes) -> tuple[int, Headers, bytes]:
    found = re.search(rb"\r?\n\r?\n", block)
    head, payload = (block[: found.start()], block[found.end() :]) if found else (block, b"")
    lines = re.split(rb"\r?\n", head)
    status = _STATUS.match(lines[0])
    if status is None:
        raise Damaged("http", f"no HTTP answer: it begins with {lines[0][:40]!r}")
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        text = line.decode("latin-1").replace("\0", "\ufffd")
        if text[:1] in {" ", "\t"} and headers:
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {text.strip()}")
        elif ":" in text:
            name, _, value = text.partition(":")
            headers.append((name.strip(), value.strip()))
    return int(status[1]), tuple(headers), payload


def _joined(headers: Headers, name: str) -> str:
    return ",".join(value for key, value in headers if key.lower() == name)


def _check_length(headers: Headers, payload: bytes) -> None:
    told = _joined(headers, "content-length")
    if told.isascii() and told.isdigit() and len(told) < 16 and int(told) > len(payload) and not _joined(headers, "content-encoding"):
        raise Damaged("truncated", f"{len(payload)} bytes of a body of {told}")


def _dechunked(payload: bytes, limit: int) -> bytes:
    """Chunks joined (RFC 9112, 7.1). Some crawlers join them and keep the header: what does not begin with a chunk is whole."""
    out, at = bytearray(), 0
    for number in range(CHUNKS_LIMIT):
        end = payload.find(b"\n", at, at + 1024)
        size = payload[at : end if end >= 0 else at].split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
            if number == 0:
                return payload
            raise Damaged("truncated", f"the chunks break off after {len(out)} bytes")
        length, at = int(size, 16), end + 1
        if length == 0:
            return bytes(out)
        if len(out) + length > limit:
            raise Damaged("too_large", f"more than {limit} bytes of chunks")
        if at + length > len(payload):
            raise Damaged("truncated", f"a chunk of {length} bytes breaks off")
        out += payload[at : at + length]
        at += length
        at += 2 if payload[at : at + 2] == b"\r\n" else 1
    raise Damaged("too_large", f"more than {CHUNKS_LIMIT} chunks")


def check_block(record: Raw) -> None:
    """Hold a record's block against the digest that the record names.

    Raises:
        Damaged: it is another.
    """
    told = record.header("warc-block-digest")
    if told is not None and _wrong(told, (record.block,)):
        raise Damaged("digest", f"the record's block is not what WARC-Block-Digest {told[:80]} says")


def _check_payload(told: str | None, stages: tuple[bytes, ...]) -> None:
    """Tools take the digest before or after chunks and codings are undone; it must be that of one of these."""
    if told is not None and _wrong(told, stages):
        raise Damaged("digest", f"the body is not what WARC-Payload-Digest {told[:80]} says")


def _wrong(told: str, stages: tuple[bytes, ...]) -> bool:
    """Whether a digest is of none of these; one of a kind nobody here computes says nothing."""
    kind, _, value = told.partition(":")
    kind = kind.lower().replace("-", "")
    if kind not in _DIGESTS:
        return False
    wanted = _binary(value.strip(), _DIGESTS[kind])
    return all(hashlib.new(kind, stage, usedforsecurity=False).digest() != wanted for stage in stages)


def _binary(value: str, size: int) -> bytes | None:
    """A digest in hexadecimal or base32."""
    try:
        return bytes.fromhex(value) if len(value) == 2 * size else base64.b32decode(value.upper() + "=" * (-len(value) % 8))
    except (ValueError, binascii.Error):
        return None

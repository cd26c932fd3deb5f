"""Time stamps of somebody else on heads (RFC 3161 with RFC 5816): asked for, accepted, checked. No network here; scheduler/stamping.py has it.

What is stamped is the head's line, in UTF-8 and without its line feed, hashed with SHA-256, so `openssl ts -verify -data` can check it as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

LIMIT = 2**16
"""Bytes of an answer. Tokens with a chain of certificates have 2 to 8 KB."""


class BadStamp(Exception):
    """An answer that is no time stamp of the head, or that nobody trusted has signed; the message says why."""


def request(line: str) -> TimeStampRequest:
    """What a time stamping authority is asked, with a nonce, so that an old answer cannot be played back."""
    return TimestampRequestBuilder().data(line.encode()).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True).build()


def accept(answer: bytes, asked: TimeStampRequest, line: str, certificates: Sequence[x509.Certificate]) -> bytes:
    """The answer, if it is one to this request and, where certificates are known, signed by whom they name.

    Raises:
        BadStamp
    """
    stamped = _granted(answer, line)
    if stamped.tst_info.nonce != asked.nonce:
        raise BadStamp("the answer is to another request (its nonce differs)")
    if certificates:
        check(answer, line, certificates)
    return answer


def check(token: bytes, line: str, certificates: Sequence[x509.Certificate]) -> datetime:
    """Whether a kept time stamp is of this head and signed by whom the certificates name.

    Returns:
        The time the authority vouches for.

    Raises:
        BadStamp
    """
    stamped = _granted(token, line)
    try:
        VerifierBuilder(roots=list(certificates)).build().verify(stamped, hashlib.sha256(line.encode()).digest())
    except (VerificationError, ValueError) as error:
        raise BadStamp(f"not signed by whom the certificates name: {error}") from error
    return stamped.tst_info.gen_time


def certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file.

    Raises:
        BadStamp: it cannot be read or holds none.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadStamp(f"{path}: no certificates in PEM can be read from it: {error}") from error


def _granted(answer: bytes, line: str) -> TimeStampResponse:
    """The answer taken apart; it is of this line.

    Raises:
        BadStamp
    """
    if len(answer) > LIMIT:
        raise BadStamp(f"an answer of {len(answer)} bytes; {LIMIT} are read")
    try:
        stamped = decode_timestamp_response(answer)
        if stamped.status != 0:
            raise BadStamp(f"refused with status {stamped.status} {' '.join(stamped.status_string)}".strip())
        imprint = stamped.tst_info.message_imprint.message
    except ValueError as error:
        raise BadStamp(f"no time stamp (RFC 3161): {error}") from error
    if imprint != hashlib.sha256(line.encode()).digest():
        raise BadStamp("a time stamp of something else (its imprint differs)")
    return stamped

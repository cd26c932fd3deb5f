"""Asking a time stamping authority over HTTP (RFC 3161, section 3.4): one POST, bounded in size and time, redirects not followed."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from urllib.parse import urlsplit

from storage.evidence.stamps import LIMIT

SECONDS = 20.0
"""For one whole answer, from the connection to its last byte."""


class NoAnswer(Exception):
    """The authority gave no answer that can be one; the message says what happened instead."""


def post(url: str, body: bytes, *, seconds: float = SECONDS) -> bytes:
    """The answer to a time stamp request.

    Raises:
        NoAnswer: not reached, too slow, too large, or not a time stamp reply by its status or type.
    """
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=seconds)
    late = threading.Event()
    clock = None
    try:
        connection.connect()
        clock = threading.Timer(seconds, _cut, (connection.sock, late))
        clock.daemon = True
        clock.start()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        kind = answer.headers.get_content_type()
        if answer.status != 200 or kind != "application/timestamp-reply":
            raise NoAnswer(f"answered {answer.status} {kind}, not 200 application/timestamp-reply")
        read = answer.read(LIMIT + 1)
    except (OSError, http.client.HTTPException) as error:
        said = f"no whole answer within {seconds:g} s" if late.is_set() or isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
        raise NoAnswer(said) from error
    finally:
        if clock is not None:
            clock.cancel()
        connection.close()
    if late.is_set():
        raise NoAnswer(f"no whole answer within {seconds:g} s")
    if len(read) > LIMIT:
        raise NoAnswer(f"more than {LIMIT} bytes")
    return read


def _cut(sock: socket.socket, late: threading.Event) -> None:
    """A server that sends a byte now and then keeps every single wait short; only closing the connection ends it."""
    late.set()
    with contextlib.suppress(OSError):  # it has ended in this very moment
        sock.shutdown(socket.SHUT_RDWR)

"""Patience with a server that is restarted: what was being done is done again when it is back, and nothing is done twice.

Only PostgreSQL is a server. A call that lost its connection was one transaction, so it happened as a whole or not at all. Where the connection was
lost before the commit, it did not. Where it was lost during the commit, nobody knows until the server is asked: each writing transaction leaves a
token of its own in `confirmations`, and the token is there exactly when the transaction is. (A transaction's number cannot tell: a server that
crashed gives the numbers anew that nobody saw.)
"""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, delete, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from storage.errors import ConnectionLost
from storage.schema import confirmations

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

SECONDS = 300.0  # a server that is upgraded and started again takes a minute or two
_LONGEST_PAUSE = 5.0
_WORDS = (  # libpq gives no code for a connection that was never made
    "connection refused", "no such file or directory", "server closed the connection", "connection is lost", "the connection is closed",
    "connection reset", "broken pipe", "could not receive data", "could not send data", "starting up", "shutting down", "not yet accepting",
    "recovery mode", "terminating connection", "connection timeout expired", "consuming input failed",
)  # fmt: skip
_CODES = ("08", "57P01", "57P02", "57P03")  # connection exceptions; the server stops, crashed, or is not ready


def is_lost(error: DBAPIError) -> bool:
    """Whether the server went away or is not there, as against refusing what was asked."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlstate", None)
    said = str(error.orig).lower()
    return code.startswith(_CODES) if code else any(words in said for words in _WORDS)


def patient(function: Callable[P, R]) -> Callable[P, R]:
    """Call again, when the server is back, what lost its connection; for functions that are one transaction each.

    Raises:
        ConnectionLost: the server did not come back within `SECONDS`.
    """

    @functools.wraps(function)
    def called(*args: P.args, **given: P.kwargs) -> R:
        return persist(lambda: function(*args, **given))

    return called


def patiently(kind: type[T]) -> type[T]:
    """A class whose public methods are `patient`, except those that open and close."""
    for name, member in list(vars(kind).items()):
        if not name.startswith("_") and name not in {"open", "close"} and callable(member):
            setattr(kind, name, patient(member))
    return kind


def persist(attempt: Callable[[], R]) -> R:
    """What `attempt` returns, as soon as there is a server to do it."""
    begun, pause = time.monotonic(), 0.05
    while True:
        try:
            found = attempt()
        except ConnectionLost as error:
            waited = time.monotonic() - begun
            if waited + pause > SECONDS:
                raise
            if pause == 0.05:
                logger.warning("archive: %s; trying again for %.0f s", error, SECONDS)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            continue
        if pause > 0.05:
            logger.warning("archive: the server is back after %.1f s", time.monotonic() - begun)
        return found


class _Writer(threading.local):
    """The name under which this thread of this process leaves its tokens."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.name = uuid.uuid4().hex
        self.known = False


_writer = _Writer()


def leave_token(connection: Connection) -> str:
    """Leave a new token, as the last thing in a transaction, and take away those of programs that ended long ago."""
    if _writer.process != os.getpid():  # a fork has its parent's name
        _Writer.__init__(_writer)
    if not _writer.known:
        connection.execute(delete(confirmations).where(confirmations.c.at < func.now() - sql("INTERVAL '7 days'")))
        _writer.known = True
    token = uuid.uuid4().hex
    leaving = insert(confirmations).values(writer=_writer.name, token=token, at=func.now())
    facts: dict[str, Any] = {"token": leaving.excluded.token, "at": leaving.excluded.at}
    connection.execute(leaving.on_conflict_do_update(index_elements=[confirmations.c.writer], set_=facts))
    return token


def has_token(connection: Connection, token: str) -> bool:
    """Whether the transaction that left this token, the last one of this thread, was committed."""
    found = select(confirmations.c.token).where(confirmations.c.writer == _writer.name)
    return connection.execute(found).scalar_one_or_none() == token

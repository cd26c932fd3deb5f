"""Telling systemd that the service is up and alive (sd_notify(3)): one datagram to the socket it named, nothing where it named none."""

from __future__ import annotations

import logging
import os
import socket

logger = logging.getLogger(__name__)


def notify(said: str) -> None:
    """Send one state (`READY=1`, `WATCHDOG=1`, `STOPPING=1`)."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as talking:
        try:
            talking.sendto(said.encode(), f"\0{name[1:]}" if name.startswith("@") else name)
        except OSError as error:
            logger.warning("systemd does not listen at %s: %s", name, error.strerror or error)


def watchdog() -> float | None:
    """Half of the seconds after which systemd takes silence for death; None when it does not watch us."""
    text, whose = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not text.isdecimal() or int(text) == 0 or (whose and whose != str(os.getpid())):
        return None
    return int(text) / 2_000_000

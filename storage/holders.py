"""Who holds a lease: this process, told apart from every other one, and whether a holder is known to be dead."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@cache
def _me(pid: int) -> str:
    return "/".join((_place(), str(pid), _started(pid) or "-"))


def me() -> str:
    """This process, by machine, name space of process numbers, number and time of start: a number alone is given again."""
    return _me(os.getpid())


def is_dead(holder: str) -> bool:
    """Whether a holder ended. Only of processes of this machine it can be known before their lease runs out."""
    place, _, rest = holder.partition("/")
    pid, _, started = rest.partition("/")
    if place != _place() or not pid.isdigit() or started == "-":
        return False
    return _started(int(pid)) != started


@cache
def _place() -> str:
    try:
        space = (PROC / "self/ns/pid").readlink().name  # containers of one host name count their processes apart
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()},{boot},{space}"


def _started(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; None when there is none, or only what is left of one."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] in {"Z", "X"} else fields[19]

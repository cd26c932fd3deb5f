"""Who holds a lease: a process of this machine is known to be gone the moment it is, one of another machine when its lease ends."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this() -> str:
    """The name of this process: host, number, and the time it began, by which a later process of the same number is another one."""
    return f"{socket.gethostname()} {os.getpid()} {_begun(os.getpid()) or '-'}"


def alive(owner: str) -> bool:
    """Whether a process may still be at work. Only one of this machine can be known not to be."""
    host, _, rest = owner.rpartition(" ")[0].rpartition(" ")
    number, begun = owner.split(" ")[-2:]
    if host != socket.gethostname() or not rest.isdigit() or not Path("/proc/self/stat").exists():
        return True
    return _begun(int(number)) == begun


def _begun(number: int) -> str | None:
    """When a process began, in ticks since the machine did; None when there is none of that number, or it is a zombie."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]

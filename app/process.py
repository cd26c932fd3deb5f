"""Entry point of a crawl process: `python -m app.process`. Its orders come as one JSON object on standard input, its output is its log."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from app import logs
from crawler.config import Config
from scheduler.pipe import TELL

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # linux/prctl.h

ARGV = (sys.executable, "-m", "app.process")


def orders(config: Config, keys: Sequence[str], *, full: bool) -> bytes:
    """What a crawl process is told. Through a pipe: a database's password must not stand in the list of processes."""
    told = {"keys": list(keys), "full": full, "config": config.model_dump(mode="json"), "supervisor": os.getpid()}
    return json.dumps(told).encode()


def follow(supervisor: int) -> None:
    """Stop (gracefully, by SIGTERM) when the supervisor dies. Linux only; elsewhere a crawl outlives it and ends by itself."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it died before we asked
        sys.exit("the supervisor is gone")


def main() -> None:
    """Crawl what the orders say."""
    from spiders.crawl import crawl  # reader processes import this module as well, and need no Scrapy

    told: dict[str, Any] = json.load(sys.stdin)
    follow(told["supervisor"])
    config = Config.model_validate(told["config"])
    logs.of_a_process(config.logs.format)
    crawl(told["keys"], config, told["full"], tell=_pipe(sys.argv[1:]))


def _pipe(arguments: Sequence[str]) -> int | None:
    """The pipe that scheduler.runs leaves open for us, where somebody looks on."""
    return int(arguments[1]) if arguments[:1] == [TELL] else None


if __name__ == "__main__":
    main()

"""kill -9 from outside, at moments that were drawn: of the time a command takes, and of what it does (tests/torture/witness)."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.portal_site import PROJECT, alive, children, commanded

WITNESS = Path(__file__).with_name("witness")
SPOTS = ("in", "statement", "committing", "out", "ack")
LONGEST = 180  # seconds a command may take
Line = dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """When to kill, and whom.

    Attributes:
        what: `time` after the command first wrote (of a reader: after the first one), or after its `start`; or one of SPOTS, or `rename`.
        at: seconds; or which of these, in the process that comes to it first.
        whom: `group` (the command and all processes below it), `crawl` (the process that crawls), `reader` (a reader).
    """

    what: str
    at: float
    whom: str = "group"


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: exit code; None where it was killed. struck: the kill met somebody. lines: what the witness saw. output: what it printed.
    """

    code: int | None
    struck: bool
    lines: list[Line]
    output: str

    @property
    def seconds(self) -> float:
        """Between the first and the last thing it wrote."""
        times = [line["at"] for line in self.lines if line["what"] in SPOTS]
        return max(times) - min(times) if times else 0.0

    def inside(self) -> str | None:
        """Whether a transaction that writes was open at the end: `open`, or `committing`."""
        last: dict[tuple[int, int], str] = {}
        for line in self.lines:
            if line["what"] in {"in", "committing", "out", "undone"}:
                last[line["pid"], line["thread"]] = line["what"]
        states = set(last.values())
        return "committing" if "committing" in states else "open" if "in" in states else None

    def counts(self) -> Counter[str]:
        """How often each spot came, in the process in which it came most often."""
        most: Counter[str] = Counter()
        for line in self.lines:
            if line["what"] in SPOTS:
                most[line["what"]] = max(most[line["what"]], line["number"])
            most["statement"] = max(most["statement"], line["statements"])
        return most


def run(folder: Path, arguments: Sequence[object], moment: Moment | None = None) -> Ended:
    """`nianbao` with these arguments in `folder`, killed at a moment, or not at all."""
    log, out = folder / "witness.jsonl", folder / "output.txt"
    log.unlink(missing_ok=True)
    log.touch()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("NIANBAO_", "WITNESS"))}
    environ |= {"WITNESS": str(log), "PYTHONPATH": os.pathsep.join([str(WITNESS), str(PROJECT)])}
    if moment is not None and moment.what not in {"time", "start"}:
        environ["WITNESS_HOLD"] = f"{moment.what}:{moment.at:g}"
    with out.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *map(str, arguments)], stdout=output, stderr=output, cwd=folder, env=environ, start_new_session=True
        )
    watched = Watched(process, log)
    try:
        struck = moment is not None and watched.strike(moment)
        process.wait(LONGEST)
    finally:
        watched.kill_all()
    lines = watched.lines()
    text = out.read_text(encoding="utf-8", errors="replace")
    killed = struck and process.returncode == -signal.SIGKILL
    return Ended(None if killed else process.returncode, struck, lines, text)


class Watched:
    """A running command."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log
        self.began = time.monotonic()
        self.deadline = self.began + LONGEST
        self.below: set[int] = set()
        self._first = self._reader = 0.0

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def _look(self) -> None:
        """Note when the witness spoke first."""
        if not self._first and self.log.stat().st_size:
            self._first = time.monotonic()

    def _goes_on(self) -> bool:
        if time.monotonic() > self.deadline:
            raise AssertionError(f"not over after {LONGEST} s; its witness's last words: {self.lines()[-3:]}")
        return self.process.poll() is None

    def strike(self, moment: Moment) -> bool:
        """Wait for the moment and kill; False where the command ended before."""
        while self._goes_on():
            self._look()
            if self._is(moment):
                return self._kill(moment.whom)
            time.sleep(0.002)
        return False

    def _is(self, moment: Moment) -> bool:
        if moment.what == "start":
            return time.monotonic() >= self.began + moment.at
        if moment.what == "time":
            begun = self._first
            if moment.whom == "reader":
                self._reader = self._reader or (time.monotonic() if self._readers() else 0.0)
                begun = self._reader
            return bool(begun) and time.monotonic() >= begun + moment.at
        return b'"hold"' in self.log.read_bytes()[-2000:]

    def _kill(self, whom: str) -> bool:
        if whom == "group":
            self.below |= set(children(self.process.pid))
            return self._send([self.process.pid, *self.below])
        if whom == "crawl":
            return self._send([pid for pid in children(self.process.pid) if "app.process" in commanded(pid)])
        return self._send(self._readers()[:1])

    def _readers(self) -> list[int]:
        return [pid for pid in children(self.process.pid) if "spawn_main" in commanded(pid)]

    def _send(self, pids: Sequence[int]) -> bool:
        met = False
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
                met = True
            except ProcessLookupError:
                continue
        return met

    def kill_all(self) -> None:
        """Nobody is left, whatever became of the test."""
        while self.process.poll() is None:
            self._kill("group")
            self.process.wait(10)
        deadline = time.monotonic() + 15
        while any(map(alive, self.below)) and time.monotonic() < deadline:
            time.sleep(0.01)


def drawn(chance: random.Random, whole: Ended, done: Counter[str], whom: str) -> Moment:
    """A moment of what a command has still to do, drawn evenly: half of them from its time, half from its transactions.

    Args:
        whole: how it went undisturbed. done: what was done of it already.
    """
    left = {spot: count - done[spot] for spot, count in whole.counts().items() if count > done[spot]}
    if whom == "reader" or not left or chance.random() < 0.5:
        part = 1 - min(0.9, done["out"] / max(1, whole.counts()["out"]))
        return Moment("time", chance.uniform(0, whole.seconds * part * (0.4 if whom == "reader" else 1)), whom)  # readers come late and go early
    spot = chance.choice(sorted(left))
    return Moment(spot, chance.randint(1, left[spot]), whom)

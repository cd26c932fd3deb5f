"""One command, killed again and again; what it acknowledged is looked for after each kill, and at the end it must have done what nobody disturbed."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.exchange import natural
from tests.torture.killing import Ended, Line, drawn, run
from tests.torture.works import DOUBLING, Place, Said, Upgrade, Work

AT_MOST = 8  # kills of one archive; then another one, so that beginnings are killed as often as ends


@dataclass
class Tally:
    """What came of it.

    Attributes:
        inside: kills while a transaction that writes was open; committing: of these right before or within its commit.
        acknowledged: captures and filings that were. lost: of these, not there. double: versions, changes and the like there twice.
        bad: what `verify` named, right after a kill or at the end.
    """

    work: str
    database: str
    kills: int = 0
    whom: Counter[str] = field(default_factory=Counter)
    spots: Counter[str] = field(default_factory=Counter)
    inside: int = 0
    committing: int = 0
    acknowledged: int = 0
    lost: int = 0
    double: int = 0
    bad: int = 0
    archives: int = 0
    seconds: float = 0.0

    def row(self) -> dict[str, Any]:
        whom = ",".join(f"{name}:{count}" for name, count in sorted(self.whom.items()))
        spots = ",".join(f"{name}:{count}" for name, count in sorted(self.spots.items()))
        return {**vars(self), "whom": whom, "spots": spots, "seconds": round(self.seconds)}


def campaign(work: Work, kills: int, seed: int, *, twice: bool = True) -> Tally:
    """Kill `kills` times. Each archive is killed some times and then brought to its end.

    Args:
        twice: do the work once more then, which is no news.
    """
    chance = random.Random(f"{seed} {work.name} {work.world.databases.kind}")
    tally = Tally(work.name, work.world.databases.kind)
    began = time.monotonic()
    whole, truth = undisturbed(work)
    assert whole.counts()["statement"] > 3, "the witness saw nothing: it must be imported first"
    assert whole.seconds > 0
    while tally.kills < kills:
        place, done, here = work.start(), Counter[str](), 0
        before = place.tables() if work.name == "upgrade" else place.said() if work.name in {"reread", "pack"} else None
        tally.archives += 1
        ended = None
        while here < AT_MOST and tally.kills < kills:
            whom = work.whom[tally.kills % len(work.whom)]
            moment = drawn(chance, whole, done, whom)
            ended = run(place.folder, work.command(place), moment)
            if not ended.struck:
                break
            here += 1
            tally.kills += 1
            tally.whom[whom] += 1
            tally.spots[moment.what] += 1
            inside = ended.inside() if whom != "reader" else None
            tally.inside += inside is not None
            tally.committing += inside == "committing"
            if work.name != "upgrade":
                done += ended.counts()
            look(work, place, ended, before, tally)
        if ended is None or ended.struck:
            ended = run(place.folder, work.command(place))
        assert ended.code in work.codes, (ended.code, ended.output[-3000:])
        found = place.said()
        same(truth, found, tally)
        work.check(place, here)
        if twice:
            again = run(place.folder, work.command(place))
            assert again.code in work.codes, again.output[-3000:]
            assert [name for name in ("changes", "keys", "versions", "reports", "events") if place.said()[name] != found[name]] == []
        bad = place.verified()
        tally.bad += len(bad)
        assert bad == []
        assert heads(place) == healed(place)
    tally.seconds = time.monotonic() - began
    return tally


def undisturbed(work: Work) -> tuple[Ended, Said]:
    """The same work, killed by nobody: how it goes, and what the archive says then."""
    twin = work.start()
    whole = run(twin.folder, work.command(twin))
    assert whole.code in work.codes, whole.output[-3000:]
    assert twin.verified() == []
    work.check(twin, 0)
    truth = twin.said()
    assert min(len(truth[name]) for name in ("captures", "reports", "versions", "changes", "figures", "contents")) > 0
    return whole, truth


def look(work: Work, place: Place, ended: Ended, before: Any, tally: Tally) -> None:
    """After a kill, before anything else: what was acknowledged is there, and the archive is sound."""
    if work.name == "upgrade" and place.revision() == Upgrade.OLD:  # as it was, and this program reads it after the next try
        assert place.tables() == before
        return
    acknowledged = [line for line in ended.lines if line["what"] == "ack" and line["method"] in {"keep", "keep_again", "file"}]
    tally.acknowledged += len(acknowledged)
    lost = missing(place, acknowledged) if acknowledged else []
    tally.lost += len(lost)
    assert lost == []
    if work.name in {"reread", "pack"}:
        found = place.said()
        for name in ("captures", "blobs", "changes", "keys", "versions" if work.name == "pack" else "reports"):
            assert len(found[name]) == len(before[name]), name
    if place.revision() is not None:  # the first thing a crawl does is to make the archive
        bad = place.verified()
        tally.bad += len(bad)
        assert bad == [], (ended.lines[-3:], bad)


def missing(place: Place, acknowledged: list[Line]) -> list[Line]:
    """What was acknowledged and is not there."""
    captures = {number: (url, sha256) for number, url, sha256 in place.rows("SELECT id, url, sha256 FROM captures")}
    read = {tuple(json.loads(kept) if isinstance(kept, str) else kept) for (kept,) in place.rows("SELECT captures FROM readings")}
    changes = set(place.rows("SELECT report, kind, after FROM changes"))
    lost = []
    for line in acknowledged:
        if line["method"] == "file":
            there = tuple(line["captures"]) in read and (line["change"] is None or tuple(line["change"]) in changes)
        else:
            there = captures.get(line["capture"]) == (line["url"], line["sha256"])
        if not there:
            lost.append(line)
    return lost


def same(truth: Said, found: Said, tally: Tally) -> None:
    """The same content, and nothing twice."""
    for name in truth:
        if name in DOUBLING:
            assert set(found[name]) == set(truth[name]), natural.differences({name: truth[name]}, {name: found[name]})
            continue
        tally.double += max(0, len(found[name]) - len(truth[name]))
        differing = natural.differences({name: truth[name]}, {name: found[name]})
        assert differing == [], "\n".join(differing)
        assert len(found[name]) == len(truth[name]), name


def heads(place: Place) -> list[str]:
    """Heads of the archive, as lines begin."""
    return [f"{seq} {chain}" for seq, chain in place.rows("SELECT seq, chain FROM heads ORDER BY seq")]


def healed(place: Place) -> list[str]:
    """The same of the plain file."""
    file = place.folder / "heads.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return sorted((" ".join(line.split()[1:3]) for line in lines if len(line.split()) == 4), key=lambda line: int(line.split()[0]))

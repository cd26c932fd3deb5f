"""Nights of the service as a whole: what happens on portals comes to whoever asked for it, once, on its night, in order; and nothing else comes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from storage import queries
from storage.archive import Archive
from tests.service.living import Receivers, Telling, board, documents, expected_board, is_down, load, play, troubles

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["eight_nights", pytest.param("sixty_nights", marks=pytest.mark.torture)])
def test_every_night_tells_what_happened_to_whom_it_concerns_once_and_nothing_else(name, tmp_path):
    life = load(HERE / f"{name}.yaml")
    receivers = Receivers()
    due = {"everything": "told", "shandong": "shandong", "operator": "operator"}
    tellings = {key: Telling(getattr(receivers, key)) for key in due}
    waits = {key: [] for key in due}
    mailed = 0
    for day, config, site in play(life, tmp_path / "life", receivers):
        for key, part in due.items():
            waits[key] += [life.lines(part, day)]
            told = tellings[key].since(documents(site))
            if is_down(life, key, day):
                assert (day, key, told) == (day, key, [])
            else:
                assert (day, key, in_nights(told, waits[key])) == (day, key, [lines for lines in waits[key] if lines])
                waits[key] = []
        with Archive.open(f"sqlite:///{config.parent}/archive/nianbao.sqlite3", create=False) as archive:
            assert (day, {f"{row['kind']} {row['portal']}" for row in queries.incidents(archive, open=True)}) == (day, troubles(life, day))
        assert (day, board(config, life, day)) == (day, expected_board(life, day))
        if is_down(life, "mailbox", day):
            assert len(receivers.mailbox.mails) == mailed
        mailed = len(receivers.mailbox.mails)
    assert not any(waits.values())
    for _, receiver in receivers:
        assert max(Counter(receiver.keys).values()) == 1
    assert [mail["Subject"] for _, mail in receivers.mailbox.mails] == [body["title"] for _, _, body in receivers.everything.got]


def in_nights(told, expected):
    """What was told, cut into nights as long as those expected, each sorted: within a night portals are crawled side by side."""
    nights = []
    for lines in expected:
        if lines:
            nights.append(sorted(told[: len(lines)]))
            told = told[len(lines) :]
    return nights + ([sorted(told)] if told else [])

"""Once after each deadline a portal's columns are read to their ends; on all other nights a page wholly known ends them."""

from __future__ import annotations

from datetime import datetime

import pytest

from crawler.config import Config
from crawler.runs import Run, settled
from storage.records import Origin, Outcome

PORTAL = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="static")


@pytest.mark.parametrize(
    ("walked", "tonight", "counts", "expected"),
    [
        ("2025-02-01T02:00", "2025-02-02T02:00", {"whole": 1, "columns_unread": 0}, True),
        ("2025-02-01T02:00", "2025-03-31T02:00", {"whole": 1, "columns_unread": 0}, True),
        ("2025-01-31T02:00", "2025-02-01T02:00", {"whole": 1, "columns_unread": 0}, False),
        ("2025-03-31T02:00", "2025-04-01T02:00", {"whole": 1, "columns_unread": 0}, False),
        ("2024-04-02T02:00", "2025-01-31T23:00", {"whole": 1, "columns_unread": 0}, True),
        ("2025-02-01T02:00", "2025-02-02T02:00", {"whole": 0, "columns_unread": 0}, False),
        ("2025-02-01T02:00", "2025-02-02T02:00", {"whole": 1, "columns_unread": 1}, False),
        ("2025-02-01T02:00", "2025-02-02T02:00", {"whole": 1, "columns_unread": 1, "newest_year_missing": 1}, True),
        ("2025-02-01T02:00", "2025-02-02T02:00", {}, False),
    ],
)  # fmt: skip
def test_one_whole_walk_after_a_deadline_is_enough(archive, walked, tonight, counts, expected):
    then = datetime.fromisoformat(f"{walked}:00+08:00")
    archive.finish_run(archive.start_run(PORTAL, then), then, Outcome.OK, counts)
    tonights = Run(archive, PORTAL, Config.model_validate({"now": f"{tonight}:00+08:00"}))
    assert settled(tonights) is expected

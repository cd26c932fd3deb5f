"""What one night is."""

from datetime import UTC, date, datetime

import pytest

from storage.nights import CHINA, night_of


@pytest.mark.parametrize(
    ("at", "named"),
    [
        (datetime(2026, 1, 20, 23, 0, tzinfo=CHINA), date(2026, 1, 20)),
        (datetime(2026, 1, 21, 2, 0, tzinfo=CHINA), date(2026, 1, 20)),
        (datetime(2026, 1, 21, 11, 59, tzinfo=CHINA), date(2026, 1, 20)),
        (datetime(2026, 1, 21, 12, 0, tzinfo=CHINA), date(2026, 1, 21)),
        (datetime(2026, 1, 20, 18, 30, tzinfo=UTC), date(2026, 1, 20)),
        (datetime(2026, 1, 20, 3, 59, tzinfo=UTC), date(2026, 1, 19)),
    ],
)
def test_a_night_lasts_from_noon_to_noon_in_china_and_bears_the_day_it_begins(at, named):
    assert night_of(at) == named


def test_a_time_without_a_zone_is_in_no_night():
    with pytest.raises(ValueError, match="no time zone"):
        night_of(datetime(2026, 1, 20))  # noqa: DTZ001

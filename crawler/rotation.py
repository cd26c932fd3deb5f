"""The rotation: which known reports are looked at again tonight, so that a silent edit is found within T nights and no night asks much.

Each class of age has its own T. Of the R reports of a class, ceil(R/T) a night suffice, the longest unseen first; after a gap (the portal was
not visited, or failed) just so many more that T still holds. A random sample of the same size would leave 37 % unseen after T nights.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from math import ceil

from crawler.config import RotationSection, ScheduleSection
from crawler.nights import under_way
from storage.frontier import GONE, REFUSED, Task

CLASSES = ("recent", "middle", "old", "gone")
RECENT, MIDDLE = 2, 6  # years back from the current one
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年)")


def report_year(title: str | None, listed: date | None) -> int | None:
    """The year a list says of a report: in its title, else the one before the printed date; None when it says neither."""
    years = [int(year) for year in YEAR.findall(title or "")]
    if years:
        return max(years)
    return listed.year - 1 if listed is not None else None


def class_of(task: Task, night: date) -> str:
    """The class of age of a known page. One whose year nobody knows may be recent, and is treated so; one that could not be read yet is due soon."""
    if task.state == GONE:
        return "gone"
    if task.state == REFUSED:
        return "recent"
    year = report_year(task.title, task.listed)
    if year is None or year >= night.year - RECENT:
        return "recent"
    return "middle" if year >= night.year - MIDDLE else "old"


def share(ages: Sequence[int], nights: int, step: int = 1) -> int:
    """How many of a class's reports are asked for tonight, the longest unseen ones.

    Parameters:
        ages: nights since each was seen, newest first.
        nights: T, the most nights a report may stay unseen.
        step: nights until the portal is visited again.

    Returns:
        The least number after which T can be kept with equal shares at all later visits: at most ceil(R/T) where every night is visited. A
        portal visited more seldom than T is asked for everything at each visit.
    """
    count = len(ages)
    longest = max(nights, step)
    quota = ceil(count / (longest // step)) if count else 0
    # the report at place i moves to place i + m when the m oldest go to the front, and its turn comes after ceil((count - i - m) / quota) visits
    return max((count - i - quota * max((longest - age) // step, 0) for i, age in enumerate(ages)), default=0) if count else 0


def due(known: Iterable[Task], night: date, rotation: RotationSection, schedule: ScheduleSection, step: int = 1) -> dict[str, list[Task]]:
    """The known pages to ask for tonight, by class of age, longest unseen first; pages unseen for equally long in the order of a hash."""
    classes: defaultdict[str, list[tuple[int, Task]]] = defaultdict(list)
    for task in known:
        age = (night - under_way(task.fetched_at, schedule)).days if task.fetched_at is not None else rotation.old
        classes[class_of(task, night)].append((max(age, 0), task))
    chosen: dict[str, list[Task]] = {}
    for name, pages in classes.items():
        pages.sort(key=lambda page: (-page[0], zlib.crc32(page[1].url.encode()), page[1].url))
        number = max(0, share([age for age, _ in reversed(pages)], getattr(rotation, name), step))
        chosen[name] = [task for _, task in pages[:number]]
    return chosen

"""Whose newest year is missing although their neighbours have it: a portal that is read well every night may still have moved its column.

What a neighbour has is no proof, so this is an incident with its evidence (who has it, on which listing), never news, and it closes when the
portal shows the year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import newest

if TYPE_CHECKING:
    from scheduler.afterwards import Evening

KIND = "behind_neighbours"
RECENT = timedelta(days=45)  # a list that was not read lately says nothing of this year
SHARE = 0.6  # of the neighbours that are read
LEAST = 3  # neighbours


def compare(evening: Evening) -> list[str]:
    """Open, and close, incidents for the portals of each province, held against each other by the newest year each of them lists."""
    shown = newest.years(evening.archive, evening.at - RECENT)
    lacking = missing({key: portal.adcode for key, portal in evening.portals.items()}, shown)
    for portal in evening.portals.keys() & shown.keys():
        if portal in lacking:
            year, listing, having = lacking[portal]
            detail = f"the newest year on the list is {shown[portal][0]} (listing {listing}); {having} of its neighbours list {year}"
            evening.archive.open_incident(KIND, portal, None, detail, evening.at)
        else:
            evening.archive.close_incidents(portal, evening.at, kinds=[KIND])
    return []


def missing(adcodes: Mapping[str, str], shown: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int, int]]:
    """Portals that lack a year most of their neighbours have: the year, their own newest listing, and how many neighbours have it.

    Neighbours are the portals of the same prefecture, or, where fewer than LEAST are read there, of the same province.

    Parameters:
        adcodes: of all portals.
        shown: the newest report year a portal's last listings show, and the listing; portals that were never read are in nobody's way.
    """
    found = {}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for key, adcode in adcodes.items():
        if key in shown:
            groups[adcode[:4]].append(key)
            groups[adcode[:2]].append(key)
    for key, adcode in adcodes.items():
        if key not in shown:
            continue
        others = next((near for near in (_others(groups[adcode[:4]], key), _others(groups[adcode[:2]], key)) if len(near) >= LEAST), None)
        if others is None:
            continue
        year = max(shown[other][0] for other in others)
        having = sum(shown[other][0] >= year for other in others)
        if having < SHARE * len(others):
            year -= 1  # the newest year is only just coming out; the one before is held against
            having = sum(shown[other][0] >= year for other in others)
        if shown[key][0] < year and having >= SHARE * len(others):
            found[key] = (year, shown[key][1], having)
    return found


def _others(keys: Iterable[str], key: str) -> list[str]:
    return [other for other in keys if other != key]

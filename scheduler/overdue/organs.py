"""Who must report: governments of divisions that have a portal, and departments and offices whose earlier reports the archive has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from crawler.reading import divisions
from scheduler.deadlines import Deadlines, who
from scheduler.overdue.cases import Organ
from storage.dues import Known
from storage.records import Origin, normalised

GOVERNMENT = "government"


def organs(adcodes: Collection[str], known: Iterable[Known], portals: Mapping[str, list[Origin]], wanted: Collection[str]) -> list[Organ]:
    """The organs of some divisions with their reports, by division, governments first, then by name.

    A government is known by its division, whatever name it bore that year; every other organ by its name. A copy on a mirror makes nobody an organ.

    Args:
        known: reports of these divisions, by number.
        portals: by division.
        wanted: sorts of organs.
    """
    found: dict[tuple[str, str], Organ] = {}
    for adcode in sorted(adcodes):
        if GOVERNMENT in wanted and portals.get(adcode):
            found[adcode, GOVERNMENT] = _organ(adcode, GOVERNMENT, GOVERNMENT, _government(adcode, portals[adcode]), portals)
    copies: list[tuple[tuple[str, str], Known]] = []
    for one in known:
        sort = who(one.level)
        if sort is None or sort not in wanted or one.issuer is None or one.adcode is None or one.year is None:
            continue
        key = (one.adcode, GOVERNMENT if sort == GOVERNMENT else normalised(one.issuer))
        if not one.official:
            copies.append((key, one))
            continue
        organ = found.setdefault(key, _organ(one.adcode, sort, key[1], one.issuer, portals))
        organ.official.setdefault(one.year, []).append(one)
    for key, one in copies:
        if key in found and one.year is not None:
            found[key].copies.setdefault(one.year, []).append(one)
    for organ in found.values():
        if organ.official:
            newest = organ.official[max(organ.official)][0]
            organ.issuer, organ.level, organ.city = newest.issuer or organ.issuer, newest.level, newest.city
    return sorted(found.values(), key=lambda organ: (organ.adcode, organ.who != GOVERNMENT, organ.who, organ.key))


def must(organ: Organ, year: int, deadlines: Deadlines, seen_within: int) -> bool | None:
    """Whether an organ must report for a year.

    Args:
        seen_within: years after which an organ that was not seen may be no more.

    Returns:
        None when nobody knows, because it was not seen for so long.
    """
    if deadlines.of(organ.who, organ.adcode, year) is None or deadlines.has_ended(organ.issuer, organ.adcode, year):
        return False
    if organ.who == GOVERNMENT:
        return True
    before = organ.before(year)
    if before is None:
        return False
    return True if year - before <= seen_within else None


def _organ(adcode: str, sort: str, key: str, issuer: str, portals: Mapping[str, list[Origin]]) -> Organ:
    division = divisions.by_code(adcode)
    level = division.level if division is not None and sort == GOVERNMENT else None
    home = tuple(origin.key for origin in portals.get(adcode, ()))
    return Organ(key=key, who=sort, issuer=issuer, level=level, adcode=adcode, city=None if division is None else division.name, home=home)


def _government(adcode: str, portals: list[Origin]) -> str:
    """What a government is called whose reports the archive does not have: as its portal, where that bears a government's name."""
    named = next((origin.name for origin in portals if origin.name.endswith("人民政府")), None)
    division = divisions.by_code(adcode)
    return named or (f"{division.name}人民政府" if division is not None else portals[0].name)

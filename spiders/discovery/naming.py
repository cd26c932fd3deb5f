"""Whose portal it is, from what its pages and the tables of divisions say. Where they contradict each other or say too little: nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.reading import divisions, meta
from crawler.urls import host_of
from spiders import links, registry
from spiders.families import Page

FRONTS = frozenset({"www", "zwgk", "xxgk", "zfxxgk", "gk", "gkml", "zfgk"})  # names of hosts below the government's own domain

_GOVERNMENT = re.compile(r"[\u4e00-\u9fff]{2,30}?人民政府")
_SPONSOR = re.compile(r"(?:主办单位|主办|版权所有|承办单位)\s?[:：]?\s?([^<>©]{2,60})")
_CODE = re.compile(r"[1-9]\d{9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One statement about whose portal it is.

    Attributes:
        code: of the division it names.
        government: the name as the page prints it, where it prints one.
        said: what says so, in words.
        sure: alone it is enough.
    """

    code: str
    government: str | None = None
    said: str
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose portal it is; None where it is not certain, and why not or why so."""

    name: str | None
    code: str | None
    why: str


def hosts(url: str) -> tuple[str, ...]:
    """The hosts that a portal's own pages may stand on: its host, and for a government's domain all names below that.

    `www.` and names such as `zwgk.` stand below the government's domain; another name (`jiangning.nanjing.gov.cn`) is a domain of its own.
    """
    host = host_of(url)
    labels = host.split(".")
    own = labels[1:] if labels[0] in FRONTS else labels
    domain = ".".join(own)
    return (host, f"*.{domain}") if host.endswith(".gov.cn") and len(own) > 2 else (host,)


def owner(grounds: Sequence[Ground]) -> Owner:
    """The one division all grounds agree on, at least one of which is enough."""
    said = "; ".join(dict.fromkeys(ground.said for ground in grounds))
    codes = {ground.code for ground in grounds}
    division = divisions.by_code(next(iter(codes))) if len(codes) == 1 else None
    if division is None:
        return Owner(name=None, code=None, why=f"they contradict each other: {said}" if said else "no page says whose portal it is")
    if not any(ground.sure for ground in grounds):
        return Owner(name=None, code=None, why=f"not enough: {said}")
    printed = next((ground.government for ground in grounds if ground.government), None)
    return Owner(name=printed or f"{division.name}人民政府", code=division.code, why=said)


def grounds(url: str, pages: Iterable[Page]) -> list[Ground]:
    """What the address, the registry and the pages say."""
    found: dict[tuple[str, str], Ground] = {}
    for ground in (*_of_host(host_of(url)), *(ground for page in pages for ground in _of_page(page))):
        found.setdefault((ground.code, ground.said), ground)
    return list(found.values())


def _of_host(host: str) -> list[Ground]:
    listed = registry.on_host(host)
    found = [
        Ground(
            code=entry.code, said=f"registry.csv: {host} is {entry.name}'s (confidence {entry.confidence})", sure=entry.confidence == registry.CERTAIN
        )
        for entry in (listed if len({entry.code for entry in listed}) == 1 else ())
    ]
    division = divisions.by_host(host)
    if not found and division is not None and host.partition(".")[2] == division.host and host.partition(".")[0] in FRONTS:
        found.append(Ground(code=division.code, said=f"the domain {division.host} is {division.name}'s"))
    return [ground for ground in found if divisions.by_code(ground.code)]


def _of_page(page: Page) -> list[Ground]:
    tags = meta.tags(page.selector.root)
    found = []
    code = tags.get("siteidcode", "")
    coded = divisions.by_code(code[:6]) if _CODE.fullmatch(code) else None
    if coded is not None:
        found.append(Ground(code=coded.code, said=f"meta SiteIDCode {code} begins with {coded.name}'s code"))
    sponsors = _SPONSOR.findall("\n".join(page.selector.xpath("//body//text()[not(parent::script)]").getall())[-20_000:])
    for where, text in (("meta SiteName", tags.get("sitename", "")), *(("主办单位", sponsor) for sponsor in sponsors[:3])):
        for government in _GOVERNMENT.findall(text)[:2]:
            bare = government.removesuffix("人民政府")
            division = divisions.find(bare) or (coded if coded and bare in coded.names() else None)
            if division is not None:
                found.append(Ground(code=division.code, government=government, said=f"{where} {links.clean(government)}"))
    return found

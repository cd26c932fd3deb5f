"""Is the news true? What the archive says after a night, against the script of the nights: nothing missing, nothing invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from app.demo.forms import Table
from app.demo.papers import Document
from app.demo.replicas import Replica
from app.demo.script import Event, What
from app.demo.site import Site
from storage import queries
from storage.archive import Archive
from storage.records import ChangeKind, State, normalised

News = tuple[str, str, str | None]  # (kind, portal, URL)

# What the replicas print around their reports, and no report says.
FURNITURE = (
    "点击排行",
    "推荐阅读",
    "热点信息",
    "浏览",
    "点击数",
    "访问次数",
    "字体",
    "字号",
    "登录",
    "打印",
    "关闭",
    "ICP备",
    "分享",
    "扫一扫",
    "当前位置",
)

# What an event is called by an archive that understood it.
KINDS = {What.PUBLISHED: ChangeKind.NEW, What.EDITED: ChangeKind.FIGURES_CHANGED}  # what is removed is absent, and missing two weeks later


class Truth:
    """What is so on a site on a night, and what the archive should have said of it."""

    def __init__(self, site: Site) -> None:
        self._addresses = site.addresses
        self._script = site.script
        self._replicas = {replica.key: replica for replica in site.portals}

    def check(self, archive: Archive, night: int) -> list[str]:
        """What the archive got wrong, as sentences; empty when its news are exactly true."""
        wrong = _differences(f"night {night}: change", self._changes(night), _told(queries.changes(archive, since=self._script.nights[night])))
        wrong += _differences(f"night {night}: incident", self._incidents(night), _told(queries.incidents(archive, open=True)))
        absent = [("absent", row["portal"], row["url"]) for row in queries.absences(archive)]
        wrong += _differences(f"night {night}: report", self._absences(night), absent)
        return wrong + self._facts(archive, night)

    def _changes(self, night: int) -> list[News]:
        if night == min(self._script.nights):
            return [(ChangeKind.NEW, replica.key, self._url(replica, paper)) for replica, paper in self._papers(night)]
        return [(KINDS[event.what], event.portal, self._where(event)) for event in self._script.happened(night) if event.what in KINDS]

    def _incidents(self, night: int) -> list[News]:
        return [
            ("layout_changed", replica.key, f"{self._addresses[replica.key]}{path}")
            for replica in self._replicas.values()
            if self._script.redesigned(replica.key, night)
            for path in replica.start
        ]

    def _absences(self, night: int) -> list[News]:
        standing = {paper.key for _, paper in self._papers(night)}
        known = {paper.key: (replica, paper) for earlier in range(1, night + 1) for replica, paper in self._papers(earlier)}
        return [("absent", replica.key, self._url(replica, paper)) for key, (replica, paper) in known.items() if key not in standing]

    def _facts(self, archive: Archive, night: int) -> list[str]:
        """Every document that stood on a night up to this one: what it is, whose, of which year."""
        rows = {row["url"]: row for row in queries.find(archive)}
        edited = Counter(event.document for n in range(1, night + 1) for event in self._script.happened(n) if event.what is What.EDITED)
        wrong = []
        for replica, paper in {paper.key: (replica, paper) for n in range(1, night + 1) for replica, paper in self._papers(n)}.values():
            row = rows.get(self._url(replica, paper))
            if row is None:
                wrong.append(f"night {night}: the archive has no report at {self._url(replica, paper)}")
                continue
            wrong += [f"night {night}: {paper.key}: {flaw}" for flaw in _flaws(paper, queries.show(archive, row["report"]))]
            told = {"type": paper.kind, "state": State.ALIVE, "versions": 1 + edited[paper.key], **_identity(paper, replica)}
            wrong += [
                f"night {night}: {paper.key}: {name} is {row[name]!r}, but {expected!r} is true"
                for name, expected in told.items()
                if row[name] != expected
            ]
        return wrong

    def _papers(self, night: int) -> Iterable[tuple[Replica, Document]]:
        """Whatever stands in a report column and belongs there: a 政府工作报告 does not."""
        for replica in self._replicas.values():
            yield from ((replica, paper) for paper in replica.shelf(night) if paper.kind != "work_report")

    def _where(self, event: Event) -> str:
        replica = self._replicas[event.portal]
        papers = {paper.key: paper for night in (event.night, event.night - 1) for paper in replica.shelf(night)}
        assert event.document is not None
        return self._url(replica, papers[event.document])

    def _url(self, replica: Replica, paper: Document) -> str:
        return f"{self._addresses[replica.key]}{replica.address(paper)}"


def _identity(paper: Document, replica: Replica) -> dict[str, Any]:
    """The facts a reader must find on a report's page; what surrounds reports (notices, collections) is known by its kind alone."""
    if paper.kind in {"format_or_notice", "collection_page", "interpretation"}:
        return {}
    published = paper.published.isoformat() if paper.dated else None
    signed = paper.signed.isoformat() if paper.signed else None
    return {
        "issuer": paper.issuer,
        "adcode": paper.adcode or replica.adcode,
        "year": paper.year,
        "title": paper.title,
        "published": published,
        "signed": signed,
    }


def _flaws(paper: Document, shown: Mapping[str, Any]) -> list[str]:
    """What is wrong with a report's text and tables: a sentence or a table lost, something of the page around it taken in."""
    text = normalised(shown["text"])
    flaws = [f"lost: {block.text}" for block in paper.blocks if normalised(block.text) not in text]
    flaws += [f"taken in: {words}" for words in FURNITURE if words in text]
    tables = [block.table for block in paper.blocks if block.table is not None]
    if [[len(table["rows"]), _texts(table["rows"])] for table in shown["tables"]] != [[len(t.rows), _printed(t)] for t in tables]:
        flaws.append("its tables are not those of the page")
    return flaws


def _texts(rows: Iterable[Iterable[str]]) -> list[str]:
    return [normalised(cell) for row in rows for cell in row if normalised(cell)]


def _printed(table: Table) -> list[str]:
    return [normalised(cell.text) for row in table.rows for cell in row if cell.text]


def _told(rows: Iterable[Mapping[str, Any]]) -> list[News]:
    return [(row["kind"], row["portal"], row["url"]) for row in rows]


def _differences(what: str, true: Iterable[News], told: Iterable[News]) -> list[str]:
    missing, invented = Counter(true), Counter(told)
    missing.subtract(told)
    invented.subtract(true)
    return [
        *(f"{what} not told: {kind} {portal} {url}" for (kind, portal, url), count in missing.items() for _ in range(count)),
        *(f"{what} that is not true: {kind} {portal} {url}" for (kind, portal, url), count in invented.items() for _ in range(count)),
    ]

"""The work that is killed: five commands on small archives, and what such an archive says."""

from __future__ import annotations

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from click.testing import CliRunner

from app.cli import cli
from storage import copying, migrations
from storage.archive import Archive
from tests.exchange import natural
from tests.portal_site import Site, portal_file
from tests.storage.server import Server
from tests.test_reread import dim, filled
from tests.torture import killing

NOW = "2026-01-20T18:00:00+00:00"
LATER = "2026-02-20T18:00:00+00:00"
Said = dict[str, list[str]]

QUESTIONS = {name: question for name, question in natural.QUESTIONS.items() if name not in {"captures", "runs"}} | {
    # a server says in its headers when it answered, and an answer that came again says another time
    "captures": "SELECT url, final_url, status, sha256, fetched_at, rendered, portal FROM captures",
    "blobs": "SELECT sha256, size FROM blobs",
    # a key begins with its report's number; a server gives none twice, not even those of transactions that came to nothing
    "keys": "SELECT r.identity, substr(x.key, length(CAST(r.id AS TEXT)) + 1) FROM changes x JOIN reports r ON r.id = x.report",
    "events": "SELECT kind, portal, adcode, year, issuer, title, url FROM events WHERE report IS NOT NULL",  # of runs and incidents there are others
}
DOUBLING = ("captures", "listings")  # an answer may be asked for again, as its page was under way when the program died


@dataclass(frozen=True)
class Place:
    """A database with its configuration, in a folder."""

    folder: Path
    url: str

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def nianbao(self, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
        """A command in this process; its JSON lines."""
        result = CliRunner().invoke(cli, ["--config", str(self.config), *map(str, arguments), "--json"])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    def verified(self) -> list[dict[str, Any]]:
        """What `nianbao verify` finds bad."""
        result = CliRunner().invoke(cli, ["--config", str(self.config), "verify", "--json"])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        *bad, last = [json.loads(line) for line in result.stdout.splitlines()]
        assert last["bad"] == len(bad)
        assert result.exit_code == (1 if bad else 0), result.output
        return bad

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        engine = sa.create_engine(self.url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(sa.text(question))]
        finally:
            engine.dispose()

    def said(self) -> Said:
        """All that it says, without the numbers of rows."""
        engine = sa.create_engine(self.url)
        try:
            with engine.connect() as connection:
                return {name: sorted(map(repr, connection.execute(sa.text(question)).all())) for name, question in QUESTIONS.items()}
        finally:
            engine.dispose()

    def tables(self) -> dict[str, int]:
        """Every table, whatever its schema, and its rows."""
        engine = sa.create_engine(self.url)
        try:
            names = sa.inspect(engine).get_table_names()
            return {name: self.rows(f'SELECT COUNT(*) FROM "{name}"')[0][0] for name in names}
        finally:
            engine.dispose()

    def revision(self) -> str | None:
        """Of its schema; None where it has none."""
        return migrations.current(self.url)


@dataclass
class Databases:
    """Makes databases of one kind."""

    folder: Path
    server: Server | None = None
    made: int = 0

    @property
    def kind(self) -> str:
        return "sqlite" if self.server is None else "postgresql"

    def place(self, like: Place | None, portals: Path) -> Place:
        """An empty database, or one that is what another is."""
        self.made += 1
        folder = self.folder / f"{self.kind}{self.made}"
        folder.mkdir(parents=True)
        if self.server is None:
            url = f"sqlite:///{folder / 'a.sqlite3'}"
            if like is not None:
                shutil.copy(like.folder / "a.sqlite3", folder / "a.sqlite3")
        else:
            name = f"t{uuid.uuid4().hex[:12]}"
            template = "" if like is None else f" TEMPLATE {sa.make_url(like.url).database}"
            self.server.execute(f"CREATE DATABASE {name}{template}")
            url = self.server.url.format(name=name)
        if like is not None and (like.folder / "heads.txt").exists():
            shutil.copy(like.folder / "heads.txt", folder / "heads.txt")
        settings = {
            "archive": {"url": url, "heads": str(folder / "heads.txt")},
            "crawl": {"delay": 0.0, "allow_private_hosts": True, "readers": 1, "read_timeout": 120.0},  # a busy machine is no page's fault
            "portals": {"paths": [str(portals)]},
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        return Place(folder, url)


@dataclass
class World:
    """A portal, and the databases to archive it in."""

    folder: Path
    site: Site
    databases: Databases
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def portals(self) -> Path:
        folder = self.folder / "portals"
        if not folder.exists():
            portal_file(folder, self.site)
        return folder

    def place(self, like: Place | None = None) -> Place:
        return self.databases.place(like, self.portals)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def old_archive(self, name: str, as_seen: Callable[..., Any]) -> Place:
        """An archive that was filled before, some pages in two versions."""

        def make() -> Place:
            path = self.folder / f"{name}.sqlite3"
            url = filled(path, as_seen)
            if self.databases.server is None:
                place = self.place()
                shutil.copy(path, place.folder / "a.sqlite3")
            else:
                place = self.place()
                copying.copy(url, place.url)
            return place

        return self.once(name, make)

    def recorded(self) -> Path:
        """A folder with a WARC of the crawled portal and two saved pages."""

        def make() -> Path:
            place = self.place()
            ended = killing.run(place.folder, Crawl(self).command(place))
            assert ended.code == 0, ended.output
            folder = self.folder / f"recorded-{self.databases.kind}"
            folder.mkdir()
            place.nianbao("export", "warc", folder / "portal.warc.gz", "--now", LATER)
            for year in (2001, 2002):
                page = self.site.answers[f"/nb/t{min(self.years())}.html"].body.replace(str(min(self.years())), str(year))
                (folder / f"saved{year}.html").write_text(page, encoding="utf-8")
            return folder

        return self.once("recorded", make)

    def years(self) -> list[int]:
        return sorted(int(path[5:9]) for path in self.site.answers if path.startswith("/nb/t"))


class Work:
    """A command that is killed.

    Attributes:
        whom: who is killed, in turn. codes: exit codes of a run that nobody kills.
    """

    name = ""
    whom: tuple[str, ...] = ("group",)
    codes: tuple[int, ...] = (0,)

    def __init__(self, world: World) -> None:
        self.world = world

    def start(self) -> Place:
        """An archive before the work."""
        return self.world.place()

    def command(self, place: Place) -> Sequence[object]:
        raise NotImplementedError

    def check(self, place: Place, kills: int) -> None:
        """What else must hold when all is done."""


class Crawl(Work):
    name = "crawl"
    whom = ("group", "group", "crawl", "reader")

    def command(self, place: Place) -> Sequence[object]:
        return ["--config", place.config, "crawl", "--now", NOW]

    def start(self) -> Place:
        self.world.site.seen.clear()
        return super().start()

    def check(self, place: Place, kills: int) -> None:
        asked = Counter(path for path in self.world.site.paths() if "/t" in path)
        assert set(asked) == {f"/nb/t{year}.html" for year in self.world.years()}
        assert sum(asked.values()) - len(asked) <= kills, asked  # what was under way, and nothing else
        outcomes = place.rows("SELECT outcome FROM runs ORDER BY id")
        assert {outcome for (outcome,) in outcomes} <= {"ok", "degraded", "failed"}
        assert outcomes[-1] == ("ok",)
        assert place.rows("SELECT state, COUNT(*) FROM frontier GROUP BY 1") == [("done", len(self.world.years()))]
        assert place.rows("SELECT kind FROM incidents WHERE closed IS NULL") == []


class Import(Work):
    name = "import"

    def command(self, place: Place) -> Sequence[object]:
        return ["--config", place.config, "import", self.world.recorded(), "--now", LATER]


class Reread(Work):
    name = "reread"

    def start(self) -> Place:
        return self.world.place(self.world.old_archive("dim", dim))

    def command(self, place: Place) -> Sequence[object]:
        return ["--config", place.config, "reread", "--now", LATER]


class Pack(Work):
    name = "pack"

    def start(self) -> Place:
        return self.world.place(self.world.old_archive("seen", lambda seen: seen))

    def command(self, place: Place) -> Sequence[object]:
        return ["--config", place.config, "db", "pack", "--now", LATER]

    def check(self, place: Place, kills: int) -> None:
        assert place.rows("SELECT COUNT(*) FROM blobs WHERE codec = 'zstd'") == [(0,)]


class Upgrade(Work):
    name = "upgrade"
    OLD = "0002"  # figures and findings; no ledger, no search, no events

    def start(self) -> Place:
        def make() -> Place:
            place = self.world.place(self.world.old_archive("seen", lambda seen: seen))
            migrations.upgrade(place.url, self.OLD)
            return place

        return self.world.place(self.world.once("outdated", make))

    def command(self, place: Place) -> Sequence[object]:
        return ["--config", place.config, "db", "upgrade"]

    def check(self, place: Place, kills: int) -> None:
        assert place.revision() == migrations.head()
        with Archive.open(place.url, create=False):
            pass


WORKS = {work.name: work for work in (Crawl, Import, Reread, Pack, Upgrade)}

"""The storage tests run on SQLite and on a private PostgreSQL: one behaviour on both."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import migrations
from storage.archive import Archive
from storage.records import Capture, Cell, Change, DocumentType, Grid, Level, Reading, Trust
from storage.schema import metadata
from tests.storage import server

NIGHT = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
URL = "https://www.zhucheng.gov.cn/xxgk/t20180329_1.html"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own, with `{name}` for the database. It holds a database with the schema."""
    with server.running(*server.FAST) as started:
        started.execute("CREATE DATABASE filled")
        migrations.upgrade(started.url.format(name="filled"))
        yield started.url


@pytest.fixture
def nothing(postgresql: str) -> str:
    """The URL of an empty PostgreSQL database, without a schema."""
    name = f"t{uuid.uuid4().hex[:12]}"
    _execute(postgresql, f"CREATE DATABASE {name}")
    return postgresql.format(name=name)


def _execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _in_memory() -> Path:
    """A folder in memory where there is one: every commit waits for the disk, and no test here pulls the plug."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="nianbao", dir=memory if os.access(memory, os.W_OK) else None))


@pytest.fixture
def folder() -> Iterator[Path]:
    path = _in_memory()
    yield path
    shutil.rmtree(path)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a database without a schema."""
    return str(request.getfixturevalue("nothing")) if request.param == "postgresql" else f"sqlite:///{folder / 'nianbao.sqlite3'}"


@pytest.fixture(scope="session")
def on_sqlite() -> Iterator[tuple[Archive, Path]]:
    """An archive, opened once for all tests (an engine is slow until it has compiled its statements), and an empty copy of its file."""
    path = _in_memory()
    opened = Archive.open(f"sqlite:///{path / 'nianbao.sqlite3'}")
    opened.engine.dispose()  # the file is whole when its last connection is closed
    shutil.copy(path / "nianbao.sqlite3", path / "empty.sqlite3")
    yield opened, path
    opened.close()
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def on_postgresql(postgresql: str) -> Iterator[Archive]:
    with Archive.open(postgresql.format(name="filled")) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest) -> Iterator[Archive]:
    """An empty archive, on each kind of database."""
    if request.param == "sqlite":
        opened, path = request.getfixturevalue("on_sqlite")
        for left in path.glob("nianbao.sqlite3*"):  # its log too: a connection that a test forgot to close keeps one, and it would be taken for ours
            left.unlink()
        shutil.copy(path / "empty.sqlite3", path / "nianbao.sqlite3")
    else:
        opened = request.getfixturevalue("on_postgresql")
        with opened.engine.begin() as connection:  # a tenth of the time a database of its own would take
            connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def url(archive: Archive) -> str:
    """The URL of the empty archive."""
    return archive.engine.url.render_as_string(hide_password=False)


@dataclass
class Desk:
    """Keeps and files for a test, one capture a night."""

    archive: Archive
    portal: str | None = "zhucheng"
    night: int = 0
    bodies: int = field(default=0)

    @property
    def at(self) -> datetime:
        return NIGHT + timedelta(days=self.night)

    def keep(self, url: str = URL, *, body: bytes | None = None, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> int:
        self.bodies += 1
        made = body if body is not None else f"<p>visitor number {self.bodies}</p>".encode()
        return self.archive.keep(Capture(url=url, status=status, headers=headers, body=made, fetched_at=self.at, portal=self.portal))

    def file(self, reading: Reading) -> Change | None:
        """Another capture of the reading's page is kept, a night later, and read as `reading`."""
        self.night += 1
        capture = self.keep(reading.url or URL)
        return self.archive.file(reading, captures=[capture], portal=self.portal, at=self.at)

    def gone(self, url: str = URL, *, listing: int | None = None) -> Change | None:
        self.night += 1
        return self.archive.gone(url, self.portal or "-", self.keep(url, status=404), listing, None, self.at)

    def missing(self, url: str = URL) -> Change | None:
        """Three such answers in two weeks."""
        for _ in range(2):
            assert self.gone(url) is None
            self.night += 6
        return self.gone(url)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.archive.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]


@pytest.fixture
def desk(archive: Archive) -> Desk:
    return Desk(archive)


@pytest.fixture
def report() -> Reading:
    """A report of 诸城 with one table."""
    return Reading(
        reader="1",
        url=URL,
        encoding="utf-8",
        type=DocumentType.STATUTORY_ANNUAL_REPORT,
        issuer="诸城市人民政府",
        level=Level.COUNTY,
        adcode="370782",
        city="诸城市",
        year=2017,
        title="诸城市2017年政府信息公开工作年度报告",
        published=date(2018, 3, 29),
        signed=None,
        source=None,
        trust=Trust.OFFICIAL_HOST,
        text="全市主动公开政府信息 10.9 万条。\n共收到申请 132 件，同比增长 5%。\n指标\t数量\n当面申请\t12\n网络申请\t120",
        tables=(table(("指标", "数量"), ("当面申请", "12"), ("网络申请", "120")),),
    )


def table(*rows: tuple[str, ...]) -> Grid:
    cells = tuple(Cell(text, row, column) for row, texts in enumerate(rows) for column, text in enumerate(texts))
    return Grid(cells=cells, height=len(rows), width=len(rows[0]))

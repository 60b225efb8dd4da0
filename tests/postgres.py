"""A private PostgreSQL cluster for the tests: made, started and thrown away by them, on loopback alone."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from rallynov.storage import schema
from rallynov.storage.store import Store

HOMES = ("/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin")
FAST = "-c fsync=off -c max_wal_size=256MB -c max_connections=60 -c shared_buffers=64MB -c unix_socket_directories="
ROOM = 6 * 2**30
"""Bytes free in memory from which the databases lie there."""


def binaries() -> Path | None:
    """Return the folder of ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    return next((f for f in (*folders, *map(Path, HOMES)) if (f / "initdb").exists()), None)


class Cluster:
    """One running server; ``database()`` gives a fresh, empty database of it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = Path(tempfile.mkdtemp(prefix="rallynov-pg-", dir=_memory()))
        self._folder.chmod(0o755)
        self._port = _free_port()
        self._count = 0
        self._model = ""
        data = self._folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            os.chown(data, user.pw_uid, user.pw_gid)
        self._as_server(
            *("initdb", "-D", str(data), "-U", "rallynov", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"),
            "--no-sync",
        )
        options = f"{FAST}'{self._folder}' -p {self._port} -c listen_addresses=127.0.0.1"
        self._as_server(
            "pg_ctl", "-D", str(data), "-w", "-l", str(self._folder / "log"), "-o", options, "start"
        )

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
        return self.database(self._model)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._as_server("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql://rallynov@127.0.0.1:{self._port}/{name}"

    def _as_server(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = (str(self._home / program), *arguments)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ("runuser", "-u", "postgres", "--", *command)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", stdin=subprocess.DEVNULL)


def _memory() -> Path | None:
    """A folder in memory, where there is room for some hundred databases of eight megabytes."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own in it
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port

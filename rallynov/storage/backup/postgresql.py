"""PostgreSQL through its own programs: dumped in the snapshot of a transaction, read, put back in one transaction.

How the server is reached goes through the environment of the program, never through its command line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from rallynov.storage.backup.model import BackupError, Fault, Why
from rallynov.storage.store import Store

DEBIAN = Path("/usr/lib/postgresql")
KINDS = frozenset(
    (
        "TABLE",
        "TABLE DATA",
        "SEQUENCE",
        "SEQUENCE OWNED BY",
        "SEQUENCE SET",
        "DEFAULT",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "INDEX",
        "COMMENT",
    )
)
"""Everything that a dump of ours holds; nothing that runs by itself."""
_TOC = re.compile(r"\d+; \d+ \d+ ([A-Z][A-Z ]*[A-Z]) (?:(\S+) (\S+) |- )")
_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(.*\) FROM stdin;\n')
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def snapshot(store: Store) -> Iterator[tuple[Connection, str]]:
    """Open a transaction that sees one moment, and the name under which others may see it too."""
    with store.read() as tx:
        tx.exec_driver_sql(_SNAPSHOT)
        yield tx, str(tx.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def named(tx: Connection) -> list[str]:
    """Return the tables of the schema that is ours."""
    listed = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    return [str(name) for name in tx.execute(listed).scalars()]


def tables(tx: Connection) -> Mapping[str, int]:
    """Count the rows of every table."""
    quoted = tx.dialect.identifier_preparer.quote
    return {
        name: int(tx.exec_driver_sql(f"SELECT count(*) FROM {quoted(name)}").scalar_one())  # noqa: S608
        for name in named(tx)
    }


def dump(store: Store, tx: Connection, seen: str, path: Path) -> None:
    """Write the tables that a transaction sees."""
    schema = tx.exec_driver_sql("SELECT current_schema()").scalar_one()
    chosen = [f'--table="{schema}"."{name}"' for name in named(tx)]
    options = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=20s"]
    _run(store, tx, "pg_dump", [*options, f"--snapshot={seen}", f"--file={path}", *chosen])


def restore(store: Store, path: Path, held: Sequence[str]) -> None:
    """Put a dump in the place of all tables of ours, in one transaction; ``held`` are the tables of the dump.

    A table that the dump does not hold, of a newer release, is dropped first: it would refer to those replaced. It stays
    dropped when the rest fails (``Why.HALF``).
    """
    with store.write() as tx:
        quoted = tx.dialect.identifier_preparer.quote
        dropped = set(named(tx)) - set(held)
        for name in dropped:
            tx.exec_driver_sql(f"DROP TABLE {quoted(name)} CASCADE")
    options = ["--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges"]
    with store.read() as tx:
        name = tx.exec_driver_sql("SELECT current_database()").scalar_one()
        release = _major(tx)
    try:
        _run(store, release, "pg_restore", [*options, f"--dbname={name}", str(path)])
    except BackupError as error:
        if dropped:
            raise BackupError(Why.HALF, error.fault.what) from error
        raise


def faults(path: Path, told: Mapping[str, int]) -> list[Fault]:
    """Read a dump from end to end: its table of contents, and every row of it, counted."""
    listed = _output("pg_restore", ["--list", str(path)])
    strange = [Fault(Why.STRANGE, line) for line in listed.splitlines() if not _ours(line)]
    if strange:
        return strange
    with _started("pg_restore", ["--data-only", "--file=-", str(path)]) as rows:
        held = _counted(rows)
    return [
        Fault(Why.COUNTS, f"{name} : {held.get(name, 0)} au lieu de {told.get(name, 0)}")
        for name in sorted({*held, *told})
        if held.get(name) != told.get(name)
    ]


def others(store: Store) -> int:
    """Count who else is connected to the database."""
    with store.read() as tx:
        elsewhere = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(tx.execute(elsewhere).scalar_one())


def _ours(line: str) -> bool:
    if not line.strip() or line.startswith(";"):
        return True
    found = _TOC.match(line)
    return bool(found and found[1] in KINDS)


def _counted(rows: IO[bytes]) -> Mapping[str, int]:
    """Count the rows of each COPY: one line each, up to the line that ends it."""
    counts: dict[str, int] = {}
    table = ""
    for line in rows:
        if table:
            if line == b"\\.\n":
                table = ""
            else:
                counts[table] += 1
        elif found := _COPY.match(line):
            table = found[1].decode()
            counts[table] = 0
    return counts


def _major(tx: Connection) -> int:
    return int(tx.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def program(store: Store, name: str) -> str:
    """Return the program of a server's release; ``BackupError`` when it is not installed."""
    with store.read() as tx:
        return _program(name, _major(tx))


def _program(name: str, at_least: int = 0) -> str:
    """Find a program: Debian keeps one of each release, and only one that is no older than the server will do."""
    kept = [(int(one.name), one / "bin" / name) for one in DEBIAN.glob("[0-9]*") if one.name.isdigit()]
    fit = [path for release, path in sorted(kept) if path.exists() and release >= at_least]
    found = str(fit[0 if at_least else -1]) if fit else shutil.which(name)
    if found is None:
        raise BackupError(Why.NO_PROGRAM, name)
    return found


def _environment(store: Store) -> dict[str, str]:
    """Say how the server is reached, in the variables that PostgreSQL's programs read."""
    from psycopg import conninfo, pq  # noqa: PLC0415  # megabytes that SQLite does not need

    known = {one.keyword.decode(): one.envvar for one in pq.Conninfo.get_defaults()}
    url = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    given = conninfo.conninfo_to_dict(url)
    told = {name.decode(): str(given[key]) for key, name in known.items() if name and key in given}
    return os.environ | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"} | told


def _run(store: Store, server: Connection | int, name: str, options: Sequence[str]) -> None:
    release = server if isinstance(server, int) else _major(server)
    command = [_program(name, release), *options]
    done = subprocess.run(  # noqa: S603  # its own programs, its own options
        command, env=_environment(store), capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise _failed(name, done.stderr)


def _output(name: str, options: Sequence[str]) -> str:
    with _started(name, options) as out:
        return out.read().decode("utf-8", "replace")


@contextmanager
def _started(name: str, options: Sequence[str]) -> Iterator[IO[bytes]]:
    command = [_program(name), *options]
    pipe = subprocess.PIPE
    env = os.environ | {"LC_ALL": "C"}
    with subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL) as process:  # noqa: S603
        assert process.stdout  # noqa: S101  # piped
        assert process.stderr  # noqa: S101
        yield process.stdout
        said = process.stderr.read()
    if process.returncode:
        raise BackupError(Why.DAMAGED, _last(said))


def _failed(name: str, said: bytes) -> BackupError:
    told = _last(said)
    return (
        BackupError(Why.NO_ROOM, told)
        if "No space left" in told
        else BackupError(Why.PROGRAM, f"{name} : {told}")
    )


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return next((line for line in lines if "error" in line), lines[-1] if lines else "")

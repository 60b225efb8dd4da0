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
from itertools import takewhile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from rallynov.storage.backup.model import BackupError, Fault, Why
from rallynov.storage.sessions import unhurried
from rallynov.storage.store import Store

if TYPE_CHECKING:
    from psycopg import Cursor

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
_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \("?\w+"?(?:, "?\w+"?)*\) FROM stdin;\n')
_FOREIGN = (b"--", b"\\", b"SET transaction_timeout")
"""Comments, what is meant for psql alone, and what programs from 17 on ask of servers that know nothing of it."""
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def snapshot(store: Store) -> Iterator[tuple[Connection, str]]:
    """Open a transaction that sees one moment, and the name under which others may see it too."""
    with store.read() as tx:
        tx.exec_driver_sql(_SNAPSHOT)
        unhurried(tx)
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

    A table that the dump does not hold, of a newer release, is dropped in it too: it would refer to those replaced. Be the
    dump cut, something refused, or a program killed: the server undoes everything. Its script goes through our own
    connection, never through ``psql``, which would obey what a forged dump tells it to run on this machine.
    """
    from psycopg import Error, connect  # noqa: PLC0415  # megabytes that SQLite does not need

    with store.read() as tx:
        quoted = tx.dialect.identifier_preparer.quote
        schema = quoted(str(tx.exec_driver_sql("SELECT current_schema()").scalar_one()))
        newer = [quoted(name) for name in named(tx) if name not in held]
        release = _major(tx)
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--file=-", str(path)]
    ours = ""
    try:
        with connect(_url(store)) as connection, connection.cursor() as cursor:
            ours = _transaction(cursor)
            for name in newer:
                cursor.execute(f"DROP TABLE {schema}.{name} CASCADE".encode())
            with _started("pg_restore", options, release) as script:
                _replay(cursor, script)
            cursor.execute(b"ANALYZE")  # else the first minutes plan without knowing how many rows there are
            _still(cursor, ours)
    except Exception as error:
        if ours and _committed(store, ours):
            raise BackupError(Why.HALFWAY) from error
        if isinstance(error, Error):
            raise _failed("", str(error).encode()) from error
        raise


def _transaction(cursor: Cursor[Any]) -> str:
    """Name the transaction we are in: a forged script may end ours, and begin another."""
    [(name,)] = cursor.execute(b"SELECT pg_current_xact_id()::text").fetchall()
    return str(name)


def _still(cursor: Cursor[Any], name: str) -> None:
    if _transaction(cursor) != name:
        raise BackupError(Why.HALFWAY)


def _committed(store: Store, name: str) -> bool:
    """Tell whether a transaction that failed for us was committed all the same; a server that is gone undid it."""
    asked = text("SELECT pg_xact_status(CAST(:name AS xid8))")
    try:
        with store.read() as tx:
            return str(tx.execute(asked, {"name": name}).scalar_one()) == "committed"
    except SQLAlchemyError:
        return False


def _replay(cursor: Cursor[Any], script: IO[bytes]) -> None:
    """Run a script of ``pg_restore``: its statements up to each COPY, then the rows of it."""
    told = bytearray()
    lines = iter(script)
    for line in lines:
        if _COPY.match(line):
            cursor.execute(bytes(told))
            told.clear()
            with cursor.copy(line) as rows:
                for row in takewhile(lambda one: one != b"\\.\n", lines):
                    rows.write(row)
        elif not line.startswith(_FOREIGN):
            told += line
    cursor.execute(bytes(told))


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
    given = conninfo.conninfo_to_dict(_url(store))
    told = {name.decode(): str(given[key]) for key, name in known.items() if name and key in given}
    return os.environ | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"} | told


def _url(store: Store) -> str:
    return store.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(store: Store, tx: Connection, name: str, options: Sequence[str]) -> None:
    command = [_program(name, _major(tx)), *options]
    done = subprocess.run(  # noqa: S603  # its own programs, its own options
        command, env=_environment(store), capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise _failed(name, done.stderr)


def _output(name: str, options: Sequence[str]) -> str:
    with _started(name, options) as out:
        return out.read().decode("utf-8", "replace")


@contextmanager
def _started(name: str, options: Sequence[str], release: int = 0) -> Iterator[IO[bytes]]:
    command = [_program(name, release), *options]
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
    if "No space left" in told:
        return BackupError(Why.NO_ROOM, told)
    return BackupError(Why.PROGRAM, f"{name} : {told}" if name else told)


def _last(said: bytes) -> str:
    """Return what a program, or the server, says of a failure: its error, and the detail of it."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    detail = [line for line in lines if line.startswith("DETAIL:")]
    last = lines[:1] if detail else lines[-1:]
    return " ".join([*([line for line in lines if "error" in line][:1] or last), *detail])

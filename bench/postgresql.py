"""A PostgreSQL of its own for one bench: a new cluster on 127.0.0.1, with its usual durability."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stand import free_port


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster and give its maintenance URL; everything is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="rallynov-bench-", dir="/var/tmp"))
    owner = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if owner:
        shutil.chown(folder, owner, owner)
    port, data = free_port(), folder / "data"
    start = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    try:
        _do(
            owner,
            folder,
            "initdb",
            "-D",
            data,
            "-U",
            "bench",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        _do(owner, folder, "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", start, "start")
        try:
            yield f"postgresql://bench@127.0.0.1:{port}/"
        finally:
            _do(owner, folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str) -> str:
    """Make an empty database and give its URL."""
    told = ["psql", "-q", "-d", server + "postgres"]
    for order in ("drop database if exists bench with (force)", "create database bench"):
        subprocess.run([*told, "-c", "set client_min_messages = warning", "-c", order], check=True)
    return server + "bench"


def _do(owner: str | None, folder: Path, tool: str, *arguments: str | Path) -> None:
    found = shutil.which(tool) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{tool}")), None)
    if found is None:
        raise SystemExit(f"{tool} is missing: install PostgreSQL")
    subprocess.run(
        [found, *arguments],
        check=True,
        user=owner,
        group=owner,
        extra_groups=[] if owner else None,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )

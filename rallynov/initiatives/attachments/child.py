"""The process that examines one file: under limits of memory, time and disk, it says what it found and ends.

A file that is made to exhaust or to break whoever opens it exhausts or breaks this process alone.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from rallynov.initiatives.attachments.kinds import UnsafeError, Why

MEMORY = 640 * 2**20
"""Bytes of addresses: a picture of 40 million points, turned, and what the libraries take."""
SECONDS = 30
DISK = 64 * 2**20
FILES = 64


def main(source: str, target: str) -> None:
    """Examine a file, write what is stored of it, and print what was found as one line of JSON."""
    limit(SECONDS)
    try:
        from rallynov.initiatives.attachments.safety.look import look  # noqa: PLC0415  # loaded under the limits

        seen = look(Path(source), Path(target))
        said = {"kind": seen.kind, "size": seen.size, "digest": seen.digest, "cleaned": seen.cleaned}
    except UnsafeError as error:
        said = {"why": error.why, "found": error.found}
    except MemoryError:
        said = {"why": Why.BOMB, "found": ""}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # nothing here is worth tidying up


def limit(seconds: int) -> None:
    """Bound what this process may take from the machine."""
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, DISK),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

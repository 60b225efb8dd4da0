"""Asks another process (``child.py``) what a file is: whatever happens to that one, this one goes on."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import structlog

from rallynov.initiatives.attachments import child
from rallynov.initiatives.attachments.kinds import Examined, FileKind, Refused, Why

log = structlog.get_logger("rallynov.attachments")
PATIENCE = child.SECONDS + 10.0
"""Seconds after which the process is ended, whatever it does."""
_COMMAND = ("-m", child.__name__)
_EXHAUSTED = {-signal.SIGXCPU, -signal.SIGXFSZ, -signal.SIGKILL}
_NOTHING: dict[str, str] = {"LC_ALL": "C.UTF-8"}
"""The whole environment of the process: it is told no secret."""


async def examine(source: Path, target: Path) -> Examined | Refused:
    """Examine a file, and write what is stored of it to ``target``; ``OSError`` when no process can be started."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", *_COMMAND, str(source), str(target)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_NOTHING,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            told, _ = await process.communicate()
    except TimeoutError:
        return Refused(Why.BOMB)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return _read(told)
    log.warning("examiner_ended", code=process.returncode)
    return Refused(Why.BOMB if process.returncode in _EXHAUSTED else Why.BROKEN)


def _read(told: bytes) -> Examined | Refused:
    said = json.loads(told)
    if "why" in said:
        return Refused(Why(said["why"]), found=said["found"])
    return Examined(FileKind(said["kind"]), said["size"], said["digest"], said["cleaned"])

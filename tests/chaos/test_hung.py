"""A process that hangs ends by itself, whatever hangs in it and without any Telegram: whoever started it starts it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WITHIN = 90.0
SEARCH = "re.match('(a+)+$', 'a' * 60 + 'b')"
HANGS = {
    "the writer waits": ("Turns.within", "threading.Event().wait()", 70, "the writer is stuck"),
    "the loop waits": ("Delivery.stuck", "threading.Event().wait()", 1, "in hang"),
    "a search holds all": ("Turns.within", SEARCH, -signal.SIGPROF, "in hang"),
}
STOPPED = """
import asyncio
from bot import watching

watching.WATCH, watching.HUNG = 0.05, 1.0

async def look():
    with watching.watched() as looked:
        for number in range(40):
            looked()
            print(number, flush=True)
            await asyncio.sleep(watching.WATCH)

asyncio.run(look())
"""


@pytest.mark.parametrize("what", HANGS)
def test_a_process_that_hangs_ends_by_itself(tmp_path: Path, what: str) -> None:
    where, hangs, code, told = HANGS[what]
    program = (
        "import re, sys, threading\n"
        "import bot.watching as watching, rallynov.delivery.service as service\n"
        "from rallynov.delivery.service import Delivery\n"
        "from rallynov.delivery.turns import Turns\n"
        "watching.WATCH, watching.HUNG, service.STUCK = 0.1, 3.0, 0.5\n"
        f"def hang(*_):\n    {hangs}\n"
        f"{where} = hang\n"
        "sys.argv = ['rallynov', 'run']\n"
        "from bot.cli import entry\n"
        "entry()\n"
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith("RALLYNOV_")}
    own |= {"RALLYNOV_DATA_DIR": str(tmp_path), "RALLYNOV_WEB_PORT": "0"}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=own, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    assert (ended.returncode, told in ended.stderr) == (code, True), ended.stderr


def test_a_process_that_was_stopped_goes_on() -> None:
    process = subprocess.Popen([sys.executable, "-c", STOPPED], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "0\n"
    os.kill(process.pid, signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    time.sleep(1.5)  # longer than it may hang
    os.kill(process.pid, signal.SIGCONT)
    told, _ = process.communicate(timeout=WITHIN)
    assert (process.returncode, told.split()[-1]) == (0, "39")

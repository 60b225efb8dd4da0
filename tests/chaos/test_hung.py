"""A process that hangs ends by itself, whatever hangs in it and without any Telegram: whoever started it starts it again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WITHIN = 90.0
HANGS = {
    "the writer waits": ("import threading", "threading.Event().wait()", 70, "the writer is stuck"),
    "a search holds all": ("import re", "re.match('(a+)+$', 'a' * 60 + 'b')", 1, "in hang"),
}


@pytest.mark.parametrize("what", HANGS)
def test_a_process_that_hangs_ends_by_itself(tmp_path: Path, what: str) -> None:
    needed, hangs, code, told = HANGS[what]
    program = (
        f"{needed}, sys\n"
        "import bot.run, rallynov.delivery.service as service\n"
        "from rallynov.delivery.turns import Turns\n"
        "bot.run.WATCH, bot.run.HUNG, service.STUCK = 0.1, 3.0, 0.5\n"
        f"def hang(*_):\n    {hangs}\n"
        "Turns.within = hang\n"
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

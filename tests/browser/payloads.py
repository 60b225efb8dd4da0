"""The hostile texts of ``payloads.txt``, each with the call that tells its own number."""

from __future__ import annotations

import re
from pathlib import Path

ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0"}


def payloads() -> list[str]:
    """Every payload, each with the call that tells its own number."""
    lines = (Path(__file__).parent / "payloads.txt").read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return [_decoded(line).replace("PWN", f"pwned({nth})") for nth, line in enumerate(kept)]


def _decoded(line: str) -> str:
    line = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), line)
    for written, sign in ESCAPES.items():
        line = line.replace(written, sign)
    return line

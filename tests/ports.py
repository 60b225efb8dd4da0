"""Ports for programs that must be told one: below those that the system itself gives to whoever asks for any."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

OURS = range(20_000, 32_000)


def free_port() -> int:
    """Return a port that nobody listens on; another is given it meanwhile by the same small chance alone."""
    while True:
        port = random.SystemRandom().choice(OURS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port

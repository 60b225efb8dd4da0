"""`rallynov run`, as if it were a working morning: announcements do not leave at night, on Sundays or public holidays.

The clock of the product is moved by the shift that the environment gives, in seconds; nothing else is changed.
"""

import os
import time
from datetime import UTC, datetime, timedelta

from bot import wiring

SHIFT = timedelta(seconds=float(os.environ.get("BENCH_CLOCK_SHIFT", "0")))


def clock() -> datetime:
    """Return the moment, moved."""
    return datetime.fromtimestamp(time.time(), UTC) + SHIFT


wiring.clock = clock
wiring.build.__defaults__ = (clock,)  # it reads the moment by default: the moved one

if __name__ == "__main__":
    from bot.cli import app  # reads the clock by name: after it was moved

    app(["run"])

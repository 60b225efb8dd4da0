"""`python -m bot`, and `rallynov`: the command line, unless there is nothing but a server to start."""

from __future__ import annotations

import sys


def entry() -> None:
    """Do what was typed after the name of the program."""
    if sys.argv[1:] == ["run"]:
        from bot.starting import alone  # noqa: PLC0415  # either is enough

        sys.exit(alone())
    from bot import cli  # noqa: PLC0415

    cli.entry()


if __name__ == "__main__":
    entry()

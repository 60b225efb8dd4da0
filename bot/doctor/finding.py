"""What the doctor finds: one line each, with how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.logs import redact


class Level(StrEnum):
    """How bad it is; only the last one keeps Rally'nov from working."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


MARKS = {Level.GOOD: "✓", Level.LOOK: "!", Level.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    level: Level
    sentence: str
    mend: str = ""

    @property
    def line(self) -> str:
        """Return the line that an operator reads."""
        return f"{MARKS[self.level]} {self.sentence}" + (f" {self.mend}" if self.mend else "")


Check: TypeAlias = Callable[[], Iterator[Finding]]


def good(check: str, sentence: str) -> Finding:
    """Say that all is well."""
    return Finding(check, Level.GOOD, sentence)


def look(check: str, sentence: str, mend: str = "") -> Finding:
    """Say that something should be looked at."""
    return Finding(check, Level.LOOK, sentence, mend)


def bad(check: str, sentence: str, mend: str = "") -> Finding:
    """Say that something does not work."""
    return Finding(check, Level.BAD, sentence, mend)


def examine(name: str, check: Check) -> Iterator[Finding]:
    """Run a check; one that breaks has found something."""
    try:
        yield from check()
    except Exception as error:
        said = redact(str(error)).strip().splitlines()
        yield bad(
            name, f"Cette vérification a échoué ({type(error).__name__}{' : ' + said[0] if said else ''})."
        )

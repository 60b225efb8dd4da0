"""How long what is kept is kept: one data file, read by whatever forgets, by the register and by the tests.

``rallynov/privacy/retention.toml`` has one table a rule: ``what`` (French, for the register), ``days`` or ``hours``, and
``notice``, the days before which whoever loses something is told, when there is such a notice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "privacy" / "retention.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of retention."""

    name: str
    what: str
    kept: timedelta
    notice: timedelta = timedelta(0)


@cache
def rules() -> Mapping[str, Rule]:
    """Read the rules, by name; ``ValueError`` for a file that does not say how long."""
    written = tomllib.loads(FILE.read_text("utf-8"))
    return {name: _rule(name, said) for name, said in written.items()}


def kept(name: str) -> timedelta:
    """Return how long what a rule is about is kept."""
    return rules()[name].kept


def notice(name: str) -> timedelta:
    """Return how long before it goes somebody is told."""
    return rules()[name].notice


def _rule(name: str, said: Mapping[str, object]) -> Rule:
    known = {"what", "days", "hours", "notice"}
    days, hours, before = said.get("days", 0), said.get("hours", 0), said.get("notice", 0)
    if set(said) - known or not said.get("what"):
        raise ValueError(f"retention.toml, {name}: what, then days or hours, and notice; nothing else")
    if (
        not (isinstance(days, int) and isinstance(hours, int) and isinstance(before, int))
        or days + hours <= 0
    ):
        raise ValueError(f"retention.toml, {name}: days and hours are whole numbers, one of them at least")
    return Rule(name, str(said["what"]), timedelta(days=days, hours=hours), timedelta(days=before))

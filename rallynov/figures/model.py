"""Points to draw: series of 0 to 100 on labelled axes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Protocol, TypeAlias

Row: TypeAlias = tuple[str, tuple[float | None, ...]]


class Drawable(Protocol):
    """What can be drawn: ``columns`` heads the labels, then each series, the newest first; a row is a label
    and its points, None where there is none.
    """

    @property
    def title(self) -> str:
        """What is shown."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The head of the labels, then of each series."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The axes, in order."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawable value of this room's own."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def points(value: float | None, absent: str) -> str:
    """Write a point without decimals, never rounded up, as the result's sentences do."""
    return absent if value is None else str(floor(value + 1e-9))

"""An edition of the rally, as the dialogues name it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: ``slug`` in addresses and rows, ``title`` in words; ``sample`` for the demonstration's."""

    slug: str
    title: str
    sample: bool = False


DEFAULT = Edition("rallynov", "Rally’nov")
SAMPLE = Edition("exemple", "Rally’nov, édition exemple", sample=True)

"""Papers: documents made for a person when they are fetched, never stored. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed over: its name, its media type, its bytes."""

    name: str
    mime: str
    content: bytes


Maker: TypeAlias = Callable[[str, str, str], File | None]
"""``(address, ref, language)`` -> the document; None when there is none of that ref for that address."""


@dataclass(frozen=True, slots=True)
class Papers:
    """The makers by kind of paper."""

    makers: Mapping[str, Maker]

    def having(self, makers: Mapping[str, Maker]) -> Papers:
        """Return these with other makers."""
        return Papers({**self.makers, **makers})

    def make(self, kind: str, address: str, ref: str, language: str) -> File | None:
        """Make a paper, which is slow; None when there is none of this kind, or none for this address."""
        maker = self.makers.get(kind)
        return maker(address, ref, language) if maker else None

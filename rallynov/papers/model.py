"""A document made for one person, and whoever makes it. Pure."""

from __future__ import annotations

from collections.abc import Callable
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

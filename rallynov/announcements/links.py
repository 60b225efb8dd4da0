"""The link of an organisation, and how often topics were asked for behind it: by month, without a name. Pure.

A small count is not told: somebody might be known by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rallynov.people.consents.model import Topic, linked, partner_of

MONTHS = 6
"""Months that are shown, the last ones."""


@dataclass(frozen=True, slots=True)
class SignUps:
    """How often topics were asked for behind the link of somebody's organisation: by month (``2026-11``) and topic."""

    counts: Mapping[tuple[str, Topic], int]

    def months(self) -> tuple[str, ...]:
        """Return the months in which somebody did, the last first."""
        return tuple(sorted({month for month, _ in self.counts}, reverse=True))[:MONTHS]


NONE = SignUps({})


def start_of(organisation: str) -> str:
    """Return what the link of an organisation begins a conversation with; that of nobody for the team."""
    name = partner_of(linked(organisation)) if organisation else ""
    return f"annonces-{name}" if name else "annonces"

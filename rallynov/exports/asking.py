"""Exports in a batch of turns: what is asked is put where exports are made; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.exports.flow import AskExport
from rallynov.exports.model import Selection
from rallynov.exports.workshop import Workshop
from rallynov.people.model import EraseMe, LeaveBehind


class Nothing:
    """The fact of this subject: it knows nothing of anyone."""


class Asking:
    """The subject of exports that are asked for."""

    orders: Sequence[type[Command]] = (AskExport, EraseMe, LeaveBehind)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Nothing]:
        """Read nothing."""
        return {}

    def blank(self, person: str) -> Nothing:
        """Return nothing."""
        return Nothing()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Have each made: a turn that is done again asks for the same one, which is made once.

        Exports that were made go with whoever is erased.
        """
        if any(isinstance(order.command, EraseMe | LeaveBehind) for order in orders):
            self._workshop.forget()
        for order in orders:
            if isinstance(order.command, AskExport):
                asked = order.command
                self._workshop.ask(
                    order.person,
                    order.address,
                    asked.language,
                    asked.view,
                    asked.kind,
                    Selection(),
                    str(order.seq),
                )

"""Circulars: the words of a broadcast, kept once for each language, and read once for all who receive them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from rallynov.delivery.message import Message, dump, load
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.tables import CircularRow
from rallynov.storage.prepared import INSERTS


def keep(tx: Connection, broadcast: str, circulars: Mapping[str, Message]) -> None:
    """Keep the words of a broadcast by the id of each circular; one that is kept already stays as it is."""
    rows = [{"id": one, "broadcast": broadcast, "body": dump(words)} for one, words in circulars.items()]
    tx.execute(INSERTS[tx.dialect.name](CircularRow).on_conflict_do_nothing(), rows)


class Words:
    """The words of circulars, read once each: all who receive one share the value."""

    MOST = 64

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Message, str]] = {}

    def fill(self, tx: Connection, outgoing: Outgoing) -> Outgoing:
        """Return a message with its words, and with what the channel calls its file."""
        if outgoing.part is None:
            return outgoing
        message, file_id = self._read(tx, outgoing.part.circular)
        return replace(outgoing, drawn=message, part=replace(outgoing.part, file_id=file_id))

    def uploaded(self, tx: Connection, circular: str) -> bool:
        """Tell whether nothing is to be uploaded with a circular any more: it has no file, or the channel has it."""
        message, file_id = self._read(tx, circular)
        return not message.media or bool(file_id)

    def body(self, tx: Connection, outgoing: Outgoing) -> str:
        """Return a message's words as a page reads them: without buttons, those of the pending question stay."""
        message = self.fill(tx, outgoing).message()
        return dump(replace(message, choices=(), actions=(), shared=None))

    def _read(self, tx: Connection, circular: str) -> tuple[Message, str]:
        kept = self._kept.get(circular)
        if kept is None or (kept[0].media and not kept[1]):
            row = tx.execute(select(CircularRow).where(CircularRow.id == circular)).one()
            message = kept[0] if kept else load(row.body)
            shared = message if message.shared else replace(message, shared=message)
            if len(self._kept) >= self.MOST:
                self._kept.clear()
            kept = self._kept[circular] = (shared, row.file_id)
        return kept

"""What is held of somebody as a text that they can read: words for columns, answers by their questions, moments as days.

What only a program reads (keys, numbers, digests, who else) is left out: the JSON beside it has all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from rallynov.delivery.message import load
from rallynov.dialogue.words import say
from rallynov.privacy.facts import room_of
from rallynov.privacy.holdings import Held, Row
from rallynov.privacy.rights import ROOMS
from rallynov.wording import ContentError, Wording

_LEFT_OUT = """
    actor address announcement_id approver author broadcast by_commune by_name by_title circular corrector digest dossier
    dossier_id entries entry fingerprint granted_by held_by holder id key made_by message_id named origin owner panel people
    person person_id question ref screen ticket_id verdict conversation.state dossier_card.words dossier_move.content
"""
UNTOLD = frozenset(_LEFT_OUT.split())
"""Columns that tell a person nothing: by their name in every table, or in one of them ("table.column")."""
_WORDED = "act action against language lifted_by right role source stage state status topic withdrawn_by"
_CODES = frozenset(_WORDED.split())
"""Columns that hold words of the program."""
_SPOKEN = frozenset({"text", "caption"})
"""Under what, in what a door received, stand the words that somebody typed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Writes what is held as a text, in one language."""

    wording: Wording
    language: str

    def text(self, found: Held) -> str:
        """Write all of it: one paragraph a row, under what its table holds."""
        parts = [self._term("privacy:copy:introduction"), ""]
        for table, rows in found.items():
            told = [one for row in rows if (one := "\n".join(self._row(table, row)))]
            if told:
                room = self.wording.word(ROOMS[room_of(table)], self.language)
                heading = f"{room} : {self._term(f'privacy:held:{table}') or table}"
                parts += [heading, "=" * len(heading), "\n\n".join(told), ""]
        return "\n".join(parts)

    def _row(self, table: str, row: Row) -> Iterator[str]:
        if asked := self._asked(table, row):
            yield f"  {asked}"
        for name, value in row.items():
            label = self.label(table, name)
            if label and value not in {None, ""} and (shown := self._shown(table, row, name, value)):
                yield f"  {label} : {shown}".replace("\n", "\n    ")

    def label(self, table: str, column: str) -> str:
        """Return the words for a column; empty for one that tells a person nothing."""
        if {column, f"{table}.{column}"} & UNTOLD:
            return ""
        own = self._term(f"privacy:told:{table}.{column}")
        return own or self._term(f"privacy:told:{column}")

    def _asked(self, table: str, row: Row) -> str:
        """Return the question that a row answers."""
        if table == "answer" and "question" in row:
            return self._term(f"grid:{row['question']}:ask") or str(row["question"])
        return self._term(f"form:{row['field']}:label") if "field" in row else ""

    def _shown(self, table: str, row: Row, name: str, value: Any) -> str:
        match name:
            case _ if isinstance(value, datetime):
                return self.wording.word(say("{moment}", moment=value), self.language)
            case _ if isinstance(value, bool):
                return self._term(f"form:{'yes' if value else 'no'}:label")
            case "field":
                return ""  # it heads the row
            case "payload":
                return " / ".join(_typed(_read(value)))
            case "body":
                return "\n".join(_written(value))
            case "value" if table == "answer":
                return self._term(f"grid:scale.{value}:label") or str(value)
            case "value":
                return self._answer(str(row.get("field", "")), _read(value))
            case _ if name in _CODES:
                return self._term(f"privacy:code:{value}") or str(value)
            case _:
                return str(value)

    def _answer(self, field: str, value: Any) -> str:
        """Say what a field of a dossier holds: texts as they were typed, choices by their labels."""
        match value:
            case None | "" | [] | {}:
                return ""
            case bool():
                return self._term(f"form:{'yes' if value else 'no'}:label")
            case list():
                return ", ".join(self._answer(field, one) for one in value)
            case dict():
                parts = ((self._term(f"form:{field}.{key}:label") or key, one) for key, one in value.items())
                return " ; ".join(f"{key} : {self._answer(field, one)}" for key, one in parts)
            case _:
                return self._term(f"form:{field}.{value}:label") or str(value)

    def _term(self, key: str) -> str:
        """Return words of a data file; empty when it has none, as of an answer to a form that has changed."""
        try:
            return self.wording.term(key, self.language)
        except ContentError:
            return ""


def _read(raw: Any) -> Any:
    try:
        return orjson.loads(raw)
    except (orjson.JSONDecodeError, TypeError):
        return raw


def _typed(raw: Any) -> Iterator[str]:
    """Give the words in what a door received, wherever they lie in it."""
    if isinstance(raw, Mapping):
        for name, one in raw.items():
            if isinstance(one, str):
                if name in _SPOKEN:
                    yield f"« {one} »"
            elif name != "message" or "data" not in raw:  # the card whose button was pressed is ours
                yield from _typed(one)
    elif isinstance(raw, Sequence) and not isinstance(raw, str):
        for one in raw:
            yield from _typed(one)


def _written(body: str) -> Iterator[str]:
    """Give the lines of a message."""
    try:
        message = load(body)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        yield body
        return
    for kind, texts in message.blocks:
        yield from (f"• {one}" if kind == "list" else one for one in texts)
    yield from (f"[{label}]" for _, label in (*message.choices, *message.actions))

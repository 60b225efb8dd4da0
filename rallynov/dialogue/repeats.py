"""The same words typed twice: a double send is one answer; a word that is insisted on may mean more than it did. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import timedelta

from rallynov.dialogue.hearing import Heard
from rallynov.dialogue.screens import Block, Screen, note
from rallynov.dialogue.turn import Conversation, Scene, Turn
from rallynov.dialogue.words import Typed, say
from rallynov.text import fold

REPEAT = timedelta(seconds=3)
"""A text typed twice within this time, before the next question was shown, is one answer."""
_PAUSE = "pause"
_PAUSES = frozenset((_PAUSE, "annuler"))
"""The words of a pause that are no more than a pause."""


def repeated(talk: Conversation, fingerprint: str, scene: Scene) -> bool:
    """Tell whether a text is a double send of the one before."""
    if fingerprint != talk.last or talk.last_at is None or talk.asked_at is None:
        return False
    return scene.received < talk.asked_at and scene.received - talk.last_at < REPEAT


def stops(heard: Heard, text: str, commands: Container[str]) -> str:
    """Return the command that a word which was heard as a pause names ("stop"); empty for any other text.

    Typed once, it is a pause; twice in a row, that command.
    """
    word = fold(text)
    return word if _PAUSE in {heard.key, heard.command} and word in commands and word not in _PAUSES else ""


def warned(turn: Turn, word: str) -> Turn:
    """Say, behind a pause, what its word means when it is typed once more."""
    more = say("For no more announcements and reminders, type “{word}” once more.", word=Typed(word))
    return _followed(turn, note(more))


def unkept(turn: Turn, drawn: Screen, heard: Heard, text: str) -> Turn:
    """Say, behind a pause typed otherwise than by its name where any text is an answer, that it was not taken for one."""
    if fold(text) == _PAUSE or not drawn.free or drawn.choices or _PAUSE not in {heard.key, heard.command}:
        return turn
    more = say(
        "I took “{typed}” for a pause: it is not kept as an answer. If it was one, come back and type it between "
        "quotation marks.",
        typed=Typed(text),
    )
    return _followed(turn, note(more))


def _followed(turn: Turn, more: Block) -> Turn:
    last = turn.replies[-1]
    told = replace(last, blocks=(*last.blocks, more), shared=False)
    return replace(turn, replies=(*turn.replies[:-1], told))

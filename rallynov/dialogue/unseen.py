"""A screen that may not have reached the person: what is typed next answers nothing, so it is shown again. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from rallynov.dialogue import replies
from rallynov.dialogue.events import Event, Said
from rallynov.dialogue.screens import Screen, note
from rallynov.dialogue.turn import Conversation, Scene, Turn
from rallynov.dialogue.words import say
from rallynov.text import fold

UNSEEN = note(
    say("My last message may not have reached you: here it is again. What you have just typed was not kept.")
)


def blind(event: Event, commands: Container[str]) -> bool:
    """Tell whether what its author did answers the screen that they may not have seen; a command is one all the same."""
    return isinstance(event, Said) and fold(event.text) not in commands


def shown_again(talk: Conversation, pending: Screen, scene: Scene) -> Turn:
    """Put what is pending again, whole."""
    drawn = replace(talk, nonce=talk.nonce + 1, last_at=scene.received, asked_at=scene.now, unseen=False)
    return Turn(drawn, (replies.again(pending, (UNSEEN,)),))

"""A screen that may not have reached the person: what is typed next answers nothing, so it is shown again. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from rallynov.dialogue import replies
from rallynov.dialogue.events import Event, Said
from rallynov.dialogue.hearing import OF_THE_TEAM
from rallynov.dialogue.screens import Screen, note
from rallynov.dialogue.turn import Conversation, Scene, Turn
from rallynov.dialogue.words import say
from rallynov.text import fold

UNSEEN = note(
    say("My last message may not have reached you: here it is again. What you have just typed was not kept.")
)


def blind(event: Event, pending: Screen, commands: Container[str]) -> bool:
    """Tell whether what its author typed may answer the screen that they may not have seen.

    The name of a command is one all the same, where such a name is heard.
    """
    if not isinstance(event, Said):
        return False
    name = fold(event.text)
    return pending.free or name not in commands or name in OF_THE_TEAM


def shown_again(talk: Conversation, pending: Screen, scene: Scene) -> Turn:
    """Put what is pending again, whole."""
    drawn = replace(talk, nonce=talk.nonce + 1, last_at=scene.received, asked_at=scene.now, unseen=False)
    return Turn(drawn, (replies.again(pending, (UNSEEN,)),))

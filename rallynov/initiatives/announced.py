"""What an answer to the field of announcements orders beside being kept: the consents of whoever answers. Pure.

They count from the answer, not from the submission. The form asks "which announcements do you wish to receive?" and says
nothing of a submission: who asks for the calendar needs it before the closing. A consent is also one person's, while a
dossier is submitted by its owner alone, perhaps after somebody has stopped everything: submitting may give it back to
nobody.
"""

from __future__ import annotations

from rallynov.dialogue.screens import Block, note
from rallynov.dialogue.turn import Scene
from rallynov.dialogue.words import Say, Term, say
from rallynov.initiatives.model import Json
from rallynov.people.consents.model import ChooseTopics, Consents, Topic, answered

FIELD = "news"
_NOTHING = say("You therefore receive no announcement. “/annonces” shows it and changes it.")


def chosen(field: str, before: Json, value: Json, scene: Scene) -> tuple[ChooseTopics, ...]:
    """Return the consents that an answer gives and takes back; none for any other field."""
    return (answered(_options(before), _options(value), scene.language),) if field == FIELD else ()


def told(value: Json, orders: tuple[ChooseTopics, ...], scene: Scene) -> tuple[Block, ...]:
    """Say what is really received, where it is not what the dossier now holds: a colleague had ticked it, or a stop came."""
    if not orders:
        return ()
    after = scene.of(Consents).after(orders[0])
    if after.given == {one for one in Topic if one in _options(value)}:
        return ()
    items = [Term(f"form:{FIELD}.{one}:label") for one in Topic if one in after.given]
    return (note(_received(items)),)


def _options(value: Json) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _received(items: list[Term]) -> Say:
    match items:
        case []:
            return _NOTHING
        case [one]:
            return say("You yourself receive: {topic}. “/annonces” shows it and changes it.", topic=one)
        case _:
            return say(
                "You yourself receive some of these topics only. “/annonces” shows which and changes them."
            )

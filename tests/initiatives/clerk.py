"""A dialogue of one act, for the tests of the whole way from the inbox: whoever writes anything submits."""

from __future__ import annotations

from collections.abc import Sequence

from conversation import Clock
from initiatives.life import FORM, wording

from bot import plain
from bot.telegram import updates
from bot.wiring import PULL, new_id, new_secret
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Tools
from rallynov.delivery.turns import Turns
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note, text
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Typed
from rallynov.editions.model import DEFAULT, Calendar
from rallynov.editions.service import Calendars
from rallynov.initiatives.commands import SubmitDossier
from rallynov.initiatives.lifecycle import Act, Refusal, allowed, fingerprint
from rallynov.initiatives.model import Dossiers
from rallynov.initiatives.service import Initiatives
from rallynov.people.service import People
from rallynov.storage.store import Store


class Clerk:
    """A dialogue that submits whatever is said, or says why not."""

    name = "reception"
    commands: Sequence[str] = ()

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Show where the dossier stands."""
        return Screen("clerk", (text(Typed(scene.of(Dossiers).mine[0].status)),))

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Choose nothing."""
        return Move()

    def write(self, place: Place, text: str, scene: Scene) -> Move:
        """Submit what is seen now."""
        dossier = scene.of(Dossiers).mine[0]
        said = scene.said or scene.received
        found = allowed(Act.SUBMIT, dossier, scene.of(Calendar), said)
        if isinstance(found, Refusal):
            return Move(lead=(note(found.words),))
        return Move(commands=(SubmitDossier(dossier.id, fingerprint(FORM, dossier), said),))

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Know no command."""
        return Move()


def turns(store: Store, clock: Clock) -> Turns:
    words = wording()
    subjects = [People(), Calendars(store, DEFAULT), Initiatives(FORM, DEFAULT, Post(words, PULL))]
    readers = {"web": plain.read, "telegram": updates.read}
    languages = {"web": plain.language, "telegram": updates.language}
    tools = Tools(clock, new_id, new_secret, readers, languages, PULL)
    return Turns(store, Engine([Clerk()], words), words, subjects, tools)

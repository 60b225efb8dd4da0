"""The dialogue of privacy: the notice in full, and the erasure of everything a person gave. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis.model import Diagnosis
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Choice, Screen, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Term, say
from rallynov.initiatives.model import Dossiers
from rallynov.people.model import EraseMe, Person

NAME = "privacy"
ERASE = Place(NAME, "erase")
_SURE = note(say("Nothing is erased yet. To erase everything, type “yes, erase everything”."))
"""What is said to whoever asks once more for an erasure: the words that ask for it do not confirm it."""
_EVERYTHING = say(
    "All that you gave is erased at once, for good: answers, notes, results, questions, roles, places at stages, choices of "
    "announcements. This cannot be undone."
)
_DOSSIERS = text(
    say(
        "Your dossiers are erased too, even a submitted one, with their files. Only a dossier that a colleague may change "
        "goes on with them, without your name."
    )
)


class PrivacyDialogue:
    """Privacy in conversation: reading the notice never loses one's place."""

    name = NAME
    commands: Sequence[str] = ("confidentialite", "privacy", "effacer", "supprimer")

    def screen(self, place: Place, scene: Scene) -> Screen:  # one protocol for all dialogues
        """Return the confirmation of an erasure: the only screen of this dialogue."""
        return Screen(
            "erase",
            (
                title(say("Erase everything?")),
                text(_EVERYTHING),
                *((_DOSSIERS,) if scene.of(Dossiers).mine else ()),
                note(say("To take a copy first: “/mesdonnees”.")),
            ),
            (
                Choice("keep", say("No, keep everything"), "choices:no:synonyms"),
                Choice("erase", say("Yes, erase everything"), "choices:erase:synonyms"),
            ),
        )

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Erase, or come back to where the person was."""
        if key != "erase":
            return Move(back=True, lead=(note(say("Nothing was erased.")),))
        blank = scene.having(Diagnosis()).having(Dossiers()).having(Person(scene.of(Person).id))
        done = note(
            say(
                "Everything you gave has been erased. Telegram keeps its own copy of this conversation: you can "
                "delete it in the application."
            )
        )
        if scene.channel != "telegram":
            done = note(say("Everything you gave has been erased."))
        return Move(Place(), (EraseMe(),), (done,), blank, forget=True, person=scene.secret)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text: an erasure is chosen, never guessed."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the notice and the pending question again; or ask before erasing."""
        if command.name in {"effacer", "supprimer"}:
            return Move(lead=(_SURE,)) if place == ERASE else Move(to=ERASE, over=True)
        return Move(lead=(title(say("Your data")), text(Term("privacy:notice:full"))))

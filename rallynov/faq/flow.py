"""The dialogue of the FAQ: answering, proposing, not knowing, handing over; browsing; one's tickets. Pure.

A question may be asked anywhere. In the middle of a form it is answered and the pending question is put again in the same
message; elsewhere the answer is a screen of its own, over the one that was there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.dialogue.asides import Taken
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Choice, Screen, note
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import say
from rallynov.faq import handing, screens
from rallynov.faq.answering import HERE, ID, NAME, Asked, answer, told_beside, unknown_beside
from rallynov.faq.commands import ChooseEntry, KeepQuestion, RateAnswer
from rallynov.faq.hearing import Hearing
from rallynov.faq.model import CATEGORIES, Faq

WRITTEN = ("faq:t", "desk", "news:", "bureau:r", "bureau:n", "bureau:m", "bureau:l")
"""Screens on which somebody writes to others, by the beginning of their names: what is asked there is not asked of us."""
_THANKS = note(say("Thank you: this helps us to answer better."))


class FaqDialogue:
    """The FAQ in conversation, and the counsel that every other dialogue has at hand."""

    name = NAME
    commands: Sequence[str] = ("faq", "question", "repondre", "robot")

    def __init__(self, hearing: Hearing | None = None) -> None:
        self._hearing = hearing or Hearing()

    # --- what is shown

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the screen of a place; the themes where it names nothing that there is."""
        faq = scene.of(Faq)
        view, _, rest = (place.focus or "").partition(":")
        target, _, tail = rest.partition(":")
        match view:
            case "cat" if target in CATEGORIES:
                return screens.theme(target, faq, scene)
            case "e" | "more" if entry := faq.library.find(target, scene.language):
                return screens.told(entry, scene, whole=view == "more")
            case "near" if tail:
                return screens.meant(tail.split(","), faq.library, scene)
            case "none":
                return screens.unknown(again=tail == "again", asked=tail == "asked")
            case "send":
                return screens.with_dossier(handing.dossier_number(scene))
            case "ask":
                return screens.ask()
            case "mine":
                return screens.mine(faq)
            case "t" if ticket := faq.find(target):
                return screens.thread(ticket)
            case _:
                return screens.themes(faq)

    # --- what is chosen and typed here

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        view, _, rest = (place.focus or "").partition(":")
        target, _, _ = rest.partition(":")
        head, _, tail = key.partition("-")
        if head in {"ask", "mine", "t", "in", "more"}:
            return _to({"t": f"t:{tail}", "in": f"cat:{tail}", "more": f"more:{rest}"}.get(head, head))
        if head in {"send", "with", "without"}:
            return handing.hand_over(target, head, scene)
        match head:
            case "back":
                return Move(back=True)
            case "sheet":
                return Move(to=Place("sheets", tail), over=True)
            case "close":
                return handing.closed(target, scene)
            case "none":
                return _missed(ChooseEntry(target, ""), target)
            case "e":
                return self._opened(tail, target if view == "near" else "")
            case "yes" | "no":
                return self._rated(rest, helped=key == "yes", scene=scene)
            case _:
                return Move()

    def _opened(self, slug: str, question: str) -> Move:
        """Show an entry; when it was proposed, it is what was meant."""
        chosen: tuple[Command, ...] = (ChooseEntry(question, slug),) if question else ()
        return replace(_to(f"e:{slug}:{question}"), commands=chosen)

    def _rated(self, rest: str, *, helped: bool, scene: Scene) -> Move:
        """Keep whether an answer helped; when it did not, a person is offered."""
        slug, _, question = rest.partition(":")
        kept: tuple[Command, ...] = ()
        if not question:
            question = scene.secret[:ID]
            entry = scene.of(Faq).library.find(slug, scene.language)
            words = entry.title if entry else slug
            kept = (KeepQuestion(question, words, scene.language, "browsed", (slug,)),)
        rated = (*kept, RateAnswer(question, helped))
        if helped:
            return Move(commands=rated, lead=(_THANKS,), back=True)
        return Move(Place(NAME, f"none:{question}"), rated, (_THANKS,), over=True)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Add to a ticket; or look a question up, a new one whatever is live; elsewhere a text is heard as everywhere."""
        view, _, rest = (place.focus or "").partition(":")
        if view == "t" and (ticket := scene.of(Faq).find(rest)):
            return handing.added(ticket, text, scene)
        return answer(Asked(text, screens.ask().name), scene) if view == "ask" else None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Browse, ask, or go back to a ticket."""
        faq = scene.of(Faq)
        match command.name:
            case "question":
                return _to("mine" if faq.tickets else "ask")
            case "repondre":
                ticket = faq.live or next((one for one in faq.tickets if one.open), None)
                return _to(f"t:{ticket.id}") if ticket else _to("mine")
            case "robot":
                return handing.back_to_robot(scene, here=place.dialogue == NAME)
            case _:
                return Move(to=HERE, over=True)

    # --- counsel: what is asked anywhere

    def taken(self, text: str, asking: Screen, move: Move | None, scene: Scene, *, aside: str = "") -> Taken:
        """Tell whether a text typed anywhere is an answer there, or a question; ``move`` is what it does as an answer."""
        if asking.name.startswith(WRITTEN) and move is not None:
            return Taken.ANSWER
        if move is None and scene.of(Faq).live is not None and not self._hearing.pends(asking):
            return Taken.QUESTION
        proposed = aside.startswith("near:")
        return self._hearing.taken(text, asking, move, scene, told=bool(aside), proposed=proposed)

    def sure(self, text: str, scene: Scene) -> bool:
        """Tell whether a text is without a doubt no choice: a thank you, or a question that is answered."""
        return self._hearing.sure(text, scene)

    def asked(self, text: str, asking: Screen, misses: int, scene: Scene) -> Move:
        """Answer a question that was asked on a screen; while a person is talking, it is for them."""
        ticket = scene.of(Faq).live
        if ticket is not None and not self._hearing.pends(asking):
            return handing.added(ticket, text, scene, here=False)
        return answer(Asked(text, asking.name, self._hearing.pends(asking), misses), scene)

    def inquired(self, command: Commanded, asking: Screen, scene: Scene) -> Move | None:
        """Answer "/question …": a new question, whatever is live, that comes back to the form it was asked in."""
        if command.name != "question":
            return None
        return answer(Asked(command.argument, asking.name, self._hearing.pends(asking)), scene)

    # --- what stays beside the pending question after an answer

    def beside(self, aside: str, scene: Scene) -> tuple[Choice, ...]:
        """Return what is offered beside the pending question about the answer that was just given."""
        view, _, rest = aside.partition(":")
        if view == "none":
            return (Choice("aside-send", screens.SEND.label),)
        if view == "near":
            return screens.proposed(rest.partition(":")[2].split(","), scene.of(Faq).library, scene)
        entry = scene.of(Faq).library.find(rest.partition(":")[0], scene.language)
        if entry is None:
            return ()
        more = (Choice("aside-more", screens.MORE.label),) if entry.more else ()
        rated = (screens.HELPED, screens.UNHELPED)
        return (*rated, *more, *screens.sheets(entry, "aside-sheet-"))

    def chose(self, aside: str, key: str, scene: Scene) -> Move:
        """Decide on what was offered beside the pending question."""
        _, _, rest = aside.partition(":")
        slug, _, question = rest.partition(":")
        match key.removeprefix("aside-").partition("-"):
            case ("e", _, nth):
                return told_beside(slug, question.split(","), nth, scene)
            case ("none", _, _):
                return unknown_beside(slug)
            case ("send", _, _):
                return handing.hand_over(slug, "send", scene, aside=True)
            case ("more", _, _):
                return _to(f"more:{rest}")
            case ("sheet", _, number):
                return Move(to=Place("sheets", number), over=True)
            case ("yes", _, _):
                return Move(commands=(RateAnswer(question, helped=True),), lead=(_THANKS,))
            case _:
                rated = RateAnswer(question, helped=False)
                return Move(Place(NAME, f"none:{question}"), (rated,), (_THANKS,), over=True)


def _to(focus: str) -> Move:
    return Move(to=Place(NAME, focus), over=True)


def _missed(order: Command, question: str) -> Move:
    return Move(Place(NAME, f"none:{question}"), (order,), over=True, missed=True)

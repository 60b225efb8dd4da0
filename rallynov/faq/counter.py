"""The desk as pages use it: the same decisions as in conversation, taken in one transaction, for whoever may answer.

Rights are read with what they allow, in that transaction: what was revoked a moment ago is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from rallynov.delivery import conversations
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.delivery.tables import AuditRow
from rallynov.dialogue.events import Pressed
from rallynov.dialogue.screens import Block, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Words, say
from rallynov.faq.desk.flow import DeskDialogue
from rallynov.faq.desk.teaching import grouped, new_entry
from rallynov.faq.model import Faq, Reply, Unanswered
from rallynov.faq.queue import Wanted
from rallynov.faq.service import Questions
from rallynov.faq.ticket import Ticket
from rallynov.people import granting
from rallynov.people.model import Person
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Grants
from rallynov.storage.store import Store

NAME = "desk"
NOTHING = Wanted()
_OVERTAKEN = say("Somebody else has just changed this. Nothing was done: read it again, then try once more.")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act: whether anything was ordered, and what is said of it."""

    done: bool
    said: tuple[Block, ...] = ()


class Counter:
    """The desk of an edition, for pages."""

    def __init__(
        self,
        store: Store,
        questions: Questions,
        post: Post,
        dialogue: DeskDialogue,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self.questions = questions
        self._post = post
        self._dialogue = dialogue
        self._clock = clock

    def scene(self, tx: Connection, address: str, language: str, needs: Wanted = NOTHING) -> Scene | None:
        """Return what whoever stands behind an address sees of the desk; None when they may not."""
        known = conversations.fetch(tx, [address]).get(address)
        person = known.person_id if known else None
        if not person:
            return None
        grants = granting.grants_in(tx, self.questions.edition, person)
        if not may(grants, Action.ANSWER_QUESTION):
            return None
        now = self._clock()
        faq = self.questions.load(tx, {person: Pressed("desk", "", 0)})[person]
        faq = self.questions.desk(tx, faq, needs) if needs != NOTHING else faq
        facts: Mapping[type, object] = {Faq: faq, Person: Person(person), Grants: grants}
        return Scene(now, now, language, "web", facts) if faq.desk else None

    def look(self, address: str, language: str, needs: Wanted = NOTHING) -> Scene | None:
        """Return what is seen of the desk, outside any act (synchronous)."""
        with self._store.read() as tx:
            return self.scene(tx, address, language, needs)

    def groups(self, scene: Scene) -> list[tuple[Unanswered, ...]]:
        """Return the questions to learn from, alike together."""
        return grouped(scene.of(Faq))

    def replies(self, language: str) -> Sequence[Reply]:
        """Return the replies ready to be sent."""
        return self._dialogue.ready(language)

    def context(self, ticket: Ticket, scene: Scene) -> Sequence[Words]:
        """Tell what helps to answer a question."""
        return self._dialogue.context(ticket, scene)

    def answer(self, ticket: Ticket) -> str:
        """Return the answer that a question was given; empty when there is none yet."""
        return self._dialogue.answer(ticket)

    def act(
        self, address: str, language: str, place: Place, *, key: str = "", typed: str = ""
    ) -> Done | None:
        """Press or type at the desk; None when whoever asks may not (synchronous)."""

        def decide(scene: Scene) -> Move | None:
            return (
                self._dialogue.choose(place, key, scene) if key else self._dialogue.write(place, typed, scene)
            )

        ticket = (place.focus or "").partition(":")[2].partition("@")[0]
        return self._decided(address, language, decide, Wanted((ticket,)))

    def teach(
        self, address: str, language: str, first: str, title: str, category: str, answer: str
    ) -> Done | None:
        """Make a new entry of the group that begins with a question (synchronous)."""

        def decide(scene: Scene) -> Move | None:
            found = next((one for one in self.groups(scene) if one[0].id == first), None)
            if found is None or not may(scene.of(Grants), Action.EDIT_FAQ) or not answer:
                return None
            return Move(commands=(new_entry(scene.of(Faq), found, answer, title, category),))

        return self._decided(address, language, decide)

    def _decided(
        self, address: str, language: str, decide: Callable[[Scene], Move | None], needs: Wanted = NOTHING
    ) -> Done | None:
        for _ in range(2):
            try:
                with self._store.write() as tx:
                    scene = self.scene(tx, address, language, needs)
                    if scene is None:
                        return None
                    move = decide(scene) or Move()
                    self._order(tx, address, scene.of(Person).id, move.commands)
                    return Done(bool(move.commands), move.lead)
            except OvertakenError:  # decided again, on what now is
                continue
        return Done(done=False, said=(text(_OVERTAKEN),))

    def _order(self, tx: Connection, address: str, person: str, commands: Sequence[Command]) -> None:
        now = self._clock()
        for command in commands:
            order = Order(person, address, command, now, 0)
            self._post.send(tx, self.questions.act(tx, order), now)
            row = {"at": now, "actor": person, "action": type(command).__name__, "subject": command.subject()}
            tx.execute(insert(AuditRow), [row])

    @staticmethod
    def ticket(scene: Scene, ticket: str) -> Ticket | None:
        """Return one of the questions that are shown."""
        desk = scene.of(Faq).desk
        return desk.find(ticket) if desk else None

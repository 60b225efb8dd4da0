"""Deciding a batch: whose conversation each event is, the facts of all, and a turn for each. Writes nothing but the
row of a conversation that is new.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from rallynov.delivery import conversations, inbox
from rallynov.delivery.conversations import Address
from rallynov.delivery.facts import Facts, Habits, Kinds, Known, Occasion, UnreadError
from rallynov.delivery.inbox import Waiting
from rallynov.delivery.message import Message, resolve
from rallynov.delivery.subject import Subject, Tools
from rallynov.dialogue import unseen
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Commanded, Event, Ignored, Left, Pressed
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Conversation, Place, Scene, Turn
from rallynov.wording import Wording


@dataclass(frozen=True, slots=True)
class _Heard:
    event: Waiting
    address: Address
    happened: Event
    known: bool

    @property
    def person(self) -> str:
        return self.address.person_id or ""

    @property
    def occasion(self) -> Occasion:
        return self.address.talk.place.dialogue, type(self.happened), self.matters

    @property
    def matters(self) -> bool:
        """Whether anything can be known: of a stranger, only what they have typed into a command."""
        return self.known or (isinstance(self.happened, Commanded) and bool(self.happened.argument))


@dataclass(frozen=True, slots=True)
class Decided:
    """A turn that was decided, for the event of an address; ``card`` is the message whose button was pressed."""

    event: Waiting
    address: Address
    turn: Turn
    left: bool
    card: str

    @classmethod
    def of(cls, heard: _Heard, turn: Turn) -> Decided:
        """Return the turn that was decided on what was heard."""
        card = heard.happened.card if isinstance(heard.happened, Pressed) else ""
        return cls(heard.event, heard.address, turn, isinstance(heard.happened, Left), card)


class Decider:
    """The engine with what it needs of the database."""

    def __init__(self, engine: Engine, wording: Wording, subjects: Sequence[Subject], tools: Tools) -> None:
        self._engine = engine
        self._wording = wording
        self._kinds = Kinds(subjects)
        self._habits = Habits()
        self._tools = tools

    def decide(
        self, tx: Connection, waiting: Sequence[Waiting], now: datetime
    ) -> tuple[list[Decided], list[tuple[Waiting, Exception]]]:
        """Decide every event; one that cannot be decided is taken out, and the rest goes on.

        Of two addresses of one person, the second waits for the next batch: it must see what the first changed.
        """
        heard, failed = self._hear(tx, waiting)
        facts = Facts(tx, self._kinds, {each.person: each.happened for each in heard if each.matters})
        facts.read(self._habits.expected([each.occasion for each in heard]))
        known = [facts.of(each.person) for each in heard]
        scenes = [self._scene(each, mine, now) for each, mine in zip(heard, known, strict=True)]
        turns: dict[int, Turn] = {}
        pending: Collection[int] = range(len(heard))
        while pending:
            unread: dict[int, type] = {}
            for n in pending:
                try:
                    turns[n] = self._turn(tx, heard[n], known[n], scenes[n], now)
                except UnreadError as error:
                    unread[n] = error.kind
                except Exception as error:
                    failed.append((heard[n].event, error))
            facts.read(set(unread.values()))
            pending = unread
        return [Decided.of(heard[n], turns[n]) for n in sorted(turns)], failed

    def _hear(
        self, tx: Connection, waiting: Sequence[Waiting]
    ) -> tuple[list[_Heard], list[tuple[Waiting, Exception]]]:
        """Read what happened, and find whose conversation it is; a stranger becomes somebody."""
        known = conversations.fetch(tx, [event.address for event in waiting])
        heard: dict[str, _Heard] = {}
        failed: list[tuple[Waiting, Exception]] = []
        strangers = []
        for event in waiting:
            address = known.get(event.address)
            try:
                happened = self._tools.readers[event.channel](event.payload)
                if address is None:
                    address = conversations.unknown(event.address)
                    strangers.append((event.address, event.channel, event.received_at))
                if not address.language:
                    address = replace(address, language=self._language(event))
            except Exception as error:
                failed.append((event, error))
                continue
            person = address.person_id
            mine = address if person else replace(address, person_id=self._tools.new_id())
            each = _Heard(event, mine, happened, known=bool(person))
            heard.setdefault(mine.person_id or "", each)
        inbox.meet(tx, strangers)
        return list(heard.values()), failed

    def _language(self, event: Waiting) -> str:
        spoken = self._tools.languages[event.channel](event.payload)
        return spoken if spoken in self._wording.languages else self._wording.languages[0]

    def _turn(self, tx: Connection, heard: _Heard, known: Known, scene: Scene, now: datetime) -> Turn:
        turn = self._step(heard.address.talk, heard.happened, scene)
        self._habits.learn(heard.occasion, known.asked)
        return self._become(tx, heard, turn, now) if turn.person else turn

    def _step(self, talk: Conversation, happened: Event, scene: Scene) -> Turn:
        """Decide; on a screen that may not have arrived, only a button of it or a command is taken for what it says."""
        if talk.unseen and (pending := self._blind(talk, happened, scene)):
            return unseen.shown_again(talk, pending, scene)
        turn = self._engine.step(talk, happened, scene)
        drawn = turn.conversation
        put = drawn.unseen and drawn.nonce != talk.nonce
        return replace(turn, conversation=replace(drawn, unseen=False)) if put else turn

    def _blind(self, talk: Conversation, happened: Event, scene: Scene) -> Screen | None:
        """Return what is pending, when what somebody typed cannot be an answer to it."""
        pending = self._engine.pending(talk, scene)
        return pending if unseen.blind(happened, pending, self._engine.commands) else None

    def _become(self, tx: Connection, heard: _Heard, turn: Turn, now: datetime) -> Turn:
        """Show what another person left pending, on an address that is now theirs."""
        facts = Facts(tx, self._kinds, {turn.person: Ignored()})
        scene = self._scene(heard, facts.of(turn.person), now)
        screen = facts.until(lambda: self._engine.screen(turn.conversation.place, scene))
        lead = [block for said in turn.replies for block in said.blocks]
        return replace(turn, replies=(screen.led_by(*lead),))

    def _scene(self, heard: _Heard, known: Known, now: datetime) -> Scene:
        event = heard.event
        secret = self._tools.new_secret()
        at = getattr(heard.happened, "at", None) or event.received_at
        said = min(at, event.received_at)
        return Scene(now, event.received_at, heard.address.language, event.channel, known, secret, said)

    def welcome(self, language: str = "fr") -> Message:
        """Return what a newcomer is shown, without keeping anything of them."""
        now = self._tools.clock()
        blank = {type(fact): fact for fact in (one.blank("") for one in self._kinds.subjects.values())}
        screen = self._engine.screen(Place(), Scene(now, now, language, "", blank, first=True))
        return resolve(screen, 0, self._wording, language)

    def look(self, tx: Connection, address: str) -> Message | None:
        """Return what a conversation is waiting at, without a turn; None for one that never was."""
        known = conversations.fetch(tx, [address]).get(address)
        if known is None or known.person_id is None:
            return None
        now, facts = self._tools.clock(), Facts(tx, self._kinds, {known.person_id: Ignored()})
        scene = Scene(now, now, known.language, address.partition(":")[0], facts.of(known.person_id))
        pending = facts.until(lambda: self._engine.pending(known.talk, scene))
        return resolve(pending, known.talk.nonce, self._wording, known.language)

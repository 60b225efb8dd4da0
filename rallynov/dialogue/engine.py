"""The engine: ``(conversation, event, scene) -> turn``. It decides and does nothing.

Every subject brings a dialogue; the engine knows what all dialogues share: stale and repeated presses, typed
answers, near matches, verbs, commands, digressions, and a way out after two failures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol, runtime_checkable
from zlib import crc32

from rallynov.dialogue.events import Attached, Commanded, Event, Oddity, OfferedFile, Pressed, Said, Sent
from rallynov.dialogue.hearing import STOOD_FOR, Heard, Hearing, Lexicon, instead
from rallynov.dialogue.replies import (
    answered,
    group_reply,
    lost,
    no_such_step,
    oddity_reply,
    proposal,
    stale,
)
from rallynov.dialogue.screens import Block, Screen
from rallynov.dialogue.turn import Conversation, Move, Place, Scene, Turn
from rallynov.text import fold

REPEAT = timedelta(seconds=3)
"""A text typed twice within this time, before the next question was shown, is one answer."""


class Dialogue(Protocol):
    """What a subject brings to the conversation. Pure."""

    @property
    def name(self) -> str:
        """Name of its places."""

    @property
    def commands(self) -> Sequence[str]:
        """Names of the commands it answers to, from anywhere."""

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what the person is shown at a place: the pending question."""

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or action that the screen of this place offers."""

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Decide on a text that is none of the choices; None when it cannot be used."""

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Decide on one of its commands, given anywhere."""


@runtime_checkable
class TakesFiles(Protocol):
    """A dialogue in which a file may be an answer."""

    def attach(self, place: Place, file: OfferedFile, scene: Scene) -> Move | None:
        """Decide on a file; None where none is asked for."""


class Engine:
    """All dialogues behind one ``step``."""

    def __init__(self, dialogues: Sequence[Dialogue], lexicon: Lexicon) -> None:
        self._dialogues: Mapping[str, Dialogue] = {dialogue.name: dialogue for dialogue in dialogues}
        self._commands = {name: dialogue for dialogue in dialogues for name in dialogue.commands}
        self._hearing = Hearing(lexicon)

    def step(self, talk: Conversation, event: Event, scene: Scene) -> Turn:
        """Decide one turn. Deterministic: the same three arguments give the same turn."""
        match event:
            case Pressed():
                return self._pressed(talk, event, scene)
            case Said(text):
                return self._said(talk, text, scene)
            case Commanded():
                return self._commanded(talk, event, scene)
            case Sent(Oddity.GROUP):
                return Turn(talk, (group_reply(),))
            case Sent(oddity):
                return self._again(talk, scene, *oddity_reply(oddity))
            case Attached():
                return self._attached(talk, event, scene)
            case _:
                return Turn(talk)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the screen of a place; a place that no release knows any more is the reception."""
        dialogue = self._dialogues.get(place.dialogue) or self._dialogues["reception"]
        return dialogue.screen(place, scene)

    def pending(self, talk: Conversation, scene: Scene) -> Screen:
        """Return what was last drawn: the screen of the place, narrowed to the guesses when there are
        some.
        """
        screen = self.screen(talk.place, scene)
        return proposal(screen, talk.guesses) if talk.guesses else screen

    def _pressed(self, talk: Conversation, press: Pressed, scene: Scene) -> Turn:
        fingerprint = f"press:{press.nonce}:{press.key}"
        if fingerprint == talk.last:
            return Turn(talk)
        if (
            press.nonce == 0 < talk.nonce and press.key in self._commands
        ):  # on a message that is no turn's: a reminder
            return self._commanded(replace(talk, guesses=()), Commanded(press.key), scene)
        screen = self.pending(talk, scene)
        if press.nonce != talk.nonce or press.screen != screen.name or not screen.offers(press.key):
            return self._again(talk, scene, *stale())
        turn = self._chosen(replace(talk, last=fingerprint), press.key, scene)
        return replace(turn, frozen=answered(screen, press.key)) if screen.choices else turn

    def _said(self, talk: Conversation, text: str, scene: Scene) -> Turn:
        if not text:
            return self._again(talk, scene, *oddity_reply(Oddity.EMPTY))
        fingerprint = f"text:{crc32((fold(text) or text).encode())}"  # told apart, not kept
        if self._repeated(talk, fingerprint, scene):
            return Turn(talk)
        talk = replace(talk, last=fingerprint)
        screen = self.screen(talk.place, scene)
        drawn = self.pending(talk, scene)
        heard = self._hearing.hear(text, drawn, screen, frozenset(self._commands), scene.language)
        return self._heard(talk, heard, text, scene)

    def _heard(self, talk: Conversation, heard: Heard, text: str, scene: Scene) -> Turn:
        if heard.key:
            return self._chosen(talk, heard.key, scene)
        if heard.command:
            return self._commanded(talk, Commanded(heard.command), scene)
        if heard.verb:
            return self._again(replace(talk, guesses=()), scene, *no_such_step(heard.verb))
        if heard.near:
            screen = proposal(self.screen(talk.place, scene), heard.near)
            return self._draw(replace(talk, guesses=heard.near), screen, scene)
        move = self._dialogue(talk.place).write(talk.place, text, scene)
        if move is not None:
            return self._moved(talk, move, scene)
        if talk.nonce == 0:  # a first word, whatever it is, is answered by the welcome
            return self._again(talk, scene)
        missed = replace(talk, misses=talk.misses + 1, guesses=())
        screen = self.screen(talk.place, scene)
        lead = lost(text, missed.misses, screen)
        if not screen.choices:  # a content that was read: its actions are shown again, not all its words
            return self._draw(missed, replace(screen, blocks=lead, figure=None, papers=()), scene)
        return self._again(missed, scene, *lead)

    def _commanded(self, talk: Conversation, command: Commanded, scene: Scene) -> Turn:
        dialogue = self._commands.get(command.name)
        if dialogue is None:
            return self._unknown(talk, command, scene)
        talk = replace(talk, last=f"command:{command.name}")
        if command.name in STOOD_FOR and (key := instead(command.name, self.pending(talk, scene))):
            return self._chosen(talk, key, scene)
        return self._moved(talk, dialogue.enter(command, talk.place, scene), scene)

    def _attached(self, talk: Conversation, event: Attached, scene: Scene) -> Turn:
        """Give a file to the dialogue where it was dropped; where none is asked for, it is an oddity."""
        place = event.to or talk.place
        dialogue = self._dialogue(place)
        move = dialogue.attach(place, event.file, scene) if isinstance(dialogue, TakesFiles) else None
        if move is None:
            return self._again(talk, scene, *oddity_reply(event.oddity))
        return self._moved(replace(talk, last="file"), move, scene)

    def _unknown(self, talk: Conversation, command: Commanded, scene: Scene) -> Turn:
        """Hear a command that is none of ours as its words: ``/retour`` is « retour »."""
        screen, drawn = self.screen(talk.place, scene), self.pending(talk, scene)
        words = f"{command.name} {command.argument}".rstrip()
        heard = self._hearing.hear(words, drawn, screen, frozenset(self._commands), scene.language)
        if heard.key or heard.command or heard.verb:
            return self._heard(talk, heard, words, scene)
        return self._again(talk, scene, *lost("/" + command.name, 1, screen))

    def _chosen(self, talk: Conversation, key: str, scene: Scene) -> Turn:
        if talk.guesses and key == "other":
            return self._again(replace(talk, guesses=()), scene)
        named = self._commands.get(key)  # an action named after a command gives it, wherever it stands
        if named is not None:
            return self._moved(talk, named.enter(Commanded(key), talk.place, scene), scene)
        return self._moved(talk, self._dialogue(talk.place).choose(talk.place, key, scene), scene)

    def _moved(self, talk: Conversation, move: Move, scene: Scene) -> Turn:
        scene = move.scene or scene
        place, under = move.to or talk.place, talk.under if move.over or move.to is None else ()
        if move.over and not talk.under:
            under = (talk.place,)
        if move.back:
            place, under = (talk.under[-1] if talk.under else Place()), ()
        screen = self.screen(place, scene).led_by(*move.lead)
        if move.code:
            screen = replace(screen, code=move.code, shared=False)
        if (move.code or move.back) and screen.figure:  # it was drawn before
            screen = replace(screen, figure=None)
        here = Conversation(place, under, talk.nonce + 1, 0, (), talk.last, scene.received, scene.now)
        if move.person:  # what is pending is drawn with what is known of that person
            screen = Screen(screen.name, move.lead)
        return Turn(here, (screen,), move.commands, move.language, move.person)

    def _again(self, talk: Conversation, scene: Scene, *lead: Block) -> Turn:
        pending = self.pending(talk, scene).led_by(*lead)
        if pending.figure or pending.papers:  # they were given when the person came here
            pending = replace(pending, figure=None, papers=())
        return self._draw(talk, pending, scene)

    def _draw(self, talk: Conversation, screen: Screen, scene: Scene) -> Turn:
        drawn = replace(talk, nonce=talk.nonce + 1, last_at=scene.received, asked_at=scene.now)
        return Turn(drawn, (screen,))

    def _dialogue(self, place: Place) -> Dialogue:
        return self._dialogues.get(place.dialogue) or self._dialogues["reception"]

    @staticmethod
    def _repeated(talk: Conversation, fingerprint: str, scene: Scene) -> bool:
        if fingerprint != talk.last or talk.last_at is None or talk.asked_at is None:
            return False
        return scene.received < talk.asked_at and scene.received - talk.last_at < REPEAT

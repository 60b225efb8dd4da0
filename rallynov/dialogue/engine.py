"""The engine: ``(conversation, event, scene) -> turn``. It decides and does nothing.

Every subject brings a dialogue; the engine knows what all dialogues share: stale and repeated presses, typed
answers, near matches, verbs, commands, digressions, and a way out after two failures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zlib import crc32

from rallynov.dialogue import asides, replies
from rallynov.dialogue.asides import ANSWER, NONE, PREFIX, QUESTION, Counsel, Taken, mark
from rallynov.dialogue.dialogue import Dialogue, TakesFiles
from rallynov.dialogue.events import Attached, Commanded, Event, Oddity, Pressed, Said, Sent
from rallynov.dialogue.hearing import NO, NOTHING, STOOD_FOR, Heard, Hearing, Lexicon, instead, named
from rallynov.dialogue.repeats import repeated, stops, unkept, warned
from rallynov.dialogue.replies import OTHER, answered, helped, lost, no_such_step, proposal, ways_out
from rallynov.dialogue.screens import Block, Screen
from rallynov.dialogue.turn import Conversation, Move, Place, Scene, Turn
from rallynov.text import fold


class Engine:
    """All dialogues behind one ``step``."""

    def __init__(
        self, dialogues: Sequence[Dialogue], lexicon: Lexicon, counsel: Counsel | None = None
    ) -> None:
        self._dialogues: Mapping[str, Dialogue] = {dialogue.name: dialogue for dialogue in dialogues}
        self._commands = {name: dialogue for dialogue in dialogues for name in dialogue.commands}
        self._hearing = Hearing(lexicon)
        self._counsel = counsel

    @property
    def commands(self) -> frozenset[str]:
        """The names of all commands that are answered."""
        return frozenset(self._commands)

    def step(self, talk: Conversation, event: Event, scene: Scene) -> Turn:
        """Decide one turn. Deterministic: the same three arguments give the same turn."""
        greeted = isinstance(event, Pressed) and event.nonce == 0  # on a welcome shown before any turn
        scene = replace(scene, first=True) if talk.nonce == 0 and not greeted else scene
        match event:
            case Pressed():
                return self._pressed(talk, event, scene)
            case Said(text):
                return self._said(talk, text, scene)
            case Commanded(name):
                return self._commanded(replace(talk, last=f"command:{name}"), event, scene)
            case Sent(Oddity.GROUP):
                return Turn(talk, (replies.group_reply(),))
            case Sent(oddity):
                told = replies.brief(self.pending(talk, scene), replies.oddity(oddity))
                return self._draw(talk, told, scene)
            case Attached():
                return self._attached(talk, event, scene)
            case _:
                return Turn(talk)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the screen of a place; a place that no release knows any more is the reception."""
        return self._dialogue(place).screen(place, scene)

    def pending(self, talk: Conversation, scene: Scene) -> Screen:
        """Return what was last drawn: the screen of the place, narrowed to the guesses or to a doubt when there are
        some, with what is offered beside it, and a person after two failures.
        """
        screen = self.screen(talk.place, scene)
        if talk.guesses:
            screen = proposal(screen, talk.guesses)
        return helped(self._beside(screen, talk, scene), talk.misses)

    def _beside(self, screen: Screen, talk: Conversation, scene: Scene) -> Screen:
        """Add what is offered about what was just told beside the pending question; else a doubt about what was typed."""
        beside = self._counsel.beside(talk.aside, scene) if talk.aside and self._counsel else ()
        return asides.drawn(talk, screen, beside)

    def _pressed(self, talk: Conversation, press: Pressed, scene: Scene) -> Turn:
        fingerprint = f"press:{press.nonce}:{press.key}"
        if fingerprint == talk.last:
            return Turn(talk)
        reminder = press.nonce == 0 < talk.nonce  # on a message that is no turn's
        if reminder and press.key in self._commands:
            return self._commanded(replace(talk, guesses=(), last=""), Commanded(press.key), scene)
        screen = self.pending(talk, scene)
        if press.nonce != talk.nonce or press.screen != screen.name or not screen.offers(press.key):
            told = replies.stale(gone=press.nonce > talk.nonce)
            put = replies.again if press.nonce == talk.nonce else replies.brief  # whole: its facts changed
            return self._draw(talk, put(screen, told), scene)
        turn = self._chosen(replace(talk, last=fingerprint), press.key, scene)
        asks = screen.choices and not press.key.startswith(PREFIX)
        return replace(turn, frozen=answered(screen, press.key)) if asks else turn

    def _said(self, talk: Conversation, text: str, scene: Scene) -> Turn:
        if not text:
            return self._again(talk, scene, *replies.oddity(Oddity.EMPTY))
        fingerprint = f"text:{crc32((fold(text) or text).encode())}"  # told apart, not kept
        if repeated(talk, fingerprint, scene):
            return Turn(talk)
        again, talk = fingerprint == talk.last, replace(talk, last=fingerprint)
        screen = self.screen(talk.place, scene)
        drawn = self.pending(talk, scene)
        refusal = OTHER if drawn.offers(OTHER) else NONE
        if agreed := self._hearing.agreed(text, drawn, scene.language) if drawn.offers(refusal) else "":
            return self._agreed(talk, agreed, drawn, refusal, scene)
        heard = self._hear(text, drawn, screen, scene)
        if heard.near in {(ANSWER,), (QUESTION,)}:
            return self._chosen(talk, heard.near[0], scene)
        if heard == NOTHING and drawn.offers(refusal):
            return self._beyond(talk, text, screen, scene)
        if asides.holds(talk, screen) and not drawn.offers(heard.key):
            if self._hear(text, asides.DENIAL, asides.DENIAL, scene).key == NO:
                return self._again(replace(talk, guesses=()), scene)
            if not (heard.command or heard.verb):
                beneath = self.pending(replace(talk, held=None), scene)
                heard = self._hear(text, beneath, screen, scene, numbered=screen.free)
        if not (word := stops(heard, text, self._commands)):
            return unkept(self._heard(talk, heard, text, scene), drawn, heard, text)
        stopped = self._heard(talk, Heard(command=word) if again else heard, text, scene)
        return stopped if again else unkept(warned(stopped, word), drawn, heard, text)

    def _agreed(self, talk: Conversation, agreed: str, drawn: Screen, refusal: str, scene: Scene) -> Turn:
        """Refuse at a no what was guessed, take it at a yes; of several guesses, a yes asks which."""
        keys = [choice.key for choice in drawn.choices if choice.key != refusal]
        if agreed == NO or len(keys) == 1:
            return self._chosen(talk, refusal if agreed == NO else keys[0], scene)
        return self._which(talk, drawn, scene)

    def _which(self, talk: Conversation, drawn: Screen, scene: Scene) -> Turn:
        missed = replace(talk, misses=talk.misses + 1)
        return self._again(missed, scene, *replies.which_one(), *ways_out(missed.misses, drawn))

    def _beyond(self, talk: Conversation, text: str, screen: Screen, scene: Scene) -> Turn:
        """Take a text that is nothing of what was guessed: perhaps an answer of the question itself."""
        heard = self._hear(text, screen, screen, scene, numbered=bool(talk.guesses))
        none = replies.no_such_number(text, heard) if talk.guesses or not screen.free else ()
        if none or replies.declined(text, talk.guesses):
            return self._again(replace(talk, guesses=(), aside=""), scene, *none)
        return self._heard(talk, heard, text, scene)

    def _hear(self, text: str, drawn: Screen, under: Screen, scene: Scene, *, numbered: bool = True) -> Heard:
        return self._hearing.hear(text, drawn, under, self.commands, scene.language, numbered=numbered)

    def _heard(self, talk: Conversation, heard: Heard, text: str, scene: Scene) -> Turn:
        if heard.key:
            return self._chosen(talk, heard.key, scene)
        if heard.command:
            return self._commanded(talk, Commanded(heard.command, heard.argument), scene)
        if heard.verb:
            return self._again(replace(talk, guesses=()), scene, *no_such_step(heard.verb))
        if heard.near and heard.near != ("none",) and not (self._counsel and self._counsel.sure(text, scene)):
            return self._guessed(talk, heard.near, text, scene)
        return self._written(talk, text, scene)

    def _guessed(self, talk: Conversation, near: tuple[str, ...], text: str, scene: Scene) -> Turn:
        """Ask which of the near matches of a text is meant."""
        screen = self.screen(talk.place, scene)
        if near[0].startswith(PREFIX):
            return self._which(talk, screen, scene)
        told = screen.notes and self._dialogue(talk.place).write(talk.place, text, scene)
        held, gone = asides.holding(talk.held, mark(talk.place, screen), text if told else "")
        misses = talk.misses + 1 if talk.guesses or talk.misses else 0  # a first guess is no failure
        asked = helped(proposal(screen, near), misses).led_by(*gone, *ways_out(misses, screen))
        return self._draw(replace(talk, guesses=near, misses=misses, held=held, aside=""), asked, scene)

    def _written(self, talk: Conversation, text: str, scene: Scene) -> Turn:
        """Take a text that is no choice: as an answer, as a question, or ask which; else say that it means nothing."""
        move = self._dialogue(talk.place).write(talk.place, text, scene)
        screen = self.screen(talk.place, scene)
        if move is None and not screen.free and (command := named(text, self._commands, screen)):
            led = self._commands[command].enter(Commanded(command), talk.place, scene)
            if replies.astray(led, command, talk.place, screen):
                return self._guessed(talk, (f"/{command}",), text, scene)
            return self._commanded(talk, Commanded(command), scene)
        counsel, aside = self._counsel, talk.aside
        taken = counsel.taken(text, screen, move, scene, aside=aside) if counsel else Taken.ANSWER
        if taken is Taken.DOUBT:
            held, gone = asides.holding(talk.held, mark(talk.place, screen), text)
            return self._again(replace(talk, held=held, guesses=(), aside=""), scene, *gone)
        if taken is Taken.THANKS and talk.nonce:
            return self._briefly(asides.beneath(talk, self._counsel) or talk, scene, replies.WELCOME)
        if taken is Taken.QUESTION and counsel:
            return self._asked(talk, text, screen, scene, counsel)
        if move is not None:
            if move.missed and move.to is None:
                move = replace(move, lead=(*move.lead, *replies.refused(text, talk.misses + 1, screen)))
            anew = move.commands and asides.holds(talk, screen) and not screen.notes
            return self._instead(talk, move, scene) if anew else self._moved(talk, move, scene)
        if beneath := asides.beneath(talk, self._counsel):
            return self._through(replace(beneath, last=""), text, scene)
        if talk.nonce == 0:  # a first word, whatever it is, is answered by the welcome
            return self._again(talk, scene)
        missed = replace(talk, misses=talk.misses + 1, guesses=())
        return self._briefly(missed, scene, *lost(text, missed.misses, screen))

    def _instead(self, talk: Conversation, move: Move, scene: Scene) -> Turn:
        """Go on with an answer given instead of the text that is held, which is given back: nothing typed is lost."""
        gone = asides.let_go(talk.held, guessed=bool(talk.guesses))
        return self._moved(replace(talk, held=None), replace(move, lead=(*gone, *move.lead)), scene)

    def _asked(self, talk: Conversation, text: str, screen: Screen, scene: Scene, counsel: Counsel) -> Turn:
        """Answer a question; a text that was no choice is no question that was missed."""
        misses = talk.misses if talk.aside or talk.place.dialogue == counsel.name else 0
        return self._moved(talk, counsel.asked(text, screen, misses, scene), scene)

    def _through(self, talk: Conversation, text: str, scene: Scene) -> Turn:
        """Take a text typed on a card of the counsel as the value asked for beneath; else put the card beneath again."""
        screen = self.pending(talk, scene)
        if not asides.through(screen, self._hear(text, screen, screen, scene).key):
            return self._again(talk, scene, asides.BENEATH)
        turn = self._said(talk, text, scene)
        return replace(turn, replies=tuple(asides.given_through(reply, text) for reply in turn.replies))

    def _commanded(self, talk: Conversation, command: Commanded, scene: Scene) -> Turn:
        dialogue = self._commands.get(command.name)
        if dialogue is None:
            return self._unknown(talk, command, scene)
        if command.name in STOOD_FOR and (key := instead(command.name, self.pending(talk, scene))):
            return self._chosen(talk, key, scene)
        counsel = self._counsel if command.argument else None
        if counsel and (asked := counsel.inquired(command, self.screen(talk.place, scene), scene)):
            return self._moved(talk, asked, scene)
        return self._moved(talk, dialogue.enter(command, talk.place, scene), scene)

    def _attached(self, talk: Conversation, event: Attached, scene: Scene) -> Turn:
        """Give a file to the dialogue where it was dropped; where none is asked for, it is an oddity."""
        place = event.to or talk.place
        dialogue = self._dialogue(place)
        move = dialogue.attach(place, event.file, scene) if isinstance(dialogue, TakesFiles) else None
        if move is None:
            return self._again(talk, scene, *replies.oddity(event.oddity))
        return self._moved(replace(talk, last="file"), move, scene)

    def _unknown(self, talk: Conversation, command: Commanded, scene: Scene) -> Turn:
        """Hear a command that is none of ours as its words: ``/retour`` is « retour »."""
        screen, drawn = self.screen(talk.place, scene), self.pending(talk, scene)
        words = f"{command.name} {command.argument}".rstrip()
        heard = self._hear(words, drawn, screen, scene)
        if heard.key or heard.command or heard.verb:
            return self._heard(talk, heard, words, scene)
        return self._again(talk, scene, *lost("/" + command.name, 1, screen))

    def _settled(self, talk: Conversation, key: str, scene: Scene) -> Turn:
        """Take the text that was held as what the person says it is."""
        text = talk.held.text if talk.held else ""
        talk = replace(talk, held=None)
        if key == QUESTION and self._counsel:
            return self._asked(talk, text, self.screen(talk.place, scene), scene, self._counsel)
        move = self._dialogue(talk.place).write(talk.place, text, scene)
        return self._moved(talk, move, scene) if move is not None else self._again(talk, scene)

    def _chosen(self, talk: Conversation, key: str, scene: Scene) -> Turn:
        if key in {ANSWER, QUESTION} and talk.held:
            return self._settled(talk, key, scene)
        if key.startswith(PREFIX) and self._counsel:
            return self._moved(talk, self._counsel.chose(talk.aside, key, scene), scene)
        if talk.guesses and key == OTHER:
            refused = replace(talk, guesses=(), misses=talk.misses + 1)
            return self._again(refused, scene, *ways_out(refused.misses, self.screen(talk.place, scene)))
        if owner := self._commands.get(key):  # an action named after a command gives it, wherever it stands
            move = owner.enter(Commanded(key), talk.place, scene)
        else:
            move = self._dialogue(talk.place).choose(talk.place, key, scene)
        left = talk.held and asides.leaves(talk, self.screen(talk.place, scene), key)
        return self._instead(talk, move, scene) if left else self._moved(talk, move, scene)

    def _moved(self, talk: Conversation, move: Move, scene: Scene) -> Turn:
        scene = move.scene or scene
        place, under = move.to or talk.place, talk.under if move.over or move.to is None else ()
        if move.over and not talk.under:
            under = (talk.place,)
        if move.back:
            place, under = (talk.under[-1] if talk.under else Place()), ()
        screen = replies.arrived(self.screen(place, scene), move)
        misses, held = talk.misses + 1 if move.missed else 0, None if move.forget else talk.held
        nonce, at = talk.nonce + 1, scene.received
        here = Conversation(place, under, nonce, misses, (), talk.last, at, scene.now, move.aside, held)
        screen = helped(self._beside(screen, here, scene), misses)
        if move.person:  # what is pending is drawn with what is known of that person
            screen = Screen(screen.name, move.lead)
        return Turn(here, (screen,), move.commands, move.language, move.person)

    def _again(self, talk: Conversation, scene: Scene, *lead: Block) -> Turn:
        return self._draw(talk, replies.again(self.pending(talk, scene), lead), scene)

    def _briefly(self, talk: Conversation, scene: Scene, *lead: Block) -> Turn:
        """Put what is pending again; of what is read, no more than what can be chosen there."""
        screen = self.pending(talk, scene)
        if screen.read or not (screen.choices or screen.free):
            screen = replace(screen, blocks=())
        return self._draw(talk, replies.again(screen, lead), scene)

    def _draw(self, talk: Conversation, screen: Screen, scene: Scene) -> Turn:
        drawn = replace(talk, nonce=talk.nonce + 1, last_at=scene.received, asked_at=scene.now)
        return Turn(drawn, (screen,))

    def _dialogue(self, place: Place) -> Dialogue:
        return self._dialogues.get(place.dialogue) or self._dialogues["reception"]

"""Random walks through the real turns: inbox, database, engine, outbox; nothing is held in memory between two steps.

Four times out of five a walker takes what was just offered (pressed, typed as words or as a number), else something
else: a verb, a word, a hostile text, a command, an old button, a sticker. After every step, what must always hold.
"""

from __future__ import annotations

import random

import pytest
from conversation import Clock, core
from diagnosis.walkers import AGREED, REFUSED, Act, Ground, Kept, Walker
from spoken import WORDING, scale
from sqlalchemy import select

from rallynov.delivery import conversations
from rallynov.delivery.message import Message, parse_token
from rallynov.delivery.tables import InboxRow
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Pressed
from rallynov.dialogue.turn import Conversation, Scene
from rallynov.dialogue.understand import Exact, Option, Verb, understand, verb
from rallynov.storage.store import Store

WALKERS, STEPS = 24, 220
REACHED = 0.7
"""Share of the walks that must see a result within their steps."""
HOME = {"menu", "welcome"}
SCREENS = {"notice", "q:R1.1", "q:R10.2", "recap", "recap:R1", "result", "details", "restart", "erase", *HOME}
VALUES = {question.id: question.values for question in load_grid().form().questions}
LEVELS = {value: Option(value, names[0], names[1:]) for value, names in scale("fr").items()}


def check(walker: Walker, act: Act, before: Kept, shown: list[Message]) -> None:
    """What holds after any step."""
    after, card = walker.kept, walker.cards[-1] if walker.cards else Message(())
    where = f"{act} at {card.screen} after {before.talk}"
    silent = not shown
    assert silent == _may_be_silent(act, before), where
    assert all(not part.choices and not part.actions for part in shown[:-1]), where
    if shown:
        last = shown[-1]
        assert last.choices or last.actions, where
        assert after.noticed or not last.screen.startswith("q:"), where
        assert last.nonce == before.talk.nonce + 1 == after.talk.nonce, where
        walker.finished |= last.screen == "result"
    assert after.noticed or not (after.answers or after.notes or after.runs), where
    assert conversations.load(conversations.dump(after.talk)) == after.talk, where
    _check_data(act, card, before, after, where)
    walker.cards += shown[-1:]


def _may_be_silent(act: Act, before: Kept) -> bool:
    """The documented silences: a press that was already taken; a door that closes or opens again."""
    if "my_chat_member" in act.update:
        return True
    token = parse_token(act.token)
    return token is not None and before.talk.last == f"press:{token[2]}:{token[1]}"


def _check_data(act: Act, card: Message, before: Kept, after: Kept, where: str) -> None:
    """Answers change one at a time, by what was offered; they are lost by an erasure alone."""
    if card.screen == "erase" and (act.key == "erase" or act.kind == "word") and not after.noticed:
        assert (after.runs, after.answers, after.notes) == (0, {}, {}), where
        return
    assert after.runs >= before.runs, where
    assert before.answers.keys() <= after.answers.keys(), where
    withdrawn = before.notes.keys() - after.notes.keys()
    asked = (before.runs, card.screen.partition(":")[2])
    assert not withdrawn or (act.kind == "offered" and act.key == "unnote" and withdrawn == {asked}), where
    assert act.key != "unnote" or act.kind != "offered" or asked not in after.notes, where
    changed = {at: value for at, value in after.answers.items() if before.answers.get(at) != value}
    assert len(changed) <= 1, where
    for (run, question), value in changed.items():
        assert (run, card.screen.partition(":")[2]) == (before.runs or 1, question), where
        assert card.screen.startswith(("q:", "opening:")), where
        assert value in VALUES[question], where
        assert act.kind == "offered" or (act.kind in {"word", "command", "old"} and _current(act, card)), (
            where
        )
        assert act.kind != "word" or value in _meant(act, card, question, before.talk.guesses), where
        assert act.kind != "offered" or value == {"skip": "nsp"}.get(act.key, act.key), where
    noted = {at for at, note in after.notes.items() if before.notes.get(at) != note}
    told = act.kind == "hostile" or before.talk.held is not None
    assert not noted or (told and noted == {(before.runs, card.screen.partition(":")[2])}), where


def _meant(act: Act, card: Message, question: str, guesses: tuple[str, ...]) -> set[str]:
    """What a typed word may save: what it reads as on the card or on the whole question, a skip, or a guess agreed to."""
    text = act.update["message"]["text"]
    if guesses and text in REFUSED:
        return set()
    if guesses and text in AGREED:
        return {guesses[0]} if len(guesses) == 1 else set()
    whole = [LEVELS[value] for value in VALUES[question]]
    drawn = [LEVELS[key] for key, _ in card.choices if key in LEVELS]
    read = [understand(text, options) for options in (drawn, whole)]
    skipped = {"nsp"} if verb(text, WORDING.verbs("fr")) is Verb.SKIP else set()
    return skipped | {one.key for one in read if isinstance(one, Exact)}


def _current(act: Act, card: Message) -> bool:
    return act.kind != "old" or act.token == card.token(act.key)


def _under_a_guess(act: Act, before: Kept) -> set[tuple[str, str]]:
    """What was typed under the guess of one level, and that level."""
    alone = act.kind == "word" and len(before.talk.guesses) == 1
    return {(act.update["message"]["text"], before.talk.guesses[0])} if alone else set()


def ways_home(engine: Engine, talk: Conversation, scene: Scene, left: int = 2) -> bool:
    """Tell whether the menu is at most ``left`` presses away."""
    screen = engine.pending(talk, scene)
    if screen.name in HOME:
        return True
    keys = [choice.key for choice in (*screen.actions, *screen.choices)] if left else []
    tried = (
        engine.step(talk, Pressed(screen.name, key, talk.nonce), scene) for key in keys if key != "erase"
    )
    return any(not turn.commands and ways_home(engine, turn.conversation, scene, left - 1) for turn in tried)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(2, 11))]
)
def test_random_walks_reach_the_result(seed: int, sqlite: Store, clock: Clock) -> None:
    walkers = [Walker(chat, random.Random(f"{seed}.{chat}")) for chat in range(1, WALKERS + 1)]
    ground = Ground(core(sqlite, clock), clock, walkers)
    states: set[object] = set()
    answered: set[tuple[str, str]] = set()
    for _ in range(STEPS):
        for walker, act, before, shown in ground.step():
            check(walker, act, before, shown)
            answered |= _under_a_guess(act, before)
            talk = walker.kept.talk
            state = (talk.place, talk.under, talk.guesses)
            if state not in states:
                states.add(state)
                home = ways_home(ground.core.turns._decider._engine, talk, ground.scene(walker))
                assert home, f"no way home in two presses from {state}"
    with sqlite.read() as tx:
        assert set(tx.execute(select(InboxRow.status)).scalars()) == {"done"}
    for words in (REFUSED, AGREED):  # of guesses that are no yes: each level is tried in test_guesses.py
        assert {guess for word, guess in answered if word in words} & {"0", "1", "nsp"}
    screens = {card.screen for walker in walkers for card in walker.cards}
    assert screens >= SCREENS, SCREENS - screens
    reached = sum(walker.finished for walker in walkers) / WALKERS
    assert reached >= REACHED, f"{reached:.0%} of {WALKERS} walks of {STEPS} steps saw a result"

"""Registration as a state machine: two devices of an owner and one of a colleague do whatever they like, the process
dies in the middle, events come twice. After every step: nothing saved is lost, at most one receipt was given, and what
was submitted is what the recap showed.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from initiatives.ground import DEVICES, FORM, Device, Ground, Seen, opened
from initiatives.life import TEXT
from initiatives.team import Team

from rallynov.delivery.message import Message, resolve
from rallynov.initiatives.model import Kind
from rallynov.initiatives.screens.recap import final
from rallynov.initiatives.spots import Spot, spot_of
from rallynov.text import clean_text

TYPED = st.sampled_from(
    (
        *(
            "12",
            "Un titre exemple",
            "Un autre titre",
            "trop court",
            "la suite, toujours trop courte",
            "1",
            "1 3",
            "tout",
        ),
        *(
            "santé",
            "mars 2012",
            "hier",
            "jamais",
            "Absences ; 12 ; 7 ; mars 2013",
            "Absences",
            "non",
            "nom@gmial.com",
        ),
        *("732 829 320 00074", "12345678900011", TEXT, TEXT[:220], "x" * 2100),
    )
)
WORDS = st.sampled_from(
    (
        *(
            "retour",
            "passer",
            "plus tard",
            "pause",
            "mon dossier",
            "/dossier",
            "récap",
            "déposer",
            "/dossiers",
            "/suite",
        ),
        *("où en est mon dossier", "garder ma réponse", "pourquoi", "aide", "menu", "oui"),
    )
)
WRITTEN = st.sampled_from(
    [one.id for one in FORM.fields if one.kind in {Kind.TEXT, Kind.LINE} and one.when is None]
)


class Registration(RuleBasedStateMachine):
    """Whatever three devices may do to one dossier."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.ground: Ground = self.stack.enter_context(opened())
        self.before: Seen = self.ground.seen()
        self.drawn: dict[str, str] = {}
        """By device, the fingerprint of the dossier when its last recap was drawn."""
        self.reached: set[str] = set()

    def teardown(self) -> None:
        self.stack.close()
        COVERED.update(self.reached)

    @initialize()
    def begins(self) -> None:
        assert self.before.status == "draft"

    @rule(name=st.sampled_from(DEVICES), text=TYPED, crash=st.integers(0, 9))
    def answer(self, name: str, text: str, crash: int) -> None:
        """Type something at a field."""
        self.step(name, lambda d: self.ground.say(d, text, crash=crash == 0), typed=text)

    @rule(name=st.sampled_from(DEVICES), text=WORDS)
    def words(self, name: str, text: str) -> None:
        """Go back, skip, pause, ask for the recap…"""
        self.step(name, lambda d: self.ground.say(d, text))

    @rule(name=st.sampled_from(DEVICES), nth=st.integers(0, 40), crash=st.integers(0, 9))
    def press(self, name: str, nth: int, crash: int) -> None:
        """Press one of the buttons of the last card."""
        keys = _pressed(self.device(name).card)
        self.step(name, lambda d: self.ground.press(d, keys[nth % len(keys)], crash=crash == 0))

    @rule(name=st.sampled_from(DEVICES), up=st.integers(1, 5), nth=st.integers(0, 40))
    def old(self, name: str, up: int, nth: int) -> None:
        """Press a button of an older card."""
        device = self.device(name)
        card = device.shown[-1 - min(up, len(device.shown) - 1)]
        keys = _pressed(card)
        if keys:
            self.step(name, lambda d: self.ground.press(d, keys[nth % len(keys)], card))

    @rule(name=st.sampled_from(DEVICES), field=st.sampled_from([one.id for one in FORM.fields]))
    def jump(self, name: str, field: str) -> None:
        """Come to a field from the page of the dossier."""
        dossier = self.ground.dossier(self.device(name)).id
        self.step(name, lambda d: self.ground.say(d, f"/dossier {dossier}:{field}"))

    @rule(name=st.sampled_from(DEVICES))
    def twice(self, name: str) -> None:
        """Let the last event come a second time."""
        device = self.device(name)
        if device.last:
            external, payload = device.last
            self.step(name, lambda d: self.ground.send(d, payload, external))

    @rule(name=st.sampled_from(DEVICES), fields=st.integers(1, 3))
    def some(self, name: str, fields: int) -> None:
        """Answer some of what is missing."""
        self.finish(name, fields)

    def finish(self, name: str, fields: int) -> None:
        """Answer what is missing, as the list of it leads to."""
        self.step(name, lambda d: self.ground.say(d, "/statut"))
        if self.ground.device_offers(name, "missing"):
            self.step(name, lambda d: self.ground.press(d, "missing"))
        for _ in range(fields):
            keys = [key for key, _ in self.device(name).card.choices if key.startswith("fix-")]
            if not keys:
                return
            self.step(name, lambda d, key=keys[0]: self.ground.press(d, key))
            self.mend(name)

    @rule(names=st.permutations(DEVICES), field=WRITTEN)
    def together(self, names: list[str], field: str) -> None:
        """Two devices come to a field; each writes without having seen the other."""
        one, other = names[:2]
        self.jump(one, field)
        self.jump(other, field)
        for name, text in ((one, TEXT[:300]), (other, TEXT[10:270])):
            typed = clean_text(text if FORM.find(field).kind is Kind.TEXT else text[:40])  # type: ignore[union-attr]
            self.step(name, lambda d, typed=typed: self.ground.say(d, typed), typed=typed)

    @rule(name=st.sampled_from(DEVICES[:2]), field=WRITTEN)
    def at_once(self, name: str, field: str) -> None:
        """The same, in one transaction."""
        texts = {name: clean_text(TEXT[:300]), DEVICES[2]: clean_text(TEXT[10:270])}
        if FORM.find(field).kind is Kind.LINE:  # type: ignore[union-attr]
            texts = {device: clean_text(text[:40]) for device, text in texts.items()}
        for device in texts:
            self.jump(device, field)
        asked = all(self.device(one).card.screen == f"f:{field}" for one in texts)
        self.ground.say_together({self.device(one): text for one, text in texts.items()})
        self.before = after = self.ground.seen()
        held = [after.answers.get(field, (0, ""))[1], *(v for f, v in after.rivals.values() if f == field)]
        drafts = [draft for (_, at), draft in after.drafts.items() if at == field]
        kept = orjson.dumps([held, drafts]).decode()
        assert not asked or all(orjson.dumps(text).decode()[1:-1] in kept for text in texts.values()), (
            field,
            kept,
        )

    def mend(self, name: str) -> None:
        """Give the field of the last card a value that it takes."""
        card = self.device(name).card
        field = FORM.find(card.screen.partition(":")[2])
        keys = [key for key, _ in card.choices]
        if card.screen.startswith("clash:"):
            self.step(name, lambda d: self.ground.press(d, "second"))
        elif field is not None and card.screen.startswith("f:") and keys and field.kind is not Kind.CHOICES:
            self.step(name, lambda d: self.ground.press(d, keys[-1]))
        else:
            text = GOOD.get(field.id if field else card.screen.partition(":")[2].partition(".")[0], TEXT)
            self.step(name, lambda d: self.ground.say(d, text), typed=text)

    @rule(name=st.sampled_from(DEVICES[:2]), crash=st.booleans())
    def submit(self, name: str, crash: bool) -> None:  # noqa: FBT001 - drawn
        """Ask to submit, and confirm what is then shown."""
        self.finish(name, 20)
        self.step(name, lambda d: self.ground.say(d, "/deposer"))
        if self.device(name).card.screen == "submit":
            self.step(name, lambda d: self.ground.press(d, "submit", crash=crash))

    @precondition(lambda self: self.before.status != "withdrawn")
    @rule(name=st.sampled_from(DEVICES[:2]), sure=st.integers(0, 3))
    def withdraw(self, name: str, sure: int) -> None:
        """Withdraw, and one time in four confirm it."""
        self.step(name, lambda d: self.ground.say(d, "/statut"))
        if self.ground.device_offers(name, "withdraw"):
            self.step(name, lambda d: self.ground.press(d, "withdraw"))
            self.step(name, lambda d: self.ground.press(d, "withdrawn" if sure == 0 else "stay"))

    @precondition(lambda self: self.before.status == "withdrawn")
    @rule(name=st.sampled_from(DEVICES[:2]))
    def reopen(self, name: str) -> None:
        """Take the dossier back."""
        self.step(name, lambda d: self.ground.say(d, "/statut"))
        self.step(name, lambda d: self.ground.press(d, "reopen"))
        self.step(name, lambda d: self.ground.press(d, "reopened"))

    @precondition(lambda self: self.before.status == "submitted")
    @rule()
    def send_back(self) -> None:
        """The team sends the dossier back to be corrected."""
        Team(self.ground.core, self.ground.clock)("renvoi : précisez le titre")
        self.before = self.ground.seen()
        self.reached.add("sent back")

    def device(self, name: str) -> Device:
        return self.ground.devices[name]

    def step(self, name: str, act: object, typed: str = "") -> None:
        """Do one thing, and look at all that must hold."""
        device, before = self.device(name), self.before
        at = self.ground.place(device)
        card, spot = device.card, spot_of(at.talk.place)
        shown = act(device)  # type: ignore[operator]
        after = self.before = self.ground.seen()
        where = f"{name} at {card.screen} ({spot}), answered {[one.screen for one in shown]}"
        self.check_answers(before, after, spot, where)
        self.check_typed(card, spot, at.person_id or "", typed, after, shown, where)
        self.check_drafts(before, after, spot, at.person_id or "", where)
        self.check_submission(name, before, after, where)
        self.check_card(device, where)
        self.reached.add(after.status)
        self.reached.add(device.card.screen.partition(":")[0])

    def check_answers(self, before: Seen, after: Seen, spot: Spot, where: str) -> None:
        """An answer changes where it was asked, by who saw the one before; every value that ever was leaves a trace."""
        assert before.answers.keys() <= after.answers.keys(), where
        changed = {f for f, now in after.answers.items() if before.answers.get(f, (0,))[:2] != now[:2]}
        step = FORM.step_of(spot.target) if changed and FORM.find(spot.target) else None
        for field in changed:
            version = before.answers.get(field, (0,))[0]
            assert after.answers[field][0] == version + 1, where
            assert before.status in {"draft", "to_correct"}, where
            alone = field == spot.target
            assert alone or (
                step and after.answers[field][1] is None and field in {f.id for f in step.fields}
            ), where
            same = version and before.answers[field][1] == after.answers[field][1]
            empty = version and before.answers[field][1] is None
            assert not alone or spot.seen in {None, version} or same or empty, (
                f"lost update of {field}: {where}"
            )
        gone = before.rivals.keys() - after.rivals.keys()
        assert [before.rivals[one][0] for one in gone] in ([], [spot.target]), where
        new = after.rivals.keys() - before.rivals.keys()
        assert [after.rivals[one][0] for one in new] in ([], [spot.target]), where
        assert after.writes == before.writes + len(changed) + len(new), where

    def check_typed(
        self,
        card: Message,
        spot: Spot,
        person: str,
        typed: str,
        after: Seen,
        shown: list[Message],
        where: str,
    ) -> None:
        """What was typed at a text is its value, a rival, a draft of its author, or given back."""
        kind, _, field = card.screen.partition(":")
        if (
            not typed
            or kind not in {"f", "doubt", "note", "two"}
            or FORM.find(field) is None
            or field != spot.target
        ):
            return
        if FORM.find(field).kind not in {Kind.TEXT, Kind.LINE}:  # type: ignore[union-attr]
            return
        if typed in {"non", "tout"} or not shown:
            return
        held = [after.answers.get(field, (0, ""))[1], after.drafts.get((person, field))]
        held += [value for name, value in after.rivals.values() if name == field]
        kept = orjson.dumps(held).decode()
        words = " ".join(text for one in shown for _, texts in one.blocks for text in texts)
        one_line = orjson.dumps(clean_text(typed)).decode()[1:-1]
        assert one_line in kept or typed in words, f"{typed!r} is lost: {where}"

    def check_drafts(self, before: Seen, after: Seen, spot: Spot, person: str, where: str) -> None:
        """A draft is its author's; it changes or goes at its own field alone."""
        other = {key for key in before.drafts.keys() | after.drafts.keys() if key != (person, spot.target)}
        assert {k: before.drafts.get(k) for k in other} == {k: after.drafts.get(k) for k in other}, where

    def check_submission(self, name: str, before: Seen, after: Seen, where: str) -> None:
        """One receipt for good; what is submitted is what this device was last shown."""
        assert before.receipt in {None, after.receipt}, where
        assert (after.receipt is not None) == bool(after.submitted), where
        assert after.submitted[: len(before.submitted)] == before.submitted, where
        assert len(after.submitted) <= len(before.submitted) + 1, where
        if len(after.submitted) > len(before.submitted):
            fingerprint, content = after.submitted[-1]
            assert fingerprint == self.drawn[name], f"submitted is not what was shown: {where}"
            kept = {field: now[1] for field, now in after.answers.items() if now[1] is not None}
            given = orjson.loads(content)["answers"]
            assert given.items() <= kept.items(), where
            self.reached.add(f"submitted {len(after.submitted)}")

    def check_card(self, device: Device, where: str) -> None:
        """There is always a way on and out; a recap shows all of the dossier as it is when it is drawn."""
        card = device.card
        assert card.choices or card.actions, where
        keys = {key for key, _ in (*card.choices, *card.actions)}
        assert keys & {"pause", "menu", "help", "relire"} or card.screen in {
            "menu",
            "code",
            "which",
            "erase",
        }, where
        assert not self.ground.unhandled(), where
        if card.screen == "submit":
            dossier = self.ground.dossier(device)
            recap = resolve(final(FORM, dossier), card.nonce, self.ground.core.wording, "fr")
            if _told(recap) <= _told(card):
                self.drawn[device.address] = self.ground.fingerprint(device)

    @invariant()
    def one_receipt(self) -> None:
        given = {
            blocks[0][1][0]
            for d in self.ground.devices.values()
            for card in d.letters
            if (blocks := card.blocks)
        }
        numbers = {heading.rpartition(" ")[2] for heading in given if heading.startswith("Dossier déposé")}
        assert len(numbers) <= 1, numbers


AVOIDED = {"begin", "erase", "langue", "fr", "en", "left", "handed", "taken", "confidentialite"}
"""What would leave this dossier, its people or its language."""


def _pressed(card: Message) -> list[str]:
    return [key for key, _ in (*card.choices, *card.actions) if key not in AVOIDED] or ["help"]


def _told(message: Message) -> set[tuple[str, str]]:
    return {(kind, text) for kind, texts in message.blocks for text in texts}


GOOD = {
    "headcount": "12", "title": "Une initiative exemple", "summary": TEXT, "themes": "1 3", "started": "mars 2012",
    "risk": TEXT, "indicators": "Absences ; 12 ; 7 ; mars 2013", "rules": "oui", "news": "aucune",
}  # fmt: skip
COVERED: set[str] = set()
REACHED = {
    "draft",
    "submitted",
    "to_correct",
    "withdrawn",
    "submitted 1",
    "submitted 2",
    "clash",
    "doubt",
    "submit",
}


def play(runs: int, steps: int) -> None:
    COVERED.clear()
    run = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=runs < 100,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Registration, settings=run)


def test_whatever_people_do_nothing_is_lost() -> None:
    play(15, 30)
    assert {"draft", "submitted", "submitted 1", "submit", "clash"} <= COVERED, COVERED


@pytest.mark.campaign
def test_whatever_people_do_nothing_is_lost_at_length() -> None:
    play(int(os.environ.get("RUNS", "2000")), 50)
    assert COVERED >= REACHED, REACHED - COVERED

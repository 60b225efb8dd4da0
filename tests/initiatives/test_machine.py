"""Registration as a state machine: two devices of an owner and one of a colleague do whatever they like, files come and are
examined, the process dies in the middle and between two steps, events come twice. What must hold is in ``watch``.
"""

from __future__ import annotations

import os

import orjson
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from initiatives.ground import DEVICES, FORM
from initiatives.inputs import ASKED, FILES, GOOD, MB, TYPED, WORDS, WRITTEN, pressed
from initiatives.life import TEXT
from initiatives.porter import REASONS
from initiatives.team import Team
from initiatives.watch import Watched

from bot import plain
from rallynov.initiatives.attachments.kinds import Why
from rallynov.initiatives.model import Kind
from rallynov.initiatives.spots import Spot, View
from rallynov.text import clean_text


class Registration(Watched):
    """Whatever three devices may do to one dossier."""

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
        keys = pressed(self.device(name).card)
        self.step(name, lambda d: self.ground.press(d, keys[nth % len(keys)], crash=crash == 0))

    @rule(name=st.sampled_from(DEVICES), up=st.integers(1, 5), nth=st.integers(0, 40))
    def old(self, name: str, up: int, nth: int) -> None:
        """Press a button of an older card."""
        device = self.device(name)
        card = device.shown[-1 - min(up, len(device.shown) - 1)]
        keys = pressed(card)
        if keys:
            self.step(name, lambda d: self.ground.press(d, keys[nth % len(keys)], card))

    @rule(name=st.sampled_from(DEVICES), field=ASKED)
    def jump(self, name: str, field: str) -> None:
        """Come to a field from the page of the dossier."""
        self.step(name, lambda d: self.ground.say(d, f"/dossier {self.id}:{field}"))

    @rule(name=st.sampled_from(DEVICES), field=ASKED, text=TYPED)
    def there(self, name: str, field: str, text: str) -> None:
        """Come to a field, and type something there."""
        self.jump(name, field)
        self.step(name, lambda d: self.ground.say(d, text), typed=text)

    @rule(name=st.sampled_from(DEVICES))
    def twice(self, name: str) -> None:
        """Let the last event come a second time."""
        device = self.device(name)
        if device.last:
            external, payload = device.last
            self.step(name, lambda d: self.ground.send(d, payload, external))

    @rule()
    def die(self) -> None:
        """End the process between two steps: all that is known is what is stored."""
        self.ground.restart()
        assert self.ground.seen() == self.before
        self.reached.add("died")

    @rule(name=st.sampled_from(DEVICES), file=FILES, dropped=st.booleans(), crash=st.integers(0, 9))
    def attach(self, name: str, file: tuple[str, int], dropped: bool, crash: int) -> None:  # noqa: FBT001 - drawn
        """Send a file: where the conversation stands, or from the page of the dossier."""
        page = Spot(View.EDIT, self.id, "files").place if dropped else None
        payload = plain.file_payload(self.ground.porter.offer(*file), page, "fr")
        before, dies = self.before, crash == 0
        self.step(name, lambda d: self.ground.send(d, payload, crash=dies))
        came = self.before.files.keys() - before.files.keys()
        assert self.device(name).card.blocks, "who sends a file hears of it"
        self.reached.add("sent" if came else "refused at once")

    @rule(files=st.tuples(FILES, FILES), name=st.sampled_from(DEVICES[:2]))
    def attach_at_once(self, files: tuple[tuple[str, int], tuple[str, int]], name: str) -> None:
        """Two people send a file in one transaction: no more are taken than there is room for."""
        page = Spot(View.EDIT, self.id, "files").place
        pairs = zip((name, DEVICES[2]), files, strict=True)
        self.ground.send_together(
            {
                self.device(one): plain.file_payload(self.ground.porter.offer(*file), page, "fr")
                for one, file in pairs
            }
        )
        before, self.before = self.before, self.ground.seen()
        assert before.standing("kept").items() <= self.before.standing("kept").items()
        self.check_room(self.before, "two files at once")

    @rule(name=st.sampled_from(DEVICES))
    def keep(self, name: str) -> None:
        """Send a good file, and wait for it."""
        self.attach(name, ("plan.pdf", 9), dropped=True, crash=1)
        while self.before.standing("waiting"):
            self.examine(good=1, size=9, why=REASONS[0])

    @precondition(lambda self: self.before.standing("waiting"))
    @rule(good=st.integers(0, 3), size=st.sampled_from((9, 5 * MB, 9 * MB)), why=st.sampled_from(REASONS))
    def examine(self, good: int, size: int, why: Why) -> None:
        """Let the worker end a file: it is kept, three times in four, or refused; then once more, which does nothing."""
        porter = self.ground.porter
        for twice in (False, True):
            job = porter.last if twice else porter.take()
            if job is not None:
                heard = porter.keep(job, size) if good else porter.refuse(job, why)
                assert not (twice and heard)
                self.worked("" if twice else job.id, "kept" if good else "refused", f"{job}")

    @precondition(lambda self: self.before.standing("waiting"))
    @rule(stored=st.booleans())
    def die_examining(self, stored: bool) -> None:  # noqa: FBT001 - drawn
        """The process dies once it has taken a file, or once the file lies in its place but no row says so."""
        job = self.ground.porter.take()
        if job is not None and stored:
            self.ground.porter.die_keeping(job, 9)
        self.die()

    @rule(name=st.sampled_from(DEVICES), nth=st.integers(0, 7))
    def take_out(self, name: str, nth: int) -> None:
        """Take a file out."""
        self.jump(name, "files")
        keys = [key for key, _ in self.device(name).card.choices if key.startswith("unfile-")]
        if keys:
            self.step(name, lambda d: self.ground.press(d, keys[nth % len(keys)]))
            self.reached.add("taken out")

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
        payloads = {self.device(one): plain.text_payload(text, "fr") for one, text in texts.items()}
        self.ground.send_together(payloads)
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

    @rule(
        name=st.sampled_from(DEVICES[:2]),
        meanwhile=st.sampled_from(("", "", "title", "file")),
        crash=st.booleans(),
    )
    def submit(self, name: str, meanwhile: str, crash: bool) -> None:  # noqa: FBT001 - drawn
        """Ask to submit, and confirm what is then shown; meanwhile the colleague may have changed it."""
        self.finish(name, 20)
        self.step(name, lambda d: self.ground.say(d, "/deposer"))
        if self.device(name).card.screen != "submit":
            return
        if meanwhile == "title":
            self.there(DEVICES[2], "title", f"Titre numéro {self.before.writes}")
        elif meanwhile == "file":
            self.keep(DEVICES[2])
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
    @rule(again=st.booleans(), name=st.sampled_from(DEVICES[:2]))
    def send_back(self, again: bool, name: str) -> None:  # noqa: FBT001 - drawn
        """The team sends the dossier back to be corrected; it may be submitted again at once."""
        Team(self.ground.core, self.ground.clock)("renvoi : précisez le titre")
        self.before = self.ground.seen()
        self.reached.add("sent back")
        if again:
            self.submit(name, "", crash=False)


REACHED = {
    *(
        "draft",
        "submitted",
        "to_correct",
        "withdrawn",
        "submitted 1",
        "submitted 2",
        "clash",
        "doubt",
        "submit",
    ),
    *("died", "sent", "refused at once", "kept", "refused", "late", "taken out", "submitted with files"),
}
"""What a campaign must have come to."""


def play(runs: int, steps: int) -> set[str]:
    """Play so many runs; return what they came to."""
    Registration.covered = set()
    run = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=runs < 100,
        phases=[Phase.generate, Phase.shrink] if runs >= 100 else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Registration, settings=run)
    return Registration.covered


def test_whatever_people_do_nothing_is_lost() -> None:
    reached = play(16, 30)
    assert {"draft", "submitted", "submitted 1", "submit", "clash", "died", "kept"} <= reached, reached


@pytest.mark.campaign
@pytest.mark.parametrize("part", range(2))
def test_whatever_people_do_nothing_is_lost_at_length(part: int) -> None:
    """2,000 runs of 50 steps, in two parts that may be played side by side."""
    reached = play(int(os.environ.get("RUNS", "2000")) // 2, 50)
    assert reached >= REACHED, REACHED - reached

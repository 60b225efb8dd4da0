"""What must hold of a dossier after every step of a run, whatever was done: nothing saved is lost, at most one receipt was
given, and what was submitted is what the recap showed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack

import orjson
from hypothesis.stateful import RuleBasedStateMachine, invariant
from initiatives.ground import FORM, Device, Ground, opened
from initiatives.seen import File, Seen

from rallynov.delivery.message import Message, resolve
from rallynov.initiatives.attachments.filing import SHOWN
from rallynov.initiatives.model import Kind
from rallynov.initiatives.screens.recap import final
from rallynov.initiatives.spots import Spot, spot_of
from rallynov.text import clean_text

OUT = {"menu", "code", "which", "erase"}
"""Screens of other subjects, which have ways out of their own."""


class Watched(RuleBasedStateMachine):
    """One dossier, three devices, and a look at everything after each step."""

    covered: set[str]
    """What all the runs have come to."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.ground: Ground = self.stack.enter_context(opened())
        self.id = self.ground.id
        self.before: Seen = self.ground.seen()
        self.drawn: dict[str, str] = {}
        """By device, the fingerprint of the dossier when its last recap was drawn."""
        self.reached: set[str] = set()

    def teardown(self) -> None:
        self.stack.close()
        self.covered.update(self.reached)

    def device(self, name: str) -> Device:
        return self.ground.devices[name]

    def step(self, name: str, act: Callable[[Device], list[Message]], typed: str = "") -> None:
        """Let a device do one thing, and look at all that must hold."""
        device, before = self.device(name), self.before
        at = self.ground.place(device)
        card, spot = device.card, spot_of(at.talk.place)
        shown = act(device)
        after = self.before = self.ground.seen()
        where = f"{name} at {card.screen} ({spot}), answered {[one.screen for one in shown]}"
        self.check_answers(before, after, spot, where)
        self.check_typed(card, spot, at.person_id or "", typed, after, shown, where)
        self.check_drafts(before, after, spot, at.person_id or "", where)
        number = int(typed) if typed.isdecimal() else 0  # of a choice, as good as its button
        chosen = card.choices[number - 1][0] if 0 < number <= len(card.choices) else ""
        self.check_files(before, after, chosen or (device.last or ("", ""))[1], where)
        self.check_submission(name, before, after, where)
        self.check_card(device, shown, where)
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

    def check_files(self, before: Seen, after: Seen, payload: str, where: str) -> None:
        """A file comes by being sent, and goes by being taken out; its row changes by the worker alone."""
        came = after.files.keys() - before.files.keys()
        gone = before.files.keys() - after.files.keys()
        assert len(came) <= 1, where
        assert all(after.files[one].state == "waiting" for one in came), where
        assert all(before.files[one] == after.files[one] for one in after.files.keys() - came), where
        assert not (came or gone) or before.status in {"draft", "to_correct"}, where
        for one in gone:
            old = before.files[one].state == "refused" and len(before.standing("refused")) >= SHOWN and came
            assert f"unfile-{one[:12]}" in payload or old, f"a file is lost: {where}"
        self.check_room(after, where)

    def check_room(self, after: Seen, where: str) -> None:
        """Files are no more, and no heavier once they are kept, than a dossier takes; each lies in its place."""
        kept = after.standing("kept")
        assert len(after.standing("waiting") | kept) <= FORM.files_most, where
        assert sum(file.size for file in kept.values()) <= FORM.total_bytes, where
        for one in kept:
            assert self.ground.porter.stored(self.id, one), f"the content of a file is lost: {where}"

    def worked(self, ended: str, state: str, where: str) -> None:
        """Look at what the worker did: it ended this file alone, in this state unless late or too heavy, and said so."""
        before, after = self.before, self.ground.seen()
        self.before = after
        changed = {
            one
            for one in before.files.keys() | after.files.keys()
            if before.files.get(one) != after.files.get(one)
        }
        assert changed <= {ended}, where
        for one in changed:
            assert before.files[one].state == "waiting", where
            why = after.files[one].reason.partition(" ")[0]
            late = before.status not in {"draft", "to_correct"} and why == "late"
            assert after.files[one].state == state or late or why == "too_much", where
            assert self.told(after.files[one]), f"nobody is told of a file: {where}"
            self.reached |= {after.files[one].state, why}
        self.check_room(after, where)
        unfiled = {name: getattr(after, name) for name in Seen.__annotations__ if name != "files"}
        assert unfiled == {name: getattr(before, name) for name in unfiled}, where

    def told(self, file: File) -> bool:
        """Whether a device was just told what became of a file."""
        letters = [one for device in self.ground.devices.values() for one in self.ground.show(device)]
        return any(
            file.name.partition(".")[0] in text
            for one in letters
            for _, texts in one.blocks
            for text in texts
        )

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
            held = orjson.loads(content)
            assert held["answers"].items() <= kept.items(), where
            files = {one: (file.name, file.size) for one, file in after.standing("kept").items()}
            assert {one: (title, size) for title, size, one in held["files"]} == files, where
            self.reached.add(f"submitted {len(after.submitted)}")
            self.reached.add("submitted with files" if files else "submitted without files")

    def check_card(self, device: Device, shown: list[Message], where: str) -> None:
        """There is always a way on and out; a recap shows all of the dossier as it is when it is drawn."""
        card = device.card
        assert card.choices or card.actions, where
        keys = {key for key, _ in (*card.choices, *card.actions)}
        assert keys & {"pause", "menu", "help", "relire"} or card.screen in OUT, where
        assert not self.ground.unhandled(), where
        if any(one.screen == "submit" for one in shown):  # else what came is a letter, or nothing
            dossier = self.ground.dossier(device)
            recap = resolve(final(FORM, dossier), card.nonce, self.ground.core.wording, "fr")
            said = _bare(text for one in shown for _, texts in one.blocks for text in texts)
            wanting = [text for _, texts in recap.blocks for text in texts if _bare([text]) not in said]
            assert not wanting, f"the recap leaves out {wanting}: {where}"
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


def _bare(texts: Iterable[str]) -> str:
    """All that is said, without the blanks: a long text is cut into several messages where it has one."""
    return "".join("".join(texts).split())

"""What is ordered of announcements, done: each on a row that is locked, by the table of ``lifecycle``, with who is told.

``OvertakenError`` takes back a turn that does not hold any more: it is decided again, and its refusal is a reply.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from rallynov.announcements import commands, filing, letters, rows
from rallynov.announcements.crowd import size
from rallynov.announcements.crowd_model import moved
from rallynov.announcements.lifecycle import Act, Refusal, allowed, taking_back, whose
from rallynov.announcements.model import REGRET, Announcement, Status
from rallynov.announcements.readers import followers, readers
from rallynov.announcements.screens.parts import TEST
from rallynov.delivery import bulk
from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.delivery.tables import OutboxStatus
from rallynov.dialogue.screens import Screen
from rallynov.editions.quiet import awake
from rallynov.editions.stages.model import Stage
from rallynov.people.permissions import Whose
from rallynov.people.roles import Grants

LEFT_OUT = (OutboxStatus.FAILED, OutboxStatus.SKIPPED)
"""States of a message that did not arrive, and that a new try may mend."""


class Doing:
    """Orders done one after the other, on announcements locked until the commit."""

    def __init__(
        self,
        tx: Connection,
        edition: str,
        locked: dict[str, Announcement],
        grants: Mapping[str, Grants],
        stages: Callable[[Connection], Collection[Stage]],
    ) -> None:
        self._tx = tx
        self._edition = edition
        self._locked = locked
        self._grants = grants
        self._stages = stages

    def do(self, order: Order) -> list[Letter]:
        """Do what is ordered; return who is to be told of it."""
        match order.command:
            case commands.OpenDraft() as command:
                self._open(order, command)
            case (
                commands.SaveContent()
                | commands.SaveTopic()
                | commands.SaveAudience()
                | commands.SaveWish()
                | commands.AttachToNews()
                | commands.Discard()
            ):
                self._write(order, order.command)
            case commands.Submit(_, seen):
                return self._submit(order, seen)
            case commands.TestToSelf():
                return [self._test(order)]
            case commands.TakeBack():
                return self._take_back(order)
            case commands.Approve() as command:
                return self._approve(order, command)
            case commands.Refuse() as command:
                return self._refuse(order, command)
            case commands.Correct() | commands.OfferCorrection() | commands.DropCorrection():
                return self._correct(order)
            case _:
                return self._steer(order)
        return []

    def _open(self, order: Order, command: commands.OpenDraft) -> None:
        draft = Announcement(command.announcement, 0, order.person, order.at, command.organisation, version=1)
        grants = self._grants.get(order.person, Grants())
        decided = allowed(Act.OPEN, None, order.person, grants)
        if isinstance(decided, Refusal) or whose(draft, grants) is not Whose.OWN:
            raise OvertakenError("no right to open")
        self._locked[draft.id] = rows.open_(self._tx, self._edition, draft)
        rows.act(self._tx, draft.id, order.at, order.person, Act.OPEN)

    def _write(self, order: Order, command: object) -> None:
        """Write in a draft, or throw it away."""
        one, _ = self._check(Act.DISCARD if isinstance(command, commands.Discard) else Act.EDIT, order)
        match command:
            case commands.SaveContent(_, content, seen):
                self._put(order, _seen(one, seen), replace(one, content=content), Act.EDIT)
            case commands.SaveTopic(_, topic, seen):
                self._put(order, _seen(one, seen), replace(one, topic=topic), Act.EDIT)
            case commands.SaveAudience(_, audience, seen):
                self._put(order, _seen(one, seen), replace(one, audience=audience), Act.EDIT)
            case commands.SaveWish(_, wish, urgent, seen):
                self._put(order, _seen(one, seen), replace(one, wish=wish, urgent=urgent), Act.EDIT)
            case commands.AttachToNews():
                filing.add(self._tx, order, command)
                rows.act(self._tx, one.id, order.at, order.person, Act.EDIT)
            case _:
                rows.discard(self._tx, one.id)
                del self._locked[one.id]

    def _submit(self, order: Order, seen: int) -> list[Letter]:
        one, status = self._check(Act.SUBMIT, order)
        told = replace(_seen(one, seen), status=status, submitted=order.at, refusal="")
        return self._for_readers(self._put(order, one, told, Act.SUBMIT), order)

    def _test(self, order: Order) -> Letter:
        one, _ = self._check(Act.FOLLOW, order)
        card = next((stage for stage in self._stages(self._tx) if stage.number == one.content.stage), None)
        shown = letters.received(one, card).led_by(TEST)
        return Letter(
            f"news-test:{one.id}:{order.seq}", (order.person,), shown, Klass.REPLY, address=order.address
        )

    def _take_back(self, order: Order) -> list[Letter]:
        """Make it a draft again; who approved it gives back their approval alone."""
        act = taking_back(self._of(order), order.person)
        one, status = self._check(act, order)
        done = self._put(order, one, replace(one, status=status, approver="", approved=None, due=None), act)
        if act is Act.TAKE_BACK:
            return []
        return [self._letter(done, order, "given-back", letters.given_back(done))]

    def _approve(self, order: Order, command: commands.Approve) -> list[Letter]:
        """Let it leave as it was read, to about as many people as were told; or let its correction be made."""
        if self._of(order).status is not Status.SUBMITTED:
            one, _ = self._check(Act.APPROVE_CORRECTION, order)
            return self._corrected(order, _seen(one, command.seen), Act.APPROVE_CORRECTION)
        one, status = self._check(Act.APPROVE, order)
        _seen(one, command.seen)
        if moved(command.counted, size(self._tx, one)):
            raise OvertakenError("not as many as were told")
        due = awake(max(one.wish or order.at, order.at + REGRET))
        told = replace(one, status=status, approver=order.person, approved=order.at, due=due)
        done = self._put(order, one, told, Act.APPROVE, str(command.counted))
        return [self._letter(done, order, "approved", letters.approved(done, due))]

    def _refuse(self, order: Order, command: commands.Refuse) -> list[Letter]:
        if self._of(order).status is not Status.SUBMITTED:
            one, _ = self._check(Act.REFUSE_CORRECTION, order)
            done = self._put(
                order, _seen(one, command.seen), _settled(one), Act.REFUSE_CORRECTION, command.reason
            )
            shown = letters.correction_refused(done, command.reason)
            return [self._letter(done, order, "kept", shown, also=one.corrector)]
        one, status = self._check(Act.REFUSE, order)
        told = replace(_seen(one, command.seen), status=status, refusal=command.reason)
        done = self._put(order, one, told, Act.REFUSE, command.reason)
        return [self._letter(done, order, "refused", letters.refused(done, command.reason))]

    def _correct(self, order: Order) -> list[Letter]:
        """Keep a correction, drop it, or give it to be read by another person; the team may have it made at once."""
        match order.command:
            case commands.Correct(_, content, seen):
                one, _ = self._check(Act.CORRECT, order)
                kept = replace(_seen(one, seen), correction=content, corrector=order.person, offered=False)
                self._put(order, one, kept, Act.CORRECT)
            case commands.DropCorrection(_, seen):
                one, _ = self._check(Act.DROP_CORRECTION, order)
                self._put(order, _seen(one, seen), _settled(one), Act.DROP_CORRECTION)
            case commands.OfferCorrection(_, urgent, seen):
                one, _ = self._check(Act.CORRECT_NOW if urgent else Act.OFFER_CORRECTION, order)
                if urgent:
                    return self._corrected(order, _seen(one, seen), Act.CORRECT_NOW)
                offered = replace(_seen(one, seen), offered=True)
                return self._for_readers(self._put(order, one, offered, Act.OFFER_CORRECTION), order)
        return []

    def _corrected(self, order: Order, one: Announcement, act: Act) -> list[Letter]:
        """Put a correction in the place of what was told; the announcer carries it to those who have it."""
        content = one.correction or one.content
        told = replace(_settled(one), content=content, revision=one.revision + 1)
        done = self._put(order, one, told, act)
        return [self._letter(done, order, "corrected", letters.corrected(done), also=one.corrector)]

    def _steer(self, order: Order) -> list[Letter]:
        """Do what is done to an announcement on its way, or once it has left."""
        match order.command:
            case commands.Pause():
                one, status = self._check(Act.PAUSE, order)
                self._put(order, one, replace(one, status=status), Act.PAUSE)
                bulk.pause(self._tx, one.id)
            case commands.Resume():
                one, status = self._check(Act.RESUME, order)
                self._put(order, one, replace(one, status=status), Act.RESUME)
            case commands.SendLate():
                one, status = self._check(Act.SEND_LATE, order)
                self._put(order, one, replace(one, status=status, due=awake(order.at)), Act.SEND_LATE)
            case commands.Resend(_, doubtful):
                act = Act.RESEND_UNKNOWN if doubtful else Act.RESEND
                one, status = self._check(act, order)
                states = (OutboxStatus.UNKNOWN,) if doubtful else LEFT_OUT
                many = bulk.again(self._tx, one.id, states, order.at)
                self._put(order, one, replace(one, status=status, ended=None), act, str(many))
            case commands.Cancel():
                one, status = self._check(Act.CANCEL, order)
                many = bulk.cancel(self._tx, one.id, order.at)
                ended = replace(_settled(one), status=status, ended=order.at)
                done = self._put(order, one, ended, Act.CANCEL, str(many))
                return [self._letter(done, order, "cancelled", letters.cancelled(done))]
            case commands.Withdraw():
                return self._withdraw(order)
        return []

    def _withdraw(self, order: Order) -> list[Letter]:
        """Take it back from everybody; what has not left does not leave."""
        one, status = self._check(Act.WITHDRAW, order)
        bulk.cancel(self._tx, one.id, order.at, "withdrawn")
        ended = one.ended or order.at
        told = replace(_settled(one), status=status, ended=ended, revision=one.revision + 1)
        done = self._put(order, one, told, Act.WITHDRAW)
        return [self._letter(done, order, "withdrawn", letters.withdrawn(done))]

    def _of(self, order: Order) -> Announcement:
        command = order.command
        named = command.announcement if isinstance(command, commands.OnAnnouncement) else ""
        if named not in self._locked:
            raise OvertakenError("no such announcement")
        return self._locked[named]

    def _check(self, act: Act, order: Order) -> tuple[Announcement, Status]:
        """Return an announcement and the status that an act leads to."""
        one = self._of(order)
        decided = allowed(act, one, order.person, self._grants.get(order.person, Grants()))
        if isinstance(decided, Refusal):
            raise OvertakenError(decided.reason)
        return one, decided

    def _put(
        self, order: Order, before: Announcement, after: Announcement, act: Act, detail: str = ""
    ) -> Announcement:
        """Write an announcement, and what was done to it."""
        done = rows.put(self._tx, before, after, order.at)
        rows.act(self._tx, done.id, order.at, order.person, act, detail)
        if act in rows.WRITING:
            done = replace(done, hands=done.hands | {order.person})
        self._locked[done.id] = done
        return done

    def _for_readers(self, one: Announcement, order: Order) -> list[Letter]:
        people = readers(self._tx, self._edition, one)
        key = f"newsroom:{one.id}:{one.version}:read"
        if people:
            return [Letter(key, people, letters.to_read(one), Klass.STAFF)]
        author = (order.person,)
        return [Letter(key, author, letters.unread(one), Klass.REPLY, address=order.address)]

    def _letter(
        self, one: Announcement, order: Order, what: str, screen: Screen, *, also: str = ""
    ) -> Letter:
        """Tell those who wrote and may still follow it, but for whoever did it themselves."""
        told = followers(self._tx, self._edition, one, also)
        people = tuple(person for person in told if person != order.person)
        return Letter(f"newsroom:{one.id}:{one.version}:{what}", people, screen, Klass.STAFF)


def _settled(one: Announcement) -> Announcement:
    """Return an announcement of which no correction waits."""
    return replace(one, correction=None, corrector="", offered=False)


def _seen(one: Announcement, seen: int) -> Announcement:
    if one.version != seen:
        raise OvertakenError("not as it was seen")
    return one

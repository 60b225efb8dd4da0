"""Dossiers in a batch of turns: what each person has, and what they order of it.

What was decided on may have changed meanwhile (a colleague, another process): it is checked again on rows that are
locked, and a turn that no longer holds is taken back whole and decided again. A refusal is thus always a reply.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions import late
from rallynov.editions.model import Calendar, Edition
from rallynov.initiatives import letters, retention, rows, sharing
from rallynov.initiatives.attachments import filing
from rallynov.initiatives.commands import (
    AddAttachment,
    AddRemark,
    JoinDossier,
    KeepAnswer,
    KeepDossiers,
    KeepDraft,
    LeaveDossier,
    OpenDossier,
    RemoveAttachment,
    RemoveSharer,
    ReopenDossier,
    SkipField,
    SubmitDossier,
    TransferDossier,
    WithdrawDossier,
)
from rallynov.initiatives.desk import Desk, Held
from rallynov.initiatives.lifecycle import Act, Moment
from rallynov.initiatives.model import DossierForm, Dossiers, Right
from rallynov.initiatives.moving import Moves
from rallynov.initiatives.tables import RemarkRow
from rallynov.initiatives.writing import Answers
from rallynov.people.model import Purpose, UseCode
from rallynov.wording import read_toml

FORM = Path(__file__).parent / "form.toml"


def load_form(path: Path = FORM) -> DossierForm:
    """Read the form; ``ContentError`` names the file and what is wrong in it."""
    return read_toml(path, DossierForm)


class Initiatives:
    """The subject of dossiers."""

    orders: Sequence[type[Command]] = (
        OpenDossier,
        KeepAnswer,
        KeepDraft,
        SkipField,
        SubmitDossier,
        WithdrawDossier,
        ReopenDossier,
        AddRemark,
        AddAttachment,
        RemoveAttachment,
        JoinDossier,
        TransferDossier,
        RemoveSharer,
        LeaveDossier,
        KeepDossiers,
        UseCode,
    )

    def __init__(self, form: DossierForm, edition: Edition, post: Post) -> None:
        self._form = form
        self._edition = edition
        self._moves = Moves(form, edition)
        self._post = post

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Dossiers]:
        """Read the dossiers of each person: one query for who has none."""
        return rows.facts(tx, self._edition.slug, list(people))

    def blank(self, person: str) -> Dossiers:
        """Return no dossier."""
        return Dossiers()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Do what was ordered, in order, on dossiers that stay locked until the commit; tell whoever is concerned."""
        ids = [named for o in orders if (named := getattr(o.command, "dossier", ""))]
        desk = Desk(tx, [] if all(isinstance(o.command, OpenDossier) for o in orders) else ids)
        answers = Answers(tx, desk, orders)
        told: list[Letter] = []
        for order in orders:
            if not self._wrote(desk, answers, order):
                answers.flush(order.at)
                told += self._done(tx, desk, order)
        answers.flush(orders[-1].at)
        self._post.send(tx, told, orders[-1].at)

    @staticmethod
    def _wrote(desk: Desk, answers: Answers, order: Order) -> bool:
        """Keep what a field is given; tell whether that was what is ordered."""
        match order.command:
            case KeepAnswer() as command:
                desk.check(Act.EDIT, command.dossier, order.person, _now(order.at))
                answers.keep(order, command)
            case SkipField() as command:
                desk.check(Act.EDIT, command.dossier, order.person, _now(order.at))
                answers.skip(order, command)
            case KeepDraft() as command:
                desk.check(Act.EDIT, command.dossier, order.person, _now(order.at))
                answers.draft(order, command)
            case _:
                return False
        return True

    def _done(self, tx: Connection, desk: Desk, order: Order) -> list[Letter]:
        """Do anything else, and return who is to be told of it."""
        match order.command:
            case OpenDossier() as command:
                self._moves.open(tx, desk, order, command)
            case SubmitDossier() as command:
                return [self._moves.submit(tx, desk, order, command)]
            case WithdrawDossier() as command:
                return [self._moves.withdraw(tx, desk, order, command)]
            case ReopenDossier() as command:
                return [self._moves.reopen(tx, desk, order, command)]
            case AddRemark() as command:
                held, _ = desk.check(Act.COMMENT, command.dossier, order.person, _now(order.at))
                return _remark(tx, desk, held, order, command)
            case AddAttachment() as command:
                filing.add(tx, desk, order, command, self._form)
            case RemoveAttachment() as command:
                filing.remove(tx, desk, order, command)
            case KeepDossiers():
                retention.keep(tx, order.person, order.at)
            case UseCode(purpose, code) if purpose == Purpose.LATE:
                self._let_in(tx, order, code)
            case _:
                return _shared(tx, desk, order)
        return []

    def _let_in(self, tx: Connection, order: Order, code: str) -> None:
        """Count the use of a late code, which was found to be good in this very transaction."""
        digest = late.digest_of(code)
        if known := late.find(tx, self._edition.slug, [digest]).get(digest):
            late.use(tx, self._edition.slug, order.person, known, order.at)


def _shared(tx: Connection, desk: Desk, order: Order) -> list[Letter]:
    """Do what concerns the people of a dossier."""
    match order.command:
        case JoinDossier() as command:
            return sharing.join(tx, desk, order, command)
        case TransferDossier() as command:
            return sharing.transfer(tx, desk, order, command)
        case RemoveSharer() as command:
            return sharing.remove(tx, desk, order, command)
        case LeaveDossier() as command:
            return sharing.leave(tx, desk, order, command)
    return []


def _now(at: datetime) -> Moment:
    """Return a moment for what no date forbids."""
    return Moment(at, Calendar())


def _remark(tx: Connection, desk: Desk, held: Held, order: Order, command: AddRemark) -> list[Letter]:
    """Keep a comment, and tell the owner; not of their own."""
    row = {"dossier_id": command.dossier, "field": command.field, "author": order.person}
    tx.execute(insert(RemarkRow), [row | {"text": command.text, "at": order.at}])
    owners = [one.person for one in held.sharers.values() if one.right is Right.OWN]
    told = tuple(person for person in owners if person != order.person)
    title, by = letters.named(desk.title(held.id)), held.sharers[order.person].name
    shown = letters.remarked(title, by, command.field, command.text)
    return [Letter(f"dossier:event-{order.seq}:remark", told, shown)]

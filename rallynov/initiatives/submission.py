"""The dialogue of a dossier's state: submitting, withdrawing, taking back, and what may be done where it stands. Pure."""

from __future__ import annotations

from dataclasses import replace

from rallynov.dialogue.screens import Choice, Screen, note, text
from rallynov.dialogue.turn import Command, Move, Scene
from rallynov.dialogue.words import Words, say
from rallynov.editions.model import Calendar
from rallynov.initiatives.attachments.model import waits
from rallynov.initiatives.commands import ReopenDossier, SubmitDossier, WithdrawDossier
from rallynov.initiatives.lifecycle import Act, Reason, Refusal, allowed, fingerprint
from rallynov.initiatives.model import Dossier, DossierForm, Dossiers, Status
from rallynov.initiatives.screens import home, recap
from rallynov.initiatives.screens.parts import CARRY_ON, MISSING, PEOPLE, RECAP, SUBMIT
from rallynov.initiatives.screens.people import REMARKS
from rallynov.initiatives.spots import Spot, View
from rallynov.people.consents.model import Consents

ACTS = {View.SUBMIT: Act.SUBMIT, View.WITHDRAW: Act.WITHDRAW, View.REOPEN: Act.REOPEN}
DATED = frozenset((Reason.TOO_EARLY, Reason.TOO_LATE, Reason.CORRECTION_OVER))
_CHECKED: Words = say("A file is still being checked: it takes a few seconds. Then you can submit.")
_CHANGED: Words = say("The dossier has changed since you read it. Here it is as it now stands.")


class Submission:
    """The acts that change the state of a dossier."""

    def __init__(self, form: DossierForm) -> None:
        self._form = form

    def refusal(self, act: Act, dossier: Dossier, scene: Scene) -> Refusal | None:
        """Return why an act may not be done now; None when it may."""
        decided = allowed(act, dossier, scene.of(Calendar), scene.said or scene.received)
        return decided if isinstance(decided, Refusal) else None

    def ask(self, spot: Spot, dossier: Dossier, scene: Scene) -> Move:
        """Go to the last recap before a submission; to what is missing, or say why it cannot be now."""
        refused = self.refusal(Act.SUBMIT, dossier, scene)
        if refused:
            dated = refused.reason in DATED  # where it stands says so already
            return Move(to=spot.to(View.STATUS).place, lead=() if dated else (text(refused.words),))
        if recap.left(self._form, dossier):
            return Move(to=spot.to(View.MISSING).place)
        if waits(dossier):
            return Move(to=spot.to(View.RECAP).place, lead=(text(_CHECKED),))
        return Move(to=spot.to(View.SUBMIT, fingerprint(self._form, dossier)).place)

    def resolved(self, spot: Spot, dossier: Dossier, scene: Scene) -> Spot:
        """Return an act's view, or where the dossier stands when it may not be done."""
        if self.refusal(ACTS[spot.view], dossier, scene):
            return spot.to(View.STATUS)
        if spot.view is View.SUBMIT and recap.left(self._form, dossier):
            return spot.to(View.MISSING)
        return spot.to(View.RECAP) if spot.view is View.SUBMIT and waits(dossier) else spot

    def screen(self, spot: Spot, dossier: Dossier) -> Screen:
        """Ask before an act."""
        match spot.view:
            case View.SUBMIT:
                return recap.final(self._form, dossier)
            case View.WITHDRAW:
                return home.withdraw(self._form, dossier)
            case _:
                return home.reopen(self._form, dossier)

    def choose(self, spot: Spot, dossier: Dossier, key: str, scene: Scene) -> Move:
        """Do an act that was confirmed."""
        said = scene.said or scene.received
        match key:
            case "submit":
                return self._submit(spot, dossier, scene)
            case "withdrawn":
                lead = say("Your dossier is withdrawn.")
                return self._moved(
                    spot, replace(dossier, status=Status.WITHDRAWN), WithdrawDossier(dossier.id), scene, lead
                )
            case "reopened":
                lead = say("Your dossier is a draft again: kept, not submitted.")
                return self._moved(
                    spot, replace(dossier, status=Status.DRAFT), ReopenDossier(dossier.id, said), scene, lead
                )
            case "not_yet" | "back":
                return Move(
                    to=spot.to(View.RECAP).place, lead=(note(say("Nothing is submitted: it stays kept.")),)
                )
            case _:
                return Move(to=spot.to(View.STATUS).place)

    def _submit(self, spot: Spot, dossier: Dossier, scene: Scene) -> Move:
        """Submit what was read; when it has changed since, show it again."""
        now = fingerprint(self._form, dossier)
        if now != spot.target:
            return Move(to=spot.to(View.SUBMIT, now).place, lead=(text(_CHANGED),))
        told = replace(dossier, status=Status.SUBMITTED, submitted_at=scene.now)
        order = SubmitDossier(dossier.id, now, scene.said or scene.received)
        return self._moved(spot, told, order, scene, None)

    def _moved(self, spot: Spot, told: Dossier, order: Command, scene: Scene, lead: Words | None) -> Move:
        after = scene.having(scene.of(Dossiers).having(told))
        return Move(spot.to(View.STATUS).place, (order,), (note(lead),) if lead else (), after)

    def offers(self, dossier: Dossier, scene: Scene) -> tuple[Choice, ...]:
        """Return what can be done with a dossier where it stands."""
        editable = self.refusal(Act.EDIT, dossier, scene) is None
        lacks = bool(recap.left(self._form, dossier))
        offered: list[Choice] = []
        if editable:
            offered += [CARRY_ON, MISSING] if lacks else []
            offered += (
                [SUBMIT]
                if recap.ready(self._form, dossier) and not self.refusal(Act.SUBMIT, dossier, scene)
                else []
            )
            late = self.refusal(Act.SUBMIT, dossier, scene)
            offered += [home.CODE, home.PERSON] if late and late.reason is Reason.TOO_LATE else []
            offered += [home.PERSON] if late and late.reason is Reason.CORRECTION_OVER else []
        offered += [RECAP, PEOPLE]
        if dossier.others or dossier.remarks:
            offered.append(REMARKS)
        for act, choice in ((Act.REOPEN, home.REOPEN), (Act.WITHDRAW, home.WITHDRAW)):
            offered += [choice] if not self.refusal(act, dossier, scene) else []
        if editable and scene.of(Consents).reminded:
            offered.append(home.NO_REMINDERS)
        return (*offered, home.PAPERS)

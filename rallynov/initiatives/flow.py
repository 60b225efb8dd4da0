"""The dialogue of dossiers: opening one, its fields, recap, submission, where it stands, correcting, withdrawing. Pure.

*Kept* and *submitted* are never told in the same word. Every act is asked of the life cycle again, whatever was offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.diagnosis.asking import Threshold
from rallynov.diagnosis.model import Grid
from rallynov.dialogue.events import Commanded, OfferedFile
from rallynov.dialogue.screens import Screen, note, quote, text
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Typed, say
from rallynov.editions.model import Calendar
from rallynov.initiatives.asking import Asking
from rallynov.initiatives.attachments import words
from rallynov.initiatives.attachments.model import adding, offered
from rallynov.initiatives.commands import KeepDossiers, OpenDossier
from rallynov.initiatives.coowners import SHARING, Coowners
from rallynov.initiatives.lifecycle import Act, Refusal, allowed
from rallynov.initiatives.model import Dossier, DossierForm, Dossiers, Field, Status
from rallynov.initiatives.pending import Reader
from rallynov.initiatives.screens import home, recap
from rallynov.initiatives.screens.parts import due
from rallynov.initiatives.spots import ASKING, NAME, Spot, View, spot_of
from rallynov.initiatives.submission import Submission
from rallynov.people.consents.model import Consents, Remind, Source
from rallynov.people.model import Person

_NOT_TAKEN = say(
    "I have not taken this for an answer. If it belongs in your dossier, send it again at its question."
)
_KEPT = say("What you have not submitted is kept: it stays for three months at least.")
_GONE = (note(say("You do not share this dossier any more.")),)
OWN_VIEWS = frozenset((View.SUBMIT, View.WITHDRAW, View.REOPEN))


class DossierDialogue:
    """Dossiers in conversation; ``notice`` is the version of the privacy notice in force."""

    name = NAME
    commands: Sequence[str] = (
        "dossier",
        "dossiers",
        "statut",
        "deposer",
        "relire",
        "reread",
        "suite",
        "sansrappel",
        "noreminders",
        "garder",
    )

    def __init__(self, form: DossierForm, read: Reader, grid: Grid, notice: str) -> None:
        self._form = form
        self._threshold = Threshold(grid, notice)
        self._asking = Asking(form, read, self._after)
        self._submission = Submission(form)
        self._coowners = Coowners(form)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the notice, a field, a recap, or where the dossier stands, whichever the facts call for."""
        if not self._threshold.crossed(scene):
            return home.notice(again=bool(scene.of(Person).noticed))
        spot = self._resolved(spot_of(place), scene)
        if spot.view is View.JOIN:
            return self._coowners.joining(spot, scene)
        dossier = scene.of(Dossiers).find(spot.dossier)
        if dossier is None:
            return self._none(spot, scene)
        if spot.view in ASKING:
            return self._asking.screen(self._asking.at(spot, dossier, self._field(spot), scene))
        if spot.view in SHARING:
            return self._coowners.screen(spot, dossier)
        if spot.view in OWN_VIEWS:
            return self._submission.screen(spot, dossier)
        return self._read(spot, dossier, scene)

    def _read(self, spot: Spot, dossier: Dossier, scene: Scene) -> Screen:
        """Draw what is only read of a dossier; where it stands, when nothing else is named."""
        said = scene.said or scene.received
        dated = due(dossier, scene.of(Calendar), said)
        match spot.view:
            case View.GONE:
                return home.gone()
            case View.MISSING:
                return recap.wanting(self._form, dossier, dated)
            case View.PAPERS:
                return home.papers(self._form, dossier)
            case View.RECAP:
                return self._recap(spot, dossier, scene)
        offers = self._submission.offers(dossier, scene)
        return home.status(self._form, dossier, dated, offers, said, several=len(scene.of(Dossiers).mine) > 1)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        if key == "accept":
            told, accepted = self._threshold.accept(scene)
            return Move(place, (accepted,), scene=told)
        spot = self._resolved(spot_of(place), scene)
        mine = scene.of(Dossiers)
        dossier = mine.find(spot.dossier)
        if key == "begin":
            return self._open(scene)
        if key in {"another", "blank"}:
            return Move(to=Spot(View.OPEN if key == "another" else View.BLANK).place)
        if dossier is None:
            if spot_of(place).dossier:
                return Move(to=Spot().place, lead=_GONE)
            nth = key.removeprefix("go-")
            chosen = mine.mine[int(nth)] if nth.isdigit() and int(nth) < len(mine.mine) else None
            return Move(to=Spot(View.STATUS, chosen.id).place if chosen else Spot().place)
        if spot.view in ASKING:
            return self._asking.choose(self._asking.at(spot, dossier, self._field(spot), scene), key)
        if spot.view in SHARING:
            return self._coowners.choose(spot, dossier, key, scene)
        if spot.view in OWN_VIEWS:
            return self._submission.choose(spot, dossier, key, scene)
        return self._around(spot, dossier, key, scene)

    def write(self, place: Place, typed: str, scene: Scene) -> Move | None:
        """Read what is typed as the answer to a field, a comment or a name."""
        if not self._threshold.crossed(scene):
            return None
        spot = self._resolved(spot_of(place), scene)
        if spot.view is View.JOIN:
            return self._coowners.join(spot, typed, scene)
        dossier = scene.of(Dossiers).find(spot.dossier)
        if dossier is None:
            return Move(to=Spot().place, lead=_GONE) if spot_of(place).dossier else None
        if spot.view in ASKING:
            return self._asking.write(self._asking.at(spot, dossier, self._field(spot), scene), typed)
        if spot_of(place).view in ASKING:  # it was a question when it was shown
            refused = self._submission.refusal(Act.EDIT, dossier, scene)
            return Move(
                to=spot.place, lead=(quote(Typed(typed)), text(refused.words if refused else _NOT_TAKEN))
            )
        return self._coowners.write(spot, dossier, typed, scene)

    def attach(self, place: Place, file: OfferedFile, scene: Scene) -> Move | None:
        """Add a file to the dossier at hand; None when there is none, or when it may not be changed."""
        mine, spot = scene.of(Dossiers), self._resolved(spot_of(place), scene)
        dossier = mine.find(spot.dossier) or (mine.mine[0] if len(mine.mine) == 1 else None)
        if dossier is None or not self._threshold.crossed(scene) or not self._editable(dossier, scene):
            return None
        if refused := offered(self._form, dossier, file):
            return Move(lead=(text(words.why(refused, self._form)),))
        told, order = adding(dossier, file, scene.secret)
        lead = (note(words.line(told.attachments[-1], self._form)),)
        return Move(None, (order,), lead, scene.having(mine.having(told)))

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Decide on a command given from anywhere; with an argument, it is a place of a dossier."""
        mine = scene.of(Dossiers)
        if command.name == "garder":
            return Move(None, (KeepDossiers(),), (note(_KEPT),))
        if not self._threshold.crossed(scene) or not mine.mine:
            return Move(to=Spot().place)
        if command.name in {"sansrappel", "noreminders"}:
            return _unreminded(scene)
        here = spot_of(Place(NAME, command.argument)) if command.argument else spot_of(place)
        one = mine.find(here.dossier) if command.argument or place.dialogue == NAME else None
        dossier = one or (mine.mine[0] if len(mine.mine) == 1 else None)
        if command.name == "dossiers" or dossier is None:
            return Move(to=Spot(View.LIST).place)
        spot = Spot(View.STATUS, dossier.id)
        match command.name:
            case "statut":
                return Move(to=spot.place)
            case "relire" | "reread":
                return Move(to=spot.to(View.RECAP).place)
            case "deposer":
                return self._submission.ask(spot, dossier, scene)
            case _:
                on = spot.to(View.NEXT) if command.name == "suite" else self._main(dossier)
                asked = here if one and command.argument else on
                return Move(to=self._pinned(self._resolved(asked, scene), scene).place)

    def _none(self, spot: Spot, scene: Scene) -> Screen:
        if spot.view is View.BLANK:
            return home.blank()
        mine, calendar = scene.of(Dossiers), scene.of(Calendar)
        said = scene.said or scene.received
        opens = allowed(Act.OPEN, None, calendar, said)
        if spot.view is View.LIST:
            return home.listed(self._form, mine, said, another=not isinstance(opens, Refusal))
        return home.opening(self._form, calendar, opens if isinstance(opens, Refusal) else None)

    def _open(self, scene: Scene) -> Move:
        """Open a dossier, and ask its first field."""
        said = scene.said or scene.received
        decided = allowed(Act.OPEN, None, scene.of(Calendar), said)
        if isinstance(decided, Refusal):
            return Move(to=Spot(View.OPEN).place)
        dossier = Dossier(scene.secret, updated_at=scene.now)
        order = OpenDossier(dossier.id, self._form.version, said)
        told = scene.having(scene.of(Dossiers).having(dossier))
        return Move(self._after(Spot(View.NEXT, dossier.id), dossier).place, (order,), (), told)

    def _around(self, spot: Spot, dossier: Dossier, key: str, scene: Scene) -> Move:
        """Go from one view of a dossier to another."""
        head, _, tail = key.partition("-")
        match head:
            case "edit" | "fix":
                return Move(to=self._pinned(spot.to(View(head), tail), scene).place)
            case "step":
                return Move(to=spot.to(View.RECAP, tail).place)
            case "remark":
                return Move(to=spot.to(View.REMARKS, tail).place)
            case "missing" | "people" | "withdraw" | "reopen" | "leave" | "remarks" | "papers":
                return Move(to=spot.to(View(head)).place)
            case _:
                return Move(to=spot.to(View.STATUS).place)

    def _recap(self, spot: Spot, dossier: Dossier, scene: Scene) -> Screen:
        editable = self._editable(dossier, scene)
        step = next((one for one in self._form.steps if one.id == spot.target), None)
        if step is None:
            said = scene.said or scene.received
            dated = due(dossier, scene.of(Calendar), said)
            return recap.recap(self._form, dossier, dated, said, editable=editable)
        return recap.recap_step(self._form, dossier, step, editable=editable)

    def _resolved(self, spot: Spot, scene: Scene) -> Spot:
        """Return where a person really is: what they no longer share, may no longer do or are not asked is elsewhere."""
        mine = scene.of(Dossiers)
        dossier = mine.find(spot.dossier)
        if spot.view is View.JOIN:
            return spot if dossier is None else spot.to(View.STATUS)
        if dossier is None:
            return self._home(spot, mine, scene)
        if spot.view in ASKING:
            return self._asked(spot, dossier, scene)
        if spot.view is View.MISSING and not recap.left(self._form, dossier):
            return spot.to(View.RECAP)
        return self._submission.resolved(spot, dossier, scene) if spot.view in OWN_VIEWS else spot

    def _home(self, spot: Spot, mine: Dossiers, scene: Scene) -> Spot:
        if spot.view is View.BLANK:
            return spot
        if spot.view is View.OPEN or not mine.mine:
            return Spot(View.OPEN)
        if spot.view is View.LIST or len(mine.mine) > 1:
            return Spot(View.LIST)
        return self._resolved(self._main(mine.mine[0]), scene)

    @staticmethod
    def _main(dossier: Dossier) -> Spot:
        """Return where to go on with a dossier: a draft, at its next field; one sent back, at what is asked of it."""
        return Spot(View.NEXT if dossier.status is Status.DRAFT else View.STATUS, dossier.id)

    def _asked(self, spot: Spot, dossier: Dossier, scene: Scene) -> Spot:
        """Return the field that is asked; where the dossier stands, when it may not be changed."""
        if not self._editable(dossier, scene):
            return spot.to(View.STATUS)
        field = self._form.find(spot.target)
        if field and field.applies(self._form.given(dossier)):
            return spot
        return spot.to(View.GONE, spot.target) if spot.target else self._after(spot.to(View.NEXT), dossier)

    def _after(self, spot: Spot, dossier: Dossier) -> Spot:
        """Return where a field leads: to the next one; or back to the list or the recap that it was changed from."""
        left = recap.left(self._form, dossier)
        if spot.view is View.FIX:
            return spot.to(View.MISSING) if left else spot.to(View.RECAP)
        if spot.view is View.EDIT:
            return spot.to(View.RECAP, self._form.step_of(spot.target).id)
        passed = {name for name, answer in (dossier.answers or {}).items() if answer.skipped}
        field = self._asking.questions.questions.next_open(self._form.given(dossier), passed)
        if field is None:
            return spot.to(View.MISSING) if left else spot.to(View.RECAP)
        return spot.to(View.NEXT, field.id, dossier.seen(field.id))

    def _pinned(self, spot: Spot, scene: Scene) -> Spot:
        """Note the version of the field that is about to be drawn."""
        dossier = scene.of(Dossiers).find(spot.dossier)
        if dossier is None or spot.view not in ASKING or not spot.target:
            return spot
        return replace(spot, seen=dossier.seen(spot.target))

    def _field(self, spot: Spot) -> Field:
        """Return the field of a spot that was resolved; ``LookupError`` when it was not."""
        field = self._form.find(spot.target)
        if field is None:
            raise LookupError(spot.target)
        return field

    def _editable(self, dossier: Dossier, scene: Scene) -> bool:
        return self._submission.refusal(Act.EDIT, dossier, scene) is None


def _unreminded(scene: Scene) -> Move:
    """Give up the reminders, of these dossiers and of any other."""
    told = scene.having(replace(scene.of(Consents), reminded=False))
    order = Remind(on=False, source=Source.COMMAND)
    return Move(None, (order,), (note(say("You will not be reminded of your dossiers any more.")),), told)

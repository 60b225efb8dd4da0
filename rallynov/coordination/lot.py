"""Some dossiers on which somebody of the team acts: locked, with who may act on each, and what became of the act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from rallynov.coordination.model import Staff
from rallynov.dialogue.words import Words, say
from rallynov.editions.model import Edition
from rallynov.initiatives.aside import set_aside
from rallynov.initiatives.desk import Desk, Held
from rallynov.initiatives.model import Right, Sharer
from rallynov.initiatives.tables import DossierRow
from rallynov.people.permissions import Action, Whose

NOT_ALLOWED = say("You may not do this with a dossier that you share.")
GONE = say("This dossier is not there any more.")
ASIDE = say(
    "Somebody asked that what is theirs be kept without being used: nothing is done with it meanwhile."
)
OLD = say("It has changed while you were reading it: read it again. Nothing was done with it.")
_READS = frozenset(
    (Action.REQUEST_CORRECTION, Action.JUDGE_DOSSIER, Action.RELEASE_VERDICTS, Action.ANNOTATE_DOSSIER)
)
"""What is not done with a dossier that is set aside; its people are still written to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act: the dossiers with which it was done, and why it was not with others.

    ``same`` are those of the former that were so before: what takes the act back leaves them as they are.
    """

    done: tuple[str, ...] = ()
    refused: tuple[tuple[str, Words], ...] = ()
    same: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The dossiers that the act has changed."""
        same = set(self.same)
        return tuple(one for one in self.done if one not in same)

    def plus(self, other: Outcome) -> Outcome:
        """Return both together."""
        return Outcome((*self.done, *other.done), (*self.refused, *other.refused), (*self.same, *other.same))


class Lot:
    """Some dossiers on which somebody acts: locked, with why each cannot be, and what became of the others."""

    def __init__(
        self,
        tx: Connection,
        staff: Staff,
        dossiers: Sequence[str],
        action: Action,
        edition: Edition,
        seen: int = 0,
    ) -> None:
        self.desk = Desk(tx, dossiers)
        self.open: list[Held] = []
        self._refused: list[tuple[str, Words]] = []
        self._done: list[str] = []
        self._same: list[str] = []
        aside = _aside(tx, dossiers) if action in _READS else frozenset()
        for one in dict.fromkeys(dossiers):
            held = self.desk.find(one)
            if held is None or held.edition != edition.slug:
                self._refused.append((one, GONE))
            elif one in aside:
                self._refused.append((one, ASIDE))
            elif seen not in {0, held.version}:
                self._refused.append((one, OLD))
            elif staff.may(action, Whose.OWN if staff.person in held.sharers else Whose.OTHER):
                self.open.append(held)
            else:
                self._refused.append((one, NOT_ALLOWED))

    def ended(self, dossier: str, why: Words | None = None) -> None:
        """Tell that an act was done with a dossier, or why it was not."""
        if why is None:
            self._done.append(dossier)
        else:
            self._refused.append((dossier, why))

    def was_so(self, dossier: str) -> None:
        """Tell that an act was done with a dossier that it found as it leaves it."""
        self._done.append(dossier)
        self._same.append(dossier)

    def withhold(self, held: Held, why: Words) -> None:
        """Leave a dossier out."""
        self.open.remove(held)
        self._refused.append((held.id, why))

    def stand_in(self, dossier: str, person: str) -> None:
        """Act for the owner of a dossier that has none, in this transaction alone: nothing of it is written."""
        held = self.desk.of(dossier)
        self.desk.put(replace(held, sharers={person: Sharer(person, "", Right.OWN)}))

    @property
    def done(self) -> Sequence[str]:
        """The dossiers with which it was done so far."""
        return tuple(self._done)

    @property
    def outcome(self) -> Outcome:
        """What became of all of them."""
        return Outcome(tuple(self._done), tuple(self._refused), tuple(self._same))


def _aside(tx: Connection, dossiers: Sequence[str]) -> frozenset[str]:
    """Return those of some dossiers that are set aside."""
    found = select(DossierRow.id).where(DossierRow.id.in_(dossiers), set_aside(DossierRow.id))
    return frozenset(tx.execute(found).scalars())

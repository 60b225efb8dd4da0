"""What an answer orders: to keep it, to keep it beside another, to keep it as a draft, to leave the field. Pure.

A value written without having seen a newer one never takes its place: both are shown, and one is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from rallynov.dialogue.screens import Block, note
from rallynov.dialogue.turn import Move, Scene
from rallynov.dialogue.words import say
from rallynov.initiatives import announced
from rallynov.initiatives.commands import KeepAnswer, KeepDraft, SkipField
from rallynov.initiatives.model import Answer, Dossier, Dossiers, Field, Json, Kind, Rival
from rallynov.initiatives.pending import Pending
from rallynov.initiatives.reading.showing import show
from rallynov.initiatives.screens.conflict import together
from rallynov.initiatives.spots import Spot, View
from rallynov.people.consents.model import ChooseTopics, Consents
from rallynov.people.model import Person

After: TypeAlias = Callable[[Spot, Dossier], Spot]
"""Where a field leads once it was answered or left."""
ECHOED = frozenset(
    (Kind.NUMBER, Kind.AMOUNT, Kind.CHOICES, Kind.DATE, Kind.PHONE, Kind.REGISTRY, Kind.NAF, Kind.COMMUNE)
)
"""What is normalised when it is read, and so shown as it was understood."""
CHANGED = say("This answer has changed again meanwhile. Here is how it now stands.")


@dataclass(frozen=True, slots=True)
class At:
    """A person at a field."""

    spot: Spot
    dossier: Dossier
    pending: Pending
    scene: Scene

    @property
    def field(self) -> Field:
        """The field."""
        return self.pending.field

    def told(self, dossier: Dossier, *topics: ChooseTopics) -> Scene:
        """Return what is true once the dossier has changed, and once topics were chosen with it."""
        scene = self.scene.having(self.scene.of(Dossiers).having(dossier))
        return scene.having(scene.of(Consents).after(topics[0])) if topics else scene


class Keeping:
    """The orders of a field, and where they lead."""

    def __init__(self, after: After) -> None:
        self._after = after

    def onward(self, at: At, dossier: Dossier | None = None) -> Spot:
        """Return where a field leads."""
        return self._after(at.spot, dossier or at.dossier)

    def keep(self, at: At, value: Json) -> Move:
        """Keep a value; the one that came meanwhile, when there is one, is shown beside it."""
        field, dossier, stored = at.field.id, at.dossier, at.pending.answer
        now = dossier.seen(field)
        torn = (
            stored is not None
            and not stored.skipped
            and stored.value != value
            and at.spot.seen not in {None, now}
        )
        seen = at.spot.seen if torn and at.spot.seen is not None else now
        proposed = at.pending.proposal
        source = "diagnosis" if proposed and isinstance(value, str) and proposed in value else ""
        order = KeepAnswer(dossier.id, field, value, seen, source)
        me = at.scene.of(Person).id
        topics = announced.chosen(field, stored.value if stored else None, value, at.scene)
        lead = announced.told(value, topics, at.scene)
        orders = (order, *topics)
        if torn and stored is not None:
            rivals = (*stored.rivals, Rival(0, value, me, at.scene.now))
            told = dossier.answering(field, replace(stored, rivals=rivals)).drafting(field, None)
            return Move(replace(at.spot, seen=now).place, orders, lead, at.told(told, *topics))
        answer = Answer(value, now + 1, me, at.scene.now, source)
        told = dossier.answering(field, answer).drafting(field, None)
        stays = at.field.kind is Kind.ROWS
        to = replace(at.spot, seen=now + 1) if stays else self._after(at.spot, told)
        echo = () if stays else self._echo(at, value)
        return Move(to.place, orders, (*echo, *lead), at.told(told, *topics))

    def _echo(self, at: At, value: Json) -> tuple[Block, ...]:
        """Say what was understood; in its turn, only of what was not kept as it was typed."""
        if at.field.kind is Kind.TEXT:
            return (note(say("Kept.")),) if at.spot.view is not View.NEXT else ()
        if at.spot.view is View.NEXT and at.field.kind not in ECHOED:
            return ()
        return (note(say("Kept: {answer}.", answer=show(at.field, value))),)

    def draft(self, at: At, draft: Json) -> Move:
        """Keep what is no value yet, and stay."""
        dossier = at.dossier.drafting(at.field.id, draft)
        order = KeepDraft(dossier.id, at.field.id, draft)
        return Move(at.spot.place, (order,), (), at.told(dossier))

    def release(self, at: At) -> Move:
        """Leave a field as it is; what was typed there and is no value goes."""
        dossier, field = at.dossier.drafting(at.field.id, None), at.field.id
        drafted = field in (at.dossier.drafts or {})
        orders = (KeepDraft(dossier.id, field, None),) if drafted else ()
        return Move(self.onward(at, dossier).place, orders, (), at.told(dossier))

    def skip(self, at: At, fields: tuple[Field, ...]) -> Move:
        """Leave fields without a value, unless somebody else has answered them meanwhile."""
        dossier, orders = at.dossier, []
        for field in fields:
            seen = dossier.seen(field.id)
            if field is not at.field or at.spot.seen in {None, seen}:
                orders.append(SkipField(dossier.id, field.id, seen))
                left = Answer(None, seen + 1, at.scene.of(Person).id, at.scene.now, skipped=True)
                dossier = dossier.answering(field.id, left)
        return Move(self._after(at.spot, dossier).place, tuple(orders), (), at.told(dossier))

    def settle(self, at: At, which: str) -> Move:
        """Keep one of two values, or both; what changed meanwhile is shown first."""
        stored = at.pending.answer
        if stored is None or not stored.rivals:
            return Move()
        if at.spot.seen not in {None, stored.version}:
            return Move(replace(at.spot, seen=stored.version).place, lead=(note(CHANGED),))
        rival = stored.rivals[0]
        both = together(at.field, at.pending.value, rival.value)
        value = {"first": stored.value, "second": rival.value, "both": both}[which]
        order = KeepAnswer(at.dossier.id, at.field.id, value, stored.version, stored.source, (rival.id,))
        answer = Answer(
            value,
            stored.version + 1,
            at.scene.of(Person).id,
            at.scene.now,
            stored.source,
            rivals=stored.rivals[1:],
        )
        told = at.dossier.answering(at.field.id, answer)
        to = replace(at.spot, seen=answer.version) if answer.rivals else self._after(at.spot, told)
        return Move(to.place, (order,), (note(say("Kept.")),), at.told(told))

"""How the FAQ hears what is typed on other screens: their shape, what was read there, what the FAQ knows of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rallynov.dialogue.asides import Taken
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Move, Scene
from rallynov.editions.model import day_of
from rallynov.faq.mistaken import LONGEST, agrees, idle, signs, taken, thanks
from rallynov.faq.model import Faq
from rallynov.faq.retrieval.model import Verdict
from rallynov.initiatives.commands import KeepAnswer, KeepDraft
from rallynov.initiatives.model import DossierForm, Kind
from rallynov.initiatives.pending import TYPED

_PROSE = frozenset((Kind.LINE, Kind.TEXT, Kind.ROWS))
_SENTENCE = 3
"""Words from which a text may speak to us: fewer are keywords."""
_FEW = 12
"""Words up to which a text may be about the questions that were just proposed."""
FORMS = frozenset(("q", "opening", "f", "doubt", "clash"))
"""What the names of screens that put a question of a form begin with."""
_UNDECIDED = frozenset(("welcome", "menu", "q"))
"""What the names of screens begin with where a yes means nothing."""


def strict_fields(form: DossierForm) -> Mapping[str, bool]:
    """Tell of each field and column of a form whether it takes texts of one shape only."""
    fields = {one.id: one.kind not in _PROSE for one in form.fields}
    columns = {
        f"{one.id}.{column.id}": column.kind not in _PROSE for one in form.fields for column in one.columns
    }
    return fields | columns


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is known of the fields that ask: ``strict`` by the name of the field."""

    strict: Mapping[str, bool] = field(default_factory=dict)

    def pends(self, asking: Screen) -> bool:
        """Tell whether a screen puts a question that must come back after an answer of ours."""
        kind = asking.name.partition(":")[0]
        return kind not in {"faq", "desk"} and (asking.free or asking.notes or _form(asking))

    def taken(
        self,
        text: str,
        asking: Screen,
        move: Move | None,
        scene: Scene,
        *,
        told: bool = False,
        proposed: bool = False,
    ) -> Taken:
        """Tell whether a text is an answer to a screen or a question; ``move`` is what it does as an answer.

        A thank you is neither; where a form takes it as its answer, it is one, unless something was just ``told``. Where
        questions were ``proposed``, a few words may be about them: that is asked.
        """
        seen = signs(text)
        agreed = agrees(text) and _decides(asking) and not told
        spare = move is None or (_form(asking) and (told or not _accepted(move)))
        if spare and thanks(text) and not agreed:
            return Taken.THANKS
        if move is None:
            return Taken.QUESTION if self._asks(text, asking, scene) else Taken.ANSWER
        strict = self.strict.get(asking.name.partition(":")[2], False)
        if not seen.any and proposed and _form(asking) and not strict and len(text.split()) <= _FEW:
            return Taken.DOUBT if move.commands else Taken.ANSWER
        if not seen.any or asking.name.startswith(("faq", "desk", "remarks")):
            return Taken.ANSWER
        known = _verdict(text, scene)
        return taken(text, known, strict=strict, accepted=_accepted(move), note=asking.notes)

    def _asks(self, text: str, asking: Screen, scene: Scene) -> bool:
        """Tell whether a text that is no answer says that it is a question; at a menu and here, keywords may do."""
        seen = signs(text)
        if idle(text):
            return False
        if seen.any:
            return True
        known, words = _verdict(text, scene), len(text.split())
        if asking.name.startswith("faq") or (seen.addressed and _SENTENCE <= words <= LONGEST):
            return known is not Verdict.UNKNOWN
        return known is Verdict.ANSWER and words > 1 and not self.pends(asking)

    def sure(self, text: str, scene: Scene) -> bool:
        """Tell whether a text only thanks, or says that it is a question and is one that is answered."""
        return thanks(text) or (signs(text).any and _verdict(text, scene) is Verdict.ANSWER)


def _decides(asking: Screen) -> bool:
    """Tell whether a screen asks for a decision, to which « ok merci » may be the answer."""
    return bool(asking.choices) and not asking.read and asking.name.partition(":")[0] not in _UNDECIDED


def _form(asking: Screen) -> bool:
    """Tell whether a screen puts a question of a form."""
    return asking.name.partition(":")[0] in FORMS


def _verdict(text: str, scene: Scene) -> Verdict:
    """Return the best that the FAQ makes of a text."""
    hits = scene.of(Faq).library.hear(text, scene.language, day_of(scene.now))
    found = {hit.verdict for hit in hits}
    return next((one for one in (Verdict.ANSWER, Verdict.SUGGEST) if one in found), Verdict.UNKNOWN)


def _accepted(move: Move) -> bool:
    """Tell whether a field has taken a text as it is, or as a part of a row."""
    for order in move.commands:
        if isinstance(order, KeepAnswer):
            return True
        if isinstance(order, KeepDraft) and isinstance(order.draft, dict):
            return TYPED not in order.draft
    return False

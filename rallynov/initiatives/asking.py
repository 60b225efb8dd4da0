"""Answering one field: what is chosen, typed, doubted, skipped or chosen between. Pure.

Every decision orders what it keeps; where it leads is said by ``after``. A text that is refused is kept as a draft, and
one that was written without seeing a newer one is kept as its rival.
"""

from __future__ import annotations

from dataclasses import replace

from rallynov.diagnosis.asking import UNCLEAR
from rallynov.dialogue.screens import Screen, note, quote, text
from rallynov.dialogue.turn import Move, Scene
from rallynov.dialogue.words import Term, Typed, plural, say
from rallynov.initiatives.attachments.model import removing
from rallynov.initiatives.commands import RemoveAttachment
from rallynov.initiatives.keeping import After, At, Keeping
from rallynov.initiatives.model import Dossier, DossierForm, Field, Json, Kind
from rallynov.initiatives.pending import TYPED, Pendings, Reader, joined, too_long, too_short
from rallynov.initiatives.reading.result import Doubt, Reading, Refusal, Value, mend
from rallynov.initiatives.reading.spoken import ALL, NONE
from rallynov.initiatives.screens import conflict, several
from rallynov.initiatives.screens.question import Questions
from rallynov.initiatives.spots import Spot, View
from rallynov.text import fold


class Asking:
    """The fields of a form, one at a time."""

    def __init__(self, form: DossierForm, read: Reader, after: After) -> None:
        self._form = form
        self._pendings = Pendings(form, read)
        self._keeping = Keeping(after)
        self.questions = Questions(form)

    def at(self, spot: Spot, dossier: Dossier, field: Field, scene: Scene) -> At:
        """Put together what stands at a field for a person."""
        narrow = several.narrowed(field, self._form.given(dossier))
        return At(spot, dossier, self._pendings.at(narrow, dossier, scene), scene)

    def screen(self, at: At) -> Screen:
        """Draw what a field asks now."""
        pending = at.pending
        if pending.rivals:
            return conflict.conflict(self.questions, at.dossier, pending)
        if at.field.kind is Kind.ROWS:
            return several.rows(self.questions, at.spot, at.dossier, pending)
        if at.field.kind is Kind.FILES:
            return several.files(self.questions, at.spot, at.dossier, pending, self._form)
        if at.field.kind is Kind.CHOICES:
            return several.ticking(self.questions, at.spot, at.dossier, pending)
        return self.questions.screen(at.spot, at.dossier, pending)

    def choose(self, at: At, key: str) -> Move:
        """Decide on a choice or an action of a field."""
        head, _, tail = key.partition("-")
        if head in {"why", "keep", "skip", "clear", "skip_all", "back"}:
            return self._aside(at, head)
        if head in {"first", "second", "both"}:
            return self._keeping.settle(at, head)
        if head in {"fresh", "own", "take", "newer", "after"}:
            return self._about_text(at, head)
        reading = at.pending.reading
        if head in {"yes", "no", "meant"} and isinstance(reading, Doubt | Value):
            return self._undoubted(at, reading, head, tail)
        if at.field.kind is Kind.FILES:
            return self._file(at, head, tail)
        if at.field.kind is Kind.ROWS:
            return self._row(at, head, tail)
        return self._chosen(at, head, tail)

    def _aside(self, at: At, key: str) -> Move:
        """Go on, or back, without answering."""
        match key:
            case "why":
                return Move(lead=(text(Term(f"form:{at.field.id}:why")), note(UNCLEAR)))
            case "keep":
                return self._keeping.release(at)
            case "skip_all":
                return self._keeping.skip(at, self.questions.optional(at.dossier, at.field))
            case "back":
                return self._back(at)
            case _:
                return self._keeping.skip(at, (at.field,))

    def _about_text(self, at: At, key: str) -> Move:
        """Take the text of the diagnosis, begin anew, or say what becomes of one that came after one too long."""
        match key:
            case "take":
                return self._typed(at, at.pending.proposal)
            case "newer" | "after":
                older, newer = _two(at.pending.draft)
                return self._typed(at, newer if key == "newer" else joined(older, newer))
            case _:
                return self._keeping.draft(at, "")

    def _chosen(self, at: At, head: str, option: str) -> Move:
        """Keep an option, yes or no; tick one of several, or keep those that are ticked."""
        several_ = at.field.kind is Kind.CHOICES
        match head:
            case "o" if several_:
                return self._tick(at, option)
            case "o":
                return self._keeping.keep(at, option)
            case "yes" | "no":
                return self._keeping.keep(at, head == "yes")
            case "done" if several_:
                return self._keeping.keep(at, [*at.pending.chosen])
            case _:
                return Move()

    def write(self, at: At, typed: str) -> Move | None:
        """Read what was typed; None when it is none of the choices of a field that has only those."""
        pending, field = at.pending, at.field
        if pending.rivals:
            return None
        if pending.column is not None:
            return self._cell(at, typed)
        if field.kind is Kind.ROWS:
            return None
        if field.kind is Kind.TEXT and pending.draft:
            return self._continued(at, pending.draft, typed)
        reading = self._pendings.read(field, typed, at.scene)
        if reading == mend(field) and field.kind in {Kind.CHOICE, Kind.YESNO, Kind.MUST}:
            return None
        return self._read(at, typed, reading)

    def _typed(self, at: At, typed: str) -> Move:
        return self._read(at, typed, self._pendings.read(at.field, typed, at.scene))

    def _read(self, at: At, typed: str, reading: Reading) -> Move:
        match reading:
            case Value(None):  # an optional field: there is none
                return self._keeping.skip(at, (at.field,))
            case Value(value):
                return self._keeping.keep(at, value)
            case Refusal(words) if at.field.kind in {Kind.CHOICES, Kind.FILES, Kind.MUST}:
                return Move(lead=(text(words),), missed=True)
            case _:
                return self._keeping.draft(at, typed)

    def _continued(self, at: At, draft: Json, more: str) -> Move:
        """Put a text behind the one that was too short; one that says the whole again takes its place."""
        if not isinstance(draft, str):  # pieces of what was too long
            older, newer = _two(draft)
            return self._keeping.draft(at, [older, joined(newer, more)])
        if too_long(at.field, draft):
            return self._keeping.draft(at, [draft, more])
        again = fold(more).startswith(fold(draft)[:40])
        if too_short(at.field, draft) and not again:
            return self._typed(at, joined(draft, more))
        return self._typed(at, more)

    def _undoubted(self, at: At, reading: Doubt | Value, head: str, nth: str) -> Move:
        """Keep what a doubt was about, or another of what may be meant, or nothing of it."""
        meant = (reading.value, *reading.others) if isinstance(reading, Doubt) else (reading.value,)
        if head == "no":
            typed = (quote(Typed(at.pending.typed)),) if at.pending.typed else ()
            lead = (*typed, note(say("Then please type your answer another way.")))
            row = at.pending.row if at.field.kind is Kind.ROWS else None
            bare = {name: cell for name, cell in row.items() if name != TYPED} if row is not None else None
            return replace(self._keeping.draft(at, bare), lead=lead)
        value = meant[int(nth)] if nth else meant[0]
        if at.field.kind is Kind.ROWS:
            return self._filled(at, at.pending.column or at.field, value)
        return self._keeping.keep(at, value)

    def _tick(self, at: At, option: str) -> Move:
        """Tick or untick; "all" and "none" are whole answers."""
        chosen = at.pending.chosen
        if option in {ALL, NONE}:
            return self._keeping.keep(at, [option])
        ticked = [
            one for one in at.field.options if (one in chosen) != (one == option) and one not in {ALL, NONE}
        ]
        if at.field.most is not None and len(ticked) > at.field.most:
            most = plural(
                "{n} choice at most: take one out first.",
                "{n} choices at most: take one out first.",
                at.field.most,
            )
            return Move(lead=(text(most),))
        return self._keeping.draft(at, [*ticked])

    def _cell(self, at: At, typed: str) -> Move:
        """Read a cell of the row being written; or the whole row, when all of it was typed at once."""
        asked = at.pending.read_as(typed)
        reading = self._pendings.read(asked, typed, at.scene)
        if isinstance(reading, Value):
            return self._filled(at, asked, reading.value)
        return self._keeping.draft(at, {**_cells(at), TYPED: typed})

    def _filled(self, at: At, column: Field, value: Json) -> Move:
        """Put a value into the row being written, or whole rows; the last one makes it a row."""
        if isinstance(value, list):
            return self._rowed(at, value)
        row = {**_cells(at), column.id.rpartition(".")[2]: value}
        if all(one.id in row for one in at.field.columns):
            return self._rowed(at, [row])
        return self._keeping.draft(at, row)

    def _rowed(self, at: At, added: list[Json]) -> Move:
        """Keep rows behind those that are there, as many as the field takes."""
        rows, most = [*at.pending.rows, *added], at.field.most
        if most is not None and len(rows) > most:
            told = plural(
                "One row at most. Keep only one.", "{n} rows at most. Keep those that count most.", most
            )
            return Move(lead=(text(told),))
        return self._keeping.keep(at, rows)

    def _file(self, at: At, head: str, mark: str) -> Move:
        """Take a file out, or end."""
        out = next((one for one in at.dossier.attachments if one.id[:12] == mark), None)
        if head != "unfile" or out is None:
            return self._keeping.skip(at, (at.field,))
        order = RemoveAttachment(at.dossier.id, out.id)
        lead = (note(say("Taken out: {name}.", name=Typed(out.name))),)
        return Move(at.spot.place, (order,), lead, at.told(removing(at.dossier, out.id)))

    def _row(self, at: At, head: str, nth: str) -> Move:
        """Add a row, leave one out, take one out, or end."""
        rows = at.pending.rows
        match head:
            case "add":
                return self._keeping.draft(at, {})
            case "undo":
                return self._keeping.draft(at, None)
            case "empty" if at.pending.column is not None:
                return self._filled(at, at.pending.column, None)
            case "drop" if nth.isdigit() and int(nth) < len(rows):
                return self._keeping.keep(at, [row for n, row in enumerate(rows) if n != int(nth)])
            case "done":
                return Move(to=self._keeping.onward(at).place)
            case _:
                return Move()

    def _back(self, at: At) -> Move:
        """Go back: to the cell before, to the field before, or to where a change came from."""
        row = _cells(at)
        if at.field.kind is Kind.ROWS and row:
            last = [*row][-1]
            return self._keeping.draft(at, {name: cell for name, cell in row.items() if name != last})
        if at.spot.view is not View.NEXT:
            return Move(to=self._keeping.onward(at).place)
        before = self.questions.before(at.dossier, at.field)
        if before is None:
            return Move()
        return Move(to=at.spot.to(View.NEXT, before.id, at.dossier.seen(before.id)).place)


def _cells(at: At) -> dict[str, Json]:
    """Return the cells of the row being written, without what is no value."""
    return {name: cell for name, cell in (at.pending.row or {}).items() if name != TYPED}


def _two(draft: Json) -> tuple[str, str]:
    """Return a text that was too long and the one that came after it."""
    return (str(draft[0]), str(draft[-1])) if isinstance(draft, list) and draft else ("", "")

"""The fields of a paper dossier in a form: how each is asked, what is shown in it, and how what comes back is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from rallynov.dialogue.words import Term, Words
from rallynov.initiatives.form import DossierForm, Field, Json, Kind
from rallynov.initiatives.model import Dossier
from rallynov.initiatives.reading import Reading, show, show_cell
from rallynov.initiatives.reading.result import Doubt, Value

Reader = Callable[[Field, str], Reading]
Word = Callable[[Words], str]
LONGEST = 8000
"""Characters of one field that are read."""
_LONG = {Kind.TEXT, Kind.URLS, Kind.ROWS}
_TICKED = {Kind.CHOICES}


@dataclass(frozen=True, slots=True)
class Entered:
    """One field as the form shows it; ``typed`` is what stands in it, ``wrong`` why that is not kept.

    ``doubt`` is the question that a tick answers, ``mark`` what the tick is worth: this very text.
    """

    id: str
    kind: Kind
    required: bool
    typed: str = ""
    chosen: frozenset[str] = frozenset()
    options: tuple[tuple[str, Words], ...] = ()
    wrong: Words | None = None
    doubt: Words | None = None
    mark: str = ""

    @property
    def long(self) -> bool:
        """Tell whether it is written on several lines."""
        return self.kind in _LONG


@dataclass(slots=True)
class Step:
    """What came of a step: what is to be kept, and the form to show again when something is open."""

    shown: list[Entered] = field(default_factory=list)
    values: dict[str, Json] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    open: bool = False


def show_step(form: DossierForm, nth: int, dossier: Dossier, read: Reader, word: Word) -> list[Entered]:
    """Return the fields of a step with what they hold; what was typed and is no value yet, with why it is not."""
    step = Step()
    for one in form.steps[nth - 1].fields:
        if one.kind is not Kind.FILES:
            shown = _shown(one, dossier, word)
            if one.id in (dossier.drafts or {}):
                _read(step, one, shown, shown.typed, {}, read)
            else:
                step.shown.append(shown)
    return step.shown


def read_step(
    form: DossierForm, nth: int, dossier: Dossier, given: Mapping[str, str], read: Reader, word: Word
) -> Step:
    """Read what came back of a step; a field that is as it was shown is left as it is."""
    step = Step()
    for one in form.steps[nth - 1].fields:
        if one.kind is Kind.FILES:
            continue
        before = _shown(one, dossier, word)
        typed = _typed(one, given)
        if typed == _as_sent(before) and one.id not in (dossier.drafts or {}):
            step.shown.append(before)
            continue
        if not typed:
            step.values[one.id] = None
            step.shown.append(replace(before, typed="", chosen=frozenset()))
            continue
        _read(step, one, before, typed, given, read)
    return step


def _read(
    step: Step, asked: Field, before: Entered, typed: str, given: Mapping[str, str], read: Reader
) -> None:
    reading, mark = _reading(asked, typed, read), sha256(typed.encode()).hexdigest()[:16]
    shown = replace(
        before, typed=typed, chosen=frozenset(typed.split("\n")) if asked.options else frozenset()
    )
    match reading:
        case Value(value):
            step.values[asked.id] = value
        case Doubt(value) if given.get(f"sure-{asked.id}") == mark:
            step.values[asked.id] = value
        case Doubt(_, ask):
            shown, step.open = replace(shown, doubt=ask, mark=mark), True
            step.drafts[asked.id] = typed
        case _:
            shown, step.open = replace(shown, wrong=reading.words), True
            step.drafts[asked.id] = typed
    step.shown.append(shown)


def _reading(asked: Field, typed: str, read: Reader) -> Reading:
    """Read a field: options that were chosen are known, the rest is read as it is typed in conversation."""
    match asked.kind:
        case Kind.CHOICE if typed in asked.options:
            return Value(typed)
        case Kind.YESNO | Kind.MUST:
            return Value(typed == "yes")
        case Kind.CHOICES:
            chosen = typed.split("\n")
            return read(asked, " ".join(str(n) for n, one in enumerate(asked.options, 1) if one in chosen))
        case _:
            return read(asked, typed)


def _shown(asked: Field, dossier: Dossier, word: Word) -> Entered:
    """Return a field with what was typed and is no value yet, else with its value."""
    held, draft = dossier.given.get(asked.id), (dossier.drafts or {}).get(asked.id)
    options = tuple((one, _option(asked, one)) for one in asked.options)
    if asked.kind is Kind.YESNO:
        options = (("yes", Term("form:yes:label")), ("no", Term("form:no:label")))
    shown = Entered(asked.id, asked.kind, asked.required and asked.when is None, options=options)
    if isinstance(draft, str):
        return replace(shown, typed=draft, chosen=frozenset(draft.split("\n")))
    return replace(shown, typed=_text(asked, held, word), chosen=_chosen(asked, held))


def _option(asked: Field, option: str) -> Words:
    return Term(f"form:{asked.id}.{option}:label")


def _chosen(asked: Field, held: Json) -> frozenset[str]:
    match asked.kind:
        case Kind.CHOICES if isinstance(held, list):
            return frozenset(str(one) for one in held)
        case Kind.CHOICE if held is not None:
            return frozenset((str(held),))
        case Kind.YESNO | Kind.MUST if isinstance(held, bool):
            return frozenset(("yes" if held else "no",))
        case _:
            return frozenset()


def _text(asked: Field, held: Json, word: Word) -> str:
    """Write a value as it may be typed again."""
    if held is None or asked.options or asked.kind in {Kind.YESNO, Kind.MUST}:
        return ""
    if asked.kind is Kind.ROWS and isinstance(held, list):
        rows = [one for one in held if isinstance(one, dict)]
        return "\n".join(
            " ; ".join(word(show_cell(asked, column.id, row.get(column.id))) for column in asked.columns)
            for row in rows
        )
    if asked.kind is Kind.URLS and isinstance(held, list):
        return "\n".join(str(one) for one in held)
    return held if isinstance(held, str) and asked.kind is not Kind.DATE else word(show(asked, held))


def _typed(asked: Field, given: Mapping[str, str]) -> str:
    """Return what came back of a field, as it would be typed in conversation: its options by their ids."""
    if asked.kind is Kind.CHOICES:
        return "\n".join(one for one in asked.options if given.get(f"{asked.id}:{one}") == "1")
    return given.get(asked.id, "").replace("\r\n", "\n").strip()[:LONGEST]


def _as_sent(shown: Entered) -> str:
    """Return what a field sends that nobody touched."""
    if shown.kind in _TICKED:
        return "\n".join(one for one, _ in shown.options if one in shown.chosen)
    if shown.options or shown.kind is Kind.MUST:
        return next(iter(shown.chosen), "")
    return shown.typed.replace("\r\n", "\n").strip()

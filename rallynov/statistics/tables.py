"""What was counted, as tables in words: masked where few are concerned. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rallynov.diagnosis.model import Grid
from rallynov.dialogue.words import Say, Term, Words, plural, say
from rallynov.faq.model import CATEGORIES
from rallynov.faq.screens import NAMES
from rallynov.initiatives.form import DossierForm, Field
from rallynov.initiatives.form import Kind as Asked
from rallynov.masking import LEAST, enough, few, masked, split
from rallynov.statistics.model import Cell, Counts, Table

FUNNEL, QUESTIONS, FIELDS, PLACES, SIZES, THEMES, DELAYS, TOPICS, ANNOUNCED = (
    "funnel", "stops", "fields", "places", "sizes", "themes", "delays", "topics", "announced",
)  # fmt: skip
TITLES: Mapping[str, Say] = {
    FUNNEL: say("From the diagnosis to the submission"),
    QUESTIONS: say("Where the diagnosis is left"),
    FIELDS: say("What is missing in dossiers being written"),
    PLACES: say("Dossiers by département"),
    SIZES: say("Dossiers by number of employees"),
    THEMES: say("Dossiers by theme"),
    DELAYS: say("How long it takes"),
    TOPICS: say("Questions asked"),
    ANNOUNCED: say("Messages of announcements"),
}
"""The tables, in the order in which they are shown."""
SIZES_OF: Sequence[tuple[str, int]] = (("0", 0), ("1", 9), ("10", 49), ("50", 249), ("250", 10**9))
"""The bands of employees: the name of each, and its largest number."""
OTHER = "other"
_BANDS: Mapping[str, Say] = {
    "0": say("No employee"),
    "1": say("1 to 9"),
    "10": say("10 to 49"),
    "50": say("50 to 249"),
    "250": say("250 or more"),
}
_PLACES: Mapping[str, Say] = {
    "25": say("Doubs"),
    "39": say("Jura"),
    "70": say("Haute-Saône"),
    "90": say("Territoire de Belfort"),
}
_UNSAID = say("Not said yet")
_BY_DOSSIER = (say("Being written"), say("Submitted, and later"))


def tables(counts: Counts, grid: Grid, form: DossierForm) -> tuple[Table, ...]:
    """Return all tables."""
    return (
        _funnel(counts, grid),
        _questions(counts, grid),
        _fields(counts, form),
        _spread(PLACES, say("Département"), counts.places, _PLACES),
        _spread(SIZES, say("Employees"), counts.sizes, _BANDS),
        _spread(THEMES, say("Theme"), counts.themes, _themes(form)),
        _delays(counts),
        _topics(counts),
        _announced(counts),
    )


def _funnel(counts: Counts, grid: Grid) -> Table:
    steps = counts.steps
    drafted, submitted = split(steps.drafted, steps.submitted)
    rows: Sequence[tuple[Words, Cell]] = (
        (say("Diagnosis begun"), None if few(steps.started) else steps.started),
        (say("Diagnosis finished"), _left(counts, grid)[-1]),
        (say("Dossier opened"), drafted),
        (say("Dossier submitted"), submitted),
    )
    notes = [
        say("Each person is counted once a step, whatever the number of devices, diagnoses or dossiers."),
        say("A dossier may be opened without a diagnosis: a step is not always a part of the one before."),
    ]
    hidden = [_masking()] if any(cell is None for _, cell in rows) else []
    shown = tuple((label, (cell,)) for label, cell in rows)
    return Table(FUNNEL, TITLES[FUNNEL], (say("Step"), say("People")), shown, (*notes, *hidden))


def _left(counts: Counts, grid: Grid) -> tuple[int | None, ...]:
    """Return how many people stopped at each question, then how many finished, masked as the parts of who began."""
    stopped = [counts.stopped.get(question.id, 0) for question in grid.form().questions]
    return masked([*stopped, counts.steps.finished])


def _questions(counts: Counts, grid: Grid) -> Table:
    """Return who stopped and who answered: of two questions, the second figures would give the first ones away.

    Between the first count that is masked and the last one, answers are masked too.
    """
    asked, left = [question.id for question in grid.form().questions], _left(counts, grid)
    hidden = [at for at, one in enumerate(left) if one is None]
    told: list[tuple[Cell, Cell]] = []
    for at, name in enumerate(asked):
        answered = counts.answered.get(name, 0)
        within = bool(hidden) and hidden[0] <= at < hidden[-1]
        told.append((left[at], None if within or few(answered) else answered))
    rows = tuple((_question(name), cells) for name, cells in zip(asked, told, strict=True))
    notes: list[Words] = [
        say("Who has not finished is counted at the first question that they have not answered."),
        say("The picture shows the twelve questions where most people stopped."),
    ]
    if any(None in cells for cells in told):
        notes.append(_masking())
    head = (say("Question"), say("Stopped here"), say("Answered"))
    return Table(QUESTIONS, TITLES[QUESTIONS], head, rows, tuple(notes))


def _question(name: str) -> Words:
    return Term(f"grid:{name}:short")


def _fields(counts: Counts, form: DossierForm) -> Table:
    asked = [one for one in form.fields if _always(one)]
    head = (say("Field"), say("Missing"), say("Filled in"))
    if not enough(counts.drafts):
        none = tuple((Term(f"form:{one.id}:label"), (None, None)) for one in asked)
        return Table(FIELDS, TITLES[FIELDS], head, none, (_too_few(),))
    rows = tuple((Term(f"form:{one.id}:label"), _held(counts, one)) for one in asked)
    notes: list[Words] = [
        plural("{n} dossier is being written.", "{n} dossiers are being written.", counts.drafts),
        say("Only what every dossier must hold is counted."),
        say("The picture shows the twelve fields that are missing most."),
    ]
    if any(None in cells for _, cells in rows):
        notes.append(_masking())
    return Table(FIELDS, TITLES[FIELDS], head, rows, tuple(notes))


def _held(counts: Counts, field: Field) -> tuple[Cell, ...]:
    """Return in how many dossiers a field is missing, and in how many it is not: how many they are is known."""
    filled = counts.filled.get(field.id, 0)
    return masked([max(counts.drafts - filled, 0), filled])


def _always(field: Field) -> bool:
    return field.required and field.when is None and field.kind is not Asked.FILES


def _themes(form: DossierForm) -> Mapping[str, Words]:
    field = form.find("themes")
    return {one: Term(f"form:themes.{one}:label") for one in (field.options if field else ())}


def _spread(
    name: str, head: Words, counted: Mapping[str, tuple[int, int]], names: Mapping[str, Words]
) -> Table:
    """Return dossiers by what they say of themselves, each column masked apart."""
    keys = [*names, *([OTHER] if OTHER in counted else [])]
    said = [counted.get(key, (0, 0)) for key in names]
    unsaid = [counted[key] for key in keys[len(said) :]]
    drafts, submitted = (_column([pair[at] for pair in said], [pair[at] for pair in unsaid]) for at in (0, 1))
    rows = tuple((names.get(key, _UNSAID), (submitted[at], drafts[at])) for at, key in enumerate(keys))
    notes: list[Words] = [_masking()] if any(None in cells for _, cells in rows) else []
    if name == THEMES:
        notes.append(say("A dossier may have several themes."))
    return Table(name, TITLES[name], (head, _BY_DOSSIER[1], _BY_DOSSIER[0]), rows, tuple(notes))


def _column(said: Sequence[int], unsaid: Sequence[int]) -> tuple[Cell, ...]:
    """Mask one column. How many say nothing is told by another table too (``_fields``), unless they, or the others, are few.

    Then it is masked as any other count; else it is shown, and masks nothing. Of dossiers that have several themes each,
    they may be as few as the largest count.
    """
    if any(map(few, (*unsaid, max(said, default=0)))):
        return masked([*said, *unsaid])
    return (*masked(said), *unsaid)


def _masking() -> Words:
    return say(
        "Counts under {least} are masked, and another one with them, so that none can be found by subtraction.",
        least=LEAST,
    )


def _too_few() -> Words:
    return say("Nothing is said of fewer than {least} dossiers.", least=LEAST)


def _delays(counts: Counts) -> Table:
    kinds: Sequence[tuple[Words, Sequence[float]]] = (
        (say("From the opening of a dossier to its submission"), counts.to_submission),
        (say("From the submission to the verdict"), counts.to_verdict),
    )
    rows = tuple(
        (label, (*_quartiles(days), len(days) if enough(len(days)) else None)) for label, days in kinds
    )
    notes: list[Words] = [say("A half of the dossiers took less than the median. Days, of 24 hours.")]
    if any(cells[0] is None for _, cells in rows):
        notes.append(_too_few())
    head = (say("Delay"), say("Median"), say("A quarter under"), say("A quarter over"), say("Dossiers"))
    return Table(DELAYS, TITLES[DELAYS], head, rows, tuple(notes))


def _quartiles(days: Sequence[float]) -> tuple[Cell, Cell, Cell]:
    """Return the median, the first and the last quartile, to a tenth of a day; nothing of too few."""
    if not enough(len(days)):
        return None, None, None
    return _at(days, 0.5), _at(days, 0.25), _at(days, 0.75)


def _at(days: Sequence[float], part: float) -> float:
    """Return a quantile, between the two values that it falls between."""
    place = part * (len(days) - 1)
    below = int(place)
    above = min(below + 1, len(days) - 1)
    return round(days[below] + (days[above] - days[below]) * (place - below), 1)


def _topics(counts: Counts) -> Table:
    names: Mapping[str, Words] = {name: NAMES[name] for name in CATEGORIES}
    keys = [*names, *([OTHER] if OTHER in counts.topics else [])]
    rows = tuple(
        (names.get(key, say("Without a topic")), _asked(counts.topics.get(key, (0, 0, 0)))) for key in keys
    )
    head = (
        say("Topic"),
        say("In all"),
        say("Answered at once"),
        say("Answered by the team"),
        say("Without an answer yet"),
    )
    return Table(TOPICS, TITLES[TOPICS], head, rows)


def _asked(found: tuple[int, int, int]) -> tuple[Cell, ...]:
    return sum(found), *found


def _announced(counts: Counts) -> Table:
    labels = (say("Sent"), say("Failed"), say("The person had blocked the robot"))
    rows = tuple((label, (n,)) for label, n in zip(labels, counts.announced, strict=True))
    return Table(ANNOUNCED, TITLES[ANNOUNCED], (say("What became of them"), say("Messages")), rows)

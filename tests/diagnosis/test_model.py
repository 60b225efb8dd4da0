"""The reading of a diagnosis: the five vectors of the domain document, the bands' edges, and what always holds."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rallynov.diagnosis.model import (
    LEVELS,
    NOT_CONCERNED,
    UNKNOWN,
    Checkpoint,
    Diagnosis,
    Grid,
)
from rallynov.diagnosis.reading import Band, Reading, Result, read
from rallynov.diagnosis.service import load_grid

GRID = load_grid()
FORM = GRID.form()
IDS = [question.id for question in FORM.questions]
LIFE = [*GRID.checkpoints[3].questions, *GRID.checkpoints[4].questions]


def vector(marks: str) -> dict[str, str]:
    return dict(zip(IDS, marks.split(), strict=True))


FIRST = vector("3 3 2  3 2  2 3 1  3 4 3  nc nc  2 2  3 2  1 nsp  3 2  1 1")


@pytest.mark.parametrize(
    ("answers", "total", "coverage", "band"),
    [
        (FIRST, 57.4, 95.6, Band.SPROUT),
        (dict.fromkeys(IDS, "4"), 100.0, 100.0, Band.EXEMPLARY),
        (dict.fromkeys(IDS, "0"), 0.0, 100.0, Band.SEED),
        (dict.fromkeys(IDS, UNKNOWN), None, 0.0, None),
        (dict.fromkeys(IDS, UNKNOWN) | dict.fromkeys(IDS[:5], "4"), 100.0, 24.0, Band.EXEMPLARY),
    ],
    ids=["the first", "all at 4", "all at 0", "nothing known", "two checkpoints alone"],
)
def test_the_vectors_of_the_domain(
    answers: dict[str, str], total: float | None, coverage: float, band: Band | None
) -> None:
    found = read(GRID, answers)
    assert (None if found.total is None else round(found.total, 1)) == total
    assert round(found.coverage * 100, 1) == coverage
    assert found.band == band
    assert found.indicative == (coverage < 70)


def test_the_first_vector_checkpoint_by_checkpoint() -> None:
    found = read(GRID, FIRST)
    marks = [None if r.mark is None else round(r.mark, 3) for r in found.readings]
    assert marks == [0.667, 0.625, 0.5, 0.833, None, 0.5, 0.625, 0.25, 0.625, 0.25]
    assert [r.covered for r in found.readings] == [1, 1, 1, 1, 0, 1, 1, 0.5, 1, 1]
    assert [r.checkpoint.id for r in found.readings if not r.applies] == ["R5"]
    assert names(found.priorities) == ["R3", "R8", "R2"]  # 7, 6 and 4.5 of weight × gap, R10 as much as R2
    assert names(found.strengths) == ["R4", "R1", "R7"]
    assert found.to_strengthen == ()
    assert found.unknown == ()


def names(readings: Sequence[Reading]) -> list[str]:
    return [reading.checkpoint.id for reading in readings]


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, Band.SEED),
        (39.9, Band.SEED),
        (40, Band.SPROUT),
        (59.9, Band.SPROUT),
        (60, Band.READY),
        (79.9, Band.READY),
        (80, Band.EXEMPLARY),
        (100, Band.EXEMPLARY),
    ],
)
def test_edges_of_the_bands(total: float, band: Band) -> None:
    assert Band.of(total) == band


def test_the_grid_is_that_of_the_domain() -> None:
    assert len(IDS) == 23
    assert [c.weight for c in GRID.checkpoints] == [12, 12, 14, 14, 10, 8, 10, 8, 6, 6]
    assert [len(c.questions) for c in GRID.checkpoints] == [3, 2, 3, 3, 2, 2, 2, 2, 2, 2]
    assert [c.id for c in GRID.checkpoints if c.optional] == ["R4", "R5", "R6"]
    assert [c.id for c in GRID.checkpoints if c.essential] == ["R1", "R2", "R3"]
    assert [c.id for c in GRID.checkpoints if c.one_of] == ["R4", "R5"]


@pytest.mark.parametrize(
    "broken",
    [
        {"weight": 11},
        {"questions": ("R2.1",)},
        {"questions": ()},
        {"weight": 0},
        {"colour": "blue"},
    ],
)
def test_a_broken_grid_is_refused(broken: dict[str, object]) -> None:
    raw = GRID.model_dump()
    raw["checkpoints"] = ({**raw["checkpoints"][0], **broken}, *raw["checkpoints"][1:])
    with pytest.raises(ValidationError):
        Grid.model_validate(raw)


def test_one_side_of_quality_of_life_must_apply() -> None:
    aside = dict.fromkeys(LIFE, NOT_CONCERNED)
    assert [c.id for c in GRID.leaves_none(aside)] == ["R4", "R5"]
    for question in LIFE:
        for value in (*LEVELS, UNKNOWN):
            assert GRID.leaves_none({**aside, question: value}) == ()
        left = {q: value for q, value in aside.items() if q != question}
        assert GRID.leaves_none(left) == ()


def test_only_what_may_be_set_aside_accepts_it() -> None:
    accepting = {q.id for q in FORM.questions if NOT_CONCERNED in q.values}
    assert accepting == {q for c in GRID.checkpoints if c.id in {"R4", "R5", "R6"} for q in c.questions}


def test_essential_checkpoints_under_one_half_are_told() -> None:
    weak = dict.fromkeys(IDS, "4") | {
        "R1.1": "2",
        "R1.2": "2",
        "R1.3": "1",
        "R3.1": "2",
        "R3.2": "2",
        "R3.3": "2",
    }
    assert names(read(GRID, weak).to_strengthen) == ["R1"]


def test_strengths_and_priorities_are_never_the_same() -> None:
    middle = read(GRID, dict.fromkeys(IDS, "2"))
    assert names(middle.priorities) == ["R3", "R4", "R1"]
    assert names(middle.strengths) == ["R2", "R5", "R7"]
    assert read(GRID, dict.fromkeys(IDS, "4")).priorities == ()
    assert read(GRID, dict.fromkeys(IDS, "0")).strengths == ()


@pytest.mark.parametrize(
    ("full", "priorities", "strengths"),
    [
        (("R8", "R9", "R10"), ["R3", "R4", "R1"], ["R8", "R9", "R10"]),
        (("R6", "R9", "R10"), ["R3", "R4", "R1"], ["R6", "R9", "R10"]),
        (("R3", "R4"), ["R1", "R2", "R5"], ["R3", "R4", "R7"]),
    ],
)
def test_what_weighs_most_is_no_strength_while_it_has_most_to_win(
    full: Sequence[str], priorities: list[str], strengths: list[str]
) -> None:
    found = read(GRID, {q: "4" if q.partition(".")[0] in full else "2" for q in IDS})
    assert (names(found.priorities), names(found.strengths)) == (priorities, strengths)


@pytest.mark.parametrize(
    ("marks", "strengths"),
    [
        ("4 4 3", ["R1"]),
        ("4 4 nsp", []),
        ("3 3 3  3 3", ["R1", "R2"]),
        ("3 3 3  2 2  4 3 4", ["R3", "R1", "R2"]),
    ],
)
def test_who_answered_little_and_well_is_told_so(marks: str, strengths: list[str]) -> None:
    known = marks.split()
    found = read(GRID, dict(zip(IDS, [*known, *[UNKNOWN] * (23 - len(known))], strict=True)))
    assert (names(found.strengths), found.priorities) == (strengths, ())


def test_a_note_is_added_below_the_others_and_bounded() -> None:
    noted = Diagnosis(1).noting("R1.1", "un").noting("R1.1", "deux")
    assert noted.noted["R1.1"] == "un\ndeux"
    assert len(noted.noting("R1.1", "x" * 9000).noted["R1.1"]) == 2000


# What holds for any answers.

VALUES = st.sampled_from([*LEVELS, UNKNOWN, NOT_CONCERNED, ""])


@st.composite
def answers(draw: st.DrawFn) -> dict[str, str]:
    given = {q.id: draw(VALUES) for q in FORM.questions}
    kept = {q.id: given[q.id] for q in FORM.questions if given[q.id] in q.values}
    assume(not GRID.leaves_none(kept))
    return kept


def exactly(given: Mapping[str, str]) -> tuple[Fraction | None, Fraction]:
    """The domain's formula once more, in fractions."""
    scored = concerned = 0
    won, covered = Fraction(0), Fraction(0)
    for checkpoint in GRID.checkpoints:
        values = [given.get(q, UNKNOWN) for q in checkpoint.questions]
        applying = [value for value in values if value != NOT_CONCERNED]
        levels = [int(value) for value in applying if value in LEVELS]
        if applying:
            concerned += checkpoint.weight
            covered += checkpoint.weight * Fraction(len(levels), len(applying))
        if levels:
            scored += checkpoint.weight
            won += checkpoint.weight * Fraction(sum(levels), 4 * len(levels))
    return (100 * won / scored if scored else None), covered / concerned


@given(answers())
@settings(max_examples=400, deadline=None)
def test_agrees_with_the_formula(given: dict[str, str]) -> None:
    total, coverage = exactly(given)
    found = read(GRID, given)
    assert found.total == (None if total is None else pytest.approx(float(total)))
    assert found.coverage == pytest.approx(float(coverage))
    assert found.band == (None if total is None else Band.of(float(total)))
    assert found.total is None or -1e-9 <= found.total <= 100 + 1e-9
    assert 0 <= found.coverage <= 1 + 1e-9
    assert len(found.strengths) <= 3
    assert len(found.priorities) <= 3
    assert not set(names(found.strengths)) & set(names(found.priorities))


@given(answers())
@settings(max_examples=400, deadline=None)
def test_priorities_are_the_most_to_win_and_strengths_the_best_of_the_rest(given: dict[str, str]) -> None:
    found = read(GRID, given)
    if found.indicative:
        assert (found.priorities, found.to_strengthen) == ((), ())
        assert all(r.covered == 1 and r.mark is not None and r.mark >= 0.5 for r in found.strengths)
        return
    scored = [r for r in found.readings if r.mark is not None]
    first, best = found.priorities, found.strengths
    others = [r for r in scored if r not in first]
    least = min((r.gap for r in first), default=0.0)
    assert all(r.gap <= least + 1e-6 for r in others)
    assert len(first) == min(3, sum(r.gap > 0 for r in scored))
    rest = [r.mark or 0 for r in others if r not in best]
    lowest = min((r.mark or 0 for r in best), default=1.0)
    assert all(mark <= lowest for mark in rest)
    assert len(best) == min(3, sum((r.mark or 0) >= 0.5 for r in others))
    marks = [(r.mark or 0, r.checkpoint.weight) for r in best]
    assert marks == sorted(marks, reverse=True)
    assert all(r.mark is not None and r.mark >= 0.5 for r in best)


@given(answers(), st.sampled_from(IDS))
@settings(max_examples=400, deadline=None)
def test_raising_an_answer_never_lowers_the_total(given: dict[str, str], question: str) -> None:
    assume(given.get(question) in LEVELS)
    totals = [_total(read(GRID, {**given, question: level})) for level in LEVELS]
    assert all(low <= high + 1e-9 for low, high in pairwise(totals))
    assert totals[0] < totals[-1]


def _total(found: Result) -> float:
    assert found.total is not None
    return found.total


@given(answers(), st.sampled_from(GRID.checkpoints))
@settings(max_examples=400, deadline=None)
def test_not_knowing_lowers_the_coverage_and_never_counts_as_zero(
    given: dict[str, str], checkpoint: Checkpoint
) -> None:
    questions = checkpoint.questions
    known = [q for q in questions if given.get(q) in LEVELS]
    assume(len(known) > 1)
    same = {**given, known[0]: given[known[1]]}
    unknown = {**same, known[0]: UNKNOWN}
    if len({same[q] for q in known}) == 1:  # one mark for all: leaving one out cannot move it
        assert read(GRID, unknown).total == pytest.approx(read(GRID, same).total)
    assert read(GRID, unknown).coverage < read(GRID, same).coverage
    left = {q: value for q, value in unknown.items() if q != known[0]}
    assert read(GRID, left) == read(GRID, unknown)


@given(answers(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_answers_says_nothing(given: dict[str, str], random: Random) -> None:
    shuffled = list(given.items())
    random.shuffle(shuffled)
    assert read(GRID, dict(shuffled)) == read(GRID, given)

"""What the screens of the diagnosis write from a reading."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from rallynov.diagnosis.model import LEVELS, NOT_CONCERNED, UNKNOWN, Diagnosis, Earlier
from rallynov.diagnosis.reading import Band, read, read_before
from rallynov.diagnosis.report import Kept, report_data
from rallynov.diagnosis.screens.result import details, result
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.screens import Block, Screen
from rallynov.dialogue.words import Day, Say, Term, Typed, Words
from rallynov.sheets.content import load_sheets
from rallynov.wording import Wording

GRID = load_grid()
FORM = GRID.form()
WORDING = Wording(
    {"operator": "l'équipe", "contact": "l'équipe"},
    content={language: shelf.terms() for language, shelf in load_sheets().items()},
)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def lines(item: Say) -> Say:
    """The line itself, where a sheet is named after it."""
    line = dict(item.slots).get("line")
    return line if isinstance(line, Say) else item


def slots(screen: Screen, msgid: str) -> list[dict[str, object]]:
    """The slots of every sentence of a screen that begins with some words."""
    said = [lines(item) for block in screen.blocks for item in block.items if isinstance(item, Say)]
    return [dict(one.slots) for one in said if one.msgid.startswith(msgid)]


def test_the_total_that_is_shown_is_in_its_band() -> None:
    seeded = random.Random(1)
    near = 0
    for _ in range(5000):
        low = seeded.randint(0, 3)
        given = {q.id: str(seeded.randint(low, 4)) for q in FORM.questions}
        found = read(GRID, given)
        assert found.total is not None
        [shown] = slots(result(GRID, Diagnosis(1, given)), "{band}: {total}")
        assert isinstance(shown["total"], int)
        assert Band.of(shown["total"]) == found.band
        near += Band.of(round(found.total)) != found.band
    assert near > 20  # rounding to the nearest would have promised another band


@pytest.mark.parametrize(
    ("pair", "points", "level"),
    [("34", 87, "3"), ("23", 62, "2"), ("12", 37, "1"), ("01", 12, "0"), ("33", 75, "3"), ("04", 50, "2")],
)
def test_half_way_is_the_lower_level(pair: str, points: int, level: str) -> None:
    given = {q.id: "4" for q in FORM.questions} | {"R2.1": pair[0], "R2.2": pair[1]}
    [shown] = slots(details(GRID, Diagnosis(1, given)), "{name}: {points} out of 100 ({level}). Evidence")
    assert (shown["points"], shown["level"]) == (points, Term(f"grid:scale.{level}:label"))


def test_every_checkpoint_has_its_line() -> None:
    seeded = random.Random(2)
    for _ in range(300):
        given = {q.id: seeded.choice((*LEVELS, UNKNOWN)) for q in FORM.questions}
        given |= dict.fromkeys(GRID.checkpoints[4].questions, NOT_CONCERNED)
        [listed] = [block for block in details(GRID, Diagnosis(1, given)).blocks if block.kind == "list"]
        named = [dict(lines(item).slots)["name"] for item in listed.items if isinstance(item, Say)]
        assert named == [Term(f"grid:{c.id}:title") for c in GRID.checkpoints]


def test_nothing_known_is_no_score() -> None:
    screen = result(GRID, Diagnosis(1, {q.id: UNKNOWN for q in FORM.questions}))
    assert not slots(screen, "{band}")
    assert not [block for block in screen.blocks if isinstance(block, Block) and block.kind == "list"]
    assert screen.actions


def test_under_the_threshold_nothing_is_concluded() -> None:
    known = {q.id: "4" if n < 5 else UNKNOWN for n, q in enumerate(FORM.questions)}  # 24 percent
    earlier = Earlier({q.id: "2" for q in FORM.questions}, AT)
    screen = result(GRID, Diagnosis(1, known, earlier=earlier))
    assert [block.kind for block in screen.blocks] == [
        "title",
        "text",
        "note",
        "title",
        "list",
        "note",
        "note",
    ]
    assert [row["name"] for row in slots(screen, "{name}: {words}")] == [
        Term("grid:R1:title"),
        Term("grid:R2:title"),
    ]
    assert not slots(screen, "{band}")
    assert slots(screen, "An indicative result, to complete") == [{"coverage": 24}]
    assert slots(screen, "On these answers alone") == [{"total": 100}]
    assert [choice.key for choice in screen.choices] == ["left"]
    assert screen.figure is None
    seventy = known | dict.fromkeys(
        ("R3.1", "R3.2", "R3.3", "R4.1", "R4.2", "R4.3", "R5.1", "R5.2", "R8.1", "R8.2"), "0"
    )
    firm = result(GRID, Diagnosis(1, seventy))
    assert "left" not in [choice.key for choice in firm.choices]
    assert firm.figure is not None


def test_the_next_step_of_what_is_in_place_is_the_level_above() -> None:
    given = {q.id: "3" for q in FORM.questions} | {"R1.1": "4", "R1.2": "4", "R1.3": "0", "R4.1": "2"}
    screen = result(GRID, Diagnosis(1, given))
    heads = [block.items[0] for block in screen.blocks]
    at = heads.index(Say("Your next steps, the most useful first"))
    assert screen.blocks[at + 1].kind == "note"
    steps = [dict(_one(Block("list", (row,))).slots)["words"] for row in screen.blocks[at + 2].items]
    assert steps == [Term("grid:R4:further"), Term("grid:R1:next"), Term("grid:R3:further")]


def test_a_comparison_is_told_once() -> None:
    given = {q.id: "3" for q in FORM.questions}
    earlier = Earlier(given | {"R9.1": "1"}, AT)
    screen = result(GRID, Diagnosis(2, given, earlier=earlier))
    heads = [block.items[0] for block in screen.blocks]
    at = heads.index(Say("Since your diagnosis of {day}", (("day", Day(AT)),)))
    assert slots(screen, "You had {then}") == [{"then": 73, "now": 75}]
    assert [block.kind for block in screen.blocks[at:]] == ["title", "text", "note", "note"]
    assert screen.figure is not None
    assert screen.figure.columns[1] == Say("This diagnosis")
    alone = result(GRID, Diagnosis(1, given)).figure
    assert alone is not None
    assert alone.columns == (Say("Checkpoint"), Say("Points of 100"))


@pytest.mark.parametrize("seed", range(20))
def test_the_screen_and_the_report_name_the_same(seed: int) -> None:
    seeded = random.Random(seed)
    given = {q.id: seeded.choice((*LEVELS, UNKNOWN)) for q in FORM.questions}
    said = report_data(GRID, Kept(Diagnosis(1, given), "x", AT), WORDING, "fr")
    shown = result(GRID, Diagnosis(1, given, finished_at=AT)).blocks
    for heading, part in (
        ("Your strengths", "strengths"),
        ("Your next steps, the most useful first", "steps"),
    ):
        at = next((n for n, block in enumerate(shown) if block.items[0] == Say(heading)), None)
        named = (
            []
            if at is None
            else [dict(one.slots)["name"] for one in _rows(shown[at:]) if isinstance(one, Say)]
        )
        titles = [WORDING.word(name, "fr") for name in named if isinstance(name, Term)]
        if said[part]["title"] == "Par où commencer":  # type: ignore[index]
            assert titles == []
            continue
        assert titles == [item["name"] for item in said[part]["items"]], (seed, part)  # type: ignore[index]
    assert dict(_one(shown[-1]).slots)["version"] == Typed(GRID.version)
    assert f"Grille {GRID.version}" in said["lines"]  # type: ignore[operator]


def _rows(blocks: Sequence[Block]) -> Sequence[Words]:
    """The lines of the first list."""
    return next(block.items for block in blocks if block.kind == "list")


def _one(block: Block) -> Say:
    [item] = block.items
    assert isinstance(item, Say)
    return item


def test_a_result_that_rested_on_too_little_is_compared_with_nothing() -> None:
    questions = [question for checkpoint in GRID.checkpoints for question in checkpoint.questions]
    few = {question: "4" if n < 6 else "nsp" for n, question in enumerate(questions)}
    whole = dict.fromkeys(questions, "3")
    assert read(GRID, few).indicative
    assert read_before(GRID, Diagnosis(2, whole, earlier=Earlier(few, AT))) is None
    assert read_before(GRID, Diagnosis(2, few, earlier=Earlier(whole, AT))) == read(GRID, whole)
    assert read_before(GRID, Diagnosis(1, whole)) is None

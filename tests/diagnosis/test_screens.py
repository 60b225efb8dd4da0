"""What the screens of the diagnosis write from a reading."""

import random
from datetime import UTC, datetime

import pytest

from rallynov.diagnosis.model import LEVELS, NOT_CONCERNED, UNKNOWN, Diagnosis
from rallynov.diagnosis.reading import Band, read
from rallynov.diagnosis.report import Kept, report_data
from rallynov.diagnosis.screens.result import details, result
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.screens import Block, Screen
from rallynov.dialogue.words import Say, Term, Typed
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
            else [dict(one.slots)["name"] for one in shown[at + 1].items if isinstance(one, Say)]
        )
        titles = [WORDING.word(name, "fr") for name in named if isinstance(name, Term)]
        assert titles == [item["name"] for item in said[part]["items"]], (seed, part)  # type: ignore[index]
    assert dict(_one(shown[-1]).slots)["version"] == Typed(GRID.version)
    assert f"Grille {GRID.version}" in said["lines"]  # type: ignore[operator]


def _one(block: Block) -> Say:
    [item] = block.items
    assert isinstance(item, Say)
    return item

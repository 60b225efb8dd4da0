"""A figure in plain lines, within what a caption may hold."""

import pytest

from rallynov.figures.caption import LIMIT, caption
from rallynov.figures.model import Plot
from rallynov.text import utf16_len

COLON = "\u00a0: "
ROWS = (
    ("Un besoin réel", (66.67, 50.0)),
    ("Mesure et preuves", (None, 25.0)),
    ("Coopérations", (60.0, None)),
)


def test_a_line_an_axis() -> None:
    assert caption(Plot("Vos repères", ("Repère", "Ce diagnostic", "Le 12 mai 2026"), ROWS), colon=COLON) == (
        "Vos repères\n"
        "Un besoin réel\u00a0: 66 (le 12 mai 2026\u00a0: 50)\n"
        "Mesure et preuves\u00a0: – (le 12 mai 2026\u00a0: 25)\n"
        "Coopérations\u00a0: 60 (le 12 mai 2026\u00a0: –)"
    )


def test_one_series_alone_and_in_english() -> None:
    alone = Plot("Your checkpoints", ("Checkpoint", "This diagnosis"), (("A real need", (66.0,)),))
    assert caption(alone) == "Your checkpoints\nA real need: 66"


def test_colleagues_are_each_named() -> None:
    three = Plot(
        "Repères", ("Repère", "Direction", "Salarié", "Élu"), (("Un besoin réel", (75.0, 50.0, None)),)
    )
    assert (
        caption(three, colon=COLON) == "Repères\nUn besoin réel\u00a0: 75 (salarié\u00a0: 50; élu\u00a0: –)"
    )


@pytest.mark.parametrize(
    "name",
    ids=["words", "emoji", "letters", "short"],
    argvalues=["Repère " + "très " * 60, "🙂" * 80, "x" * 3000, "Court"],
)
@pytest.mark.parametrize("series", range(1, 7))
def test_it_never_exceeds_the_limit(name: str, series: int) -> None:
    drawing = Plot(name, (name,) * (series + 1), tuple((name, (100.0,) * series) for _ in range(12)))
    assert 0 < utf16_len(caption(drawing, colon=COLON)) <= LIMIT


def test_names_are_shortened_before_figures_are_lost() -> None:
    rows = tuple((f"{nth} " + "très " * 40, (float(nth), 50.0)) for nth in range(10, 22))
    text = caption(Plot("Repères", ("Repère", "Ce diagnostic", "Le 12 mai 2026"), rows), colon=COLON)
    assert all(f"\u00a0: {nth} (" in text for nth in range(10, 22))

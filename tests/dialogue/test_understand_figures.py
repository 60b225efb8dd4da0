"""A figure that is typed alone: the number of a choice, or a quantity that its label tells."""

import pytest

from rallynov.dialogue.understand import Exact, Near, Nothing, Option, understand

NOTHING = Nothing()
SIZES = tuple(Option(label, f"{label} salariés") for label in ("0", "1-2", "3-5", "6-9", "10-19", "20-49"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10-19", Exact("10-19")),
        ("10 à 19 salariés", Near(("10-19",))),
        ("10-19 salariés", Exact("10-19")),
        ("5", Near(("3-5", "10-19"))),  # five employees, or the fifth line?
        ("réponse 5", Exact("10-19")),
        ("2", Exact("1-2")),  # both readings agree
        ("3-5", Exact("3-5")),
        ("15", NOTHING),
        ("49", Near(("20-49",))),
    ],
)
def test_a_figure_among_figures_may_be_a_quantity(text: str, expected: Exact | Near | Nothing) -> None:
    assert understand(text, SIZES) == expected


def test_a_figure_in_a_long_label_is_no_quantity() -> None:
    asked = (
        Option("t1", "nº1 : puis-je vous joindre au 06 12 ce week-end ?"),
        Option("t2", "nº2 : peut-on venir le 3 mai avec un collègue ?"),
    )
    assert understand("1", asked) == Exact("t1")

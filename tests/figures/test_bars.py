"""Bars: counts drawn to scale, every word escaped, nothing inline."""

import re
from xml.etree import ElementTree as ET

import pytest

from rallynov.figures.bars import bars_svg
from rallynov.figures.model import Plot


def plot(*rows: tuple[str, float]) -> Plot:
    return Plot("Les plus <demandées>", ("Question", "Fois"), tuple((name, (n,)) for name, n in rows))


def test_bars_are_to_scale_and_words_escaped() -> None:
    svg = bars_svg(
        plot(
            ("Une <b>longue</b> question & une autre, qui ne tient pas sur une seule ligne", 10), ("Deux", 5)
        )
    )
    ET.fromstring(svg)  # noqa: S314  # our own
    long, short = (float(one) for one in re.findall(r'<rect [^>]*width="([\d.]+)"', svg))
    assert long == pytest.approx(2 * short, rel=0.05)  # a longer count leaves less room at its end
    assert "style=" not in svg
    assert "<b>" not in svg


def test_nothing_asked_is_still_a_picture() -> None:
    assert "<rect" in bars_svg(plot(("Rien", 0)))


@pytest.mark.parametrize("count", [0, 13])
def test_too_few_or_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="bars"):
        bars_svg(plot(*[("une", 1.0)] * count))

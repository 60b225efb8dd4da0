"""The radar: where its points are, what it says, and what it refuses to hide."""

import re
from itertools import combinations
from math import atan2, degrees, hypot
from xml.etree import ElementTree as ET

import pytest

from rallynov.figures import radar
from rallynov.figures.layout import FONT, LINE, WIDTH, Label, width, wrap
from rallynov.figures.model import Plot
from rallynov.figures.radar import radar_svg
from rallynov.papers.press import draw_png

SVG = "{http://www.w3.org/2000/svg}"
NAMES = (
    "Un besoin réel", "Une réponse nouvelle ici", "Avec les personnes concernées", "Qualité de vie au travail",
    "Qualité de vie hors travail et territoire", "Performance et modèle", "Essai et prise de risque",
    "Mesure et preuves", "Coopérations", "Durer et transmettre", "Un onzième repère", "Un douzième repère",
)  # fmt: skip
POINTS = (66.7, 62.5, 50, 83.3, 0, 100, 62.5, 25, 62.5, 25)


def plot(*series: tuple[float | None, ...], names: tuple[str, ...] = NAMES) -> Plot:
    heads = ("Repère", *(f"Série {nth}" for nth in range(1, len(series) + 1)))
    return Plot("Vos dix repères", heads, tuple(zip(names, zip(*series, strict=True), strict=False)))


def drawn(one: Plot) -> ET.Element:
    return ET.fromstring(radar_svg(one))  # noqa: S314  # our own drawing


def group(svg: ET.Element, kind: str) -> ET.Element:
    found = [each for each in svg.iter(f"{SVG}g") if each.get("class") == kind]
    assert found, f"there is no {kind}"
    return found[0]


def marks(svg: ET.Element, nth: int) -> list[tuple[float, float]]:
    places = [path.get("transform", "") for path in group(svg, f"radar-s{nth}").iter(f"{SVG}path")]
    return [place(moved) for moved in places if moved]


def place(moved: str) -> tuple[float, float]:
    x, y = re.findall(r"-?[\d.]+", moved)
    return float(x), float(y)


def rim(svg: ET.Element) -> float:
    outermost = group(svg, "radar-grid").findall(f"{SVG}polygon")[-1]
    return hypot(*place(str(outermost.get("points")).split(" ")[0]))


@pytest.mark.parametrize("axes", range(3, 13))
def test_each_point_is_at_its_value_on_its_axis(axes: int) -> None:
    values = tuple(float(nth * 97 % 101) for nth in range(1, axes + 1))
    svg = drawn(plot(values))
    for nth, ((x, y), value) in enumerate(zip(marks(svg, 0), values, strict=True)):
        assert hypot(x, y) / rim(svg) * 100 == pytest.approx(value, abs=0.3)
        if value > 5:
            turned = (degrees(atan2(y, x)) + 90) % 360
            assert turned == pytest.approx(360 * nth / axes, abs=1)


def test_the_polygon_is_closed_when_every_point_is_known() -> None:
    line = group(drawn(plot(POINTS)), "radar-s0").findall(f"{SVG}path")[1]
    assert (line.get("class"), str(line.get("d")).count("M")) == ("radar-line", 1)
    assert str(line.get("d")).endswith("Z")


def test_it_breaks_where_there_is_no_point() -> None:
    svg = drawn(plot((50, 50, None, 50, 50, 50, None, None, 50, 50)))
    assert len(marks(svg, 0)) == 7
    line = group(svg, "radar-s0").findall(f"{SVG}path")[1]
    assert str(line.get("d")).count("M") == 5  # 0-1, 3-4, 4-5, 8-9, 9-0
    assert "Z" not in str(line.get("d"))
    hollow = group(svg, "radar-absent").findall(f"{SVG}circle")
    assert len(hollow) == 3
    assert all(
        hypot(float(one.get("cx", 0)), float(one.get("cy", 0))) == pytest.approx(rim(svg), abs=0.2)
        for one in hollow
    )
    ended = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
    assert [text.endswith("–") for text in ended] == [nth in {2, 6, 7} for nth in range(10)]


def test_a_lone_point_is_drawn_without_a_line() -> None:
    svg = drawn(plot((None, None, 70, None, None)))
    assert len(marks(svg, 0)) == 1
    assert not [path for path in svg.iter(f"{SVG}path") if path.get("class") == "radar-line"]


def test_series_differ_by_dash_and_by_mark() -> None:
    svg = drawn(plot(*(tuple(value / (nth + 1) for value in POINTS) for nth in range(6))))
    groups = [group(svg, f"radar-s{nth}") for nth in range(6)]
    dashes = {
        path.get("stroke-dasharray") for one in groups for path in one if path.get("class") == "radar-line"
    }
    shapes = {path.get("d") for one in groups for path in one if path.get("transform")}
    colours = {one.get("color") for one in groups}
    assert (len(dashes), len(shapes), len(colours)) == (6, 6, 6)
    named = ["".join(text.itertext()) for text in group(svg, "radar-legend").iter(f"{SVG}text")]
    assert named == [f"Série {nth}" for nth in range(1, 7)]


def test_only_the_newest_of_two_is_filled() -> None:
    svg = drawn(plot(POINTS, POINTS[::-1]))
    areas = [path for path in svg.iter(f"{SVG}path") if path.get("class") == "radar-area"]
    assert areas == [group(svg, "radar-s0").find(f"{SVG}path")]


def test_it_says_in_words_what_it_shows() -> None:
    svg = drawn(plot(POINTS[:3], (None, 50, 0)))
    assert (svg.get("role"), svg[0].tag, svg[0].text) == ("img", f"{SVG}title", "Vos dix repères")
    assert svg[1].text == (
        "Série 1: Un besoin réel 66, Une réponse nouvelle ici 62, Avec les personnes concernées 50. "
        "Série 2: Un besoin réel –, Une réponse nouvelle ici 50, Avec les personnes concernées 0."
    )


def test_a_style_sheet_may_recolour_it_and_no_style_is_inline() -> None:
    svg = drawn(plot(POINTS, POINTS[::-1]))
    assert not [each for each in svg.iter() if each.get("style") or each.tag == f"{SVG}style"]
    painted = {each.get(name) for each in svg.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert painted == {"currentColor", "#fffdf8"}


def test_it_is_legible_on_a_phone() -> None:
    svg = drawn(plot(POINTS))
    assert str(svg.get("viewBox")).split(" ")[2] == "340"
    assert float(str(svg.get("font-size"))) >= 12
    assert not [text for text in svg.iter() if text.get("font-size") and text is not svg]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "A & B",
        "\"quoted\" 'too'",
        "</text></svg>",
        "a\x00b\x07\ud800c\ufffe",
        "🙂👩‍👩‍👧",
        "",
    ],
)
def test_a_hostile_label_stays_a_label(name: str) -> None:
    hostile = Plot(name, (name, name, name), tuple((name, (50.0, None)) for _ in range(4)))
    svg = drawn(hostile)
    kept = re.sub("[\x00\x07\ud800\ufffe]", "", name)
    assert svg[0].text == (kept or None)
    assert {each.tag for each in svg.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "g", "polygon", "path", "circle", "text", "tspan")
    }
    assert draw_png(radar_svg(hostile), 340).startswith(b"\x89PNG")


@pytest.mark.parametrize("count", [2, 13])
def test_too_few_or_too_many_axes_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} axes"):
        radar_svg(Plot("", ("", ""), (("", (1.0,)),) * count))


@pytest.mark.parametrize("count", [0, 7])
def test_too_few_or_too_many_series_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} series"):
        radar_svg(Plot("", ("",) * (count + 1), (("", (1.0,) * count),) * 5))


def box(label: Label) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a label, by the estimate of its widths."""
    lines = [*label.lines[:-1], f"{label.lines[-1]} {label.value}".strip()]
    wide = max(map(width, lines))
    left = label.x - wide * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
    return left, label.y - label.height / 2, left + wide, label.y + label.height / 2


@pytest.mark.parametrize("axes", range(3, 13))
def test_labels_are_whole_inside_and_apart(axes: int) -> None:
    _, labels = radar._place([(name, "100") for name in NAMES[:axes]])
    boxes = [box(label) for label in labels]
    assert not [label for label in labels if label.cut]
    assert all(left >= -WIDTH / 2 and right <= WIDTH / 2 for left, _, right, _ in boxes)
    for (left, top, right, bottom), (other_left, other_top, other_right, other_bottom) in combinations(
        boxes, 2
    ):
        level = top < other_bottom - 1 and other_top < bottom - 1
        assert not (level and left < other_right and other_left < right)


def test_a_long_label_ends_in_an_ellipsis_and_keeps_its_value() -> None:
    long = "Un repère au nom vraiment interminable, écrit par quelqu'un qui avait beaucoup de choses à dire"
    svg = drawn(Plot("", ("", ""), ((long, (42.0,)),) * 8))
    for text in svg.iter(f"{SVG}text"):
        said = "".join(text.itertext())
        assert "…" in said
        assert said.endswith("42")


@pytest.mark.parametrize("room", [40, 60, 90, 150])
def test_no_line_is_wider_than_its_room(room: float) -> None:
    for name in (*NAMES, "Anticonstitutionnellement", "W" * 40, "🙂" * 30):
        lines = wrap(name, room)
        assert len(lines) <= 3
        assert all(width(line) <= room for line in lines)


def test_words_stand_apart_by_their_lines() -> None:
    assert LINE > FONT
    svg = drawn(plot(POINTS))
    assert {span.get("dy") for span in svg.iter(f"{SVG}tspan")} - {None} == {f"{LINE:g}"}


def test_the_same_drawing_is_the_same_text() -> None:
    assert radar_svg(plot(POINTS)) == radar_svg(plot(POINTS))

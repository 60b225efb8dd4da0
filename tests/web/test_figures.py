"""Figures: the drawing and the table say the same, and hold nothing that a page's policy forbids."""

from __future__ import annotations

import re

import pytest
from web.test_walk import begin
from web.visitor import Visitor, read

from bot.web import drawings
from bot.web.assets import Assets
from bot.web.door import Door
from bot.web.reader import Reader
from bot.web.view import Desk, Talk, View
from bot.web.words import labels
from rallynov.delivery.message import Drawing, Message

FRENCH = Reader("fr")


def cells(html: str) -> list[list[str]]:
    """The rows of the tables of a page, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


def shown(door: Door, drawing: Drawing) -> str:
    message = Message((("title", ("Votre résultat",)),), figure=drawing)
    return View(door, Assets()).fragment(Talk(message, opening=message), Desk("id"), FRENCH)


async def test_a_result_is_drawn_beside_its_table(visitor: Visitor) -> None:
    page = await begin(visitor)
    answers = iter(["1", "3", "4", "2", "nsp"] * 5)
    while visitor.screen.startswith("q:"):
        page = await visitor.press(next(answers))
    assert visitor.answer is not None
    html = visitor.answer.text
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("figure"), tags.count("table"), tags.count("caption")) == (1, 1, 1)
    rows = cells(html)
    assert len(rows) == 11
    drawn = [re.sub(r"<[^>]+>", "", said) for said in re.findall(r"<desc>(.*?)</desc>", html)]
    assert len(drawn) == 1
    for row in rows[1:]:
        assert f"{' '.join(row[0])} {row[1][0]}" in " ".join(drawn[0].split()), (
            "the drawing and the table agree"
        )
    scopes = [values.get("scope") for tag, values in page.tags if tag == "th"]
    assert scopes == ["col", "col", *["row"] * 10]


async def test_a_figure_stands_before_what_follows_from_it(visitor: Visitor) -> None:
    await begin(visitor)
    while visitor.screen.startswith("q:"):
        await visitor.press("2")
    assert visitor.answer is not None
    last = visitor.answer.text.rpartition('id="fin"')[2]
    order = [last.index(sign) for sign in ("Votre résultat", "<figure>", "Vos points forts")]
    assert order == sorted(order)


def test_a_missing_point_is_said_in_words(door: Door) -> None:
    rows = (("Un", (50.0, None)), ("Deux", (None, 33.4)), ("Trois", (99.99, 0.0)))
    html = shown(door, Drawing("radar", "Vos repères", ("Repère", "Ce jour", "Avant"), rows))
    told = [[" ".join(cell) for cell in row] for row in cells(html)]
    none = f"– {labels(door.wording, 'fr')['absent']}"
    assert told == [
        ["Repère", "Ce jour", "Avant"],
        ["Un", "50", none],
        ["Deux", none, "33"],
        ["Trois", "99", "0"],
    ]


@pytest.mark.parametrize("drawing", [
    Drawing("radar", "Deux repères", ("Repère", "Points"), (("Un", (1.0,)), ("Deux", (2.0,)))),
    Drawing("camembert", "Autre", ("Repère", "Points"), tuple((f"R{n}", (1.0,)) for n in range(5))),
])  # fmt: skip
def test_what_cannot_be_drawn_keeps_its_table(door: Door, drawing: Drawing) -> None:
    html = shown(door, drawing)
    assert "<svg" not in html
    assert drawing.title in html
    assert len(cells(html)) == len(drawing.rows) + 1


def test_hostile_labels_stay_text(door: Door) -> None:
    bad = '</text><script>x</script>"\' onload="x'
    rows = tuple((f"{bad}{n}", (10.0 * n,)) for n in range(5))
    html = shown(door, Drawing("radar", bad, (bad, bad), rows))
    page = read(html)
    assert "script" not in [tag for tag, _ in page.tags]
    assert not any(name.startswith("on") or name == "style" for _, values in page.tags for name in values)
    assert 'onload="' not in html


def test_a_drawn_address_is_of_no_colour_of_the_page() -> None:
    drawn = drawings.qr("https://rallye.exemple.fr/c/abcdefgh")
    assert "style" not in drawn
    assert 'fill="#fff"' in drawn
    assert 'stroke="#14382b"' in drawn

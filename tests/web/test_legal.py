"""The pages that the law asks for: each right a press away, whom to turn to, who publishes; in both languages."""

from __future__ import annotations

import re

import pytest
from web.conftest import Open
from web.visitor import Visitor

from rallynov.wording import LANGUAGES


def pressed(visitor: Visitor) -> list[str | None]:
    """What the buttons of a page say in the conversation."""
    return [
        values.get("value")
        for tag, values in visitor.tags
        if tag == "button" and values.get("name") == "text"
    ]


async def test_each_right_is_a_press_away_from_the_page_about_data(visitor: Visitor) -> None:
    page = await visitor.open("/confidentialite")
    assert pressed(page)[-4:] == ["/mesdonnees", "/corriger", "/limiter", "/effacer"]
    assert visitor.answer is not None
    assert "3 place de Fontenoy" in visitor.answer.text
    assert re.search(r"<h2>Qui est responsable\s\?</h2>\s*<p>Le responsable", visitor.answer.text), (
        "a heading a question"
    )
    assert visitor.answer.text.count("<h2>") >= 15


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_statement_says_how_far_it_goes_and_whom_to_turn_to(
    visitor: Visitor, language: str
) -> None:
    await visitor.open(f"/accessibilite?lang={language}")
    assert visitor.answer is not None
    for word in ("RGAA", "axe-core 4.12", "PDF/UA-1", "bonjour@exemple.fr", "defenseurdesdroits.fr"):
        assert word in visitor.answer.text


async def test_the_legal_notice_names_who_directs_and_who_hosts_when_it_is_said(
    visitor: Visitor, open_door: Open
) -> None:
    await visitor.open("/mentions-legales")
    assert visitor.answer is not None
    assert "Hébergeur" not in visitor.answer.text
    assert "qui héberge ce service" in visitor.answer.text
    other = open_door(director="Claude Exemple", host="Hébergeur exemple, 1 rue de l'Exemple")
    await other.open("/mentions-legales")
    assert other.answer is not None
    assert "Claude Exemple" in other.answer.text
    assert "Hébergeur exemple" in other.answer.text
    assert "qui héberge ce service" not in other.answer.text

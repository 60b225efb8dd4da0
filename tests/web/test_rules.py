"""Where the rules of the rally are read: said where they are named, as a link once an address was given."""

from __future__ import annotations

import pytest
from web.conftest import Open
from web.visitor import Visitor

from rallynov.wording import LANGUAGES, Wording

RULES = "https://exemple.fr/reglement?a=1&b=2"
NAMES = {"operator": "Association exemple", "contact": "bonjour@exemple.fr"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_address_one_is_told_to_ask_for_them(language: str) -> None:
    assert "/question" in Wording(NAMES).term("privacy:rules:where", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_is_told_as_it_is(language: str) -> None:
    assert Wording({**NAMES, "rules": RULES}).term("privacy:rules:where", language).endswith(f" {RULES}")


async def test_the_legal_page_tells_to_ask(visitor: Visitor) -> None:
    await visitor.open("/mentions-legales")
    assert visitor.answer is not None
    assert "demandez-le à l’équipe" in visitor.answer.text


async def test_the_legal_page_links_to_the_rules(open_door: Open) -> None:
    page = await open_door(wording=Wording({**NAMES, "rules": RULES})).open("/mentions-legales")
    assert RULES in {values.get("href") for tag, values in page.tags if tag == "a"}


async def test_the_faq_tells_where_the_rules_are(visitor: Visitor) -> None:
    await visitor.open("/faq/reglement")
    assert visitor.answer is not None
    assert "demandez-le à l’équipe" in visitor.answer.text

"""The list of dossiers; and what the chat shows of one, above and beside the conversation."""

from __future__ import annotations

import pytest
from web.applicant import PLAIN, dossier, opened, text
from web.conftest import Open
from web.visitor import Visitor

from bot.wiring import Core


@pytest.fixture
async def owner(visitor: Visitor) -> Visitor:
    """Somebody who has just opened a dossier, with a name."""
    return await opened(visitor)


async def test_the_list_of_dossiers(visitor: Visitor, core: Core) -> None:
    await visitor.open("/dossier")
    assert "Il n’y a pas encore de dossier sur cet appareil" in text(visitor)
    assert "set-cookie" not in visitor.answer.headers  # type: ignore[union-attr]
    await opened(visitor)
    await visitor.say("/dossier")
    await visitor.say("/statut")
    await visitor.press("another")
    await visitor.press("begin")
    page = await visitor.open("/dossier")
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/dossier/")]
    assert len(links) == 2
    assert "Dossier encore sans titre" in text(visitor)
    await visitor.open(links[1])
    assert 'href="/dossier"' in text(visitor)


async def test_a_newcomer_opens_one_from_the_list(visitor: Visitor) -> None:
    await visitor.open("/dossier")
    await visitor.say("/dossier")
    assert "Avant de commencer" in text(visitor)


async def test_the_chat_shows_where_the_dossier_stands_and_all_of_it_beside(
    owner: Visitor, core: Core
) -> None:
    await owner.open()
    one = dossier(core)
    assert f'<a href="/dossier/{one}">Voir mon dossier</a> <span>Enregistré, pas déposé</span>' in text(owner)
    beside = text(owner).partition('<aside id="beside"')[2].partition("</aside>")[0]
    assert "Atelier des Exemples" in beside
    assert "Modifier : Nom de la structure" in beside
    answer = await owner.client.get("/beside")
    assert answer.text.translate(PLAIN).strip() == beside.partition(">")[2].strip()
    fragment = await owner.client.get("/fragment?after=0")
    assert "Voir mon dossier" in fragment.text
    assert "Modifier : Nom" not in fragment.text.translate(PLAIN), "the column is asked for where it is shown"


async def test_the_chat_of_whoever_has_no_dossier_says_nothing_of_it(
    visitor: Visitor, open_door: Open
) -> None:
    await visitor.open()
    await visitor.press("begin")
    assert "Voir mon dossier" not in text(visitor)
    assert (await visitor.client.get("/beside")).status_code == 204
    bare = await opened(open_door(dossiers=None))
    assert "Voir mon dossier" not in text(bare)
    assert (await bare.client.get("/dossier")).status_code == 404


async def test_the_column_is_about_the_dossier_of_the_conversation(visitor: Visitor, core: Core) -> None:
    await opened(visitor)
    first = dossier(core)
    await visitor.say("/statut")
    await visitor.press("another")
    await visitor.press("begin")
    await visitor.say("Une autre structure")
    assert "Une autre structure" in (await visitor.client.get("/beside")).text
    await visitor.say(f"/statut {first}")
    assert "Atelier des Exemples" in (await visitor.client.get("/beside")).text

"""Who sees the page of a dossier, what it offers to each, and how its buttons lead into the conversation."""

from __future__ import annotations

import pytest
from conversation import Clock
from initiatives.life import FULL
from initiatives.team import Team
from sqlalchemy import delete, select
from web.applicant import PLAIN, change, commands, dossier, opened, right, text
from web.conftest import Open
from web.visitor import Visitor

from bot.wiring import Core
from rallynov.initiatives.tables import DossierRow, ShareRow


@pytest.fixture
async def owner(visitor: Visitor) -> Visitor:
    """Somebody who has just opened a dossier, with a name."""
    return await opened(visitor)


@pytest.fixture
def team(core: Core, clock: Clock) -> Team:
    return Team(core, clock)


async def test_a_line_leads_to_its_question_and_back(owner: Visitor, core: Core) -> None:
    await owner.say("/menu")
    await owner.open(f"/dossier/{dossier(core)}")
    asked = commands(owner)
    page = await owner.say(asked["Modifier : Nom de la structure"])
    assert owner.screen == "f:name"
    assert page.said[-1].translate(PLAIN) == "Modifier : Nom", "not the command"
    await owner.say("Atelier des Modèles")
    await owner.open(f"/dossier/{dossier(core)}")
    assert "Atelier des Modèles" in text(owner)
    await owner.say(commands(owner)["Répondre : Nombre de salariés"])
    assert owner.screen == "f:headcount"
    await owner.say("12")
    assert owner.screen == "f:registry", "an answer that was missing leads on, not back"


async def test_the_first_button_carries_on_then_submits(owner: Visitor, core: Core, team: Team) -> None:
    await owner.say("/menu")
    await owner.open(f"/dossier/{dossier(core)}")
    page = await owner.say(commands(owner)[f"/suite {dossier(core)}"])
    assert (owner.screen, page.said[-1]) == ("f:registry", "Continuer mon dossier")
    team.fill({**FULL, "name": "Atelier des Exemples"})
    await owner.open(f"/dossier/{dossier(core)}")
    assert not any(command.startswith("/suite") for command in commands(owner))
    await owner.say(commands(owner)[f"/deposer {dossier(core)}"])
    await owner.press("submit")
    await owner.open(f"/dossier/{dossier(core)}")
    assert "sous le numéro 2026-0001." in text(owner)
    assert "déposé (vous)" in text(owner)
    assert not any(label.startswith(("Modifier", "Répondre")) for label in commands(owner))
    receipt = await owner.client.get(f"/papiers/receipt/{dossier(core)}")
    assert receipt.content[:5] == b"%PDF-"
    assert f'href="/papiers/receipt/{dossier(core)}"' in text(owner)


async def test_what_cannot_be_changed_offers_no_change(owner: Visitor, core: Core) -> None:
    for status in ("submitted", "admissible", "inadmissible", "withdrawn"):
        change(core, status=status)
        await owner.open(f"/dossier/{dossier(core)}")
        kinds = {label.partition(" : ")[0] for label in commands(owner) if " : " in label}
        assert kinds == set()


async def test_a_right_decides_what_is_offered(owner: Visitor, core: Core) -> None:
    told = {}
    for given in ("read", "edit", "comment"):
        right(core, given)
        await owner.open(f"/dossier/{dossier(core)}")
        told[given] = {one.partition(" : ")[0] for one in commands(owner) if " : " in one}
    assert told == {"read": set(), "comment": {"Commenter"}, "edit": {"Modifier", "Répondre"}}
    await owner.say(commands(owner)["Commenter : Nom de la structure"])
    await owner.say("Le nom complet, s'il vous plaît")
    await owner.open(f"/dossier/{dossier(core)}")
    assert "Vous : Le nom complet, s&#39;il vous plaît" in text(owner)


async def test_a_withdrawn_dossier_is_taken_back_from_its_page(owner: Visitor, core: Core) -> None:
    one = dossier(core)
    await owner.open(f"/dossier/{one}")
    page = await owner.say(commands(owner)[f"/dossier {one}/withdraw"])
    assert page.said[-1] == "Retirer ce dossier"
    await owner.press("withdrawn")
    await owner.open(f"/dossier/{one}")
    assert f"/dossier {one}/withdraw" not in commands(owner)
    await owner.say(commands(owner)[f"/dossier {one}/reopen"])
    assert owner.screen == "reopen"


async def test_whoever_may_not_submit_is_not_offered_it(owner: Visitor, core: Core, team: Team) -> None:
    team.fill({**FULL, "name": "Atelier des Exemples"})
    right(core, "edit")
    await owner.open(f"/dossier/{dossier(core)}")
    assert not any(one.startswith("/deposer") for one in commands(owner).values())


async def test_nobody_else_sees_it(owner: Visitor, open_door: Open, core: Core) -> None:
    stranger, newcomer = await opened(open_door()), open_door()
    with core.store.read() as tx:
        ids = list(tx.execute(select(DossierRow.id).order_by(DossierRow.created_at)).scalars())
    for who, path, status in (
        (owner, f"/dossier/{ids[0]}", 200),
        (stranger, f"/dossier/{ids[0]}", 404),
        (newcomer, f"/dossier/{ids[0]}", 404),
        (owner, "/dossier/nothing", 404),
        (owner, "/dossier/..%2f..", 404),
        (owner, f"/dossier/{'a' * 65}", 404),
    ):
        answer = await who.client.get(path)
        assert answer.status_code == status, path
        assert "Atelier des Exemples" not in answer.text or status == 200
    assert "écrivez « /continuer »" in (await stranger.client.get(f"/dossier/{ids[0]}")).text.translate(PLAIN)
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    for path in (f"/dossier/{ids[0]}", "/dossier", "/beside"):
        assert (await owner.client.get(path, headers=embedded)).status_code in {204, 404}


async def test_a_right_that_was_taken_away_closes_the_page(owner: Visitor, core: Core) -> None:
    assert (await owner.client.get(f"/dossier/{dossier(core)}")).status_code == 200
    with core.store.write() as tx:
        tx.execute(delete(ShareRow))
    one = dossier(core)
    assert (await owner.client.get(f"/dossier/{one}")).status_code == 404
    assert (await owner.client.get("/beside")).status_code == 204

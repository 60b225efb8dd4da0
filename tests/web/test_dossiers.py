"""The page of a dossier: what it shows, in plain words, and that words stay words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from conversation import Clock
from initiatives.life import FULL, TEXT
from initiatives.team import Team
from sqlalchemy import insert, update
from web.applicant import HOSTILE, attach, change, commands, dossier, opened, text
from web.conftest import Open
from web.visitor import Visitor

from bot.wiring import Core
from rallynov.editions.service import set_calendar
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.tables import DossierAnswerRow, ShareRow
from rallynov.people.tables import PersonRow


@pytest.fixture
async def owner(visitor: Visitor) -> Visitor:
    """Somebody who has just opened a dossier, with a name."""
    return await opened(visitor)


@pytest.fixture
def team(core: Core, clock: Clock) -> Team:
    return Team(core, clock)


async def test_a_draft_says_that_it_is_not_submitted_and_what_it_lacks(
    owner: Visitor, core: Core, team: Team
) -> None:
    team.fill({"title": "Une initiative exemple", "summary": TEXT, "indicators": FULL["indicators"]})
    await owner.open("/dossier")
    assert owner.answer is not None
    assert owner.answer.headers["location"] == f"/dossier/{dossier(core)}"
    page = await owner.open(owner.answer.headers["location"])
    assert page.texts["h1"] == ["Une initiative exemple"]
    shown = text(owner)
    assert "Enregistré, pas encore déposé." in shown
    assert "Il manque encore 28 réponses." in shown
    assert "il manque 5 réponses" in shown, "by step"
    assert [head.partition(". ")[0] for head in page.texts["h2"][:7]] == list("1234567")
    for told in (
        "Atelier des Exemples",
        TEXT.strip().replace("'", "&#39;"),
        "Absences",
        "décembre 2012",
        "à remplir",
        "ouvert (vous)",
    ):
        assert told in shown, told
    assert "no-store" in owner.answer.headers["cache-control"]
    assert "<script" not in shown
    assert "style=" not in shown


async def test_a_text_too_short_says_by_how_much_and_one_of_the_diagnosis_where_it_comes_from(
    owner: Visitor, core: Core, team: Team
) -> None:
    await owner.say(f"/dossier {dossier(core)}:answer")
    await owner.say("Un texte trop court.")
    team.fill({"need": TEXT})
    with core.store.write() as tx:
        mine = DossierAnswerRow.field == "need"
        tx.execute(update(DossierAnswerRow).where(mine).values(source="diagnosis"))
    await owner.open("/dossier")
    await owner.open(f"/dossier/{dossier(core)}")
    assert "commencé, à terminer : Un texte trop court." in text(owner)
    assert "Il manque 130 caractères." in text(owner)
    assert text(owner).count("Repris de votre diagnostic.") == 1


async def test_what_was_sent_back_says_why_until_when_and_is_open(
    owner: Visitor, core: Core, team: Team
) -> None:
    team.fill({**FULL, "name": "Atelier des Exemples"})
    await owner.say("/deposer")
    await owner.press("submit")
    team("renvoi : Le budget est à revoir")
    await owner.open(f"/dossier/{dossier(core)}")
    shown = text(owner)
    assert shown.count("Le budget est à revoir") == 2, "where it stands, and among what happened"
    assert "renvoyé, à corriger (l’équipe du rallye)" in shown
    assert "2 décembre 2026" in shown
    assert "Numéro : <b>2026-0001</b>" in shown
    assert "Modifier : Nom de la structure" in commands(owner)


async def test_files_with_what_became_of_them(
    open_door: Open, core: Core, clock: Clock, tmp_path: Path
) -> None:
    owner = await opened(open_door(folder=Folder(tmp_path / "pieces")))
    attach(core, clock, "plan.pdf", "kept", scanned=True)
    attach(core, clock, "photo.jpg", "kept")
    attach(core, clock, "dessin.png", "waiting")
    attach(core, clock, "programme.pdf", "refused", reason="empty")
    await owner.open(f"/dossier/{dossier(core)}")
    shown = text(owner)
    for told in (
        "gardé, analysé par un antivirus",
        "gardé, non analysé par un antivirus",
        "en cours de contrôle, pas encore dans le dossier",
        "non gardé. ",
        "1,5 Mo",
    ):
        assert told in shown, told
    assert shown.count(f'href="/pieces/{dossier(core)}/') == 2, "what is kept can be fetched"
    assert f'<input type="hidden" name="dossier" value="{dossier(core)}">' in shown
    assert 'type="file"' in shown


async def test_people_and_what_they_did(owner: Visitor, core: Core, clock: Clock) -> None:
    with core.store.write() as tx:
        rows = [
            {"dossier_id": dossier(core), "person_id": person, "right": right, "name": name, "since": clock()}
            for person, right, name in (("p1", "comment", "Bruno, atelier"), ("p2", "edit", HOSTILE))
        ]
        people = [{"id": one, "notice_version": "1", "created_at": clock()} for one in ("p1", "p2")]
        tx.execute(insert(PersonRow), people)
        tx.execute(insert(ShareRow), rows)
    await owner.open(f"/dossier/{dossier(core)}")
    assert "Vous : responsable du dossier" in text(owner)
    assert "Bruno, atelier : lecture et commentaires" in text(owner)
    assert "<script" not in text(owner)
    assert commands(owner)[f"/dossier {dossier(core)}/people"]
    await owner.say(f"/dossier {dossier(core)}/people")
    assert owner.screen == "people"
    change(core, status="submitted")
    await owner.open(f"/dossier/{dossier(core)}")
    assert "Commenter : Nom de la structure" in commands(owner), "somebody reads what its owner adds"


async def test_hostile_words_stay_words(owner: Visitor, core: Core, team: Team) -> None:
    team.fill({"title": HOSTILE, "summary": HOSTILE * 6})
    await owner.open(f"/dossier/{dossier(core)}")
    assert "<script" not in text(owner)
    assert "&lt;script&gt;" in text(owner)
    assert "{{ 7*7 }}" in text(owner)
    assert "<script>alert" not in (await owner.client.get("/beside")).text


async def test_the_closing_is_told_in_paris(owner: Visitor, core: Core, clock: Clock) -> None:
    day = clock().date() + timedelta(days=10)
    with core.store.write() as tx:
        set_calendar(tx, core.edition, None, day)
    await owner.open(f"/dossier/{dossier(core)}")
    assert "À déposer avant le 2 décembre 2026, 23 h 59, heure de Paris." in text(owner)
    clock.pass_(days=20)
    await owner.open(f"/dossier/{dossier(core)}")
    assert "L’appel est clos depuis le 2 décembre 2026, 23 h 59" in text(owner)


async def test_in_english(owner: Visitor, core: Core) -> None:
    await owner.open(f"/dossier/{dossier(core)}?lang=en")
    assert "Kept, not submitted yet." in text(owner)
    assert any(label.startswith("Change: ") for label in commands(owner))
    await owner.say("/langue en")
    page = await owner.say(f"/dossier {dossier(core)}:name")
    assert page.said[-1].startswith("Change: ")


async def test_what_a_person_types_is_shown_as_they_typed_it(owner: Visitor) -> None:
    page = await owner.say("/dossier un:titre")
    assert page.said[-1] == "/dossier un:titre"

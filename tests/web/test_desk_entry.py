"""A paper dossier entered by the team: read as everybody's, submitted by the day it came, taken over by its contact."""

from __future__ import annotations

from datetime import timedelta

from conversation import Clock
from sqlalchemy import select
from web.desk import TABLE, Colleague, browser, colleague

from bot.web.door import Door
from bot.wiring import Core
from rallynov.coordination.entering import NOT_ALLOWED
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import Staff
from rallynov.coordination.tables import EntryRow
from rallynov.editions.service import set_calendar
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, MoveRow, ShareRow
from rallynov.people.roles import Grant, Grants, Role

ENTRY = "/equipe/saisie"
LONG = "Un texte exemple assez long pour être accepté, qui raconte l'initiative. " * 4
STEPS = (
    {
        "name": "Structure exemple", "registry": "73282932000074", "legal": "sarl", "headcount": "12",
        "street": "1 rue de l'Exemple", "commune": "25000 Besançon",
    },
    {"person": "Claude Exemple", "position": "Direction", "email": "claude@exemple.fr", "phone": "03 81 00 00 00",
     "head_informed": "yes"},
    {"title": "Une initiative exemple", "summary": LONG, "themes:health": "1", "themes:mobility": "1", "shape": "practice",
     "stage": "running", "started": "mars 2012"},
    dict.fromkeys(("need", "answer", "novelty", "participation", "life_at_work", "life_outside", "risk"), LONG),
    {"beneficiaries:employees": "1", "reach": "12", "reach_source": "Comptage interne",
     "indicators": "Absences ; 12 ; 8 ; décembre 2012"},
    {},
    {"rules": "yes", "accuracy": "yes", "availability": "yes", "published:none": "1", "news:none": "1"},
)  # fmt: skip


async def begun(one: Colleague, core: Core) -> str:
    await one.open(ENTRY)
    await one.post(ENTRY, received="2026-11-20")
    with core.store.read() as tx:
        return tx.execute(select(EntryRow.dossier_id)).scalar_one()


async def fill(one: Colleague, dossier: str) -> None:
    for nth, given in enumerate(STEPS, 1):
        await one.open(f"{ENTRY}/{dossier}/{nth}")
        await one.post(f"{ENTRY}/{dossier}/{nth}", **given)
        assert one.status == 200, (nth, one.text)


async def test_a_paper_dossier_is_entered_submitted_and_taken_over(
    door: Door, core: Core, clock: Clock
) -> None:
    one = colleague(door, core, clock)
    dossier = await begun(one, core)
    await fill(one, dossier)
    assert "Il ne manque rien" in one.text
    await one.post(f"{ENTRY}/{dossier}", acte="submit")
    assert one.status == 422
    assert "Cochez la case" in one.text
    await one.post(f"{ENTRY}/{dossier}", acte="submit", signed="1")
    assert "2026-0001" in one.text
    assert "2026-0001" in await one.open("/")  # the receipt
    assert "pas encore de responsable" in await one.open(f"{TABLE}/{dossier}")
    assert "Demander une correction" not in one.text
    await one.open(f"{ENTRY}/{dossier}")
    await one.post(f"{ENTRY}/{dossier}", acte="code")
    code = one.code()
    contact = browser(door, core, clock)
    await contact.open("/")
    await contact.post("/say", text=f"/code {code}")
    await contact.post("/say", text="j'accepte")
    assert "devient le vôtre" in contact.text
    await contact.post("/say", text="Claude")
    with core.store.read() as tx:
        (right, person), (status,) = (
            tx.execute(select(ShareRow.right, ShareRow.person_id)).one(),
            tx.execute(select(DossierRow.status)).one(),
        )
        authors = set(tx.execute(select(DossierAnswerRow.author)).scalars())
        by = tx.execute(select(EntryRow.author)).scalar_one()
    assert (right, status) == ("own", "submitted")
    assert authors == {by}
    assert person != by
    await one.open(ENTRY)
    await one.post(f"{ENTRY}/{dossier}", acte="code")
    assert one.status == 409
    assert "à lui seul" in one.text


async def test_what_cannot_be_read_is_kept_with_the_sentence_that_mends_it(
    door: Door, core: Core, clock: Clock
) -> None:
    one = colleague(door, core, clock)
    dossier = await begun(one, core)
    await one.open(f"{ENTRY}/{dossier}/1")
    await one.post(
        f"{ENTRY}/{dossier}/1", name="Structure <b>exemple</b>", registry="732829320", legal="sarl"
    )
    assert one.status == 422
    assert 'value="732829320"' in one.text
    assert 'value="Structure &lt;b&gt;exemple&lt;/b&gt;"' in one.text
    assert 'value="732829320"' in await one.open(f"{ENTRY}/{dossier}/1")
    with core.store.read() as tx:
        assert set(tx.execute(select(DossierAnswerRow.field)).scalars()) == {"name", "legal"}


async def test_a_doubt_is_kept_once_it_is_ticked_away(door: Door, core: Core, clock: Clock) -> None:
    one = colleague(door, core, clock)
    dossier = await begun(one, core)
    await one.open(f"{ENTRY}/{dossier}/2")
    await one.post(f"{ENTRY}/{dossier}/2", email="claude@gmial.com")
    assert one.status == 422
    mark = next(v["value"] for t, v in one.page.tags if t == "input" and v.get("name") == "sure-email")
    await one.post(f"{ENTRY}/{dossier}/2", **{"email": "claude@gmial.com", "sure-email": mark})
    assert one.status == 200
    with core.store.read() as tx:
        assert tx.execute(select(DossierAnswerRow.value)).scalars().all() == ['"claude@gmail.com"']


async def test_the_day_on_which_the_paper_came_counts(door: Door, core: Core, clock: Clock) -> None:
    one = colleague(door, core, clock)
    with core.store.write() as tx:
        set_calendar(
            tx, core.edition, clock.at.date() - timedelta(days=30), clock.at.date() - timedelta(days=1)
        )
    await one.open(ENTRY)
    await one.post(ENTRY, received=clock.at.date().isoformat())
    assert one.status == 409
    assert "L'appel est clos" in one.text
    await one.post(ENTRY, received="2027-01-01")
    assert one.status == 422
    dossier = await begun(one, core)
    await fill(one, dossier)
    await one.post(f"{ENTRY}/{dossier}", acte="submit", signed="1")
    assert one.status == 200
    with core.store.read() as tx:
        assert tx.execute(select(MoveRow.act)).scalars().all() == ["open", "submit"]


async def test_only_coordinators_enter(door: Door, core: Core, clock: Clock) -> None:
    one = colleague(door, core, clock, Role.READER)
    await one.open(ENTRY)
    assert one.status == 403
    await one.post(ENTRY, received="2026-11-20")
    assert one.status == 403


def test_the_right_to_enter_is_asked_where_it_is_used(core: Core, clock: Clock) -> None:
    reader = Staff("nadia", Grants((Grant(Role.READER),)))
    with core.store.write() as tx:
        outcome = core.bureau.entering.open(tx, reader, ("d1",), clock(), clock())
        assert outcome == Outcome((), (("d1", NOT_ALLOWED),))
        assert tx.execute(select(DossierRow.id)).all() == []

"""What leads back at the desk: to the view of the table one came from, and from what was done; what is asked before."""

from __future__ import annotations

import re

import pytest
from conversation import Clock
from coordination.crowd import fill
from sqlalchemy import select
from web.desk import TABLE, Colleague, colleague

from bot.web.door import Door
from bot.wiring import Core
from rallynov.coordination.tables import LabelRow, VerdictRow
from rallynov.initiatives.tables import DossierRow
from rallynov.people.roles import Role

VIEW = "q=exemple&amp;dep=25"


@pytest.fixture
def ids(core: Core, clock: Clock) -> list[str]:
    return fill(core.store, 8, clock(), drafts=2)


@pytest.fixture
def one(door: Door, core: Core, clock: Clock) -> Colleague:
    return colleague(door, core, clock)


def kept(core: Core, column: object) -> list[object]:
    with core.store.read() as tx:
        return list(tx.execute(select(column)).scalars())  # type: ignore[call-overload]  # a column


async def test_a_dossier_leads_back_to_the_view_it_was_opened_from(one: Colleague, ids: list[str]) -> None:
    await one.open(f"{TABLE}?q=exemple&dep=25")
    found = re.search(rf'href="({TABLE}/{ids[0]}\?vue=[^"]+)"', one.text)
    assert found
    await one.open(found[1].replace("&amp;", "&"))
    assert f'href="{TABLE}?{VIEW}"' in one.text
    await one.post(f"{TABLE}/{ids[0]}", acte="note", text="Une note exemple.")
    assert "Une note exemple." in one.text
    assert f'href="{TABLE}?{VIEW}"' in one.text
    message = re.search(rf'href="({TABLE}/lot[^"]+acte=message)"', one.text)
    assert message
    await one.open(message[1].replace("&amp;", "&"))
    assert f'href="{TABLE}?{VIEW}"' in one.text
    assert f'href="{TABLE}/{ids[0]}?vue=' in one.text


async def test_the_table_names_the_filters_that_are_on(one: Colleague, ids: list[str]) -> None:
    text = await one.open(f"{TABLE}?q=exemple&dep=25&depasse=1")
    [told] = re.findall(r'<p role="status">(.*?)</p>', text)
    assert (
        re.sub("<[^>]+>", "", told)
        == "0 dossier · Chercher : exemple · Département : 25 Doubs · Corrections en retard"
    )


async def test_what_was_prepared_or_labelled_together_is_taken_back_from_its_last_page(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    await one.open(f"{TABLE}/lot?acte=admit&portee=tous&vue=statut%3Dsubmitted")
    await one.post(f"{TABLE}/lot")
    assert len(kept(core, VerdictRow.act)) == 8
    assert one.page.hidden["acte"] == "unprepare"
    await one.post(f"{TABLE}/lot")
    assert kept(core, VerdictRow.act) == []
    await one.open(f"{TABLE}/lot?acte=label&portee=coches&d={ids[0]}")
    await one.post(f"{TABLE}/lot", label="exemple")
    assert kept(core, LabelRow.label) == ["exemple"]
    await one.post(f"{TABLE}/lot")
    assert kept(core, LabelRow.label) == []


async def test_what_takes_an_act_back_leaves_what_was_so_before(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    await one.open(f"{TABLE}/lot?acte=label&portee=coches&d={ids[0]}")
    await one.post(f"{TABLE}/lot", label="exemple")
    await one.open(f"{TABLE}/lot?acte=label&portee=coches&d={ids[0]}&d={ids[1]}")
    await one.post(f"{TABLE}/lot", label="exemple")
    assert "2 dossiers" in one.text
    assert one.page.hidden["ids"] == ids[1]
    await one.post(f"{TABLE}/lot")  # off the second, put there by the act
    assert kept(core, LabelRow.dossier_id) == [ids[0]]
    await one.open(f"{TABLE}/lot?acte=unlabel&portee=coches&d={ids[0]}&d={ids[1]}")
    await one.post(f"{TABLE}/lot", label="exemple")
    assert one.page.hidden["ids"] == ids[0]
    await one.open(f"{TABLE}/lot?acte=unlabel&portee=coches&d={ids[1]}")
    await one.post(f"{TABLE}/lot", label="exemple")
    assert "ids" not in one.page.hidden


async def test_a_verdict_is_told_from_the_page_of_its_dossier_only_once_confirmed(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    page = f"{TABLE}/{ids[0]}"
    await one.open(page)
    await one.post(page, acte="admit")
    await one.post(page, acte="release")
    assert set(kept(core, DossierRow.status)) == {"submitted", "draft"}
    await one.open(page)
    found = re.search(rf'href="({TABLE}/lot[^"]+acte=release)"', one.text)
    assert found
    await one.open(found[1].replace("&amp;", "&"))
    await one.post(f"{TABLE}/lot")
    assert kept(core, DossierRow.status).count("admissible") == 1


async def test_a_late_code_is_offered_where_it_lets_somebody_in(one: Colleague, ids: list[str]) -> None:
    assert "late-until" not in await one.open(f"{TABLE}/{ids[0]}")
    assert "late-until" in await one.open(f"{TABLE}/{ids[9]}")
    assert "Brouillon ouvert le" in one.text


async def test_every_page_of_the_team_links_to_the_others_that_one_may_open(
    one: Colleague, door: Door, core: Core, clock: Clock, ids: list[str]
) -> None:
    pages = ["/equipe", TABLE, "/equipe/questions", "/equipe/saisie", "/equipe/chiffres", "/equipe/exports"]
    reader = colleague(door, core, clock, Role.READER)
    for who, missing in ((one, set[str]()), (reader, {"/equipe/questions", "/equipe/saisie"})):
        text = await who.open("/equipe")
        nav = text.partition('<nav id="team"')[2].partition("</nav>")[0]
        assert re.findall('href="([^"]+)"', nav) == [page for page in pages if page not in missing]

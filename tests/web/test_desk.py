"""The pages of the team, by HTTP, without JavaScript: rights, forms, what each role sees, and hostile content."""

from __future__ import annotations

import orjson
import pytest
from conversation import Clock
from coordination.crowd import fill
from sqlalchemy import func, select, update
from web.desk import TABLE, Colleague, browser, colleague

from bot.web.door import Door
from bot.wiring import Core
from rallynov.coordination.tables import LabelRow, MessageRow, NoteRow, VerdictRow
from rallynov.delivery.tables import AuditRow
from rallynov.initiatives.tables import DossierRow, MoveRow
from rallynov.people.roles import Role
from rallynov.people.tables import AccessRow

HOSTILE = "<script>alert(1)</script>\" onload='x' {{ 7*7 }}"


@pytest.fixture
def ids(core: Core, clock: Clock) -> list[str]:
    return fill(core.store, 8, clock.at, drafts=2, edition=core.edition)


@pytest.fixture
def one(door: Door, core: Core, clock: Clock, ids: list[str]) -> Colleague:
    return colleague(door, core, clock)


def kept(core: Core, column: object) -> list[object]:
    with core.store.read() as tx:
        return list(tx.execute(select(column)).scalars())  # type: ignore[call-overload]


async def test_the_pages_are_for_the_team_alone(door: Door, core: Core, clock: Clock, ids: list[str]) -> None:
    stranger, known = browser(door, core, clock, known=False), browser(door, core, clock)
    juror = colleague(door, core, clock, Role.JUROR)
    for who in (stranger, known, juror):
        for path in (
            "/equipe",
            TABLE,
            f"{TABLE}/{ids[0]}",
            f"{TABLE}/lot?acte=export&portee=tous",
            "/equipe/saisie",
        ):
            await who.open(path)
            assert who.status == 403, path
            assert "Initiative exemple" not in who.text
    assert kept(core, AccessRow.id) == []


async def test_a_form_of_elsewhere_or_without_its_token_does_nothing(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    page = f"{TABLE}/{ids[0]}"
    await one.open(page)
    for path, given in (
        (page, {"acte": "note", "text": "x"}),
        (f"{TABLE}/lot", {"acte": "admit", "ids": ids[0]}),
    ):
        await one.open(page)
        await one.post(path, origin="https://ailleurs.example", **given)
        assert one.status == 403
        await one.open(page)
        await one.post(path, **given, token="0" * 64)
        assert one.status == 403
    assert kept(core, NoteRow.id) == kept(core, VerdictRow.dossier_id) == []


async def test_a_dossier_is_read_noted_labelled_and_sent_back(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    page = f"{TABLE}/{ids[2]}"
    assert "Claude Exemple 2" in await one.open(page)
    await one.post(page, acte="note", text=HOSTILE)
    assert "Votre note est gardée" in one.text
    await one.post(page, acte="label", label="à suivre")
    await one.post(page, acte="correct", reason="", until="2026-12-20", vu="3")
    assert one.status == 422
    await one.post(page, acte="correct", reason="Une date, SVP.", until="20/11/2026", vu="3")
    assert one.status == 422
    assert "Une date, SVP." in one.text
    await one.post(page, acte="correct", reason="Une date, SVP.", until="20/12/2026", vu="3")
    assert one.status == 200
    assert kept(core, LabelRow.label) == ["à suivre"]
    assert "à suivre" in await one.open(f"{TABLE}?etiquette=%C3%A0+suivre&correction=1")
    assert "2026-0003" in one.text
    audit = [str(action) for action in kept(core, AuditRow.action) if str(action).startswith("desk:")]
    assert audit == ["desk:note", "desk:label", "desk:send_back"]
    with core.store.read() as tx:
        seen = tx.execute(
            select(AccessRow.action, AccessRow.role).where(AccessRow.dossier_id == ids[2])
        ).all()
    assert sorted(tuple(row) for row in seen) == [("changed", "coordinator"), ("read", "coordinator")]


async def test_a_page_that_is_older_than_the_dossier_does_nothing(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    page = f"{TABLE}/{ids[2]}"
    await one.open(page)
    with core.store.write() as tx:
        tx.execute(update(DossierRow).where(DossierRow.id == ids[2]).values(version=9))
    await one.post(page, acte="reject", reason="Hors du territoire.")
    assert one.status == 409
    assert "relisez-le" in one.text
    assert "Hors du territoire." in one.text
    assert kept(core, VerdictRow.act) == []


async def test_verdicts_are_prepared_and_told_together(one: Colleague, core: Core, ids: list[str]) -> None:
    await one.open(f"{TABLE}/lot?acte=admit&portee=coches&d={ids[0]}&d={ids[1]}&d={ids[8]}&d={ids[9]}")
    assert "4 dossiers" in one.text
    await one.post(f"{TABLE}/lot")
    assert "2 dossiers" in one.text
    assert one.text.count("Ce n'est pas possible") + one.text.count("ne peut pas") >= 2
    assert set(kept(core, DossierRow.status)) == {"submitted", "draft"}
    await one.open(f"{TABLE}/lot?acte=release&portee=tous&vue=avis%3Dany")
    await one.post(f"{TABLE}/lot")
    assert sorted(map(str, kept(core, DossierRow.status))).count("admissible") == 2


async def test_a_message_is_shown_before_it_leaves_and_leaves_once(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    await one.open(f"{TABLE}/lot?acte=message&portee=tous&vue=statut%3Ddraft")
    assert "quels que soient leurs choix d'annonces" in one.text
    await one.post(f"{TABLE}/lot", text=HOSTILE, step="see")
    assert "Voici ce qu'ils liront" in one.text
    assert kept(core, MessageRow.id) == []
    hidden = dict(one.page.hidden)
    for _ in range(2):
        one.page.hidden.update(hidden)
        await one.post(f"{TABLE}/lot", text=HOSTILE, step="send")
    assert len(kept(core, MessageRow.id)) == 1
    await one.open(f"{TABLE}/{ids[9]}")
    assert "&lt;script&gt;" in one.text


async def test_an_export_of_nothing_exports_nothing(one: Colleague, core: Core) -> None:
    await one.open(f"{TABLE}/lot?acte=export&portee=tous")
    assert one.status == 200
    nothing = {"vue": "q=introuvable", "view": "complete", "kind": "csv"}
    await one.post(f"{TABLE}/lot", **nothing)
    assert one.status == 422
    assert "Aucun dossier" in one.text


async def test_a_reader_reads_what_exports_would_give_them_and_acts_on_nothing(
    door: Door, core: Core, clock: Clock, ids: list[str]
) -> None:
    nadia = colleague(door, core, clock, Role.READER)
    page = f"{TABLE}/{ids[1]}"
    assert "Structure exemple 1" in await nadia.open(page)
    for hidden in ("Claude Exemple", "contact1@", "Notes internes", "Demander une correction", "Qui partage"):
        assert hidden not in nadia.text
    await nadia.open(TABLE)
    assert "8 dossiers" in nadia.text
    assert "Brouillon" not in nadia.text
    await nadia.open(f"{TABLE}/lot?acte=admit&portee=tous")
    assert nadia.status == 403
    for given in ({"acte": "admit"}, {"acte": "note", "text": "x"}, {"acte": "late", "until": "2026-12-20"}):
        await nadia.open(f"{TABLE}/lot?acte=export&portee=tous")
        await nadia.post(page, **given)
        assert nadia.status == 409
    await nadia.open(f"{TABLE}/{ids[9]}")
    assert nadia.status == 404
    assert kept(core, NoteRow.id) == kept(core, VerdictRow.act) == []


async def test_what_was_typed_by_anybody_is_text_on_every_page(
    one: Colleague, core: Core, ids: list[str]
) -> None:
    answers = {"title": HOSTILE, "name": HOSTILE, "summary": HOSTILE, "person": HOSTILE}
    content = orjson.dumps({"form": "2013.1", "answers": answers, "files": []}).decode()
    with core.store.write() as tx:
        tx.execute(
            update(MoveRow)
            .where(MoveRow.dossier_id == ids[0], MoveRow.act == "submit")
            .values(content=content)
        )
    page = f"{TABLE}/{ids[0]}"
    await one.open(page)
    await one.post(page, acte="label", label=HOSTILE[:40])
    for path in (
        "/equipe",
        TABLE,
        f"{TABLE}?q=script",
        page,
        f"{TABLE}/lot?acte=admit&portee=tous&q=%3Cscript%3E",
    ):
        await one.open(path)
        assert one.status == 200
        assert "<script>alert" not in one.text
        assert "49" not in one.text.replace("2026-0049", "").split("alert(1)")[0][-40:]
    await one.open(f"{TABLE}?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&tri=%3Cb%3E&apres=%00&dep=75")
    assert one.status == 200
    assert "<script>alert" not in one.text


async def test_a_draft_is_named_and_not_read(one: Colleague, core: Core, ids: list[str]) -> None:
    await one.open(f"{TABLE}/{ids[9]}")
    assert "Rien n'est encore déposé" in one.text
    assert "Structure exemple 9" not in one.text
    assert kept(core, AccessRow.id) == []


async def test_what_is_new_is_new_once(one: Colleague, core: Core, clock: Clock, ids: list[str]) -> None:
    assert "8 dépôts" in await one.open("/equipe")
    assert "8 dépôts" in await one.open("/equipe")
    clock.pass_(hours=2)
    assert "Rien n'a bougé" in await one.open("/equipe")
    with core.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(DossierRow)).scalar() == 10

"""The files of a paper dossier: added by the team, examined as everybody's, submitted with it; and an entry given up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conversation import Clock
from files import samples
from sqlalchemy import func, select
from web.desk import TABLE, Colleague, colleague
from web.sending import one as a_file
from web.sending import rows, work
from web.test_desk_entry import ENTRY, begun, fill
from web.visitor import HOME

from bot.web.door import Door
from bot.web.limits import Pace
from bot.wiring import Core
from rallynov.delivery.tables import AuditRow
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.tables import AttachmentRow, DossierRow
from rallynov.people.roles import Role


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "pieces")


@pytest.fixture
def door(door: Door, folder: Folder) -> Door:
    return replace(door, folder=folder)


async def send(who: Colleague, dossier: str, *names: str, origin: str = HOME) -> int:
    """Send files by the form of their step; return how that was answered."""
    told = [(name, (None, who.page.hidden[name])) for name in ("id", "token")]
    files = [file for name in names for file in a_file(name, samples.pdf())]
    page = f"{ENTRY}/{dossier}/pieces"
    answer = await who.client.post(page, files=[*told, *files], headers={"Origin": origin})  # type: ignore[arg-type]
    return answer.status_code


async def test_what_came_with_a_paper_is_examined_and_submitted_with_it(
    door: Door, core: Core, folder: Folder, clock: Clock
) -> None:
    who = colleague(door, core, clock)
    dossier = await begun(who, core)
    await fill(who, dossier)
    step = f"{ENTRY}/{dossier}/6"
    assert "Aucune pièce." in await who.open(step)
    assert [await send(who, dossier, "Papier signé.pdf"), await send(who, dossier, "Papier signé.pdf")] == [
        303
    ] * 2
    assert rows(core) == [("Papier signé.pdf", "waiting", len(samples.pdf()))]  # the same form, sent twice
    await who.open(f"{ENTRY}/{dossier}")
    await who.post(f"{ENTRY}/{dossier}", acte="submit", signed="1")
    assert who.status == 409
    assert "encore en cours de vérification" in who.text
    await work(core, folder, clock)
    assert "non analysé" in await who.open(step)
    assert "Papier signé.pdf" in await who.open("/")
    await who.open(f"{ENTRY}/{dossier}")
    await who.post(f"{ENTRY}/{dossier}", acte="submit", signed="1")
    assert who.status == 200
    assert "Papier signé.pdf" in await who.open(f"{TABLE}/{dossier}")
    assert await send(who, dossier, "trop tard.pdf") == 422


async def test_of_files_of_which_one_has_no_room_the_others_are_on_the_record(
    door: Door, core: Core, clock: Clock
) -> None:
    who = colleague(door, core, clock)
    dossier = await begun(who, core)
    most = core.bureau.form.files_most
    await who.open(f"{ENTRY}/{dossier}/6")
    assert await send(who, dossier, *(f"{nth}.pdf" for nth in range(most - 1))) == 303
    await who.open(f"{ENTRY}/{dossier}/6")
    assert await send(who, dossier, "dernier.pdf", "de trop.pdf") == 422
    assert [name for name, _, _ in rows(core)][-1] == "dernier.pdf"
    with core.store.read() as tx:
        audit = tx.execute(select(AuditRow.action).where(AuditRow.action == "desk:attach")).scalars().all()
    assert len(audit) == 2


async def test_files_that_cannot_be_taken_are_told_to_be_sent_again(
    door: Door, core: Core, clock: Clock, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = colleague(door, core, clock)
    dossier = await begun(who, core)
    await who.open(f"{ENTRY}/{dossier}/6")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Folder, "arrival", full)
        assert await send(who, dossier, "a.pdf") == 503
    with monkeypatch.context() as broken:
        broken.setattr(core.store, "write", full)
        assert await send(who, dossier, "a.pdf") == 503
    assert await send(who, dossier, "a.pdf") == 303
    with monkeypatch.context() as hurried:
        hurried.setattr(Pace, "allows", lambda *_: False)
        assert await send(who, dossier, "b.pdf") == 429
    assert [name for name, _, _ in rows(core)] == ["a.pdf"]


async def test_a_file_is_removed_and_taken_of_nobody_else(door: Door, core: Core, clock: Clock) -> None:
    who, reader = colleague(door, core, clock), colleague(door, core, clock, Role.READER)
    dossier = await begun(who, core)
    await who.open(f"{ENTRY}/{dossier}/6")
    await reader.open("/equipe/exports")
    assert await send(reader, dossier, "a.pdf") == 403
    assert await send(who, dossier, "a.pdf", origin="https://ailleurs.example") == 403
    assert await send(who, dossier, "a.pdf", "b.pdf") == 303
    await who.open(f"{ENTRY}/{dossier}/6")
    with core.store.read() as tx:
        piece = tx.execute(select(AttachmentRow.id).where(AttachmentRow.name == "a.pdf")).scalar_one()
    await who.post(f"{ENTRY}/{dossier}/pieces", remove=piece)
    assert [name for name, _, _ in rows(core)] == ["b.pdf"]


async def test_an_entry_is_given_up_once_that_is_confirmed(door: Door, core: Core, clock: Clock) -> None:
    who = colleague(door, core, clock)
    dossier = await begun(who, core)
    page = f"{ENTRY}/{dossier}"
    await who.open(page)
    await who.post(page, acte="drop")
    assert who.status == 422
    await who.post(page, acte="drop", sure="1")
    assert "Aucun dossier papier" in who.text
    with core.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(DossierRow)).scalar_one() == 0
        assert "desk:drop" in tx.execute(select(AuditRow.action)).scalars().all()

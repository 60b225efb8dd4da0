"""Files on the web, by an ordinary form: received within limits, examined, and handed back to whoever shares the dossier."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from conversation import Clock
from files import samples
from files.samples import MB
from sqlalchemy import select, update
from web.conftest import Open
from web.sending import arrivals, at_files, ids, one, rows, send, work
from web.visitor import Visitor

from bot.web import receiving, uploads
from bot.wiring import Core
from rallynov.delivery.tables import ConversationRow
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.tables import DossierRow, ShareRow


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "pieces")


@pytest.fixture
async def someone(open_door: Open, folder: Folder, core: Core) -> Visitor:
    """A visitor whose conversation stands at the files of their dossier."""
    return await at_files(open_door(folder=folder), core)


async def test_a_file_sent_and_fetched_again(
    someone: Visitor, core: Core, folder: Folder, clock: Clock
) -> None:
    assert ("input", "file") in [(tag, values.get("type")) for tag, values in someone.page.tags]
    answer = await send(someone, one("Plan d’action.pdf", samples.pdf()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/#debut")
    await someone.open()
    assert someone.page.said[-1] == "📎 Plan d’action.pdf"
    assert "vérification en cours" in someone.answer.text  # type: ignore[union-attr]
    await work(core, folder, clock)
    assert rows(core) == [("Plan d’action.pdf", "kept", len(samples.pdf()))]
    assert arrivals(folder) == []
    await someone.open()
    assert "Fichier ajouté" in someone.answer.text  # type: ignore[union-attr]

    got = await someone.client.get("/pieces/{}/{}".format(*ids(core)))
    assert (got.status_code, got.content) == (200, samples.pdf())
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=utf-8''Plan%20d%E2%80%99action.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert "no-store" in got.headers["cache-control"]


async def test_several_files_at_once_without_a_script(
    someone: Visitor, core: Core, folder: Folder, clock: Clock
) -> None:
    files = [*one("a.pdf", samples.pdf()), *one("", b""), *one("b.png", samples.picture("PNG"), "image/png")]
    assert (await send(someone, files)).status_code == 303
    await work(core, folder, clock)
    assert [row[:2] for row in rows(core)] == [("a.pdf", "kept"), ("b.png", "kept")]


async def test_the_same_form_sent_twice_is_one_file(someone: Visitor, core: Core) -> None:
    for _ in range(2):
        assert (await send(someone, one("a.pdf", samples.pdf()))).status_code == 303
    assert len(rows(core)) == 1


async def test_a_file_that_is_too_heavy_is_told_in_the_conversation_and_leaves_nothing(
    someone: Visitor, core: Core, folder: Folder
) -> None:
    answer = await send(someone, one("a.pdf", bytes(10 * MB + 1)))
    assert answer.status_code == 303
    await someone.open()
    told = someone.answer.text.translate({0xA0: " ", 0x202F: " "})  # type: ignore[union-attr]
    assert "Fichier trop lourd (10,1 Mo) : 10 Mo au plus." in told
    assert (rows(core), arrivals(folder)) == ([], [])


async def test_forms_that_are_not_taken(
    someone: Visitor, open_door: Open, core: Core, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = one("a.pdf", samples.pdf())
    stranger = open_door(folder=folder)
    await stranger.open()
    monkeypatch.setattr(receiving, "DRAINED", MB)
    for status, answer in (
        (403, await send(someone, good, headers={"Origin": "http://elsewhere.test"})),
        (403, await send(someone, good, headers={})),
        (403, await send(someone, good, token="0" * 64)),
        (403, await send(stranger, good)),
        (413, await send(someone, one("a.pdf", bytes(MB + 1)))),
        (413, await send(someone, good * 9)),
        (413, await send(someone, good, lang="x" * 501)),
        (400, await someone.client.post("/pieces", content=b"a=b", headers={"Origin": someone.home})),
    ):
        assert answer.status_code == status
        assert "Les fichiers n’ont pas été envoyés" in answer.text or status == 403
    assert (rows(core), arrivals(folder)) == ([], [])


async def test_a_body_that_lies_about_its_length_or_is_cut_leaves_nothing(
    someone: Visitor, core: Core, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "DRAINED", MB)
    head = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in someone.page.hidden.items()
    )
    head += '--B\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'

    async def endless() -> AsyncIterator[bytes]:
        yield head.encode()
        for _ in range(40):
            yield bytes(64 * 1024)

    async def cut() -> AsyncIterator[bytes]:
        yield head.encode() + b"%PDF-1.7"

    told = {"Origin": someone.home, "Content-Type": "multipart/form-data; boundary=B"}
    for body, status in ((endless, 413), (cut, 400)):
        answer = await someone.client.post("/pieces", content=body(), headers=told)
        assert answer.status_code == status
    assert rows(core) == []
    assert arrivals(folder) == []


async def test_a_visitor_sends_so_many_forms_an_hour(someone: Visitor, clock: Clock) -> None:
    answers = [(await send(someone, [])).status_code for _ in range(uploads.FORMS + 1)]
    assert answers == [303] * uploads.FORMS + [429]
    clock.pass_(minutes=2)
    assert (await send(someone, [])).status_code == 303


async def test_too_much_that_waits_stops_what_comes(
    someone: Visitor, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CROWDED", 10)
    folder.arrival("waits").write_bytes(bytes(11))
    answer = await send(someone, one("a.pdf", samples.pdf()))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")


async def test_whoever_may_not_change_the_dossier_sends_nothing(
    someone: Visitor, core: Core, folder: Folder
) -> None:
    for change in (update(ShareRow).values(right="comment"), update(DossierRow).values(status="submitted")):
        with core.store.write() as tx:
            tx.execute(update(ShareRow).values(right="own"))
            tx.execute(update(DossierRow).values(status="draft"))
            tx.execute(change)
        assert (await send(someone, one("a.pdf", samples.pdf()))).status_code == 403
    assert (rows(core), arrivals(folder)) == ([], [])


async def test_where_no_file_is_asked_for_it_is_told_kindly_and_thrown_away(
    someone: Visitor, core: Core, folder: Folder
) -> None:
    await someone.say("/menu")
    assert (await send(someone, one("a.pdf", samples.pdf()))).status_code == 303
    await someone.open()
    assert "Je n’ai pas besoin de fichier ici" in someone.answer.text  # type: ignore[union-attr]
    assert (rows(core), arrivals(folder)) == ([], [])


async def test_from_the_page_of_the_dossier_wherever_the_conversation_stands(
    someone: Visitor, core: Core, folder: Folder, clock: Clock
) -> None:
    with core.store.read() as tx:
        dossier = tx.execute(select(DossierRow.id)).scalar() or ""
    await someone.say("/menu")
    headers = {"Origin": someone.home, "Referer": f"{someone.home}/dossier/{dossier}"}
    answer = await send(someone, one("a.pdf", samples.pdf()), headers, dossier=dossier)
    assert answer.headers["location"] == f"/dossier/{dossier}#files"
    assert [row[1] for row in rows(core)] == ["waiting"]
    answer = await send(someone, one("b.pdf", samples.pdf()), headers, dossier="../x")
    assert len(rows(core)) == 1  # no such place: it is a file like any other


async def test_only_whoever_shares_the_dossier_fetches_its_files(
    someone: Visitor, open_door: Open, core: Core, folder: Folder, clock: Clock
) -> None:
    await send(someone, one("a.pdf", samples.pdf()))
    await work(core, folder, clock)
    dossier, piece = ids(core)
    other = await at_files(open_door(folder=folder), core)
    with core.store.read() as tx:
        theirs = tx.execute(select(DossierRow.id).where(DossierRow.id != dossier)).scalar()
    for visitor, path, status in (
        (someone, f"/pieces/{dossier}/{piece}", 200),
        (other, f"/pieces/{dossier}/{piece}", 404),
        (other, f"/pieces/{theirs}/{piece}", 404),
        (someone, f"/pieces/{dossier}/nothing", 404),
        (someone, f"/pieces/{dossier}/..%2f..%2frallynov.db", 404),
        (someone, f"/pieces/.arrivals/{piece}", 404),
    ):
        assert (await visitor.client.get(path)).status_code == status, path
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert (await someone.client.get(f"/pieces/{dossier}/{piece}", headers=embedded)).status_code == 404
    with core.store.write() as tx:
        person = select(ConversationRow.person_id).where(ConversationRow.person_id.is_not(None))
        people = list(tx.execute(person).scalars())
        owner = tx.execute(select(ShareRow.person_id).where(ShareRow.dossier_id == dossier)).scalar()
        reader = next(one for one in people if one != owner)
        share = {"dossier_id": dossier, "person_id": reader, "right": "read", "name": "R"}
        tx.execute(ShareRow.__table__.insert(), [share | {"since": clock()}])  # type: ignore[attr-defined]
    assert (await other.client.get(f"/pieces/{dossier}/{piece}")).status_code == 200


async def test_a_file_that_the_folder_has_lost_is_not_found(
    someone: Visitor, core: Core, folder: Folder, clock: Clock
) -> None:
    await send(someone, one("a.pdf", samples.pdf()))
    await work(core, folder, clock)
    folder.remove(*ids(core))
    assert (await someone.client.get("/pieces/{}/{}".format(*ids(core)))).status_code == 404


async def test_a_door_without_a_folder_takes_no_file(visitor: Visitor) -> None:
    await visitor.open()
    assert (await visitor.client.post("/pieces", headers={"Origin": visitor.home})).status_code == 404


async def test_a_form_in_pieces_of_one_byte(
    someone: Visitor, core: Core, folder: Folder, clock: Clock
) -> None:
    request = someone.client.build_request(
        "POST",
        "/pieces",
        files=[*[(k, (None, v)) for k, v in someone.page.hidden.items()], *one("été.pdf", samples.pdf())],
        headers={"Origin": someone.home},
    )
    whole = await request.aread()

    async def slowly() -> AsyncIterator[bytes]:
        for at in range(len(whole)):
            yield whole[at : at + 1]
        await asyncio.sleep(0)

    headers = {"Origin": someone.home, "Content-Type": request.headers["content-type"]}
    answer = await someone.client.post("/pieces", content=slowly(), headers=headers)
    assert answer.status_code == 303
    await work(core, folder, clock)
    assert rows(core) == [("été.pdf", "kept", len(samples.pdf()))]

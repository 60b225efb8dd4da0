"""Writing through the real turns: what is written is in the database, for both who write, and files are examined."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conversation import Clock, Talk
from people.appointed import appoint

from bot import plain
from bot.settings import Settings
from bot.wiring import Core, build
from rallynov.announcements import rows
from rallynov.announcements.attached import REFUSED, WAITING
from rallynov.announcements.examining import NewsIntake, sweep
from rallynov.announcements.model import Announcement, Status
from rallynov.dialogue.events import OfferedFile
from rallynov.initiatives.attachments import intake
from rallynov.initiatives.attachments.intake import Means
from rallynov.initiatives.attachments.kinds import Examined, FileKind, Refused, Why
from rallynov.people.roles import Role
from rallynov.storage.store import Store


@pytest.fixture
def partner(sqlite: Store, clock: Clock, tmp_path: Path) -> Talk:
    built = build(Settings(_env_file=None, data_dir=tmp_path / "data"), sqlite, clock)
    return writer(built, clock, "web:redaction")


@pytest.fixture
def examined(partner: Talk, monkeypatch: pytest.MonkeyPatch) -> Callable[[Examined | Refused], None]:
    """Let the worker bring the file that waits to its end; what it is, is told by the test and not by a process."""
    built = partner.core

    def run(seen: Examined | Refused) -> None:
        async def examine(raw: Path, clean: Path) -> Examined | Refused:
            await asyncio.to_thread(shutil.copyfile, raw, clean)
            return seen

        async def work() -> None:
            job = await built.store.writing(worker._claim)
            assert job
            await worker.do(job)

        monkeypatch.setattr(intake, "examine", examine)
        means = Means({"web": built.closing.folder.fetch}, clock=partner.clock)
        worker = NewsIntake(built.store, built.press.closing, means, built.closing.folder)
        asyncio.run(work())

    return run


def writer(built: Core, clock: Clock, address: str) -> Talk:
    talk = Talk(built, clock, address)
    talk.say("bonjour")
    appoint(built, clock, address, Role.WRITER, "Structure exemple")
    return talk


def write(talk: Talk) -> None:
    talk.say("/diffuser")
    talk.press("write")
    talk.say("Offre exemple")
    talk.say("Une *heure* au téléphone ?")


def shown(talk: Talk) -> str:
    return "\n".join(text for _, texts in talk.last.blocks for text in texts)


def test_what_is_written_is_kept_and_a_colleague_goes_on_with_it(partner: Talk, clock: Clock) -> None:
    write(partner)
    colleague = writer(partner.core, clock, "web:collegue")
    colleague.say("/broadcast")
    colleague.press("a-" + one(partner).id)
    colleague.press("edit-title")
    partner.say("/diffuser 1")
    partner.press("edit-title")
    colleague.say("Le titre de ma collègue")
    partner.say("Mon titre")
    assert "Le titre de ma collègue" in shown(partner)
    assert "Mon titre" in shown(partner)
    assert one(partner).content.title == "Le titre de ma collègue"
    partner.say("Notre titre")
    assert (one(partner).content.title, one(partner).content.text) == (
        "Notre titre",
        "Une *heure* au téléphone ?",
    )


def test_it_is_submitted_taken_back_and_thrown_away(partner: Talk) -> None:
    write(partner)
    partner.say("/diffuser 1")
    partner.press("submit")
    partner.press("go")
    assert one(partner).status is Status.SUBMITTED
    partner.press("takeback")
    assert one(partner).status is Status.DRAFT
    partner.press("discard")
    partner.press("go")
    with partner.core.store.read() as tx:
        assert not rows.read(tx)


def test_a_test_comes_to_oneself_alone(partner: Talk) -> None:
    write(partner)
    partner.say("/diffuser 1")
    before = len(partner.messages)
    partner.press("test")
    told = [one_.blocks for one_ in partner.messages[before:]]
    letters = [blocks for blocks in told if ("rich", ("Une *heure* au téléphone ?",)) in blocks]
    assert len(letters) == 1
    assert "essai" in letters[0][0][1][0]


def test_a_file_is_examined_then_goes_with_it(
    partner: Talk, examined: Callable[[Examined | Refused], None]
) -> None:
    write(partner)
    send(partner, "affiche.png")
    assert [file.state for file in one(partner).files] == [WAITING]
    examined(Examined(FileKind.PNG, 4, "x"))
    picture = one(partner)
    assert picture.content.picture == picture.files[0].id
    assert "accompagne l’annonce" in shown(partner)
    made = partner.core.papers.make("media", partner.address, picture.content.picture, "fr")
    assert made
    assert (made.name, made.mime, made.content) == ("affiche.png", "image/png", b"file")
    assert partner.core.papers.make("media", "web:passant", picture.content.picture, "fr") is None
    send(partner, "note.pdf")
    examined(Examined(FileKind.PDF, 4, "y"))
    document = one(partner)
    assert (document.content.picture, document.content.document) == ("", document.files[0].id)
    folder = partner.core.press.closing.folder
    assert len(list(folder.stored())) == 2
    assert sweep(partner.core.store, folder, partner.clock()) == 1  # the picture that gave way
    assert list(folder.stored()) == [(document.id, document.content.document)]


def test_what_is_no_picture_nor_document_is_refused(
    partner: Talk, examined: Callable[[Examined | Refused], None]
) -> None:
    write(partner)
    send(partner, "affiche")
    examined(Examined(FileKind.MP4, 4, "x"))
    assert [file.state for file in one(partner).files] == [REFUSED]
    assert "une vidéo MP4" in shown(partner)
    send(partner, "note.pdf")
    examined(Refused(Why.LOCKED))
    assert "mot de passe" in shown(partner)
    assert (one(partner).content.picture, one(partner).content.document) == ("", "")


def test_a_file_that_comes_too_late_is_not_part_of_it(
    partner: Talk, examined: Callable[[Examined | Refused], None]
) -> None:
    write(partner)
    send(partner, "affiche.png")
    draft = one(partner)
    with partner.core.store.write() as tx:
        rows.put(tx, draft, replace(draft, status=Status.SUBMITTED), partner.clock())
    examined(Examined(FileKind.PNG, 4, "x"))
    assert one(partner).content.picture == ""
    assert "ne pouvait plus être modifiée" in shown(partner)


def send(talk: Talk, name: str) -> None:
    """Send a file on the web, as its page does."""
    arrival = talk.core.closing.folder.arrival(f"a{next(talk.ids)}")
    arrival.write_bytes(b"file")
    talk.send(plain.file_payload(OfferedFile(f"web:{arrival.name}", name, 4), None, "fr"))


def one(talk: Talk) -> Announcement:
    with talk.core.store.read() as tx:
        return rows.read(tx)[0]

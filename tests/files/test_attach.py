"""Files in a conversation on Telegram: taken where the dossier asks for them, refused kindly, an oddity elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conversation import Clock, core
from doors.telegrammer import Telegrammer
from files import samples
from files.samples import MB
from sqlalchemy import select

from bot.wiring import Core
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Attached, Oddity, OfferedFile, Sent
from rallynov.dialogue.screens import Screen, note
from rallynov.dialogue.turn import Conversation, Move, Place, Scene
from rallynov.dialogue.words import Typed
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.fetching import Sink
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.intake import Intake, Means
from rallynov.initiatives.tables import AttachmentRow, DossierRow
from rallynov.storage.store import Store

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Asking:
    """A dialogue that asks for nothing; and one that takes files."""

    name, commands = "reception", ()

    def screen(self, place: Place, scene: Scene) -> Screen:
        return Screen(place.focus or "home", ())

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        return Move()

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        return None

    def enter(self, command: object, place: Place, scene: Scene) -> Move:
        return Move()


class Taking(Asking):
    name = "box"

    def attach(self, place: Place, file: OfferedFile, scene: Scene) -> Move | None:
        return Move(lead=(note(Typed(f"{place.focus}: {file.name}")),)) if place.focus else None


FILE = OfferedFile("telegram:A", "plan.pdf", 5, "application/pdf")


@pytest.mark.parametrize("place", [Place(), Place("box"), Place("of another release")])
def test_where_no_file_is_asked_for_it_is_what_it_always_was(place: Place) -> None:
    engine, scene = Engine([Asking(), Taking()], None), Scene(NOW, NOW)  # type: ignore[arg-type, list-item]
    talk = Conversation(place, nonce=3)
    for oddity in (Oddity.DOCUMENT, Oddity.PICTURE, Oddity.FORWARDED):
        assert engine.step(talk, Attached(FILE, oddity), scene) == engine.step(talk, Sent(oddity), scene)


def test_a_file_goes_to_the_dialogue_where_it_stands_or_where_it_was_dropped() -> None:
    engine, scene = Engine([Asking(), Taking()], None), Scene(NOW, NOW)  # type: ignore[arg-type, list-item]
    here = engine.step(Conversation(Place("box", "a")), Attached(FILE, Oddity.DOCUMENT), scene)
    there = engine.step(Conversation(Place()), Attached(FILE, Oddity.DOCUMENT, Place("box", "b")), scene)
    assert [block.items for turn in (here, there) for screen in turn.replies for block in screen.blocks] == [
        (Typed("a: plan.pdf"),),
        (Typed("b: plan.pdf"),),
    ]
    assert (here.conversation.place, there.conversation.place) == (Place("box", "a"), Place())
    assert here.conversation.nonce == 1  # an older card is one already behind


# in the dossier


class Chat(Telegrammer):
    """Someone on Telegram who sends files, with a worker that has them."""

    held: dict[str, bytes]
    folder: Folder
    files: str

    def send(
        self, name: str, content: bytes, size: int | None = None, kind: str = "document", **told: Any
    ) -> str:
        part = {
            "file_id": f"f{len(self.held)}",
            "file_size": len(content) if size is None else size,
            **told,
        }
        part |= {"file_name": name} if kind == "document" else {}
        self.held[part["file_id"]] = content
        return self.words(
            self.come({"message": {**self._message(), kind: [part] if kind == "photo" else part}})
        )

    def words(self, cards: Any) -> str:
        told = " ".join(text for card in cards for text in card.texts)
        return told.translate({0x202F: " ", 0xA0: " ", 0x2019: "'"})

    async def work(self) -> str:
        async def fetch(ref: str, sink: Sink) -> None:
            sink.write(self.held[ref])

        closing = self.core.closing
        mine = Closing(self.core.store, closing.form, self.folder, closing._post, lambda: "mark")
        intake = Intake(self.core.store, mine, Means({"telegram": fetch}, clock=self.clock))
        while job := await self.core.store.writing(intake._claim):
            await intake.do(job)
        return self.words([self.look(message) for message in self.messages()])

    def rows(self) -> list[tuple[str, str]]:
        columns = select(AttachmentRow.name, AttachmentRow.state).order_by(
            AttachmentRow.created_at, AttachmentRow.id
        )
        with self.core.store.read() as tx:
            return [tuple(row) for row in tx.execute(columns)]


@pytest.fixture
def built(sqlite: Store, clock: Clock) -> Core:
    return core(sqlite, clock)


@pytest.fixture
def chat(built: Core, clock: Clock, tmp_path: Path) -> Chat:
    """Someone whose conversation stands at the files of their dossier."""
    one = Chat(built, clock)
    one.held, one.folder = {}, Folder(tmp_path / "pieces")
    cards = one.say("/dossier")
    cards = one.press(cards[-1], cards[-1].labels[0])
    cards = one.say("/dossier")
    one.press(cards[-1], cards[-1].labels[0])
    with built.store.read() as tx:
        dossier = tx.execute(select(DossierRow.id)).scalar()
    one.files = f"/dossier {dossier}:files"
    one.say(one.files)
    return one


async def test_a_document_is_taken_then_kept_then_told(chat: Chat) -> None:
    said = chat.send("Plan d’action.pdf", samples.pdf())
    assert "Plan d'action.pdf : vérification en cours, quelques secondes" in said
    assert chat.rows() == [("Plan d’action.pdf", "waiting")]
    told = await chat.work()
    assert "Fichier ajouté « Plan d'action.pdf »" in told
    assert chat.rows() == [("Plan d’action.pdf", "kept")]


async def test_an_album_is_several_files_and_the_ninth_is_refused(chat: Chat) -> None:
    said = [chat.send(f"{n}", samples.picture(), kind="photo") for n in range(9)]
    assert "fichier sans nom : vérification en cours" in said[0]
    assert "Ce dossier a déjà 8 fichiers : retirez-en un d'abord." in said[8]
    await chat.work()
    assert sorted(name for name, _ in chat.rows()) == sorted(
        ["photo.jpg", *(f"photo ({n}).jpg" for n in range(2, 9))]
    )


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        ("a.pdf", {"size": 10 * MB + 1}, "Fichier trop lourd (10,1 Mo) : 10 Mo au plus."),
        ("a.pdf", {"size": 20 * MB + 1}, "Fichier trop lourd (20,1 Mo) : 10 Mo au plus."),
        ("a.xlsx", {}, "Je ne prends pas les fichiers XLSX."),
        ("IMG_1.HEIC", {}, "Je ne prends pas les fichiers HEIC."),
        ("v", {"kind": "voice", "mime_type": "audio/ogg"}, "C'est un son dans un autre format que MP3."),
    ],
)
async def test_what_is_refused_as_soon_as_it_is_offered(
    chat: Chat, name: str, told: dict[str, Any], words: str
) -> None:
    assert words in chat.send(name, b"x", **told)
    assert chat.rows() == []
    assert await chat.work() == ""


async def test_what_lies_about_itself_is_refused_once_it_was_looked_at(chat: Chat) -> None:
    chat.send("facture.pdf", samples.EXE, size=12)
    told = await chat.work()
    assert "Son nom annonce PDF, mais c'est un programme." in told


async def test_elsewhere_it_is_what_it_always_was(chat: Chat) -> None:
    chat.say("/menu")
    assert "Je n'ai pas besoin de fichier ici." in chat.send("a.pdf", samples.pdf())
    assert "Je n'ai pas besoin d'image ici" in chat.send("p", samples.picture(), kind="photo")
    assert chat.rows() == []


async def test_a_file_is_taken_out(chat: Chat) -> None:
    chat.send("a.pdf", samples.pdf())
    await chat.work()
    cards = chat.say(chat.files)
    label = next(label for label in cards[-1].labels if "a.pdf" in label)
    chat.press(cards[-1], label)
    assert chat.rows() == []

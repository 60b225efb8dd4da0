"""Messages as calls: pictures, documents, codes; and what takes their place when they cannot leave. Both HTTP clients."""

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest
from botapi import BotApi
from desk import PDF, Desk

from bot.telegram import sender
from rallynov.delivery.decisions import Failure, FailureKind, Klass, Sent
from rallynov.delivery.message import Drawing, Message, apart, dump, load
from rallynov.delivery.outbox import Outgoing
from rallynov.papers.model import File
from rallynov.text import utf16_len

PNG = b"\x89PNG\r\n\x1a\n"
AXES = ("Un besoin réel", "Les parties prenantes", "Une réponse nouvelle", "L'utilité")
RADAR = Drawing(
    "radar", "Votre résultat", ("Groupe", "Maintenant", "Avant"), tuple((axis, (67.0, None)) for axis in AXES)
)


def figure(language: str = "fr", drawing: Drawing = RADAR) -> Message:
    return Message((), figure=drawing, screen="result", nonce=3, language=language)


def paper(language: str = "fr", label: str = "Rapport (PDF)") -> Message:
    return Message((), papers=(("report", "2", label),), language=language)


def methods(telegram: BotApi) -> list[str]:
    return [call.method for call in telegram.calls]


def first(telegram: BotApi, method: str) -> dict[str, Any]:
    return telegram.made(method)[0].params


async def test_a_figure_is_a_picture_with_its_text_equivalent(telegram: BotApi, desk: Desk) -> None:
    assert await desk.send(figure()) == Sent(telegram.messages(7)[0]["message_id"])
    assert sorted(methods(telegram)) == ["sendChatAction", "sendPhoto"]
    assert first(telegram, "sendChatAction")["action"] == "upload_photo"
    sent = first(telegram, "sendPhoto")
    assert sent["photo"]["content"].startswith(PNG)
    assert (sent["photo"]["kind"], sent["photo"]["filename"]) == ("image/png", "figure.png")
    assert telegram.messages(7)[0]["photo"][0]["width"] == 1080
    lines = sent["caption"].split("\n")
    assert lines[0] == "Votre résultat"
    assert len(lines) == 1 + len(AXES)
    assert lines[1] == "Un besoin réel\u00a0: 67 (avant\u00a0: –)"


async def test_the_equivalent_follows_the_language(telegram: BotApi, desk: Desk) -> None:
    await desk.send(figure("en"))
    assert "Un besoin réel: 67" in first(telegram, "sendPhoto")["caption"]


async def test_a_caption_is_never_too_long(telegram: BotApi, desk: Desk) -> None:
    rows = tuple((f"{n} " + "😀 long " * 60, (50.0, 40.0)) for n in range(9))
    assert isinstance(await desk.send(figure(drawing=replace(RADAR, rows=rows))), Sent)
    assert utf16_len(first(telegram, "sendPhoto")["caption"]) <= 1024
    await desk.send(paper(label="😀" * 600))
    assert utf16_len(first(telegram, "sendDocument")["caption"]) <= 1024


@pytest.mark.parametrize(
    "said",
    ["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "not enough rights to send photos to the chat"],
)
async def test_a_refused_picture_is_told_in_words(telegram: BotApi, desk: Desk, said: str) -> None:
    telegram.fail(
        "sendPhoto", 400, body={"ok": False, "error_code": 400, "description": f"Bad Request: {said}"}
    )
    outcome = await desk.send(figure())
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_CONTENT
    assert isinstance(await desk.send(figure(), plain=True), Sent)  # what the sender does next
    assert telegram.messages(7)[0]["text"].split("\n")[1].startswith("Un besoin réel")
    assert methods(telegram).count("sendPhoto") == 1


async def test_a_figure_that_cannot_be_drawn_is_told_in_words(telegram: BotApi, desk: Desk) -> None:
    few = replace(RADAR, rows=RADAR.rows[:2])
    assert isinstance(await desk.send(figure(drawing=few)), Sent)
    assert telegram.messages(7)[0]["text"].startswith("Votre résultat\nUn besoin réel")


async def test_a_paper_is_a_document_made_for_its_address(telegram: BotApi, desk: Desk) -> None:
    assert isinstance(await desk.send(paper("en")), Sent)
    assert sorted(methods(telegram)) == ["sendChatAction", "sendDocument"]
    assert first(telegram, "sendChatAction")["action"] == "upload_document"
    sent = first(telegram, "sendDocument")
    assert sent["document"] == {"filename": "rapport.pdf", "content": PDF.content, "kind": "application/pdf"}
    assert sent["caption"] == "Rapport (PDF)"
    [(thread, *asked)] = desk.asked
    assert thread.startswith("press")  # not the loop's
    assert asked == ["telegram:7", "2", "en"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Le document «\u202fRapport (PDF)\u202f» n’existe plus."),
        ("en", "The document “Rapport (PDF)” is no longer there."),
    ],
)
async def test_a_paper_that_is_no_longer_there(
    telegram: BotApi, desk: Desk, language: str, words: str
) -> None:
    desk.made = lambda *_: None
    assert isinstance(await desk.send(paper(language)), Sent)
    assert telegram.messages(7)[0]["text"].replace("\u00a0", "\u202f") == words
    assert telegram.made("sendDocument") == []


async def test_a_paper_that_cannot_be_made_is_an_apology_not_a_silence(telegram: BotApi, desk: Desk) -> None:
    def broken(*_: str) -> File:
        raise RuntimeError("secret")

    desk.made = broken
    assert isinstance(await desk.send(paper()), Sent)
    assert "n’a pas pu être envoyé" in telegram.messages(7)[0]["text"]


async def test_a_paper_that_telegram_refuses_is_an_apology(telegram: BotApi, desk: Desk) -> None:
    telegram.fail("sendDocument", 413)
    outcome = await desk.send(paper())
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_CONTENT
    assert isinstance(await desk.send(paper(), plain=True), Sent)
    assert "n’a pas pu être envoyé" in telegram.messages(7)[0]["text"]


OUTCOMES = [
    (403, {}, FailureKind.BLOCKED),
    (429, {"retry_after": 3}, FailureKind.FLOOD),
    (502, {}, FailureKind.AILING),
    (401, {}, FailureKind.TOKEN),
]


@pytest.mark.parametrize(("status", "more", "kind"), OUTCOMES)
async def test_a_file_fails_as_a_text_does(
    telegram: BotApi, desk: Desk, status: int, more: dict[str, int], kind: FailureKind
) -> None:
    for method, message in (("sendPhoto", figure()), ("sendDocument", paper())):
        telegram.fail(method, status, times=1, **more)
        outcome = await desk.send(message)
        assert isinstance(outcome, Failure)
        assert (outcome.kind, outcome.retry_after) == (kind, more.get("retry_after"))
    telegram.drop("sendDocument")
    cut = await desk.send(paper())
    assert isinstance(cut, Failure)
    assert cut.kind is FailureKind.UNKNOWN


async def test_what_is_shown_meanwhile_holds_nothing_up(
    telegram: BotApi, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram.fail("sendChatAction", 429, retry_after=60)
    assert isinstance(await desk.send(figure()), Sent)

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(sender, "SHOWN", 0.01)
    monkeypatch.setattr(desk.transport, "_show", never)
    async with asyncio.timeout(20):
        assert isinstance(await desk.send(paper()), Sent)


async def test_nothing_is_shown_before_a_text(telegram: BotApi, desk: Desk) -> None:
    await desk.send(Message((("text", ("Bonjour",)),)))
    assert methods(telegram) == ["sendMessage"]


async def test_a_result_leaves_as_a_picture_a_document_and_a_text(telegram: BotApi, desk: Desk) -> None:
    whole = Message(
        (("title", ("Votre résultat",)),),
        (("a", "Un"), ("b", "Deux")),
        figure=RADAR,
        papers=(("report", "2", "Rapport"),),
        screen="result",
        nonce=4,
        language="en",
    )
    for part in apart(whole):
        assert load(dump(part)) == part
        assert isinstance(await desk.send(part), Sent)
    sent = [method for method in methods(telegram) if method != "sendChatAction"]
    assert sent == ["sendPhoto", "sendDocument", "sendMessage"]
    assert desk.asked[0][3] == "en"
    assert "reply_markup" in telegram.messages(7)[-1]


async def test_a_place_is_a_pin_then_a_document_then_a_text(telegram: BotApi, desk: Desk) -> None:
    pin = (47.24, 6.02, "Salle exemple", "1 rue de l'Exemple, Doubs")
    whole = Message(
        (("text", ("C'est noté.",)),), papers=(("report", "1", "Agenda"),), pin=pin, language="fr"
    )
    for part in apart(whole):
        assert load(dump(part)) == part
        assert isinstance(await desk.send(part), Sent)
    sent = [method for method in methods(telegram) if method != "sendChatAction"]
    assert sent == ["sendVenue", "sendDocument", "sendMessage"]
    venue = telegram.messages(7)[0]["venue"]
    assert venue["location"] == {"latitude": 47.24, "longitude": 6.02}
    assert (venue["title"], venue["address"]) == pin[2:]


async def test_a_refused_pin_is_told_in_words(telegram: BotApi, desk: Desk) -> None:
    pin = Message((), pin=(47.24, 6.02, "Salle exemple", "Doubs"), language="fr")
    telegram.fail(
        "sendVenue", 400, body={"ok": False, "error_code": 400, "description": "Bad Request: VENUE"}
    )
    outcome = await desk.send(pin)
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_CONTENT
    assert isinstance(await desk.send(pin, plain=True), Sent)
    assert telegram.messages(7)[0]["text"] == "Salle exemple\nDoubs"


async def test_a_card_is_frozen_without_its_buttons(telegram: BotApi, desk: Desk) -> None:
    await desk.send(Message((("title", ("Q1",)), ("text", ("?",))), (("a", "Oui"), ("b", "Non")), screen="q"))
    card = telegram.messages(7)[0]["message_id"]
    frozen = (("title", ("Q1",)), ("note", ("Votre réponse : <Oui>.",)))
    answer = Message((("text", ("Q2",)),), card=str(card), frozen=frozen)
    outgoing = Outgoing("1:1", "telegram", "telegram:7", Klass.REPLY, dump(answer))
    assert await desk.transport.deliver(outgoing, plain=False) == Sent(card + 1, answered=True)
    assert await desk.transport.freeze(outgoing) == Sent(card)
    shown = telegram.messages(7)[0]
    assert (shown["text"], "reply_markup" in shown) == ("Q1\n\nVotre réponse : <Oui>.", False)
    again = await desk.transport.freeze(outgoing)
    assert isinstance(again, Failure)
    assert again.kind is FailureKind.NOT_MODIFIED


@pytest.mark.parametrize("card", ["999", "pas un nombre"])
async def test_a_card_that_cannot_be_found_is_an_outcome(telegram: BotApi, desk: Desk, card: str) -> None:
    answer = Message((("text", ("Q2",)),), card=card, frozen=(("text", ("x",)),))
    outgoing = Outgoing("1:1", "telegram", "telegram:7", Klass.REPLY, dump(answer))
    assert isinstance(await desk.transport.freeze(outgoing), Failure)


async def test_a_report_being_made_does_not_hold_the_others(telegram: BotApi, desk: Desk) -> None:
    let = threading.Event()

    def slow(*_: str) -> File:
        let.wait(30)
        return PDF

    desk.made = slow
    making = [asyncio.ensure_future(desk.send(paper())) for _ in range(3)]
    assert isinstance(await desk.send(Message((("text", ("Bonjour",)),))), Sent)
    assert not any(task.done() for task in making)
    let.set()
    assert all(isinstance(outcome, Sent) for outcome in await asyncio.gather(*making))

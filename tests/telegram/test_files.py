"""What is read and kept of the files that people send on Telegram: how to fetch them, name, size, type."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.telegram.updates import parse, read
from rallynov.dialogue.events import Attached, Event, Ignored, Oddity, OfferedFile, Sent

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PRIVATE = {"id": 7, "type": "private", "first_name": "Camille"}
DATE = 1_795_338_000
DOCUMENT = {
    "file_id": "BQACAgQ-_1",
    "file_unique_id": "AgADsecret",
    "file_name": "Plan d’action.pdf",
    "mime_type": "application/pdf",
    "file_size": 1234,
    "thumbnail": {"file_id": "THUMB"},
}


def stored(chat: dict[str, Any] = PRIVATE, **held: Any) -> str:
    message = {
        "message_id": 3,
        "date": DATE,
        "from": {"id": 7, "first_name": "Camille"},
        "chat": chat,
        **held,
    }
    parsed = parse([{"update_id": 11, "message": message}], "42", NOW)
    assert parsed.malformed == 0
    return parsed.events[0].payload


def event(**held: Any) -> Event:
    return read(stored(**held))


def test_a_document() -> None:
    heard = event(document=DOCUMENT, caption="Voici le plan")
    file = OfferedFile("telegram:BQACAgQ-_1", "Plan d’action.pdf", 1234, "application/pdf")
    assert heard == Attached(file, Oddity.DOCUMENT)
    assert isinstance(heard, Attached)
    assert heard.at == datetime.fromtimestamp(DATE, UTC)  # a deadline is judged by it


def test_nothing_else_of_it_is_kept() -> None:
    payload = stored(document=DOCUMENT, caption="Voici le plan", media_group_id="99", forward_date=1)
    for private in ("secret", "THUMB", "Voici", "99", "Camille", "unique"):
        assert private not in payload
    assert set(json.loads(payload)["message"]["document"]) == {
        "file_id",
        "file_name",
        "file_size",
        "mime_type",
    }


def test_the_largest_drawing_of_a_photo() -> None:
    sizes = [{"file_id": "small", "file_size": 5}, {"file_id": "large", "file_size": 50}]
    assert event(photo=sizes) == Attached(OfferedFile("telegram:large", "", 50, "image/jpeg"), Oddity.PICTURE)


@pytest.mark.parametrize(
    ("kind", "oddity"), [("video", Oddity.VIDEO), ("audio", Oddity.VOICE), ("voice", Oddity.VOICE)]
)
def test_films_and_sounds(kind: str, oddity: Oddity) -> None:
    assert event(**{kind: {"file_id": "A", "mime_type": "x/y"}}) == Attached(
        OfferedFile("telegram:A", "", 0, "x/y"), oddity
    )


def test_an_animated_picture_comes_as_a_document_too() -> None:
    heard = event(animation=DOCUMENT, document=DOCUMENT)
    assert isinstance(heard, Attached)
    assert heard.oddity is Oddity.PICTURE  # where no file is asked for, the reply is as before


def test_a_forwarded_file_is_a_file_where_one_is_asked_for() -> None:
    heard = event(document=DOCUMENT, forward_origin={"type": "user"})
    assert isinstance(heard, Attached)
    assert heard.oddity is Oddity.FORWARDED


ODD: list[Any] = [
    {},
    None,
    [],
    "A",
    {"file_id": ""},
    {"file_id": None},
    {"file_id": "../../etc/passwd"},
    {"file_id": "A" * 201},
    {"file_id": {"A": 1}},
]


@pytest.mark.parametrize("part", ODD, ids=range(len(ODD)))
def test_a_file_that_cannot_be_fetched_is_an_oddity(part: Any) -> None:
    assert event(document=part) == Sent(Oddity.DOCUMENT)


@pytest.mark.parametrize(
    ("told", "file"),
    [
        ({"file_name": 5, "mime_type": [], "file_size": "9"}, OfferedFile("telegram:A")),
        ({"file_size": -1}, OfferedFile("telegram:A")),
        ({"file_size": 2**60}, OfferedFile("telegram:A")),
        ({"file_name": "n" * 999}, OfferedFile("telegram:A", "n" * 255)),
        ({"file_name": "a\ud800\x00b"}, OfferedFile("telegram:A", "a\ud800\x00b")),
    ],
)
def test_what_is_told_of_it_may_be_anything(told: dict[str, Any], file: OfferedFile) -> None:
    assert event(document={"file_id": "A", **told}) == Attached(file, Oddity.DOCUMENT)


def test_in_a_group_nothing_of_a_file_is_kept() -> None:
    group = {"id": -5, "type": "group"}
    payload = stored(chat=group, document=DOCUMENT)
    assert "BQACAgQ" not in payload
    assert "Plan" not in payload
    assert read(payload) == Ignored()


def test_a_file_stored_by_an_earlier_release_is_an_oddity() -> None:
    payload = json.dumps({"update_id": 1, "message": {"chat": PRIVATE, "document": {}}})
    assert read(payload) == Sent(Oddity.DOCUMENT)

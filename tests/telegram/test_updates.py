"""Updates of every kind become events; what is malformed is set aside; nothing can stop the rest of a group."""

import json
from typing import Any

import orjson
import pytest
from conversation import START
from hypothesis import given
from hypothesis import strategies as st
from incoming import FILE, GROUP, NOW, PERSON, PRIVATE, event, message

from bot.telegram.files import FILES
from bot.telegram.updates import parse, read
from rallynov.delivery.tables import InboxStatus
from rallynov.dialogue.events import Attached, Commanded, Event, Ignored, Oddity, Pressed, Said, Sent
from rallynov.dialogue.replies import ODDITIES

KINDS: dict[str, Oddity] = {
    "sticker": Oddity.STICKER,
    "voice": Oddity.VOICE,
    "audio": Oddity.VOICE,
    "photo": Oddity.PICTURE,
    "animation": Oddity.PICTURE,
    "document": Oddity.DOCUMENT,
    "video": Oddity.VIDEO,
    "video_note": Oddity.VIDEO,
    "location": Oddity.LOCATION,
    "venue": Oddity.LOCATION,
    "contact": Oddity.CONTACT,
    "poll": Oddity.POLL,
    "dice": Oddity.DICE,
    "story": Oddity.OTHER,
    "game": Oddity.OTHER,
    "invoice": Oddity.OTHER,
    "paid_media": Oddity.OTHER,
    "pinned_message": Oddity.OTHER,
}


@pytest.mark.parametrize(("kind", "oddity"), KINDS.items())
def test_a_message_that_is_no_text(kind: str, oddity: Oddity) -> None:
    for caption in ({}, {"caption": "Quatre"}):
        heard = event(message(**{kind: [FILE] if kind == "photo" else FILE}, **caption))
        assert isinstance(heard, Attached if kind in FILES else Sent)
        assert heard.oddity is oddity


def test_every_oddity_has_an_answer_of_its_own() -> None:
    said = [ODDITIES[oddity] for oddity in Oddity if oddity is not Oddity.GROUP]
    assert len({words.msgid for words in said}) == len(said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour", Said("Bonjour")),
        ("  deux\u200b  ", Said("deux")),
        ("/start", Commanded("start")),
        ("/Start@rallynov_bot ABC", Commanded("start", "ABC")),
        ("\ud83d\ude00", Said("😀")),
        ("a\ud800b", Said("ab")),
        ("a\x00b", Said("ab")),
        ("\u200b\u200d", Sent(Oddity.EMPTY)),
        ("   ", Sent(Oddity.EMPTY)),
        ("", Sent(Oddity.EMPTY)),
        ("/", Said("/")),
        ("x" * 16_001, Said("x" * 16_000)),
    ],
)
def test_a_text(text: str, expected: Event) -> None:
    assert event(message(text=text)) == expected


@pytest.mark.parametrize("form", [{"forward_origin": {"type": "user"}}, {"forward_date": 1}])
def test_a_forwarded_message_is_no_answer(form: dict[str, Any]) -> None:
    assert event(message(text="4", **form)) == Sent(Oddity.FORWARDED)
    assert event(message(sticker=FILE, **form)) == Sent(Oddity.FORWARDED)


def test_an_edited_message() -> None:
    assert event({"edited_message": message(text="5")["message"]}) == Sent(Oddity.EDITED)
    assert event({"edited_message": message(GROUP, text="5")["message"]}) == Ignored()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1|q:R1.1|4|12", Pressed("q:R1.1", "4", 12, "3")),
        ("1||accept|0", Pressed("", "accept", 0, "3")),
        ("2|q:R1.1|4|12", Pressed("", "", -1)),
        ("1|q|4|-1", Pressed("", "", -1)),
        ("1|q|4|²", Pressed("", "", -1)),
        ("1|q|4|9999999999", Pressed("", "", -1)),
        ("1|q|4", Pressed("", "", -1)),
        ("\ud800", Pressed("", "", -1)),
        ("", Pressed("", "", -1)),
        (None, Pressed("", "", -1)),
    ],
)
def test_a_press(data: str | None, expected: Event) -> None:
    query = {"id": "99", "from": PERSON, "message": message()["message"], "chat_instance": "1", "data": data}
    parsed = parse([{"update_id": 1, "callback_query": query}], "42", NOW)
    assert (parsed.presses, parsed.events[0].address) == (("99",), "telegram:7")
    assert read(parsed.events[0].payload) == expected


def test_a_press_on_a_card_that_telegram_no_longer_knows_is_of_who_pressed() -> None:
    parsed = parse(
        [{"update_id": 1, "callback_query": {"id": "9", "from": {"id": 8}, "data": "x"}}], "42", NOW
    )
    assert parsed.events[0].address == "telegram:8"


FUTURE = [
    {"message_reaction": {"chat": PRIVATE, "message_id": 3}},
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "channel"}, "text": "x"}},
    {"inline_query": {"id": "1", "from": PERSON, "query": ""}},
    {"a_kind_of_2031": {"chat": PRIVATE}},
    {"a_kind_of_2032": None},
    {},
]


@pytest.mark.parametrize("update", FUTURE)
def test_a_kind_not_known_yet_is_ignored(update: dict[str, Any]) -> None:
    parsed = parse([{"update_id": 5, **update}], "42", NOW)
    assert (parsed.malformed, parsed.next_offset) == (0, 6)
    assert parsed.events[0].status == InboxStatus.IGNORED
    assert read(parsed.events[0].payload) == Ignored()


def nested(depth: int) -> Any:
    held: Any = "fond"
    for _ in range(depth):
        held = [held]
    return held


HOSTILE: list[Any] = [
    None,
    True,
    3.5,
    "update_id",
    [],
    {"update_id": None},
    {"update_id": -1},
    {"update_id": True},
    {"update_id": 2**62},
    {"update_id": 1.5},
    {"update_id": 5.0},
    {"update_id": "5"},
    {"update_id": {"update_id": 1}},
    {"update_id": 4, "message": "text"},
    {"update_id": 4, "message": {"text": "sans chat"}},
    {"update_id": 4, "message": {"chat": {"id": "pas un nombre"}}},
    {"update_id": 4, "message": {"chat": {"id": 10**30}}},
    {"update_id": 4, "message": {"chat": PRIVATE, "text": {"b": 1}}},
    {"update_id": 4, "message": {"chat": PRIVATE, "text": ["4"]}},
    {"update_id": 4, "callback_query": {"id": 3, "from": None}},
    {"update_id": 4, "my_chat_member": {"chat": PRIVATE}},
    {"update_id": 4, "message": {"chat": PRIVATE, "forward_origin": "moi", "text": "a\ud800"}},
    {"update_id": 4, "message": nested(500)},
    {"update_id": 4, "edited_message": {"chat": {"id": float("nan")}}},
]


@pytest.mark.parametrize("shape", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_shape_is_set_aside_between_two_good_ones(shape: Any) -> None:
    good = [{"update_id": 3, **message(text="un")}, {"update_id": 9, **message(text="deux")}]
    parsed = parse([good[0], shape, good[1]], "42", NOW)
    assert [event.status for event in parsed.events] == ["new", "poison", "new"]
    assert (parsed.malformed, parsed.next_offset) == (1, 10)
    assert parsed.events[1].address == ""
    assert json.loads(parsed.events[1].payload) is not ...  # it can be written and read again
    assert parsed.events[1].payload.encode()  # no half character is left in it
    again = parse([shape], "42", NOW)
    assert again.events[0].external_id == parsed.events[1].external_id  # seen twice, it is one row


def test_the_next_offset_follows_the_last_id_even_when_numbering_starts_again() -> None:
    parsed = parse([{"update_id": 900}, {"update_id": 12}, {"pas": "d'id"}], "42", NOW)
    assert parsed.next_offset == 13
    assert parse([{"pas": "d'id"}], "42", NOW).next_offset is None
    assert parse([], "42", NOW).next_offset is None


def test_two_bots_on_one_database_do_not_share_their_numbers() -> None:
    ids = {parse([{"update_id": 5}], bot, NOW).events[0].external_id for bot in ("42", "43")}
    assert len(ids) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["message", "edited_message", "callback_query", "my_chat_member", "chat", "from", "text"]
)


@given(st.dictionaries(KEYS | st.just("update_id"), JSON | st.dictionaries(KEYS | st.just("id"), JSON)))
def test_no_update_raises_and_what_is_kept_can_be_read(update: dict[str, Any]) -> None:
    parsed = parse([update, {"update_id": 3, **message(text="oui")}], "42", NOW)
    assert (len(parsed.events), parsed.next_offset) == (2, 4)
    orjson.dumps([event.payload for event in parsed.events])
    if parsed.events[0].status == InboxStatus.NEW:
        read(parsed.events[0].payload)


@pytest.mark.parametrize(
    "odd",
    [
        {"update_id": 9, "message": {"chat": {"id": 1}, "text": "x", "from": 5}},
        {"update_id": 9, "message": {"chat": {"id": 1}, "text": "x", "from": "first_name"}},
        {"update_id": 9, "callback_query": {"id": "1", "from": {"id": 1}, "chat": 7, "data": "x"}},
    ],
)
def test_an_odd_neighbour_never_holds_the_others_up(odd: dict[str, object]) -> None:
    good = {"update_id": 10, "message": {"chat": {"id": 1, "type": "private"}, "text": "bonjour"}}
    parsed = parse([odd, good], "1", START)
    assert parsed.next_offset == 11
    assert parsed.events[-1].status == "new"


def test_nothing_is_kept_but_what_is_read() -> None:
    person = {"id": 7, "first_name": "Camille", "last_name": "Nom", "username": "camille"}
    held = {
        "chat": {**person, "type": "private"},
        "from": person,
        "forward_origin": {"type": "user", "sender_user": person},
        "external_reply": {"contact": {"phone_number": "0381000000"}},
        "location": {"latitude": 47.2, "longitude": 6.0},
        "text": "bonjour",
    }
    group = {
        "chat": {"id": -5, "type": "group", "title": "Camille"},
        "from": person,
        "text": "entre Camille et nous",
    }
    parsed = parse(
        [
            {"update_id": 1, "message": held},
            {"update_id": 2, "message": group},
            {"message": {"Camille": "Camille"}},
        ],
        "1",
        START,
    )
    kept = "".join(event.payload for event in parsed.events)
    for private in ("camille", "nom", "0381", "47.2", "entre"):
        assert private not in kept.lower()
    assert read(parsed.events[0].payload) == Sent(Oddity.FORWARDED)

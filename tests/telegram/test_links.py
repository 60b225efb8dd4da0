"""One-time codes as links and texts to copy, and the way out of a group."""

from dataclasses import replace

import pytest
from botapi import BotApi
from desk import Desk
from hypothesis import example, given
from hypothesis import strategies as st
from spoken import WORDING
from telegram_html import parse

from bot.telegram.links import Links
from bot.telegram.sender import _html, _plain
from rallynov.delivery.decisions import Failure, Sent
from rallynov.delivery.message import LONGEST, Message, split
from rallynov.text import utf16_len

CODE = "abcdefghij234567"
TAKEN = 4096
"""UTF-16 units of a text that Telegram takes."""
LONGEST_BASE = "https://" + "a" * 92
LONGEST_BOT = "https://t.me/" + "b" * 32
LONGEST_CODE = "c" * 64
"""Letters of what opens a bot, at most: Telegram's own limit."""


async def test_a_code_is_links_and_a_text_to_copy(telegram: BotApi, desk: Desk) -> None:
    message = Message(
        (("text", ("Ouvrez <un> lien.",)),), (), (("back", "Retour"),), code=CODE, language="fr"
    )
    await desk.send(message)
    sent = telegram.made("sendMessage")[0].params
    assert f"<code>{CODE}</code>" in sent["text"]
    assert parse(sent["text"]).split("\n") == [
        "Ouvrez <un> lien.",
        "",
        f"Sur le web\u00a0: https://rallye.example/c/{CODE}",
        f"Sur Telegram\u00a0: https://t.me/rallynov_test_bot?start={CODE}",
        f"Code à saisir\u00a0: {CODE}",
    ]
    rows = sent["reply_markup"]["inline_keyboard"]
    assert [one["copy_text"]["text"] for one in rows[0]] == [
        CODE,
        f"https://t.me/rallynov_test_bot?start={CODE}",
    ]
    assert [one["text"] for one in rows[1]] == ["Retour"]
    await desk.send(message, plain=True)
    again = telegram.made("sendMessage")[1].params
    assert again["text"] == parse(sent["text"])
    assert again["reply_markup"]["inline_keyboard"] == rows[1:]  # nothing that a server may not know


async def test_a_page_that_tells_more_is_a_link_unless_there_is_a_code(telegram: BotApi, desk: Desk) -> None:
    message = Message((("text", ("Où il en est.",)),), language="en", page="/dossier/abc")
    await desk.send(message)
    await desk.send(message, plain=True)
    await desk.send(replace(message, code=CODE))
    desk.transport._links = replace(desk.links, web=None)
    await desk.send(message)
    told = [str(one["text"]).partition("\n\n")[2] for one in telegram.messages(7)]
    line = "To read it all on the web: https://rallye.example/dossier/abc"
    assert told[:2] == [line, line]
    assert "/dossier/" not in told[2]
    assert told[3] == ""


async def test_a_code_without_web_and_before_the_bots_name_is_known(telegram: BotApi, desk: Desk) -> None:
    desk.bot = None
    desk.transport._links = replace(desk.links, web=None)
    await desk.send(Message((("text", ("x",)),), code=CODE, language="en"))
    assert telegram.messages(7)[0]["text"] == f"x\n\nCode to type: {CODE}"
    assert telegram.buttons(7) == ["Copy the code"]


async def test_a_group_is_shown_the_way_to_the_private_conversation(telegram: BotApi, desk: Desk) -> None:
    group = Message((("text", ("En privé.",)),), screen="group")
    await desk.send(group, chat=-1009)
    [[button]] = telegram.made("sendMessage")[0].params["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Ouvrir une conversation privée", "url": "https://t.me/rallynov_test_bot"}
    await desk.send(group)  # another screen of that name, in private
    desk.bot = None
    await desk.send(group, chat=-1009)
    assert not any("reply_markup" in one for one in (*telegram.messages(7), *telegram.messages(-1009)[1:]))


SIZES = st.integers(1, 900) | st.integers(LONGEST - 500, LONGEST + 100)
BLOCKS = st.lists(
    st.builds(lambda size, letter: ("text", (letter * size,)), SIZES, st.sampled_from("aé😀")), max_size=6
)


@given(
    BLOCKS,
    st.lists(st.integers(1, 60), max_size=8),
    st.sampled_from(["fr", "en"]),
    st.sampled_from(
        [("", LONGEST_CODE), ("/bureau/dossiers/" + "d" * 64, ""), ("/p", "annonces-" + "e" * 55)]
    ),
)
@example([("text", ("a" * 3980,))], [], "fr", ("/bureau/dossiers/" + "d" * 24, ""))
def test_what_is_written_where_a_page_or_a_code_is_found_always_fits(
    blocks: list[tuple[str, tuple[str]]], labels: list[int], language: str, where: tuple[str, str]
) -> None:
    links = Links(WORDING, LONGEST_BASE, lambda: LONGEST_BOT)
    choices = tuple((str(n), "x" * size) for n, size in enumerate(labels))
    page, code = where
    whole = Message(tuple(blocks), choices, language=language, page=page, code=code)
    parts = split(whole)
    for part in parts:
        assert 0 < utf16_len(parse(_html(part, links))) <= TAKEN
        assert 0 < utf16_len(_plain(part, links)) <= TAKEN
    assert [bool(links.lines(part)) for part in parts] == [False] * (len(parts) - 1) + [True]
    without = Links(WORDING)
    assert not blocks or all(_html(part, without) for part in parts), (
        "no page, no code: still no empty message"
    )


@pytest.mark.parametrize("plain", [False, True])
async def test_a_text_held_too_long_leaves_in_parts_with_its_buttons_on_the_last(
    telegram: BotApi, desk: Desk, *, plain: bool
) -> None:
    desk.transport._links = replace(desk.links, web="https://" + "a" * 500)  # longer than what is left to it
    words = " ".join(f"mot{n}" for n in range(430))
    message = Message(
        (("text", (words + "a" * (3590 - len(words)),)),), (), (("back", "Retour"),), page="/p/1"
    )
    assert split(message) == (message,)
    assert isinstance(await desk.send(message, plain=plain), Sent)
    told = telegram.messages(7)
    assert len(told) == 2
    assert " ".join(str(one["text"]).strip() for one in told).startswith(words[:1000])
    assert str(told[-1]["text"]).endswith("a/p/1")
    assert ["reply_markup" in one for one in told] == [False, True]


@pytest.mark.parametrize("status", [429, 502])
async def test_a_part_that_is_refused_for_now_is_tried_again_without_those_before_it(
    telegram: BotApi, desk: Desk, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.transport._links = replace(desk.links, web="https://" + "a" * 500)
    words = " ".join(f"mot{n}" for n in range(430))
    message = Message((("text", (words + "a" * (3590 - len(words)),)),), page="/p/1")
    said = desk.transport._said

    async def refused(address: str, text: str, **more: object) -> object:
        if text.endswith("a/p/1") and not text.startswith("mot0"):
            monkeypatch.setattr(desk.transport, "_said", said)
            telegram.fail("sendMessage", status, times=1, retry_after=0)
        return await said(address, text, **more)

    monkeypatch.setattr(desk.transport, "_said", refused)
    assert isinstance(await desk.send(message), Failure)
    desk.transport._links = replace(desk.links, web="https://" + "b" * 300)  # what was cut stays so
    assert isinstance(await desk.send(message), Sent)
    told = [str(one["text"]) for one in telegram.messages(7)]
    assert " ".join(" ".join(told).split()).count("mot0 ") == 1
    assert len(told) == 2
    assert told[-1].endswith("a/p/1")
    assert desk.transport._parts == {}

"""The fake Bot API is itself held to what the real one does."""

import asyncio
import http.client
import itertools
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import telegram_html
from botapi import BotApi
from botapi.client import Bot
from botapi.wire import Connection, Request, take

MARKUP = {
    "inline_keyboard": [[{"text": "Oui", "callback_data": "q:1"}], [{"text": "Non", "callback_data": "q:2"}]]
}


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def bot(api: BotApi) -> Iterator[Bot]:
    one = Bot(api)
    yield one
    one.close()


def test_an_update_is_shown_until_an_offset_confirms_it(api: BotApi, bot: Bot) -> None:
    first, second = api.text(7, "/start"), api.text(7, "Bonjour")
    assert [one["update_id"] for one in bot.call("getUpdates", limit=1)] == [first]
    assert len(bot.call("getUpdates", offset=first)) == 2
    assert [one["message"]["text"] for one in bot.call("getUpdates", offset=second)] == ["Bonjour"]
    assert (api.confirmed, api.pending) == (second, [second])
    assert bot.call("getUpdates", offset=second + 1) == []
    assert api.pending == []


def test_a_poll_waits_for_what_happens_and_the_second_poller_ends_it(api: BotApi, bot: Bot) -> None:
    seen: list[Any] = []
    first = threading.Thread(target=lambda: seen.append(bot.refused("getUpdates", timeout=30)))
    first.start()
    api.wait(lambda api: api.polling)
    other = Bot(api)
    second = threading.Thread(target=lambda: seen.append(other.call("getUpdates", timeout=30)))
    second.start()
    first.join()
    assert seen[0]["error_code"] == 409
    api.wait(lambda api: api.polling)
    api.push({"message": "rien de lisible"})
    second.join()
    assert seen[1][0]["message"] == "rien de lisible"
    other.close()


def test_a_broken_value_arrives_as_it_is_and_only_once(api: BotApi, bot: Bot) -> None:
    api.raw(["pas", "un", "objet"])
    api.raw({"message": {}})
    last = api.raw({"update_id": 900_000_000, "message": None})
    assert bot.call("getUpdates")[:2] == [["pas", "un", "objet"], {"message": {}}]
    assert [one["update_id"] for one in bot.call("getUpdates")] == [last]
    assert api.text(7, "après") == last + 1


def test_a_press_carries_the_data_and_the_card_of_the_button(api: BotApi, bot: Bot) -> None:
    sent = bot.call(
        "sendMessage", chat_id=7, text="Une <b>question</b> ?", parse_mode="HTML", reply_markup=MARKUP
    )
    assert (sent["text"], sent["chat"]["type"], sent["reply_markup"]) == ("Une question ?", "private", MARKUP)
    api.press(7, "Non")
    query = bot.call("getUpdates")[0]["callback_query"]
    assert (query["data"], query["message"]) == ("q:2", sent)
    assert bot.call("answerCallbackQuery", callback_query_id=query["id"]) is True
    assert "query is too old" in bot.refused("answerCallbackQuery", callback_query_id="1")["description"]
    with pytest.raises(LookupError, match="Oui"):
        api.press(7, "Peut-être")
    api.forge(7, "q:9", message_id=404)
    forged = bot.call("getUpdates")[-1]["callback_query"]
    assert (forged["data"], forged["message"]["date"]) == ("q:9", 0)


def test_an_edit_changes_what_is_seen_and_must_change_something(api: BotApi, bot: Bot) -> None:
    sent = bot.call("sendMessage", chat_id=7, text="Un", reply_markup=MARKUP)
    where = {"chat_id": 7, "message_id": sent["message_id"]}
    same = bot.refused("editMessageText", **where, text="Un", reply_markup=MARKUP)
    assert same["description"].startswith("Bad Request: message is not modified: ")
    bot.call("editMessageText", **where, text="Deux", reply_markup=MARKUP)
    bot.call("editMessageReplyMarkup", **where)
    assert [(one["text"], "reply_markup" in one) for one in api.messages(7)] == [("Deux", False)]
    assert bot.refused("editMessageReplyMarkup", **where)["error_code"] == 400
    bot.call("deleteMessage", **where)
    assert api.messages(7) == []


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "text must be non-empty"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>" + "a" * 4097 + "</b>", "parse_mode": "HTML"}, "message is too long"),
        (
            {"text": "3 < 4", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "" at byte offset 2',
        ),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "é" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "a", "chat_id": None}, "chat_id is empty"),
    ],
)
def test_what_telegram_refuses_is_refused(bot: Bot, params: dict[str, Any], words: str) -> None:
    assert bot.refused("sendMessage", **{"chat_id": 7, **params})["description"] == f"Bad Request: {words}"


def test_what_telegram_accepts_is_accepted(bot: Bot) -> None:
    edge = {"inline_keyboard": [[{"text": "b", "callback_data": "é" * 32}]]}
    bot.call("sendMessage", chat_id=7, text="😀" * 2048, reply_markup=edge)
    bot.call("sendMessage", chat_id=7, text="<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML")


def test_every_way_to_send_parameters_is_read(api: BotApi, bot: Bot) -> None:
    form = {"chat_id": "7", "text": "a+b é", "reply_markup": orjson.dumps(MARKUP).decode()}
    bot.send("sendMessage", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
    bot.send("sendMessage?chat_id=7&text=a%2Bb+%C3%A9")
    name = 'Content-Disposition: form-data; name="'
    lines = ["--X", f'{name}chat_id"', "", "7", "--X"]
    lines += [f'{name}document"; filename="a.txt"', "Content-Type: text/plain", "", "été", "--X--", ""]
    bot.send("sendDocument", "\r\n".join(lines).encode(), "multipart/form-data; boundary=X")
    calls = api.calls
    assert calls[0].params == {"chat_id": 7, "text": "a+b é", "reply_markup": MARKUP}
    assert calls[1].params == {"chat_id": 7, "text": "a+b é"}
    assert calls[2].params["document"]["content"] == "été".encode()
    assert api.messages(7)[2]["document"]["file_name"] == "a.txt"


def test_a_request_may_come_byte_by_byte_and_in_chunks() -> None:
    whole = b"POST /bot1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"
    buffer, seen = bytearray(), []
    for byte in whole + whole:
        buffer.append(byte)
        if request := take(buffer):
            seen.append(request.body)
    assert (seen, bytes(buffer)) == ([b"abcd", b"abcd"], b"")


def test_faults_last_as_long_as_asked(api: BotApi, bot: Bot) -> None:
    api.fail("sendMessage", 500, times=2)
    api.flood(7, retry_after=3)
    api.block(8)
    assert [bot.refused("sendMessage", chat_id=7, text="a")["error_code"] for _ in range(3)] == [
        500,
        500,
        429,
    ]
    assert (
        bot.refused("sendMessage", chat_id=8, text="a")["description"]
        == "Forbidden: bot was blocked by the user"
    )
    bot.call("sendMessage", chat_id=7, text="a")
    api.fail("*", 429, retry_after=5)
    assert bot.refused("getMe")["parameters"] == {"retry_after": 5}
    api.heal()
    bot.call("sendMessage", chat_id=8, text="a")
    assert [call.status for call in api.made("sendMessage")] == [500, 500, 429, 403, 200, 200]


def test_a_dropped_call_is_done_but_not_answered_and_a_hanging_one_neither(api: BotApi) -> None:
    api.drop("sendMessage")
    api.hang("getMe")
    lost, hanging = Bot(api), Bot(api)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        lost.call("sendMessage", chat_id=7, text="perdu")
    hanging._connection.request("GET", "/bot1/getMe")
    api.wait(lambda api: api.made("getMe"))
    assert [one["text"] for one in api.messages(7)] == ["perdu"]
    assert [(call.status, call.cut) for call in api.calls] == [(200, True), (0, False)]
    lost.close()
    hanging.close()


def test_a_wait_that_ends_in_vain_tells_the_last_calls(api: BotApi, bot: Bot) -> None:
    bot.call("getMe")
    assert api.wait(lambda api: api.made("getMe")[0].status) == 200
    with pytest.raises(TimeoutError, match="getMe"):
        api.wait(lambda api: api.messages(7)[-1], timeout=0.01)


async def test_a_webhook_is_tried_again_until_it_accepts(api: BotApi, bot: Bot) -> None:
    seen: list[Request] = []
    statuses = itertools.chain([500], itertools.repeat(200))

    def take_it(connection: Connection, request: Request) -> None:
        seen.append(request)
        reply = {"method": "sendMessage", "chat_id": 7, "text": "Reçu"}
        connection.answer(next(statuses), orjson.dumps(reply))
        asyncio.get_running_loop().call_soon(connection.close)

    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(take_it, lambda _: None, lambda _: None), "127.0.0.1", 0
    )
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    bot.call("setWebhook", url=url, secret_token="abc")  # noqa: S106
    update_id = api.text(7, "Bonjour")
    await asyncio.to_thread(api.wait, lambda api: api.messages(7))
    assert [orjson.loads(one.body)["update_id"] for one in seen] == [update_id, update_id]
    assert {one.headers["x-telegram-bot-api-secret-token"] for one in seen} == {"abc"}
    assert (api.pending, api.confirmed) == ([], update_id + 1)
    assert bot.refused("getUpdates")["error_code"] == 409
    assert bot.call("getWebhookInfo")["url"] == url
    server.close()


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("Vous &lt;3 l&#39;ESS &amp; le &#x20AC; &quot;", "Vous <3 l'ESS & le € \""),
        ("R&D, Q & R, a &nbsp; b > c &#0;", "R&D, Q & R, a &nbsp; b > c &#0;"),
        ("<b>un <i>deux</i></b><a href='https://a.fr/?x=1&amp;y=2'>ici</a>", "un deuxici"),
        ('<blockquote expandable>long</blockquote><span class="tg-spoiler">x</span>', "longx"),
        ('<pre><code class="language-py">1 &lt; 2</code></pre><TG-SPOILER>a</tg-spoiler>', "1 < 2a"),
    ],
)
def test_html_that_telegram_reads(html: str, plain: str) -> None:
    assert telegram_html.parse(html) == plain


@pytest.mark.parametrize(
    "html",
    [
        "<b>", "</b>", "<b><i></b></i>", "a < b", "<br>", "<br/>", "<p>x</p>", "<b", "<b></b", "<ul></ul>",
        "<span>x</span>", '<span class="x">x</span>', '<a href="x>y</a>', "<a href=http://a>x</a>",
        '<a "x">y</a>', "é <", "<b>x</b", "<h1>x</h1>", "<>",
    ],
)  # fmt: skip
def test_html_that_telegram_refuses(html: str) -> None:
    with pytest.raises(ValueError, match=r"at byte offset|corresponding"):
        telegram_html.parse(html)

"""The fake Bot API: files, actions, and what Telegram holds of the bot itself, refused as the real one does."""

from collections.abc import Iterator
from typing import Any

import pytest
from botapi import BotApi
from botapi.client import Bot


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def bot(api: BotApi) -> Iterator[Bot]:
    one = Bot(api)
    yield one
    one.close()


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def upload(bot: Bot, method: str, field: str, content: bytes, **params: Any) -> tuple[int, Any]:
    parts = [f'--X\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in params.items()]
    file = f'--X\r\nContent-Disposition: form-data; name="{field}"; filename="f"\r\n'
    body = (
        "".join(parts).encode()
        + file.encode()
        + b"Content-Type: image/png\r\n\r\n"
        + content
        + b"\r\n--X--\r\n"
    )
    return bot.send(method, body, "multipart/form-data; boundary=X")


def picture(width: int, height: int, rest: bytes = b"") -> bytes:
    return PNG + width.to_bytes(4) + height.to_bytes(4) + rest


@pytest.mark.parametrize(
    ("content", "caption", "words"),
    [
        (b"GIF89a" + b"x" * 30, "", "IMAGE_PROCESS_FAILED"),
        (picture(9_000, 1_001), "", "PHOTO_INVALID_DIMENSIONS"),
        (picture(2_100, 100), "", "PHOTO_INVALID_DIMENSIONS"),
        (picture(90, 90, b"x" * (10 * 1024 * 1024)), "", "file is too big"),
        (picture(90, 90), "😀" * 513, "message caption is too long"),
    ],
)
def test_a_picture_that_telegram_refuses(bot: Bot, content: bytes, caption: str, words: str) -> None:
    status, answer = upload(bot, "sendPhoto", "photo", content, chat_id=7, caption=caption)
    assert (status, answer["description"]) == (400, f"Bad Request: {words}")


def test_a_picture_and_a_document_are_seen_with_their_captions(api: BotApi, bot: Bot) -> None:
    upload(bot, "sendPhoto", "photo", picture(2_000, 100), chat_id=7, caption="😀" * 512)
    upload(bot, "sendDocument", "document", b"%PDF", chat_id=7, caption="Un rapport")
    photo, document = api.messages(7)
    assert (photo["photo"][0]["width"], photo["caption"]) == (2_000, "😀" * 512)
    assert (document["document"]["file_size"], document["caption"]) == (4, "Un rapport")
    edit = bot.refused("editMessageText", chat_id=7, message_id=photo["message_id"], text="a")
    assert edit["description"] == "Bad Request: there is no text in the message to edit"


def test_an_action_is_shown_in_a_chat(api: BotApi, bot: Bot) -> None:
    assert bot.call("sendChatAction", chat_id=7, action="upload_photo") is True
    assert "action" in bot.refused("sendChatAction", chat_id=7, action="dancing")["description"]
    assert api.messages(7) == []


PRIVATE = {"type": "all_private_chats"}


def test_commands_are_kept_for_one_scope_and_language(bot: Bot) -> None:
    helping = [{"command": "aide", "description": "Aide"}]
    assert bot.call("getMyCommands", scope=PRIVATE) == []
    bot.call("setMyCommands", commands=[{"command": "/aide", "description": " Aide "}], scope=PRIVATE)
    assert bot.call("getMyCommands", scope=PRIVATE) == helping
    assert bot.call("getMyCommands", scope=PRIVATE, language_code="en") == []
    assert bot.call("getMyCommands") == []


@pytest.mark.parametrize(
    ("command", "description", "words"),
    [
        ("a" * 33, "x", "command length must not exceed 32"),
        ("réponse", "x", "BOT_COMMAND_INVALID"),
        ("Aide", "x", "BOT_COMMAND_INVALID"),
        ("aide", "x" * 257, "command description length must not exceed 256"),
        ("aide", " ", "command description must be non-empty"),
    ],
)
def test_a_command_that_telegram_refuses(bot: Bot, command: str, description: str, words: str) -> None:
    refused = bot.refused("setMyCommands", commands=[{"command": command, "description": description}])
    assert refused["description"] == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("method", "key", "most"),
    [
        ("MyDescription", "description", 512),
        ("MyShortDescription", "short_description", 120),
        ("MyName", "name", 64),
    ],
)
def test_descriptions_are_kept_by_language(bot: Bot, method: str, key: str, most: int) -> None:
    assert bot.call(f"get{method}") == {key: ""}
    bot.call(f"set{method}", **{key: "é" * most}, language_code="en")
    assert bot.call(f"get{method}", language_code="en") == {key: "é" * most}
    assert bot.call(f"get{method}") == {key: ""}
    assert bot.refused(f"set{method}", **{key: "é" * (most + 1)})["error_code"] == 400
    assert bot.refused(f"set{method}", **{key: "x"}, language_code="fra")["error_code"] == 400


def test_the_menu_button_opens_only_what_is_safe(bot: Bot) -> None:
    page = {"type": "web_app", "text": "Web", "web_app": {"url": "https://rallye.example"}}
    assert bot.call("getChatMenuButton") == {"type": "default"}
    bot.call("setChatMenuButton", menu_button=page)
    assert bot.call("getChatMenuButton")["web_app"] == {"url": "https://rallye.example/"}
    unsafe = {**page, "web_app": {"url": "http://rallye.example"}}
    assert "HTTPS" in bot.refused("setChatMenuButton", menu_button=unsafe)["description"]


@pytest.mark.parametrize("action", [{"copy_text": {"text": "a" * 257}}, {"url": "rallye.example"}])
def test_a_button_that_leads_nowhere_is_refused(bot: Bot, action: dict[str, Any]) -> None:
    markup = {"inline_keyboard": [[{"text": "a", **action}]]}
    assert bot.refused("sendMessage", chat_id=7, text="a", reply_markup=markup)["error_code"] == 400


def test_the_bots_place_in_a_chat_changes(api: BotApi, bot: Bot) -> None:
    api.become(7, "member", "kicked")
    api.become(-9, "left", "administrator", kind="channel")
    person, channel = (update["my_chat_member"] for update in bot.call("getUpdates"))
    assert (person["chat"]["type"], person["new_chat_member"]["status"]) == ("private", "kicked")
    assert (channel["chat"]["type"], channel["old_chat_member"]["status"]) == ("channel", "left")

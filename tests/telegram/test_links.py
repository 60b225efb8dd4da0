"""One-time codes as links and texts to copy, and the way out of a group."""

from dataclasses import replace

from botapi import BotApi
from desk import Desk
from telegram_html import parse

from rallynov.delivery.message import Message

CODE = "abcdefghij234567"


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

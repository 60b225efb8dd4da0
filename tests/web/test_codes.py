"""One-time codes: shown as links, a drawing and words; the page they lead to spends nothing by itself."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from web.conftest import Open
from web.test_walk import begin, count
from web.visitor import Visitor

from bot.web import drawings
from bot.web.visitors import form_token, token_agrees
from bot.web.words import labels
from bot.wiring import Core
from rallynov.delivery.message import Message
from rallynov.delivery.tables import ConversationRow, InboxRow

BOT = "https://t.me/rallye_exemple_bot"


def shown(html: str) -> list[str]:
    """The codes that a page shows, as a clipboard takes them."""
    return [re.sub(r"<[^>]+>", "", code) for code in re.findall(r"<code>(.*?)</code>", html)]


async def test_a_code_is_shown_as_links_a_drawing_and_words(open_door: Open, core: Core) -> None:
    visitor = open_door(base="https://rallye.exemple.fr/", telegram_link=lambda: BOT)
    await begin(visitor)
    page = await visitor.say("/continuer")
    assert visitor.answer is not None
    [code] = shown(visitor.answer.text)
    links = {values["href"] for tag, values in page.tags if tag == "a"}
    assert {f"https://rallye.exemple.fr/c/{code}", f"{BOT}?start={code}"} <= links
    assert "".join(drawings.qr(f"https://rallye.exemple.fr/c/{code}")) in visitor.answer.text
    pictures = [values for _, values in page.tags if values.get("role") == "img"]
    assert [picture["aria-label"] for picture in pictures] == [labels(core.wording, "fr")["code_qr"]]
    assert f"<code><span>{code[:4]}</span><span>{code[4:8]}</span>" in visitor.answer.text


async def test_a_code_without_a_bot_or_a_public_address(visitor: Visitor) -> None:
    await begin(visitor)
    page = await visitor.say("/continuer")
    assert visitor.answer is not None
    [code] = shown(visitor.answer.text)
    links = {values["href"] for tag, values in page.tags if tag == "a"}
    assert f"http://rallye.test/c/{code}" in links
    assert not any("t.me" in link for link in links)


async def test_an_earlier_code_is_drawn_no_more(visitor: Visitor) -> None:
    await begin(visitor)
    await visitor.say("/continuer")
    page = await visitor.press("2")
    assert not [values for _, values in page.tags if values.get("role") == "img"]
    assert visitor.answer is not None
    assert len(shown(visitor.answer.text)) == 1


async def test_looking_at_the_page_of_a_code_spends_nothing(open_door: Open, core: Core) -> None:
    owner, other = open_door(), open_door()
    await begin(owner)
    await owner.press("3")
    await owner.say("/continuer")
    assert owner.answer is not None
    [code] = shown(owner.answer.text)
    before = count(core.store, InboxRow), count(core.store, ConversationRow)
    for _ in range(3):
        page = await other.open(f"/c/{code}")
    assert other.answer is not None
    assert other.answer.status_code == 200
    assert "set-cookie" not in other.answer.headers
    assert (count(core.store, InboxRow), count(core.store, ConversationRow)) == before
    [button] = [values for tag, values in page.tags if tag == "button"]
    assert button == {"name": "text", "value": f"/start {code}"}
    page = await other.say(button["value"])
    assert "Question 2 sur 23" in page.texts["article"][-1]
    assert code not in other.answer.text, "it is told as the button that was pressed"
    assert "Continuer ici" in other.answer.text


async def test_whoever_has_a_conversation_already_is_asked_with_its_token(visitor: Visitor) -> None:
    await begin(visitor)
    page = await visitor.open("/c/abcdefgh")
    assert page.hidden["token"]
    assert (await visitor.post(**page.hidden, text="/start abcdefgh")).status_code == 303


@pytest.mark.parametrize("code", ["a b", "a" * 65, "é", "%3Cscript%3E", "a/b", "a%0Ab"])
async def test_what_cannot_be_a_code_is_no_page(visitor: Visitor, core: Core, code: str) -> None:
    assert (await visitor.client.get(f"/c/{code}")).status_code == 404
    with core.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(InboxRow)).scalar() == 0


def test_a_token_is_another_one_in_each_form() -> None:
    tokens = {form_token("cookie", form) for form in ("a", "b", "c")}
    assert len(tokens) == 3
    assert token_agrees("cookie", "a", form_token("cookie", "a"))
    assert not token_agrees("cookie", "a", form_token("cookie", "b"))
    assert not token_agrees("other", "a", form_token("cookie", "a"))


def test_where_a_message_is_cut() -> None:
    def cut(*kinds: str, code: str = "", asks: bool = False) -> int:
        message = Message(tuple((kind, ("…",)) for kind in kinds), code=code)
        return drawings.cut(message, asks=asks)

    assert cut("title", "text", "title") == 0, "nothing to place"
    assert cut("title", "text", code="x") == 2
    assert cut("title", "text", "note", "title", "text", code="x") == 3
    assert cut("title", "text", "note", "note", "title", code="x", asks=True) == 3
    assert cut("note", "title", "text", asks=True) == 0
    assert cut("note", "note", "title", "text", asks=True) == 1, "what was said in passing comes first"
    assert cut("title", "text", asks=True) == 0
    assert cut("text", asks=True) == 0

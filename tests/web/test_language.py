"""Pages in the language of whoever reads them: the one asked for, else the conversation's, else the browser's."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from web.conftest import Open
from web.test_walk import begin
from web.visitor import Page, Visitor, read

from bot.web.reader import preferred
from bot.web.words import labels
from bot.wiring import Core
from rallynov.delivery.tables import ConversationRow, InboxRow

PLAIN = (
    "/confidentialite",
    "/accessibilite",
    "/mentions-legales",
    "/rien",
    "/c/abcdefgh",
    "/fiches",
    "/fiches/cooperer",
)
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,fr;q=0.5"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("fr;q=0.3, en;q=0.8", "en"),
        ("de, fr-CH;q=0.4", "fr"),
        ("de", "fr"),
        ("en;q=0, fr", "fr"),
        ("en;q=beaucoup", "fr"),
        ("*", "fr"),
        (";;;,,,q=", "fr"),
        ("x" * 100_000 + ",en", "fr"),
    ],
)
def test_what_a_browser_prefers(header: str, language: str) -> None:
    assert preferred(header, ("fr", "en")) == language


def spoken(page: Page) -> str:
    """The language that a page says it is written in; its words must be of that language."""
    told = next(values["lang"] for tag, values in page.tags if tag == "html")
    shown = {word.lower() for texts in page.texts.values() for text in texts for word in text.split()}
    assert not shown & ({"the", "your", "and"} if told == "fr" else {"les", "votre", "et", "vous"})
    return told


@pytest.mark.parametrize("path", ["/", *PLAIN])
async def test_a_page_follows_the_browser_or_what_is_asked(visitor: Visitor, path: str) -> None:
    assert spoken(await visitor.open(path)) == "fr"
    assert spoken(read((await visitor.client.get(path, headers=ENGLISH)).text)) == "en"
    assert spoken(await visitor.open(path + "?lang=en")) == "en"
    assert spoken(read((await visitor.client.get(path + "?lang=fr", headers=ENGLISH)).text)) == "fr"
    assert spoken(await visitor.open(path + "?lang=xx")) == "fr"


@pytest.mark.parametrize("path", ["/", *PLAIN])
async def test_a_page_leads_to_itself_in_the_other_language(visitor: Visitor, path: str) -> None:
    for language, other in (("fr", "en"), ("en", "fr")):
        page = await visitor.open(f"{path}?lang={language}")
        switch = [values for tag, values in page.tags if tag == "a" and values.get("hreflang")]
        assert switch == [{"href": f"?lang={other}", "lang": other, "hreflang": other}]


async def test_the_language_asked_for_is_kept_from_page_to_page(visitor: Visitor) -> None:
    page = await visitor.open("/?lang=en")
    links = {values["href"] for tag, values in page.tags if tag == "a"}
    assert {"/?lang=en", "/confidentialite?lang=en", "/fiches?lang=en"} <= links
    assert page.hidden["lang"] == "en"
    assert "set-cookie" not in visitor.answer.headers if visitor.answer else False


async def test_a_conversation_begins_in_the_language_of_its_first_page(visitor: Visitor, core: Core) -> None:
    await visitor.open("/?lang=en")
    page = await visitor.press("begin")
    assert spoken(page) == "en"
    with core.store.read() as tx:
        assert json.loads(tx.execute(select(InboxRow.payload)).scalar_one())["lang"] == "en"
        assert tx.execute(select(ConversationRow.language)).scalar_one() == "en"
    for path in PLAIN:
        assert spoken(await visitor.open(path)) == "en", "the conversation's, whatever the browser prefers"
    assert spoken(await visitor.open("/fiches?lang=fr")) == "fr"
    assert spoken(await visitor.open("/?lang=fr")) == "en", "a conversation changes its language by a message"


async def test_the_switch_of_a_conversation_is_a_message(visitor: Visitor) -> None:
    page = await begin(visitor)
    switch = [values for tag, values in page.tags if tag == "button" and values.get("lang")]
    assert switch == [{"name": "text", "value": "/langue en", "lang": "en"}]
    page = await visitor.say(switch[0]["value"])
    assert next(values["lang"] for tag, values in page.tags if tag == "html") == "en"
    assert "Question 1 of 23" in page.texts["article"][-1]
    assert page.hidden["lang"] == "en"


async def test_a_page_whose_words_changed_is_asked_anew(visitor: Visitor) -> None:
    page = await begin(visitor)
    sent = {"Origin": visitor.home, "HX-Request": "true"}
    answer = await visitor.post(sent, **page.hidden, text="/langue en")
    assert (answer.headers["hx-refresh"], answer.content) == ("true", b"")
    behind = await visitor.client.get("/fragment", params={"after": page.hidden["after"], "lang": "fr"})
    assert behind.headers["hx-refresh"] == "true"
    beside = await visitor.client.get("/fragment", params={"after": page.hidden["after"], "lang": "en"})
    assert "hx-refresh" not in beside.headers
    assert "Question 1 of 23" in beside.text


async def test_a_refusal_speaks_the_language_of_its_page(visitor: Visitor, core: Core) -> None:
    page = await begin(visitor)
    sent = {"Origin": visitor.home, "HX-Request": "true"}
    form = {**page.hidden, "token": "f" * 64, "text": "bonjour"}
    for language in ("fr", "en"):
        answer = await visitor.post(sent, **{**form, "lang": language})
        assert (answer.status_code, answer.text) == (403, labels(core.wording, language)["outdated"])


async def test_a_page_of_text_needs_no_database(
    open_door: Open, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = open_door()
    await begin(visitor)

    def away() -> None:
        raise OSError("gone")

    monkeypatch.setattr(core.store, "read", away)
    assert spoken(await visitor.open("/accessibilite")) == "fr"
    assert visitor.answer is not None
    assert visitor.answer.status_code == 200

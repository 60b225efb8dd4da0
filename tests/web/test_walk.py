"""A whole visit by ordinary forms: no JavaScript, one page after another."""

from __future__ import annotations

import httpx
from conversation import Clock
from stored import count
from web.visitor import Page, Visitor

from bot.wiring import Core
from rallynov.delivery.tables import ConversationRow, InboxRow


async def begin(visitor: Visitor) -> Page:
    await visitor.open()
    await visitor.press("begin")
    return await visitor.press("accept")


async def test_looking_keeps_nothing(visitor: Visitor, core: Core) -> None:
    page = await visitor.open()
    assert visitor.answer is not None
    assert "set-cookie" not in visitor.answer.headers
    assert next(iter(page.buttons.values())).split()[0] == "1"
    assert visitor.screen == "welcome"
    assert (count(core.store, InboxRow), count(core.store, ConversationRow)) == (0, 0)


async def test_a_whole_diagnosis(visitor: Visitor) -> None:
    page = await begin(visitor)
    answered = 0
    while visitor.screen.startswith("q:"):
        page = await (visitor.say("4") if answered % 2 else visitor.press("2"))
        answered += 1
    assert (visitor.screen, answered) == ("result", 23)
    assert page.said[2:4] == ["À l’essai", "4"]
    assert len(page.said) == 25
    assert len(page.texts["article"]) == 26, "the welcome, then an answer to each"


async def test_only_the_last_message_has_buttons(visitor: Visitor) -> None:
    page = await begin(visitor)
    assert len({token.split("|")[-1] for token in page.buttons}) == 1
    assert sum("id" in values and values["id"] == "fin" for _, values in page.tags) == 1


async def test_a_form_sent_twice_is_one_event(visitor: Visitor, core: Core) -> None:
    page = await begin(visitor)
    before = count(core.store, InboxRow)
    for _ in range(3):
        answer = await visitor.post(**page.hidden, text="en place")
        assert answer.status_code == 303
    assert count(core.store, InboxRow) == before + 1
    assert (await visitor.open()).said.count("en place") == 1


async def test_a_form_sent_again_in_another_language_is_one_event(visitor: Visitor, core: Core) -> None:
    page = await begin(visitor)
    before = count(core.store, InboxRow)
    token = next(iter(page.buttons))
    for language in ("fr", "en", "fr"):
        await visitor.post(**{**page.hidden, "lang": language}, press=token)
    assert count(core.store, InboxRow) == before + 1
    await visitor.post(**page.hidden, text=token)
    assert count(core.store, InboxRow) == before + 2, "typed, it is another one"


async def test_the_first_form_sent_twice_is_one_visitor(visitor: Visitor, core: Core) -> None:
    page = await visitor.open()
    token = next(iter(page.buttons))
    for _ in range(2):
        await visitor.post(**page.hidden, press=token)
        visitor.client.cookies.clear()
    assert (count(core.store, InboxRow), count(core.store, ConversationRow)) == (1, 1)


async def test_the_same_words_typed_again_later_are_another_event(visitor: Visitor, core: Core) -> None:
    await begin(visitor)
    before = count(core.store, InboxRow)
    await visitor.say("2")
    await visitor.say("2")
    assert count(core.store, InboxRow) == before + 2


async def test_an_answer_in_several_parts_is_read_from_its_first(visitor: Visitor) -> None:
    page = await begin(visitor)
    assert starts(page) == [len(articles(page)) - 1]
    page = await visitor.say("/confidentialite")
    parts = [n for n, article in enumerate(articles(page)) if n > 2]
    assert len(parts) >= 2, "the rules no longer take several messages"
    assert starts(page) == [parts[0]]
    assert [tag for tag in page.tags if tag[1].get("id") == "fin"] == [("li", {"class": "bot", "id": "fin"})]
    answer = await visitor.post(**page.hidden, text="retour")
    assert answer.headers["location"] == "/#debut"
    page = await visitor.open()
    assert starts(page) == [len(articles(page)) - 1]


def articles(page: Page) -> list[dict[str, str]]:
    return [values for tag, values in page.tags if tag == "article"]


def starts(page: Page) -> list[int]:
    """Where one is led to, among the messages of the bot."""
    return [n for n, values in enumerate(articles(page)) if values.get("id") == "debut"]


async def test_an_old_page_loses_nothing(visitor: Visitor) -> None:
    old = await begin(visitor)
    token = next(iter(old.buttons))
    await visitor.press("3")
    page = await visitor.send(press=token)
    assert page.said[-2:] == ["En place", "Pas encore"]
    assert "Question 2 sur 23" in page.texts["article"][-1]


async def test_coming_back_after_a_pause(visitor: Visitor, clock: Clock) -> None:
    await begin(visitor)
    await visitor.press("3")
    await visitor.press("pause")
    before = visitor.page
    clock.pass_(days=3)
    async with httpx.AsyncClient(transport=visitor.client._transport, base_url=visitor.home) as client:
        client.cookies.update(visitor.client.cookies)
        back = Visitor(client)
        page = await back.open()
        assert page.said == before.said
        assert page.texts["article"] == before.texts["article"]
        page = await back.press("resume")
    assert "Question 2 sur 23" in page.texts["article"][-1]


async def test_an_erasure_leaves_nothing_on_the_page(visitor: Visitor) -> None:
    await begin(visitor)
    await visitor.say("Nous avons demandé à chaque équipe ce qui la gênait")
    await visitor.say("/effacer")
    page = await visitor.press("erase")
    assert page.said == []
    assert len(page.texts["article"]) == 1
    assert visitor.answer is not None
    assert "équipe ce qui la" not in visitor.answer.text


async def test_a_browser_without_cookies_is_told(visitor: Visitor) -> None:
    page = await visitor.open()
    answer = await visitor.post(**page.hidden, text="bonjour")
    visitor.client.cookies.clear()
    page = await visitor.open(answer.headers["location"].partition("#")[0])
    assert any("cookie" in text for text in page.texts["p"])


async def test_answers_are_offered_to_be_read_once_there_are_some(visitor: Visitor) -> None:
    def offered(page: Page) -> bool:
        return any(values.get("value") == "/recap" for _, values in page.tags)

    assert not offered(await visitor.open())
    assert not offered(await begin(visitor))
    assert offered(await visitor.press("2"))
    await visitor.say("/effacer")
    assert not offered(await visitor.press("erase"))


async def test_a_withdrawn_note_is_on_no_page(visitor: Visitor) -> None:
    await begin(visitor)
    await visitor.say("Madame Durand du service paie nous a dit beaucoup")
    await visitor.press("unnote")
    page = await visitor.open()
    assert visitor.answer is not None
    assert "Durand" not in visitor.answer.text
    assert any("Votre note est retirée" in told for told in page.texts["article"])

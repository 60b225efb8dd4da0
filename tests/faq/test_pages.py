"""The pages of whoever answers questions, by HTTP, without JavaScript: rights, forms, answers, learning, weeks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from conversation import Clock, core
from faq.stage import appoint, equip
from prometheus_client import CollectorRegistry
from stored import values
from web.visitor import HOME, read

from bot.web import visitors
from bot.web.app import create_app
from bot.web.door import Door
from bot.web.limits import PER_MINUTE
from bot.wiring import Core, new_token
from rallynov.faq.tables import LearnedRow, QuestionRow, TicketLineRow, TicketRow
from rallynov.storage.notices import listening
from rallynov.storage.store import Store

DESK = "/equipe/questions"
STRANGE = "où garer mon <b>vélo</b> électrique ce week-end ?"


@dataclass
class Browser:
    """Somebody at the web door."""

    client: httpx.AsyncClient
    hidden: dict[str, str]
    text: str = ""
    status: int = 0

    async def open(self, path: str) -> str:
        answer = await self.client.get(path)
        self.status, self.text = answer.status_code, answer.text
        self.hidden = read(self.text).hidden | {}
        return self.text

    async def post(self, path: str = "/say", origin: str = HOME, **fields: str) -> str:
        sent = {name: (None, value) for name, value in {**self.hidden, **fields}.items()}
        answer = await self.client.post(path, files=sent, headers={"Origin": origin})
        self.status, self.text = answer.status_code, answer.text
        if answer.status_code == 303:
            await self.open(answer.headers["location"].partition("#")[0])
        return self.text

    async def say(self, text: str) -> str:
        await self.open("/")
        return await self.post(text=text)

    @property
    def address(self) -> str:
        return visitors.address_of(self.client.cookies["rallynov"])


Browse = Callable[[], Browser]


@pytest.fixture
async def product(sqlite: Store, clock: Clock) -> AsyncIterator[Core]:
    built = equip(core(sqlite, clock))
    built.delivery.start()
    end = listening(sqlite, built.delivery.hear)
    yield built
    end()
    await built.delivery.close()


@pytest.fixture
async def browse(product: Core, clock: Clock) -> AsyncIterator[Browse]:
    door = Door(
        product.delivery, product.wording, "Exemple", "Exemple", "Exemple", clock, new_token, CollectorRegistry(),
        papers=product.papers, shelves=product.shelves, steps=product.steps, counter=product.counter, patience=2.0,
    )  # fmt: skip
    clients: list[httpx.AsyncClient] = []

    def opened() -> Browser:
        app = create_app(replace(door, registry=CollectorRegistry()))
        clients.append(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME))
        return Browser(clients[-1], {})

    yield opened
    for client in clients:
        await client.aclose()


@pytest.fixture
async def claude(product: Core, clock: Clock, browse: Browse) -> Browser:
    """Somebody of the coordination."""
    return await coordinator(product, clock, browse)


@pytest.fixture
async def nadia(claude: Browser, browse: Browse) -> Browser:
    """Somebody who has just asked the team."""
    return await asker(browse)


@pytest.fixture
async def ticket(product: Core, claude: Browser, nadia: Browser) -> str:
    """The question of Nadia, which Claude has before their eyes."""
    [asked] = values(product.store, TicketRow.id)
    await claude.open(f"{DESK}/{asked}")
    return str(asked)


async def asker(browse: Browse) -> Browser:
    one = browse()
    await one.say("bonjour")
    await one.say("/question " + STRANGE)
    await one.say("transmettre ma question à l'équipe")
    return one


async def coordinator(product: Core, clock: Clock, browse: Browse) -> Browser:
    one = browse()
    await one.say("bonjour")
    await one.say("commencer le diagnostic")
    await one.say("j'accepte")
    appoint(product, clock, one.address)
    return one


async def test_the_pages_are_for_the_team_alone(browse: Browse) -> None:
    one = browse()
    for known in (False, True):
        for path in ("", "/a-apprendre", "/semaines", "/abc"):
            await one.open(DESK + path)
            assert one.status == 403
            assert "réservée à l’équipe" in one.text
        if not known:
            await one.say("bonjour")


async def test_a_question_is_read_answered_and_closed(
    product: Core, claude: Browser, nadia: Browser, ticket: str
) -> None:
    assert "&lt;b&gt;vélo&lt;/b&gt;" in await claude.open(DESK)
    assert "&lt;b&gt;vélo" in await claude.open(f"{DESK}/{ticket}")
    assert "<b>vélo" not in claude.text
    await claude.post(DESK, key="answer", text="Sous l'<i>abri</i> exemple.")
    assert claude.status == 200
    assert "l’équipe a répondu" in claude.text
    assert "Sous l&#39;&lt;i&gt;abri" in await nadia.open("/")
    await claude.open(f"{DESK}/{ticket}")
    await claude.post(DESK, key="close")
    assert values(product.store, TicketRow.stage) == ["closed"]


async def test_a_page_that_waits_is_told_of_the_answer_at_once(
    product: Core, claude: Browser, nadia: Browser, ticket: str
) -> None:
    async with product.delivery.watching(nadia.address) as moved:
        await claude.post(DESK, key="answer", text="Sous l'abri exemple.")
        assert moved.is_set()


async def test_a_reply_ready_to_be_sent_leaves_as_it_is(product: Core, claude: Browser, ticket: str) -> None:
    await claude.post(DESK, key="answer", text="", ready="merci")
    assert str(values(product.store, TicketLineRow.words)[0]).startswith("Merci pour votre question.")


async def test_of_two_who_answer_the_second_is_told_and_keeps_their_text(
    product: Core, clock: Clock, browse: Browse, claude: Browser, ticket: str
) -> None:
    dominique = await coordinator(product, clock, browse)
    await dominique.open(f"{DESK}/{ticket}")
    await dominique.post(DESK, key="answer", text="La première.")
    await claude.post(DESK, key="answer", text="La seconde, longue.")
    assert claude.status == 409
    assert "La seconde, longue." in claude.text
    assert "quelqu’un de la coordination a répondu" in claude.text
    assert values(product.store, TicketLineRow.words) == ["La première."]


async def test_a_form_of_elsewhere_or_of_another_visitor_does_nothing(
    product: Core, claude: Browser, nadia: Browser, ticket: str
) -> None:
    form = dict(claude.hidden)
    await claude.post(DESK, origin="https://ailleurs.invalid", key="answer", text="non")
    assert claude.status == 403
    nadia.hidden = form
    await nadia.post(DESK, key="answer", text="non")
    assert nadia.status == 403
    claude.hidden = form | {"token": "faux"}
    await claude.post(DESK, key="answer", text="non")
    assert claude.status == 403
    assert values(product.store, TicketLineRow.words) == []


async def test_a_right_that_was_revoked_is_refused_at_once(
    product: Core, claude: Browser, ticket: str
) -> None:
    with product.store.write() as tx:
        tx.exec_driver_sql("UPDATE role_grant SET revoked_at = granted_at")
    await claude.post(DESK, key="answer", text="Trop tard.")
    assert claude.status == 403
    assert values(product.store, TicketLineRow.words) == []


async def test_what_was_not_answered_becomes_an_entry(product: Core, claude: Browser, nadia: Browser) -> None:
    [question] = values(product.store, QuestionRow.id)
    assert "vélo" in await claude.open(f"{DESK}/a-apprendre")
    answer = "Sous l'abri exemple."
    await claude.post(
        DESK, place=f"g:{question}", key="teach", title="Où garer un vélo ?", theme="etapes", text=answer
    )
    assert claude.status == 200
    assert values(product.store, LearnedRow.slug)[0] == "ou-garer-un-velo"
    assert "vélo" not in claude.text
    assert product.librarian.load().find("ou-garer-un-velo", "fr")


async def test_the_weeks_are_a_table_and_a_picture(claude: Browser, browse: Browse) -> None:
    assert "Rien n’a été demandé" in await claude.open(f"{DESK}/semaines")
    nadia = await asker(browse)
    await nadia.say("menu")
    await nadia.say("quelle est la date limite ?")
    await nadia.say("non, pas vraiment")
    await claude.open(f"{DESK}/semaines")
    assert "<svg" in claude.text
    assert "demandes 2, sans réponse 1, réponses mal notées 1" in claude.text.replace("\xa0", " ")


async def test_a_double_click_on_close_and_a_number_that_is_none(
    product: Core, claude: Browser, nadia: Browser, ticket: str
) -> None:
    form = dict(claude.hidden)
    for _ in range(2):
        claude.hidden = form
        await claude.post(DESK, key="close")
        assert claude.status == 200 or "est close" in claude.text
    assert values(product.store, TicketRow.version) == [2]
    assert "Questions closes récemment" in await claude.open(DESK)
    await nadia.say("/question")
    await nadia.say("1")
    await nadia.say("Encore un mot.")
    await claude.open(f"{DESK}/{ticket}")
    await claude.post(DESK, key="close")
    assert values(product.store, TicketRow.stage) == ["closed"]
    await claude.open(f"{DESK}/{ticket}")
    await claude.post(DESK, key="answer", place=f"t:{ticket}@²", text="Avec un chiffre étrange.")
    assert claude.status == 409
    assert "Avec un chiffre étrange." in claude.text


async def test_an_answer_to_what_was_erased_is_given_back(
    product: Core, claude: Browser, nadia: Browser, ticket: str
) -> None:
    form = dict(claude.hidden)
    await nadia.say("/effacer")
    await nadia.say("oui, tout effacer")
    assert values(product.store, TicketRow.id) == []
    claude.hidden = form
    await claude.post(DESK, key="answer", place=f"t:{ticket}@1", text="Sous l'abri exemple.")
    assert claude.status == 409
    assert "n’existe plus" in claude.text
    assert "Sous l&#39;abri exemple." in claude.text


async def test_who_presses_too_often_is_slowed_down(claude: Browser, ticket: str) -> None:
    form = dict(claude.hidden)
    for _ in range(PER_MINUTE + 5):
        claude.hidden = form
        sent = {name: (None, value) for name, value in {**form, "key": "none"}.items()}
        answer = await claude.client.post(DESK, files=sent, headers={"Origin": HOME})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429

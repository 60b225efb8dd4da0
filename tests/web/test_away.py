"""Bad moments: the database away, an answer that takes its time, a line that is cut."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from fastapi import Request
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError
from web.conftest import Open
from web.test_walk import begin
from web.visitor import Visitor, read

from bot.web import news as lines
from bot.web.door import Door
from bot.web.news import LISTENERS, News
from bot.web.visitors import address_of
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.tables import InboxRow
from rallynov.delivery.turns import Batch


@contextlib.contextmanager
def _away() -> Iterator[Connection]:
    raise OperationalError("BEGIN", {}, Exception("disk I/O error"))
    yield


def _kept(core: Core, payload: str) -> int:
    with core.store.read() as tx:
        found = select(func.count()).where(InboxRow.payload.contains(payload))
        return tx.execute(found).scalar() or 0


async def test_what_cannot_be_kept_stays_in_its_field(
    visitor: Visitor, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = (await begin(visitor)).hidden
    with monkeypatch.context() as broken:
        broken.setattr(core.store, "write", _away)
        answer = await visitor.post(**hidden, text="Une phrase à ne pas perdre")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    page = read(answer.text)
    assert page.texts["textarea"] == ["\nUne phrase à ne pas perdre"]
    assert {**page.hidden, "after": hidden["after"]} == hidden
    visitor.page = page
    await visitor.say("Une phrase à ne pas perdre")
    assert _kept(core, "Une phrase") == 1


async def test_a_press_that_cannot_be_kept_can_be_tried_again(
    visitor: Visitor, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await visitor.open()
    token = next(iter(page.buttons))
    with monkeypatch.context() as broken:
        broken.setattr(core.store, "write", _away)
        answer = await visitor.post(**page.hidden, press=token)
    visitor.page = read(answer.text)
    assert list(visitor.page.buttons) == [token]
    page = await visitor.send(press=token)
    assert visitor.screen == "notice"
    assert len(page.said) == 1


async def test_the_page_when_nothing_can_be_read(
    visitor: Visitor, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(visitor)
    monkeypatch.setattr(core.store, "read", _away)
    page = await visitor.open()
    assert visitor.answer is not None
    assert visitor.answer.status_code == 503
    assert page.hidden["token"]
    assert (await visitor.client.get("/fragment?after=1")).status_code == 503


async def test_an_answer_that_takes_its_time(
    open_door: Open, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = open_door(patience=1.0)
    await begin(visitor)
    with monkeypatch.context() as slow:
        slow.setattr(core.turns, "within", lambda _tx: Batch())
        page = await visitor.say("Une longue phrase qui attend")
    assert any("Une longue phrase qui attend" in text for text in page.texts["p"])
    assert ("a", {"class": "see", "href": "/"}) in page.tags
    page = await visitor.say("4")
    assert ("a", {"class": "see", "href": "/"}) not in page.tags
    assert page.said[-2:] == ["Une longue phrase qui attend", "4"]


async def test_fragments_hold_what_is_new(visitor: Visitor) -> None:
    page = await begin(visitor)
    sent = {"Origin": visitor.home, "HX-Request": "true"}
    answer = await visitor.post(sent, **page.hidden, text="4")
    news = read(answer.text)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "hx-reswap" not in answer.headers, "what is new goes after the rest"
    assert len(news.texts["article"]) == 1
    assert news.hidden["id"] != page.hidden["id"]
    assert int(news.hidden["after"]) > int(page.hidden["after"])
    again = read((await visitor.client.get(f"/fragment?after={page.hidden['after']}")).text)
    assert again.texts["article"] == news.texts["article"]
    nothing = read((await visitor.client.get(f"/fragment?after={news.hidden['after']}")).text)
    assert "article" not in nothing.texts
    assert nothing.buttons == news.buttons


async def test_a_fragment_after_an_erasure_replaces_the_page(visitor: Visitor) -> None:
    page = await begin(visitor)
    await visitor.say("/effacer")
    await visitor.press("erase")
    answer = await visitor.client.get(f"/fragment?after={page.hidden['after']}")
    news = read(answer.text)
    assert answer.headers["hx-reswap"] == "innerHTML"
    assert len(news.texts["article"]) == 1


@pytest.mark.parametrize("after", ["", "-1", "abc", "9" * 40, "²"])
async def test_a_strange_position_is_the_beginning(visitor: Visitor, after: str) -> None:
    await begin(visitor)
    answer = await visitor.client.get("/fragment", params={"after": after})
    assert answer.status_code == 200


async def test_a_page_hears_of_what_was_said_elsewhere(visitor: Visitor, door: Door) -> None:
    await begin(visitor)
    news = News(door)
    address = address_of(visitor.client.cookies["rallynov"])
    told = news._told(address, 0)
    assert (await anext(told)).startswith("retry:")
    assert "event: changed" in await anext(told)
    await visitor.say("4")
    assert "event: changed" in await anext(told)
    door.delivery.tell(address)
    assert await anext(told) == ": here\n\n"
    await told.aclose()
    assert not door.delivery._watching


def _listen(cookie: str) -> Request:
    headers = [(b"cookie", f"rallynov={cookie}".encode())]
    return Request(
        {"type": "http", "headers": headers, "method": "GET", "path": "/events", "query_string": b""}
    )


async def test_one_visitor_cannot_hold_every_line(visitor: Visitor, door: Door) -> None:
    await begin(visitor)
    news = News(door)
    cookie = visitor.client.cookies["rallynov"]
    held = [news._heard(address_of(cookie), 0) for _ in range(LISTENERS)]
    for line in held:
        await anext(line)
    assert (await news.events(_listen(cookie))).status_code == 204
    for line in held:
        await line.aclose()
    assert (await news.events(_listen(cookie))).status_code == 200
    assert not news._listening


async def test_a_crowd_cannot_hold_more_lines_than_there_are(
    visitor: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(visitor)
    news = News(door)
    monkeypatch.setattr(lines, "LINES", 3)
    held = [news._heard(f"web:{n}", 0) for n in range(3)]
    for line in held:
        await anext(line)
    cookie = visitor.client.cookies["rallynov"]
    assert (await news.events(_listen(cookie))).status_code == 204
    await held[0].aclose()
    assert (await news.events(_listen(cookie))).status_code == 200
    for line in held:
        await line.aclose()


async def test_nobody_listens_to_a_conversation_that_was_never_begun(
    visitor: Visitor, door: Door, core: Core
) -> None:
    news = News(door)
    made_up = "made-up-by-somebody-00001"
    assert (await news.events(_listen(made_up))).status_code == 204
    await core.delivery.close()  # nobody answers: a first answer that is late is heard of all the same
    first = Incoming("web", "1", address_of(made_up), '{"text": "bonjour"}', door.clock())
    with core.store.write() as tx:
        inbox.store(tx, [first])
    assert (await news.events(_listen(made_up))).status_code == 200


async def test_who_listens_is_not_sent_away_while_the_database_is(
    visitor: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(visitor)
    cookie = visitor.client.cookies["rallynov"]
    monkeypatch.setattr(door.delivery.store, "reading", _gone)
    assert (await News(door).events(_listen(cookie))).status_code == 200


async def _gone(_: object) -> None:
    raise OperationalError("BEGIN", {}, Exception("disk I/O error"))

"""Documents handed over: made for whoever may have them, off the loop, a few at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest
from web.conftest import Open
from web.test_walk import begin
from web.visitor import Visitor

from bot.web import papers
from bot.web.door import Door
from bot.web.visitors import address_of
from bot.web.words import TROUBLES
from rallynov.papers.model import File, Papers

REPORT = File("Mon bilan été.pdf", "application/pdf", b"%PDF-1.7 " + b"x" * 5_000)


class Maker:
    """Makes one report for the addresses it knows, and remembers for whom it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.threads: set[int] = set()
        self.known: set[str] = set()

    def __call__(self, address: str, ref: str, language: str) -> File | None:
        self.asked.append((address, ref, language))
        self.threads.add(threading.get_ident())
        return REPORT if address in self.known and ref == "1" else None


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def reader(open_door: Open, maker: Maker) -> Visitor:
    return open_door(papers=Papers({"report": maker}))


async def test_a_document_is_handed_over(reader: Visitor, maker: Maker) -> None:
    await begin(reader)
    mine = address_of(reader.client.cookies["rallynov"])
    maker.known.add(mine)
    answer = await reader.client.get("/papiers/report/1", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, REPORT.content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Mon bilan _t_.pdf\"; filename*=UTF-8''Mon%20bilan%20%C3%A9t%C3%A9.pdf"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers, "a document is packed already"
    assert maker.asked == [(mine, "1", "fr")]
    assert threading.get_ident() not in maker.threads


@pytest.mark.parametrize(
    "path", ["/papiers/report/2", "/papiers/rien/1", "/papiers/report", "/papiers/report/a/b"]
)
async def test_what_is_not_there_is_a_page(reader: Visitor, door: Door, path: str) -> None:
    await begin(reader)
    page = await reader.open(path)
    assert reader.answer is not None
    assert reader.answer.status_code == 404
    assert page.texts["h1"] == [door.wording.word(TROUBLES[404][0], "fr")]


async def test_nobody_takes_what_is_somebody_elses(open_door: Open, maker: Maker) -> None:
    owner, other, stranger = (open_door(papers=Papers({"report": maker})) for _ in range(3))
    await begin(owner)
    await begin(other)
    maker.known.add(address_of(owner.client.cookies["rallynov"]))
    assert (await owner.client.get("/papiers/report/1")).status_code == 200
    assert (await other.client.get("/papiers/report/1")).status_code == 404
    assert (await stranger.client.get("/papiers/report/1")).status_code == 404
    assert maker.asked[-1][0] == ""


async def test_another_site_cannot_have_documents_made(reader: Visitor, maker: Maker) -> None:
    inside = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert (await reader.client.get("/papiers/report/1", headers=inside)).status_code == 404
    assert maker.asked == []
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    await reader.client.get("/papiers/report/1", headers=followed)
    assert len(maker.asked) == 1, "a link in a message is followed"


async def test_documents_are_made_a_few_at_a_time(
    open_door: Open, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, working = threading.Event(), threading.Semaphore(0)

    def slow(address: str, ref: str, language: str) -> File:
        working.release()
        assert go_on.wait(10)
        return REPORT

    monkeypatch.setattr(papers, "PATIENCE", 0.05)
    client = open_door(papers=Papers({"report": slow})).client
    asked = [asyncio.ensure_future(client.get("/papiers/report/1")) for _ in range(papers.AT_ONCE)]
    for _ in asked:
        await asyncio.to_thread(working.acquire)
    late = await client.get("/papiers/report/1")
    assert (late.status_code, late.headers["retry-after"]) == (503, "60")
    assert door.wording.word(TROUBLES[503][0], "fr") in late.text
    go_on.set()
    assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200] * papers.AT_ONCE
    assert (await client.get("/papiers/report/1")).status_code == 200, "places are given back"


async def test_a_maker_that_breaks_gives_its_place_back(open_door: Open) -> None:
    def broken(address: str, ref: str, language: str) -> File:
        raise RuntimeError("a sentence that someone typed")

    client = open_door(papers=Papers({"report": broken})).client
    for _ in range(papers.AT_ONCE + 1):
        answer = await client.get("/papiers/report/1")
        assert answer.status_code == 500
        assert "someone typed" not in answer.text


async def test_the_report_of_a_whole_diagnosis(visitor: Visitor) -> None:
    page = await begin(visitor)
    while visitor.screen.startswith("q:"):
        page = await visitor.press("2")
    page = await visitor.press("rapport")
    [link] = [values for tag, values in page.tags if values.get("href", "").startswith("/papiers/")]
    assert "download" in link
    answer = await visitor.client.get(link["href"])
    assert answer.content.startswith(b"%PDF")

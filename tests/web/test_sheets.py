"""The pages of the fact sheets."""

from __future__ import annotations

import pytest
from web.conftest import Open
from web.visitor import Visitor

from bot.web.door import Door


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_sheet_has_its_page_and_its_document(visitor: Visitor, door: Door, language: str) -> None:
    page = await visitor.open(f"/fiches?lang={language}")
    linked = [values["href"] for tag, values in page.tags if values.get("href", "").startswith("/fiches/")]
    sheets = door.shelves[language].sheets
    assert linked == [f"/fiches/{sheet.slug}?lang={language}" for sheet in sheets]
    assert len(linked) == 12
    for sheet, path in zip(sheets, linked, strict=True):
        page = await visitor.open(path)
        assert visitor.answer is not None
        text = " ".join(" ".join(texts) for texts in page.texts.values())
        assert page.texts["h1"] == [sheet.title]
        parts = (sheet.question, sheet.example, sheet.mistake, sheet.instead, sheet.tool, *sheet.lines)
        assert [part for part in parts if part not in text] == []
        assert [one.how for one in sheet.gestures if one.how not in text] == []
        links = {values["href"] for tag, values in page.tags if tag == "a"}
        assert f"/papiers/sheet/{sheet.number}?lang={language}" in links
        assert f"/fiches?lang={language}" in links


async def test_a_sheet_leads_to_its_neighbours(visitor: Visitor, door: Door) -> None:
    first, second, *_, last = door.shelves["fr"].sheets
    ways = {}
    for sheet in (first, second, last):
        page = await visitor.open(f"/fiches/{sheet.slug}")
        ways[sheet.number] = {v["rel"]: v["href"] for _, v in page.tags if v.get("rel") in {"prev", "next"}}
    assert ways[first.number] == {"next": f"/fiches/{second.slug}"}
    assert ways[second.number]["prev"] == f"/fiches/{first.slug}"
    assert list(ways[last.number]) == ["prev"]


async def test_a_sheet_by_its_number(visitor: Visitor, door: Door) -> None:
    page = await visitor.open("/fiches/F3")
    assert page.texts["h1"] == [door.shelves["fr"].sheets[2].title]


@pytest.mark.parametrize("slug", ["rien", "99", "%00", "a" * 5_000])
async def test_no_such_sheet(visitor: Visitor, slug: str) -> None:
    assert (await visitor.client.get(f"/fiches/{slug}")).status_code == 404


async def test_without_a_shelf_there_is_no_page(open_door: Open) -> None:
    assert (await open_door(shelves={}).client.get("/fiches")).status_code == 404


async def test_the_document_of_a_sheet_is_for_everyone(visitor: Visitor) -> None:
    answer = await visitor.client.get("/papiers/sheet/F10?lang=en")
    assert answer.content.startswith(b"%PDF")
    assert "F10-cooperer.pdf" in answer.headers["content-disposition"]

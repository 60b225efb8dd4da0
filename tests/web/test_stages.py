"""The pages of the stages: read without a conversation, and leading to one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from web.conftest import Open
from web.visitor import Visitor

from bot.web.stages import map_of
from bot.wiring import Core
from rallynov.editions.stages import scheduling
from rallynov.editions.stages.model import Stage

START = datetime(2026, 12, 12, 13, 0, tzinfo=UTC)


def add(core: Core, territory: str, place: str, days: int = 0, **more: Any) -> Stage:
    starts = START + timedelta(days=days)
    one = Stage(f"s-{place}", 0, territory, place, starts, starts + timedelta(hours=3), **more)
    with core.store.write() as tx:
        return scheduling.add(tx, core.edition, one, START)


def links(page: Any) -> list[str]:
    return [values["href"] for tag, values in page.tags if tag == "a"]


async def test_no_stage_is_said_kindly(visitor: Visitor) -> None:
    page = await visitor.open("/etapes")
    assert page.texts["h1"] == ["Les étapes du rallye"]
    assert any("Aucune étape à venir" in text for text in page.texts["p"])


async def test_those_to_come_and_those_that_are_over(visitor: Visitor, core: Core) -> None:
    add(core, "25", "Salle <exemple>")
    add(core, "39", "Atelier exemple", 5)
    add(core, "70", "Grange exemple", -60)
    page = await visitor.open("/etapes")
    assert page.texts["h2"] == ["Étapes passées"]
    stages = [href for href in links(page) if href.startswith("/etapes/")]
    assert stages == ["/etapes/1", "/etapes/2", "/etapes/3"]
    assert "Salle <exemple>" in page.texts["li"][0]
    near = await visitor.open("/etapes?pres=39&lang=en")
    assert next(href for href in links(near) if href.startswith("/etapes/")) == "/etapes/2?lang=en"


async def test_one_stage_has_its_page_its_map_and_its_file(visitor: Visitor, core: Core) -> None:
    add(core, "25", "Salle exemple", capacity=2, point=(47.24, 6.02), access="Plain-pied")
    page = await visitor.open("/etapes/1")
    assert page.texts["h1"] == ["Salle exemple, samedi 12 décembre 2026"]
    assert any("il reste 2 places" in text for text in page.texts["li"])
    assert "https://www.openstreetmap.org/?mlat=47.24000&mlon=6.02000#map=17/47.24000/6.02000" in links(page)
    assert "/etapes/1.ics" in links(page)
    file = await visitor.client.get("/etapes/1.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "etape-1.ics" in file.headers["content-disposition"]
    assert b"UID:s-Salle exemple@rallynov" in file.content


async def test_a_newcomer_signs_up_from_the_page(visitor: Visitor, core: Core) -> None:
    add(core, "25", "Salle exemple", capacity=2)
    await visitor.open("/etapes/1")
    page = await visitor.send(text="/etape 1")
    assert any("J’y serai" in text for text in page.texts["button"])
    await visitor.say("J'y serai")
    assert core.stages.read()[0].coming == 1
    page = await visitor.open("/etapes/1")
    assert any("1 personne y sera" in text for text in page.texts["li"])


async def test_a_cancelled_stage_takes_nobody(visitor: Visitor, core: Core) -> None:
    one = add(core, "25", "Salle exemple")
    with core.store.write() as tx:
        scheduling.cancel(tx, one, "", START, core.reminders._post)
    page = await visitor.open("/etapes/1")
    assert any("annulée" in text for text in page.texts["p"])
    assert [values for tag, values in page.tags if values.get("value") == "/etape 1"] == []


@pytest.mark.parametrize("number", ["9", "0", "exemple", "%00", "9" * 5_000, "1.ics.ics", "-1"])
async def test_no_such_stage(visitor: Visitor, core: Core, number: str) -> None:
    add(core, "25", "Salle exemple")
    assert (await visitor.client.get(f"/etapes/{number}")).status_code == 404
    assert (await visitor.client.get(f"/etapes/{number}.ics")).status_code == 404


async def test_without_a_board_there_is_no_page(open_door: Open) -> None:
    assert (await open_door(stages=None).client.get("/etapes")).status_code == 404


def test_a_map_is_found_by_point_or_by_address() -> None:
    one = Stage("a", 1, "25", "Salle exemple", START, START, address="1 rue & place")
    assert map_of(one) == "https://www.openstreetmap.org/search?query=1+rue+%26+place%2C+Doubs"
    assert not map_of(Stage("a", 1, "25", "Salle exemple", START, START))

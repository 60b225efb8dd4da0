"""The archive of announcements: read by anybody, as pages and as a feed; what was withdrawn is shown no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from sqlalchemy import insert, update
from web.visitor import Visitor

from bot.web.door import Door
from bot.wiring import Core
from rallynov.announcements.filing import media_maker
from rallynov.announcements.lifecycle import Act
from rallynov.announcements.model import Audience, Content, Standing, Status
from rallynov.announcements.tables import AnnouncementActRow, AnnouncementFileRow, AnnouncementRow
from rallynov.delivery.tables import OutboxRow
from rallynov.initiatives.attachments.folder import Folder
from rallynov.papers.model import File, Maker

SENT = datetime(2026, 10, 7, 8, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
EVERYBODY = Audience()
HOSTILE = "<script>alert(1)</script> & ]]>"


def publish(core: Core, number: int, title: str, audience: Audience = EVERYBODY, **more: Any) -> None:
    row = {
        "id": f"a{number}",
        "edition": core.edition.slug,
        "number": number,
        "organisation": "",
        "topic": "stages",
        "content": orjson.dumps(Content(title, f"Texte de *{title}*\n\n- un\n- deux")).decode(),
        "audience": orjson.dumps(audience).decode(),
        "status": Status.SENT,
        "started_at": SENT + timedelta(days=number),
        "created_at": SENT,
        "changed_at": SENT,
    }
    with core.store.write() as tx:
        tx.execute(insert(AnnouncementRow), [row | more])


def links(page: Any) -> list[str]:
    return [values["href"] for tag, values in page.tags if tag == "a"]


async def test_nothing_announced_is_said(visitor: Visitor) -> None:
    page = await visitor.open("/annonces")
    assert "Rien n’a encore été annoncé." in page.texts["p"]


async def test_the_newest_first_each_on_its_page(visitor: Visitor, core: Core) -> None:
    publish(core, 1, "Première étape", Audience(("25",)))
    publish(core, 2, "Deuxième étape", organisation="Réseau exemple")
    page = await visitor.open("/annonces")
    assert [one for one in links(page) if one.startswith("/annonces/")] == ["/annonces/2", "/annonces/1"]
    one = await visitor.open("/annonces/2")
    assert one.texts["h1"] == ["Deuxième étape"]
    assert one.texts["li"][:2] == ["un", "deux"]
    assert any("Réseau exemple" in text for text in one.texts["p"])
    assert not any("/stop" in text for text in one.texts["p"])


@pytest.mark.parametrize(
    "hidden",
    [
        {"audience": Audience(members=True)},
        {"audience": Audience(standings=(Standing.DRAFT,))},
        {"status": Status.APPROVED, "started_at": None},
        {"status": Status.DRAFT, "started_at": None},
        {"edition": "autre"},
    ],
)
async def test_what_is_not_for_everybody_is_not_there(
    visitor: Visitor, core: Core, hidden: dict[str, Any]
) -> None:
    publish(core, 1, "Pour quelques-uns", **hidden)
    assert b"Pour quelques-uns" not in (await visitor.client.get("/annonces")).content
    assert (await visitor.client.get("/annonces/1")).status_code == 404
    assert b"Pour quelques-uns" not in (await visitor.client.get("/annonces.atom")).content


async def test_what_is_withdrawn_is_said_to_be_and_shown_no_more(visitor: Visitor, core: Core) -> None:
    publish(core, 1, "Une erreur")
    with core.store.write() as tx:
        tx.execute(update(AnnouncementRow).values(status=Status.WITHDRAWN))
    gone = await visitor.client.get("/annonces/1")
    assert gone.status_code == 410
    assert "Annonce retirée" in gone.text
    assert "Une erreur" not in gone.text
    assert b"Une erreur" not in (await visitor.client.get("/annonces.atom")).content


async def test_a_correction_is_dated(visitor: Visitor, core: Core) -> None:
    publish(core, 1, "Étape exemple")
    done = {"announcement_id": "a1", "at": SENT + timedelta(days=3), "act": Act.CORRECT_NOW, "detail": ""}
    with core.store.write() as tx:
        tx.execute(insert(AnnouncementActRow), [done])
    page = await visitor.open("/annonces/1")
    assert "corrigée le 10 octobre 2026" in " ".join(page.texts["p"]).replace("\xa0", " ")


async def test_the_feed_is_atom_and_holds_what_the_pages_hold(visitor: Visitor, core: Core) -> None:
    publish(core, 1, HOSTILE)
    publish(core, 2, "Étape exemple", organisation="Réseau exemple")
    answer = await visitor.client.get("/annonces.atom?lang=fr")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)  # noqa: S314  # our own
    assert feed.tag == ATOM + "feed"
    assert feed.findtext(ATOM + "updated") == "2026-10-09T08:00:00Z"
    first, second = feed.findall(ATOM + "entry")
    assert first.findtext(ATOM + "id") == "urn:rallynov:announcement:a2"
    assert first.findtext(f"{ATOM}author/{ATOM}name") == "Réseau exemple"
    assert second.findtext(ATOM + "title") == HOSTILE
    html = second.findtext(ATOM + "content") or ""
    assert "<script" not in html
    assert "<li>un</li>" in html
    own = next(one for one in feed.findall(ATOM + "link") if one.get("rel") == "self")
    assert (own.get("href") or "").endswith("/annonces.atom")


NAME = "affiche exemple.png"


def attach(core: Core, slot: str, folder: Folder) -> None:
    """Give the first announcement a file."""
    content = orjson.dumps(
        Content("Étape exemple", "Texte", alt='Une salle "exemple"', **{slot: "f1"})
    ).decode()
    row = {
        "id": "f1",
        "announcement_id": "a1",
        "address": "",
        "origin": "",
        "name": NAME,
        "mime": "image/png",
    }
    with core.store.write() as tx:
        tx.execute(update(AnnouncementRow).values(content=content))
        kept = row | {"size": 3, "state": "kept", "created_at": SENT}
        tx.execute(insert(AnnouncementFileRow), [kept])
    place = folder.place("a1", "f1")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"png")


@pytest.fixture
def folder(door: Door, core: Core, tmp_path: Path) -> Folder:
    kept = Folder(tmp_path)
    makers: dict[str, Maker] = {"media": media_maker(core.store, kept)}
    object.__setattr__(door, "papers", core.papers.having(makers))
    return kept


async def test_its_picture_is_shown_and_gone_with_it(folder: Folder, visitor: Visitor, core: Core) -> None:
    publish(core, 1, "Étape exemple")
    assert (await visitor.client.get("/annonces/1/piece")).status_code == 404
    attach(core, "picture", folder)
    page = await visitor.open("/annonces/1")
    [shown] = [values for tag, values in page.tags if tag == "img" and "piece" in values["src"]]
    assert shown["alt"] == 'Une salle "exemple"'
    assert (await visitor.client.get(shown["src"])).content == b"png"
    with core.store.write() as tx:
        tx.execute(update(AnnouncementRow).values(status=Status.WITHDRAWN))
    assert (await visitor.client.get(shown["src"])).status_code == 404


async def test_its_document_is_a_link(folder: Folder, visitor: Visitor, core: Core) -> None:
    publish(core, 1, "Étape exemple")
    attach(core, "document", folder)
    assert "/annonces/1/piece" in links(await visitor.open("/annonces/1"))


@pytest.mark.parametrize("hidden", [{"audience": Audience(members=True)}, {"status": Status.CANCELLED}])
async def test_the_file_of_what_the_archive_does_not_show_is_not_there(
    folder: Folder, visitor: Visitor, core: Core, hidden: dict[str, Any]
) -> None:
    publish(core, 1, "Étape exemple", **hidden)
    attach(core, "picture", folder)
    assert (await visitor.client.get("/annonces/1/piece")).status_code == 404


def test_who_received_what_was_cancelled_still_has_its_file(folder: Folder, core: Core) -> None:
    publish(core, 1, "Étape exemple", status=Status.CANCELLED)
    attach(core, "picture", folder)
    row = {
        "key": "news:a1:p",
        "channel": "web",
        "address": "web:anna",
        "rank": 2,
        "body": "",
        "status": "sent",
    }
    with core.store.write() as tx:
        counts = {"attempts": 0, "doubts": 0, "created_at": SENT, "broadcast": "a1"}
        tx.execute(insert(OutboxRow), [row | counts])
    make = media_maker(core.store, folder)
    assert make("web:anna", "f1", "fr") == File(NAME, "image/png", b"png")
    assert make("web:other", "f1", "fr") is None


@pytest.mark.parametrize("number", ["0", "9999999999", "x", "1.5", "²", "-1"])
async def test_an_address_that_names_nothing(visitor: Visitor, number: str) -> None:
    assert (await visitor.client.get(f"/annonces/{number}")).status_code == 404

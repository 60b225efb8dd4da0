"""The pages of the FAQ: read without a conversation, and leading to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conversation import START, Clock
from web.applicant import PLAIN, change, opened
from web.conftest import Open
from web.test_stages import add
from web.visitor import Visitor

from bot.ground import read_content
from bot.wiring import Core
from rallynov.delivery.subject import Order
from rallynov.editions.service import set_calendar
from rallynov.faq import learning
from rallynov.faq.commands import LearnEntry
from rallynov.faq.model import CATEGORIES
from rallynov.faq.retrieval import vocabulary
from rallynov.wording import ContentError


def told(page: Any) -> str:
    """Everything that a page says in its own words."""
    texts = (text for tag in ("h1", "h2", "p", "li", "button") for text in page.texts.get(tag, ()))
    return "\n".join(texts).replace("\xa0", " ").replace("\u202f", " ")


def links(page: Any, below: str = "/faq/") -> list[str]:
    return [v["href"] for tag, v in page.tags if tag == "a" and v["href"].startswith(below)]


def learn(core: Core, clock: Clock, slug: str, title: str, answer: str) -> None:
    """Teach the FAQ an entry, as the coordinator does."""
    command = LearnEntry(slug, "fr", "etapes", title, answer, (), ())
    with core.store.write() as tx:
        learning.learn(tx, Order("someone", "web:someone", command, clock(), 0), command)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_question_is_listed_once_and_has_its_page(
    visitor: Visitor, core: Core, language: str
) -> None:
    own = core.librarian.entries["fr"]
    page = await visitor.open(f"/faq?lang={language}")
    assert len(page.texts["h2"]) == len(CATEGORIES)
    linked = links(page)
    assert sorted(linked) == sorted(f"/faq/{slug}?lang={language}" for slug in own)
    for path in linked:
        page = await visitor.open(path)
        entry = core.librarian.library.find(path[len("/faq/") :].partition("?")[0], language)
        assert entry is not None
        assert page.texts["h1"] == [entry.title]
        parts = [*entry.answer, *(text for _, texts in entry.more for text in texts)]
        text = "\n".join((*page.texts["p"], *page.texts.get("li", ())))
        assert [part for part in parts if part not in text] == []
        assert len(links(page, "/fiches/")) == len(entry.sheets)
        assert ("“/”" in text or "« / »" in text.translate(PLAIN)) == any("/" in part for part in parts)
        assert f"/faq?lang={language}" in links(page, "/faq?")
        foreign = [v for tag, v in page.tags if tag == "h1" and v.get("lang") == entry.language]
        assert bool(foreign) == (entry.language != language)


async def test_every_page_leads_there(visitor: Visitor) -> None:
    for path in ("/", "/fiches", "/rien"):
        assert links(await visitor.open(path), "/faq") == ["/faq"]


async def test_what_the_calendar_says_is_computed_at_each_request(
    visitor: Visitor, core: Core, clock: Clock
) -> None:
    assert "Aucune date n’est encore fixée" in told(await visitor.open("/faq/date-limite"))
    with core.store.write() as tx:
        set_calendar(tx, core.edition, date(2026, 12, 1), date(2026, 12, 31))
    assert "ouvre le 1er décembre 2026" in told(await visitor.open("/faq/date-limite"))
    clock.pass_(days=29)
    assert "il reste 10 jours" in told(await visitor.open("/faq/date-limite"))
    clock.pass_(days=29)
    assert "a fermé le 31 décembre 2026" in told(await visitor.open("/faq/date-limite"))
    assert "closed on 31 December 2026" in told(await visitor.open("/faq/date-limite?lang=en"))


async def test_nobody_s_dossier_is_on_a_page(visitor: Visitor, core: Core) -> None:
    await opened(visitor)
    change(core, receipt="2026-0001", status="submitted", submitted_at=START)
    for slug in ("ou-en-est-mon-dossier", "quand-la-reponse"):
        page = await visitor.open(f"/faq/{slug}")
        assert "2026-0001" not in told(page)
        assert "Votre dossier :" not in told(page)
    page = await visitor.open("/faq/ou-en-est-mon-dossier")
    assert "n’est montré qu’à vous" in told(page)
    assert links(page, "/dossier") == ["/dossier"]


async def test_what_was_learned_is_there_at_once(visitor: Visitor, core: Core, clock: Clock) -> None:
    assert (await visitor.client.get("/faq/ou-garer-un-velo")).status_code == 404
    learn(core, clock, "ou-garer-un-velo", "Où garer un <b>vélo</b> ?", "Sous l'abri <i>exemple</i>.")
    assert "/faq/ou-garer-un-velo" in links(await visitor.open("/faq"))
    page = await visitor.open("/faq/ou-garer-un-velo")
    assert page.texts["h1"] == ["Où garer un <b>vélo</b> ?"]
    assert "Sous l'abri <i>exemple</i>." in told(page)
    assert not core.librarian.library.ready


async def test_what_another_process_has_learned_is_there_too(
    visitor: Visitor, core: Core, clock: Clock
) -> None:
    core.librarian.load()
    learn(core, clock, "exemple", "Une question exemple ?", "Une réponse exemple.")
    assert "/faq/exemple" in links(await visitor.open("/faq"))


async def test_what_is_not_told_today_has_no_page(visitor: Visitor, core: Core) -> None:
    known = core.librarian.entries["fr"]
    later = replace(known["score-faible"], valid_from=START.date() + timedelta(days=1))
    entries = {"fr": {**known, "score-faible": later}}
    core.librarian.library = replace(core.librarian.library, entries=entries)
    assert "/faq/score-faible" not in links(await visitor.open("/faq"))
    assert (await visitor.client.get("/faq/score-faible")).status_code == 404


async def test_a_stage_is_told_and_leads_to_all_of_them(visitor: Visitor, core: Core) -> None:
    add(core, "25", "Salle exemple")
    page = await visitor.open("/faq/prochaine-etape?lang=en")
    assert "Salle exemple" in told(page)
    assert links(page, "/etapes") == ["/etapes?lang=en"] * 2


@pytest.mark.parametrize("path", ["/faq", "/faq/date-limite"])
async def test_one_asks_from_the_page_as_a_newcomer_or_not(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)
    assert ("button", {"class": "onward", "name": "text", "value": "/question"}) in page.tags
    assert visitor.answer is not None
    assert visitor.answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in visitor.answer.headers
    for _ in range(2):
        page = await visitor.send(text="/question")
        assert "Quelle est votre question ?" in told(page)
        await visitor.open(path)


@pytest.mark.parametrize("slug", ["rien", "%00", "a" * 5_000, "<b>"])
async def test_no_such_question(visitor: Visitor, slug: str) -> None:
    page = await visitor.open(f"/faq/{slug}")
    assert visitor.answer is not None
    assert visitor.answer.status_code == 404
    assert page.texts["h1"] == ["Cette page n’existe pas"]


async def test_where_the_faq_is_not_read_there_is_no_page(open_door: Open) -> None:
    assert (await open_door(faq=None).client.get("/faq")).status_code == 404


@pytest.fixture
def broken_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    words = tmp_path / "synonyms.toml"
    words.write_text('[fr]\nsynonyms = [["seul"]]\n', "utf-8")
    monkeypatch.setattr(vocabulary, "_FILE", str(words))
    vocabulary.vocabulary.cache_clear()
    yield
    monkeypatch.undo()
    vocabulary.vocabulary.cache_clear()


@pytest.mark.usefixtures("broken_words")
def test_broken_words_of_questions_stop_the_start() -> None:
    with pytest.raises(ContentError, match=r"synonyms\.toml: fr\.synonyms: \['seul'\]"):
        read_content("Association exemple, aux mots fautifs", "bonjour@exemple.fr")

"""Learning from questions in two presses, and what was learned going back into the files."""

from __future__ import annotations

from pathlib import Path

import frontmatter
import pytest
from conversation import Clock, core
from faq.crowd import handed, person, team
from faq.stage import HERE, equip
from stored import values

from bot.wiring import Core
from rallynov.faq import queue
from rallynov.faq.content import load_entries
from rallynov.faq.exporting import _grown, export_learned
from rallynov.faq.model import Entry
from rallynov.faq.tables import LearnedRow
from rallynov.storage.store import Store


@pytest.fixture
def product(sqlite: Store, clock: Clock) -> Core:
    return equip(core(sqlite, clock))


def test_what_was_learned_survives_whoever_asked_and_says_not_who(product: Core, clock: Clock) -> None:
    nadia, claude = person(product, clock, "nadia"), team(product, clock)
    handed(nadia)
    claude.say("/questions")
    claude.press("learn")
    claude.press(claude.last.choices[0][0])
    claude.press("new")
    claude.say("Sous l'abri exemple.")
    nadia.say("/effacer")
    nadia.press("erase")
    assert values(product.store, LearnedRow.words) == ["Sous l'abri exemple."]
    with product.store.read() as tx:
        assert queue.unanswered(tx, product.edition.slug) == ()


def test_a_group_becomes_another_way_of_asking_in_two_presses(product: Core, clock: Clock) -> None:
    claude = team(product, clock)
    for name in ("nadia", "omar"):
        talk = person(product, clock, name)
        talk.say("bonjour")
        talk.say("combien de fichiers")
        talk.press("none")
    claude.say("/questions")
    claude.press("learn")
    assert len(claude.last.choices) == 1
    claude.press(claude.last.choices[0][0])
    claude.press("w-pieces-formats")
    product.librarian.load()
    lise = person(product, clock, "lise")
    lise.say("bonjour")
    lise.say("combien de fichiers ?")
    assert lise.last.blocks[0][1] == ("Quelles pièces, quels formats\u202f?",)


def test_what_was_learned_goes_back_into_the_files(product: Core, clock: Clock, tmp_path: Path) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    answer = "1. D'abord *ceci* ; # puis _cela_ [ici](x).\n\n" + "Une phrase exemple assez longue. " * 40
    handed(nadia, 'quel vélo: "électrique" - ou #non ?')
    claude.say("/questions")
    claude.say("1")
    claude.say(answer)
    claude.press("keep")
    claude.press("c-etapes")
    for path in HERE.rglob("*.md"):
        copy = tmp_path / path.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text("utf-8"), "utf-8")
    [written] = export_learned(product.librarian.entries, product.store, tmp_path)
    entry = load_entries(tmp_path)["fr"][written.stem]
    assert entry.ways == ('Quel vélo: "électrique" - ou #non ?',)
    assert entry.answer[0].replace("\u202f", " ") == "1. D’abord *ceci* ; # puis _cela_ [ici](x)."
    assert export_learned(load_entries(tmp_path), product.store, tmp_path) == []


def test_an_entry_whose_ways_are_the_last_key_can_still_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("---\nslug: x\ntitle: T ?\nways:\n  - un\n---\n\n- Réponse.\n", "utf-8")
    grown = _grown(path, Entry("x", "fr", "dossier", "T ?", ("r",), ways=("un", "deux")))
    assert frontmatter.parse(grown) == ({"slug": "x", "title": "T ?", "ways": ["un", "deux"]}, "- Réponse.")

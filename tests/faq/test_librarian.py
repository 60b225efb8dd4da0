"""The keeper of the library: the index kept in a file, what another process has learned, and what was taken back."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from conversation import Clock, Talk, core
from faq.stage import entries, finder
from sqlalchemy import insert

from bot.run import heard_by
from rallynov.delivery.subject import Order
from rallynov.faq import learning
from rallynov.faq.commands import LearnEntry, LearnWays
from rallynov.faq.librarian import LOOK, REST, Librarian
from rallynov.faq.model import Finder, Library
from rallynov.faq.retrieval.index import Index
from rallynov.faq.tables import LearnedRow
from rallynov.storage.store import Store

WAY = "peut-on coller une affiche de garantie sur la porte"


def librarian(store: Store, folder: Path | None = None) -> Librarian:
    return Librarian(store, entries(), ("fr", "en"), folder)


def teach(store: Store, clock: Clock, way: str = WAY) -> None:
    with store.write() as tx:
        learning.learn(
            tx,
            Order("p", "web:p", LearnWays("label", "fr", (way,)), clock(), 0),
            LearnWays("label", "fr", (way,)),
        )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make no index: only what is in the library matters here."""

    def made(_self: Librarian, language: str, _entries: object) -> Finder:
        return finder(language)

    monkeypatch.setattr(Librarian, "_finder", made)


def test_an_index_that_was_kept_is_not_made_again(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    librarian(sqlite, tmp_path / "faq").load()
    assert sorted(path.name for path in (tmp_path / "faq").iterdir()) == ["index-en", "index-fr"]

    def refused(*_: object, **__: object) -> Index:
        raise AssertionError("made again")

    monkeypatch.setattr(Index, "build", refused)
    assert librarian(sqlite, tmp_path / "faq").load().ready


def test_a_damaged_index_is_made_again(sqlite: Store, tmp_path: Path) -> None:
    for language in ("fr", "en"):
        (tmp_path / f"index-{language}").write_bytes(b"PK\x03\x04 cut")
    assert librarian(sqlite, tmp_path).load().ready


def test_a_folder_that_cannot_be_written_does_not_keep_the_faq_from_serving(
    sqlite: Store, tmp_path: Path
) -> None:
    (tmp_path / "faq").write_text("a file where the folder should be")
    assert librarian(sqlite, tmp_path / "faq").load().ready


@pytest.mark.usefixtures("quick")
def test_what_another_process_has_learned_is_looked_up_and_taken_over(store: Store, clock: Clock) -> None:
    mine = librarian(store)
    assert mine.load().version == 0
    teach(store, clock)
    with store.read() as tx:
        mine.look(tx, clock())
    assert mine.wanted
    assert mine.load().version == 1
    assert WAY in mine.library.entries["fr"]["label"].ways


@pytest.mark.usefixtures("quick")
def test_one_looks_from_time_to_time_only(sqlite: Store, clock: Clock) -> None:
    mine = librarian(sqlite)
    mine.load()
    with sqlite.read() as tx:
        mine.look(tx, clock())
    teach(sqlite, clock)
    with sqlite.read() as tx:
        mine.look(tx, clock())
        assert not mine.wanted
        mine.look(tx, clock() + LOOK + timedelta(seconds=1))
        assert mine.wanted


@pytest.mark.usefixtures("quick")
def test_the_turns_have_the_old_library_until_the_new_one_is_whole(sqlite: Store, clock: Clock) -> None:
    mine = librarian(sqlite)
    before: Library = mine.load()
    teach(sqlite, clock)
    assert mine.library is before
    mine.load()
    assert WAY not in before.entries["fr"]["label"].ways


@pytest.mark.usefixtures("quick")
def test_the_index_is_read_for_the_first_turn_that_may_ask_it(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    built.librarian.start()
    talk.say("/start")
    talk.say("1")
    talk.press("accept")
    assert not built.librarian.library.ready
    talk.say("est-ce un label ?")
    assert built.librarian.library.ready
    built.librarian.close()


def test_an_index_that_cannot_be_made_is_not_tried_at_each_turn(
    sqlite: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def broken(*_: object) -> Finder:
        tries.append(1)
        raise ArithmeticError

    monkeypatch.setattr(Librarian, "_finder", broken)
    built = core(sqlite, clock)
    built.librarian.start()
    talk = Talk(built, clock)
    for _ in range(2):
        assert talk.say("quelle est la date limite ?").blocks
    assert tries == [1]
    built.librarian.close()


def test_an_index_that_failed_once_is_had_a_minute_later_or_once_the_faq_learns(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, tries = [0.0], []

    def broken(*_: object) -> Finder:
        tries.append(1)
        raise OSError("busy")

    monkeypatch.setattr(Librarian, "_finder", broken)
    mine = Librarian(sqlite, entries(), ("fr", "en"), elapsed=lambda: now[0])
    mine.start()
    for now[0] in (0.0, REST - 1, REST):
        mine.need()
    assert tries == [1, 1]
    monkeypatch.setattr(Librarian, "_finder", lambda _self, language, _entries: finder(language))
    mine.need()
    assert not mine.library.ready
    mine.expect(0)
    mine.need()
    assert mine.library.ready
    mine.close()


def test_whoever_waited_for_the_index_does_not_read_it_again(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def making(_self: Librarian, language: str, _entries: object) -> Finder:
        made.append(language)
        return finder(language)

    monkeypatch.setattr(Librarian, "_finder", making)
    mine, other = librarian(sqlite), librarian(sqlite)
    mine.start()

    class Taken(contextlib.AbstractContextManager[None]):
        """A lock that somebody else had, who has read the index by the time it is free."""

        def __enter__(self) -> None:
            mine.library = other.load()

        def __exit__(self, *_: object) -> None:
            return

    monkeypatch.setattr(mine, "_loading", Taken())
    mine.need()
    assert made == ["fr", "en"]
    mine.close()


def test_what_was_learned_is_there_to_browse_without_any_index(
    sqlite: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Librarian, "_finder", lambda *_: pytest.fail("no index is needed"))
    entry = LearnEntry("velo", "fr", "etapes", "Où garer un vélo ?", "Sous l'abri.", ())
    with sqlite.write() as tx:
        learning.learn(tx, Order("p", "web:p", entry, clock(), 0), entry)
    mine = librarian(sqlite)
    mine.start()
    assert "velo" in mine.library.entries["fr"]
    assert not mine.library.ready
    mine.close()


@pytest.mark.usefixtures("quick")
def test_what_the_files_already_say_is_not_said_twice(sqlite: Store, clock: Clock) -> None:
    known = entries()["fr"]["label"].ways[0]
    teach(sqlite, clock, known.upper())
    assert librarian(sqlite).load().entries["fr"]["label"].ways == entries()["fr"]["label"].ways


@pytest.mark.usefixtures("quick")
def test_a_way_of_an_entry_that_is_gone_is_left_aside(sqlite: Store, clock: Clock) -> None:
    with sqlite.write() as tx:
        row = {"language": "fr", "slug": "partie", "category": "", "title": "", "words": WAY, "author": ""}
        tx.execute(insert(LearnedRow), [row | {"at": clock()}])
    assert "partie" not in librarian(sqlite).load().entries["fr"]


@pytest.mark.usefixtures("quick")
def test_a_way_in_another_language_leads_to_the_entry_that_is_not_translated(
    sqlite: Store, clock: Clock
) -> None:
    order = LearnWays("qui-est-au-jury", "en", ("who sits on the jury",))
    with sqlite.write() as tx:
        learning.learn(tx, Order("p", "web:p", order, clock(), 0), order)
    library = librarian(sqlite).load()
    assert "who sits on the jury" in library.entries["en"]["qui-est-au-jury"].texts
    found = library.find("qui-est-au-jury", "en")
    assert found is not None
    assert found.language == "fr"


def test_a_notice_of_another_process_wakes_the_librarian_alone(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    heard_by(built)("outbox")
    assert not built.librarian.wanted
    heard_by(built)(learning.NOTICE)
    assert built.librarian.wanted

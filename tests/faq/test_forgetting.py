"""What was learned is taken back: by whoever asked it, or by the team at the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from conversation import Clock, Talk, core
from faq.stage import equip
from privacy.test_erasure import held
from sqlalchemy import insert, select, update
from stored import values
from typer.testing import CliRunner

from bot.cli import app
from bot.wiring import Core
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow
from rallynov.faq import forgetting, learning
from rallynov.faq.commands import LearnEntry, LearnWays
from rallynov.faq.naming import title_of
from rallynov.faq.tables import LearnedRow, QuestionRow
from rallynov.people.granting import be_somebody
from rallynov.privacy.service import VISITS, purge
from rallynov.storage import schema
from rallynov.storage.store import Store

ASKED = "je suis Nadia Durand 06 12 34 56 78, où garer mon vélo électrique ?"
ANSWER = "Sous l'abri exemple."


@pytest.fixture
def product(store: Store, clock: Clock) -> Core:
    return equip(core(store, clock))


def learn(store: Store, clock: Clock, command: LearnEntry | LearnWays, by: str = "claude") -> bool:
    with store.write() as tx:
        return learning.learn(tx, Order(by, f"web:{by}", command, clock(), 0), command)


def taught(product: Core, clock: Clock) -> Talk:
    """Have a question of Nadia made a frequent one; return Nadia."""
    nadia = Talk(product, clock, "web:nadia")
    nadia.say("bonjour")
    nadia.press("accept") if "accept" in dict(nadia.last.choices) else None
    with product.store.write() as tx:
        who = tx.execute(select(ConversationRow.person_id)).scalar_one()
        be_somebody(tx, str(who), clock())
        row = {
            "id": "q1",
            "edition": product.edition.slug,
            "person_id": who,
            "words": ASKED,
            "language": "fr",
        }
        tx.execute(insert(QuestionRow), [row | {"verdict": "unknown", "at": clock()}])
    raw = "je-suis-nadia-durand-06-12-34-56"
    learn(product.store, clock, LearnEntry(raw, "fr", "etapes", title_of(ASKED), ANSWER, (ASKED,), ("q1",)))
    return nadia


def test_who_asked_and_how_to_reach_them_is_never_learned(product: Core, clock: Clock) -> None:
    taught(product, clock)
    with product.store.read() as tx:
        assert "faq_learned" not in held(tx, "Nadia") | held(tx, "06 12") | held(tx, "nadia-durand")
    assert values(product.store, LearnedRow.title) == ["Où garer mon vélo électrique ?", ""]
    assert values(product.store, LearnedRow.slug) == ["ou-garer-mon-velo-electrique"] * 2


def test_the_words_of_who_erases_leave_the_faq_and_its_answer_stays(product: Core, clock: Clock) -> None:
    nadia = taught(product, clock)
    before = values(product.store, LearnedRow.person_id)[0]
    assert before
    with product.store.write() as tx:
        tx.execute(update(QuestionRow).values(entry="ou-garer-mon-velo-electrique"))
        version = learning.version(tx)
    nadia.say("/effacer")
    nadia.press("erase")
    with product.store.read() as tx:
        assert held(tx, "vélo") | held(tx, "velo") <= {"inbox"}
        assert learning.version(tx) == version + 1
    assert values(product.store, LearnedRow.title) == [ANSWER]
    assert values(product.store, LearnedRow.slug) == ["sous-l-abri-exemple"]
    assert values(product.store, LearnedRow.person_id) == [""]
    assert before not in values(product.store, LearnedRow.author)


def test_words_learned_before_it_was_kept_who_asked_go_too(product: Core, clock: Clock) -> None:
    nadia = taught(product, clock)
    with product.store.write() as tx:
        tx.execute(update(LearnedRow).values(person_id="", question=""))
    nadia.say("/effacer")
    nadia.press("erase")
    assert values(product.store, LearnedRow.title) == [ANSWER]


def test_whoever_is_forgotten_by_age_leaves_words_that_name_nobody(product: Core, clock: Clock) -> None:
    taught(product, clock)
    clock.at += VISITS + timedelta(days=1)
    with product.store.write() as tx:
        purge(tx, clock())
    assert values(product.store, LearnedRow.title) == ["Où garer mon vélo électrique ?", ""]
    assert values(product.store, LearnedRow.person_id) == ["", ""]


def test_the_team_s_own_words_stay_and_say_no_more_who_wrote_them(product: Core, clock: Clock) -> None:
    learn(product.store, clock, LearnWays("label", "fr", ("une autre formulation",)), "claude")
    with product.store.write() as tx:
        forgetting.take_back(tx, ["claude"])
    assert values(product.store, LearnedRow.words) == ["une autre formulation"]
    assert values(product.store, LearnedRow.author) == [""]


def test_the_same_question_makes_one_entry_and_two_never_share_a_slug(sqlite: Store, clock: Clock) -> None:
    first = LearnEntry("velo", "fr", "etapes", "Où garer un vélo ?", ANSWER, (), ("q1",))
    other = LearnEntry("velo", "fr", "etapes", "Et un vélo cargo ?", "Ailleurs.", (), ("q2",))
    assert learn(sqlite, clock, first)
    assert not learn(sqlite, clock, first)
    assert learn(sqlite, clock, other)
    with sqlite.read() as tx:
        entries = learning.merged({}, tx)["fr"]
    assert {slug: one.title for slug, one in entries.items()} == {
        "velo": "Où garer un vélo ?",
        "et-un-velo-cargo": "Et un vélo cargo ?",
    }


def test_the_words_that_are_learned_are_not_shown_by_a_command() -> None:
    said = repr(LearnEntry("s", "fr", "c", "dragonfly", "dragonfly", ("dragonfly",)))
    assert "dragonfly" not in said + repr(LearnWays("label", "fr", ("dragonfly",)))


def test_the_command_line_drops_an_entry_or_a_way(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RALLYNOV_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("RALLYNOV_DATABASE_URL", raising=False)
    store = Store(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(store)
    learn(store, clock, LearnEntry("velo", "fr", "etapes", "Où garer un vélo ?", ANSWER, ("garer un vélo",)))
    learn(store, clock, LearnWays("label", "fr", ("est-ce un prix",)))
    with store.read() as tx:
        before = learning.version(tx)
    for what in ("EST-CE UN PRIX ?", "velo"):
        assert CliRunner().invoke(app, ["faq", "forget", what]).exit_code == 0
    assert CliRunner().invoke(app, ["faq", "forget", "velo"]).exit_code != 0
    with store.read() as tx:
        assert learning.merged({}, tx) == {}
        assert learning.version(tx) == before + 2
    store.close()

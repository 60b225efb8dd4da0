"""Figures asked for: by whom, at what cost, in conversation and as a file."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from conversation import START, Clock, Talk, core
from exports.crowd import fill
from initiatives.life import wording
from people.appointed import appoint
from surveyed import person

from bot.wiring import Core
from rallynov.dialogue.words import Term
from rallynov.people.roles import Role
from rallynov.statistics.model import Table
from rallynov.statistics.service import CSV, FRESH, written
from rallynov.statistics.tables import TITLES
from rallynov.storage.store import Store


@pytest.fixture
def product(sqlite: Store, clock: Clock) -> Core:
    return core(sqlite, clock)


def test_figures_are_for_who_may_see_them(product: Core, clock: Clock) -> None:
    talk = Talk(product, clock, "web:claude")
    talk.say("bonjour")
    assert talk.say("/chiffres").screen == "figures:no"
    assert product.papers.make("figures", "web:claude", "funnel", "fr") is None
    appoint(product, clock, "web:claude", Role.JUROR)
    assert talk.say("/chiffres").screen == "figures:no"
    appoint(product, clock, "web:claude", Role.READER)
    assert len(talk.say("/figures").choices) == len(TITLES)
    for nth, name in enumerate(TITLES, 1):
        assert talk.say(str(nth)).papers == (("figures", name, "Le tableau, en fichier CSV"),)
        talk.say("/chiffres")
    file = product.papers.make("figures", "web:claude", "funnel", "fr")
    assert file
    assert file.mime == CSV
    assert file.content.decode("utf-8-sig").startswith("Moment;Personnes\r\nDiagnostic commencé;0\r\n")


def test_a_report_is_counted_once_a_minute_and_drawn_in_conversation(product: Core, clock: Clock) -> None:
    talk = Talk(product, clock, "web:claude")
    talk.say("bonjour")
    appoint(product, clock, "web:claude", Role.COORDINATOR)
    fill(product.store, 30, hostile=False)
    talk.say("/chiffres")
    first = talk.say("4").figure
    assert first
    assert sum(values[0] for _, values in first.rows) == 30
    person(product.store, "denis", 3)
    with product.store.read() as tx:
        before = product.office.statistics.report(tx)
        assert product.office.statistics.report(tx) is before
        clock.pass_(seconds=FRESH.total_seconds())
        assert product.office.statistics.report(tx) is not before


def test_a_turn_never_waits_for_figures_while_the_product_runs(product: Core, clock: Clock) -> None:
    talk, statistics = Talk(product, clock, "web:claude"), product.office.statistics
    talk.say("bonjour")
    appoint(product, clock, "web:claude", Role.COORDINATOR)
    statistics.start()
    assert statistics._thread
    held, go = threading.Event(), threading.Event()
    statistics._thread.submit(lambda: (held.set(), go.wait(10)))
    held.wait(10)
    talk.say("/chiffres")
    assert "choisissez de nouveau" in " ".join(talk.say("1").blocks[0][1])
    go.set()
    statistics._thread.submit(int).result(10)
    assert talk.say("1").papers
    statistics.close()


def test_a_table_is_written_as_french_excel_reads_it() -> None:
    table = Table(
        "delays",
        Term("x"),
        (TITLES["delays"], TITLES["funnel"]),
        ((TITLES["places"], (1.5,)), (TITLES["sizes"], (None,))),
    )
    report = SimpleNamespace(at=START)
    french = written(table, report, wording(), "fr").decode("utf-8-sig")  # type: ignore[arg-type]
    assert french.splitlines()[1:3] == [
        "Dossiers par département;1,5",
        "Dossiers par nombre de salariés;masqué",
    ]
    assert ";1.5\r\n" in written(table, report, wording(), "en").decode("utf-8-sig")  # type: ignore[arg-type]

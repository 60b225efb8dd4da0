"""A notice of another version, put to whoever is in the middle of a dossier."""

from __future__ import annotations

from conversation import Clock, Talk, core
from diagnosis.people import told
from sqlalchemy import text

from rallynov.storage.store import Store


def test_who_accepted_an_earlier_notice_is_told_that_the_dossier_is_kept(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said in ("/start", "/dossier"):
        talk.say(said)
    assert "Cette notice a changé" not in told(talk.last)
    talk.say("oui")
    with sqlite.write() as tx:
        tx.execute(text("UPDATE person SET notice_version = '5'"))
    shown = talk.say("/dossier")
    assert shown.screen == "notice"
    assert told(shown).startswith(
        "Cette notice a changé depuis que vous l’avez acceptée. Vos réponses et vos dossiers"
    )

"""Reminders over the forty days before a closing, the ticker ticking at every edge of a day, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from conversation import Clock, core
from doors.telegrammer import Telegrammer
from initiatives.coordinator import Coordination
from initiatives.life import FORM, Life
from people.test_codes import person_of
from sqlalchemy import select
from transcripts import card_of

from rallynov.delivery.message import load
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.editions.model import DEFAULT, PARIS, day_of, last_second
from rallynov.initiatives.commands import JoinDossier, ReopenDossier, WithdrawDossier
from rallynov.initiatives.model import Dossier, Right, missing
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.reminders import STOP, Reminders
from rallynov.people.consents.service import consents_of, remind
from rallynov.privacy.service import erase
from rallynov.storage.store import Store

EASTER = date(2013, 3, 31)
BEGIN = datetime(2013, 2, 19, 11, 0, tzinfo=UTC)
"""Forty days before the closing of 2013, at noon in Paris."""
EDGES = (
    time(0),
    time(7, 59, 59),
    time(8),
    time(8, 1),
    time(13),
    time(19, 59, 59),
    time(20),
    time(23, 59, 59),
)
"""When the ticker ticks on each day, in Paris: it does so every minute, and only these can make a difference."""


@pytest.fixture
def life(store: Store) -> Life:
    made = Life(store, Clock(BEGIN))
    made.call(date(2013, 2, 1), EASTER)
    for name in ("amina", "bruno", "claude"):
        made.person(name, f"telegram:{name}", f"web:{name}")
    return made


def sender(life: Life) -> Reminders:
    return Reminders(FORM, DEFAULT, life.subject._post)


def pass_days(life: Life, days: int = 41) -> Iterator[datetime]:
    """Let days pass, the ticker ticking; yield when each of them begins."""
    ticks, begun = sender(life), life.clock.at
    for nth in range(days):
        day = day_of(begun) + timedelta(days=nth)
        edges = [datetime.combine(day, edge, PARIS).astimezone(UTC) for edge in EDGES]
        life.clock.at = max(edges[0], begun)
        yield life.clock.at
        for life.clock.at in edges:
            if life.clock.at >= begun:
                ticks.send(life.store, life.clock())


def sent(life: Life) -> list[tuple[str, str, str]]:
    """Every reminder: when in Paris, to which address, and its heading."""
    mine = select(OutboxRow.created_at, OutboxRow.address, OutboxRow.body)
    with life.store.read() as tx:
        rows = tx.execute(mine.where(OutboxRow.key.startswith("reminder:")).order_by(OutboxRow.id)).all()
    return [
        (f"{at.astimezone(PARIS):%a %d %Hh}", address, load(body).blocks[0][1][0])
        for at, address, body in rows
    ]


def days(life: Life, address: str) -> list[str]:
    return [at for at, to, _ in sent(life) if to == address]


def test_a_draft_is_reminded_of_five_times_and_no_more(life: Life) -> None:
    life.open("amina", title="Une initiative exemple")
    for _ in pass_days(life):
        pass
    told = [(at, heading) for at, address, heading in sent(life) if address == "telegram:amina"]
    assert told == [
        ("Fri 01 08h", "Il vous reste 30 jours pour déposer votre dossier"),
        ("Mon 18 08h", "Il vous reste 13 jours pour déposer votre dossier"),  # the 17th was a Sunday
        ("Mon 25 08h", "Il vous reste 6 jours pour déposer votre dossier"),  # the 24th too
        ("Fri 29 08h", "Il vous reste 2 jours pour déposer votre dossier"),
        ("Sat 30 08h", "Il vous reste un jour pour déposer votre dossier"),
    ]
    assert days(life, "web:amina") == days(life, "telegram:amina")
    assert {address for _, address, _ in sent(life)} == {"web:amina", "telegram:amina"}


def test_what_a_reminder_says(life: Life) -> None:
    life.full("amina")
    life.open("bruno", "d2")
    for _ in pass_days(life, 11):
        pass
    amina, bruno = (life.told(f"telegram:{name}")[-1] for name in ("amina", "bruno"))
    said = str(amina.blocks).replace("\\u202f", " ").replace("\\xa0", " ")
    assert "« Une initiative exemple » est enregistré, mais il n’est pas déposé" in said
    assert "se termine le 31 mars 2013, 23 h 59 (heure de Paris)" in said
    assert "Il ne manque rien" in said
    assert "dossier sans titre" in str(bruno.blocks)
    assert f"Il manque encore {len(missing(FORM, Dossier('d2')))} réponses" in str(bruno.blocks)
    assert [key for key, _ in amina.actions] == [STOP]
    assert life.told("web:amina")[-1].actions == (), "a page keeps the buttons of its question"
    assert len(amina.token(STOP).encode()) < 64


@pytest.mark.parametrize("how", ["press", "/sansrappel", "/stop", "désabonnez-moi"])
def test_one_press_or_one_word_ends_the_reminders(store: Store, how: str) -> None:
    """Through the product, on Telegram: the button stands on a message that no turn drew."""
    clock = Clock(BEGIN)
    built, life = core(store, clock), Life(store, clock)
    life.call(date(2013, 2, 1), EASTER)
    dominique = Telegrammer(built, clock)
    for said in ("/start", "commencer", "oui"):
        dominique.say(said)
    person = person_of(store, "telegram:7") or ""
    for one in ("d1", "d2"):
        life.open(person, one)
    clock.at = datetime(2013, 3, 1, 9, 0, tzinfo=UTC)
    assert built.reminders.send(store, clock()) == 2
    [card, *_] = [card_of(message) for message in dominique.messages()]
    assert "Il vous reste 30 jours pour déposer votre dossier" in card.texts[0]
    if how == "press":
        dominique.press(card, card.actions[0])
    else:
        dominique.say(how)
    life.open(person, "d3")
    with store.read() as tx:
        assert consents_of(tx, [person])[person].reminded is False
    clock.at = datetime(2013, 3, 29, 9, 0, tzinfo=UTC)
    built.reminders.send(store, clock())
    assert [heading for *_, heading in sent(life)] == [
        "Il vous reste 30 jours pour déposer votre dossier"
    ] * 2


def test_reminders_wait_behind_answers(life: Life) -> None:
    life.open("amina")
    for _ in pass_days(life, 11):
        pass
    with life.store.read() as tx:
        rows = tx.execute(select(OutboxRow.channel, OutboxRow.rank, OutboxRow.status)).all()
    assert sorted(map(tuple, rows)) == [("telegram", 2, "queued"), ("web", 2, "sent")]


def test_who_has_submitted_is_left_alone_even_with_another_draft(life: Life) -> None:
    life.full("amina")
    life.open("amina", "d2", title="Une seconde initiative")
    life.order("bruno", JoinDossier("d2", Right.EDIT, "Bruno"))
    life.submit("amina")
    for _ in pass_days(life):
        pass
    assert days(life, "telegram:amina") == []
    assert len(days(life, "telegram:bruno")) == 5


def test_a_dossier_that_is_submitted_meanwhile_is_reminded_of_no_more(life: Life) -> None:
    life.full("amina")
    for now in pass_days(life):
        if day_of(now) == date(2013, 3, 20):
            life.submit("amina")
    assert days(life, "telegram:amina") == ["Fri 01 08h", "Mon 18 08h"]


def test_a_dossier_sent_back_is_no_draft(life: Life) -> None:
    life.full("amina")
    life.submit("amina")
    with life.store.write() as tx:
        verdict = Verdict("coord", life.clock(), "À préciser.")
        Coordination(Moves(FORM, DEFAULT), life.subject._post).request_correction(tx, "d1", verdict)
    for _ in pass_days(life):
        pass
    assert sent(life) == []


def test_a_withdrawn_dossier_is_forgotten_until_it_is_taken_back(life: Life) -> None:
    life.full("amina")
    life.order("amina", WithdrawDossier("d1"))
    for now in pass_days(life):
        if day_of(now) == date(2013, 3, 26):
            life.order("amina", ReopenDossier("d1", life.clock()))
    assert days(life, "telegram:amina") == ["Tue 26 08h", "Fri 29 08h", "Sat 30 08h"]


def test_who_opted_out_or_was_erased_or_closed_the_door_is_left_alone(life: Life) -> None:
    for nth, name in enumerate(("amina", "bruno", "claude")):
        life.open(name, f"d{nth}")
    for now in pass_days(life):
        if day_of(now) == date(2013, 3, 10):
            with life.store.write() as tx:
                remind(tx, "amina", now, "command", on=False)
                gone = ConversationRow.address == "telegram:bruno"
                tx.execute(ConversationRow.__table__.update().where(gone).values(unreachable_at=now))  # type: ignore[attr-defined]
                erase(tx, ["claude"], now)
    assert days(life, "telegram:amina") == ["Fri 01 08h"]
    assert days(life, "telegram:bruno") == ["Fri 01 08h"]
    assert len(days(life, "web:bruno")) == 5
    assert days(life, "telegram:claude") == []  # what was sent went with the person
    assert life.of("claude").mine == ()


@pytest.mark.parametrize("right", [Right.READ, Right.COMMENT])
def test_who_only_reads_is_not_reminded(life: Life, right: Right) -> None:
    life.open("amina")
    life.order("bruno", JoinDossier("d1", right, "Bruno"))
    for _ in pass_days(life):
        pass
    assert days(life, "telegram:bruno") == []
    assert len(days(life, "telegram:amina")) == 5


def test_a_dossier_opened_after_its_day_waits_for_the_next_one(life: Life) -> None:
    for now in pass_days(life):
        if day_of(now) == date(2013, 3, 5):
            life.open("amina")
    assert days(life, "telegram:amina") == ["Mon 18 08h", "Mon 25 08h", "Fri 29 08h", "Sat 30 08h"]


def test_after_an_outage_only_the_last_reminder_is_sent(life: Life) -> None:
    life.open("amina")
    life.clock.at = datetime(2013, 3, 26, 9, 0, tzinfo=UTC)
    assert sender(life).due(life.store, life.clock.at) == (7, last_second(EASTER))
    assert sender(life).send(life.store, life.clock()) == 1
    assert sent(life)[0][-1] == "Il vous reste 5 jours pour déposer votre dossier"
    assert sender(life).send(life.store, life.clock()) == 0


def test_nothing_is_sent_without_a_date_nor_after_it(life: Life) -> None:
    life.open("amina")
    assert sender(life).send(life.store, datetime(2013, 4, 2, 9, 0, tzinfo=UTC)) == 0
    with life.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM milestone")
    assert sender(life).send(life.store, datetime(2013, 3, 29, 9, 0, tzinfo=UTC)) == 0


def test_two_hundred_and_fifty_drafts_in_six_processes_are_each_reminded_of_once(life: Life) -> None:
    for nth in range(25):
        life.person(f"p{nth}")
        for other in range(10):
            life.open(f"p{nth}", f"d{nth}-{other}")
    now = datetime(2013, 3, 29, 9, 0, tzinfo=UTC)
    stores = [Store(life.store.url) for _ in range(6)]
    start = threading.Barrier(len(stores))
    errors: list[BaseException] = []

    def work(one: Store) -> None:
        try:
            start.wait()
            for _ in range(3):
                Reminders(FORM, DEFAULT, life.subject._post).send(one, now)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert errors == []
    assert len(sent(life)) == 250

"""How long dossiers are kept, to the second, and the notice before a draft goes, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from conversation import Clock, core
from doors.several import Webber
from doors.telegrammer import Telegrammer
from initiatives.life import Life
from people.test_codes import person_of
from sqlalchemy import select
from structlog.testing import capture_logs
from transcripts import card_of

from bot import recurring
from rallynov.editions.model import PARIS, last_second
from rallynov.initiatives import erasure
from rallynov.initiatives.commands import JoinDossier, KeepAnswer, KeepDossiers, KeepDraft, OpenDossier
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.retention import CHUNK, DOSSIERS, DRAFTS, KEEP, NOTICE, Notices
from rallynov.initiatives.tables import DossierRow
from rallynov.people.tables import PersonRow
from rallynov.privacy.service import purge
from rallynov.storage.store import Store

CLOSES = date(2026, 12, 20)
ENDS = last_second(CLOSES) + DRAFTS
"""When a draft of this call goes, in the night of a Saturday."""
BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HEADING = "Votre dossier sera bientôt effacé"


@pytest.fixture
def life(store: Store) -> Life:
    made = Life(store, Clock(BEGIN))
    made.call(None, CLOSES)
    for name in ("amina", "bruno", "claude"):
        made.person(name, f"telegram:{name}", f"web:{name}")
    return made


def tick(life: Life, at: datetime) -> int:
    """Let the process look at a moment: it tells, then erases; return how many dossiers are left."""
    life.clock.at = at
    Notices(life.subject._post).send(life.store, at)
    with life.store.write() as tx:
        erasure.expire(tx, at)
        return len(tx.execute(select(DossierRow.id)).all())


def to(life: Life, at: datetime) -> int:
    """Let time pass until a moment, with a look at noon on each of the last days."""
    noons = (at.replace(hour=11, minute=0, second=0) - timedelta(days=before) for before in range(18, 0, -1))
    for noon in noons:
        if noon > life.clock.at:
            tick(life, noon)
    return tick(life, at)


def people(life: Life) -> set[str]:
    """Who is left once the retention was applied."""
    with life.store.write() as tx:
        purge(tx, life.clock.at)
        return set(tx.execute(select(PersonRow.id)).scalars())


def notices(life: Life, address: str = "telegram:amina") -> int:
    return life.headings(address).count(HEADING)


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (Status.DRAFT, ENDS),
        (Status.WITHDRAWN, ENDS),
        (Status.SUBMITTED, BEGIN + DOSSIERS),
        (Status.TO_CORRECT, BEGIN + DOSSIERS),
        (Status.ADMISSIBLE, BEGIN + DOSSIERS),
        (Status.INADMISSIBLE, BEGIN + DOSSIERS),
    ],
)
def test_a_dossier_is_kept_until_its_last_second(life: Life, status: Status, end: datetime) -> None:
    life.full("amina")
    with life.store.write() as tx:
        tx.execute(DossierRow.__table__.update().values(status=status, updated_at=BEGIN))  # type: ignore[attr-defined]
    drafted = status in {Status.DRAFT, Status.WITHDRAWN}
    if drafted:
        to(life, end - timedelta(days=1))
    assert tick(life, end - SECOND) == 1
    assert notices(life) == drafted
    assert people(life) == {"amina"}, "who has a dossier stays as long as it does"
    assert tick(life, end + SECOND) == 0
    assert people(life) == set()


@pytest.mark.parametrize(
    ("closes", "changed", "end"),
    [
        (None, BEGIN, BEGIN + DOSSIERS),
        (CLOSES, last_second(CLOSES) + timedelta(days=30), ENDS + timedelta(days=30)),
        (date(2024, 1, 1), BEGIN, BEGIN + DRAFTS),
    ],
    ids=["the call never closed", "changed after the closing", "closed long ago"],
)
def test_when_a_draft_goes(life: Life, closes: date | None, changed: datetime, end: datetime) -> None:
    life.open("amina")
    life.call(None, closes)
    with life.store.write() as tx:
        if closes is None:
            tx.exec_driver_sql("DELETE FROM milestone")
        tx.execute(DossierRow.__table__.update().values(updated_at=changed))  # type: ignore[attr-defined]
    life.clock.at = end - timedelta(days=20)
    assert to(life, end - SECOND) == 1
    assert notices(life) == 1
    assert tick(life, end + SECOND) == 0


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=1), timedelta(days=42)])
def test_after_an_outage_nothing_goes_without_its_notice(life: Life, late: timedelta) -> None:
    life.open("amina")
    back = (ENDS + late).astimezone(PARIS).replace(hour=10) + timedelta(days=2)
    assert tick(life, back) == 1
    assert notices(life) == 1
    day = (back + NOTICE).astimezone(PARIS)
    assert f" {day.day} " in _said(life), _said(life)
    assert tick(life, back + NOTICE - SECOND) == 1
    assert tick(life, back + NOTICE + SECOND) == 0


def _said(life: Life) -> str:
    told = [message for message in life.told("telegram:amina") if message.blocks[0][1][0] == HEADING]
    return (
        " ".join(text for _, texts in told[-1].blocks for text in texts)
        .replace("\xa0", " ")
        .replace("\u202f", " ")
    )


def test_what_the_notice_says_and_to_whom(life: Life) -> None:
    life.open("amina", title="Une initiative exemple")
    for name, right in (("bruno", Right.EDIT), ("claude", Right.READ)):
        life.order(name, JoinDossier("d1", right, name))
    to(life, ENDS - timedelta(days=10))
    assert "« Une initiative exemple » n’est pas déposé" in _said(life)
    assert "effacé avec ses fichiers le 20 mars 2027." in _said(life)
    assert "écrivez « /garder »" in _said(life)
    assert [notices(life, f"{channel}:amina") for channel in ("telegram", "web")] == [1, 1]
    assert [notices(life, f"telegram:{name}") for name in ("bruno", "claude")] == [0, 0]
    assert life.told("telegram:amina")[-1].actions == ((KEEP, "Garder mon dossier"),)


@pytest.mark.parametrize(
    ("who", "what", "keeps"),
    [
        ("amina", KeepDossiers(), True),
        ("bruno", KeepDossiers(), True),
        ("claude", KeepDossiers(), False),
        ("amina", KeepAnswer("d1", "title", "Un titre exemple", 0), True),
        ("amina", KeepDraft("d1", "summary", "commencé"), False),
    ],
    ids=["its owner", "who may change it", "who reads it", "an answer", "what is no answer yet"],
)
def test_a_draft_that_is_kept_stays_three_months_and_is_told_of_again(
    life: Life, who: str, what: KeepAnswer | KeepDraft | KeepDossiers, *, keeps: bool
) -> None:
    life.open("amina")
    for name, right in (("bruno", Right.EDIT), ("claude", Right.READ)):
        life.order(name, JoinDossier("d1", right, name))
    to(life, kept := ENDS - timedelta(days=5))
    life.order(who, what)
    assert to(life, ENDS + timedelta(days=1)) == keeps
    if keeps:
        assert tick(life, kept + DRAFTS - NOTICE - timedelta(days=5)) == 1
        assert notices(life) == 1
        assert to(life, kept + DRAFTS - SECOND) == 1
        assert notices(life) == 2
        assert to(life, kept + DRAFTS + timedelta(days=1)) == 0


@pytest.mark.parametrize("how", ["press", "type", "web"])
def test_one_press_or_one_word_keeps_it(store: Store, how: str) -> None:
    """Through the product: the button stands on a message that no turn drew."""
    clock = Clock(BEGIN)
    built, life = core(store, clock), Life(store, clock)
    life.call(None, CLOSES)
    person = Webber(built, clock, "7", "fr") if how == "web" else Telegrammer(built, clock)
    for said in ("/start", "commencer", "oui"):
        person.say(said)
    address = "web:7" if how == "web" else "telegram:7"
    life.open(person_of(store, address) or "")
    to(life, ENDS - timedelta(days=5))
    if isinstance(person, Telegrammer):
        card = [card_of(message) for message in person.messages()][-1]
        cards = person.press(card, card.actions[0]) if how == "press" else person.say("/garder")
    else:
        cards = person.say("/garder")
    assert "Ce que vous n’avez pas déposé est gardé" in str(cards[-1].texts)
    assert tick(life, ENDS + timedelta(days=60)) == 1


def test_drafts_of_two_batches_in_three_processes_are_each_told_of_once(life: Life) -> None:
    opened = [OpenDossier(f"d{nth}", "1", life.clock()) for nth in range(CHUNK + 20)]
    life.order("amina", *opened)
    now = ENDS - timedelta(days=10)
    stores = [Store(life.store.url) for _ in range(3)]
    start = threading.Barrier(len(stores))
    counted: list[int] = []

    def work(one: Store) -> None:
        start.wait()
        counted.append(Notices(life.subject._post).send(one, now.replace(hour=11)))

    threads = [threading.Thread(target=work, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert sum(counted) == notices(life) == len(opened)


async def test_the_process_tells_in_working_hours_and_a_database_that_is_away_only_delays_it(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = core(life.store, life.clock)
    monkeypatch.setattr(recurring, "clock", life.clock)
    life.open("amina")

    async def at(moment: datetime) -> int:
        life.clock.at = moment
        await recurring.send_notices(built)
        return notices(life)

    assert await at(datetime(2027, 3, 5, 2, 0, tzinfo=UTC)) == 0
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr(Notices, "send", _away)
        assert await at(datetime(2027, 3, 5, 9, 0, tzinfo=UTC)) == 0
    assert [log["event"] for log in logs] == ["notices_failed"]
    assert [await at(datetime(2027, 3, 5, 9, minute, tzinfo=UTC)) for minute in (1, 2)] == [1, 1]


def _away(*_: object) -> int:
    raise OSError("away")

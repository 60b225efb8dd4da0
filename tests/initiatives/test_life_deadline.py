"""The deadline to the second, when nothing is handled for ten minutes around it: what was sent in time counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from conversation import Clock
from initiatives.clerk import turns
from initiatives.life import Life

from bot import plain
from bot.telegram import updates
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.editions import late
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.model import Status
from rallynov.storage.store import Store

CLOSES = datetime(2013, 3, 31, 21, 59, 59, tzinfo=UTC)
"""31 March 2013, 23:59:59 in Paris: Easter Sunday, the first day of summer time."""
TAKEN = CLOSES + timedelta(hours=2)
"""The end of the grace, which nobody is told of."""
SECOND = timedelta(seconds=1)
OUTAGE = timedelta(minutes=10)
IN_TIME = [
    (CLOSES - timedelta(days=3), Status.SUBMITTED),
    (CLOSES, Status.SUBMITTED),
    (CLOSES + SECOND, Status.SUBMITTED),
    (TAKEN, Status.SUBMITTED),
    (TAKEN + timedelta(microseconds=999_999), Status.SUBMITTED),
    (TAKEN + SECOND, Status.DRAFT),
    (TAKEN + timedelta(days=1), Status.DRAFT),
]


@pytest.fixture
def life(store: Store) -> Life:
    made = Life(store, Clock(CLOSES - timedelta(days=20)))
    made.call(date(2013, 3, 1), date(2013, 3, 31))
    made.person("amina", "web:amina", "telegram:7")
    made.full("amina")
    return made


def handled(life: Life, at: datetime, *events: Incoming) -> None:
    """Store events, and handle them when the product is back."""
    with life.store.write() as tx:
        inbox.store(tx, events)
    life.clock.at = at
    turns(life.store, life.clock).run()


@pytest.mark.parametrize(("received", "status"), IN_TIME)
def test_what_was_received_in_time_counts_however_late_it_is_handled(
    life: Life, received: datetime, status: Status
) -> None:
    payload = plain.text_payload("ceci est mon dernier mot")
    handled(life, received + OUTAGE, Incoming("web", "e", "web:amina", payload, received))
    dossier = life.dossier("amina")
    assert dossier.status is status
    assert dossier.submitted_at == (received if status is Status.SUBMITTED else None)


def message(date_: datetime) -> dict[str, object]:
    chat = {"id": 7, "type": "private"}
    sender = {"id": 7, "is_bot": False, "first_name": "Amina", "language_code": "fr"}
    said = {"message_id": 1, "date": int(date_.timestamp()), "chat": chat, "from": sender}
    return {"update_id": 1, "message": {**said, "text": "ceci est mon dernier mot"}}


@pytest.mark.parametrize(("sent", "status"), [case for case in IN_TIME if not case[0].microsecond])
def test_a_message_of_telegram_is_judged_by_its_own_date(life: Life, sent: datetime, status: Status) -> None:
    """Telegram holds what is sent while we are away: it comes ten minutes later, with the date of its sending."""
    back = sent + OUTAGE
    handled(life, back, *updates.parse([message(sent)], "123", back).events)
    dossier = life.dossier("amina")
    assert dossier.status is status
    assert dossier.submitted_at == (sent if status is Status.SUBMITTED else None)


def test_a_date_that_lies_ahead_of_us_is_not_believed(life: Life) -> None:
    received = TAKEN + OUTAGE
    handled(life, received, *updates.parse([message(received + timedelta(days=400))], "123", received).events)
    assert life.dossier("amina").status is Status.DRAFT


def test_who_is_late_is_told_the_day_of_the_closing_and_never_the_grace(life: Life) -> None:
    payload = plain.text_payload("ceci est mon dernier mot")
    handled(life, TAKEN + OUTAGE, Incoming("web", "e", "web:amina", payload, TAKEN + SECOND))
    said = str(life.told("web:amina")[-1].blocks)
    assert "L’appel est clos depuis le 31 mars 2013, 23\\xa0h\\xa059 (heure de Paris)" in said
    assert "parler à une personne" in said


def test_the_receipt_tells_when_it_was_submitted_in_paris(life: Life) -> None:
    payload = plain.text_payload("ceci est mon dernier mot")
    handled(life, CLOSES + OUTAGE, Incoming("web", "e", "web:amina", payload, CLOSES - timedelta(minutes=1)))
    receipt = next(m for m in life.told("telegram:7") if "numéro" in str(m.blocks))
    assert "a été déposé le 31 mars 2013, 23\\xa0h\\xa058 (heure de Paris)" in str(receipt.blocks)
    assert life.dossier("amina").receipt == "2013-0001"


def test_a_late_code_opens_the_door_for_its_holder_alone(life: Life) -> None:
    until = CLOSES + timedelta(days=3)
    life.person("bruno")
    life.full("bruno", "d2", title="Une seconde initiative")
    with life.store.write() as tx:
        code = late.LateCode("digest", until, 1)
        late.make(tx, DEFAULT.slug, code, "Structure exemple", CLOSES)
        late.use(tx, DEFAULT.slug, "amina", code, CLOSES)
    payload = plain.text_payload("ceci est mon dernier mot")
    events = [
        Incoming("web", name, f"web:{name}", payload, CLOSES + timedelta(days=1))
        for name in ("amina", "bruno")
    ]
    handled(life, CLOSES + timedelta(days=1), *events)
    assert life.dossier("amina").status is Status.SUBMITTED
    assert life.dossier("bruno", "d2").status is Status.DRAFT

"""Those who receive the announcement of `broadcast.py`, and the announcement, written into the product's database."""

from datetime import datetime, timedelta
from functools import cache

import orjson
from sqlalchemy import func, insert, select, text

from rallynov.announcements.model import Audience, Content
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.tables import ConversationRow, OutboxRow, OutboxStatus
from rallynov.editions.model import DEFAULT
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

FIRST = 2_000_000
"""Chat id of the first of them."""
SHIFT = "BENCH_CLOCK_SHIFT"
ID = "annonce-du-banc"
CHUNK = 5_000
TEXT = (
    "La prochaine étape a lieu jeudi à 18 h 30, à la maison des associations. "
    "Venez avec vos questions : on y répond à plusieurs."
)
OPEN = (OutboxStatus.PLANNED, OutboxStatus.QUEUED, OutboxStatus.SENDING)


@cache
def _store(url: str) -> Store:
    return Store(url)


def forget(url: str) -> None:
    """Close a database: the next one may lie at the same place."""
    _store(url).close()
    _store.cache_clear()


def written(url: str, count: int, now: datetime) -> None:
    """Write people on Telegram who asked for news of the stages."""
    for at in range(0, count, CHUNK):
        chunk = range(at, min(at + CHUNK, count))
        names = [(f"p{n:07}", f"telegram:{FIRST + n}") for n in chunk]
        people = [{"id": person, "notice_version": "4", "created_at": now} for person, _ in names]
        talks = [
            {
                "address": address,
                "channel": "telegram",
                "person_id": person,
                "created_at": now,
                "updated_at": now,
            }
            for person, address in names
        ]
        wishes = [
            {
                "person_id": person,
                "topic": "stages",
                "wording": "1/fr",
                "source": "command",
                "given_at": now,
            }
            for person, _ in names
        ]
        with _store(url).write() as tx:
            tx.execute(insert(PersonRow), people)
            tx.execute(insert(ConversationRow), talks)
            tx.execute(insert(ConsentRow), wishes)
    if not _store(url).is_sqlite:
        with _store(url).write() as tx:
            tx.execute(text("ANALYZE"))  # as autovacuum does a minute after such a number of rows


def announced(url: str, now: datetime) -> None:
    """Write an announcement of the team that another person has approved, and that is due."""
    row = {
        "id": ID,
        "edition": DEFAULT.slug,
        "number": 1,
        "organisation": "",
        "topic": "stages",
        "content": orjson.dumps(Content("Étape exemple", TEXT)).decode(),
        "audience": orjson.dumps(Audience()).decode(),
        "status": "approved",
        "due_at": now - timedelta(seconds=1),
        "approved_at": now - timedelta(minutes=20),
        "created_at": now - timedelta(hours=1),
        "changed_at": now - timedelta(minutes=20),
    }
    with _store(url).write() as tx:
        tx.execute(insert(AnnouncementRow), [row])


def left(url: str) -> int:
    """Count those whose message has no final state; -1 before they are all planned."""
    with _store(url).read() as tx:
        planned = select(AnnouncementRow.planned).where(AnnouncementRow.id == ID)
        if not tx.execute(planned).scalar():
            return -1
        mine = OutboxRow.broadcast == ID, OutboxRow.status.in_(OPEN)
        return tx.execute(select(func.count()).where(*mine)).scalar_one()

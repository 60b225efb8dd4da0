"""What the database must be: there, of this release, whole; and what waits in it for too long, or was set aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.doctor.finding import Finding, bad, good, look
from rallynov.delivery.tables import UNSENT, InboxRow, InboxStatus, OutboxRow, OutboxStatus
from rallynov.initiatives.attachments.model import WAITING
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage import schema
from rallynov.storage.backup import postgresql
from rallynov.storage.backup.model import BackupError
from rallynov.storage.store import Store

LATE = timedelta(minutes=2)
"""How long an event or an answer may wait before something is wrong."""
LATER = timedelta(hours=1)
"""The same for a file."""
RECENT = timedelta(days=1)


def state(store: Store) -> Iterator[Finding]:
    """Look at the schema, then at the whole."""
    found = schema.revision(store)
    kind = "SQLite" if store.is_sqlite else "PostgreSQL"
    if found is None:
        yield look("database", f"La base {kind} répond ; elle est vide.", "« rallynov run » la prépare.")
        return
    if found > schema.head():
        yield bad(
            "database",
            f"La base vient d'une version plus récente (schéma {found}).",
            "Mettez le logiciel à jour.",
        )
    elif found != schema.head():
        yield look(
            "database",
            f"La base {kind} est au schéma {found}, cette version attend {schema.head()}.",
            "Sauvegardez, puis relancez « rallynov run ».",
        )
    else:
        yield good("database", f"La base {kind} répond, à jour (schéma {found}).")
    yield from _whole(store)


def _whole(store: Store) -> Iterator[Finding]:
    if not store.is_sqlite:
        try:
            postgresql.program(store, "pg_dump")
        except BackupError:
            yield look(
                "integrity",
                "pg_dump manque : aucune sauvegarde n'est possible.",
                "apt install postgresql-client",
            )
        return
    with store.read() as tx:
        damaged = tx.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        broken = tx.exec_driver_sql("PRAGMA foreign_key_check").first()
    if damaged == "ok" and broken is None:
        yield good("integrity", "La base est entière.")
    else:
        said = "références rompues" if damaged == "ok" else damaged
        yield bad(
            "integrity", f"La base est abîmée ({said}).", "rallynov restore, avec la dernière sauvegarde."
        )


def waiting(store: Store, now: datetime) -> Iterator[Finding]:
    """Look at what waits, and at what was set aside."""
    if schema.revision(store) != schema.head():
        return
    with store.read() as tx:
        yield from _inbox(tx, now)
        yield from _outbox(tx, now)
        since = select(func.min(AttachmentRow.created_at)).where(AttachmentRow.state == WAITING)
        oldest = tx.execute(since).scalar()
    if oldest is not None and now - oldest > LATER:
        yield look(
            "files",
            f"Une pièce attend d'être examinée depuis {_long(now - oldest)}.",
            "Le journal dit pourquoi.",
        )


def _inbox(tx: Connection, now: datetime) -> Iterator[Finding]:
    aside = InboxRow.status == InboxStatus.POISON
    recent = tx.execute(select(func.count()).where(aside, InboxRow.received_at > now - RECENT)).scalar_one()
    since = tx.execute(
        select(func.min(InboxRow.received_at)).where(InboxRow.status == InboxStatus.NEW)
    ).scalar()
    if since is not None and now - since > LATE:
        yield bad(
            "inbox", f"Un message reçu attend depuis {_long(now - since)}.", "« rallynov run » tourne-t-il ?"
        )
    if recent:
        mend = "Les lignes « event_failed » du journal disent où : signalez-les."
        yield look("inbox", f"{recent} message(s) mis de côté depuis hier, après trois essais.", mend)
    if not recent and (since is None or now - since <= LATE):
        yield good("inbox", "Aucun message reçu n'attend, aucun n'est mis de côté.")


def _outbox(tx: Connection, now: datetime) -> Iterator[Finding]:
    held = select(OutboxRow.rank, func.count(), func.min(OutboxRow.created_at)).where(UNSENT)
    stuck = [row for row in tx.execute(held.group_by(OutboxRow.rank)) if row[0] < 2 and now - row[2] > LATE]
    failed = OutboxRow.status.in_((OutboxStatus.FAILED, OutboxStatus.UNKNOWN)) & (
        OutboxRow.finished_at > now - RECENT
    )
    count = tx.execute(select(func.count()).where(failed)).scalar_one()
    for _, many, since in stuck:
        yield bad(
            "outbox",
            f"{many} message(s) attendent d'être envoyés, le plus ancien depuis {_long(now - since)}.",
            "« rallynov run » tourne-t-il, avec le jeton ?",
        )
    if count:
        mend = "Les lignes « message_failed » du journal disent pourquoi."
        yield look("outbox", f"{count} envoi(s) ratés ou incertains depuis hier.", mend)
    if not stuck and not count:
        yield good("outbox", "Aucun envoi n'est bloqué.")


def _long(wait: timedelta) -> str:
    minutes = round(wait.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} jours"

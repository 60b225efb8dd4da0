"""Which edition is current."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from rallynov.editions.model import DEFAULT, Edition
from rallynov.editions.tables import EditionRow
from rallynov.storage.store import Store


def current(store: Store, *, sample: bool = False) -> Edition:
    """Return the edition opened last, real or ``sample``; the unnamed one as long as none was opened."""
    found = select(EditionRow.slug, EditionRow.title, EditionRow.sample).where(EditionRow.sample.is_(sample))
    with store.read() as tx:
        row = tx.execute(found.order_by(EditionRow.created_at.desc()).limit(1)).first()
    return DEFAULT if row is None else Edition(row.slug, row.title, row.sample)


def open_edition(store: Store, edition: Edition, now: datetime) -> None:
    """Open an edition; nothing happens when it is already there."""
    with store.write() as tx:
        known = tx.execute(select(EditionRow.slug).where(EditionRow.slug == edition.slug)).first()
        if known is None:
            row = {"slug": edition.slug, "title": edition.title, "sample": edition.sample, "created_at": now}
            tx.execute(insert(EditionRow), [row])

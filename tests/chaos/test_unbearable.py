"""An event that kills every process which tries it: it is set aside, its sender is told, and everybody is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from botapi import BotApi
from chaos.nursery import Kill, Lives, Nursery
from chaos.points import UNBEARABLE
from chaos.walk import PATIENCE
from sqlalchemy import select

from rallynov.delivery.tables import InboxRow
from rallynov.storage.store import Store


@pytest.mark.parametrize("where", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_what_kills_every_process_is_set_aside_at_the_fourth_death(
    nursery: Nursery, tmp_path: Path, where: str, request: pytest.FixtureRequest
) -> None:
    postgres = where == "postgresql" and request.getfixturevalue("cluster")
    url = postgres.migrated() if postgres else nursery.database(tmp_path)
    store = Store(url)
    with BotApi() as api:
        lives = Lives(nursery, {"api": api.url, "database": url}, [Kill("unbearable", 1)] * 9)
        for chat in (1, 2, 3):
            api.text(chat, UNBEARABLE if chat == 2 else "/start")
        api.text(2, "/start")
        lives.start()
        try:
            api.wait(lambda api: len(api.messages(2)) >= 2, 4 * PATIENCE)
            api.wait(lambda api: api.messages(1) and api.messages(3), PATIENCE)
            assert lives.end() == 0
        finally:
            lives.abandon()
        told = [message["text"] for message in api.messages(2)]
        assert ["problème technique" in words for words in told] == [True, False], (lives.ends, told)
    assert lives.ends == [-9] * 4 + [0]
    with store.read() as tx:
        assert list(tx.scalars(select(InboxRow.status).order_by(InboxRow.seq))) == [
            "done",
            "poison",
            "done",
            "done",
        ]
    store.close()

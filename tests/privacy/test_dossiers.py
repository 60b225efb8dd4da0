"""A dossier that was erased does not come back with an older backup, though its people were not in it then."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conversation import Clock
from initiatives.life import FORM, Life, wording
from sqlalchemy import delete, insert, select, update

from bot.wiring import PULL
from rallynov.coordination.entering import Entering
from rallynov.coordination.model import Staff
from rallynov.coordination.tables import EntryRow
from rallynov.delivery.posting import Post
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.moving import Moves
from rallynov.initiatives.tables import DossierRow, ShareRow
from rallynov.people.granting import be_somebody
from rallynov.people.roles import Grant, Grants, Role
from rallynov.privacy import service, tombstones
from rallynov.storage.store import Store

POST = Post(wording(), PULL)


@pytest.fixture
def life(tmp_path: Path, migrated: Path, clock: Clock) -> Life:
    """Amina has opened a dossier, Bruno has none."""
    found = Life(Store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'rallynov.db')}"), clock)
    for name in ("amina", "bruno"):
        found.person(name)
    found.open("amina")
    return found


def backed_up(life: Life) -> Store:
    """A copy of the base as it is."""
    place = Path(str(life.store.url.database)).with_name("older.db")
    with life.store.engine.raw_connection() as opened:
        opened.cursor().execute(f"VACUUM INTO '{place}'")
    return Store(f"sqlite:///{place}")


def returned(life: Life, older: Store) -> tuple[int, list[str]]:
    """How many erasures were done again, and the dossiers that came back."""
    folder = Path(str(life.store.url.database)).parent
    tombstones.keep_file(life.store, folder, life.clock())
    again = tombstones.bury_again(older, folder, life.clock())
    with older.read() as tx:
        return again, list(tx.execute(select(DossierRow.id)).scalars())


def test_one_whose_last_owner_joined_since(life: Life) -> None:
    older = backed_up(life)
    with life.store.write() as tx:
        tx.execute(update(ShareRow).values(person_id="bruno"))  # handed over, and left
        service.end(tx, POST, ["bruno"], [], life.clock())
        assert tx.execute(select(DossierRow.id)).first() is None
    assert returned(life, older) == (2, [])


def test_one_that_somebody_goes_on_with_stays(life: Life) -> None:
    with life.store.write() as tx:
        row = tx.execute(select(ShareRow.__table__)).mappings().one()
        tx.execute(insert(ShareRow), [dict(row) | {"person_id": "bruno"}])
    older = backed_up(life)
    with life.store.write() as tx:
        service.end(tx, POST, ["bruno"], [], life.clock())
    assert returned(life, older) == (1, ["d1"])


def test_one_from_paper_that_the_team_gave_up(life: Life) -> None:
    at = life.clock()
    with life.store.write() as tx:
        tx.execute(delete(ShareRow))
        be_somebody(tx, "claude", at)
        entered = {"dossier_id": "d1", "author": "claude", "at": at, "received_at": at}
        tx.execute(insert(EntryRow), [entered])
    older = backed_up(life)
    nothing: Any = None  # it reads nothing that was typed
    entering = Entering(FORM, DEFAULT, Moves(FORM, DEFAULT), POST, nothing, nothing)
    with life.store.write() as tx:
        done = entering.drop(tx, Staff("claude", Grants((Grant(Role.COORDINATOR),))), ("d1",), at)
    assert done.refused == ()
    assert returned(life, older) == (1, [])

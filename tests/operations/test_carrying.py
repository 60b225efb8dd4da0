"""A backup put back undoes nothing that was said since: what ended stays so, and a number is never given twice."""

from __future__ import annotations

import errno
import tempfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import postgres
import pytest
from exports.crowd import AT
from operations.stage import Home
from sqlalchemy import delete, insert, select, text, update

from bot import backup_words, carrying, settling
from bot.burying import buried
from bot.settings import Settings
from bot.wiring import clock
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.tables import AuditRow
from rallynov.editions.tables import LateCodeRow, LateUseRow
from rallynov.initiatives.tables import ReceiptNumberRow
from rallynov.people.consents.tables import ConsentRow, ObjectionRow
from rallynov.people.tables import CodeRow, GrantRow, InvitationRow, RestrictionRow
from rallynov.privacy import tombstones
from rallynov.storage.backup import postgresql
from rallynov.storage.store import Store

WHO = {"person_id": "porteuse"}
PLACE = {"edition": "rallynov", "role": "coordinator", "organisation": "", "name": ""}
LATER = AT + timedelta(days=1)


def stand(home: Home) -> None:
    """Have one of each: a role, a yes, an objection, two limits, codes and invitations, a number."""
    code = {"purpose": "device", "owner": "porteuse", "ref": "", "created_at": AT, "expires_at": LATER}
    invited = PLACE | {"made_by": None, "created_at": AT, "expires_at": LATER, "held_by": ""}
    rows = {
        GrantRow: [WHO | PLACE | {"granted_at": AT}],
        ConsentRow: [WHO | {"topic": "calendar", "wording": "1/fr", "source": "web", "given_at": AT}],
        ObjectionRow: [WHO | {"against": "reminders", "source": "web", "at": AT}],
        CodeRow: [code | {"digest": one} for one in ("used", "gone", "kept")],
        InvitationRow: [invited | {"digest": one} for one in ("used", "gone", "kept")],
        ReceiptNumberRow: [{"edition": "rallynov", "last": 4}],
    }
    store = Store(home.url)
    with store.write() as tx:
        for table, some in rows.items():
            tx.execute(insert(table), some)
    store.close()


def end(home: Home) -> None:
    """End all of it, ask for a limit, give one more number."""
    store = Store(home.url)
    with store.write() as tx:
        tx.execute(update(GrantRow).values(revoked_at=LATER))
        tx.execute(update(ConsentRow).values(withdrawn_at=LATER, withdrawn_by="telegram"))
        tx.execute(update(ObjectionRow).values(lifted_at=LATER, lifted_by="web"))
        tx.execute(insert(RestrictionRow), [WHO | {"source": "web", "at": LATER}])
        tx.execute(update(CodeRow).where(CodeRow.digest == "used").values(used_at=LATER))
        accepted = update(InvitationRow).where(InvitationRow.digest == "used")
        tx.execute(accepted.values(accepted_at=LATER, held_by="porteuse"))
        for table in (CodeRow, InvitationRow):
            tx.execute(delete(table).where(table.digest == "gone"))
        tx.execute(update(ReceiptNumberRow).values(last=5))
        tx.execute(
            insert(AuditRow), [{"at": LATER, "actor": "porteuse", "action": "Withdraw", "subject": ""}]
        )
    store.close()


def state(home: Home) -> list[object]:
    """What ended, and when; which codes there are."""
    store = Store(home.url)
    ended: list[object] = []
    with store.read() as tx:
        for column in (
            GrantRow.revoked_at,
            ConsentRow.withdrawn_at,
            ObjectionRow.lifted_at,
            ReceiptNumberRow.last,
        ):
            ended += tx.execute(select(column)).scalars()
        ended += map(tuple, tx.execute(select(RestrictionRow.at, RestrictionRow.lifted_at)))
        for some in (
            select(CodeRow.digest, CodeRow.used_at).order_by(CodeRow.digest),
            select(InvitationRow.digest, InvitationRow.accepted_at).order_by(InvitationRow.digest),
        ):
            ended += map(tuple, tx.execute(some))
    store.close()
    return ended


def test_what_ended_since_does_not_come_back(either: Home) -> None:
    stand(either)
    made = either.backup()
    end(either)
    since = state(either)
    done = either.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert state(either) == since
    assert since[:4] == [LATER, LATER, LATER, 5]
    said = "1 rôle retiré, 1 refus d'annonces, 1 opposition, 1 limitation, 2 codes éteints, 2 invitations closes."
    assert f"Repris de la base remplacée : {said}" in done.output
    assert "ont pu revenir" not in done.output
    assert not (either.folder / settling.FILE).exists()


LATE = {"edition": "rallynov", "name": "Structure exemple", "expires_at": LATER, "created_at": AT}
USED = {"edition": "rallynov", "until": LATER, "at": AT}


def test_late_codes_given_or_used_since_are_carried(home: Home) -> None:
    store = Store(home.url)
    with store.write() as tx:
        tx.execute(insert(LateCodeRow), [LATE | {"digest": "old", "uses_left": 3}])
    made = home.backup()
    with store.write() as tx:
        tx.execute(update(LateCodeRow).values(uses_left=1))
        tx.execute(insert(LateCodeRow), [LATE | {"digest": "new", "uses_left": 2}])
        people = [("porteuse", "old"), ("somebody who came since", "old")]
        tx.execute(insert(LateUseRow), [USED | {"person": who, "digest": one} for who, one in people])
    store.close()
    done = home.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert "2 codes de dépôt tardif" in done.output
    kept = {row[0]: row for row in home.tables()["late_code"]}
    assert {digest: row[4] for digest, row in kept.items()} == {"old": 2, "new": 2}, "a use is given back"
    assert [row[0] for row in home.tables()["late_use"]] == ["porteuse"]


def test_the_name_of_whoever_was_erased_does_not_come_back_on_a_late_code(home: Home) -> None:
    store = Store(home.url)
    with store.write() as tx:
        tx.execute(insert(LateCodeRow), [LATE | {"digest": "old", "uses_left": 0, "name": "Mme Exemple"}])
    made = home.backup()
    with store.write() as tx:
        tx.execute(update(LateCodeRow).values(name=""))
    store.close()
    assert "1 code de dépôt tardif" in home.run("restore", str(made), "--force").output
    assert [row[2] for row in home.tables()["late_code"]] == [""]


@pytest.mark.parametrize("cut", [b"", b'{"role_grant": [', b"[1]"])
def test_what_is_owed_is_owed_though_its_file_was_cut(home: Home, cut: bytes) -> None:
    (home.folder / settling.FILE).write_bytes(cut)
    store = Store(home.url)
    assert settling.settle_owed(store, home.folder, clock()) == {settling.HELD_BACK: 1}
    assert not (home.folder / settling.FILE).exists()
    store.close()
    assert settling.unfinished(home.folder), "its files may not be there: the doctor says so"
    made = home.backup()
    assert home.run("restore", str(made), "--force").exit_code == 0
    assert not settling.unfinished(home.folder)


def test_a_base_that_never_knew_of_codes_takes_none_back(home: Home) -> None:
    """Back to the newer of two states: what was made after the older one is kept."""
    store, then = Store(home.url), AT - timedelta(days=1)
    with store.write() as tx:
        tx.execute(insert(AuditRow), [{"at": then, "actor": "porteuse", "action": "Begin", "subject": ""}])
    store.close()
    older = home.backup("--output", str(home.folder.parent / "1.zip"))
    stand(home)
    newer, before = home.backup("--output", str(home.folder.parent / "2.zip")), state(home)
    assert home.run("restore", str(older), "--force").exit_code == 0
    assert home.run("restore", str(newer), "--force").exit_code == 0
    assert state(home) == before


def test_what_nothing_tells_any_more_is_said(home: Home) -> None:
    stand(home)
    made = home.backup("--output", str(home.folder.parent / "s.zip"))
    (home.folder / "rallynov.db").unlink()
    done = home.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert "des rôles retirés, des refus d'annonces" in done.stderr
    assert "rallynov roles list" in done.stderr


async def test_a_restoration_that_was_killed_is_settled_at_the_next_start(home: Home) -> None:
    stand(home)
    store = Store(home.url)
    with store.write() as tx:
        tx.execute(update(GrantRow).values(revoked_at=LATER))
    settling.owe(home.folder, carrying.since(store))
    with store.write() as tx:  # as the server put it back
        tx.execute(update(GrantRow).values(revoked_at=None))
    async with buried(Settings(_env_file=None, data_dir=home.folder), store):
        pass
    with store.read() as tx:
        assert tx.execute(select(GrantRow.revoked_at)).scalar_one() == LATER
        assert tx.execute(select(AnnouncementRow.status)).scalar_one() == "late"
    assert settling.settle_owed(store, home.folder, clock()) == {}
    store.close()


@pytest.mark.postgres
def test_a_server_s_restoration_is_owed_until_it_is_settled(
    cluster: postgres.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path, {"RALLYNOV_DATABASE_URL": cluster.migrated()})
    made = home.backup()

    class KilledError(Exception):
        pass

    def killed(_store: Store, _folder: Path, _now: datetime) -> int:
        raise KilledError

    monkeypatch.setattr(tombstones, "bury_again", killed)
    assert isinstance(home.run("restore", str(made), "--force").exception, KilledError)
    assert settling.owed(home.folder)[0]


@pytest.mark.postgres
def test_a_server_that_refuses_halfway_has_changed_nothing(cluster: postgres.Cluster, tmp_path: Path) -> None:
    home = Home(tmp_path, {"RALLYNOV_DATABASE_URL": cluster.migrated()})
    made = home.backup()
    store = Store(home.url)
    with store.write() as tx:
        tx.execute(text("CREATE TABLE newer (who text REFERENCES person (id))"))
        tx.execute(text("CREATE VIEW theirs AS SELECT id FROM person"))  # keeps its table from being replaced
    store.close()
    before = home.tables()
    done = home.run("restore", str(made), "--force")
    assert (done.exit_code, "Rien n'a été changé" in done.output) == (backup_words.UNAVAILABLE, True), (
        done.output
    )
    assert "theirs" in done.output, "what the server says is said"
    assert home.tables() == before
    assert not settling.owed(home.folder)[0]


@pytest.mark.postgres
def test_a_script_that_is_cut_is_undone_whole_and_a_forged_one_is_found(
    cluster: postgres.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path, {"RALLYNOV_DATABASE_URL": cluster.migrated()})
    made = home.backup()
    store = Store(home.url)
    with store.write() as tx:
        tx.execute(text("CREATE TABLE newer (who text REFERENCES person (id))"))
    store.close()
    before, replay = home.tables(), postgresql._replay

    def cut(cursor: Any, script: IO[bytes]) -> None:
        replay(cursor, BytesIO(script.read()[:-200]))  # all is dropped and made again, but for the end
        raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr(postgresql, "_replay", cut)
    assert home.run("restore", str(made), "--force").exit_code != 0
    assert home.tables() == before, "a script that was cut is undone whole"
    monkeypatch.setattr(postgresql, "_replay", replay)
    done = home.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert home.tables().keys() == before.keys() - {"newer"}, "it goes with those that are replaced"

    def forged(cursor: Any, script: IO[bytes]) -> None:
        replay(cursor, BytesIO(b"SET transaction_timeout = 0;\nCOMMIT; BEGIN;\n" + script.read()[:0]))

    monkeypatch.setattr(postgresql, "_replay", forged)
    done = home.run("restore", str(made), "--force")
    assert (done.exit_code, "la base a pu changer" in done.output) == (backup_words.FAULTY, True), done.output
    assert settling.owed(home.folder)[0]


def test_a_backup_is_read_again_where_there_is_room(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made = home.backup()
    monkeypatch.setattr(tempfile, "tempdir", "/proc/rien")  # a container's is small
    done = home.run("verify-backup", str(made))
    assert done.exit_code == 0, done.output
    assert [one.name for one in home.folder.iterdir() if "export" in one.name] == []

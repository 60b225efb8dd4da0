"""Migrations on both databases: up and down with data, one at a time, whole or not at all, copied before."""

import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import bot.wiring  # noqa: F401  # all tables are known once the product is
import rallynov.announcements.tables  # noqa: F401  # its tables are part of what is compared
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.forking import EndedError
from rallynov.people.tables import PersonRow
from rallynov.storage import schema
from rallynov.storage.base import Base
from rallynov.storage.store import Store

HEAD = schema.head()
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = '''
"""A revision of a release to come."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None

def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    remade = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    with op.batch_alter_table("person", recreate=remade) as person:
        person.add_column(sa.Column("colour", sa.Text(), nullable=True))
    {more}

def downgrade():
    with op.batch_alter_table("person") as person:
        person.drop_column("colour")
    op.drop_table("later")
'''


def fill(store: Store, people: int = 50) -> None:
    names = [f"p{n}" for n in range(people)]
    at = {"created_at": NOW, "updated_at": NOW}
    with store.write() as tx:
        tx.execute(
            insert(PersonRow), [{"id": name, "notice_version": "1", "created_at": NOW} for name in names]
        )
        tx.execute(
            insert(ConversationRow),
            [
                {"address": f"web:{n}", "channel": "web", "person_id": n, "language": "fr", **at}
                for n in names
            ],
        )
        run = {"run": 1, "edition": "e", "grid_version": "1", "started_at": NOW, "updated_at": NOW}
        tx.execute(insert(DiagnosisRow), [{"person_id": name, **run} for name in names])
        answer = {"run": 1, "question": "R1.1", "value": "4", "note": "é😀", "answered_at": NOW}
        tx.execute(insert(AnswerRow), [{"person_id": name, **answer} for name in names])
        event = {"channel": "web", "payload": "{}", "received_at": NOW, "status": "done", "attempts": 0}
        tx.execute(insert(InboxRow), [{"external_id": n, "address": f"web:{n}", **event} for n in names])
        sent = {"channel": "web", "rank": 0, "body": "{}", "status": "sent", "attempts": 1, "doubts": 0}
        tx.execute(
            insert(OutboxRow), [{"key": n, "address": f"web:{n}", "created_at": NOW, **sent} for n in names]
        )


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = [t for t in Base.metadata.sorted_tables if inspect(store.engine).has_table(t.name)]
    with store.read() as tx:
        return {
            t.name: [tuple(row) for row in tx.execute(select(t).order_by(*t.primary_key))] for t in tables
        }


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release with one revision more, in force until the test says otherwise."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_later.py").write_text(LATER.format(head=schema.head(), more=""))
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    return folder


def test_the_migrated_schema_is_what_the_tables_say(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_difference_would_be_seen(store: Store) -> None:
    with store.write() as tx:
        tx.execute(text("ALTER TABLE person ADD COLUMN colour TEXT"))
        tx.execute(text("DROP INDEX ix_inbox_waiting"))
    with store.read() as tx:
        context = MigrationContext.configure(tx)
        assert {found[0] for found in compare_metadata(context, Base.metadata)} == {
            "remove_column",
            "add_index",
        }


def test_down_to_nothing_and_up_again_with_data_in_it(store: Store) -> None:
    fill(store)
    with schema._altering(store) as tx:
        command.downgrade(schema._config(tx), "base")
    assert set(inspect(store.engine).get_table_names()) == {"alembic_version"}
    assert schema.revision(store) is None
    schema.migrate(store)
    fill(store)
    assert len(content(store)["answer"]) == 50


def test_up_and_down_keep_every_row(store: Store, release: Path) -> None:
    fill(store)
    before = content(store)
    schema.migrate(store)
    assert schema.revision(store) == schema.head() == "9999"
    assert content(store) == before
    with schema._altering(store) as tx:
        assert tx.scalar(text("SELECT count(*) FROM person WHERE colour IS NULL")) == 50
        command.downgrade(schema._config(tx), "-1")
    assert content(store) == before
    assert not inspect(store.engine).has_table("later")


def test_nothing_is_done_twice(store: Store) -> None:
    assert schema.migrate(store) is None
    assert schema.migrate(store) is None


def test_the_last_file_is_the_head_of_alembic(release: Path) -> None:
    for folder in (release, Path(schema.__file__).parent / "migrations"):
        schema.MIGRATIONS = folder  # the fixture puts it back
        assert schema.head() == ScriptDirectory.from_config(schema._config()).get_current_head()


def test_apart_as_here(database: str, release: Path) -> None:
    opened = Store(database)
    assert schema.migrate_apart(opened) is None
    assert schema.revision(opened) == "9999"
    assert schema.migrate_apart(opened) is None
    fill(opened)
    opened.close()


def test_the_copy_taken_apart_is_told(sqlite: Store, release: Path) -> None:
    path = schema.migrate_apart(sqlite)
    assert path is not None
    assert Path(path).read_bytes().startswith(b"SQLite format 3")
    assert schema.revision(sqlite) == "9999"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ('op.execute("DELETE FROM person")', schema.BrokenReferencesError),
        ('op.execute("SELECT nothing")', DBAPIError),
        ("raise type('Local', (Exception,), {})()", EndedError),
        ("import os; os._exit(9)", EndedError),
    ],
)
def test_what_fails_apart_is_raised_here(
    sqlite: Store, release: Path, more: str, error: type[Exception]
) -> None:
    fill(sqlite)
    before = content(sqlite)
    (release / "versions" / "9999_later.py").write_text(LATER.format(head=HEAD, more=more))
    with pytest.raises(error):
        schema.migrate_apart(sqlite)
    assert schema.revision(sqlite) == HEAD
    assert content(sqlite) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only there apart")
def test_what_is_loaded_to_migrate_is_not_kept(tmp_path: Path) -> None:
    code = (
        "import sys\nimport bot.wiring\nfrom rallynov.storage import schema\nfrom rallynov.storage.store import Store\n"
        f"schema.migrate_apart(Store('sqlite:///{tmp_path / 'new.db'}'))\n"
        "sys.exit(int('alembic' in sys.modules or 'psycopg' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_copy_of_sqlite_is_taken_before(sqlite: Store, release: Path) -> None:
    fill(sqlite)
    before = content(sqlite)
    path = schema.migrate(sqlite)
    assert path is not None
    copy = Store(f"sqlite:///{path}")
    assert schema.revision(copy) == HEAD
    assert content(copy) == before
    copy.close()


def test_a_copy_left_by_an_earlier_try_is_replaced(sqlite: Store, release: Path) -> None:
    old = Path(str(sqlite.url.database)).with_suffix(f".before-{HEAD}.db")
    old.write_bytes(b"reste")
    assert schema.migrate(sqlite) == str(old)
    assert old.read_bytes().startswith(b"SQLite format 3")


def test_a_new_database_needs_no_copy(tmp_path: Path) -> None:
    opened = Store(f"sqlite:///{tmp_path / 'new.db'}")
    assert schema.migrate(opened) is None
    opened.close()
    assert [one.name for one in tmp_path.iterdir() if "before" in one.name] == []


def test_a_database_of_a_newer_release_is_refused_and_left_alone(
    store: Store, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    schema.migrate(store)
    monkeypatch.undo()  # back to the release of today
    before = content(store)
    with pytest.raises(schema.NewerSchemaError, match="9999"):
        schema.migrate(store)
    assert schema.revision(store) == "9999"
    assert content(store) == before


def test_a_migration_that_fails_leaves_nothing_behind(store: Store, release: Path) -> None:
    fill(store)
    before = content(store)
    broken = LATER.format(head=HEAD, more='raise RuntimeError("panne")')
    (release / "versions" / "9999_later.py").write_text(broken)
    with pytest.raises(RuntimeError):
        schema.migrate(store)
    assert schema.revision(store) == HEAD
    assert content(store) == before
    assert not inspect(store.engine).has_table("later")


def test_a_migration_that_breaks_references_is_taken_back(sqlite: Store, release: Path) -> None:
    fill(sqlite)
    before = content(sqlite)
    broken = LATER.format(head=HEAD, more='op.execute("DELETE FROM person")')
    (release / "versions" / "9999_later.py").write_text(broken)
    with pytest.raises(schema.BrokenReferencesError):
        schema.migrate(sqlite)
    assert content(sqlite) == before
    with pytest.raises(IntegrityError), sqlite.write() as tx:  # references are held again
        tx.execute(insert(AnswerRow), [{"person_id": "x", "run": 1, "question": "q", "answered_at": NOW}])


def test_several_processes_migrate_one_database_at_once(database: str) -> None:
    errors: list[BaseException] = []
    ready = threading.Barrier(4)

    def start() -> None:
        opened = Store(database)
        try:
            ready.wait()
            schema.migrate(opened)
        except BaseException as error:
            errors.append(error)
        finally:
            opened.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    store = Store(database)
    fill(store, 3)
    with store.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        assert tx.scalar(select(func.count()).select_from(PersonRow)) == 3
    store.close()

"""The register is made from the product, leaves no table out, and the one in the documentation is current."""

from __future__ import annotations

from pathlib import Path

from privacy import everything
from typer.testing import CliRunner

from bot.cli import app
from bot.privacy_cli import load_tables
from rallynov.privacy import register
from rallynov.privacy.facts import room_of
from rallynov.privacy.holdings import personal_tables
from rallynov.privacy.rights import ROOMS
from rallynov.storage.lifetimes import rules
from rallynov.storage.personal import tag
from rallynov.wording import LANGUAGES, Wording

DOCS = Path(__file__).parents[2] / "docs" / "registre.md"


def test_every_table_that_holds_something_of_people_is_part_of_an_activity() -> None:
    assert register.unassigned() == set()


def test_every_rule_of_retention_is_told_by_an_activity() -> None:
    told = {name for activity in register.activities().values() for name in activity.kept}
    assert told == set(rules())


def test_every_such_table_has_a_name_for_people_in_each_language_and_a_room() -> None:
    wording = Wording({"operator": "x", "contact": "y"})
    for table in personal_tables():
        assert room_of(table.name) in ROOMS
        for language in LANGUAGES:
            assert wording.term(f"privacy:held:{table.name}", language)


def test_every_personal_column_is_in_it() -> None:
    load_tables()
    written = register.register(Wording({"operator": "x", "contact": "y"}), "x", "y")
    for table in personal_tables():
        line = next(one for one in written.split("\n") if f"(`{table.name}`) :" in one)
        for column in table.columns:
            assert (f"`{column.name}`" in line.partition(") :")[2]) == bool(tag(column)), column


def test_the_one_in_the_documentation_is_current() -> None:
    assert everything.tables()
    shown = CliRunner().invoke(app, ["privacy", "register"])
    assert shown.exit_code == 0, shown.output
    assert DOCS.read_text("utf-8") == shown.stdout, "rallynov privacy register --output docs/registre.md"

"""A release that adds a required field, drops one and renames an option, on drafts in progress: nobody is stuck, and
nothing that was typed is dropped.
"""

from __future__ import annotations

from typing import Any

import pytest
from conversation import Clock, Talk, core
from initiatives.life import FULL, TEXT
from initiatives.team import Team
from sqlalchemy import select

from bot import ground, wiring
from rallynov.initiatives.model import DossierForm
from rallynov.initiatives.service import load_form
from rallynov.initiatives.tables import DossierAnswerRow, DraftRow, MoveRow
from rallynov.storage.store import Store
from rallynov.wording import Wording

NEW = {
    f"form:motto:{name}": "Votre devise en une phrase"
    for name in ("label", "ask", "hint", "short", "why", "mend")
}
NEW |= {"form:shape.habit:label": "Habitude"}


def released() -> DossierForm:
    """The next release of the form."""
    raw: dict[str, Any] = load_form().model_dump()
    raw["version"] = "2013.2"
    for step in raw["steps"]:
        step["fields"] = tuple(field for field in step["fields"] if field["id"] != "reach_source")
        for field in step["fields"]:
            if field["id"] == "shape":
                field["options"] = ("habit", *field["options"][1:])
                field["renamed"] = {"practice": "habit"}
            if field["id"] == "published":
                field["options"] = tuple(one for one in field["options"] if one != "reach_source")
        if step["id"] == "initiative":
            step["fields"] = (*step["fields"], {"id": "motto", "kind": "line", "least": 5, "most": 80})
    return DossierForm.model_validate(raw)


class Spoken(Wording):
    """The words of the next release."""

    def __init__(self, names: Any, content: Any = None) -> None:
        more = {
            language: {**terms, **NEW, "form:shape.habit:synonyms": ("habitude",)}
            for language, terms in (content or {}).items()
        }
        super().__init__(names, content=more)


def upgraded(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, talk: Talk) -> Talk:
    """The same conversation, once the next release has started."""
    anew = ground.read_content.__wrapped__  # what was read is kept for the process
    monkeypatch.setattr(wiring, "read_content", anew)
    monkeypatch.setattr(ground, "load_form", released)
    monkeypatch.setattr(ground, "Wording", Spoken)
    talk.core = core(store, clock)
    return talk


def begun(talk: Talk, *without: str) -> None:
    for said in ("/dossier", "oui", "1"):
        talk.say(said)
    Team(talk.core, talk.clock).fill({name: value for name, value in FULL.items() if name not in without})


def kept(store: Store) -> dict[str, str]:
    with store.read() as tx:
        found = tx.execute(select(DossierAnswerRow.field, DossierAnswerRow.value)).all()
    return {row.field: row.value for row in found}


def test_a_full_draft_only_lacks_what_is_new(
    sqlite: Store, clock: Clock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(talk)
    before = kept(sqlite)
    upgraded(sqlite, clock, monkeypatch, talk)
    assert [key for key, _ in talk.say("/deposer").choices] == ["fix-motto"]
    talk.press("fix-motto")
    talk.say("Mieux travailler ensemble")
    assert talk.say("/deposer").screen == "submit"
    assert "Habitude" in str(talk.last.blocks)
    talk.press("submit")
    assert kept(sqlite).items() >= before.items()
    assert "reach_source" in before
    with sqlite.read() as tx:
        content = tx.execute(select(MoveRow.content).where(MoveRow.act == "submit")).scalar_one()
    assert "habit" in content
    assert "reach_source" not in content


def test_whoever_stands_at_a_question_that_is_gone_goes_on(
    sqlite: Store, clock: Clock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(talk, "reach_source")
    talk.say("/statut")
    talk.press("missing")
    talk.press("fix-reach_source")
    upgraded(sqlite, clock, monkeypatch, talk)
    before = kept(sqlite)
    shown = talk.say("Nos registres exemple")
    assert ("quote", ("Nos registres exemple",)) in shown.blocks
    assert kept(sqlite) == before
    assert talk.press("suite").screen.startswith("f:")
    assert talk.press("relire").screen == "recap"


def test_a_draft_of_a_text_and_a_renamed_option_stay(
    sqlite: Store, clock: Clock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(talk, "summary", "motto")
    talk.say("/deposer")
    talk.press("fix-summary")
    talk.say(TEXT[:100])
    upgraded(sqlite, clock, monkeypatch, talk)
    with sqlite.read() as tx:
        assert TEXT[:100].strip() in tx.execute(select(DraftRow.value)).scalar_one()
    talk.say(TEXT[100:280])
    assert TEXT[:100].strip() in kept(sqlite)["summary"]
    assert [key for key, _ in talk.last.choices] == ["fix-motto"]

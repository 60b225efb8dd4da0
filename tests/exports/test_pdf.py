"""The booklet: a table of contents that leads to each dossier, what the view shows, and a screen reader's tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from exports.crowd import HOSTILE, fill
from exports.stage import VIEWS, answering, entry, job, room, told
from initiatives.life import FORM
from papers.tags import headings, tags

from rallynov.exports import booklet
from rallynov.exports.booklet import Booklet
from rallynov.exports.model import OPERATOR, Piece
from rallynov.storage.store import Store

PLAN = Piece("p1", "plan.pdf", "application/pdf", 1_000_000, "0" * 64, scanned=True)


def page(view: str, **changes: Any) -> Any:
    one = entry(pieces=(PLAN,), **changes)
    return Booklet(job(Path(), view))._page(VIEWS[view].of(FORM, one))


def names(made: Any) -> set[str]:
    parts = [part for step in made["steps"] for part in step["parts"]]
    rows = [row for part in parts if part["kind"] == "answers" for row in part["rows"]]
    return {one["name"] for one in [*rows, *(part for part in parts if part["kind"] != "answers")]}


def test_a_dossier_is_printed_with_what_the_view_shows() -> None:
    assert {"Courriel", "Le besoin", "Pièces jointes"} <= names(page("complete"))
    assert not {"Courriel", "Ce qui peut être publié"} & names(page("jury"))
    assert names(page("publication", consents=frozenset({"title", "need"}))) == {
        "Titre de l’initiative",
        "Le besoin",
    }
    published = page("publication", consents=frozenset({"headcount", "files"}))
    assert names(published) == {"Nombre de salariés", "Pièces jointes"}
    assert "10-19" in str(published)


def test_a_field_that_depends_on_another_is_printed_where_it_was_answered() -> None:
    other = {**answering(legal="other", legal_other="Régie").answers}
    assert "Autre statut, à préciser" in names(page("complete", answers=other))
    assert "Autre statut, à préciser" not in names(page("complete"))


def test_a_title_that_turns_its_line_around_does_not_reach_the_contents() -> None:
    assert page("complete", answers={"title": "\u202egnp.exe\nsuite"})["title"] == "RN-1 · gnp.exe suite"


def test_what_is_asked_no_longer_is_printed_in_the_whole_view_alone() -> None:
    assert page("complete", others={"gone": "x"})["others"]["rows"][0]["name"] == "gone"
    assert page("jury", others={"gone": "x"})["others"] is None


def test_the_contents_lead_to_each_dossier_on_a_page_of_its_own(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite, 5, hostile=False)
    monkeypatch.setattr(booklet, "VOLUME", 3)
    done = told(room(sqlite, tmp_path).write("complete", "pdf", tmp_path / "a.pdf", OPERATOR))
    assert done.paths == (str(tmp_path / "a-1.pdf"), str(tmp_path / "a-2.pdf"))
    first, second = (Path(path).read_bytes() for path in done.paths)
    found = [(title, at) for title, at in headings(first) if title.startswith("RN-")]
    assert [title[:8] for title, _ in found] == ["RN-00001", "RN-00002", "RN-00003"]
    assert len({at for _, at in found}) == 3
    assert min(at for _, at in found) > 1
    assert [title[:8] for title, _ in headings(second) if title.startswith("RN-")] == ["RN-00004", "RN-00005"]
    kinds = {one.kind for one in tags(first)}
    assert {"TOC", "TOCI", "H1", "H2", "H3", "TH", "TD", "P"} <= kinds


def test_hostile_words_are_printed_and_the_file_says_that_it_is_accessible(tmp_path: Path) -> None:
    made = Booklet(job(tmp_path))
    made.add(answering(title="".join(HOSTILE) + "W" * 300, need="\n".join(HOSTILE)))
    [path] = made.close()
    with pikepdf.open(path) as pdf:
        told_of = bytes(pdf.Root.Metadata.read_bytes())
        assert b"pdfuaid:part" in told_of
        assert str(pdf.Root.Lang) == "fr"

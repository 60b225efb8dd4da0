"""The report to keep: what it says, that a screen reader can follow it, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from papers.tags import headings, opened, tags

from rallynov.diagnosis.model import NOT_CONCERNED, NOTE_LIMIT, UNKNOWN, Diagnosis, Earlier
from rallynov.diagnosis.report import Kept, plot, report_data
from rallynov.diagnosis.reports import print_report
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.words import say
from rallynov.sheets.content import load_sheets
from rallynov.wording import Wording

GRID = load_grid()
QUESTIONS = [question.id for question in GRID.form().questions]
SHEETS = load_sheets()
WORDING = Wording(
    {"operator": "l'équipe", "contact": "l'équipe"},
    content={language: shelf.terms() for language, shelf in SHEETS.items()},
)
AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
BEFORE = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
LEVELS_GIVEN = ("332", "32", "231", "343", "--", "22", "32", "1?", "32", "11")
VECTOR = {
    q: {"-": NOT_CONCERNED, "?": UNKNOWN}.get(level, level)
    for q, level in zip(QUESTIONS, "".join(LEVELS_GIVEN), strict=True)
}
"""The first vector of the domain document: 57.4 points, 95.6 percent covered."""
HOSTILE = '#set page(fill: red)\n$x^2$ \\ "`*_<a>@b 🙂 שלום مرحبا 中文 \u202f» '


def kept(
    answers: Mapping[str, str], notes: Mapping[str, str] | None = None, earlier: Earlier | None = None
) -> Kept:
    mine = Diagnosis(1, answers, notes or {}, earlier=earlier)
    return Kept(mine, "Rally’nov, édition exemple", AT)


CASES = {
    "full": kept(VECTOR),
    "compared": kept(VECTOR, {}, Earlier(dict.fromkeys(QUESTIONS, "2"), BEFORE)),
    "almost empty": kept({QUESTIONS[0]: "2"}),
    "as little concerned as may be": kept(
        {q: NOT_CONCERNED if q[:2] in {"R5", "R6"} else "3" for q in QUESTIONS}
    ),
    "the other side": kept({q: NOT_CONCERNED if q[:2] in {"R4", "R6"} else "4" for q in QUESTIONS}),
    "all unknown": kept(dict.fromkeys(QUESTIONS, UNKNOWN)),
    "all nothing": kept(dict.fromkeys(QUESTIONS, "0"), {}, Earlier(dict.fromkeys(QUESTIONS, "4"), BEFORE)),
    "long notes": kept(
        VECTOR, {q: (f"{q} " + "Nous avons écouté les équipes. " * 90)[:NOTE_LIMIT] for q in QUESTIONS}
    ),
    "lines": kept(VECTOR, dict.fromkeys(QUESTIONS, "a\n" * (NOTE_LIMIT // 2))),
    "one word": kept(VECTOR, dict.fromkeys(QUESTIONS, "W" * NOTE_LIMIT)),
    "hostile": kept(VECTOR, dict.fromkeys(QUESTIONS, HOSTILE)),
}


def data(case: Kept, language: str = "fr") -> Any:
    return report_data(GRID, case, WORDING, language)


def test_the_summary_says_what_was_found() -> None:
    said = data(CASES["full"])
    assert said["score"] == {
        "firm": True, "points": "57", "of": "sur 100", "band": "Pousse",
        "words": WORDING.term("grid:band.sprout:text", "fr"),
    }  # fmt: skip
    assert said["lines"] == ["Réponses du 23 novembre 2026", "Grille 2013.1"]  # in Paris
    assert "95" in said["coverage"]["words"]
    assert (said["under_way"], said["since"], said["weak"]["names"]) == ("", None, [])
    assert said["strengths"]["items"][0]["name"] == "Qualité de vie au travail"
    assert len(said["strengths"]["items"]) == len(said["steps"]["items"]) == 3


def test_table_and_picture_say_the_same() -> None:
    radar = data(CASES["compared"])["radar"]
    drawn = plot(GRID, CASES["compared"].diagnosis, WORDING, "fr")
    assert drawn is not None
    assert radar["head"] == list(drawn.columns) == ["Repère", "Ce diagnostic", "Le 12 mai 2026"]
    assert [row[0] for row in radar["rows"]] == [name for name, _ in drawn.rows]
    assert radar["rows"][0][1:] == ["66", "50"]
    assert radar["rows"][4][1:] == [WORDING.word(say("not concerned"), "fr"), "50"]
    assert all(f"{name} " in radar["alt"] for name, _ in drawn.rows)


def test_the_diagnosis_before_is_compared() -> None:
    since = data(CASES["compared"])["since"]
    assert since["title"] == "Depuis votre diagnostic du 12 mai 2026"
    assert since["sentences"][0].startswith("50 sur 100")
    assert "57 sur 100" in since["sentences"][0]
    rose, fell = since["sentences"][1:]
    assert "Un besoin réel" in rose
    assert "Mesure et preuves" in fell
    assert "hors travail" not in rose + fell  # not concerned now: it neither rose nor fell
    unchanged = kept(VECTOR, {}, Earlier(VECTOR, BEFORE))
    assert data(unchanged)["since"]["sentences"][1:] == ["Aucun repère n’a changé."]


def test_too_little_is_said_to_be_too_little() -> None:
    said = data(CASES["almost empty"])
    assert said["score"]["firm"] is False
    assert "points" not in said["score"]
    assert said["score"]["so_far"] == "Sur ces seules réponses\u00a0: 50 sur 100."
    assert (said["radar"], said["strengths"]["items"], said["weak"]["names"]) == (None, [], [])
    assert said["under_way"].startswith("1 question sur 23 a une réponse")
    assert [item["name"] for item in said["steps"]["items"]] == [
        WORDING.term(f"grid:{essential}:title", "fr") for essential in ("R1", "R2", "R3")
    ]
    three = kept(dict.fromkeys(QUESTIONS[:3], "2"))
    assert data(three)["under_way"].startswith("3 questions sur 23 ont une réponse")


def test_nothing_known_is_no_score_and_no_picture() -> None:
    said = data(CASES["all unknown"])
    assert (said["score"], said["radar"]) == (None, None)
    assert len(said["steps"]["items"]) == 3  # where to begin
    assert said["strengths"]["items"] == []


def test_essential_checkpoints_to_strengthen_are_named() -> None:
    weak = kept(VECTOR | {"R1.1": "0", "R1.2": "0", "R1.3": "0"})
    assert data(weak)["weak"]["names"] == ["Un besoin réel"]


def test_every_checkpoint_has_its_line() -> None:
    rows = data(CASES["full"])["checkpoints"]["rows"]
    assert [row["name"] for row in rows] == [
        WORDING.term(f"grid:{c.id}:title", "fr") for c in GRID.checkpoints
    ]
    first, fifth = rows[0], rows[4]
    assert (first["level"], first["label"], first["points"]) == (3, "En place", "66 sur 100")
    assert first["evidence"] == list(WORDING.texts("grid:R1:evidence", "fr"))
    assert first["next"] == WORDING.term("grid:R1:further", "fr")
    assert rows[7]["next"] == WORDING.term("grid:R8:next", "fr")
    assert first["sheets"] == [{"number": "F1", "title": SHEETS["fr"].sheets[0].title}]
    assert [sheet["number"] for sheet in rows[9]["sheets"]] == ["F11", "F12"]
    assert "aside" in fifth
    assert "evidence" not in fifth
    assert (rows[7]["level"], rows[7]["points"]) == (1, "25 sur 100")


def test_half_way_is_the_lower_level_and_the_top_asks_for_nothing_more() -> None:
    rows = data(kept(VECTOR | {"R2.1": "3", "R2.2": "4"} | dict.fromkeys(QUESTIONS[:3], "4")))["checkpoints"][
        "rows"
    ]
    assert rows[1]["level"] == 3
    assert rows[0]["next"] not in {WORDING.term(f"grid:R1:{what}", "fr") for what in ("next", "further")}


def test_every_answer_is_there_with_its_note_as_typed() -> None:
    groups = data(CASES["hostile"])["answers"]["groups"]
    rows = [row for group in groups for row in group["rows"]]
    assert [row["number"] for row in rows] == list(range(1, 24))
    assert {row["note"] for row in rows} == {HOSTILE}
    assert (rows[11]["answer"], rows[11]["level"]) == ("Ne nous concerne pas", None)
    assert (rows[18]["answer"], rows[18]["level"]) == ("Je ne sais pas", None)
    unanswered = data(CASES["almost empty"])["answers"]["groups"][1]["rows"][0]
    assert (unanswered["answer"], unanswered["level"]) == ("sans réponse", None)


def test_an_answer_that_the_grid_no_longer_knows_does_not_break_it() -> None:
    old = kept(VECTOR | {"R1.1": "9", "R99.1": "3"})
    assert data(old)["answers"]["groups"][0]["rows"][0]["answer"] == "sans réponse"
    assert print_report(GRID, old, WORDING, "fr").startswith(b"%PDF-")


def test_the_method_gives_all_bands_and_weights() -> None:
    method = data(CASES["full"])["method"]
    assert method["bands"] == [
        "Graine\u00a0: de 0 à 39", "Pousse\u00a0: de 40 à 59", "Prête à concourir\u00a0: de 60 à 79",
        "Exemplaire\u00a0: de 80 à 100",
    ]  # fmt: skip
    assert sum(int(weight) for _, weight in method["weights"]) == 100
    assert any("/effacer" in sentence for sentence in method["data"])
    assert any("/erase" in sentence for sentence in data(CASES["full"], "en")["method"]["data"])


@pytest.mark.parametrize("case", CASES)
def test_no_french_is_left_in_english(case: str) -> None:
    def texts(value: Any) -> set[str]:
        if isinstance(value, str):
            return {value}
        held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return {text for each in held for text in texts(each)}

    typed = {HOSTILE, "Question", "Rally’nov, édition exemple", *CASES[case].diagnosis.noted.values()}
    both = texts(data(CASES[case], "fr")) & texts(data(CASES[case], "en")) - typed
    assert {text for text in both if sum(letter.isalpha() for letter in text) > 3} == set()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES)
def test_it_prints_and_a_screen_reader_can_follow_it(case: str, language: str) -> None:
    content = print_report(GRID, CASES[case], WORDING, language)
    said = data(CASES[case], language)
    with opened(content) as pdf:
        assert str(pdf.Root.Lang) == language
        assert str(pdf.docinfo["/Title"]) == said["title"]
    found = tags(content)
    kinds = [tag.kind for tag in found]
    assert [tag.alt for tag in found if tag.kind == "Figure"] == (
        [said["radar"]["alt"]] if said["radar"] else []
    )
    heads = len(said["radar"]["head"]) if said["radar"] else 0
    assert kinds.count("TH") >= heads + 5 + 2 + len(GRID.checkpoints) + 2
    assert all(tag.scope == "Column" for tag in found if tag.kind == "TH")
    assert kinds.count("BlockQuote") == len(CASES[case].diagnosis.noted)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES)
def test_the_summary_is_one_page_and_so_are_the_checkpoints(case: str, language: str) -> None:
    content = print_report(GRID, CASES[case], WORDING, language)
    said = data(CASES[case], language)
    assert headings(content)[:3] == [
        (said["heading"], 1), (said["checkpoints"]["title"], 2), (said["answers"]["title"], 3)
    ]  # fmt: skip


def test_the_same_answers_give_the_same_bytes() -> None:
    once, again = (print_report(GRID, CASES["compared"], WORDING, "fr") for _ in range(2))
    assert once == again
    later = replace(CASES["compared"], at=AT + timedelta(days=1))
    assert print_report(GRID, later, WORDING, "fr") != once


def test_a_word_without_an_end_does_not_leave_the_page() -> None:
    with opened(print_report(GRID, CASES["one word"], WORDING, "fr")) as pdf:
        assert len(pdf.pages) > 10


def test_the_data_is_plain() -> None:
    for case in CASES.values():
        assert orjson.loads(orjson.dumps(data(case))) == data(case)

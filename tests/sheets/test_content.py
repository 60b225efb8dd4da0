"""The sheets as files: what they hold, and what is refused, each rule once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rallynov.diagnosis.service import load_grid
from rallynov.sheets.content import check_sheets, load_sheets
from rallynov.sheets.model import SECTIONS, Sheet
from rallynov.text import TYPOGRAPHIES
from rallynov.wording import LANGUAGES, LOCALES, ContentError

SHELVES = load_sheets()
ALL = [(language, sheet) for language, shelf in SHELVES.items() for sheet in shelf.sheets]
EACH = pytest.mark.parametrize(
    ("language", "sheet"), ALL, ids=[f"{one}-{sheet.number}" for one, sheet in ALL]
)
HEADING = r"^## .*$"


def texts(sheet: Sheet) -> list[str]:
    return [
        text for value in sheet.terms().values() for text in ([value] if isinstance(value, str) else value)
    ]


def test_twelve_sheets_in_each_language() -> None:
    assert list(SHELVES) == list(LANGUAGES)
    for shelf in SHELVES.values():
        assert [sheet.number for sheet in shelf.sheets] == [f"F{n}" for n in range(1, 13)]


def test_every_checkpoint_is_served_by_the_sheets_that_it_names() -> None:
    grid = load_grid()
    check_sheets(grid, SHELVES)
    for checkpoint in grid.checkpoints:
        served = [sheet.number for sheet in SHELVES["fr"].serving(checkpoint.id)]
        assert served == list(checkpoint.sheets) != []


@EACH
def test_a_sheet_is_short_whole_and_typeset(language: str, sheet: Sheet) -> None:
    words = " ".join(texts(sheet)).split()
    assert 230 <= len(words) <= 420
    assert all(text and text == text.strip() for text in texts(sheet))
    assert [text for text in texts(sheet) if TYPOGRAPHIES[language](text) != text] == []
    assert not any(sign in text for text in texts(sheet) for sign in ("*", "`", "](", "#", "<"))
    assert all(gesture.how.endswith(".") and not gesture.name.endswith(".") for gesture in sheet.gestures)


@EACH
def test_no_figure_of_money_and_no_town_is_told(language: str, sheet: Sheet) -> None:
    towns = "besançon|lons-le-saunier|vesoul|belfort|dole|pontarlier|montbéliard|dijon|paris"
    assert not re.search(rf"€|euros?\b|\b({towns})\b", " ".join(texts(sheet)), re.IGNORECASE)


def test_the_example_says_that_it_is_made_up() -> None:
    assert SHELVES["fr"].headings["example"] == "Exemple fictif"
    assert SHELVES["en"].headings["example"] == "Made-up example"


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        *(("F3", "F3"), ("f03", "F3"), ("3", "F3"), ("fiche 3", "F3"), ("la fiche n° 12", "F12")),
        *(("sheet 1", "F1"), ("fiche conseil F10", "F10"), ("modele-economique", "F7")),
        *(("Modèle économique", "F7"), ("F13", None), ("", None), ("0", None), ("dans 3 jours", None)),
        *(("3 salariés", None), ("fiche", None), ("1 2", None)),
    ],
)
def test_a_sheet_is_found_by_its_number_or_its_slug(asked: str, number: str | None) -> None:
    for shelf in SHELVES.values():
        found = shelf.find(asked)
        assert (found.number if found else None) == number


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sheets of both languages, to be spoilt."""
    for language in LANGUAGES:
        shutil.copytree(LOCALES / language / "sheets", tmp_path / language / "sheets")
    load_sheets(tmp_path)
    return tmp_path


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    spoilt = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert spoilt != text
    path.write_text(spoilt, "utf-8")


SPOILT = {
    "no front matter": (r"\A---\n", "", "number: Field required"),
    "front matter that is no YAML": (r"^title: .*$", "title: [", "cannot be read"),
    "a number of another kind": (r"^number: F3$", "number: 3", "number: "),
    "no title": (r"^title: .*\n", "", "title: Field required"),
    "something that nothing reads": (r"^minutes: 2$", "minutes: 2\ncolour: red", "colour: Extra"),
    "no checkpoint": (r"^checkpoints: .*$", "checkpoints: []", "checkpoints: "),
    "a missing section": (r"^## Exemple fictif\n\n[^#]*", "", "section « Exemple fictif » is missing"),
    "an empty section": (r"^## Exemple fictif\n\n[^#]*", "## Exemple fictif\n\n", "« Exemple fictif » is missing or"),
    "a heading of its own": (r"^## Un outil$", "## Un tableau", "« Un tableau » is of no use"),
    "a section twice": (r"^## Un outil$", "## Trois gestes", "« Trois gestes » is of no use"),
    "a smaller heading": (r"^## Un outil$", "### Un outil", "« Un outil » is of no use"),
    "words before the first heading": (r"^## La question$", "Bonjour.\n\n## La question", "before the first heading"),
    "two gestures": (r"^3\. [^#]*", "", "exactly 3 gestures, not 2"),
    "four gestures": (r"^(3\. [^#]*)", r"\g<1>4. **Continuez.** Encore.\n\n", "exactly 3 gestures, not 4"),
    "a gesture without its verb": (r"^2\. \*\*(.*?)\*\*", r"2. \1", r"verb phrase in \*\*bold"),
    "a gesture that is only a verb": (r"^2\. (\*\*.*?\*\*)[^#]*?(?=^3\.)", r"2. \1\n", r"verb phrase in \*\*bold"),
    "gestures with dashes": (r"^1\. ([^#]*)2\. ([^#]*)3\. ", r"- \1- \2- ", "numbered for the gestures"),
    "a mistake and no way out": (r"^Si la décision[^#]*", "", r"« Une erreur fréquente »: expected 2 paragraph"),
    "a tool without lines": (r"^- [\s\S]*\Z", "", "« Un outil »: expected one list"),
    "a tool of two lines": (r"(^- .*\n^- .*\n)[\s\S]*\Z", r"\1", "3 lines at least"),
    "a link": (r"^Une entreprise", "[Une](https://x.fr) entreprise", "no link here"),
    "HTML": (r"^Une entreprise", "<b>Une</b> entreprise", "no html_inline here"),
    "sections in another order": (
        r"^(## Exemple fictif\n\n[^#]*)(## Une erreur fréquente\n\n[^#]*)",
        r"\2\1",
        "sections must be in this order: La question, Trois gestes, Exemple fictif",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "why"), SPOILT.values(), ids=SPOILT)
def test_a_sheet_that_is_not_whole_is_refused(folder: Path, old: str, new: str, why: str) -> None:
    spoil(folder / "fr/sheets/F03.md", old, new)
    with pytest.raises(ContentError, match=rf"fr/sheets/F03\.md: .*{why}"):
        load_sheets(folder)


def test_a_number_or_a_slug_that_comes_twice_is_refused(folder: Path) -> None:
    copy = folder / "fr/sheets/F13.md"
    shutil.copy(folder / "fr/sheets/F03.md", copy)
    with pytest.raises(ContentError, match=r"F13\.md: number: F3 is already the number of .*F03\.md"):
        load_sheets(folder)
    spoil(copy, "^number: F3$", "number: F13")
    with pytest.raises(
        ContentError, match=r"F13\.md: slug: faire-participer is already the slug of .*F03\.md"
    ):
        load_sheets(folder)


@pytest.mark.parametrize("poor", LANGUAGES)
def test_a_language_that_lacks_a_sheet_is_refused(folder: Path, poor: str) -> None:
    (folder / poor / "sheets/F07.md").unlink()
    with pytest.raises(ContentError, match=rf"{poor}/sheets: the sheet F7 is missing"):
        load_sheets(folder)


def test_a_translation_that_tells_of_another_sheet_is_refused(folder: Path) -> None:
    spoil(folder / "en/sheets/F07.md", "^slug: .*$", "slug: money")
    with pytest.raises(
        ContentError, match=r"en/sheets/F07\.md: slug: not the same as in .*fr/sheets/F07\.md"
    ):
        load_sheets(folder)


def test_headings_that_are_not_the_five_are_refused(folder: Path) -> None:
    spoil(folder / "en/sheets/headings.toml", "^tool = .*$", "")
    with pytest.raises(ContentError, match=rf"headings\.toml: the headings must be {', '.join(SECTIONS)}"):
        load_sheets(folder)


def test_a_folder_without_sheets_is_refused(folder: Path) -> None:
    for path in (folder / "en/sheets").glob("*.md"):
        path.unlink()
    with pytest.raises(ContentError, match="en/sheets: there are no sheets"):
        load_sheets(folder)


def grid(**sheets: tuple[str, ...]) -> SimpleNamespace:
    whole = {c.id: c.sheets for c in load_grid().checkpoints} | sheets
    return SimpleNamespace(
        checkpoints=[SimpleNamespace(id=one, sheets=named) for one, named in whole.items()]
    )


def test_a_checkpoint_that_the_grid_lacks_is_refused(folder: Path) -> None:
    for language in LANGUAGES:
        spoil(folder / language / "sheets/F03.md", r"^checkpoints: \[R3\]$", "checkpoints: [R3, R11]")
    with pytest.raises(ContentError, match=r"F03\.md: checkpoints: the grid has no checkpoint R11"):
        check_sheets(grid(), load_sheets(folder))


@pytest.mark.parametrize("named", [("F1", "F2"), (), ("F13",)])
def test_a_grid_that_names_other_sheets_is_refused(named: tuple[str, ...]) -> None:
    with pytest.raises(ContentError, match=r"fr/sheets: R1 is served by \['F1'\]"):
        check_sheets(grid(R1=named), SHELVES)

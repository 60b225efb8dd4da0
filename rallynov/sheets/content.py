"""The files of the sheets, read into values: ``locales/*/sheets/*.md`` and the headings that they share.

Refuses, with ``ContentError`` that names the file and what is wrong, a sheet that is not whole, a number or a slug
that comes twice, a sheet that one language lacks, and a checkpoint that the grid does not have.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from rallynov.sheets.model import SECTIONS, Sheet, Shelf, Text
from rallynov.sheets.reading import read_sheet
from rallynov.text import TYPOGRAPHIES
from rallynov.wording import LANGUAGES, LOCALES, ContentError


class Checkpoint(Protocol):
    """A checkpoint of the grid, as far as sheets need it."""

    @property
    def id(self) -> str:
        """Name the checkpoint."""

    @property
    def sheets(self) -> Sequence[str]:
        """Name the sheets that serve it."""


class Grid(Protocol):
    """The grid of checkpoints, as far as sheets need it."""

    @property
    def checkpoints(self) -> Sequence[Checkpoint]:
        """The checkpoints."""


def load_sheets(folder: Path = LOCALES, languages: Sequence[str] = LANGUAGES) -> dict[str, Shelf]:
    """Read the sheets of all languages; ``ContentError`` names the file and what is wrong in it."""
    shelves = {language: _shelf(folder / language / "sheets", language) for language in languages}
    for language in languages[1:]:
        _same(shelves[languages[0]], shelves[language], folder)
    return shelves


def sheet_terms(shelves: Mapping[str, Shelf]) -> dict[str, dict[str, Text]]:
    """Return the texts of all sheets by language and key, as ``Wording`` takes them."""
    return {language: shelf.terms() for language, shelf in shelves.items()}


def check_sheets(grid: Grid, shelves: Mapping[str, Shelf]) -> None:
    """Stop the start when grid and sheets do not name each other."""
    known = {checkpoint.id for checkpoint in grid.checkpoints}
    for shelf in shelves.values():
        for sheet in shelf.sheets:
            if unknown := [one for one in sheet.checkpoints if one not in known]:
                _refuse(sheet.source, f"checkpoints: the grid has no checkpoint {unknown[0]}")
        for checkpoint in grid.checkpoints:
            serving = [sheet.number for sheet in shelf.sheets if checkpoint.id in sheet.checkpoints]
            if serving != sorted(checkpoint.sheets, key=lambda number: int(number[1:])):
                _refuse(
                    f"locales/{shelf.language}/sheets",
                    f"{checkpoint.id} is served by {serving}, and the grid says {list(checkpoint.sheets)}",
                )


def _refuse(path: Path | str, what: str) -> NoReturn:
    raise ContentError(f"{path}: {what}")


def _shelf(folder: Path, language: str) -> Shelf:
    tidy = TYPOGRAPHIES[language]
    headings = _headings(folder / "headings.toml")
    sheets: list[Sheet] = []
    for path in sorted(folder.glob("*.md")):
        sheet = read_sheet(path, headings, tidy)
        for other in sheets:
            if sheet.number == other.number:
                _refuse(path, f"number: {sheet.number} is already the number of {other.source}")
            if sheet.slug == other.slug:
                _refuse(path, f"slug: {sheet.slug} is already the slug of {other.source}")
        sheets.append(sheet)
    if not sheets:
        _refuse(folder, "there are no sheets here")
    tidied = {name: tidy(words) for name, words in headings.items()}
    return Shelf(language, tidied, tuple(sorted(sheets, key=lambda sheet: sheet.rank)))


def _headings(path: Path) -> Mapping[str, str]:
    try:
        headings: dict[str, str] = tomllib.loads(path.read_text("utf-8"))["headings"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ContentError(f"{path}: {error}") from error
    if tuple(headings) != SECTIONS:
        _refuse(path, f"the headings must be {', '.join(SECTIONS)}, in this order")
    return headings


def _same(model: Shelf, shelf: Shelf, folder: Path) -> None:
    """Refuse a language that lacks a sheet of the first one, has one more, or tells another thing of it."""
    ours, theirs = ({sheet.number: sheet for sheet in one.sheets} for one in (model, shelf))
    if lacking := sorted(ours.keys() ^ theirs.keys()):
        poor = shelf if lacking[0] in ours else model
        _refuse(folder / poor.language / "sheets", f"the sheet {lacking[0]} is missing")
    for number, sheet in theirs.items():
        for name in ("slug", "checkpoints", "minutes"):
            if getattr(sheet, name) != getattr(ours[number], name):
                _refuse(sheet.source, f"{name}: not the same as in {ours[number].source}")

"""A sheet as a PDF: one page, tagged, in its language, with its words in their order."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pikepdf
import pytest

from rallynov.papers.model import File, Maker
from rallynov.sheets.content import load_sheets, sheet_terms
from rallynov.sheets.model import Sheet
from rallynov.sheets.paper import sheet_maker
from rallynov.wording import Wording

SHELVES = load_sheets()
ALL = [(language, sheet) for language, shelf in SHELVES.items() for sheet in shelf.sheets]
EACH = pytest.mark.parametrize(
    ("language", "sheet"), ALL, ids=[f"{one}-{sheet.number}" for one, sheet in ALL]
)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


@pytest.fixture(scope="module")
def make() -> Maker:
    wording = Wording({"operator": "l'équipe", "contact": "l'équipe"}, content=sheet_terms(SHELVES))
    return sheet_maker(SHELVES, wording, "Rally'nov, édition exemple", lambda: NOW)


def made(make: Maker, ref: str, language: str) -> File:
    file = make("web:someone", ref, language)
    assert file is not None
    return file


def opened(file: File) -> pikepdf.Pdf:
    return pikepdf.Pdf.open(io.BytesIO(file.content))


def signs(font: pikepdf.Object) -> dict[str, str]:
    """What each code of a font reads as, according to the table that screen readers and searches use."""
    table = font.ToUnicode.read_bytes().decode()
    return {code: bytes.fromhex(text).decode("utf-16-be") for code, text in PAIR.findall(table)}


def read(pdf: pikepdf.Pdf) -> str:
    """The words of a document in the order in which they are written."""
    words: list[str] = []
    for page in pdf.pages:
        fonts = {name: signs(font) for name, font in page.Resources.Font.items()}
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "Tf":
                    table = fonts[str(operands[0])]
                case "Tj":
                    words.append(_decoded(bytes(operands[0]), table))
                case "TJ":
                    runs = [bytes(part) for part in operands[0] if isinstance(part, pikepdf.String)]
                    words += [_decoded(run, table) for run in runs]
    return "".join(words)


def _decoded(run: bytes, table: dict[str, str]) -> str:
    codes = [run[at : at + 2].hex().upper() for at in range(0, len(run), 2)]
    return "".join(table[code] for code in codes)


def bare(text: str) -> str:
    return "".join(text.split())


@EACH
def test_a_sheet_is_one_tagged_page_with_its_words_in_order(make: Maker, language: str, sheet: Sheet) -> None:
    file = made(make, sheet.number, language)
    assert (file.name, file.mime) == (f"{sheet.number}-{sheet.slug}.pdf", "application/pdf")
    pdf = opened(file)
    assert len(pdf.pages) == 1
    assert str(pdf.Root.Lang) == language
    assert pdf.Root.MarkInfo.Marked
    assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()
    assert str(pdf.docinfo.Title) == sheet.title
    told = [sheet.title, sheet.question]
    told += [part for gesture in sheet.gestures for part in (gesture.name, gesture.how)]
    told += [sheet.example, sheet.mistake, sheet.instead, sheet.tool, *sheet.lines]
    whole = bare(read(pdf))
    at = 0
    for part in told:
        at = whole.index(bare(part), at) + 1


def test_headings_lists_and_nothing_else_are_what_a_screen_reader_meets(make: Maker) -> None:
    pdf = opened(made(make, "F11", "fr"))
    kinds: list[str] = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:  # type: ignore[attr-defined]
                walk(one)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                kinds.append(str(node.S))
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    assert [kinds.count(kind) for kind in ("/Title", "/H1", "/H2", "/L", "/LI")] == [1, 2, 2, 2, 3 + 7], kinds
    assert "/Figure" not in kinds


def test_a_sheet_is_printed_once_and_found_as_people_name_it(make: Maker) -> None:
    assert make("web:someone", "F1", "fr") is make("telegram:7", "f01", "fr")
    assert made(make, "F1", "en").content != made(make, "F1", "fr").content
    assert make("web:someone", "F1", "de") is make("web:someone", "F1", "fr")
    assert make("web:someone", "F13", "fr") is None
    assert make("web:someone", "../../etc/passwd", "fr") is None

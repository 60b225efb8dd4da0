"""The press: tagged pages, the same everywhere, whatever people typed."""

import random
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from papers.tags import fonts, opened, tags

from rallynov.papers import press
from rallynov.papers.press import STRUCK, compile_pdf, draw_png

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 170"><text x="9" y="30">Un besoin réel</text></svg>'
HEAD = """#import "/papers/look.typ": *
#show: paper.with(title: given.title + if struck { " (struck)" } else { "" }, language: given.language)
#cover("Rally’nov", given.title, ("Édition exemple",))
= Un titre
#given.words
"""
Make = Callable[[str], Path]


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Write a template where the press looks for them, beside the real look."""
    (tmp_path / "papers").symlink_to(press.ROOT / "papers")
    monkeypatch.setattr(press, "ROOT", tmp_path)

    def write(body: str) -> Path:
        path = tmp_path / "template.typ"
        path.write_text(HEAD + body, "utf-8")
        return path

    return write


def given(words: str = "Bonjour.", title: str = "Un essai", language: str = "fr") -> dict[str, object]:
    return {"title": title, "words": words, "language": language}


def title_of(content: bytes) -> str:
    with opened(content) as pdf:
        return str(pdf.docinfo["/Title"])


def test_the_pages_are_tagged(template: Make) -> None:
    body = '#drawn("one", "Un dessin")\n#rows((1fr, 1fr), ([A], [B]), [a], [b], subhead(2, [C]), [c], [d])'
    content = compile_pdf(template(body), given(language="en"), AT, {"one": SVG})
    with opened(content) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as said:
            assert said["pdfuaid:part"] == "1"
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")
    found = tags(content)
    kinds = [tag.kind for tag in found]
    assert kinds.count("H1") == 1
    assert [tag.scope for tag in found if tag.kind == "TH"] == ["Column"] * 3
    assert [tag.alt for tag in found if tag.kind == "Figure"] == ["Un dessin"]


def test_the_same_arguments_give_the_same_bytes(template: Make) -> None:
    made = [compile_pdf(template(""), given(), AT) for _ in range(2)]
    assert made[0] == made[1]
    assert compile_pdf(template(""), given(), AT.replace(year=2027)) != made[0]


def test_a_picture_without_words_does_not_compile(template: Make) -> None:
    with pytest.raises(typst.TypstError, match="alt"):
        compile_pdf(template('#drawn("one", none)'), given(), AT, {"one": SVG})


def test_a_skipped_level_of_headings_does_not_compile(template: Make) -> None:
    with pytest.raises(typst.TypstError, match="heading"):
        compile_pdf(template("=== Trop bas"), given(), AT)


@pytest.mark.parametrize(
    "typed", ["#panic()", "$x^2$", "*gras* _it_ <a> @b `c` \\ // #", '"} #eval("1")', "= x"]
)
def test_what_was_typed_is_never_markup(template: Make, typed: str) -> None:
    content = compile_pdf(template(""), given(typed, typed), AT)
    assert title_of(content) == typed
    assert [tag.kind for tag in tags(content)].count("H1") == 1


@pytest.mark.parametrize(
    "typed", ["مرحبا بالعالم", "שלום", "Привет", "Ελλάδα", "❤️", "œ ŵ ſ ﬁ", "a\u0301q\u0308"]
)
def test_many_scripts_are_printed(template: Make, typed: str) -> None:
    assert title_of(compile_pdf(template(""), given(typed), AT)) == "Un essai"


@pytest.mark.parametrize(
    "typed", ["🙂", "👩‍👩‍👧", "🇫🇷", "中文", "สวัสดี", "\ue000", "\ufeff", "\x07", "\U000f0000", 'a"\\🙂`']
)
def test_a_sign_that_no_font_draws_is_replaced_and_said(template: Make, typed: str) -> None:
    content = compile_pdf(template(""), given(f"Réunion {typed} notée", f"Réunion {typed}"), AT)
    assert title_of(content).startswith("Réunion ")
    assert STRUCK in title_of(content)
    assert title_of(content).endswith(" (struck)")


def test_any_text_is_printed(template: Make) -> None:
    seeded = random.Random(5)
    path = template("")
    for _ in range(40):
        bounds = [(0x20, 0x2FFF), (0x20, 0x10FFFF), (0x300, 0x36F), (0x590, 0x6FF)]
        signs = [chr(seeded.randint(*seeded.choice(bounds))) for _ in range(300)]
        typed = "".join(signs).encode("utf-8", "ignore").decode()
        assert compile_pdf(path, given(typed), AT).startswith(b"%PDF-")


def test_when_nothing_else_helps_only_sure_signs_are_left(
    template: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "_TRIES", 0)
    content = compile_pdf(template(""), given(title="Été 🙂 שלום"), AT)
    assert title_of(content) == f"Été {STRUCK} {STRUCK * 4}"


def test_our_own_letters_are_never_replaced() -> None:
    said = 'error: PDF/UA-1 error: the text `"Repère\\u{489}🙂"` could not be displayed'
    assert press._refused(said) == {"\u0489", "🙂"}


def test_the_signs_of_our_own_words_are_all_drawn(template: Make) -> None:
    everything = "".join(sorted(press._SURE - {"\n"}))
    assert title_of(compile_pdf(template(""), given(everything), AT)) == "Un essai"


def test_a_fault_of_the_template_is_raised(template: Make) -> None:
    with pytest.raises(typst.TypstError, match="unknown variable"):
        compile_pdf(template("#nothing-of-this-name"), given("🙂"), AT)


def test_only_embedded_fonts_are_used(template: Make) -> None:
    body = '#text(font: "Liberation Sans", fallback: true)[Autre] #raw("code")'
    used = fonts(compile_pdf(template(body), given(), AT))
    assert used
    assert all(name.startswith(("LibertinusSerif", "DejaVuSansMono")) for name in used)


def test_threads_print_at_the_same_time(template: Make) -> None:
    path = template("")
    alone = [compile_pdf(path, given(f"Page {nth}"), AT) for nth in range(8)]
    with ThreadPoolExecutor(4) as several:
        together = list(several.map(lambda nth: compile_pdf(path, given(f"Page {nth}"), AT), range(8)))
    assert together == alone


def test_a_drawing_becomes_a_picture_of_a_width() -> None:
    picture = draw_png(SVG, 1020)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1020, 551)
    assert picture == draw_png(SVG, 1020)
    assert picture != draw_png(SVG.replace("Un besoin", "Le besoin"), 1020)

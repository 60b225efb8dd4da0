"""The codes of a poster, read by another library than the one that draws them: on paper, on a telephone, alone."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import typst
import zxingcpp
from announcements.crowds import WORDING
from PIL import Image, ImageFilter

from rallynov.announcements.poster import Addresses, Poster, draw
from rallynov.papers.press import draw_png

WEB = "https://rallynov.example.org"
BOT = "https://t.me/RallynovExempleBot"
LONG = "Association exemple des initiatives sociales et solidaires de la montagne et de la plaine réunies"
"""Longer than a link may hold: the densest code."""
A4 = 210 / 25.4
PHONE = 375


def poster(organisation: str, *, bot: str = BOT) -> Poster:
    links = Addresses(WEB, lambda: bot).of(organisation)
    return Poster(organisation, "Rally'nov exemple", tuple(links), datetime(2026, 11, 22, tzinfo=UTC))


def printed(one: Poster, language: str, monkeypatch: pytest.MonkeyPatch, ppi: int) -> Image.Image:
    """Lay the page out as for its PDF, and give it as it looks at so many points an inch."""
    drawn = typst.compile

    def picture(*given: Any, **told: Any) -> Any:
        kept = {
            name: value
            for name, value in told.items()
            if name not in {"pdf_standards", "timestamp", "format"}
        }
        return drawn(*given, **kept, format="png", ppi=ppi)

    monkeypatch.setattr(typst, "compile", picture)
    made = draw(one, "pdf", WORDING, language)
    monkeypatch.undo()
    assert made
    return Image.open(io.BytesIO(made.content)).convert("L")


def read(picture: Image.Image) -> list[str]:
    return sorted(code.text for code in zxingcpp.read_barcodes(picture))


def links(one: Poster) -> list[str]:
    return sorted(link for _, link in one.links)


@pytest.mark.parametrize(("organisation", "bot"), [(LONG, BOT), ("", "")])
def test_a_printed_poster_is_read(organisation: str, bot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a telephone sees it that is held askew: turned, out of focus, in a poor light."""
    one = poster(organisation, bot=bot)
    page = printed(one, "fr", monkeypatch, 100)
    assert page.width == round(A4 * 100)
    assert read(page) == links(one)
    seen = page.rotate(7, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(1.2))
    assert read(seen.point(lambda light: 70 + light // 3)) == links(one)


def test_a_poster_as_wide_as_a_telephone_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    one = poster(LONG)
    page = printed(one, "en", monkeypatch, 144)
    small = page.resize((PHONE, round(page.height * PHONE / page.width)), Image.Resampling.LANCZOS)
    assert read(small) == links(one)


def test_the_code_alone_is_read_in_both_forms() -> None:
    one = poster(LONG)
    png, svg = (draw(one, form, WORDING, "fr") for form in ("png", "svg"))
    assert png
    assert svg
    seen = Image.open(io.BytesIO(png.content)).convert("L")
    assert read(seen) == [one.links[0][1]]
    assert read(seen.resize((PHONE, PHONE))) == [one.links[0][1]]
    assert read(Image.open(io.BytesIO(draw_png(svg.content.decode(), PHONE))).convert("L")) == [
        one.links[0][1]
    ]

"""Texts made fit for files: nothing that a file cannot hold, nothing that a spreadsheet would compute, nothing lost."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from exports.crowd import HOSTILE
from hypothesis import example, given
from hypothesis import strategies as st

from rallynov.exports.signs import CELL, LINES, guarded, legible, parts, unguarded
from rallynov.text import utf16_len

ANY = st.text(st.characters())
BEGUN = st.tuples(st.sampled_from(("", " ", "'", "''", "\n")), st.sampled_from("=+-@\t\r＝－"), ANY).map(
    "".join
)


@given(ANY)
@example("\ud800 \x00 \ufffe \r\n \x85 \U0001ffff")
def test_a_legible_text_can_be_written_as_utf8_and_as_xml(text: str) -> None:
    clean = legible(text)
    clean.encode()
    assert (ET.fromstring(f"<t>{escape(clean)}</t>").text or "") == clean  # noqa: S314
    assert legible(clean) == clean


@pytest.mark.parametrize("text", ["été à l’œuvre", "une\nligne", "\ttab", "🙂‍👩 שלום \u202e"])
def test_what_can_be_written_is_left_as_it_is(text: str) -> None:
    assert legible(text) == text


@given(st.one_of(ANY, BEGUN))
def test_a_guarded_text_begins_like_no_formula_and_is_had_back(text: str) -> None:
    kept = guarded(text)
    assert not kept.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(kept) == text


@pytest.mark.parametrize("text", [one for one in HOSTILE if one.strip(" '")[0] in "=+-@＝\t"])
def test_what_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "l'une", "'tis", "a=1", "12-3", "'"])
def test_what_does_not_is_left_alone(text: str) -> None:
    assert guarded(text) == text


@given(
    st.tuples(st.sampled_from(("x", "🙂", "é\n", "=1", "👨‍👩‍👧")), st.integers(0, 40_000), ANY).map(
        lambda given: given[0] * given[1] + given[2]
    )
)
def test_the_parts_of_a_text_fit_cells_and_are_the_text(text: str) -> None:
    found = list(parts(text, " [suite]"))
    assert "".join(found) == text
    assert all(utf16_len(one) <= CELL and one.count("\n") <= LINES for one in found)
    assert len(found) == 1 or utf16_len(found[0]) <= CELL - len(" [suite]")

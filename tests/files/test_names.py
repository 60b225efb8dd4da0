"""Names keep the words of whoever gave them, and nothing that could deceive a reader or a file system."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rallynov.initiatives.attachments.kinds import FileKind
from rallynov.initiatives.attachments.names import HEAVIEST, cleaned, disguises, ending, final

PDF = FileKind.PDF


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Plan d’action 2026.pdf", "Plan d’action 2026.pdf"),
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\Windows\\system.pdf", "system.pdf"),
        ("C:\\Users\\Camille\\Mon projet.pdf", "Mon projet.pdf"),
        ("/", "document.pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("plan.pdf\x00.exe", None),
        ("a\r\nContent-Type: x.pdf", "a Content-Type- x.pdf"),
        ("rapport\u202efdp.pdf", "rapportfdp.pdf"),
        ("a\u200bb\u2066c.pdf", "abc.pdf"),
        ("CON", "CON_.pdf"),
        ("con.pdf", "con_.pdf"),
        ("LPT1.annexe.pdf", "LPT1_.annexe.pdf"),
        ("nul.tar.pdf", "nul_.tar.pdf"),
        ("contrat.рdf", "contrat.pdf"),  # its first letter is Cyrillic
        ("contrat.ＰＤＦ", "contrat.pdf"),
        ("contrat.PDF", "contrat.pdf"),
        ("Rapport v1.2", "Rapport v1.2.pdf"),
        ("notes du 12.3", "notes du 12.3.pdf"),
        ('a<b>:"|?*c.pdf', "a-b-c.pdf"),
        ("  espaces   partout  .pdf ", "espaces partout.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("👩‍🌾 ferme.pdf", "👩‍🌾 ferme.pdf"),
        ("a\ud800b.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("é" * 300 + ".pdf", "é" * 90 + ".pdf"),
    ],
)
def test_a_name(told: str, name: str | None) -> None:
    clean = cleaned(told)
    assert disguises(clean, PDF) is (name is None)
    if name is not None:
        assert final(clean, PDF) == name


@pytest.mark.parametrize(
    "told", ["a.exe", "a.EXE", "a.pdf.exe", "a.html", "photo\u202egpj.exe", "a.docm", "a.jpg", "a.ｅｘｅ"]
)
def test_a_name_that_says_another_kind(told: str) -> None:
    assert disguises(cleaned(told), PDF)
    assert ending(cleaned(told)) != "pdf"


@pytest.mark.parametrize(
    ("told", "kind", "name"),
    [
        ("photo.jpeg", FileKind.JPG, "photo.jpg"),
        ("", FileKind.JPG, "photo.jpg"),
        ("", FileKind.MP4, "video.mp4"),
        ("film.m4v", FileKind.MP4, "film.mp4"),
    ],
)
def test_other_kinds(told: str, kind: FileKind, name: str) -> None:
    assert not disguises(cleaned(told), kind)
    assert final(cleaned(told), kind) == name


def test_two_files_never_share_a_name() -> None:
    taken = ["photo.jpg", "Photo (2).JPG"]
    assert final("photo.jpg", FileKind.JPG, taken) == "photo (3).jpg"


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_every_file_system_takes(told: str) -> None:
    name = final(cleaned(told), PDF)
    assert name.endswith(".pdf")
    assert len(name.encode()) <= HEAVIEST + 20
    assert os.path.basename(name) == name  # noqa: PTH119
    assert not set(name) & set('<>:"|?*/\\\0\n')
    assert not any(
        unicodedata.category(sign) in {"Cc", "Cs"} or unicodedata.bidirectional(sign) in {"RLO", "LRO", "RLE"}
        for sign in name
    )
    assert not name.startswith((".", " "))
    assert cleaned(cleaned(told)) == cleaned(told)

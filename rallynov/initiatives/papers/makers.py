"""The papers of dossiers, made when they are fetched: the receipt, the whole dossier, a blank form for anyone.

What belongs to a dossier is given to whoever shares it and to nobody else; it is read in one transaction and printed
outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from rallynov.editions.model import Calendar, Edition
from rallynov.editions.service import read_calendar
from rallynov.initiatives.model import DossierForm
from rallynov.initiatives.papers.blank import blank_data
from rallynov.initiatives.papers.found import Found, find
from rallynov.initiatives.papers.receipt import receipt_data
from rallynov.initiatives.papers.whole import whole_data
from rallynov.papers.model import File, Maker
from rallynov.papers.press import compile_pdf
from rallynov.storage.store import Store
from rallynov.wording import Wording

FOLDER = Path(__file__).parent
PDF = "application/pdf"
BLANK_REFS = frozenset(("", "1"))
_LONGEST = 64
"""Characters of a ref that may be the id of a dossier."""
_BLANKS = 8
"""Blank forms kept once made: one a language, and a few while the dates of the call are being set."""


def dossier_makers(
    store: Store, form: DossierForm, edition: Edition, wording: Wording, now: Callable[[], datetime]
) -> Mapping[str, Maker]:
    """Return the makers of "receipt" and "dossier", whose ref is the id of a dossier, and of "blank", for anyone."""
    return {
        "receipt": receipt_maker(store, form, edition, wording),
        "dossier": whole_maker(store, form, edition, wording),
        "blank": blank_maker(store, form, edition, wording, now),
    }


def receipt_maker(store: Store, form: DossierForm, edition: Edition, wording: Wording) -> Maker:
    """Return the maker of receipts: none for a dossier that was never submitted."""

    def make(address: str, ref: str, language: str) -> File | None:
        found = _found(store, edition, address, ref)
        if found is None or found.submitted is None or found.dossier.submitted_at is None:
            return None
        content = print_receipt(form, found, edition, wording, _spoken(wording, language))
        return File(f"rallynov-accuse-de-depot-{found.dossier.receipt}.pdf", PDF, content)

    return make


def whole_maker(store: Store, form: DossierForm, edition: Edition, wording: Wording) -> Maker:
    """Return the maker of whole dossiers, drafts included."""

    def make(address: str, ref: str, language: str) -> File | None:
        found = _found(store, edition, address, ref)
        if found is None:
            return None
        content = print_whole(form, found, edition, wording, _spoken(wording, language))
        named = found.dossier.receipt if found.standing else "non-depose"
        return File(f"rallynov-dossier-{named}.pdf", PDF, content)

    return make


def blank_maker(
    store: Store, form: DossierForm, edition: Edition, wording: Wording, now: Callable[[], datetime]
) -> Maker:
    """Return the maker of blank forms. A file bears the date of its first printing."""

    @lru_cache(maxsize=_BLANKS)
    def print_one(calendar: Calendar, language: str) -> bytes:
        return print_blank(form, calendar, edition, wording, language, now())

    def make(_address: str, ref: str, language: str) -> File | None:
        if ref not in BLANK_REFS:
            return None
        with store.read() as tx:
            calendar = read_calendar(tx, edition)
        return File("rallynov-dossier-vierge.pdf", PDF, print_one(calendar, _spoken(wording, language)))

    return make


def print_receipt(
    form: DossierForm, found: Found, edition: Edition, wording: Wording, language: str
) -> bytes:
    """Print the receipt of a dossier that was submitted; the same facts give the same bytes."""
    at = found.dossier.submitted_at
    if at is None:
        raise ValueError("never submitted")
    return compile_pdf(FOLDER / "receipt.typ", receipt_data(form, found, edition, wording, language), at)


def print_whole(form: DossierForm, found: Found, edition: Edition, wording: Wording, language: str) -> bytes:
    """Print all of a dossier; the same facts give the same bytes."""
    dossier = found.dossier
    at = dossier.submitted_at if found.standing else dossier.updated_at
    if at is None:
        raise ValueError("never written")
    return compile_pdf(FOLDER / "whole.typ", whole_data(form, found, edition, wording, language), at)


def print_blank(
    form: DossierForm, calendar: Calendar, edition: Edition, wording: Wording, language: str, at: datetime
) -> bytes:
    """Print the form with room to write."""
    return compile_pdf(FOLDER / "blank.typ", blank_data(form, calendar, edition, wording, language), at)


def _found(store: Store, edition: Edition, address: str, ref: str) -> Found | None:
    if not (ref.isascii() and ref.isalnum() and len(ref) <= _LONGEST):
        return None
    with store.read() as tx:
        return find(tx, edition, address, ref)


def _spoken(wording: Wording, language: str) -> str:
    return language if language in wording.languages else wording.languages[0]

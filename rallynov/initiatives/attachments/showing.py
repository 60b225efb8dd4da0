"""A file of a dossier as a row of its page: name, size, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rallynov.dialogue.words import Typed, Words, say
from rallynov.initiatives.attachments import words
from rallynov.initiatives.attachments.model import KEPT, WAITING
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.model import Attachment, Dossier


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file; ``id`` is empty when it cannot be fetched."""

    id: str
    name: Words
    size: Words
    state: Words


def lines(
    form: DossierForm, dossier: Dossier, submitted: Sequence[tuple[str, int, str]] | None
) -> tuple[FileLine, ...]:
    """Return the files; with those that were submitted, as (name, size, id), these and no other."""
    known = {one.id: one for one in dossier.attachments}
    if submitted is None:
        return tuple(_line(one.name, one.size, one, form) for one in known.values())
    return tuple(_line(name, size, known.get(one), form) for name, size, one in submitted)


def _line(name: str, size: int, kept: Attachment | None, form: DossierForm) -> FileLine:
    called = Typed(name) if name else say("file without a name")
    heavy = say("{size} MB", size=words.megabytes(size)) if size else say("not known")
    fetched = kept.id if kept and kept.state == KEPT else ""
    return FileLine(fetched, called, heavy, _state(kept, form))


def _state(kept: Attachment | None, form: DossierForm) -> Words:
    if kept is None:
        return say("removed since")
    if kept.state == WAITING:
        return say("being checked, not part of the dossier yet")
    if kept.state != KEPT:
        return say("not kept. {why}", why=words.why(kept.reason, form))
    if kept.scanned:
        return say("kept, analysed by an antivirus")
    return say("kept, not analysed by an antivirus")

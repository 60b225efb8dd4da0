"""Files of an announcement as its dialogue decides on them, before anything of them was looked at, and what is told. Pure.

One picture or one document: what it really is, is known once it was examined.
"""

from __future__ import annotations

from dataclasses import replace

from rallynov.announcements.commands import AttachToNews
from rallynov.announcements.model import Announcement, NewsFile
from rallynov.dialogue.events import OfferedFile
from rallynov.dialogue.screens import Screen, note, text, title
from rallynov.dialogue.words import Typed, Words, say
from rallynov.initiatives.attachments import names, words
from rallynov.initiatives.attachments.kinds import ENDINGS, FileKind, Refused, Why
from rallynov.initiatives.form import DossierForm

PICTURES = frozenset((FileKind.JPG, FileKind.PNG))
DOCUMENTS = frozenset((FileKind.PDF, FileKind.ODT, FileKind.DOCX))
MOST_BYTES = 10 * 2**20
"""Bytes of a file; Telegram takes no heavier picture."""
WAITING, KEPT, REFUSED = "waiting", "kept", "refused"
TAKEN = say("I take one picture (JPG or PNG) or one document (PDF, ODT or DOCX), 10 MB at most.")


def refused_at_once(file: OfferedFile) -> Words | None:
    """Say why a file is refused as soon as it is offered, by what its channel tells; None when it may be fetched."""
    told = names.ending(names.cleaned(file.name))
    if file.size > MOST_BYTES:
        size = words.megabytes(file.size)
        return say("This file is too heavy ({size} MB). {taken}", size=size, taken=TAKEN)
    kind = ENDINGS.get(told)
    if told and (kind is None or kind not in PICTURES | DOCUMENTS):
        return say("I do not take {told} files. {taken}", told=Typed(told.upper()), taken=TAKEN)
    if not told and file.mime.partition("/")[0] in {"audio", "video"}:
        return TAKEN
    return None


def attaching(draft: Announcement, file: OfferedFile, new: str) -> tuple[Announcement, AttachToNews]:
    """Return the draft once a file of it waits, and the command that makes it so; ``new`` is the file's id."""
    name = names.cleaned(file.name)
    order = AttachToNews(draft.id, new, file.source, name, file.size, file.mime)
    others = tuple(one for one in draft.files if one.state == KEPT)
    waiting = NewsFile(new, name, file.mime, file.size, WAITING)
    return replace(draft, files=(*others, waiting)), order


def why(refused: Refused, form: DossierForm) -> Words:
    """Say why a file is refused, and what can be done about it."""
    if refused.why is Why.LATE:
        return say("It was ready only once the announcement could not be changed any more.")
    if refused.why in {Why.UNLISTED, Why.TOO_HEAVY}:
        found = words.FOUND.get(refused.found, words.OTHER)
        return say("This is {found}. {taken}", found=found, taken=TAKEN) if refused.found else TAKEN
    return words.why(refused, form)


def kept(name: str, announcement: Words, *, over: int, scanned: bool) -> Screen:
    """Tell whoever sent a file that it goes with the announcement."""
    told = [
        title(say("File ready")),
        text(say("“{name}” goes with {announcement}.", name=Typed(name), announcement=announcement)),
    ]
    if over:
        told.append(text(say("With it, the text is {over} characters too long: shorten it.", over=over)))
    if not scanned:
        told.append(
            note(say("It was not analysed by an antivirus: this service has none, or it did not answer."))
        )
    return Screen("newsfile", tuple(told))


def refused(name: str, announcement: Words, reason: Refused, form: DossierForm) -> Screen:
    """Tell whoever sent a file that it does not go with the announcement, and why."""
    shown: Words = Typed(name) if name else say("file without a name")
    about = say("“{name}” does not go with {announcement}.", name=shown, announcement=announcement)
    return Screen("newsfile", (title(say("File refused")), text(about), text(why(reason, form))))

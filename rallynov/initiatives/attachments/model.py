"""Files of a dossier as its dialogue decides on them, before anything of them was looked at. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.dialogue.events import OfferedFile
from rallynov.initiatives.attachments import names
from rallynov.initiatives.attachments.kinds import MIMES, Refused, Why
from rallynov.initiatives.commands import AddAttachment
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.model import Attachment, Dossier

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"
FROM_CHAT, CHAT_MOST = "telegram:", 20 * 2**20
"""Where a file of Telegram is had, and the bytes of the heaviest one that Telegram lets us fetch."""


def held(dossier: Dossier) -> Sequence[Attachment]:
    """Return the files that count: those that are kept, and those that may be."""
    return tuple(one for one in dossier.attachments if one.state != REFUSED)


def waits(dossier: Dossier) -> bool:
    """Tell whether a file is still being fetched or examined."""
    return any(one.state == WAITING for one in dossier.attachments)


def offered(form: DossierForm, dossier: Dossier, file: OfferedFile) -> Refused | None:
    """Return why a file is refused as soon as it is offered, by what its channel tells; None when it may be fetched."""
    mine = held(dossier)
    name = names.cleaned(file.name)
    told = names.ending(name)
    if file.size > form.file_bytes:
        return Refused(Why.TOO_HEAVY, size=file.size)
    if file.size > CHAT_MOST and file.source.startswith(FROM_CHAT):
        return Refused(Why.TOO_HEAVY_FOR_CHAT, size=file.size)
    if told in names.FOREIGN:
        return Refused(Why.UNLISTED, told=told)
    if not told and file.mime and not name and file.mime not in MIMES.values():
        return Refused(Why.UNLISTED, found=_by_mime(file.mime))
    if len(mine) >= form.files_most:
        return Refused(Why.TOO_MANY)
    if sum(one.size for one in mine) + file.size > form.total_bytes:
        return Refused(Why.TOO_MUCH, size=file.size)
    return None


def _by_mime(mime: str) -> str:
    return {"audio": "sound", "video": "film"}.get(mime.partition("/")[0], "other")


def adding(dossier: Dossier, file: OfferedFile, attachment: str) -> tuple[Dossier, AddAttachment]:
    """Return the dossier once a file of it waits, and the command that makes it so; ``attachment`` is a new id."""
    name = names.cleaned(file.name)
    command = AddAttachment(dossier.id, attachment, file.source, name, file.size, file.mime)
    waiting = Attachment(attachment, name, file.mime, file.size, WAITING)
    return replace(dossier, attachments=(*dossier.attachments, waiting)), command


def removing(dossier: Dossier, attachment: str) -> Dossier:
    """Return the dossier without a file."""
    return replace(dossier, attachments=tuple(one for one in dossier.attachments if one.id != attachment))

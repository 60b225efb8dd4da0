"""What people are told of the files of a dossier: which are taken, what became of each, and how to mend a refusal. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rallynov.dialogue.screens import Screen, note, text, title
from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.initiatives.attachments.kinds import Examined, Refused, Why, read_refused
from rallynov.initiatives.attachments.model import KEPT, WAITING
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.model import Attachment

MEGABYTE = 2**20
FOUND: Mapping[str, Say] = {
    "pdf": say("a PDF document"),
    "jpg": say("a JPG picture"),
    "png": say("a PNG picture"),
    "odt": say("an ODT document"),
    "docx": say("a DOCX document"),
    "mp3": say("an MP3 sound"),
    "mp4": say("an MP4 film"),
    "exe": say("a program"),
    "html": say("a web page"),
    "svg": say("a drawing in SVG format"),
    "text": say("a plain text"),
    "zip": say("a ZIP archive"),
    "archive": say("an archive"),
    "doc": say("a document in an old Office format"),
    "docm": say("a document with macros"),
    "dotx": say("a template of a document"),
    "xlsx": say("a spreadsheet"),
    "ods": say("a spreadsheet"),
    "pptx": say("a slide show"),
    "odp": say("a slide show"),
    "epub": say("a digital book"),
    "rtf": say("a document in RTF format"),
    "gif": say("a GIF picture"),
    "webp": say("a WebP picture"),
    "tiff": say("a TIFF picture"),
    "bmp": say("a BMP picture"),
    "heic": say("a HEIC picture, as some phones make them"),
    "avif": say("an AVIF picture"),
    "mov": say("a film in MOV format"),
    "film": say("a film in another format than MP4"),
    "m4a": say("a sound in M4A format"),
    "sound": say("a sound in another format than MP3"),
}
"""What a file really is, by the name that the examination gives."""
OTHER = say("a file of another kind")
_TAKEN = say("I take PDF, JPG, PNG, ODT, DOCX, MP3 and MP4 files.")
_SENTENCES: Mapping[Why, Say] = {
    Why.EMPTY: say("This file is empty. Send it again, or look at it on your device first."),
    Why.BROKEN: say(
        "This file is cut short or damaged. Open it on your device, save it again, then send it."
    ),
    Why.BOMB: say(
        "Once opened, this file takes far too much room. Make it smaller or simpler, then send it again."
    ),
    Why.MACROS: say(
        "This document holds macros, small programs. Save it without macros, or as a PDF, then send it."
    ),
    Why.ACTIVE: say(
        "This document holds a script or another file, which could act by itself. Print it to a PDF, then send that."
    ),
    Why.LOCKED: say("This document asks for a password. Save it without one, then send it again."),
    Why.LATE: say(
        "It was ready only once the dossier could not be changed any more, so it is not part of it."
    ),
    Why.GONE: say("Its content could not be had any more. Please send it again."),
    Why.FAILED: say("It could not be fetched or examined, through no fault of yours. Please send it again."),
}


def rule(form: DossierForm) -> Words:
    """Say which files may be added to a dossier."""
    return say(
        "PDF, JPG, PNG, ODT, DOCX, MP3 or MP4; {each} MB each at most, {all} MB in all, {most} files at most.",
        each=megabytes(form.file_bytes),
        all=megabytes(form.total_bytes),
        most=form.files_most,
    )


def why(refused: Refused | str, form: DossierForm) -> Words:
    """Say why a file is refused, and what can be done about it; a stored reason is worded alike."""
    one = read_refused(refused) if isinstance(refused, str) else refused
    each, size = megabytes(form.file_bytes), megabytes(one.size)
    match one.why:
        case Why.TOO_HEAVY if one.size:
            return say("This file is too heavy ({size} MB): {each} MB at most.", size=size, each=each)
        case Why.TOO_HEAVY:
            return say("This file is too heavy: {each} MB at most.", each=each)
        case Why.TOO_HEAVY_FOR_CHAT:
            return say(
                "This file is too heavy for Telegram ({size} MB): 20 MB at most. Add it on the web instead.",
                size=size,
            )
        case Why.TOO_MANY:
            return say("This dossier has {most} files already: remove one first.", most=form.files_most)
        case Why.TOO_MUCH:
            return say(
                "With this file, those of the dossier would come to more than {all} MB: remove one first.",
                all=megabytes(form.total_bytes),
            )
        case Why.VIRUS:
            return say(
                "The antivirus found something harmful in it ({name}). It was deleted.", name=Typed(one.found)
            )
        case _:
            return _content(one)


def _content(one: Refused) -> Words:
    found = FOUND.get(one.found, OTHER)
    told = Typed(one.told.upper())
    match one.why:
        case Why.UNLISTED if one.told and not one.found:
            return say("I do not take {told} files. {taken}", told=told, taken=_TAKEN)
        case Why.UNLISTED:
            return say("This is {found}. {taken}", found=found, taken=_TAKEN)
        case Why.DISGUISED:
            return say(
                "Its name says {told}, but this is {found}. Give it its right name, or send the right file.",
                told=told,
                found=found,
            )
        case Why.TWOFOLD:
            return say(
                "This file is two things at once: {found} is hidden in it. Save it again from its own program, then send it.",
                found=found,
            )
        case _:
            return _SENTENCES.get(one.why, _SENTENCES[Why.FAILED])


def megabytes(size: int) -> float:
    """Return bytes as megabytes: whole ones when they are, else with one decimal, never rounded down to a limit."""
    exact = size / MEGABYTE
    return int(exact) if exact == int(exact) else max(0.1, -(-size * 10 // MEGABYTE) / 10)


def line(attachment: Attachment, form: DossierForm) -> Words:
    """Return a file as one line of a list."""
    name, size = _named(attachment.name), megabytes(attachment.size)
    if attachment.state == WAITING:
        return say("{name}: being checked, a few seconds", name=name)
    if attachment.state != KEPT:
        return say("{name}: not kept. {why}", name=name, why=why(attachment.reason, form))
    if attachment.scanned:
        return say("{name} ({size} MB)", name=name, size=size)
    return say("{name} ({size} MB), not analysed by an antivirus", name=name, size=size)


def kept(name: str, dossier: Words, examined: Examined, *, scanned: bool) -> Screen:
    """Tell whoever sent a file that it is kept."""
    told = [title(say("File added")), text(_added(name, dossier, examined))]
    if examined.cleaned:
        told.append(note(say("What it told beside its content (place, date, device) was removed.")))
    if not scanned:
        told.append(
            note(say("It was not analysed by an antivirus: this service has none, or it did not answer."))
        )
    return Screen("file", tuple(told))


def _added(name: str, dossier: Words, examined: Examined) -> Words:
    size = megabytes(examined.size)
    return say(
        "“{name}” ({size} MB) is now part of “{dossier}”.", name=Typed(name), size=size, dossier=dossier
    )


def refused(name: str, dossier: Words, reason: Refused, form: DossierForm) -> Screen:
    """Tell whoever sent a file that it is not kept, and why."""
    about = say("“{name}” was not added to “{dossier}”.", name=_named(name), dossier=dossier)
    return Screen("file", (title(say("File not added")), text(about), text(why(reason, form))))


def _named(name: str) -> Words:
    return Typed(name) if name else say("file without a name")

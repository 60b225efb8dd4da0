"""An announcement as whoever asked for it receives it, and what those who make it are told on its way. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from rallynov.announcements.model import DECORATION, Announcement, Content
from rallynov.announcements.when import told as moment
from rallynov.dialogue.screens import Block, Choice, Media, Screen, listing, note, quote, rich, text, title
from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.editions.stages import screens as stages
from rallynov.editions.stages.model import Stage, Status
from rallynov.text import utf16_len

FILED_MOST = 1024
"""UTF-16 units of the words under a picture or a document; Telegram refuses more."""
ALONE_MOST = 4000
"""UTF-16 units of one message without any."""
_AROUND = 150
"""Units that the signature and the way out take at most, beside the name of who writes."""
_LABELS = 320
"""Units that the words of a card take at most, beside what the calendar says of the stage; a test measures them."""
_CHANGED = 75
"""Units of the line that tells that a stage was cancelled or postponed."""
_UNKNOWN = 90
"""Units of the words that stand for an accessibility that nobody told."""
_STAGES = Choice(stages.ALL, say("See the stages"))
_LEAVE = note(say("To stop everything, reminders too: “/stop”. To choose what you receive: “/annonces”."))


def received(announcement: Announcement, stage: Stage | None) -> Screen:
    """Return what a recipient is shown; ``stage`` is that of its card, as it stands now.

    It is one message, with the picture or the document: the card takes the room that the text leaves it.
    """
    card = _fitting(stage, _room(announcement))
    signature = note(signed(announcement.organisation))
    blocks = (*_words(announcement.content), *card, signature, _LEAVE)
    actions = (_STAGES,) if stage else ()
    return Screen("announcement", blocks, (), actions, media=media(announcement))


def told(content: Content, stage: Stage | None) -> tuple[Block, ...]:
    """Return what is told, without its signature: for the archive too."""
    return (*_words(content), *(_card(stage, stages.facts(stage)) if stage else ()))


def _words(content: Content) -> tuple[Block, ...]:
    return (title(Typed(content.title)), rich(Typed(content.text)))


def signed(organisation: str) -> Say:
    """Name who writes."""
    if organisation:
        return say(
            "Sent on behalf of {organisation}, partner of the rally.", organisation=Typed(organisation)
        )
    return say("Sent by the team of the rally.")


def media(announcement: Announcement) -> Media | None:
    """Return the picture, with the words that stand for it, or the document that goes with an announcement."""
    content = announcement.content
    named = content.picture or content.document
    file = next((one for one in announcement.files if one.id == named), None)
    if file is None:
        return None
    if not content.picture:
        return Media("document", file.id, Typed(file.name))
    return Media("photo", file.id, Typed("" if content.alt == DECORATION else content.alt or file.name))


def _room(announcement: Announcement) -> int:
    """Return the units that are left for the card, whatever the language."""
    content = announcement.content
    most = FILED_MOST if content.picture or content.document else ALONE_MOST
    return most - sum(map(utf16_len, (content.title, content.text, announcement.organisation))) - _AROUND


def _fitting(stage: Stage | None, room: int) -> tuple[Block, ...]:
    """Return the fullest card that fits: without its accessibility, then its host, then its address; or none."""
    if stage is None:
        return ()
    fits = (_card(stage, facts) for size, facts in _forms(stage) if size <= room)
    return next(fits, ())


def _forms(stage: Stage) -> Iterator[tuple[int, tuple[Words, ...]]]:
    """Return what a card may tell, the fullest first, each with the units it takes."""
    hostless = replace(stage, host="")
    bare = replace(hostless, address="")
    yield _size(stage) + (utf16_len(stage.access) or _UNKNOWN), stages.facts(stage)
    for one in (stage, hostless, bare):
        yield _size(one), stages.facts(one)[:-1]


def _size(stage: Stage) -> int:
    told = (stage.place, stage.place, stage.address, stage.department, stage.host)
    return _LABELS + sum(map(utf16_len, told)) + (_CHANGED if stages.status(stage) else 0)


def _card(stage: Stage, facts: tuple[Words, ...]) -> tuple[Block, ...]:
    """Return a card; nobody is asked to a stage that is cancelled."""
    named = say("{place}, {day}", place=Typed(stage.place), day=stages.day(stage.starts))
    how = note(say("To sign up or to see how many come, type “/etape {number}”.", number=stage.number))
    asked = () if stage.status is Status.CANCELLED else (how,)
    return (title(named), *stages.status(stage), listing(*facts), *asked)


def to_read(announcement: Announcement) -> Screen:
    """Tell who may approve an announcement, or its correction, that it waits to be read."""
    said = say("This announcement leaves once another person than who wrote it has read it:")
    if announcement.correction:
        said = say("This announcement was sent. Its correction is made once another person has read it:")
    how = note(say("To read it, then to approve it or to refuse it, type “/valider”."))
    whose = note(signed(announcement.organisation))
    return _staff(title(say("An announcement to read")), text(said), quote(_named(announcement)), whose, how)


def unread(announcement: Announcement) -> Screen:
    """Tell who gave an announcement to be read that nobody can read it yet, and who helps."""
    return _staff(
        title(say("Nobody can read it yet")),
        text(
            say(
                "“{title}” is kept: nothing is done before another person has read it.",
                title=_named(announcement),
            )
        ),
        text(
            say(
                "Nobody else has the role for that: the coordination of the rally can invite an approver, who then finds it "
                "with “/valider”."
            )
        ),
    )


def refused(announcement: Announcement, reason: str) -> Screen:
    """Tell those who wrote that it was refused, and why."""
    return _staff(
        title(say("Your announcement was refused")),
        text(say("“{title}” does not leave as it is. Who read it says why:", title=_named(announcement))),
        quote(Typed(reason)),
        note(say("Your draft is there: type “/diffuser” to mend it and give it to be read again.")),
    )


def approved(announcement: Announcement, leaves: datetime) -> Screen:
    """Tell those who wrote when it leaves."""
    told = say(
        "“{title}” was approved. It leaves on {moment}.", title=_named(announcement), moment=moment(leaves)
    )
    back = note(say("Until then you can still take it back: type “/diffuser”."))
    return _staff(title(say("Your announcement is approved")), text(told), back)


def given_back(announcement: Announcement) -> Screen:
    """Tell those who wrote that the approval was taken back."""
    told = say(
        "Who had approved “{title}” wants to read it again: it does not leave yet.",
        title=_named(announcement),
    )
    return _staff(title(say("Your announcement waits again")), text(told), _FOLLOW)


def correction_refused(announcement: Announcement, reason: str) -> Screen:
    """Tell who would correct an announcement that it stays as it is, and why."""
    return _staff(
        title(say("Your correction was refused")),
        text(say("“{title}” stays as it was sent. Who read it says why:", title=_named(announcement))),
        quote(Typed(reason)),
        _FOLLOW,
    )


def corrected(announcement: Announcement) -> Screen:
    """Tell those who wrote that what was delivered is being corrected."""
    told = say(
        "“{title}” is being corrected where it was received. What cannot be changed any more is counted.",
        title=_named(announcement),
    )
    return _staff(title(say("An announcement is corrected")), text(told), _FOLLOW)


def withdrawn(announcement: Announcement) -> Screen:
    """Tell those who wrote that what was delivered is being taken back."""
    told = say(
        "“{title}” is being taken back from those who received it. What cannot be erased any more is replaced by a notice, "
        "or counted.",
        title=_named(announcement),
    )
    return _staff(title(say("An announcement is withdrawn")), text(told), _FOLLOW)


def cancelled(announcement: Announcement) -> Screen:
    """Tell those who wrote that somebody else cancelled it."""
    told = say(
        "“{title}” was cancelled: who has not received it does not receive it.", title=_named(announcement)
    )
    return _staff(title(say("An announcement was cancelled")), text(told), _FOLLOW)


def sent(announcement: Announcement, *summary: Words) -> Screen:
    """Tell those who wrote that it has left entirely, and what became of it."""
    told = say("“{title}” has left.", title=_named(announcement))
    return _staff(title(say("Your announcement is sent")), text(told), listing(*summary), _FOLLOW)


def held(announcement: Announcement) -> Screen:
    """Tell those who wrote that it did not leave when it was due, and who decides."""
    told = say(
        "“{title}” should have left on {moment}, and the service was stopped. It has not left: the team says whether it "
        "still does.",
        title=_named(announcement),
        moment=moment(announcement.due or announcement.changed),
    )
    return _staff(title(say("Your announcement is late")), text(told), _FOLLOW)


_FOLLOW = note(say("To follow it, type “/envois”."))


def _named(announcement: Announcement) -> Typed:
    return Typed(announcement.content.title)


def _staff(*blocks: Block) -> Screen:
    return Screen("news", blocks)

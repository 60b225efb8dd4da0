"""An announcement as whoever asked for it receives it, and what those who make it are told on its way. Pure."""

from __future__ import annotations

from datetime import datetime

from rallynov.announcements.model import Announcement, Content
from rallynov.announcements.when import told as moment
from rallynov.dialogue.screens import Block, Choice, Media, Screen, listing, note, quote, rich, text, title
from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.editions.stages import screens as stages
from rallynov.editions.stages.model import Stage

_STAGES = Choice(stages.ALL, say("See the stages"))
_LEAVE = note(say("To receive nothing more of this kind: “/stop”. To choose what you receive: “/annonces”."))


def received(announcement: Announcement, stage: Stage | None) -> Screen:
    """Return what a recipient is shown; ``stage`` is that of its card, as it stands now.

    The picture or the document goes in the same message.
    """
    blocks = (*told(announcement.content, stage), note(signed(announcement.organisation)), _LEAVE)
    actions = (_STAGES,) if stage else ()
    return Screen("announcement", blocks, (), actions, media=_media(announcement))


def told(content: Content, stage: Stage | None) -> tuple[Block, ...]:
    """Return what is told, without its signature: for the archive too."""
    return (title(Typed(content.title)), rich(Typed(content.text)), *_card(stage))


def signed(organisation: str) -> Say:
    """Name who writes."""
    if organisation:
        return say(
            "Sent on behalf of {organisation}, partner of the rally.", organisation=Typed(organisation)
        )
    return say("Sent by the team of the rally.")


def _media(announcement: Announcement) -> Media | None:
    content = announcement.content
    named = content.picture or content.document
    file = next((one for one in announcement.files if one.id == named), None)
    if file is None:
        return None
    return Media("photo" if content.picture else "document", file.id, Typed(file.name))


def _card(stage: Stage | None) -> tuple[Block, ...]:
    if stage is None:
        return ()
    named = say("{place}, {day}", place=Typed(stage.place), day=stages.day(stage.starts))
    how = note(say("To sign up or to see how many come, type “/etape {number}”.", number=stage.number))
    return (title(named), listing(*stages.facts(stage)), how)


def to_read(announcement: Announcement) -> Screen:
    """Tell who may approve an announcement, or its correction, that it waits to be read."""
    said = say("This announcement leaves once another person than who wrote it has read it:")
    if announcement.correction:
        said = say("This announcement was sent. Its correction is made once another person has read it:")
    how = note(say("To read it, then to approve it or to refuse it, type “/valider”."))
    whose = note(signed(announcement.organisation))
    return _staff(title(say("An announcement to read")), text(said), quote(_named(announcement)), whose, how)


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

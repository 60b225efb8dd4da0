"""Answering one part of an announcement: what is chosen, typed or sent, and where it leads. Pure.

Whatever is typed is kept, too long or not: it is told by how much, and an announcement that does not fit is not submitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.announcements import when
from rallynov.announcements.attached import attaching, refused_at_once
from rallynov.announcements.crowd_model import Crowd
from rallynov.announcements.model import (
    ALT_MOST,
    DECORATION,
    TITLE_MOST,
    Announcement,
    Audience,
    Standing,
)
from rallynov.announcements.screens import audience as audiences
from rallynov.announcements.screens import draft as drafts
from rallynov.announcements.screens import parts
from rallynov.announcements.screens.draft import Desk
from rallynov.announcements.writing.keeping import Pen
from rallynov.announcements.writing.spots import PARTS, Part, Spot, View, mark
from rallynov.dialogue.events import OfferedFile
from rallynov.dialogue.screens import Block, Screen, note, quote, text
from rallynov.dialogue.turn import Move
from rallynov.dialogue.words import Typed, plural, say
from rallynov.people.consents.model import Topic
from rallynov.text import clean_line, utf16_len

_CHANGED = say(
    "Somebody writing with you has changed it meanwhile: here is what it is now. Yours was not kept:"
)
_TYPED = frozenset((Part.TITLE, Part.TEXT))


def screen(pen: Pen, desk: Desk) -> Screen:
    """Draw the part that is asked."""
    spot, draft = pen.spot, pen.draft
    match Part(spot.target):
        case Part.TOPIC:
            return drafts.topic(spot, desk)
        case Part.TITLE:
            return drafts.heading(spot, draft)
        case Part.TEXT:
            return drafts.words(spot, draft)
        case Part.FILE:
            return drafts.file(spot, draft)
        case Part.ALT:
            return drafts.alt(spot, draft)
        case Part.STAGE:
            return drafts.stage(spot, draft, desk)
        case Part.AUDIENCE:
            return audiences.audience(spot, draft, pen.scene.of(Crowd), desk)
        case Part.WHEN:
            return drafts.when(spot, draft, when.tomorrow(pen.scene.now), desk)


def choose(pen: Pen, key: str, desk: Desk) -> Move:
    """Decide on a choice or an action of a part."""
    head, _, tail = key.partition("-")
    match head:
        case "back":
            return Move(to=_before(pen, desk).place)
        case "skip" | "keep" | "done":
            return Move(to=onward(pen.spot, pen.draft, desk).place)
        case "t" if tail in desk.topics:
            return _on(pen.topic(Topic(tail)), desk)
        case "unfile":
            bare = replace(pen.draft.content, picture="", document="", alt="")
            return pen.content(bare).moved(_pinned(pen))
        case "decorates":
            return _on(pen.content(replace(pen.draft.content, alt=DECORATION)), desk)
        case "st" if tail.isdigit():
            known = {0, *(one.number for one in desk.stages)}
            return _staged(pen, int(tail), desk) if int(tail) in known else Move()
        case "soon" | "tomorrow" | "urgent":
            return _timed(pen, head, desk)
        case _:
            return _crowded(pen, head, tail)


def _staged(pen: Pen, number: int, desk: Desk) -> Move:
    told = pen.content(replace(pen.draft.content, stage=number))
    if not number and pen.draft.audience.seated:
        told = told.audience(replace(pen.draft.audience, seated=False))
    return _on(told, desk)


def _timed(pen: Pen, head: str, desk: Desk) -> Move:
    draft = pen.draft
    match head:
        case "urgent" if desk.team:
            return pen.wish(draft.wish, urgent=not draft.urgent).moved(pen.spot)
        case "tomorrow":
            return _wished(pen, when.Wish(when.tomorrow(pen.scene.now)), desk)
        case "soon":
            return _wished(pen, when.Wish(None), desk)
        case _:
            return Move()


def _crowded(pen: Pen, head: str, name: str) -> Move:
    """Change who it is for: the screen that follows counts anew."""
    asked = pen.draft.audience
    match head:
        case "f" if name in audiences.FILTERS:
            return Move(to=pen.spot.to(View.FILTER, name, int(pen.spot.view is View.NEXT)).place)
        case "members":
            return pen.audience(replace(asked, members=not asked.members)).moved(pen.spot)
        case "seated":
            return pen.audience(replace(asked, seated=not asked.seated)).moved(pen.spot)
        case "all":
            return pen.audience(Audience()).moved(pen.spot)
        case _:
            return Move()


def filtered(pen: Pen, key: str) -> Move:
    """Tick one thing that an audience asks on or off."""
    head, _, option = key.partition("-")
    if head != "x":
        return Move(to=pen.spot.to(View.NEXT if pen.spot.seen else View.EDIT, Part.AUDIENCE).place)
    asked, name = pen.draft.audience, pen.spot.target
    if name == "told":
        return pen.audience(replace(asked, told="" if asked.told == option else option)).moved(pen.spot)
    now = audiences.ticked(asked, name)
    after = tuple(one for one in now if one != option) if option in now else (*now, option)
    match name:
        case "territories":
            asked = replace(asked, territories=after)
        case "themes":
            asked = replace(asked, themes=after)
        case "standings":
            asked = replace(asked, standings=tuple(map(Standing, after)))
        case _:
            asked = replace(asked, but=tuple(map(Standing, after)))
    return pen.audience(asked).moved(pen.spot)


def write(pen: Pen, typed: str, desk: Desk) -> Move | None:
    """Keep a title, a text or a moment that was typed; None where there is only something to choose."""
    part = Part(pen.spot.target)
    if part in _TYPED and pen.spot.seen not in {None, mark(pen.draft, part)}:
        return Move(to=_pinned(pen).place, lead=(text(_CHANGED), quote(Typed(typed))))
    match part:
        case Part.TITLE:
            return _headed(pen, clean_line(typed), desk)
        case Part.TEXT:
            return _told(pen, typed, desk)
        case Part.ALT:
            return _described(pen, clean_line(typed), desk)
        case Part.WHEN:
            read = when.read(typed, pen.scene.now)
            return (
                Move(lead=(text(read.words),)) if isinstance(read, when.Unread) else _wished(pen, read, desk)
            )
        case _:
            return None


def _headed(pen: Pen, title: str, desk: Desk) -> Move:
    told = pen.content(replace(pen.draft.content, title=title))
    over = utf16_len(title) - TITLE_MOST
    if over <= 0:
        return _on(told, desk)
    kept = note(say("What you typed is kept; type the title shorter."))
    return told.moved(_pinned(told), text(parts.title_too_long(over)), kept)


def _described(pen: Pen, words: str, desk: Desk) -> Move:
    over = utf16_len(words) - ALT_MOST
    if over <= 0:
        return _on(pen.content(replace(pen.draft.content, alt=words)), desk)
    said = plural(
        "{n} character too many: {most} fit. Here is what you typed:",
        "{n} characters too many: {most} fit. Here is what you typed:",
        over,
        most=ALT_MOST,
    )
    return Move(lead=(text(said), quote(Typed(words))))


def _told(pen: Pen, typed: str, desk: Desk) -> Move:
    told = pen.content(replace(pen.draft.content, text=typed))
    over = told.draft.content.excess
    if not over:
        return _on(told, desk)
    kept = note(say("Your text is kept; shorten it and send it whole again."))
    return told.moved(_pinned(told), text(parts.too_long(told.draft.content, over)), kept)


def _wished(pen: Pen, wish: when.Wish, desk: Desk) -> Move:
    lead: list[Block] = [text(one) for one in wish.said]
    if wish.at is None:
        lead.append(note(say("Kept: it leaves as soon as it is approved, ten minutes later at least.")))
    else:
        lead += [note(say("Kept: {moment}.", moment=when.told(wish.at))), *when.shifted(wish.at)]
    return _on(pen.wish(wish.at, urgent=pen.draft.urgent), desk, *lead)


def attach(pen: Pen, file: OfferedFile) -> Move:
    """Have a picture or a document examined; say at once why, when it cannot be one."""
    if refused := refused_at_once(file):
        return Move(lead=(text(refused),))
    pen = pen.content(replace(pen.draft.content, alt=""))
    draft, order = attaching(pen.draft, file, pen.scene.secret)
    told = replace(pen, draft=draft, orders=(*pen.orders, order))
    spot = pen.spot if pen.spot.view in {View.NEXT, View.EDIT} else pen.spot.to(View.EDIT, Part.FILE)
    spot = spot.to(spot.view, Part.ALT) if draft.files[-1].picture and spot.target == Part.FILE else spot
    lead = note(say("I am checking it: a few seconds. You are told here, and you may go on meanwhile."))
    return told.moved(spot, lead)


def onward(spot: Spot, draft: Announcement, desk: Desk) -> Spot:
    """Return where a part leads: to the next one in its turn; back to the whole when it was changed from there."""
    if spot.view is not View.NEXT:
        return spot.to(View.WHOLE)
    after = PARTS[PARTS.index(Part(spot.target)) + 1 :]
    left = [part for part in _asked_of(draft) if part in after]
    return asked(spot, draft, left[0], desk) if left else spot.to(View.WHOLE)


def _asked_of(draft: Announcement) -> Sequence[Part]:
    """Return what is asked of a draft: no words for a picture where there is none."""
    return PARTS if parts.pictured(draft) else [part for part in PARTS if part is not Part.ALT]


def asked(spot: Spot, draft: Announcement, part: Part, desk: Desk) -> Spot:
    """Return the spot at which a part is asked in its turn; a topic that cannot be chosen is not asked."""
    if part is Part.TOPIC and len(desk.topics) == 1 and draft.topic:
        part = Part.TITLE
    return pinned(spot.to(View.NEXT, part), draft)


def pinned(spot: Spot, draft: Announcement) -> Spot:
    """Note what the person is about to have before their eyes, where they type."""
    return replace(spot, seen=mark(draft, spot.target) if spot.target in _TYPED else None)


def _pinned(pen: Pen) -> Spot:
    return pinned(pen.spot, pen.draft)


def _on(pen: Pen, desk: Desk, *lead: Block) -> Move:
    return pen.moved(onward(pen.spot, pen.draft, desk), *lead)


def _before(pen: Pen, desk: Desk) -> Spot:
    if pen.spot.view is View.EDIT:
        return pen.spot.to(View.WHOLE)
    before = PARTS[: PARTS.index(Part(pen.spot.target))]
    before = tuple(part for part in _asked_of(pen.draft) if part in before)
    if not before or (len(before) == 1 and len(desk.topics) == 1):
        return Spot()
    return pinned(pen.spot.to(View.NEXT, before[-1]), pen.draft)

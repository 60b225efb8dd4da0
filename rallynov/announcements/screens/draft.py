"""What is asked of a draft, part by part, and the whole of it before it is given to be read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rallynov.announcements.crowd_model import Crowd
from rallynov.announcements.model import ALT_MOST, CAPTION_MOST, DECORATION, TITLE_MOST, Announcement
from rallynov.announcements.screens import parts
from rallynov.announcements.screens.home import refusal
from rallynov.announcements.screens.parts import BACK, MENU, MINE, topic_named
from rallynov.announcements.when import shifted
from rallynov.announcements.when import told as moment
from rallynov.announcements.writing.spots import Part, Spot, View
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Typed, Words, say
from rallynov.editions.stages.model import Stage
from rallynov.editions.stages.screens import day as named_day
from rallynov.editions.stages.screens import line as stage_line
from rallynov.people.consents.flow import ABOUT
from rallynov.people.consents.model import Topic
from rallynov.text.marks import plain

KEEP = Choice("keep", say("Keep it as it is"))
SKIP = Choice("skip", say("Skip"))
ON = Choice("done", say("Continue"))
_SHOWN = 160
MARKS = say(
    "To set off a word: *bold* between two stars, _italic_ between two underscores. A line that begins with a dash is an "
    "item of a list, with the sign > a quotation. An address that begins with https:// becomes a link."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a writer has at hand: who they write as, the topics they may choose, the stages to come."""

    topics: tuple[Topic, ...]
    stages: tuple[Stage, ...]
    organisation: str
    team: bool
    now: datetime


def topic(spot: Spot, desk: Desk) -> Screen:
    """Ask what it is about."""
    blocks = (
        title(say("What is it about?")),
        text(say("It is sent to those alone who asked for this topic.")),
        listing(*(ABOUT[one] for one in desk.topics)),
    )
    choices = tuple(Choice(f"t-{one}", topic_named(one)) for one in desk.topics)
    return Screen("news:topic", blocks, choices, _actions(spot, skip=False))


def heading(spot: Spot, draft: Announcement) -> Screen:
    """Ask for the title."""
    asked = say("Type the title: what it is about, in a few words. {most} characters fit.", most=TITLE_MOST)
    return _typed("news:title", say("The title"), asked, draft.content.title, spot)


def words(spot: Spot, draft: Announcement) -> Screen:
    """Ask for the text."""
    asked = say(
        "Type the text, in one message. {most} characters fit, title included. Short sentences: who, what, when, where, and "
        "what to do.",
        most=draft.content.room,
    )
    shown = _typed("news:text", say("The text"), asked, draft.content.text, spot)
    return Screen(shown.name, (*shown.blocks, note(MARKS)), (), shown.actions, free=True)


def _typed(name: str, head: Words, asked: Words, now: str, spot: Spot) -> Screen:
    """Ask for something that is typed; what is there is shown, to be copied and changed."""
    there = (note(say("As it is now:")), quote(Typed(now))) if now else ()
    return Screen(
        name, (title(head), text(asked), *there), (), _actions(spot, skip=False, keep=bool(now)), free=True
    )


def file(spot: Spot, draft: Announcement) -> Screen:
    """Ask for a picture or a document, or show the one that is there."""
    held = parts.held(draft)
    blocks: list[Block] = [title(say("A picture or a document?"))]
    if held:
        blocks.append(listing(parts.file_line(held)))
    blocks.append(
        text(
            say(
                "Send one picture (JPG, PNG) or one document (PDF, ODT, DOCX) here. It is checked before it goes with the "
                "announcement. With it, {most} characters fit, title included.",
                most=CAPTION_MOST,
            )
        )
    )
    choices = (Choice("unfile", say("Take it out")),) if held else ()
    return Screen("news:file", tuple(blocks), choices, _actions(spot, skip=not held, keep=bool(held)))


def alt(spot: Spot, draft: Announcement) -> Screen:
    """Ask what the picture shows, for those who cannot see it."""
    now = draft.content.alt
    there = (note(say("As it is now:")), quote(Typed(now))) if now and now != DECORATION else ()
    blocks = (
        title(say("What does the picture show?")),
        text(
            say(
                "Some of those who read cannot see it: your words are read out to them, on the web and in the archive. Type "
                "one sentence, {most} characters at most. If the picture holds words (a date, a place), say them.",
                most=ALT_MOST,
            )
        ),
        *there,
    )
    plain_ = Choice("decorates", say("It only decorates: the text says it all"))
    return Screen("news:alt", blocks, (plain_,), _actions(spot, skip=False, keep=bool(now)), free=True)


def stage(spot: Spot, draft: Announcement, desk: Desk) -> Screen:
    """Ask for the stage whose card is added."""
    there = next((one for one in desk.stages if one.number == draft.content.stage), None)
    blocks: list[Block] = [title(say("A stage of the rally?"))]
    if not desk.stages:
        blocks.append(text(say("No stage to come is in the calendar.")))
    else:
        blocks.append(
            text(
                say("Its card is added under the text: date, place, how to sign up. It follows the calendar.")
            )
        )
    if there:
        blocks.append(note(say("Now: {stage}", stage=stage_line(there))))
    choices = tuple(Choice(f"st-{one.number}", stage_line(one)) for one in desk.stages)
    none = (Choice("st-0", say("Without a stage")),) if draft.content.stage else ()
    return Screen(
        "news:stage", tuple(blocks), (*choices, *none), _actions(spot, skip=not there, keep=bool(there))
    )


def when(spot: Spot, draft: Announcement, tomorrow: datetime, desk: Desk) -> Screen:
    """Ask when it should leave."""
    wish = draft.wish
    now = (note(say("Now: {moment}", moment=moment(wish))), *shifted(wish)) if wish else ()
    blocks = (
        title(say("When should it leave?")),
        text(say("Choose, or type a day and an hour, for example: Monday 14:30, or 12 March 2027 at 9:00.")),
        note(
            say(
                "Ten minutes at least after its approval, so that it may still be taken back. Nobody is written to between "
                "20:00 and 8:00, on Sundays and on public holidays."
            )
        ),
        *now,
        *((_urgency(draft),) if desk.team else ()),
    )
    choices = [
        Choice("soon", say("As soon as it is approved")),
        Choice("tomorrow", say("Tomorrow at 9:00 ({day})", day=named_day(tomorrow))),
    ]
    if desk.team:
        label = say("It is not urgent") if draft.urgent else say("It is urgent")
        choices.append(Choice("urgent", label))
    return Screen(
        "news:when",
        blocks,
        tuple(choices),
        _actions(spot, skip=False, keep=spot.view is View.EDIT),
        free=True,
    )


def _urgency(draft: Announcement) -> Block:
    if draft.urgent:
        return text(say("Urgent: it does not wait for the 48 hours between two announcements to one person."))
    return note(
        say("Not urgent: whoever received another announcement less than 48 hours ago receives it later.")
    )


def _actions(spot: Spot, *, skip: bool, keep: bool = False) -> tuple[Choice, ...]:
    """Return what stands beside a part: asked in its turn, it leads on; changed from the whole, it leads back there."""
    if spot.view is View.EDIT:
        return (KEEP, MINE) if keep or skip else (BACK, MINE)
    onward = (ON,) if keep else (SKIP,) if skip else ()
    back = (BACK,) if spot.target != Part.TOPIC else ()
    return (*onward, *back, MINE)


_EDITS: Sequence[tuple[Part, Words]] = (
    (Part.TITLE, say("Change the title")),
    (Part.TEXT, say("Change the text")),
    (Part.FILE, say("Picture or document")),
    (Part.ALT, say("What the picture shows")),
    (Part.STAGE, say("Card of a stage")),
    (Part.AUDIENCE, say("Who it is for")),
    (Part.WHEN, say("When it leaves")),
    (Part.TOPIC, say("Change the topic")),
)


def whole(draft: Announcement, crowd: Crowd, desk: Desk) -> Screen:
    """The whole draft: what it holds, how many it is for, what is missing, and all that may be done."""
    lacks = parts.lacks(draft)
    blocks: list[Block] = [
        title(say("Draft {name}", name=parts.named(draft)) if draft.number else parts.named(draft)),
        *refusal(draft),
        listing(*_held(draft, desk)),
        *parts.counted(draft, crowd),
        *lacks,
    ]
    ready = [Choice("submit", say("Give it to be read by another person"))] if not lacks else []
    see = [Choice("preview", say("See it as it will be received")), Choice("test", say("Send me a test"))]
    able = bool(draft.content.title and draft.content.text)
    edits = [
        Choice(f"edit-{part}", label)
        for part, label in _EDITS
        if (part is not Part.TOPIC or len(desk.topics) > 1)
        and (part is not Part.ALT or parts.pictured(draft))
    ]
    choices = (*(see if able else []), *ready, *edits)
    return Screen("news:whole", tuple(blocks), choices, (Choice("discard", say("Throw it away")), MINE, MENU))


def _held(draft: Announcement, desk: Desk) -> list[Words]:
    """Return what a draft holds, one line each."""
    content = draft.content
    lines: list[Words] = []
    if draft.topic:
        lines.append(say("Topic: {topic}", topic=topic_named(draft.topic)))
    if content.text:
        lines.append(say("Text: {text}", text=Typed(_cut(plain(content.text)))))
    if one := parts.held(draft):
        lines.append(say("File: {file}", file=parts.file_line(one)))
    if parts.pictured(draft) and (told := parts.described(content)):
        lines.append(told)
    if content.stage:
        there = next((one for one in desk.stages if one.number == content.stage), None)
        gone: Words = say("stage {number}, which is over or gone", number=content.stage)
        lines.append(say("Card: {stage}", stage=stage_line(there) if there else gone))
    lines += parts.audience_lines(draft) or [say("For all who asked for this topic")]
    soon: Words = say("as soon as it is approved")
    lines.append(say("It leaves: {moment}", moment=moment(draft.wish) if draft.wish else soon))
    if draft.urgent:
        lines.append(say("Urgent"))
    return lines


def _cut(words_: str) -> str:
    line = " ".join(words_.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN].rstrip() + "…"


def submitting(draft: Announcement, crowd: Crowd) -> Screen:
    """Ask whether it is to be read now."""
    own: Words = moment(draft.wish) if draft.wish else say("as soon as it is approved")
    blocks = (
        title(say("Give it to be read?")),
        text(parts.named(draft)),
        *parts.counted(draft, crowd),
        text(say("It leaves: {moment}", moment=own)),
        *(shifted(draft.wish) if draft.wish else ()),
        note(
            say(
                "Another person reads it: somebody of the team, or a partner who approves announcements. Meanwhile it cannot "
                "be changed, but you may take it back."
            )
        ),
    )
    yes = Choice("go", say("Yes, give it to be read"), "choices:yes:synonyms")
    return Screen(
        "news:submit", blocks, (yes, Choice("whole", say("Not yet"), "choices:no:synonyms")), (MINE,)
    )


def discarding(draft: Announcement) -> Screen:
    """Ask whether a draft is thrown away."""
    blocks = (title(say("Throw it away?")), text(parts.named(draft)), note(say("It cannot be had back.")))
    yes = Choice("go", say("Yes, throw it away"))
    return Screen("news:discard", blocks, (yes, Choice("whole", say("Keep it"), "choices:no:synonyms")), ())

"""What whoever approves announcements is shown: what waits, one as it would be received, its number, a reason. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rallynov.announcements.crowd_model import Crowd
from rallynov.announcements.letters import received, signed
from rallynov.announcements.model import CERTAIN, REGRET, Announcement
from rallynov.announcements.screens import parts
from rallynov.announcements.screens.parts import BACK, MENU, named, topic_named
from rallynov.announcements.when import shifted
from rallynov.announcements.when import told as moment
from rallynov.dialogue.screens import Block, Choice, Paper, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Typed, Words, say
from rallynov.editions.stages.model import Stage

LIST = Choice("list", say("Announcements to read"))
REASON_MOST = 500
"""Characters of a reason."""
_APPROVE = Choice("approve", say("Approve it"), "choices:approve:synonyms")
_REFUSE = Choice("refuse", say("Refuse it, with a reason"), "choices:refuse:synonyms")
_TEST = Choice("test", say("Send me a test"))
_RULE = note(Typed("—" * 12))


def waiting(to_read: tuple[Announcement, ...], approved: tuple[Announcement, ...]) -> Screen:
    """List what waits to be read, and what was approved and may still be taken back."""
    blocks: list[Block] = [title(say("Announcements to read"))]
    if to_read:
        blocks.append(text(say("Nothing leaves before another person than who wrote it has read it.")))
    else:
        blocks.append(text(say("Nothing waits to be read. You are told here when something does.")))
    choices = [Choice(f"r-{one.id}", _listed(one)) for one in to_read]
    for one in approved:
        label = say("Take my approval back: {name}", name=named(one))
        choices.append(Choice(f"b-{one.id}", label))
    return Screen("review", tuple(blocks), tuple(choices), (MENU,))


def _listed(one: Announcement) -> Words:
    who: Words = Typed(one.organisation) if one.organisation else say("the team")
    if one.correction:
        return say("{name} ({who}), correction", name=named(one), who=who)
    return say("{name} ({who})", name=named(one), who=who)


def reading(one: Announcement, stage: Stage | None, count: int, crowd: Crowd, now: datetime) -> Screen:
    """Show an announcement as it would be received, to how many people, and when."""
    exact = (
        note(say("Between the two lines, what is received:")),
        _RULE,
        *received(one, stage).blocks,
        _RULE,
    )
    about: list[Words] = []
    if one.topic:
        about.append(say("For those who asked for: {topic}", topic=topic_named(one.topic)))
    if one.content.picture and (told := parts.described(one.content)):
        about.append(told)
    about += parts.audience_lines(one)
    about.append(_leaving(one))
    if one.urgent:
        about.append(
            say("Urgent: it does not wait for the 48 hours between two announcements to one person.")
        )
    shown = (
        title(say("To read: {name}", name=named(one))),
        note(signed(one.organisation)),
        *exact,
        listing(*about),
        *parts.reckoned(one, count, crowd),
        *shifted(max(one.wish or now, now + REGRET)),
    )
    return Screen("review:one", shown, (_APPROVE, _REFUSE, _TEST), (LIST, MENU), papers=_papers(one))


def _leaving(one: Announcement) -> Words:
    if one.wish:
        return say("It should leave on {moment}.", moment=moment(one.wish))
    return say("It leaves ten minutes after your approval, at the earliest.")


def correction(one: Announcement, stage: Stage | None) -> Screen:
    """Show what would take the place of what was delivered, and what was."""
    after = replace(one, content=one.correction or one.content)
    blocks = (
        title(say("Correction to read: {name}", name=named(one))),
        note(say("It takes the place of what was sent, where it was received. Nobody is written to again.")),
        note(say("As it was sent:")),
        quote(Typed(one.content.title)),
        quote(Typed(one.content.text)),
        note(say("Between the two lines, what is received:")),
        _RULE,
        *received(after, stage).blocks,
        _RULE,
    )
    return Screen("review:correction", blocks, (_APPROVE, _REFUSE), (LIST, MENU))


def certain(one: Announcement, count: int) -> Screen:
    """Ask for the number of recipients, which is typed so that nobody approves it by a slip."""
    asked = say(
        "{count} people would receive “{title}”. Above {most} people, their number is typed: type {count} to approve.",
        count=count,
        title=Typed(one.content.title),
        most=CERTAIN,
    )
    blocks = (title(say("Are you sure?")), text(asked))
    return Screen("review:count", blocks, (), (BACK, LIST, MENU), free=True)


def why(one: Announcement) -> Screen:
    """Ask why an announcement, or its correction, is refused."""
    blocks = (
        title(say("Why do you refuse it?")),
        text(say("Type what is to be changed, in a few words: those who wrote “{title}” read it.", title=_title(one))),
    )  # fmt: skip
    return Screen("review:why", blocks, (), (BACK, LIST, MENU), free=True)


def _title(one: Announcement) -> Typed:
    return Typed(one.content.title)


def _papers(one: Announcement) -> tuple[Paper, ...]:
    file = parts.held(one)
    return (Paper("media", file.id, Typed(file.name)),) if file and file.state == parts.KEPT else ()

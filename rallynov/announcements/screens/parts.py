"""The words that the screens of announcements share: their states, their parts, who they are for, what is missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rallynov.announcements.crowd_model import Crowd, Sample
from rallynov.announcements.model import (
    DECORATION,
    TITLE_MOST,
    Announcement,
    Content,
    NewsFile,
    Standing,
    Status,
)
from rallynov.dialogue.screens import Block, Choice, note, text
from rallynov.dialogue.words import Say, Term, Typed, Words, joined, plural, say
from rallynov.editions.stages.model import TERRITORIES
from rallynov.masking import LEAST
from rallynov.people.consents.model import Topic
from rallynov.text import utf16_len

MENU = Choice("menu", say("Menu"))
MINE = Choice("mine", say("My announcements"))
BACK = Choice("back", say("Back"))
WAITING, KEPT = "waiting", "kept"
STATUSES: Mapping[Status, Say] = {
    Status.DRAFT: say("draft"),
    Status.SUBMITTED: say("waiting to be read by another person"),
    Status.APPROVED: say("approved"),
    Status.LATE: say("late: the team says whether it still leaves"),
    Status.SENDING: say("being sent"),
    Status.PAUSED: say("paused"),
    Status.SENT: say("sent"),
    Status.CANCELLED: say("cancelled"),
    Status.WITHDRAWN: say("withdrawn from those who had it"),
}
STANDINGS: Mapping[Standing, Say] = {
    Standing.NONE: say("no dossier"),
    Standing.DRAFT: say("a dossier not submitted"),
    Standing.SUBMITTED: say("a dossier submitted or under examination"),
    Standing.ADMISSIBLE: say("an admissible dossier"),
    Standing.INADMISSIBLE: say("a dossier that is not admissible"),
}
THEMES = ("health", "employment", "working_conditions", "mobility", "engagement", "cohesion")
"""The options of the field of a dossier; a test compares them."""
TEST = note(say("This is a test: you alone received it."))
"""What leads a copy that was asked for."""
_BLANK = re.compile(r"\[(?:à compléter|to fill in)[^\]]*\]", re.IGNORECASE)


def topic_named(topic: Topic) -> Term:
    """Name a topic, as whoever asks for it reads it."""
    return Term(f"form:news.{topic}:label")


def theme_named(theme: str) -> Term:
    """Name a theme of a dossier."""
    return Term(f"form:themes.{theme}:label")


def named(announcement: Announcement) -> Words:
    """Name an announcement: by its number, once it has one, and its title."""
    heading: Words = (
        Typed(announcement.content.title) if announcement.content.title else say("without a title yet")
    )
    if not announcement.number:
        return say("“{title}”", title=heading)
    return say("{number}. “{title}”", number=announcement.number, title=heading)


def blanks(content: Content) -> tuple[str, ...]:
    """Return what a template left to fill in."""
    return tuple(dict.fromkeys(_BLANK.findall(f"{content.title}\n{content.text}")))


def lacks(announcement: Announcement) -> tuple[Block, ...]:
    """Tell all that keeps an announcement from being submitted, and how to mend it."""
    content = announcement.content
    said: list[Words] = []
    if announcement.topic is None:
        said.append(say("The topic is missing."))
    if not content.title:
        said.append(say("The title is missing."))
    if (long := utf16_len(content.title) - TITLE_MOST) > 0:
        said.append(title_too_long(long))
    if not content.text:
        said.append(say("The text is missing."))
    if over := content.excess:
        said.append(too_long(content, over))
    if empty := blanks(content):
        said.append(say("A part of the template is still to be filled in: {blank}", blank=Typed(empty[0])))
    if not content.described:
        said.append(say("The picture is not described: some of those who read cannot see it."))
    if any(one.state == WAITING for one in announcement.files):
        said.append(say("The file is still being checked: a few seconds."))
    return tuple(text(one) for one in said)


def title_too_long(over: int) -> Words:
    """Say by how much a title is too long."""
    return plural(
        "The title is {n} character too long: {most} fit.",
        "The title is {n} characters too long: {most} fit.",
        over,
        most=TITLE_MOST,
    )


def too_long(content: Content, over: int) -> Words:
    """Say by how much a text is too long, and why."""
    if content.picture or content.document:
        return plural(
            "With a picture or a document, {most} characters fit, title included: {n} is too many. Shorten the text, or take "
            "the file out.",
            "With a picture or a document, {most} characters fit, title included: {n} are too many. Shorten the text, or "
            "take the file out.",
            over,
            most=content.room,
        )
    return plural(
        "{most} characters fit in one message, title included: {n} is too many.",
        "{most} characters fit in one message, title included: {n} are too many.",
        over,
        most=content.room,
    )


def file_line(one: NewsFile) -> Words:
    """Tell a file in one line."""
    name: Words = Typed(one.name) if one.name else say("file without a name")
    if one.state == WAITING:
        return say("{name}: being checked, a few seconds", name=name)
    return name


def held(announcement: Announcement) -> NewsFile | None:
    """Return the file that goes with an announcement, or that waits to."""
    own = {announcement.content.picture, announcement.content.document} - {""}
    waits = [one for one in announcement.files if one.state == WAITING]
    return next((one for one in (*waits, *announcement.files) if one.state == WAITING or one.id in own), None)


def pictured(announcement: Announcement) -> bool:
    """Tell whether a picture goes with an announcement, or one seems to be on its way."""
    waits = (one for one in announcement.files if one.state == WAITING)
    return bool(announcement.content.picture) or any(one.picture for one in waits)


def described(content: Content) -> Words | None:
    """Tell what is said of the picture to those who cannot see it; None when nothing was said yet."""
    if content.alt == DECORATION:
        return say("The picture only decorates: nothing is read out in its place")
    return (
        say("Read out in place of the picture: “{words}”", words=Typed(content.alt)) if content.alt else None
    )


def audience_lines(announcement: Announcement) -> tuple[Words, ...]:
    """Tell who an announcement is for, one line for each thing that is asked."""
    asked = announcement.audience
    lines: list[Words] = []
    if asked.territories:
        names = joined([Typed(TERRITORIES.get(one, one)) for one in asked.territories])
        lines.append(say("Départements: {names}", names=names))
    if asked.standings:
        lines.append(say("Dossier: {names}", names=joined([STANDINGS[one] for one in asked.standings])))
    if asked.themes:
        lines.append(
            say("Themes of the dossier: {names}", names=joined([theme_named(one) for one in asked.themes]))
        )
    if asked.members:
        whose = Typed(announcement.organisation)
        lines.append(say("only those who came by the link of “{organisation}”", organisation=whose))
    if asked.but:
        lines.append(say("except: {names}", names=joined([STANDINGS[one] for one in asked.but])))
    if asked.seated and announcement.content.stage:
        lines.append(say("except those already expected at the stage"))
    if asked.told:
        lines.append(say("except those who received an earlier announcement"))
    return tuple(lines)


def counted(announcement: Announcement, crowd: Crowd) -> tuple[Block, ...]:
    """Tell how many people an announcement is for now, and some of them."""
    if announcement.topic is None:
        return (note(say("Choose the topic: then I can count the people.")),)
    return reckoned(announcement, crowd.count(announcement), crowd)


def reckoned(announcement: Announcement, count: int, crowd: Crowd) -> tuple[Block, ...]:
    """Tell a number of people, and some of them, as far as they may be told."""
    told: Words = plural("{n} person would receive it now.", "{n} people would receive it now.", count)
    if not count:
        told = say("Nobody would receive it now: nobody asked for this topic, or the filters leave nobody.")
    if crowd.hides(announcement, count):
        told = _hidden(count)
    samples = [sampled(one) for one in crowd.samples(announcement)] if count else []
    if not samples:
        return (text(told),)
    return (text(told), note(say("For example: {names}", names=joined(samples))))


def _hidden(count: int) -> Words:
    """Say why a number of people is not told."""
    if count >= LEAST:
        return say(
            "I do not say how many people would receive it now: beside the number for other filters, it would tell of fewer "
            "than {few}, and somebody could be recognised.",
            few=LEAST,
        )
    return say(
        "Fewer than {few} people would receive it now, perhaps nobody: I do not count them more exactly, so that "
        "nobody can be recognised.",
        few=LEAST,
    )


def sampled(one: Sample) -> Words:
    """Name somebody of an audience, as far as they may be."""
    who: Words = Typed(one.name) if one.name else say("one person")
    where = TERRITORIES.get(one.territory, "")
    return say("{name} ({place})", name=who, place=Typed(where)) if where else who

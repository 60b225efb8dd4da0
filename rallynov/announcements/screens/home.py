"""Where one begins to write: one's announcements and where they stand, templates, an earlier one written again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.announcements.model import Announcement, News, Status
from rallynov.announcements.screens.parts import MENU, MINE, STATUSES, audience_lines, named, topic_named
from rallynov.announcements.templates import Template
from rallynov.announcements.when import told as moment
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Typed, Words, say
from rallynov.editions.stages.model import Stage
from rallynov.editions.stages.screens import line as stage_line

MOST = 8
LINK = Choice("lien", say("Our link and poster to sign up"))
WRITE = Choice("write", say("Write an announcement"))
_NO_STAGE = Choice("st-0", say("Without a stage"))


def home(news: News, organisation: str, *, templates: bool) -> Screen:
    """The announcements of an organisation, or of the team, the newest first."""
    whose = (
        say("The announcements of “{organisation}”", organisation=Typed(organisation))
        if organisation
        else say("The announcements of the team")
    )
    shown = news.mine[:MOST]
    blocks: list[Block] = [title(whose)]
    if not shown:
        blocks.append(
            text(
                say(
                    "None yet. You write, you see exactly what will be received and by how many people; another person reads "
                    "it, then it leaves."
                )
            )
        )
    if len(news.mine) > MOST:
        blocks.append(note(say("The last {n} are shown.", n=MOST)))
    choices = [WRITE]
    choices += [Choice("models", say("Start from a template"))] if templates else []
    choices += [Choice("again", say("Write an earlier one again"))] if written(news) else []
    choices += [
        Choice(f"a-{one.id}", say("{name}: {state}", name=named(one), state=state(one))) for one in shown
    ]
    return Screen("news", tuple(blocks), tuple(choices), (LINK, MENU))


def state(announcement: Announcement) -> Words:
    """Tell where an announcement stands, in a few words."""
    if announcement.status is Status.DRAFT and announcement.refusal:
        return say("refused, to be mended")
    if announcement.status is Status.APPROVED and announcement.due:
        return say("approved, leaves on {moment}", moment=moment(announcement.due))
    return STATUSES[announcement.status]


def written(news: News) -> tuple[Announcement, ...]:
    """Return the announcements that may be written again: those that have a text."""
    return tuple(one for one in news.mine if one.content.title and one.content.text)[:MOST]


def models(templates: Sequence[Template]) -> Screen:
    """Ask which template to start from."""
    blocks = (
        title(say("Start from a template")),
        text(say("What is it about? What the calendar knows is filled in; you change all the rest.")),
    )
    choices = tuple(Choice(f"m-{one.slug}", Typed(one.name)) for one in templates)
    return Screen("news:models", blocks, choices, (MINE, MENU))


def which_stage(template: Template, stages: Sequence[Stage]) -> Screen:
    """Ask which stage a template is about."""
    blocks = (title(Typed(template.name)), text(say("Which stage is it about?")))
    choices = tuple(Choice(f"st-{one.number}", stage_line(one)) for one in stages)
    return Screen("news:model", blocks, (*choices, _NO_STAGE), (MINE, MENU))


def again(earlier: Sequence[Announcement]) -> Screen:
    """Ask which announcement to write again."""
    blocks = (
        title(say("Write an earlier one again")),
        text(
            say("Which one? Its topic, its words and its filters are copied; its file and its hour are not.")
        ),
    )
    return Screen(
        "news:again", blocks, tuple(Choice(f"a-{one.id}", named(one)) for one in earlier), (MINE, MENU)
    )


def standing(announcement: Announcement, *, offers: Sequence[str]) -> Screen:
    """Show an announcement that is no draft: where it stands, who does what next, what may still be done."""
    status = announcement.status
    blocks: list[Block] = [title(named(announcement)), text(say("It is {state}.", state=state(announcement)))]
    if status is Status.SUBMITTED:
        blocks.append(
            text(
                say(
                    "Another person reads it: somebody of the team, or a partner who approves announcements. Whoever wrote "
                    "in it cannot. You are told here what they decide, with the reason if they refuse."
                )
            )
        )
    if status is Status.APPROVED:
        blocks.append(text(say("You may take it back until it begins to leave.")))
    items = [say("Topic: {topic}", topic=topic_named(announcement.topic))] if announcement.topic else []
    blocks.append(
        listing(*items, *audience_lines(announcement)) if items else note(say("Nothing is missing."))
    )
    known = (
        Choice("preview", say("See what is received")),
        Choice("takeback", say("Take it back to change it")),
        Choice("copy", say("Write it again as a new one")),
        Choice("envois", say("Follow what is being sent")),
    )
    choices = tuple(one for one in known if one.key in {"preview", "copy", *offers})
    return Screen("news:standing", tuple(blocks), choices, (MINE, MENU))


def refusal(announcement: Announcement) -> tuple[Block, ...]:
    """Give the reason of the last refusal."""
    if not announcement.refusal or announcement.status is not Status.DRAFT:
        return ()
    return (text(say("It was refused, for this reason:")), quote(Typed(announcement.refusal)))

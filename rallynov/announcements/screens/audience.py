"""Who an announcement is for: what may be asked, one press each, with the count that follows at once. Pure."""

from __future__ import annotations

from rallynov.announcements.crowd_model import Crowd
from rallynov.announcements.model import Announcement, Audience, News, Standing
from rallynov.announcements.screens.draft import ON, Desk
from rallynov.announcements.screens.parts import (
    BACK,
    MINE,
    STANDINGS,
    THEMES,
    audience_lines,
    counted,
    named,
    theme_named,
)
from rallynov.announcements.writing.spots import Spot, View
from rallynov.dialogue.screens import Choice, Screen, listing, note, text, title
from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.editions.stages.model import TERRITORIES

_ASKED: dict[str, Say] = {
    "territories": say("Which départements? None ticked: all of them."),
    "standings": say("People with what? None ticked: everybody."),
    "themes": say("Dossiers on which themes? None ticked: everybody, with a dossier or without."),
    "but": say("Who does not receive it?"),
    "told": say("Leave out those who received one of these?"),
}
_HEADS: dict[str, Say] = {
    "territories": say("By département"),
    "standings": say("By the state of the dossier"),
    "themes": say("By theme of the dossier"),
    "but": say("Except some"),
    "told": say("Except those who received an earlier one"),
}
FILTERS = tuple(_ASKED)


def audience(spot: Spot, draft: Announcement, crowd: Crowd, desk: Desk) -> Screen:
    """The audience: what is asked, how many that makes, and what may be asked."""
    lines = audience_lines(draft) or (say("For all who asked for this topic"),)
    blocks = (title(say("Who is it for?")), listing(*lines), *counted(draft, crowd))
    choices = [Choice(f"f-{name}", _HEADS[name]) for name in FILTERS if name != "told" or crowd.earlier]
    if desk.organisation:
        choices.append(
            Choice("members", _marked(say("Only those who came by our link"), on=draft.audience.members))
        )
    if draft.content.stage:
        seated = say("Except those already expected at the stage")
        choices.append(Choice("seated", _marked(seated, on=draft.audience.seated)))
    if draft.audience != Audience():
        choices.append(Choice("all", say("Remove all filters")))
    onward = (BACK,) if spot.view is View.EDIT else (ON, BACK)
    return Screen("news:audience", blocks, tuple(choices), (*onward, MINE))


def filtering(name: str, draft: Announcement, crowd: Crowd, news: News) -> Screen:
    """One thing that an audience asks: what may be ticked, and how many that makes."""
    choices = tuple(
        Choice(f"x-{key}", _marked(label, on=key in ticked(draft.audience, name)))
        for key, label in _options(name, crowd, news)
    )
    blocks = [title(_HEADS[name]), text(_ASKED[name]), *counted(draft, crowd)]
    if name in {"territories", "standings", "themes"}:
        blocks.append(note(say("Press a line to tick it on or off.")))
    return Screen(f"news:{name}", tuple(blocks), choices, (Choice("filters", say("Done")), MINE))


def ticked(asked: Audience, name: str) -> tuple[str, ...]:
    """Return what is ticked of a filter."""
    match name:
        case "territories":
            return asked.territories
        case "standings":
            return tuple(asked.standings)
        case "themes":
            return asked.themes
        case "but":
            return tuple(asked.but)
        case _:
            return (asked.told,) if asked.told else ()


def _options(name: str, crowd: Crowd, news: News) -> tuple[tuple[str, Words], ...]:
    match name:
        case "territories":
            return tuple((code, Typed(place)) for code, place in TERRITORIES.items())
        case "standings" | "but":
            return tuple((one.value, STANDINGS[one]) for one in Standing)
        case "themes":
            return tuple((one, theme_named(one)) for one in THEMES)
        case _:
            found = ((one, news.find(one)) for one in crowd.earlier)
            return tuple((one, named(earlier)) for one, earlier in found if earlier)


def _marked(label: Words, *, on: bool) -> Words:
    return say("✓ {option}", option=label) if on else label

"""What whoever answers questions teaches the FAQ: groups of questions, new entries, tickets that become frequent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.dialogue.screens import note
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import say
from rallynov.faq.commands import LearnEntry
from rallynov.faq.model import CATEGORIES, DeskView, Faq, Unanswered
from rallynov.faq.naming import slug_of, title_of
from rallynov.faq.ticket import Ticket
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Grants

NAME = "desk"
NEAREST = 3
MADE = say("Learned: this question has its answer from now on, for everybody.")


def grouped(faq: Faq) -> list[tuple[Unanswered, ...]]:
    """Group the questions to learn from by likeness, the largest group first; one by one where nothing tells."""
    found = faq.desk.unanswered if faq.desk else ()
    groups: list[tuple[Unanswered, ...]] = []
    for language in dict.fromkeys(one.language for one in found):
        mine = [one for one in found if one.language == language]
        finder = faq.library.finders.get(language)
        alike = finder.group(tuple(one.words for one in mine)) if finder else [[n] for n in range(len(mine))]
        groups += [tuple(mine[n] for n in positions) for positions in alike]
    return sorted(groups, key=len, reverse=True)


def near(faq: Faq, found: Sequence[Unanswered], language: str) -> list[tuple[str, str]]:
    """Return the entries nearest to a group, as slugs and titles."""
    finder = faq.library.finders.get(found[0].language)
    ranked = finder.rank(found[0].words).found if finder else ()
    entries = [(one.entry, faq.library.find(one.entry, language)) for one in ranked]
    return [(slug, entry.title) for slug, entry in entries if entry][:NEAREST]


def new_entry(
    faq: Faq, found: Sequence[Unanswered], answer: str, title: str = "", category: str = ""
) -> LearnEntry:
    """Make an entry of a group: its first question is the title, all of them are ways of asking."""
    language = found[0].language
    heading = title_of(title or found[0].words, language)
    if category not in CATEGORIES:
        nearest = near(faq, found, language)
        known = faq.library.find(nearest[0][0], language) if nearest else None
        category = known.category if known else CATEGORIES[0]
    taken = {slug for spoken in faq.library.entries.values() for slug in spoken}
    ways, ids = tuple(one.words for one in found), tuple(one.id for one in found if one.id)
    return LearnEntry(slug_of(heading, taken), language, category, heading, answer, ways, ids)


def entered(found: Sequence[Unanswered], answer: str, scene: Scene) -> Move:
    """Make a new entry of a group, with the answer that was typed."""
    if not allowed(scene, Action.EDIT_FAQ):
        return Move(to=Place(NAME, "learn"))
    order = new_entry(scene.of(Faq), found, answer)
    lead = (note(MADE),)
    return Move(Place(NAME, "learn"), (order,), lead, learned(order.questions, scene))


def kept(ticket: Ticket, answer: str, category: str, scene: Scene) -> Move:
    """Make a frequent question of a ticket and of its answer."""
    if not answer or not allowed(scene, Action.EDIT_FAQ):
        return Move(to=Place(NAME, f"t:{ticket.id}@{ticket.version}"))
    asked = Unanswered("", ticket.words, ticket.language, ticket.at)
    desk = scene.of(Faq).desk
    same = tuple(one.id for one in desk.unanswered if one.words == ticket.words) if desk else ()
    order = replace(new_entry(scene.of(Faq), (asked,), answer, category=category), questions=same)
    return Move(Place(NAME), (order,), (note(MADE),), learned(same, scene))


def learned(ids: Sequence[str], scene: Scene) -> Scene:
    """Return what is true once questions were learned from."""
    faq = scene.of(Faq)
    desk = faq.desk or DeskView()
    left = tuple(one for one in desk.unanswered if one.id not in ids)
    return scene.having(replace(faq, desk=replace(desk, unanswered=left)))


def group_of(faq: Faq, first: str) -> tuple[Unanswered, ...]:
    """Return the group that begins with a question."""
    if not first or faq.desk is None or all(one.id != first for one in faq.desk.unanswered):
        return ()
    return next((group for group in grouped(faq) if any(one.id == first for one in group)), ())


def allowed(scene: Scene, action: Action) -> bool:
    """Tell whether whoever stands here may do something, with the grants of this turn."""
    return may(scene.facts.get(Grants, Grants()), action)

"""The screens of the FAQ: themes, one answer, what was meant, not knowing, handing over, one's tickets. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.turn import Scene
from rallynov.dialogue.words import Plural, Say, Term, Typed, Words, plural, say
from rallynov.editions.model import day_of
from rallynov.faq.live import live
from rallynov.faq.model import CATEGORIES, Entry, Faq, Library
from rallynov.faq.ticket import DAYS, Stage, Ticket
from rallynov.text import clean_line

BACK = Choice("back", say("Back to where I was"))
MENU = Choice("menu", say("Menu"))
THEMES = Choice("faq", say("Frequent questions"))
MINE = Choice("mine", say("My questions to the team"))
ASK = Choice("ask", say("Ask the team"))
SEND = Choice("send", say("Hand my question over to the team"), "choices:yes:synonyms")
NO_SEND = Choice("back", say("No, thank you"), "choices:no:synonyms")
YES = Choice("yes", say("Yes, it helped"), "choices:yes:synonyms")
NO = Choice("no", say("No, it did not"), "choices:no:synonyms")
MORE = Choice("more", say("Read more"))
HELPED = Choice("aside-yes", say("That helped me"))
UNHELPED = Choice("aside-no", say("That is not what I asked"))
NOT_THIS = Choice("none", say("No, another question"), "choices:wrong:synonyms")
NONE = Choice("none", say("None of these questions"), "choices:wrong:synonyms")
RANKED = 6
"""Questions that may be chosen by their rank in letters."""
ROBOT = Choice("robot", say("Go back to the robot"))
CLOSE = Choice("close", say("My question is settled"))
NAMES: dict[str, Say] = {
    "comprendre": say("Understanding the rally"),
    "eligible": say("Taking part: who and what"),
    "diagnostic": say("The diagnosis"),
    "dossier": say("The dossier"),
    "jury": say("The jury and the answer"),
    "etapes": say("Stages, messages, your data"),
}
STAGES: dict[Stage, Say] = {
    Stage.WAITING: say("handed over, no one has answered yet"),
    Stage.TAKEN: say("a person of the team is looking at it"),
    Stage.ANSWERED: say("answered"),
    Stage.CLOSED: say("closed"),
}
_SHOWN = 300
_LINES = 12


def delay() -> Plural:
    """Say within how long a person answers."""
    return plural("within {n} working day", "within {n} working days", DAYS)


def short(words: str, most: int = _SHOWN) -> Typed:
    """Return a text on one line, cut when it is long."""
    line = clean_line(words)
    return Typed(line if len(line) <= most else line[:most].rstrip() + "…")


def answer(entry: Entry, scene: Scene) -> tuple[Block, ...]:
    """Return an answer: its title, what is computed, what is written, and a word when it is in another language."""
    foreign = entry.language != scene.language
    return (
        title(Typed(entry.title)),
        *((note(say("This answer is in French for the moment: it is not translated yet.")),) * foreign),
        *live(entry.live, scene),
        *(text(Typed(paragraph)) for paragraph in entry.answer),
    )


def rest(entry: Entry) -> tuple[Block, ...]:
    """Return what else an entry tells."""
    return tuple(
        listing(*map(Typed, texts)) if kind == "list" else text(Typed(texts[0])) for kind, texts in entry.more
    )


def sheets(entry: Entry, prefix: str = "sheet-") -> tuple[Choice, ...]:
    """Offer the fact sheets of an entry."""
    return tuple(
        Choice(
            f"{prefix}{number}",
            say("Sheet {number}: {title}", number=int(number[1:]), title=Term(f"sheets:{number}:title")),
        )
        for number in entry.sheets
    )


def themes(faq: Faq) -> Screen:
    """All themes, and how to ask."""
    choices = tuple(Choice(f"in-{name}", NAMES[name]) for name in CATEGORIES)
    asked = text(say("Choose a theme, or simply type your question, in your own words."))
    mine = (MINE,) if faq.tickets else ()
    return Screen("faq", (title(say("Frequent questions")), asked), choices, (ASK, *mine, BACK, MENU))


def theme(name: str, faq: Faq, scene: Scene) -> Screen:
    """The questions of a theme."""
    entries = faq.library.within(name, scene.language, day_of(scene.now))
    choices = tuple(Choice(f"e-{entry.slug}", Typed(entry.title)) for entry in entries)
    return Screen(
        "faq:cat", (title(NAMES[name]), text(say("Which question is yours?"))), choices, (THEMES, BACK, MENU)
    )


def told(entry: Entry, scene: Scene, *, whole: bool) -> Screen:
    """One answer, and whether it helped; ``whole`` is the rest of it."""
    said = (title(Typed(entry.title)), *rest(entry)) if whole else answer(entry, scene)
    blocks = (*said, text(say("Did this help you?")))
    more = (MORE,) if entry.more and not whole else ()
    return Screen("faq:e", blocks, (YES, NO), (*more, *sheets(entry), THEMES, BACK, MENU))


def meant(slugs: Sequence[str], library: Library, scene: Scene) -> Screen:
    """Ask which question was meant: nothing is assumed."""
    titles = {slug: entry.title for slug in slugs if (entry := library.find(slug, scene.language))}
    if not titles:  # they have left the library since
        return unknown(again=False, asked=True)
    choices = tuple(
        Choice(f"e-{slug}", Typed(words), ranked(n)) for n, (slug, words) in enumerate(titles.items())
    )
    none = NONE if len(choices) > 1 else NOT_THIS
    one, many = say("Did you mean this question?"), say("Did you mean one of these questions?")
    asked = text(many if len(choices) > 1 else one)
    return Screen("faq:near", (asked,), (*choices, none), (BACK, MENU))


def proposed(slugs: Sequence[str], library: Library, scene: Scene) -> tuple[Choice, ...]:
    """Offer beside a pending question the questions that may have been meant, by their rank."""
    found = [(n, entry) for n, slug in enumerate(slugs) if (entry := library.find(slug, scene.language))]
    choices = tuple(
        Choice(f"aside-e-{n}", Typed(entry.title), ranked(shown)) for shown, (n, entry) in enumerate(found)
    )
    none = NONE if len(choices) > 1 else NOT_THIS
    return (*choices, Choice("aside-none", none.label, none.synonyms)) if choices else ()


def ranked(rank: int) -> str:
    """Name the ways of choosing a question by its rank, from 0; empty for those of which there is none."""
    return f"choices:question_{rank + 1}:synonyms" if rank < RANKED else ""


def unknown(*, again: bool, asked: bool) -> Screen:
    """Say that one does not know, and offer a person; after a second miss there is no third try."""
    if again:
        said = say("I have not found your answer twice. The surest way is to ask a person of the team.")
    elif asked:
        said = say("I do not know the answer to this question, and I do not want to guess.")
    else:
        said = say("Then I had better ask a person of the team.")
    how = say(
        "I can hand your question over as it is: a person of the team answers you here, {delay}.",
        delay=delay(),
    )
    other = () if again else (THEMES,)
    kept = note(say("It is kept for a year at most, and you can erase it: “/privacy” tells more."))
    return Screen("faq:none", (text(said), text(how), kept), (SEND, NO_SEND), (*other, MENU))


def with_dossier(number: str) -> Screen:
    """Ask whether the team may know of which dossier one speaks."""
    words = say(
        "Is it about your dossier {number}? With its number, the team answers better.", number=Typed(number)
    )
    choices = (
        Choice("with", say("Yes, give its number"), "choices:yes:synonyms"),
        Choice("without", say("No, without the number"), "choices:no:synonyms"),
    )
    return Screen("faq:send", (text(words),), choices, (BACK, MENU))


def ask() -> Screen:
    """Ask for the question itself."""
    words = say(
        "What is your question? Type it as you would say it. If I do not know the answer, a person of the team will "
        "tell you, {delay}.",
        delay=delay(),
    )
    return Screen(
        "faq:ask",
        (text(words), note(say("Please name nobody, and write nothing about anyone's health."))),
        (),
        (THEMES, BACK, MENU),
        free=True,
    )


def mine(faq: Faq) -> Screen:
    """The tickets of a person."""
    choices = tuple(Choice(f"t-{ticket.id}", line(ticket)) for ticket in faq.tickets[:8])
    said = (
        say("Your questions to the team, and where they stand:")
        if choices
        else say("You have no question with the team.")
    )
    return Screen(
        "faq:mine", (title(say("My questions to the team")), text(said)), choices, (ASK, THEMES, BACK, MENU)
    )


def line(ticket: Ticket) -> Words:
    """Name a ticket by its number and where it stands."""
    return say("Question {number}: {stage}", number=Typed(str(ticket.number)), stage=STAGES[ticket.stage])


def thread(ticket: Ticket) -> Screen:
    """One ticket: the question, what was written since, and how to go on."""
    blocks: list[Block] = [title(line(ticket))]
    if ticket.words:
        blocks.append(quote(short(ticket.words)))
    blocks += exchange(ticket)
    if ticket.stage is Stage.WAITING:
        blocks.append(text(say("A person of the team answers you here, {delay}.", delay=delay())))
    actions = (CLOSE, *((ROBOT,) if ticket.live else ()), MINE, BACK, MENU)
    if not ticket.open:
        blocks.append(
            note(say("This question is closed. To open it again, simply type what you want to add."))
        )
        actions = (MINE, BACK, MENU)
    else:
        blocks.append(note(say("To add something, type it here: it goes to the team as it is.")))
    return Screen("faq:t", tuple(blocks), (), actions, free=True)


def exchange(ticket: Ticket) -> list[Block]:
    """What was written on a ticket since it was opened, the last lines only."""
    blocks: list[Block] = []
    for one in ticket.lines[-_LINES:]:
        by = say("The team, {at}:", at=one.at) if one.team else say("You, {at}:", at=one.at)
        blocks += [note(by), quote(Typed(one.text))]
    return blocks

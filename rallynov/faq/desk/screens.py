"""The screens of whoever answers questions: the queue, one question, replies, what is to be learned. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rallynov.dialogue.screens import Block, Choice, Figure, Screen, listing, note, quote, text, title
from rallynov.dialogue.turn import Scene
from rallynov.dialogue.words import Day, Term, Typed, Words, plural, say
from rallynov.editions.model import last_second
from rallynov.faq import screens
from rallynov.faq.model import CATEGORIES, DeskView, Faq, Reply, Unanswered, Week
from rallynov.faq.ticket import Stage, Ticket

PAGE = "/equipe/questions"
MENU = screens.MENU
QUEUE = Choice("queue", say("Questions received"))
LEARN = Choice("learn", say("Questions to learn from"))
WEEKS = Choice("weeks", say("What is asked, by week"))
TAKE = Choice("take", say("I look after it"))
TAKE_OVER = Choice("take", say("Take it over"))
REPLIES = Choice("replies", say("Replies ready to be sent"))
KEEP = Choice("keep", say("Make it a frequent question"))
CLOSE = Choice("close", say("Close this question"))
CLOSED = Choice("closed", say("Questions closed lately"))
SEND = Choice("go", say("Send this reply"), "choices:yes:synonyms")
NEW = Choice("new", say("A new frequent question"))
DROP = Choice("drop", say("Set them aside"))
_MOST = 8
_BARS = 8


def refused() -> Screen:
    """Say that this is for the team."""
    return Screen(
        "desk:no", (text(say("This is for whoever answers the questions of the rally.")),), (), (MENU,)
    )


def queue(faq: Faq) -> Screen:
    """The questions received, those that wait longest first, and how many follow."""
    desk = faq.desk or DeskView()
    tickets = sorted(desk.tickets, key=lambda one: (one.stage is Stage.ANSWERED, one.at))
    total = len(tickets) + desk.more
    said = (
        plural("{n} question is open.", "{n} questions are open.", total)
        if total
        else say("No question is waiting.")
    )
    choices = tuple(Choice(f"t-{one.id}", _line(one)) for one in tickets[:_MOST])
    blocks: list[Block] = [title(say("Questions received")), text(said)]
    if total > len(choices):
        blocks.append(note(others(total - len(choices))))
    closed_ = (CLOSED,) if desk.closed else ()
    return Screen("desk", tuple(blocks), choices, (LEARN, WEEKS, *closed_, MENU), page=PAGE)


def others(n: int) -> Words:
    """Say how many questions follow those that are shown."""
    return plural(
        "And {n} other, which comes up once these are dealt with.",
        "And {n} others, which come up once these are dealt with.",
        n,
    )


def closed(faq: Faq) -> Screen:
    """The questions that were closed last."""
    tickets = faq.desk.closed if faq.desk else ()
    choices = tuple(Choice(f"t-{one.id}", _line(one)) for one in tickets)
    said = say("These were closed in the last two weeks:") if choices else say("None was closed lately.")
    return Screen("desk:closed", (title(CLOSED.label), text(said)), choices, (QUEUE, MENU))


def _line(ticket: Ticket) -> Words:
    """Name a ticket; its number sticks to its sign, so that a number typed is that of the choice."""
    return say(
        "nº{number}: {words} ({stage})",
        number=Typed(str(ticket.number)),
        words=screens.short(ticket.words, 60),
        stage=screens.STAGES[ticket.stage],
    )


def ticket(one: Ticket, me: str, context: Sequence[Words], *, answered: bool) -> Screen:
    """One question with all that helps to answer it; what is typed here is the answer."""
    blocks: list[Block] = [
        title(
            say("Question {number}: {stage}", number=Typed(str(one.number)), stage=screens.STAGES[one.stage])
        )
    ]
    blocks += [quote(Typed(one.words)), *map(note, context), *exchange(one)]
    held = one.holder not in {"", me}
    actions = [*((TAKE_OVER,) if held else (() if one.holder else (TAKE,))), REPLIES]
    if answered:
        actions.append(KEEP)
    if one.open:
        actions.append(CLOSE)
    if held:
        blocks.append(
            text(say("Somebody else of the coordination has it in hand: take it over before you answer."))
        )
    else:
        blocks.append(text(say("Type your answer: it goes to the person as it is, where they are.")))
    return Screen("desk:t", tuple(blocks), (), (*actions, QUEUE, MENU), free=True)


def context(one: Ticket, faq: Faq, scene: Scene, fields: Collection[str]) -> list[Words]:
    """Tell when it came, until when an answer was promised, and what the person had before their eyes."""
    told: list[Words] = [say("Asked on {at}; an answer was promised by {day}.", at=one.at, day=Day(one.due))]
    if one.open and one.stage is not Stage.ANSWERED and scene.now > one.due:
        told.append(say("This delay has passed."))
    if one.dossier:
        told.append(say("Dossier number: {number}.", number=Typed(one.dossier)))
    titles = [entry.title for slug in one.entries if (entry := faq.library.find(slug, scene.language))]
    if titles:
        told.append(say("They had been shown: {titles}.", titles=Typed(" · ".join(titles))))
    if one.where:
        told.append(_where(one.where, fields))
    return told


def _where(screen: str, fields: Collection[str]) -> Words:
    """Say in plain words where a question was asked; a field is named as its form names it."""
    kind, _, name = screen.partition(":")
    match kind:
        case "q" | "opening":
            return say("Asked in the diagnosis, at question {name}.", name=Typed(name))
        case "f" | "doubt" | "clash" if name in fields:
            return say("Asked in the dossier, at the field “{name}”.", name=Term(f"form:{name}:label"))
        case "f" | "doubt" | "clash":
            return say("Asked in the dossier.")
        case "menu" | "welcome":
            return say("Asked from the menu.")
        case "faq":
            return say("Asked from the frequent questions.")
        case _:
            return say("Asked in the course of the conversation.")


def exchange(one: Ticket) -> list[Block]:
    """What was written since."""
    blocks: list[Block] = []
    for line in one.lines:
        by = say("The coordination, {at}:", at=line.at) if line.team else say("The person, {at}:", at=line.at)
        blocks += [note(by), quote(Typed(line.text))]
    return blocks


def replies(ready: Sequence[Reply]) -> Screen:
    """The replies ready to be sent."""
    said = (
        say("Which one? You read it before it leaves.")
        if ready
        else say("There is no reply ready to be sent.")
    )
    choices = tuple(Choice(f"r-{one.key}", Typed(one.title)) for one in ready)
    return Screen("desk:r", (text(said),), choices, (Choice("back", say("Back to the question")), QUEUE))


def reply(one: Reply) -> Screen:
    """One reply, before it leaves."""
    blocks = (title(Typed(one.title)), quote(Typed(one.text)))
    return Screen(
        "desk:p",
        blocks,
        (SEND, Choice("replies", say("Another one"))),
        (Choice("back", say("Back to the question")),),
    )


def groups(found: Sequence[Sequence[Unanswered]]) -> Screen:
    """What the FAQ did not answer well, alike together, the most asked first."""
    said = (
        say("These questions were not answered well. Open one: with one more press, the FAQ knows it.")
        if found
        else say("Every question was answered well, or dealt with.")
    )
    choices = tuple(Choice(f"g-{one[0].id}", _group(one)) for one in found[:_MOST])
    return Screen(
        "desk:learn",
        (title(say("Questions to learn from")), text(said)),
        choices,
        (QUEUE, WEEKS, MENU),
        page=f"{PAGE}/a-apprendre",
    )


def _group(found: Sequence[Unanswered]) -> Words:
    shown = screens.short(found[0].words, 60)
    if len(found) == 1:
        return say("“{question}”", question=shown)
    return say("“{question}” and {n} like it", question=shown, n=len(found) - 1)


def group(found: Sequence[Unanswered], near: Sequence[tuple[str, str]]) -> Screen:
    """One group: which entry it asks for, or a new one; ``near`` are slugs and titles."""
    said = tuple(screens.short(one.words, 160) for one in found[:6])
    blocks = [title(say("How it was asked")), listing(*said), text(say("What is it?"))]
    if len(found) > len(said):
        blocks.insert(2, note(plural("and {n} more", "and {n} more", len(found) - len(said))))
    ways = tuple(Choice(f"w-{slug}", way(name)) for slug, name in near)
    return Screen("desk:g", tuple(blocks), (*ways, NEW, DROP), (LEARN, QUEUE, MENU))


def way(name: str) -> Words:
    """Offer to make a question another way of asking for an entry."""
    return say("Another way of asking: {title}", title=Typed(name))


def new(heading: str) -> Screen:
    """Ask for the answer of a new entry."""
    blocks = (
        title(Typed(heading)),
        text(say("Type the answer that everybody will read: one or two short paragraphs, without any date.")),
    )
    return Screen("desk:new", blocks, (), (LEARN, MENU), free=True)


def keep(heading: str, answer: str) -> Screen:
    """Ask under which theme a question of a person becomes a frequent one."""
    blocks = (
        title(Typed(heading)),
        quote(Typed(answer)),
        text(
            say(
                "Everybody will read this question and this answer: check that they name nobody. Under which theme?"
            )
        ),
    )
    choices = tuple(Choice(f"c-{name}", screens.NAMES[name]) for name in CATEGORIES)
    return Screen("desk:keep", blocks, choices, (Choice("back", say("Back to the question")), MENU))


def weeks(faq: Faq, language: str) -> Screen:
    """What is asked, by week, and the last one as a picture."""
    told = faq.desk.weeks if faq.desk else ()
    blocks: list[Block] = [title(say("What is asked, by week"))]
    for week in told:
        if week.total:
            blocks += [text(headed(week)), *_listed(week, faq, language)]
    if not any(week.total for week in told):
        blocks.append(text(say("Nothing was asked in the last weeks.")))
    return Screen(
        "desk:weeks",
        tuple(blocks),
        (),
        (QUEUE, LEARN, MENU),
        figure=bars(faq, language),
        page=f"{PAGE}/semaines",
    )


def headed(week: Week) -> Words:
    """Say how a week went."""
    return say(
        "Week of {day}: asked {total}, without an answer {unknown}, of no help {bad}.",
        day=Day(last_second(week.monday)),
        total=week.total,
        unknown=week.unknown,
        bad=sum(n for _, n in week.unhelped),
    )


def _listed(week: Week, faq: Faq, language: str) -> tuple[Block, ...]:
    rows = tuple(
        say("{title}: {n}", title=Typed(named(slug, faq, language)), n=n) for slug, n in week.asked[:5]
    )
    return (listing(*rows),) if rows else ()


def named(slug: str, faq: Faq, language: str) -> str:
    """Name an entry by its title; by its slug when it is there no more."""
    entry = faq.library.find(slug, language)
    return entry.title if entry else slug


def bars(faq: Faq, language: str) -> Figure | None:
    """Draw what was asked most over all the weeks; None when nothing was."""
    total: dict[str, int] = {}
    for week in faq.desk.weeks if faq.desk else ():
        for slug, n in week.asked:
            total[slug] = total.get(slug, 0) + n
    most = sorted(total, key=lambda slug: -total[slug])[:_BARS]
    if not most:
        return None
    rows = tuple((Typed(named(slug, faq, language)), (float(total[slug]),)) for slug in most)
    return Figure("bars", say("Most asked, in six weeks"), (say("Question"), say("Times")), rows)

"""The screens of the team's desk in conversation: what is new, what was found, one dossier, and what is asked of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rallynov.coordination.chat import AT_ONCE, FOUND, Brief, Team
from rallynov.coordination.model import Item, News, Row
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Day, Typed, Words, plural, say
from rallynov.editions.model import correction_until
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status
from rallynov.initiatives.screens.parts import BADGES, MENU
from rallynov.people.permissions import Action

PAGE = "/equipe"
HOME = Choice("home", say("The team’s desk"))
CHOICE = Choice("bureau", say("The team’s desk"))
"""What the role adds to the menu."""
CORRECT = Choice("mend", say("Ask for a correction"))
ADMIT = Choice("admit", say("Prepare “admissible”"))
REJECT = Choice("reject", say("Prepare “not admissible”"))
DROP = Choice("drop", say("Drop the prepared verdict"))
RELEASE = Choice("release", say("Tell this verdict now"))
NOTE = Choice("note", say("Keep an internal note"))
LABEL = Choice("label", say("Add or take off a label"))
WRITE = Choice("write", say("Write to its holders"))
ALL = Choice("all", say("Tell the prepared verdicts"))
YES = Choice("yes", say("Yes, tell them now"), "choices:yes:synonyms")
YES_ONE = Choice("yes", say("Yes, tell it now"), "choices:yes:synonyms")
BACK = Choice("back", say("Back to the dossier"))
_NOTES, _NAMED, _USED = 3, 10, 12
_VERDICTS = {Act.ADMIT: say("admissible"), Act.REJECT: say("not admissible")}


def refused() -> Screen:
    """Say that this is for the team."""
    return Screen(
        "bureau:no", (text(say("This is for whoever coordinates the rally or reads for it.")),), (), (MENU,)
    )


def home(team: Team) -> Screen:
    """What is new, and how to find a dossier."""
    news = team.news
    blocks: list[Block] = [title(HOME.label)]
    if news:
        blocks.append(note(say("What is new since {at}:", at=news.since)))
        told = _told(news)
        blocks.append(listing(*told) if told else text(say("Nothing has moved since then.")))
    blocks.append(text(say("To find a dossier, type its number, or words of its title or organisation.")))
    items = {one.dossier: one for one in (news.items if news else ())}
    choices = tuple(Choice(f"d-{one.dossier}", _item(one)) for one in list(items.values())[:FOUND])
    release = (ALL,) if team.waiting and team.who and team.who.may(Action.RELEASE_VERDICTS) else ()
    return Screen("bureau", tuple(blocks), choices, (*release, MENU), page=PAGE, free=True)


def _told(news: News) -> Sequence[Words]:
    acts = news.acts
    counted = (
        (plural("{n} draft opened", "{n} drafts opened", acts.get(Act.OPEN, 0)), acts.get(Act.OPEN, 0)),
        (plural("{n} submission", "{n} submissions", acts.get(Act.SUBMIT, 0)), acts.get(Act.SUBMIT, 0)),
        (plural("{n} withdrawal", "{n} withdrawals", acts.get(Act.WITHDRAW, 0)), acts.get(Act.WITHDRAW, 0)),
        (plural("{n} comment in a dossier", "{n} comments in dossiers", news.remarks), news.remarks),
        (plural("{n} internal note", "{n} internal notes", news.notes), news.notes),
        (plural("{n} question is waiting", "{n} questions are waiting", news.questions), news.questions),
        (plural("{n} verdict is prepared", "{n} verdicts are prepared", news.prepared), news.prepared),
        (plural("{n} correction is late", "{n} corrections are late", news.late), news.late),
    )
    return [words for words, n in counted if n]


def _item(one: Item) -> Words:
    name = Typed(one.called) if one.called else say("Without a title")
    what = say("withdrawn")
    if one.act is Act.SUBMIT:
        what = say("submitted again") if one.again else say("submitted")
    return say("nº{number}: {words} ({stage})", number=Typed(one.number or "–"), words=name, stage=what)


def found(team: Team) -> Screen:
    """The dossiers that some words find."""
    searched = Typed(team.words)
    if not team.found:
        nothing = (
            title(say("No dossier for “{words}”", words=searched)),
            text(say("Try its number, fewer words, or another spelling.")),
        )
        return Screen("bureau:s", nothing, (), (HOME, MENU), free=True)
    blocks: tuple[Block, ...] = (
        title(say("Dossiers for “{words}”", words=searched)),
        text(plural("{n} dossier", "{n} dossiers", team.total)),
    )
    if team.total > len(team.found):
        more = say("Only the first ones are here. Type more words, or search on the page of the team.")
        blocks = (*blocks, note(more))
    choices = tuple(Choice(f"d-{one.id}", line(one)) for one in team.found)
    return Screen("bureau:s", blocks, choices, (HOME, MENU), page=f"{PAGE}/dossiers", free=True)


def named(row: Row) -> Words:
    """Name a dossier by its title, else its organisation."""
    if row.called:
        return Typed(row.called)
    return draft(row) if row.status is Status.DRAFT else say("Without a title")


def draft(row: Row) -> Words:
    """Name a draft, which its people alone read: by the moment when it was opened."""
    return say("Draft opened on {at}", at=row.created_at)


def line(row: Row) -> Words:
    """Name a dossier in a list; its number sticks to its sign, so that a number typed is that of the choice."""
    number = Typed(row.number or "–")
    return say("nº{number}: {words} ({stage})", number=number, words=named(row), stage=BADGES[row.status])


def dossier(one: Brief) -> Screen:
    """One dossier: where it stands, the last notes, what may be done."""
    row = one.row
    state = BADGES[row.status]
    head = say("Dossier {number}: {state}", number=Typed(row.number), state=state) if row.number else state
    blocks: list[Block] = [title(head), text(named(row))]
    if row.name and row.title:
        blocks.append(text(say("{name}, {commune}", name=Typed(row.name), commune=Typed(row.commune))))
    if row.submitted_at:
        blocks.append(note(say("Submitted on {day}.", day=Day(row.submitted_at))))
    if row.status is Status.TO_CORRECT and row.correct_by:
        blocks.append(note(say("To be corrected by {day}.", day=Day(row.correct_by))))
    if row.labels:
        blocks.append(note(say("Labels: {labels}", labels=Typed(", ".join(row.labels)))))
    if row.alike:
        blocks.append(note(say("Looks like another dossier")))
    if one.prepared:
        verdict = _VERDICTS[one.prepared.act]
        blocks.append(text(say("A verdict is prepared and not told: {verdict}.", verdict=verdict)))
    for said in one.notes[:_NOTES]:
        blocks += [note(say("Internal note of {at}:", at=said.at)), quote(Typed(said.text))]
    offered = {
        "release": RELEASE, "unprepare": DROP, "admit": ADMIT, "correct": CORRECT, "reject": REJECT, "note": NOTE,
        "label": LABEL, "message": WRITE,
    }  # fmt: skip
    choices = tuple(choice for name, choice in offered.items() if name in one.offers)
    page = f"{PAGE}/dossiers/{row.id}"
    return Screen("bureau:d", tuple(blocks), choices, (HOME, MENU), page=page, free=True)


def until(one: Brief, now: datetime) -> Screen:
    """Ask until when a dossier is to be corrected."""
    usual = say("Until {day}", day=Day(correction_until(now)))
    asked = text(
        say("Until when? Choose, or type a day from tomorrow on, as 15/01/2027. That day still counts.")
    )
    return Screen(
        "bureau:c",
        (title(CORRECT.label), text(named(one.row)), asked),
        (Choice("usual", usual),),
        (BACK, MENU),
        free=True,
    )


def reason(one: Brief, by: datetime | None) -> Screen:
    """Ask what is to be corrected, or why a dossier is not admissible: it is what its people read."""
    if by:
        blocks: tuple[Block, ...] = (
            title(CORRECT.label),
            text(say("{dossier}, until {day}.", dossier=named(one.row), day=Day(by))),
            text(
                say("Type what is to be corrected: it goes to the people of the dossier at once, as it is.")
            ),
        )
    else:
        blocks = (
            title(REJECT.label),
            text(named(one.row)),
            text(say("Type the reason: its people read it as it is, once the verdict is told.")),
        )
    return Screen("bureau:r", blocks, (), (BACK, MENU), free=True)


def noting(one: Brief) -> Screen:
    """Ask for an internal note."""
    blocks = (
        title(NOTE.label),
        text(named(one.row)),
        text(say("Type your note: for the team only. Keep to facts.")),
    )
    return Screen("bureau:n", blocks, (), (BACK, MENU), free=True)


def labelling(one: Brief, used: Sequence[str]) -> Screen:
    """Ask for a label: one that the dossier has is taken off."""
    blocks: list[Block] = [title(LABEL.label), text(named(one.row))]
    if one.row.labels:
        blocks.append(note(say("Labels: {labels}", labels=Typed(", ".join(one.row.labels)))))
    others = [label for label in used if label not in one.row.labels]
    if others:
        blocks.append(note(say("Used on other dossiers: {labels}", labels=Typed(", ".join(others[:_USED])))))
    asked = say(
        "Type a label, a word or two. Type one that is there to take it off. Its people never see labels."
    )
    return Screen("bureau:l", (*blocks, text(asked)), (), (BACK, MENU), free=True)


def writing(one: Brief) -> Screen:
    """Ask for a message to the people of a dossier."""
    blocks = (
        title(WRITE.label),
        text(named(one.row)),
        text(
            say(
                "Type your message: it goes at once, as it is, to the owner and to those who may change the dossier."
            )
        ),
        note(
            say("To write to several dossiers, or to read your message again before it leaves, use the page.")
        ),
    )
    return Screen("bureau:m", blocks, (), (BACK, MENU), page=f"{PAGE}/dossiers/{one.row.id}", free=True)


def telling(one: Brief) -> Screen:
    """Ask to confirm that one verdict is told."""
    blocks: list[Block] = [title(RELEASE.label)]
    if one.prepared:
        blocks.append(
            text(say("{dossier}: {verdict}", dossier=line(one.row), verdict=_VERDICTS[one.prepared.act]))
        )
        if one.prepared.reason:
            blocks.append(quote(Typed(one.prepared.reason)))
    blocks.append(text(say("Its people receive a message at once. This cannot be taken back.")))
    return Screen("bureau:w", tuple(blocks), (YES_ONE,), (BACK, MENU))


def releasing(rows: Sequence[Row]) -> Screen:
    """Name the verdicts that are about to be told, and ask to confirm."""
    blocks: list[Block] = [title(ALL.label)]
    if len(rows) > AT_ONCE:
        blocks.append(text(say("They are too many for one message: tell them from the page of the team.")))
        return Screen("bureau:v", tuple(blocks), (), (HOME, MENU), page=f"{PAGE}/dossiers?avis=any")
    told = [
        say("{dossier}: {verdict}", dossier=line(row), verdict=_VERDICTS[row.prepared])
        for row in rows[:_NAMED]
        if row.prepared
    ]
    blocks += [
        text(
            plural(
                "{n} verdict would be told, by a message to each.",
                "{n} verdicts would be told, by a message to each.",
                len(rows),
            )
        ),
        listing(*told),
    ]
    if len(rows) > _NAMED:
        blocks.append(note(plural("And {n} other.", "And {n} others.", len(rows) - _NAMED)))
    return Screen("bureau:v", tuple(blocks), (YES,), (HOME, MENU))

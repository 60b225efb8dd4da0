"""What is told of a question without having been asked: to the team that it came, to its person that it is answered. Pure."""

from __future__ import annotations

from rallynov.dialogue.screens import Block, Choice, Screen, note, quote, text, title
from rallynov.dialogue.words import Day, Typed, say
from rallynov.faq import screens
from rallynov.faq.ticket import Ticket

REPLY = Choice("repondre", say("Reply"))
ROBOT = Choice("robot", say("Go back to the robot"))
QUEUE = Choice("questions", say("Questions received"))


def came(ticket: Ticket) -> Screen:
    """Tell the team of a new question."""
    blocks: list[Block] = [
        title(say("New question: number {number}", number=_number(ticket))),
        quote(screens.short(ticket.words)),
        note(
            say(
                "An answer was promised by {day}. To see the questions received, type “/questions”.",
                day=Day(ticket.due),
            )
        ),
    ]
    return Screen("news", tuple(blocks), (), (QUEUE,))


def more(ticket: Ticket, said: str) -> Screen:
    """Tell whoever has a ticket in hand that its person wrote again."""
    blocks = (
        title(say("Question {number}: the person wrote again", number=_number(ticket))),
        quote(screens.short(said)),
        note(say("To see the questions received, type “/questions”.")),
    )
    return Screen("news", blocks, (), (QUEUE,))


def taken(ticket: Ticket) -> Screen:
    """Tell the person that somebody is looking at their question, and that the robot is silent meanwhile."""
    blocks = (
        title(say("A person is looking at your question {number}", number=_number(ticket))),
        text(
            say(
                "Until it is settled, what you type here goes to them and the robot stays silent. Buttons, commands and a "
                "dossier under way still work."
            )
        ),
        note(say("To talk with the robot again, type “/robot”.")),
    )
    return Screen("news", blocks, (), (ROBOT,))


def answered(ticket: Ticket, said: str) -> Screen:
    """Give the person the answer to their question."""
    blocks = (
        title(say("The team answers your question {number}", number=_number(ticket))),
        *((quote(screens.short(ticket.words)),) if ticket.words else ()),
        text(Typed(said)),
        note(say("To reply, type “/question”. To talk with the robot again, type “/robot”.")),
    )
    return Screen("news", blocks, (), (REPLY, ROBOT))


def closed(ticket: Ticket) -> Screen:
    """Tell the person that the team has closed their question."""
    blocks = (
        title(say("Your question {number} is closed", number=_number(ticket))),
        text(say("The robot answers you again. If it is not settled, type “/question”: it opens again.")),
    )
    return Screen("news", blocks)


def erased(number: int) -> Screen:
    """Tell whoever had a ticket in hand that its person has erased everything, and it with it."""
    gone = say(
        "Question {number} is gone: its person has erased what they had asked. There is nothing left to do.",
        number=Typed(str(number)),
    )
    return Screen("news", (text(gone),), (), (QUEUE,))


def _number(ticket: Ticket) -> Typed:
    return Typed(str(ticket.number))

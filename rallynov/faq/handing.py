"""Handing a question over to a person: opening a ticket, adding to it, closing it, going back to the robot. Pure."""

from __future__ import annotations

from dataclasses import replace

from rallynov.dialogue.screens import note, quote, text
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Typed, say
from rallynov.editions.model import day_of
from rallynov.faq import screens
from rallynov.faq.answering import ID, NAME
from rallynov.faq.commands import AddLine, CloseTicket, OpenTicket, ResumeRobot
from rallynov.faq.hearing import FORMS
from rallynov.faq.model import Faq
from rallynov.faq.ticket import LINES_A_DAY, Line, Stage, Ticket, due
from rallynov.initiatives.model import Dossiers
from rallynov.people.model import Person

MOST_OPEN = 10
"""Open tickets that one person may have."""
_MANY = say(
    "You have already written twenty times on this question today: the team reads all of it. This was not sent; keep it "
    "for tomorrow, or ask another question:"
)
_ENOUGH = say("You already have ten open questions with the team. Open one of them to add to it.")


def dossier_number(scene: Scene) -> str:
    """Return the number of the person's dossier that was submitted; empty when there is none."""
    return next((one.receipt for one in scene.of(Dossiers).mine if one.receipt), "")


def hand_over(question: str, key: str, scene: Scene, *, aside: bool = False) -> Move:
    """Open a ticket for a question that is kept; ask first whether the number of a dossier may go with it.

    What was asked in a form comes back to its pending question; ``aside`` tells that it is still there.
    """
    number = dossier_number(scene)
    if key == "send" and number:
        return Move(to=Place(NAME, f"send:{question}"), over=True)
    faq = scene.of(Faq)
    put = faq.question(question)
    in_form = aside or put.where.partition(":")[0] in FORMS
    if sum(one.open for one in faq.tickets) >= MOST_OPEN:
        full = Move(lead=(text(_ENOUGH),), back=not aside)
        return full if in_form else Move(Place(NAME, "mine"), (), (text(_ENOUGH),), over=True)
    given = number if key == "with" else ""
    me, words = scene.of(Person).id, put.words
    made = Ticket(scene.secret[:ID], faq.next_number, me, words, scene.now, due(scene.now), dossier=given)
    order = OpenTicket(made.id, made.number, question, given)
    told = say("Your question is handed over, under number {number}.", number=Typed(str(made.number)))
    how = note(say("To see where it stands or to add something, type “/question”."))
    after = scene.having(faq.having(made))
    if in_form:
        said = (quote(screens.short(words)),) if words else ()
        return Move(None, (order,), (text(told), *said, how), after, back=not aside)
    return Move(Place(NAME, f"t:{made.id}"), (order,), (text(told), how), after, over=True)


def added(ticket: Ticket, typed: str, scene: Scene, *, here: bool = True) -> Move:
    """Write on a ticket; ``here`` tells that its thread is what the person has before their eyes."""
    if ticket.said_on(day_of(scene.now)) >= LINES_A_DAY:
        return Move(Place(NAME, f"t:{ticket.id}"), (), (text(_MANY), quote(Typed(typed))), over=True)
    line = Line(team=False, text=typed, at=scene.now)
    told = replace(ticket.saying(line), robot=False)
    done = say("Sent to the team, on question {number}.", number=Typed(str(ticket.number)))
    silent = say(
        "A person is answering you: what you type goes to them, and the robot stays silent. Its buttons and commands "
        "still work."
    )
    lead = (note(done),) if here or not ticket.live else (note(done), note(silent))
    scene = scene.having(scene.of(Faq).having(told))
    return Move(Place(NAME, f"t:{ticket.id}"), (AddLine(ticket.id, typed),), lead, scene, over=True)


def closed(ticket_id: str, scene: Scene) -> Move:
    """Close a ticket of one's own."""
    faq = scene.of(Faq)
    ticket = faq.find(ticket_id)
    if ticket is None:
        return Move(to=Place(NAME, "mine"), over=True)
    told = faq.having(replace(ticket, stage=Stage.CLOSED))
    lead = note(say("Question {number} is closed. Thank you.", number=Typed(str(ticket.number))))
    return Move(None, (CloseTicket(ticket.id),), (lead,), scene.having(told), back=True)


def back_to_robot(scene: Scene, *, here: bool) -> Move:
    """Talk with the robot again, whatever tickets a person is answering; ``here`` leaves a thread of the FAQ."""
    faq = scene.of(Faq)
    live = [one for one in faq.tickets if one.live]
    for one in live:
        faq = faq.having(replace(one, robot=True))
    said = say("You talk with the robot again. Your question stays open: “/question” leads to it.")
    orders = tuple(ResumeRobot(one.id) for one in live)
    return Move(None, orders, (note(said),) if live else (), scene.having(faq), back=here)

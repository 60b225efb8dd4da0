"""What the dialogues of questions order. Pure; texts never reach the audit."""

from __future__ import annotations

from dataclasses import dataclass, field

from rallynov.dialogue.turn import Command


@dataclass(frozen=True, slots=True)
class KeepQuestion(Command):
    """Keep a question and what it was found to mean; ``entries`` are those that were told or proposed, ``where`` is the
    screen on which it was asked.
    """

    id: str
    words: str = field(repr=False)
    language: str
    verdict: str
    entries: tuple[str, ...] = ()
    where: str = ""

    def subject(self) -> str:
        """Name the verdict."""
        return f"question:{self.verdict}"


@dataclass(frozen=True, slots=True)
class ChooseEntry(Command):
    """Keep which of the proposed entries was meant; none when it is empty."""

    question: str
    entry: str

    def subject(self) -> str:
        """Name the entry."""
        return f"faq:{self.entry}"


@dataclass(frozen=True, slots=True)
class RateAnswer(Command):
    """Keep whether an answer helped."""

    question: str
    helped: bool

    def subject(self) -> str:
        """Name the question."""
        return f"question:{self.question}"


@dataclass(frozen=True, slots=True)
class OpenTicket(Command):
    """Hand a question over to a person; its words and where it was asked are kept with the question."""

    id: str
    number: int
    question: str
    dossier: str

    def subject(self) -> str:
        """Name the ticket."""
        return f"ticket:{self.number}"


@dataclass(frozen=True, slots=True)
class OnTicket(Command):
    """An order about one ticket, by its id."""

    ticket: str

    def subject(self) -> str:
        """Name the ticket."""
        return f"ticket:{self.ticket}"


@dataclass(frozen=True, slots=True)
class AddLine(OnTicket):
    """Write on one's own ticket."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CloseTicket(OnTicket):
    """Close a ticket: the person their own, the team any; ``seen`` is its version before one's eyes, 0 is any."""

    seen: int = 0


@dataclass(frozen=True, slots=True)
class ResumeRobot(OnTicket):
    """Talk with the robot again, although a person is on the ticket."""


@dataclass(frozen=True, slots=True)
class TakeTicket(OnTicket):
    """Have a ticket in hand; ``seen`` is its version before one's eyes."""

    seen: int


@dataclass(frozen=True, slots=True)
class AnswerTicket(OnTicket):
    """Answer a ticket; ``seen`` is its version before one's eyes. A reply that ``waits`` is no answer yet."""

    text: str = field(repr=False)
    seen: int
    waits: bool = False


@dataclass(frozen=True, slots=True)
class LearnWays(Command):
    """Make questions new ways of asking for an entry."""

    entry: str
    language: str
    ways: tuple[str, ...] = field(repr=False)
    questions: tuple[str, ...] = ()

    def subject(self) -> str:
        """Name the entry."""
        return f"faq:{self.entry}"


@dataclass(frozen=True, slots=True)
class LearnEntry(Command):
    """Make a new entry of questions."""

    slug: str
    language: str
    category: str
    title: str = field(repr=False)
    answer: str = field(repr=False)
    ways: tuple[str, ...] = field(repr=False)
    questions: tuple[str, ...] = ()

    def subject(self) -> str:
        """Name the entry."""
        return f"faq:{self.slug}"


@dataclass(frozen=True, slots=True)
class SetAside(Command):
    """Leave questions unanswered for good."""

    questions: tuple[str, ...]

    def subject(self) -> str:
        """Count them."""
        return f"questions:{len(self.questions)}"

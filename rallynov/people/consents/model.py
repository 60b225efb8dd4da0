"""Consents: which announcements a person asked for, topic by topic, and whether they are reminded of a draft. Pure.

An announcement is opt-in: nothing is received that was not asked for. A reminder of one's own draft is opt-out. Both end
at once with ``StopMessages``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from rallynov.dialogue.turn import Command
from rallynov.text import fold

WORDING = "1"
"""The version of the words on which a consent is given, here and in the form of a dossier.

Raise it when their meaning changes; tests/people/test_consents_words.py holds what this version says.
"""
REMINDERS = "reminders"
"""What a person objects to when they want no reminder of a draft."""


class Topic(StrEnum):
    """What announcements are about; the values are the options of the field of a dossier that asks for them."""

    CALENDAR = "calendar"
    STAGES = "stages"
    ADVICE = "advice"
    PARTNERS = "partners"


class Source(StrEnum):
    """Where somebody said what they want; a link is followed by the partner whose it is (``linked``)."""

    DOSSIER = "dossier"
    COMMAND = "command"
    STOP = "stop"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Consents:
    """What a person receives without having written: the topics they asked for, and reminders unless they object."""

    given: frozenset[Topic] = frozenset()
    reminded: bool = True

    @property
    def silent(self) -> bool:
        """Tell whether nothing is sent that does not answer them or tell of their own dossier."""
        return not self.given and not self.reminded

    def after(self, choice: ChooseTopics) -> Consents:
        """Return these once topics were asked for, or given up."""
        return replace(self, given=self.given.difference(choice.withdrawn).union(choice.given))


def wanted(consents: Consents, topic: Topic) -> bool:
    """Tell whether announcements of a topic may be sent to somebody."""
    return topic in consents.given


@dataclass(frozen=True, slots=True)
class ChooseTopics(Command):
    """Ask for topics, and give others up; what is already so stays as it was recorded.

    ``wording`` names the words that were read: their version and their language.
    """

    given: tuple[Topic, ...]
    withdrawn: tuple[Topic, ...]
    source: str
    wording: str

    def subject(self) -> str:
        """Name the topics: those asked for, then those given up."""
        return f"consent:+{','.join(self.given)}:-{','.join(self.withdrawn)}"


@dataclass(frozen=True, slots=True)
class Remind(Command):
    """Be reminded of drafts, or not any more, whatever the dossier."""

    on: bool
    source: str

    def subject(self) -> str:
        """Name the reminders."""
        return f"reminders:{'on' if self.on else 'off'}"


@dataclass(frozen=True, slots=True)
class StopMessages(Command):
    """Give up every topic and the reminders, at once."""

    def subject(self) -> str:
        """Name nothing: it is about everything."""
        return "consent:all"


def read_as(language: str) -> str:
    """Name the words that somebody reads when they choose."""
    return f"{WORDING}/{language}"


def linked(partner: str) -> str:
    """Return the source of what is chosen behind a partner's link; that of the command when it names nobody.

    The name of an organisation and what its link holds of it have the same.
    """
    name = "".join(sign for sign in fold(partner).replace(" ", "-") if sign.isascii()).strip("-")
    return f"{Source.LINK}:{name[:PARTNER_MOST].rstrip('-')}" if name else Source.COMMAND


PARTNER_MOST = 40
"""Characters of a partner's name in a link; Telegram's deep links have 64 in all."""


def partner_of(source: str) -> str:
    """Return the partner that a source names; empty for any other."""
    head, _, partner = source.partition(":")
    return partner if head == Source.LINK else ""


def toggled(consents: Consents, topic: Topic, source: str, language: str) -> ChooseTopics:
    """Return what a press on a topic orders: the contrary of what stands."""
    off = wanted(consents, topic)
    return ChooseTopics(() if off else (topic,), (topic,) if off else (), source, read_as(language))


def answered(before: Collection[str], after: Collection[str], language: str) -> ChooseTopics:
    """Return what an answer to the field of a dossier orders.

    Only what was ticked in this very answer is asked for: a box that stood ticked, by a colleague or before a ``/stop``,
    says nothing of who finds it so. What is not ticked is given up.
    """
    given = tuple(one for one in Topic if one in after and one not in before)
    withdrawn = tuple(one for one in Topic if one not in after)
    return ChooseTopics(given, withdrawn, Source.DOSSIER, read_as(language))

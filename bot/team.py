"""The team's rooms, built together: the press that announces, the office of figures and exports, the bureau of dossiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.ground import Ground
from bot.office import OFFERED as COUNTED
from bot.office import Office, open_office
from bot.pressroom import OFFERED as ANNOUNCED
from bot.pressroom import Pressroom, open_pressroom
from rallynov.coordination.conversing import Desks
from rallynov.coordination.flow import BureauDialogue
from rallynov.coordination.screens import CHOICE as BUREAU
from rallynov.coordination.service import Bureau, open_bureau
from rallynov.delivery.subject import Subject
from rallynov.dialogue.dialogue import Dialogue
from rallynov.faq.letters import QUEUE
from rallynov.faq.librarian import Librarian
from rallynov.papers.model import Maker
from rallynov.people.permissions import Action
from rallynov.people.screens import INVITE_CHOICE, RoleChoice
from rallynov.privacy.rights import JOURNAL_CHOICE

OFFERED: tuple[RoleChoice, ...] = (
    RoleChoice(Action.SEE_DOSSIER, BUREAU),
    RoleChoice(Action.ANSWER_QUESTION, QUEUE),
    *ANNOUNCED,
    *COUNTED,
    JOURNAL_CHOICE,
    INVITE_CHOICE,
)
"""What roles add to the menu, room by room: each line is an action of the permission table and a command."""


@dataclass(frozen=True, slots=True)
class TeamRooms:
    """The rooms, and all that they bring to conversations."""

    press: Pressroom
    office: Office
    bureau: Bureau

    @property
    def dialogues(self) -> Sequence[Dialogue]:
        """What is said in them."""
        return (*self.office.dialogues, *self.press.dialogues, BureauDialogue())

    @property
    def subjects(self) -> Sequence[Subject]:
        """What is known and ordered in them."""
        return (*self.office.subjects, *self.press.subjects, Desks(self.bureau))

    @property
    def makers(self) -> Mapping[str, Maker]:
        """What makes their papers, by kind."""
        return {**self.office.makers, **self.press.makers}


def open_rooms(ground: Ground, librarian: Librarian) -> TeamRooms:
    """Build the three; refuses, with ``ContentError``, a template of announcement that cannot be used."""
    desk = open_bureau(
        ground.store,
        ground.form,
        ground.edition,
        ground.post,
        (ground.now, ground.new_secret),
        ground.content.places,
        ground.wording,
    )
    return TeamRooms(open_pressroom(ground), open_office(ground, librarian), desk)

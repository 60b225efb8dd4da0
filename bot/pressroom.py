"""What announcements add to the product: writing them, their files, the link of a partner and its poster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.ground import Ground
from rallynov.announcements import linking
from rallynov.announcements.approval import REVIEW_CHOICE, ReviewDialogue
from rallynov.announcements.facts import Crowds, Followed, Measures
from rallynov.announcements.filing import FOLDER, NewsClosing, media_maker
from rallynov.announcements.linking import LinkDialogue
from rallynov.announcements.poster import Addresses, poster_maker
from rallynov.announcements.screens.preview import PAPER
from rallynov.announcements.service import Newsroom
from rallynov.announcements.signups import LinkCounts
from rallynov.announcements.steering import SENDINGS_CHOICE, SendingsDialogue
from rallynov.announcements.writing.flow import WRITE_CHOICE, WritingDialogue
from rallynov.delivery.subject import Subject
from rallynov.dialogue.dialogue import Dialogue
from rallynov.editions.stages import rows as stage_rows
from rallynov.initiatives.attachments.folder import Folder
from rallynov.papers.model import Maker
from rallynov.people.screens import RoleChoice

OFFERED: tuple[RoleChoice, ...] = (WRITE_CHOICE, REVIEW_CHOICE, SENDINGS_CHOICE)
"""What roles add to the menu."""


@dataclass(slots=True)
class Naming:
    """What tells the address of the bot, once Telegram has told its name."""

    bot: Callable[[], str | None] = lambda: None

    def __call__(self) -> str:
        """Return the address; empty when it is not known."""
        return self.bot() or ""


@dataclass(frozen=True, slots=True)
class Pressroom:
    """The dialogues, facts and papers of announcements, and who ends their files."""

    dialogues: Sequence[Dialogue]
    subjects: Sequence[Subject]
    makers: Mapping[str, Maker]
    closing: NewsClosing
    naming: Naming = field(default_factory=Naming)


def open_pressroom(ground: Ground) -> Pressroom:
    """Build it; refuses, with ``ContentError``, a template that cannot be used."""
    store, edition, wording, now = ground.store, ground.edition, ground.wording, ground.now
    folder, naming = Folder(ground.folder(FOLDER)), Naming()
    crowds = Crowds(edition, now)
    addresses = Addresses(ground.settings.web_url or "", naming)
    return Pressroom(
        (
            WritingDialogue(ground.content.templates, wording.word),
            LinkDialogue(),
            ReviewDialogue(),
            SendingsDialogue(),
        ),
        (
            Newsroom(edition, ground.post, lambda tx: stage_rows.read(tx, edition)),
            crowds,
            Measures(edition, crowds),
            Followed(edition),
            LinkCounts(edition.slug),
        ),
        {
            PAPER: media_maker(store, folder),
            linking.POSTER: poster_maker(store, (edition.slug, edition.title), addresses, wording, now),
        },
        NewsClosing(store, ground.form, folder, ground.post, ground.new_id),
        naming,
    )

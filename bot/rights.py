"""What rights over one's data add to the product: one dialogue, three facts, three papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.settings import Settings
from rallynov.delivery.subject import Subject
from rallynov.dialogue.dialogue import Dialogue
from rallynov.editions.model import Edition
from rallynov.papers.model import Maker
from rallynov.people.restricting import Limits
from rallynov.privacy.copies import Copies
from rallynov.privacy.facts import Holdings, Journal
from rallynov.privacy.flow import PrivacyDialogue
from rallynov.privacy.rights import RightsDialogue
from rallynov.storage.store import Store
from rallynov.wording import Wording


def rights_dialogues() -> Sequence[Dialogue]:
    """Return the dialogues of privacy and of rights."""
    return PrivacyDialogue(), RightsDialogue()


def rights_subjects() -> Sequence[Subject]:
    """Return the facts of limitations, of what is held, and of the access log."""
    return Limits(), Holdings(), Journal()


def rights_makers(
    settings: Settings, store: Store, wording: Wording, edition: Edition, now: Callable[[], datetime]
) -> Mapping[str, Maker]:
    """Return the makers of the copies that people take away."""
    return Copies(store, wording, edition, settings.data_dir.absolute() / "pieces", now).makers()

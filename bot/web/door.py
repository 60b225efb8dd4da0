"""What the web door needs from outside: built by the wiring, read by every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from rallynov.announcements.archive import Archive
from rallynov.coordination.service import Bureau
from rallynov.delivery.service import Delivery
from rallynov.editions.stages.service import Board
from rallynov.exports.workshop import Workshop
from rallynov.faq.counter import Counter
from rallynov.faq.public import PublicFaq
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.lookup import Lookup
from rallynov.papers.model import Papers
from rallynov.sheets.model import Shelf
from rallynov.statistics.service import Statistics
from rallynov.wording import Wording

CHANNEL = "web"
Probe: TypeAlias = Callable[[], str | None]
"""Says what is wrong, in a few words without anything personal; None when all is well. Must not wait."""


def _no_link() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Door:
    """The web door's parts.

    ``secure`` tells that people reach us by https: the cookie is then bound to it. ``telegram_link`` is asked at every
    page, because the bot learns its own name after the start. ``routers`` belong to other doors (Telegram's webhook).
    ``base`` begins the addresses that are opened elsewhere; the request's own when it is empty. ``steps`` tells which
    screens are a question, with its rank and how many there are; ``shelves`` holds the fact sheets by language.
    """

    delivery: Delivery
    wording: Wording
    edition: str
    operator: str
    contact: str
    clock: Callable[[], datetime]
    new_token: Callable[[], str]
    """Makes 128 random bits that are safe in a URL: cookies and the ids of forms."""
    registry: CollectorRegistry
    secure: bool = False
    probes: Mapping[str, Probe] = field(default_factory=dict)
    routers: Sequence[APIRouter] = ()
    telegram_link: Callable[[], str | None] = _no_link
    papers: Papers = field(default_factory=lambda: Papers({}))
    shelves: Mapping[str, Shelf] = field(default_factory=dict)
    steps: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    base: str = ""
    folder: Folder | None = None
    heaviest: int = 10 * 2**20
    """Where files are received, None for nowhere; and the bytes of the heaviest one that is."""
    dossiers: Lookup | None = None
    """Where the pages of dossiers are read; None for no such pages."""
    counter: Counter | None = None
    """Where the team answers questions; None for no such pages."""
    stages: Board | None = None
    """Where the pages of stages are read; None for no such pages."""
    faq: PublicFaq | None = None
    """Where the pages of the FAQ are read; None for no such pages."""
    bureau: Bureau | None = None
    """Where the team finds all dossiers; None for no such pages."""
    statistics: Statistics | None = None
    """Where the figures are counted; None for no such page."""
    workshop: Workshop | None = None
    """Where exports are made; None for no such pages."""
    archive: Archive | None = None
    """Where the pages of announcements are read; None for no such pages."""
    director: str = ""
    host: str = ""
    """Who directs the publication, and who hosts it, as the legal notice names them; empty when it is not said."""
    patience: float = 5.0
    """Seconds that a page waits for its answer before it says that the message is kept."""

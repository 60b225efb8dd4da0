"""The poster of an organisation's link: one A4 page with its QR codes, or a QR code alone. Made when it is fetched."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from rallynov.announcements.links import start_of
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.words import Say, Term, Typed, Words, say
from rallynov.papers.model import File, Maker
from rallynov.papers.press import compile_pdf
from rallynov.people.consents.model import Topic
from rallynov.people.granting import grants_in
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Role
from rallynov.storage.store import Store
from rallynov.wording import Wording

TEMPLATE = Path(__file__).parent / "poster.typ"
_DARK = "#14382b"
_PIXELS = 24
"""Pixels of one square of a picture: a print of ten centimetres stays sharp."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where conversations are had: the address of the web door, and what tells that of the bot; empty when unknown."""

    web: str
    bot: Callable[[], str]

    def of(self, organisation: str) -> list[tuple[Say, str]]:
        """Return the links of an organisation, the web's first, each with where it leads."""
        start = start_of(organisation)
        web = f"{self.web.rstrip('/')}/c/{start}" if self.web else ""
        bot = f"{chat}?start={start}" if (chat := self.bot()) else ""
        both = ((say("On the web, without an account"), web), (say("On Telegram"), bot))
        return [(where, link) for where, link in both if link]


def poster_maker(
    store: Store,
    edition: tuple[str, str],
    addresses: Addresses,
    wording: Wording,
    now: Callable[[], datetime],
) -> Maker:
    """Return the maker of posters; ``edition`` is its slug and its title, a ref is ``pdf``, ``png`` or ``svg``.

    It is that of the organisation that the person of an address acts for; None for who may write nothing.
    """
    slug, named = edition

    def make(address: str, ref: str, language: str) -> File | None:
        with store.read() as tx:
            mine = select(ConversationRow.person_id).where(ConversationRow.address == address)
            grants = grants_in(tx, slug, tx.execute(mine).scalar() or "")
        if not may(grants, Action.WRITE_ANNOUNCEMENT):
            return None
        own = "" if Role.COORDINATOR in grants.roles else grants.organisation
        links = tuple(addresses.of(own))
        return draw(Poster(own, named, links, now()), ref, wording, language) if links else None

    return make


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster is about; ``organisation`` is empty for the team's, ``links`` lead to one place at least."""

    organisation: str
    edition: str
    links: tuple[tuple[Say, str], ...]
    at: datetime


def draw(poster: Poster, form: str, wording: Wording, language: str) -> File | None:
    """Draw a poster, or its first QR code alone; None for a form that there is not."""
    name = start_of(poster.organisation)
    match form:
        case "pdf":
            given = _given(poster, lambda words: wording.word(words, language)) | {"language": language}
            images = {f"qr{n}": _svg(link) for n, (_, link) in enumerate(poster.links)}
            return File(f"{name}.pdf", "application/pdf", compile_pdf(TEMPLATE, given, poster.at, images))
        case "png" | "svg":
            mime = "image/png" if form == "png" else "image/svg+xml"
            return File(f"{name}.{form}", mime, _code(poster.links[0][1], form))
        case _:
            return None


def _given(poster: Poster, word: Callable[[Words], str]) -> dict[str, object]:
    """Return what the template prints: words only."""
    alt = word(say("QR code of the address written below."))
    own = poster.organisation
    return {
        "title": word(say("Receive the news of the rally")),
        "running": word(say("{edition}. Poster of the announcements.", edition=Typed(poster.edition))),
        "brand": poster.edition,
        "with": word(say("With {organisation}", organisation=Typed(own))) if own else "",
        "what": word(_WHAT),
        "topics": [word(Term(f"form:news.{topic}:label")) for topic in Topic],
        "ways": [
            {"where": word(where), "link": link, "name": f"qr{n}", "alt": alt}
            for n, (where, link) in enumerate(poster.links)
        ],
        "stop": word(_STOP),
        "kept": word(_KEPT if own else _KEPT_ALONE),
    }


_WHAT = say("Scan a code: you choose what you receive, topic by topic. Ten seconds, no account, no name.")
_STOP = say("To stop: type “/stop” in the conversation. It takes effect at once, for good.")
_KEPT = say(
    "Your data: we keep the topics that you choose and their date, until you change them and three years after your last "
    "visit at most. The partner is told how many people sign up, never who. To know more: “/confidentialite”. To erase "
    "everything: “/effacer”."
)
_KEPT_ALONE = say(
    "Your data: we keep the topics that you choose and their date, until you change them and three years after your last "
    "visit at most. To know more: “/confidentialite”. To erase everything: “/effacer”."
)


def _svg(link: str) -> str:
    import segno  # noqa: PLC0415  # 2 MB for what is seldom printed

    return segno.make_qr(link, error="q").svg_inline(scale=10, border=4, dark=_DARK, light="#fff")


def _code(link: str, form: str) -> bytes:
    import segno  # noqa: PLC0415

    out = io.BytesIO()
    qr = segno.make_qr(link, error="q")
    if form == "png":
        qr.save(out, kind="png", scale=_PIXELS, border=4, dark=_DARK, light="#fff")
    else:
        qr.save(out, kind="svg", scale=10, border=4, dark=_DARK, light="#fff", title=link)
    return out.getvalue()

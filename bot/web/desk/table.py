"""The table of dossiers: searched, filtered and sorted by its address alone, fifty at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response

from bot.web.desk.front import Asked, Front, pairs
from bot.web.desk.nav import DOSSIERS
from bot.web.desk.words import ACTS, HEADS, SIZES, VERDICTS, WORDS, theme
from rallynov.coordination.model import ANY, NONE, Listing, read_listing
from rallynov.coordination.model import VERDICTS as PREPARED
from rallynov.dialogue.words import Typed, Words, plural
from rallynov.editions.stages.model import TERRITORIES
from rallynov.exports.model import REGISTERED
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.model import Status
from rallynov.initiatives.screens.parts import BADGES
from rallynov.people.permissions import Action, Whose

NEEDS = {
    "admit": Action.JUDGE_DOSSIER,
    "reject": Action.JUDGE_DOSSIER,
    "unprepare": Action.JUDGE_DOSSIER,
    "release": Action.RELEASE_VERDICTS,
    "label": Action.ANNOTATE_DOSSIER,
    "unlabel": Action.ANNOTATE_DOSSIER,
    "message": Action.MESSAGE_HOLDERS,
    "export": Action.EXPORT,
}
"""What is done with several dossiers, and the right that it needs."""


def themes(form: DossierForm) -> tuple[str, ...]:
    """Return the themes that a dossier may have."""
    field = form.find("themes")
    return field.options if field else ()


def listing_of(form: DossierForm, given: dict[str, str]) -> Listing:
    """Read a view of the table from an address."""
    return read_listing(given, frozenset(themes(form)), frozenset(TERRITORIES))


def view_of(form: DossierForm, query: str) -> Listing:
    """Read a view of the table from the query of its address, as pages that lead back to it carry it."""
    return listing_of(form, dict(parse_qsl(query[:2000])))


class TablePage:
    """The table of dossiers."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def mount(self, app: FastAPI) -> None:
        """Give the page its address."""
        app.add_route(DOSSIERS, self.show, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """Show one page of the table."""
        asked = await self._front.asked(request)
        if isinstance(asked, Response):
            return asked
        bureau = self._front.bureau
        listing = listing_of(bureau.form, dict(pairs(request)))
        found, labels = await asyncio.to_thread(bureau.table, asked.who, listing)
        turned = listing.turned()
        return self._front.page(
            "table.html",
            request,
            asked,
            table=found,
            narrowed=list(self._narrowed(asked, labels, listing)),
            listing=listing,
            plain=turned,
            total=plural("{n} dossier", "{n} dossiers", found.total),
            columns=[(sort, words, listing.sorted_by(sort).query) for sort, words in HEADS.items()],
            next=listing.turned(after=found.after).query if found.after else "",
            previous=listing.turned(before=found.before).query if found.before else "",
            choices=self._choices(asked, labels),
            registered=WORDS["registered"],
            acts=offered(asked),
            prepared_as=VERDICTS,
        )

    def _narrowed(
        self, asked: Asked, labels: Sequence[str], listing: Listing
    ) -> Iterator[tuple[Words, Words | None]]:
        """Name the filters that are on, each with what is chosen in it."""
        given, choices = listing.filters, self._choices(asked, labels)
        every = [*choices["status"], ("registered", WORDS["registered"])]
        picked = (
            ("status", given.status, every), ("territory", given.territory, choices["territory"]),
            ("size", given.size, choices["size"]), ("theme", given.theme, choices["theme"]),
            ("label", given.label, [(given.label, Typed(given.label))]), ("verdict", given.verdict, choices["verdict"]),
        )  # fmt: skip
        for name, chosen, known in picked:
            if chosen:
                yield WORDS[name], dict(known).get(chosen)
        for name in ("correction", "overdue", "late", "alike"):
            if getattr(given, name):
                yield WORDS[name], None

    def _choices(self, asked: Asked, labels: Sequence[str]) -> dict[str, list[tuple[str, Words]]]:
        """Return what each filter may be."""
        statuses: list[tuple[str, Words]] = [
            (str(one), BADGES[one]) for one in Status if asked.who.inner or one in REGISTERED
        ]
        return {
            "status": statuses,
            "territory": [(number, Typed(f"{number} {name}")) for number, name in TERRITORIES.items()],
            "size": list(SIZES.items()),
            "theme": [(one, theme(one)) for one in themes(self._front.bureau.form)],
            "label": [(one, Typed(one)) for one in labels],
            "verdict": [
                (ANY, WORDS["verdict_any"]),
                (NONE, WORDS["verdict_none"]),
                *((name, VERDICTS[act]) for name, act in PREPARED.items()),
            ],
        }


def offered(asked: Asked) -> list[tuple[str, Words]]:
    """Return what somebody may do with several dossiers."""
    return [(name, ACTS[name]) for name, action in NEEDS.items() if asked.who.may(action, Whose.OTHER)]

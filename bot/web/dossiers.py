"""The dossier as a page to read, beside the conversation in which it is filled in: a line leads back to its question.

Nothing is changed here but by what the conversation is told: a button sends it a command, as if it had been typed.
"""

from __future__ import annotations

import asyncio
import re

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.web import visitors
from bot.web.door import Door
from bot.web.reader import Reader, Readers
from bot.web.view import Desk, View, desk_of
from rallynov.delivery import conversations
from rallynov.delivery.message import resolve
from rallynov.dialogue.words import say
from rallynov.initiatives.lookup import Listed, Lookup
from rallynov.initiatives.overview import Overview

_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_ELSEWHERE = (
    say("This dossier cannot be shown here"),
    say(
        "It does not exist, or whoever uses this device does not share it. If it is yours, type “/continuer” in the "
        "conversation in which you began it, and open here the link that you receive."
    ),
)


class DossierPages:
    """The pages of dossiers, for those who share them."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where dossiers are not read, there are none."""
        if self._door.dossiers:
            app.add_route("/dossier", self.mine, methods=["GET"])
            app.add_route("/dossier/{dossier}", self.one, methods=["GET"])
            app.add_route("/beside", self.beside, methods=["GET"])

    async def mine(self, request: Request) -> Response:
        """List the dossiers of whoever asks; a single one is shown at once."""
        if visitors.is_embedded(request):
            raise HTTPException(404)
        reader = await self._readers.of(request)
        address = self._address(request)
        found = await asyncio.to_thread(self._mine, address) if address else ()
        if len(found) == 1:
            return RedirectResponse(f"/dossier/{found[0].id}{reader.query}", 303)
        return HTMLResponse(
            self._view.write("dossiers.html", reader, mine=found, form=desk_of(request, self._door))
        )

    async def one(self, request: Request) -> Response:
        """Show a dossier to whoever shares it; to anybody else, say kindly that there is none."""
        if visitors.is_embedded(request):
            raise HTTPException(404)
        reader, dossier = await self._readers.of(request), request.path_params["dossier"]
        address = self._address(request)
        known = _ID.fullmatch(dossier) and address
        found = await asyncio.to_thread(self._overview, address, dossier) if known else None
        if found is None:
            title, text = (self._door.wording.word(words, reader.language) for words in _ELSEWHERE)
            return HTMLResponse(self._view.write("trouble.html", reader, title=title, text=text), 404)
        several = len(await asyncio.to_thread(self._mine, address)) > 1
        return HTMLResponse(self._written(found, reader, desk_of(request, self._door), several=several))

    async def beside(self, request: Request) -> Response:
        """Give the column beside the conversation; nothing when there is no dossier."""
        address = self._address(request)
        if not address or visitors.is_foreign(request):
            return Response(status_code=204)
        reader = await self._readers.of(request)
        found = await asyncio.to_thread(self._near, address)
        if found is None:
            return Response(status_code=204)
        return HTMLResponse(self._view.write("beside.html", reader, dossier=found))

    def _written(self, found: Overview, reader: Reader, desk: Desk, *, several: bool) -> str:
        told = resolve(found.standing, 0, self._door.wording, reader.language).blocks
        takes = found.editable and self._door.folder is not None
        word = self._door.wording.word
        documents = [(one.kind, one.ref, word(one.label, reader.language)) for one in found.papers]
        return self._view.write(
            "dossier.html",
            reader,
            dossier=found,
            standing=told[1:],
            documents=documents,
            takes=takes,
            fetched=self._door.folder is not None,
            several=several,
            desk=desk,
        )

    def _address(self, request: Request) -> str:
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        return visitors.address_of(cookie) if cookie else ""

    @property
    def _lookup(self) -> Lookup:
        if self._door.dossiers is None:
            raise HTTPException(404)
        return self._door.dossiers

    def _mine(self, address: str) -> tuple[Listed, ...]:
        with self._door.delivery.store.read() as tx:
            return self._lookup.mine(tx, address)

    def _overview(self, address: str, dossier: str) -> Overview | None:
        with self._door.delivery.store.read() as tx:
            return self._lookup.overview(tx, address, dossier, self._door.clock())

    def _near(self, address: str) -> Overview | None:
        with self._door.delivery.store.read() as tx:
            near = self._lookup.near(tx, conversations.fetch(tx, [address]).get(address))
            return self._lookup.overview(tx, address, near.id, self._door.clock()) if near else None

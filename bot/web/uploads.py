"""The files of a dossier or of an announcement on the web: a plain form sends some; whoever shares a dossier fetches its own.

A file is an event of the conversation, like anything that is said: it is kept until the worker has looked at it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from bot import plain
from bot.web import visitors
from bot.web.door import CHANNEL, Door
from bot.web.limits import Pace
from bot.web.reader import Reader, Readers
from bot.web.receiving import Arrived, Received, Reception
from bot.web.view import View
from rallynov.announcements import filing
from rallynov.delivery.inbox import Incoming
from rallynov.dialogue.events import OfferedFile
from rallynov.dialogue.turn import Place
from rallynov.dialogue.words import Say, say
from rallynov.initiatives.attachments import reading
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.kinds import MIMES
from rallynov.initiatives.attachments.reading import Readable

log = structlog.get_logger("rallynov.web")
AN_HOUR, FORMS = 3600.0, 40
"""Forms with files that one visitor may send in an hour."""
CROWDED = 400 * 2**20
"""Bytes of files not yet examined from which no more are received: the disk is for those that are kept."""
STORING = 10.0
COMING = 900.0
"""Seconds that a form may take to come: forty megabytes on a slow line."""
UNPACKED = tuple(MIMES.values())
"""Types that are packed already, or of which a part may be asked for."""
SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-store"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_SENT = say("The files were not sent")
TROUBLES: dict[int, tuple[Say, Say]] = {
    400: (
        _NOT_SENT,
        say("This form could not be read, so nothing was done. Please choose your files again."),
    ),
    403: (
        _NOT_SENT,
        say("This page was no longer up to date, or your dossier takes no file now. Open it and try again."),
    ),
    413: (_NOT_SENT, say("They are too heavy together, or too many at once. Send fewer of them at a time.")),
    429: (
        _NOT_SENT,
        say("You have sent many files within an hour. Please wait a little before you send more."),
    ),
    503: (_NOT_SENT, say("We cannot take files for the moment. Please send yours again in a few minutes.")),
}


class Uploads:
    """The pages of files."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers
        self._pace = Pace(door.clock, FORMS, AN_HOUR)

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; without a folder for files, there are none."""
        if self._door.folder:
            app.add_route("/pieces", self.send, methods=["POST"])
            app.add_route("/pieces/{dossier}/{piece}", self.download, methods=["GET"])

    async def send(self, request: Request) -> Response:
        """Receive files and say in the conversation that they were sent; return to where they were sent from."""
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        reader = self._readers.at(request)
        if not cookie or not visitors.comes_from_here(request):
            return self._trouble(403, reader)
        address = visitors.address_of(cookie)
        try:
            async with asyncio.timeout(COMING):
                await asyncio.to_thread(self._admissible, address)
                received = await self._reception(cookie).read(request)
        except HTTPException as error:
            return self._trouble(error.status_code, reader)
        except Exception as error:  # a full disk, the database away, a browser that left
            log.error("files_not_received", error=type(error).__name__)
            return self._trouble(503, reader)
        reader = self._readers.at(request, received.fields.get("lang", ""))
        return await self._told(request, address, received, reader)

    def _reception(self, cookie: str) -> Reception:
        folder, most = self._stored

        def agrees(given: Mapping[str, str]) -> bool:
            return visitors.token_agrees(cookie, given.get("id", "")[:64], given.get("token", ""))

        return Reception(folder, self._door.new_token, most, agrees)

    @property
    def _stored(self) -> tuple[Folder, int]:
        if self._door.folder is None:
            raise HTTPException(404)
        return self._door.folder, self._door.heaviest

    def _admissible(self, address: str) -> None:
        """Refuse a visitor who has no dossier to add to, and everybody while too much waits (synchronous)."""
        with self._door.delivery.store.read() as tx:
            if not (reading.may_add(tx, address) or filing.may_add(tx, address)):
                raise HTTPException(403)
        if self._stored[0].arrived() > CROWDED:
            log.error("too_many_files_wait")
            raise HTTPException(503)
        if not self._pace.allows(address):
            raise HTTPException(429)

    async def _told(self, request: Request, address: str, received: Received, reader: Reader) -> Response:
        dossier = received.fields.get("dossier", "")
        to = Place("dossier", f"{dossier}:files") if _ID.fullmatch(dossier) else None
        events = self._events(address, received, to, reader.language)
        try:
            async with asyncio.timeout(STORING):
                await self._door.delivery.take(events)
        except Exception as error:
            log.error("files_not_kept", error=type(error).__name__)  # what arrived is swept away
            return self._trouble(503, reader)
        if events and await self._answered(events[-1]):
            await asyncio.to_thread(self._tidy, received)
        return RedirectResponse(_back(request), 303)

    def _events(
        self, address: str, received: Received, to: Place | None, language: str
    ) -> Sequence[Incoming]:
        """Write an event a file: sent twice by the same form, it is one."""
        form, now = received.fields.get("id", ""), self._door.clock()
        made = []
        for number, file in enumerate(received.files):
            told = f"{address}\n{form}\nfile {number}\n{file.name}\n{file.size}"
            event_id = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
            payload = plain.file_payload(_offered(file), to, language)
            made.append(Incoming(CHANNEL, event_id, address, payload, now))
        return made

    async def _answered(self, last: Incoming) -> bool:
        try:
            return await self._door.delivery.handled(CHANNEL, last.external_id, self._door.patience)
        except Exception as error:
            log.warning("answer_not_seen", error=type(error).__name__)
            return False

    def _tidy(self, received: Received) -> None:
        """Throw away at once what the conversation did not take; the sweeping would in an hour."""
        names = {file.arrival for file in received.files if file.arrival}
        with self._door.delivery.store.read() as tx:
            wanted = reading.wanted(tx, names) | filing.wanted(tx, names)
        for name in names - wanted:
            self._stored[0].forget(name)

    async def download(self, request: Request) -> Response:
        """Hand a file over to whoever shares its dossier, to be saved, never to be shown as a page of ours."""
        dossier, piece = request.path_params["dossier"], request.path_params["piece"]
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        if (
            not cookie
            or visitors.is_embedded(request)
            or not _ID.fullmatch(dossier)
            or not _ID.fullmatch(piece)
        ):
            raise HTTPException(404)
        found = await asyncio.to_thread(self._readable, visitors.address_of(cookie), dossier, piece)
        path = self._stored[0].place(dossier, piece)
        if found is None or not await asyncio.to_thread(path.is_file):
            raise HTTPException(404)
        return FileResponse(path, media_type=found.mime, filename=found.name, headers=SANDBOX)

    def _readable(self, address: str, dossier: str, piece: str) -> Readable | None:
        with self._door.delivery.store.read() as tx:
            return reading.readable(tx, address, dossier, piece)

    def _trouble(self, status: int, reader: Reader) -> Response:
        title, text = (
            self._door.wording.word(words, reader.language) for words in TROUBLES.get(status, TROUBLES[400])
        )
        page = self._view.write("trouble.html", reader, title=title, text=text)
        return HTMLResponse(page, status, {"Retry-After": "300"} if status in {429, 503} else None)


def _offered(file: Arrived) -> OfferedFile:
    return OfferedFile(f"web:{file.arrival}", file.name, file.size, file.mime)


def _back(request: Request) -> str:
    """Return the page of a dossier that the form stood on; else the end of the conversation."""
    path = urlsplit(request.headers.get("referer", "")).path
    return f"{path}#files" if re.fullmatch(r"/dossiers?(?:/[A-Za-z0-9_-]{1,64})?", path) else "/#debut"

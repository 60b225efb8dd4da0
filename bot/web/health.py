"""Whether the process is alive, whether it can serve, and its figures."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select

from bot.web.door import Door, Probe
from bot.web.metrics import Figures
from rallynov.delivery import inbox
from rallynov.delivery.tables import InboxRow, OutboxRow

TOO_OLD = timedelta(seconds=60)
WITHIN = 5.0
"""Seconds that the database has to answer."""
FRESH = timedelta(seconds=2)
"""How long an answer serves again: whoever asks in a loop does not write in a loop."""


class Health:
    """The pages for the machine that watches over us."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._asking = asyncio.Lock()
        self._found: dict[str, str] = {}
        self._found_at: datetime | None = None
        door.registry.register(Figures(door.delivery, door.clock))

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route("/healthz", self.alive, methods=["GET"])
        app.add_route("/readyz", self.ready, methods=["GET"])
        app.add_route("/metrics", self.metrics, methods=["GET"])

    async def alive(self, request: Request) -> Response:  # a route's signature
        """Answer: the process is alive."""
        return PlainTextResponse("ok")

    async def ready(self, request: Request) -> Response:  # a route's signature
        """Name what fails, with status 503; nothing fails when we can serve."""
        async with self._asking:
            now = self._door.clock()
            if self._found_at is None or not timedelta(0) <= now - self._found_at < FRESH:
                self._found, self._found_at = await self._failing(now), now
            failing = dict(self._found)
        return JSONResponse({"ready": not failing, "failing": failing}, 503 if failing else 200)

    async def metrics(self, request: Request) -> Response:  # a route's signature
        """Give the figures in Prometheus's text form."""
        figures = await asyncio.to_thread(generate_latest, self._door.registry)
        return Response(figures, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _failing(self, now: datetime) -> dict[str, str]:
        found = {name: trouble for name, probe in self._door.probes.items() if (trouble := _ask(probe))}
        since = self._door.delivery.unwritten()
        if since:  # what is written below may still find room in the journal
            return found | {"database": f"what comes could not be written for {since:.0f} s"}
        try:
            async with asyncio.timeout(WITHIN):
                return found | await self._door.delivery.store.writing(self._stored, now)
        except Exception as error:
            return found | {"database": type(error).__name__}

    def _stored(self, now: datetime) -> dict[str, str]:
        """Write for real (a full disk reads very well), then look for what waits too long."""
        with self._door.delivery.store.write() as tx:
            inbox.move_cursor(tx, "readyz", 0, now)
            event = select(func.min(InboxRow.received_at)).where(InboxRow.status == "new")
            mine = OutboxRow.status.in_(("queued", "sending")) & (OutboxRow.rank == 0)
            reply = select(func.min(OutboxRow.created_at)).where(mine)
            waiting = {"events": tx.execute(event).scalar(), "replies": tx.execute(reply).scalar()}
        return {
            name: f"the oldest waits for {(now - since).total_seconds():.0f} s"
            for name, since in waiting.items()
            if since is not None and now - since > TOO_OLD
        }


def _ask(probe: Probe) -> str | None:
    """Ask a probe; one that breaks has found something."""
    try:
        return probe()
    except Exception as error:
        return type(error).__name__

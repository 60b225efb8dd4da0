"""The webhook: updates posted to us, stored before they are acknowledged with 200."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Request, Response

from bot.telegram.poller import Poller

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1024 * 1024
"""Bytes of a body that we read; Telegram's updates are far smaller."""


def secret(token: str) -> str:
    """Return what Telegram proves itself by: derived from the token, so that every process knows it."""
    return hmac.new(token.encode(), b"rallynov webhook", hashlib.sha256).hexdigest()


def router(url: str, token: str, poller: Poller) -> APIRouter:
    """Return the route that Telegram posts to, at the path of the public URL."""
    routes = APIRouter()
    expected = secret(token).encode()

    @routes.post(urlsplit(url).path or "/", include_in_schema=False)
    async def receive(request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, expected):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        try:
            update = _loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        await poller.receive(update)
        return Response(status_code=200)

    return routes


def _loads(body: bytes) -> object:
    """Read JSON; half a character in a text is forgiven, else Telegram would bring it again for a day."""
    try:
        return orjson.loads(body)
    except ValueError:
        return json.loads(body)


async def _body(request: Request) -> bytes | None:
    """Read a body up to its limit; None when it is larger."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST:
            return None
    return bytes(read)

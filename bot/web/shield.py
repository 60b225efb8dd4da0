"""What every answer carries, whatever made it: security headers, how long it may be kept, and a page for a bug."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import structlog

log = structlog.get_logger("rallynov.web")
Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
HTTPS = (b"strict-transport-security", b"max-age=31536000")
STATIC = "/static/"


class Shield:
    """The outermost layer; an exception that nobody caught becomes ``trouble``, a whole page in the reader's language."""

    def __init__(self, app: Application, *, secure: bool, trouble: Callable[[Scope], str]) -> None:
        self._app = app
        self._headers = [*HEADERS, *([HTTPS] if secure else [])]
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", ()), *self._headers, *_keeping(scope, message)]
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            log.error("page_failed", path=_route(scope), error=type(error).__name__)  # no typed text in logs
            if begun:
                raise
            body = self._trouble(scope).encode()
            kind = [
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
            ]
            await guarded({"type": "http.response.start", "status": 500, "headers": kind})
            await guarded({"type": "http.response.body", "body": body})


def _route(scope: Scope) -> str:
    """Return the template of the address that was asked for: the address itself may be a secret."""
    return str(getattr(scope.get("route"), "path", "unknown"))


def _keeping(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    """Say how long an answer may be kept: a static file whose version is in its address for good, a page never."""
    if any(name.lower() == b"cache-control" for name, _ in message.get("headers", ())):
        return []
    if not scope["path"].startswith(STATIC) or message["status"] not in {200, 304}:
        return [(b"cache-control", b"no-store")]
    fixed = scope.get("query_string", b"").startswith(b"v=")
    return [(b"cache-control", b"public, max-age=31536000, immutable" if fixed else b"public, max-age=86400")]

"""Who is at the web door: a random cookie, the address it stands for, and whether a form comes from our own page.

Nothing is set before the first act. The cookie never leaves the browser: storage knows its sha256 alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import urlsplit

from fastapi import Request, Response

from bot.web.door import CHANNEL

MAX_AGE = 90 * 24 * 3600
"""Seconds; the retention of an anonymous diagnosis after the last visit."""
_COOKIE = re.compile(r"[A-Za-z0-9_-]{22,64}")
_PORTS = {"http": ":80", "https": ":443"}


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; with https, one that a neighbouring site or a plain connection cannot set."""
    return "__Host-rallynov" if secure else "rallynov"


def cookie_of(request: Request, *, secure: bool) -> str | None:
    """Return the visitor's cookie; None when there is none or it is not one of ours."""
    value = request.cookies.get(cookie_name(secure=secure), "")
    return value if _COOKIE.fullmatch(value) else None


def keep(response: Response, cookie: str, *, secure: bool) -> None:
    """Give the visitor their cookie, for as long as their answers are kept after this visit."""
    response.set_cookie(
        cookie_name(secure=secure), cookie, MAX_AGE, path="/", secure=secure, httponly=True, samesite="lax"
    )


def address_of(cookie: str) -> str:
    """Return the address of a visitor's conversation."""
    return f"{CHANNEL}:{hashlib.sha256(cookie.encode()).hexdigest()}"


def form_token(cookie: str, form_id: str) -> str:
    """Return what a form of this visitor's page carries, to tell it from a form of elsewhere.

    Another one for each form: the length of a compressed page, guess after guess, then tells nothing.
    """
    return hmac.new(cookie.encode(), f"rallynov form 2 {form_id}".encode(), hashlib.sha256).hexdigest()


def token_agrees(cookie: str, form_id: str, token: str) -> bool:
    """Tell whether a form's token is this visitor's."""
    return hmac.compare_digest(form_token(cookie, form_id).encode(), token.encode())


def comes_from_here(request: Request) -> bool:
    """Tell whether a request that changes something was made by our own page.

    Browsers say it in ``Sec-Fetch-Site`` (https, or this machine), else in ``Origin``, else in ``Referer``; one that
    says nothing at all is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    here = request.headers.get("host", "").casefold()
    try:
        source = urlsplit(origin)
    except ValueError:
        return False
    port = _PORTS.get(source.scheme, "")
    return bool(here) and source.netloc.casefold().removesuffix(port) == here.removesuffix(port)


def is_foreign(request: Request) -> bool:
    """Tell whether the browser says that another site asks for this: for requests that change nothing."""
    return request.headers.get("sec-fetch-site", "same-origin") in {"cross-site", "same-site"}


def is_embedded(request: Request) -> bool:
    """Tell whether another site asks for this as a part of its own page, which nobody chose to open."""
    return is_foreign(request) and request.headers.get("sec-fetch-mode", "navigate") != "navigate"

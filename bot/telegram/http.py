"""How the Bot API is called: by which HTTP client, with which patience. Three of them behind PTB's `BaseRequest`.

All raise `NotSent` or `MaybeSent…` and never put the URL, which holds the token, in an exception. All keep HTTP/1.1
connections alive, refuse redirects and never try a request twice. A client is imported only when it is chosen.

| client | proxies | certificate authorities |
|---|---|---|
| direct: our own connections, the quickest | none | the machine's, else certifi's |
| pyreqwest (Apache-2.0), quick | the environment's, socks too | the machine's (Debian: ca-certificates) |
| httpx: PTB's own | the environment's | certifi's |
"""

import json
from typing import Any, Final, Literal, TypeAlias
from urllib.request import getproxies

import orjson
from telegram.request import BaseRequest

Client: TypeAlias = Literal["auto", "direct", "pyreqwest", "httpx"]
"""Which client; "auto" is direct, or pyreqwest when the environment names a proxy (`HTTPS_PROXY`, `HTTP_PROXY`,
`ALL_PROXY`; `NO_PROXY` is its own to read).
"""
Seconds: TypeAlias = Any
"""PTB's word for a wait: seconds, None for ever, or `DEFAULT_NONE` for the object's own."""

CONNECT: Final = 5.0
"""Seconds to reach the server: name, TCP and TLS together."""
READ: Final = 15.0
"""Seconds to wait for an answer once the request has left."""
POOL: Final = 5.0
"""Seconds to wait for a free connection."""
UPLOAD: Final = 20.0
"""Seconds more when files are sent, as in PTB."""
_STRICT: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def make_request(client: Client, pool: int) -> BaseRequest:
    """A request object for `telegram.Bot` with at most `pool` connections at once.

    Raises `RuntimeError` when pyreqwest finds no certificate authority on the machine.
    """
    if client == "auto":
        client = "pyreqwest" if getproxies().keys() & {"http", "https", "all"} else "direct"
    match client:
        case "direct":
            from bot.telegram.direct import DirectRequest  # noqa: PLC0415  # megabytes that others do not need

            return DirectRequest(pool)
        case "pyreqwest":
            from bot.telegram.fast import FastRequest  # noqa: PLC0415

            return FastRequest(pool)
        case _:
            from bot.telegram.plain import PlainRequest  # noqa: PLC0415

            return PlainRequest.of(pool)


def encoded(parameters: dict[str, Any]) -> bytes:
    """Parameters as a JSON body; raises what json raises for what is not JSON, or no text at all."""
    try:
        return orjson.dumps(parameters, option=_STRICT)
    except TypeError:
        # json manages (integers over 64 bits) or says why not: UnicodeEncodeError for a lone surrogate.
        return json.dumps(parameters, ensure_ascii=False).encode()

"""Logs: structured, in English, with action names; never a token, never what a person typed.

One line an event, as JSON for machines or ``key=value`` for people, our own as those of libraries. Three nets: values whose
name tells that they are somebody's are struck out, so is what looks like a secret or a person wherever it stands, and of an
exception only its type and its place are shown, unless it can hold nothing but words of the system.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from bot.lean import without

with (
    without("rich"),
    without("greenlet"),
):  # 6 MB, to colour tracebacks that we never show, for threads we do not have
    import structlog

STRUCK = "***"
SECRETS = re.compile(
    r"""(?<!\d)\d{6,12}:[A-Za-z0-9_-]{4,}                                # a bot's token
    |(?<=://)[^/@\s:"']+:[^/\s"']+(?=@)                                 # a password in a URL
    |(?<=password=)[^\s"']+                                             # and in PostgreSQL's own form
    |(?<=Bearer\ )\S+
    |(?<=[?&]code=)[^&\s"']+|(?<=[?&]start=)[^&\s"']+|(?<=[?&]token=)[^&\s"']+
    |(?<=telegram:)-?\d+(?![\w-])|(?<=web:)[\w-]{8,}|(?<=terminal:)[^\s:"',)\]}]+   # how a person is reached
    |[\w.+-]+@[\w-]+(?:\.[\w-]+)+                                     # e-mail
    |(?<![\w+.:-])(?:0|(?:\+|00)\d{1,3}[ .-]?)[1-9](?:[ .-]?\d{2}){4}(?![\w:])      # telephone
    """,
    re.VERBOSE,
)
PRIVATE = frozenset(
    (
        "address",
        "answer",
        "answers",
        "body",
        "contact",
        "content",
        "email",
        "message",
        "name",
        "password",
        "payload",
        "person",
        "phone",
        "said",
        "secret",
        "text",
        "title",
        "token",
        "typed",
        "value",
    )
)
"""Names of values that are never shown, whatever they hold."""
PLAIN = (OSError, RuntimeError, ImportError, MemoryError, NotImplementedError, RecursionError)
"""Exceptions whose words are the system's, or ours: those of others may repeat what a person typed."""
QUIET = ("httpx", "httpcore", "apscheduler", "uvicorn.access", "asyncio", "alembic")
_BARE = re.compile(r"[^\s\"'=]+")
Event = MutableMapping[str, Any]


def redact(text: str) -> str:
    """Strike out secrets, and what tells who somebody is."""
    return SECRETS.sub(STRUCK, text)


def told(error: BaseException) -> str:
    """Tell an exception with all that it came from: places and types; words only where they cannot be a person's."""
    parts: list[str] = []
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        words = str(link) if isinstance(link, PLAIN) else STRUCK
        parts.append("".join(traceback.format_tb(link.__traceback__)) + f"{type(link).__name__}: {words}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return redact("\n".join(reversed(parts)))


def _struck(_logger: Any, _method: str, event: Event) -> Event:
    """Strike out what belongs to somebody, by its name, and secrets by their looks, however deep they lie."""
    return {
        name: STRUCK if name in PRIVATE and value is not None else _clean(value)
        for name, value in event.items()
    }


def _clean(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case bool() | int() | float() | None:
            return value
        case BaseException():
            return type(value).__name__
        case Mapping():
            return {
                redact(str(name)): STRUCK if name in PRIVATE else _clean(one) for name, one in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_clean(one) for one in value]
        case _:
            return redact(repr(value))


def _excepted(_logger: Any, _method: str, event: Event) -> Event:
    """Put an exception into words."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def _redacted(_logger: Any, _name: str, line: Any) -> str:
    """Strike secrets out of the line as it is written, whatever was missed before."""
    return redact(str(line))


class _Lines(logging.Formatter):
    """What libraries log, in the form of our own lines."""

    def __init__(self, renderer: Any) -> None:
        super().__init__()
        self._renderer = renderer

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        event: Event = {
            "logger": record.name,
            "event": redact(" ".join(record.getMessage().splitlines())),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            **({"exc_info": record.exc_info} if record.exc_info else {}),
        }
        shown = _excepted(None, "", event)
        record.exc_text = None
        return redact(str(self._renderer(None, record.levelname.lower(), shown)))


def _keys(_logger: Any, _method: str, event: Event) -> str:
    """Write ``when level event key=value``; an exception follows, on lines of its own."""

    def parts() -> Iterator[str]:
        yield str(event.pop("timestamp", ""))
        yield f"{event.pop('level', ''):<8}"
        yield str(event.pop("event", ""))
        for name, value in event.items():
            shown = str(value)
            yield f"{name}={shown if _BARE.fullmatch(shown) else repr(shown)}"

    exception = event.pop("exception", None)
    line = " ".join(part for part in parts() if part).replace("\n", "\\n")
    return f"{line}\n{exception}" if exception else line


def configure(form: str, level: int = logging.INFO) -> None:
    """Set up the logs of this process, on standard error: ``console`` for people, ``json`` for machines."""
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else _keys
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(renderer))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _excepted,
            _struck,
            renderer,
            _redacted,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )

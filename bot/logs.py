"""Logs: structured, in English, with action names; never a token, never what a person typed."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

from bot.lean import without

with (
    without("rich"),
    without("greenlet"),
):  # 6 MB, to colour tracebacks that we never show, for threads we do not have
    import structlog

SECRETS = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{4,}|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)")
QUIET = ("httpx", "httpcore", "apscheduler", "uvicorn.access", "asyncio", "alembic")


def redact(text: str) -> str:
    """Strike out bot tokens and passwords in URLs."""
    return SECRETS.sub("***", text)


def _redacted(_logger: Any, _name: str, line: Any) -> str:
    """Strike secrets out of the line as it is written, wherever in a value they stood."""
    return redact(str(line))


class _Redacting(logging.Filter):
    """Strikes secrets out of what libraries log, exception texts included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True


def configure(form: str, level: int = logging.INFO) -> None:
    """Set up the logs of this process, on standard error: ``console`` for people, ``json`` for machines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Redacting())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
            _redacted,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )

"""Updates as Telegram sends them, and what they become."""

from datetime import UTC, datetime
from typing import Any

from bot.telegram.updates import parse, read
from rallynov.dialogue.events import Event

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PERSON = {"id": 7, "is_bot": False, "first_name": "Camille"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Camille"}
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "Équipe"}
FILE = {"file_id": "A", "file_unique_id": "B", "file_size": 5}


def message(chat: dict[str, Any] = PRIVATE, **held: Any) -> dict[str, Any]:
    return {"message": {"message_id": 3, "date": 1, "from": PERSON, "chat": chat, **held}}


def event(update: dict[str, Any]) -> Event:
    """What an update becomes, through its stored form."""
    parsed = parse([{"update_id": 11, **update}], "42", NOW)
    assert parsed.malformed == 0
    return read(parsed.events[0].payload)

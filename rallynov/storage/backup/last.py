"""When the last backup was made, remembered in a small file: the command writes it, the doctor and the figures read it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

NAME = "sauvegarde.json"


class Last(BaseModel):
    """The last backup: when, where, how large."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    path: Path
    bytes: int


def note(folder: Path, last: Last) -> None:
    """Remember a backup."""
    draft = folder / f".{NAME}"
    draft.write_text(last.model_dump_json(), "utf-8")
    draft.replace(folder / NAME)


def last(folder: Path) -> Last | None:
    """Return the last backup; None when none is known."""
    try:
        return Last.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return None

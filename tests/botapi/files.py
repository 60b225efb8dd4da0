"""The files that people sent: held here, told by getFile, given at their address; at most 20 MB, as Telegram does."""

from dataclasses import dataclass, field
from typing import Any

from .faults import Refused

LARGEST = 20 * 1024 * 1024


@dataclass(slots=True)
class Files:
    """Contents by file id; ``told`` is a size that the server claims against the truth."""

    held: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def hold(self, content: bytes, told: int | None = None) -> str:
        """Take a file and give its id."""
        file_id = f"BQACAgQAA{len(self.held) + 1}"
        self.held[file_id] = content
        self.told[file_id] = len(content) if told is None else told
        return file_id

    def describe(self, params: dict[str, Any]) -> dict[str, Any]:
        """Answer getFile."""
        file_id = str(params.get("file_id"))
        if file_id not in self.held:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if self.told[file_id] > LARGEST:
            raise Refused(400, "Bad Request: file is too big")
        path = f"documents/file_{file_id}.bin"
        return {
            "file_id": file_id,
            "file_unique_id": "AgADx",
            "file_size": self.told[file_id],
            "file_path": path,
        }

    def at(self, path: str) -> bytes | None:
        """Give the content at the path that getFile told."""
        return self.held.get(path.removeprefix("documents/file_").removesuffix(".bin"))

"""What a test makes go wrong: refusals, lost answers, silence, blocked and flooded chats."""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    502: "Bad Gateway",
}


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """The call is refused, with an HTTP status and a body."""

    def __init__(self, status: int, description: str | None = None, retry_after: int | None = None) -> None:
        text = description or DESCRIPTIONS.get(status, "Internal Server Error")
        if status == 429 and description is None:
            retry_after = 1 if retry_after is None else retry_after  # the real server always tells it
            text = f"Too Many Requests: retry after {retry_after}"
        answer: dict[str, Any] = {"ok": False, "error_code": status, "description": text}
        if retry_after is not None:
            answer["parameters"] = {"retry_after": retry_after}
        super().__init__(text)
        self.status = status
        self.body = orjson.dumps(answer)


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, `left` times (None: until healed)."""

    kind: Literal["fail", "drop", "hang"]
    left: int | None
    status: int = 500
    retry_after: int | None = None
    body: bytes | None = None

    def refusal(self) -> Refused:
        """Give the refusal of a `fail`; its own body goes before the usual one."""
        refused = Refused(self.status, retry_after=self.retry_after)
        if self.body is not None:
            refused.body = self.body
        return refused


class Faults:
    """The faults to come, by method (`*` is any method) and by chat."""

    def __init__(self) -> None:
        self._by_method: dict[str, list[Fault]] = {}
        self._floods: dict[int, Fault] = {}
        self._by_chat: dict[int, Fault] = {}
        self.blocked: set[int] = set()

    def add(self, method: str, fault: Fault) -> None:
        """Add a fault behind those already waiting for the method."""
        self._by_method.setdefault(method.lower(), []).append(fault)

    def heal(self, method: str | None) -> None:
        """Forget the faults of a method, or all of them."""
        if method is None:
            self._by_method.clear()
            self._floods.clear()
            self._by_chat.clear()
            self.blocked.clear()
        else:
            self._by_method.pop(method.lower(), None)

    def flood(self, chat_id: int, retry_after: int, times: int | None) -> None:
        """Refuse the next messages to one chat with a 429."""
        self._floods[chat_id] = Fault("fail", times, 429, retry_after)

    def take(self, method: str) -> Fault | None:
        """Use up one fault of the method, if one is waiting."""
        for name in (method.lower(), "*"):
            waiting = self._by_method.get(name, [])
            while waiting:
                fault = waiting[0]
                if fault.left == 0:
                    waiting.pop(0)
                    continue
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None

    def afflict(self, chat_id: int, fault: Fault) -> None:
        """Have something go wrong with all that goes to one chat."""
        self._by_chat[chat_id] = fault

    def of_chat(self, chat_id: Any) -> Fault | None:
        """Use up the fault of a chat, if it has one."""
        fault = self._by_chat.get(chat_id)
        if fault is None or fault.left == 0:
            return None
        if fault.left is not None:
            fault.left -= 1
        return fault

    def check_chat(self, chat_id: Any) -> None:
        """Refuse a message to a chat that blocked the bot, or that is flooded."""
        if chat_id in self.blocked:
            raise Refused(403)
        flood = self._floods.get(chat_id)
        if flood is None or flood.left == 0:
            return
        if flood.left is not None:
            flood.left -= 1
        raise flood.refusal()

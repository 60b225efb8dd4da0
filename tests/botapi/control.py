"""What a test does and sees: people who write and press, faults, records. Call it from any thread."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import orjson

from .chats import BOT, Chats, chat, now, person
from .faults import Fault, Faults, Refused
from .files import Files
from .updates import Updates

if TYPE_CHECKING:
    from .server import Call, Poll

Seen = TypeVar("Seen")
LOOK = 0.05


class Control:
    """The test's side of the server."""

    _changed: threading.Condition
    _loop: asyncio.AbstractEventLoop
    _updates: Updates
    _chats: Chats
    files: Files
    _faults: Faults
    _calls: list["Call"]
    _latency: float
    _poll: "Poll | None"
    _pump: Callable[[], None]

    # people

    def push(self, update: dict[str, Any]) -> int:
        """Add an update (without update_id) and give its id."""
        with self._changed:
            query = update.get("callback_query")
            if isinstance(query, dict) and "id" in query:
                self._chats.queries.add(str(query["id"]))
            update_id = self._updates.add(update)
        self._loop.call_soon_threadsafe(self._pump)
        return update_id

    def text(self, chat_id: int, text: str, **extra: Any) -> int:
        """A person writes; `extra` goes into the message. Gives the update_id."""
        sender = {"from": person(chat_id), "chat": chat(chat_id), "date": now(), "text": text}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            extra = {"entities": [{"offset": 0, "length": length, "type": "bot_command"}], **extra}
        with self._changed:
            return self.push({"message": {"message_id": self._chats.next_id(), **sender, **extra}})

    def file(
        self, chat_id: int, content: bytes, kind: str = "document", told: int | None = None, **described: Any
    ) -> str:
        """A person sends a file; ``told`` is a size that is not the true one. Gives the file's id."""
        with self._changed:
            file_id = self.files.hold(content, told)
        part = {
            "file_id": file_id,
            "file_unique_id": "AgADx",
            "file_size": self.files.told[file_id],
            **described,
        }
        sender = {"from": person(chat_id), "chat": chat(chat_id), "date": now()}
        held = {kind: [part] if kind == "photo" else part}
        with self._changed:
            self.push({"message": {"message_id": self._chats.next_id(), **sender, **held}})
        return file_id

    def press(self, chat_id: int, button: str, message_id: int | None = None) -> int:
        """A person presses a button (all or part of its words, or its data) of the last card or an older one.

        Gives the update_id; LookupError names the buttons that are there.
        """
        with self._changed:
            message, data = self._chats.button(chat_id, button, message_id)
            return self._press(chat_id, message, data)

    def forge(self, chat_id: int, data: str, message_id: int = 1) -> int:
        """A press with any data, on any message id, whether a button says so or not. Gives the update_id."""
        with self._changed:
            gone = {"message_id": message_id, "chat": chat(chat_id), "date": 0}
            message = self._chats.visible.get(chat_id, {}).get(message_id, gone)
            return self._press(chat_id, message, data)

    def become(self, chat_id: int, before: str, now_: str, kind: str = "") -> int:
        """The bot's place in a chat changes ("member", "kicked", "left"…); gives the update_id.

        A person who blocks the bot makes it "kicked": `block` then refuses its messages too.
        """
        where = chat(chat_id) | ({"type": kind} if kind else {})
        members = {
            "old_chat_member": {"status": before, "user": BOT},
            "new_chat_member": {"status": now_, "user": BOT},
        }
        return self.push({"my_chat_member": {"chat": where, "from": person(7), "date": now(), **members}})

    def raw(self, value: Any) -> int:
        """Add any JSON value (or bytes, even broken) verbatim where an update stands.

        A value that tells no update_id cannot be confirmed: it is shown once only.
        """
        with self._changed:
            update_id = self._updates.add_raw(value)
        self._loop.call_soon_threadsafe(self._pump)
        return update_id

    # what is seen

    def messages(self, chat_id: int) -> list[dict[str, Any]]:
        """Messages of the bot a person sees in the chat, in order, as edited. Not to be changed."""
        with self._changed:
            return list(self._chats.visible.get(chat_id, {}).values())

    def buttons(self, chat_id: int) -> list[str]:
        """Words of the buttons of the last card in the chat, [] when there is none."""
        cards = [
            one["reply_markup"]["inline_keyboard"] for one in self.messages(chat_id) if "reply_markup" in one
        ]
        return [one["text"] for row in cards[-1] for one in row] if cards else []

    @property
    def calls(self) -> list["Call"]:
        """Every call so far, in the order of the answers."""
        with self._changed:
            return list(self._calls)

    def made(self, method: str) -> list["Call"]:
        """Give the calls of one method."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    @property
    def confirmed(self) -> int:
        """The highest offset received: every update below it is confirmed (0 at first)."""
        with self._changed:
            return self._updates.confirmed

    @property
    def pending(self) -> list[int]:
        """Ids of the updates not confirmed yet."""
        with self._changed:
            return [one.update_id for one in self._updates.pending]

    @property
    def polling(self) -> bool:
        """Whether a getUpdates waits now."""
        with self._changed:
            return self._poll is not None

    def wait(self, predicate: Callable[[Self], Seen], timeout: float = 10) -> Seen:
        """Block until the predicate gives a true value, and give it; TimeoutError tells the last calls.

        A LookupError of the predicate means "not yet": `api.messages(7)[-1]` needs no check of its own. It is asked at
        each change here, and every `LOOK` seconds: it may be about something else too.
        """
        end = time.monotonic() + timeout
        with self._changed:
            while not (seen := self._try(predicate)) and (left := end - time.monotonic()) > 0:
                self._changed.wait(min(left, LOOK))
            if not seen:
                last = [(call.method, call.status) for call in self._calls[-8:]]
                pending = [one.update_id for one in self._updates.pending[:5]]
                raise TimeoutError(f"not within {timeout} s; last calls {last}, pending {pending}")
            return seen

    # faults

    def fail(
        self,
        method: str,
        status: int,
        times: int | None = None,
        retry_after: int | None = None,
        body: Any = None,
    ) -> None:
        """Refuse the next calls of a method (`*`: any), `times` or until healed; `body` replaces ours."""
        raw = body.encode() if isinstance(body, str) else body
        if raw is not None and not isinstance(raw, bytes):
            raw = orjson.dumps(raw)
        self._fault(method, Fault("fail", times, status, retry_after, raw))

    def drop(self, method: str, times: int | None = 1) -> None:
        """Do what the next calls ask, then cut the connection before the answer."""
        self._fault(method, Fault("drop", times))

    def hang(self, method: str, times: int | None = 1) -> None:
        """Take the next calls and never answer; nothing is done."""
        self._fault(method, Fault("hang", times))

    def heal(self, method: str | None = None) -> None:
        """End the faults of a method; of everything, blocked and flooded chats too, when None."""
        with self._changed:
            self._faults.heal(method)

    def latency(self, seconds: float) -> None:
        """Hold every answer back from now on."""
        with self._changed:
            self._latency = seconds

    def block(self, chat_id: int) -> None:
        """The person blocks the bot."""
        with self._changed:
            self._faults.blocked.add(chat_id)

    def unblock(self, chat_id: int) -> None:
        """The person takes the bot back."""
        with self._changed:
            self._faults.blocked.discard(chat_id)

    def flood(self, chat_id: int, retry_after: int, times: int | None = 1) -> None:
        """Refuse the next messages to one chat with a 429 and its retry_after."""
        with self._changed:
            self._faults.flood(chat_id, retry_after, times)

    def afflict(
        self,
        chat_id: int,
        kind: Literal["fail", "drop", "hang"] = "fail",
        status: int = 500,
        times: int | None = None,
        description: str = "",
    ) -> None:
        """Refuse what goes to one chat, or cut or keep silent instead of answering."""
        body = Refused(status, description).body if description else None
        with self._changed:
            self._faults.afflict(chat_id, Fault(kind, times, status, body=body))

    def _press(self, chat_id: int, message: dict[str, Any], data: str) -> int:
        query: dict[str, Any] = {"id": f"{abs(chat_id)}{self._chats.next_id():09}", "from": person(chat_id)}
        query |= {"message": message, "chat_instance": f"-{chat_id}1", "data": data}
        return self.push({"callback_query": query})

    def _try(self, predicate: Callable[[Self], Seen]) -> Seen | None:
        try:
            return predicate(self)
        except LookupError:
            return None

    def _fault(self, method: str, fault: Fault) -> None:
        with self._changed:
            self._faults.add(method, fault)

"""The server: connections in its own thread, what the tests ask for from theirs, one lock between them."""

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any, Self

import orjson

from .chats import Chats
from .control import Control
from .faults import Fault, Faults, Refused
from .files import Files
from .methods import METHODS, to_a_chat
from .params import parameters
from .profile import PROFILE, Profile
from .updates import Updates, Waiting
from .webhook import Webhook, hook_of
from .wire import Connection, Request

OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
HOOKED = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot. `at`: monotonic seconds at arrival; `status`: 0 when left without an answer."""

    method: str
    params: dict[str, Any]
    at: float
    status: int
    cut: bool = False


@dataclass(slots=True)
class Poll:
    """A getUpdates that waits for something to happen."""

    connection: Connection
    params: dict[str, Any]
    at: float
    limit: int
    timer: asyncio.TimerHandle | None = None


class BotApi(Control):
    """The server and its controls. `url` goes where the bot expects `https://api.telegram.org`."""

    def __init__(self) -> None:
        self.url = ""
        self.errors: list[str] = []
        self._changed = threading.Condition(threading.RLock())
        self._updates, self._chats, self._faults = Updates(), Chats(), Faults()
        self.profile, self.files = Profile(), Files()
        self._webhook = Webhook(self._updates, self._delivered, self._replied)
        self._calls: list[Call] = []
        self._latency = 0.0
        self._poll: Poll | None = None
        self._connections: set[Connection] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="botapi", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        if self.errors:
            raise RuntimeError("the fake Bot API itself failed: " + "; ".join(self.errors))

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda _, told: self.errors.append(repr(told)))
        add, remove = self._connections.add, self._lost
        server = await self._loop.create_server(
            lambda: Connection(self._handle, add, remove), "127.0.0.1", 0, backlog=1024
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stopping.wait()
        server.close()
        await self._webhook.close()
        for connection in list(self._connections):
            connection.cut()
        await asyncio.sleep(0)
        await server.wait_closed()

    def _lost(self, connection: Connection) -> None:
        with self._changed:
            self._connections.discard(connection)
            if self._poll is not None and self._poll.connection is connection:
                self._end_poll()

    def _handle(self, connection: Connection, request: Request) -> None:
        at = time.monotonic()
        path = request.target.partition("?")[0].split("/")
        if path[1:2] == ["file"] and path[2:3] and path[2].startswith("bot"):
            self._give(connection, "/".join(path[3:]), at)
            return
        if len(path) != 3 or not path[1].startswith("bot"):
            connection.answer(404, Refused(404).body)
            return
        method = path[2]
        with self._changed:
            try:
                params = parameters(request)
            except (ValueError, TypeError, AttributeError) as error:
                refused = Refused(400, f"Bad Request: can't parse the request: {error!r}")
                self._reply_with(connection, Call(method, {}, at, 400), refused.body)
                return
            self._call(connection, method, params, at)

    def _give(self, connection: Connection, path: str, at: float) -> None:
        """Give a file; a fault of "file" breaks off, or falls silent, in its middle."""
        with self._changed:
            fault, content = self._faults.take("file"), self.files.at(path)
            if fault is not None and fault.kind == "fail":
                refused = fault.refusal()
                self._reply_with(connection, Call("file", {"path": path}, at, refused.status), refused.body)
            elif content is None:
                self._reply_with(connection, Call("file", {"path": path}, at, 404), Refused(404).body)
            else:
                whole = len(content) if fault is None else len(content) // 2
                connection.give(content, whole)
                self._record(Call("file", {"path": path}, at, 200 if fault is None else 0))
                if fault is not None and fault.kind == "drop":
                    connection.cut()

    def _call(self, connection: Connection, method: str, params: dict[str, Any], at: float) -> None:
        fault = self._faults.take(method) or self._faults.of_chat(params.get("chat_id"))
        if fault is not None and fault.kind == "hang":
            self._record(Call(method, params, at, 0))
        elif method.lower() == "getupdates" and (fault is None or fault.kind == "drop"):
            if fault is None:
                self._get_updates(connection, method, params, at)
            else:
                self._updates.confirm(int(params.get("offset", 0)))
                self._record(Call(method, params, at, 200, cut=True))
                connection.cut()
        else:
            status, body = self._perform(method, params, fault)
            if fault is not None and fault.kind == "drop":
                self._record(Call(method, params, at, status, cut=True))
                connection.cut()
            else:
                self._reply_with(connection, Call(method, params, at, status), body)

    def _perform(self, method: str, params: dict[str, Any], fault: Fault | None = None) -> tuple[int, bytes]:
        """Do what the call asks; give status and body of its answer."""
        try:
            if fault is not None and fault.kind == "fail":
                raise fault.refusal()
            if to_a_chat(method, params):
                self._faults.check_chat(params["chat_id"])
            result = self._result(method.lower(), params)
        except Refused as refused:
            return refused.status, refused.body
        return 200, orjson.dumps({"ok": True, "result": result})

    def _result(self, method: str, params: dict[str, Any]) -> Any:
        if method in ("setwebhook", "deletewebhook"):
            self._webhook.hook = hook_of(params) if method == "setwebhook" else None
            if params.get("drop_pending_updates"):
                self._updates.pending.clear()
            self._pump()
            return True
        if method == "getwebhookinfo":
            hook = self._webhook.hook
            told = {"url": hook.url if hook else "", "has_custom_certificate": False}
            told["pending_update_count"] = len(self._updates.pending)
            if self._webhook.last_error:
                told |= {"last_error_message": self._webhook.last_error}
                told |= {"last_error_date": self._webhook.failed_at}
            return told
        if method in PROFILE:
            return PROFILE[method](self.profile, params)
        if method == "getfile":
            return self.files.describe(params)
        known = METHODS.get(method)
        return known(self._chats, params) if known else True

    def _get_updates(self, connection: Connection, method: str, params: dict[str, Any], at: float) -> None:
        if self._poll is not None:
            other = self._end_poll()
            self._reply_with(
                other.connection, Call(method, other.params, other.at, 409), Refused(409, OTHER_POLLER).body
            )
        if self._webhook.hook is not None:
            self._reply_with(connection, Call(method, params, at, 409), Refused(409, HOOKED).body)
            return
        self._updates.confirm(int(params.get("offset") or 0))
        limit = min(max(int(params.get("limit") or 100), 1), 100)
        self._poll = Poll(connection, params, at, limit)
        timeout = float(params.get("timeout") or 0)
        if self._updates.pending or timeout <= 0:
            self._answer_poll()
        else:
            self._poll.timer = self._loop.call_later(min(timeout, 50), self._answer_poll)
            self._changed.notify_all()

    def _end_poll(self) -> Poll:
        poll, self._poll = self._poll, None
        assert poll is not None
        if poll.timer is not None:
            poll.timer.cancel()
        return poll

    def _answer_poll(self) -> None:
        with self._changed:
            poll = self._end_poll()
            body = self._updates.batch(poll.limit)
            self._reply_with(poll.connection, Call("getUpdates", poll.params, poll.at, 200), body)

    def _pump(self) -> None:
        """Hand what waits to whoever takes it: the open poll, or the webhook."""
        with self._changed:
            if self._poll is not None and self._updates.pending:
                self._answer_poll()
            self._webhook.pump()

    def _delivered(self, one: Waiting, accepted: bool) -> None:  # noqa: FBT001 - the shape of a callback
        with self._changed:
            if accepted and one in self._updates.pending:
                self._updates.forget(one)
            self._changed.notify_all()

    def _replied(self, answer: dict[str, Any]) -> None:
        with self._changed:
            at, method = time.monotonic(), str(answer.pop("method"))
            status, _ = self._perform(method, answer)
            self._record(Call(method, answer, at, status))

    def _record(self, call: Call) -> None:
        self._calls.append(call)
        self._changed.notify_all()

    def _reply_with(self, connection: Connection, call: Call, body: bytes) -> None:
        self._record(call)
        if self._latency > 0:
            self._loop.call_later(self._latency, connection.answer, call.status, body)
        else:
            connection.answer(call.status, body)

"""Calls to the Bot API by method name, through PTB's request objects; nothing is built around the answer."""

import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar, Final, Self, cast

from telegram import Bot, InputFile, User
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.telegram.failures import MaybeSent
from rallynov.papers.model import File

OFFICIAL: Final = "https://api.telegram.org"
_PLAIN: Final = frozenset({str, int, bool, float, dict})


class _Fields:
    """What a request object reads of PTB's `RequestData`, for parameters that JSON holds as they are."""

    __slots__ = ("parameters",)
    contains_files: ClassVar = False
    multipart_data: ClassVar[dict[str, Any]] = {}

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters

    @property
    def json_parameters(self) -> dict[str, str]:
        """Each value as a form carries it."""
        return {
            name: value if type(value) is str else json.dumps(value)
            for name, value in self.parameters.items()
        }


class _Bot(Bot):
    """PTB's bot, without the token in its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Bot({self.token.partition(':')[0]})"


class Api:
    """One bot token and its two request objects: `calls` for what we send, `updates` for the long poll alone.

    `bot` is PTB's own, for `Update.de_json` and the calls we do not make by name; its repr holds the token.
    """

    __slots__ = ("_api", "_base", "_calls", "_tell", "_updates", "bot")

    def __init__(self, token: str, *, calls: BaseRequest, updates: BaseRequest, api: str = OFFICIAL) -> None:
        if not api.startswith(("https://", "http://")):
            raise ValueError(f"the address of the Bot API is not one: {api}")
        self._api = api.rstrip("/")
        self._calls = calls
        self._updates = updates
        self._tell: Callable[[str, RequestData], bool] | None = getattr(calls, "tell", None)
        self.bot = _Bot(
            token,
            base_url=f"{self._api}/bot",
            base_file_url=f"{self._api}/file/bot",
            request=calls,
            get_updates_request=updates,
        )
        self._base = self.bot.base_url

    def __repr__(self) -> str:
        return f"Api({self._api!r})"

    async def initialize(self) -> None:
        """Open both request objects; needs no network (PTB's own calls getMe, and may show the token)."""
        await self._calls.initialize()
        await self._updates.initialize()

    async def shutdown(self) -> None:
        """Close both; calls under way fail as `MaybeSent`."""
        await self._calls.shutdown()
        await self._updates.shutdown()

    async def __aenter__(self) -> Self:
        await self.initialize()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shutdown()

    async def get_me(self) -> User:
        """Who the token is; raises `InvalidToken` when Telegram refuses it."""
        return await self.bot.get_me()

    def tell(self, method: str, /, **params: Any) -> bool:
        """Call a method, at once, whose answer nobody needs; False when only `call` can."""
        tell = self._tell
        return tell is not None and tell(f"{self._base}/{method}", _data(params))

    async def call(self, method: str, /, *, files: Mapping[str, File] | None = None, **params: Any) -> Any:
        """The `result` of a method ("sendMessage"), as JSON gives it.

        Parameters that are None are left out; PTB's objects (markup, `InputFile`) are taken as PTB does. `files`
        are uploaded, by name of parameter ("document"), and the call is then multipart. `getUpdates` waits
        `timeout` seconds more than other calls. Raises only what `classify` sorts.

        Measured against a loopback server, 50 calls at once, uvloop, 2 cores, µs a call through pyreqwest
        (httpx): the request object alone 32 (1,521), this 41 (1,604), `RequestParameter.from_input` for every
        value 51, `Bot._post` 60, `Bot.do_api_request` 69 and a warning for each method PTB knows by name,
        `Bot.send_message`, which builds the `Message`, 139 (1,733). One call at a time: 127 (1,004).
        """
        data = _data(params, files)
        url = f"{self._base}/{method}"
        try:
            if method != "getUpdates":
                return await self._calls.post(url, data)
            patience = self._updates.read_timeout
            if patience is not None:
                patience += params.get("timeout") or 0
            return await self._updates.post(url, data, read_timeout=patience)
        except KeyError as error:
            raise MaybeSent("The server's answer has no result") from error


def _data(params: dict[str, Any], files: Mapping[str, File] | None = None) -> RequestData:
    given = {name: value for name, value in params.items() if value is not None}
    # PTB looks through eleven types to find out that a string needs nothing done to it.
    if files is None and all(type(value) in _PLAIN for value in given.values()):
        return cast("RequestData", _Fields(given))
    fields = [RequestParameter.from_input(name, value) for name, value in given.items()]
    return RequestData(fields + [_file(name, file) for name, file in (files or {}).items()])


def _file(name: str, file: File) -> RequestParameter:
    upload = InputFile(file.content, filename=file.name)
    upload.mimetype = file.mime  # ours: PTB guesses it from the machine's tables
    return RequestParameter(name, None, [upload])

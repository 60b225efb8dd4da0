"""The smallest client of the fake Bot API, for its own tests."""

import http.client
from typing import Any

import orjson

from .server import BotApi


class Bot:
    """The smallest client: one kept connection, JSON."""

    def __init__(self, api: BotApi) -> None:
        self._connection = http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=10)

    def send(self, method: str, body: bytes = b"", kind: str = "application/json") -> tuple[int, Any]:
        self._connection.request("POST", f"/bot1:TEST/{method}", body, {"Content-Type": kind})
        answer = self._connection.getresponse()
        return answer.status, orjson.loads(answer.read())

    def call(self, method: str, **params: Any) -> Any:
        status, answer = self.send(method, orjson.dumps(params))
        assert status == 200, answer
        return answer["result"]

    def refused(self, method: str, **params: Any) -> dict[str, Any]:
        status, answer = self.send(method, orjson.dumps(params))
        assert status == answer["error_code"]
        return dict(answer)

    def close(self) -> None:
        self._connection.close()

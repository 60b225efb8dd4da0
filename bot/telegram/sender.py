"""Telegram as a channel that is called: one message, one call, and every outcome a value."""

from __future__ import annotations

from bot.telegram.calls import Api
from bot.telegram.failures import classify
from bot.telegram.render import html, keyboard, plain
from bot.telegram.updates import CHANNEL
from rallynov.delivery.decisions import Failure, FailureKind, Sent
from rallynov.delivery.outbox import Outgoing

NO_PREVIEW = {"is_disabled": True}


class TelegramTransport:
    """Sends through the Bot API."""

    channel = CHANNEL

    def __init__(self, api: Api) -> None:
        self._api = api

    def chat(self, address: str) -> int:
        """Return the chat id of an address (``telegram:12345``)."""
        return int(address.partition(":")[2])

    async def deliver(self, message: Outgoing, *, plain: bool) -> Sent | Failure:
        """Send one message; as plain text when its markup was refused."""
        try:
            answer = await self._api.call("sendMessage", **self._params(message, without_markup=plain))
            return Sent(int(answer["message_id"]))
        except (KeyError, TypeError, ValueError) as error:
            return Failure(FailureKind.UNKNOWN, detail=type(error).__name__)
        except Exception as error:  # every outcome is a value; classify names it
            return classify(error)

    def _params(self, message: Outgoing, *, without_markup: bool) -> dict[str, object]:
        drawn = message.message()
        params: dict[str, object] = {
            "chat_id": self.chat(message.address),
            "text": plain(drawn) if without_markup else html(drawn),
            "link_preview_options": NO_PREVIEW,
            "reply_markup": keyboard(drawn),
        }
        return params if without_markup else {**params, "parse_mode": "HTML"}

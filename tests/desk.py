"""A Telegram transport against the fake Bot API, with papers that the test makes."""

import threading
from collections.abc import Callable

from bot.telegram.calls import Api
from bot.telegram.links import Links
from bot.telegram.parcels import Parcels
from bot.telegram.sender import TelegramTransport
from rallynov.delivery.decisions import Failure, Klass, Sent
from rallynov.delivery.message import Message, dump
from rallynov.delivery.outbox import Outgoing
from rallynov.papers.model import File, Papers
from rallynov.wording import Wording

Maker = Callable[[str, str, str], File | None]
PDF = File("rapport.pdf", "application/pdf", b"%PDF-1.7 \x00\xff octets")


class Desk:
    """The transport, and what its papers were asked for."""

    def __init__(self, api: Api, wording: Wording) -> None:
        self.asked: list[tuple[str, str, str, str]] = []
        self.made: Maker = lambda *_: PDF
        self.files = Parcels(Papers({"report": self.make}), wording)
        self.bot: str | None = "https://t.me/rallynov_test_bot"
        self.links = Links(wording, "https://rallye.example/", lambda: self.bot)
        self.transport = TelegramTransport(api, self.files, self.links)

    def make(self, address: str, ref: str, language: str) -> File | None:
        self.asked.append((threading.current_thread().name, address, ref, language))
        return self.made(address, ref, language)

    async def send(self, message: Message, *, plain: bool = False, chat: int = 7) -> Sent | Failure:
        outgoing = Outgoing("1:0", "telegram", f"telegram:{chat}", Klass.REPLY, dump(message))
        return await self.transport.deliver(outgoing, plain=plain)

"""Where links lead from Telegram: a one-time code as addresses and as a text to copy, and the way out of a group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from rallynov.delivery.message import Message
from rallynov.dialogue.words import Say, Typed, say
from rallynov.wording import Wording

COPIED = 256
"""Characters that a button copies, at most."""


@dataclass(frozen=True, slots=True)
class Links:
    """``web`` is the public address of the web door, ``bot`` tells that of the bot once Telegram has told its name."""

    wording: Wording
    web: str | None = None
    bot: Callable[[], str | None] = lambda: None

    def lines(self, message: Message) -> list[str]:
        """Write a message's code as plain lines: each link by itself, then the code; or the page that tells more."""
        if not message.code:
            link = f"{self.web.rstrip('/')}{message.page}" if self.web and message.page else ""
            told = say("To read it all on the web: {link}", link=Typed(link))
            return [self._word(told, message)] if link else []
        page, chat = self._page(message.code), self._chat(message.code)
        said = [(say("On the web: {link}", link=Typed(page)), page)]
        said += [(say("On Telegram: {link}", link=Typed(chat)), chat)]
        said += [
            (say("Code to type: {code}", code=Typed(message.code)), "" if message.lasting else message.code)
        ]
        return [self._word(sentence, message) for sentence, link in said if link]

    def html(self, message: Message) -> list[str]:
        """Write the same lines as HTML; a tap on the code copies it."""
        lines = [escape(line, quote=False) for line in self.lines(message)]
        if not message.code or message.lasting:
            return lines
        return [*lines[:-1], lines[-1].replace(message.code, f"<code>{message.code}</code>")]

    def rows(self, message: Message, chat: int) -> list[list[dict[str, Any]]]:
        """Return the buttons of a message's links, in rows; in a group (a negative chat), the way out of it."""
        if chat < 0:
            bot = self.bot()
            private = self._word(say("Open a private conversation"), message)
            return [[{"text": private, "url": bot}]] if bot else []
        if not message.code:
            return []
        row = [] if message.lasting else [self._copy(say("Copy the code"), message.code, message)]
        if link := self._chat(message.code) or self._page(message.code):
            row.append(self._copy(say("Copy the link"), link, message))
        return [row] if row else []

    def _copy(self, label: Say, text: str, message: Message) -> dict[str, Any]:
        return {"text": self._word(label, message), "copy_text": {"text": text[:COPIED]}}

    def _page(self, code: str) -> str:
        return f"{self.web.rstrip('/')}/c/{code}" if self.web else ""

    def _chat(self, code: str) -> str:
        bot = self.bot()
        return f"{bot}?start={code}" if bot else ""

    def _word(self, sentence: Say, message: Message) -> str:
        return self.wording.word(sentence, message.language)

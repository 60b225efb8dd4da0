"""What the pages show: a conversation made ready for its template, and the templates. No markup is made here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot import plain
from bot.web.door import Door
from bot.web.words import TROUBLES, Section, labels
from rallynov.delivery import history
from rallynov.delivery.history import Exchange, Words
from rallynov.delivery.message import Message

HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as a page shows it.

    ``live`` is the message whose buttons can be pressed. ``opening`` stands before the exchanges; ``reminder`` stands
    after them when the last one is not what is pending.
    """

    live: Message
    exchanges: Sequence[Exchange] = ()
    waiting: Sequence[Words] = ()
    opening: Message | None = None
    reminder: Message | None = None
    after: int = 0
    last: int = 0
    follows: bool = True
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What the visitor's forms hold: the id and token to send, what was typed and not sent, and what must be said."""

    form_id: str
    token: str = ""
    text: str = ""
    press: str = ""
    notice: str = ""


class View:
    """The templates, with the words of one language."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.words = labels(door.wording, door.language)
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "t": self.words,
            "lang": door.language,
            "edition": door.edition,
            "versions": {path.name: _version(path) for path in STATIC.iterdir()},
        }

    def chat(self, talk: Talk | None, desk: Desk) -> str:
        """Write the whole page of a conversation; without a talk, what remains when the database is away."""
        return self._write("chat.html", talk=talk, desk=desk)

    def fragment(self, talk: Talk, desk: Desk) -> str:
        """Write what is new in a conversation, and the forms that go with it."""
        return self._write("fragment.html", talk=talk, desk=desk)

    def document(self, title: str, texts: Sequence[str], sections: Sequence[Section]) -> str:
        """Write a page of text."""
        word = self._door.wording.word
        language = self._door.language
        worded = [
            (
                word(head, language) if head else "",
                [word(p, language) for p in texts],
                [word(i, language) for i in items],
            )
            for head, texts, items in sections
        ]
        return self._write("document.html", title=title, texts=texts, sections=worded)

    def trouble(self, status: int) -> str:
        """Write the page for something that went wrong."""
        title, text = (self._door.wording.word(words, self._door.language) for words in TROUBLES[status])
        return self._write("trouble.html", title=title, text=text)

    def _write(self, template: str, **context: object) -> str:
        return self._templates.get_template(template).render(telegram=self._door.telegram_link(), **context)

    def newcomer(self) -> Talk:
        """Return what a newcomer sees; nothing is read and nothing is kept."""
        welcome = self._welcome()
        return Talk(welcome, opening=welcome)

    def talk(self, address: str, after: int = 0, *, whole: bool = True) -> Talk:
        """Read a conversation (synchronous). ``whole`` begins with the welcome, which the first press answered."""
        welcome = self._welcome()
        with self._door.delivery.store.read() as tx:
            read = history.transcript(tx, address, plain.read, welcome, after)
        shown, reminder = read.shown, None
        if shown is None or not (shown.choices or shown.actions):
            reminder = self._door.delivery.turns.look(address) or (welcome if shown else None)
        first = read.exchanges[0].message.nonce == 1 if read.exchanges else reminder is None
        begins = first and not read.earlier and (whole or not read.follows)
        return Talk(
            reminder or shown or welcome,
            read.exchanges,
            read.waiting,
            welcome if begins else None,
            reminder,
            after,
            read.exchanges[-1].id if read.exchanges else after * read.follows,
            read.follows,
            read.earlier,
        )

    def latest(self, address: str) -> int:
        """Return the id of the last message of a conversation (synchronous)."""
        with self._door.delivery.store.read() as tx:
            return history.latest(tx, address)

    def _welcome(self) -> Message:
        return self._door.delivery.turns.welcome(self._door.language)


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

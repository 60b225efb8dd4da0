"""What the pages show: a conversation made ready for its template, and the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection

from bot import plain
from bot.web import drawings, visitors
from bot.web.assets import Assets
from bot.web.door import Door
from bot.web.reader import Reader
from bot.web.words import LABELS, TROUBLES, labels
from rallynov.delivery import conversations, history
from rallynov.delivery.conversations import Address
from rallynov.delivery.history import Exchange, Words
from rallynov.delivery.message import Message
from rallynov.diagnosis.tables import answered
from rallynov.dialogue.words import Words as Sayable
from rallynov.dialogue.words import say
from rallynov.initiatives.lookup import Listed
from rallynov.initiatives.overview import Overview
from rallynov.text import marks
from rallynov.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as a page shows it.

    ``live`` is the message whose buttons can be pressed, ``first`` the one that a new answer begins with: one reads from
    there. ``opening`` stands before the exchanges; ``reminder`` stands after them when the last one is not what is
    pending. ``language`` is empty before there is a conversation. ``dossier`` is the one that the conversation is about,
    ``beside`` all of it, for a whole page. ``answered`` tells that there are answers to read again.
    """

    live: Message
    exchanges: Sequence[Exchange] = ()
    waiting: Sequence[Words] = ()
    opening: Message | None = None
    reminder: Message | None = None
    last: int = 0
    first: int = 0
    follows: bool = True
    earlier: bool = False
    language: str = ""
    dossier: Listed | None = None
    beside: Overview | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What the visitor's forms hold: the id and token to send, what was typed and not sent, and what must be said."""

    form_id: str
    token: str = ""
    text: str = ""
    press: str = ""
    notice: str = ""

    def signed(self, cookie: str | None) -> Desk:
        """Return this desk with the token of a visitor; a newcomer has none."""
        return replace(self, token=visitors.form_token(cookie, self.form_id) if cookie else "")


def desk_of(request: Request, door: Door) -> Desk:
    """Return the desk of whoever asks for a page, signed when they are known."""
    return Desk(door.new_token()).signed(visitors.cookie_of(request, secure=door.secure))


class View:
    """The templates, with the words of every language."""

    def __init__(self, door: Door, assets: Assets) -> None:
        self._door = door
        languages = door.wording.languages
        self.words = {language: labels(door.wording, language) for language in languages}
        base = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        base.globals |= {
            "edition": door.edition,
            "asset": assets.url,
            "languages": lambda: [(language, _own_name(door.wording, language)) for language in languages],
            "steps": door.steps,
            "radar": drawings.radar,
            "points": drawings.points,
            "qr": drawings.qr,
            "cut": drawings.cut,
            "passages": marks.parse,
            "linked": {door.wording.term("privacy:rules:where", language) for language in languages},
            "telegram": door.telegram_link,
        }
        self._templates = {language: self._speaking(base, language) for language in languages}

    def _speaking(self, base: Environment, language: str) -> Environment:
        """Give the templates the words of a language: what a page imports is then made once, not at each page."""

        def word(words: Sayable) -> str:
            return self._door.wording.word(words, language)

        spoken = base.overlay()
        spoken.globals = {
            **base.globals,
            "t": self.words[language],
            "lang": language,
            "w": word,
            "progress": lambda number, total: word(
                say("Question {number} of {total}", number=number, total=total)
            ),
        }
        return spoken

    def chat(self, talk: Talk | None, desk: Desk, reader: Reader) -> str:
        """Write the whole page of a conversation; without a talk, what remains when the database is away."""
        return self.write("chat.html", reader, talk=talk, desk=desk)

    def fragment(self, talk: Talk, desk: Desk, reader: Reader) -> str:
        """Write what is new in a conversation, and the forms that go with it."""
        return self.write("fragment.html", reader, talk=talk, desk=desk)

    def trouble(self, status: int, reader: Reader) -> str:
        """Write the page for something that went wrong."""
        title, text = (self._door.wording.word(words, reader.language) for words in TROUBLES[status])
        return self.write("trouble.html", reader, title=title, text=text)

    def write(self, template: str, reader: Reader, **context: object) -> str:
        """Fill a template with a reader's words and whatever it shows."""
        return self._templates[reader.language].get_template(template).render(reader=reader, **context)

    def newcomer(self, reader: Reader) -> Talk:
        """Return what a newcomer sees; nothing is read and nothing is kept."""
        welcome = self._door.delivery.turns.welcome(reader.language)
        return Talk(welcome, opening=welcome)

    def talk(
        self, tx: Connection, address: str, reader: Reader, after: int = 0, *, whole: bool = True
    ) -> Talk:
        """Read a conversation. ``whole`` begins with the welcome, which the first press answered."""
        known = conversations.fetch(tx, [address]).get(address)
        language = known.language if known else ""
        welcome = self._door.delivery.turns.welcome(language or reader.language)
        read = history.transcript(tx, address, plain.read, welcome, after)
        dossier, beside = self._dossier(tx, known, address, whole=whole)
        shown, reminder = read.shown, None
        if shown is None or not (shown.choices or shown.actions):
            reminder = self._door.delivery.turns.look(tx, address) or (welcome if shown else None)
        first = read.exchanges[0].message.nonce == 1 if read.exchanges else reminder is None
        begins = first and not read.earlier and (whole or not read.follows)
        spoken = language or reader.language
        return Talk(
            reminder or shown or welcome,
            [replace(one, said=self._told(one.said, spoken)) for one in read.exchanges],
            [self._told(words, spoken) or words for words in read.waiting],
            welcome if begins else None,
            reminder,
            read.exchanges[-1].id if read.exchanges else after * read.follows,
            _first(read.exchanges),
            read.follows,
            read.earlier,
            language,
            dossier,
            beside,
            bool(known and known.person_id and answered(tx, known.person_id)),
        )

    def _dossier(
        self, tx: Connection, known: Address | None, address: str, *, whole: bool
    ) -> tuple[Listed | None, Overview | None]:
        """Return the dossier that a conversation is about, and all of it for a whole page."""
        lookup = self._door.dossiers
        near = lookup.near(tx, known) if lookup else None
        if lookup is None or near is None or not whole:
            return near, None
        return near, lookup.overview(tx, address, near.id, self._door.clock())

    def _told(self, said: Words | None, language: str) -> Words | None:
        """Give a command that a page has sent as the words of its button: that of a dossier, or of a code."""
        if said and said.text.startswith("/start "):
            return Words(self._door.wording.word(LABELS["code_go"], language), pressed=True)
        told = self._door.dossiers.told(said.text) if said and self._door.dossiers else None
        return Words(self._door.wording.word(told, language)) if told else said


def _first(exchanges: Sequence[Exchange]) -> int:
    """Return the id of the message that the last answer begins with; 0 without any."""
    if not exchanges:
        return 0
    last = exchanges[-1]
    return next(one.id for one in exchanges if one is last or (last.turn and one.turn == last.turn))


def _own_name(wording: Wording, language: str) -> str:
    """Return the name of a language in itself, with a capital."""
    return wording.term(f"choices:{language}:label", language)

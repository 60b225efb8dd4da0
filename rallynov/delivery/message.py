"""A message as the person receives it: words resolved, markup not yet chosen. What the outbox holds.

A channel renders it by its own one escaper. Its stored form is JSON with short keys, versioned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

import orjson

from rallynov.dialogue.screens import Choice, Figure, Screen
from rallynov.text import split_message, utf16_len
from rallynov.wording import Wording

Value = TypeVar("Value")
Blocks: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
VERSION = 1
LONGEST = 4000
"""UTF-16 units of one part; Telegram refuses more than 4,096."""
LINKED = "annonces"
"""How the links begin that everybody may follow; a one-time code has letters and figures alone."""
ROOM = 6
"""Units that a text takes beside its own: a number or a bullet, and the empty line after it."""
LINKS = 400
"""Units left to a channel that writes where a code or a page is found: three lines, on a web address of a hundred."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure in words: what a channel draws, and the same figures as a table."""

    kind: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks ``(kind, texts)``, choices and actions ``(key, label)``, and the screen and nonce they were
    drawn with; papers ``(kind, ref, label)``; a pin ``(latitude, longitude, name, address)``.

    ``card`` is the channel's id of the earlier message that this one answers, and ``frozen`` its blocks as they may
    now be shown there, without buttons. ``language`` is told of a message that a channel adds to: a figure, a paper,
    a code, a page. ``media`` is a file that this message is the caption of: ``(kind, ref, label)``.
    """

    blocks: Blocks
    choices: tuple[tuple[str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()
    screen: str = ""
    nonce: int = 0
    figure: Drawing | None = None
    papers: tuple[tuple[str, str, str], ...] = ()
    code: str = ""
    card: str = ""
    frozen: Blocks = ()
    language: str = ""
    page: str = ""
    pin: tuple[float, float, str, str] | None = None
    media: tuple[str, str, str] | None = None
    shared: Message | None = field(default=None, repr=False, compare=False)
    """The same words as kept for everyone who is shown them: what is made of them may be kept by it."""

    @property
    def lasting(self) -> bool:
        """Tell whether the code is the end of a link that lasts: it is followed, never typed."""
        return self.code.partition("-")[0] == LINKED

    def token(self, key: str) -> str:
        """Return what a button carries: version, screen, key, nonce; at most 64 bytes."""
        return f"{VERSION}|{self.screen}|{key}|{self.nonce}"

    def label(self, key: str) -> str:
        """Return the words of a choice or action; empty when it is not offered."""
        return next((label for offered, label in (*self.choices, *self.actions) if offered == key), "")


def parse_token(token: str) -> tuple[str, str, int] | None:
    """Read a button's token back into screen, key and nonce; None when it is not one of ours."""
    version, _, rest = token.partition("|")
    screen, _, tail = rest.partition("|")
    key, _, nonce = tail.partition("|")
    if version != str(VERSION) or not key or not nonce.isascii() or not nonce.isdigit() or len(nonce) > 9:
        return None
    return screen, key, int(nonce)


def resolve(screen: Screen, nonce: int, wording: Wording, language: str) -> Message:
    """Put a screen into words. A list of a data file becomes several paragraphs or several items."""
    if not screen.shared:
        return _resolve(screen, nonce, wording, language)
    kept = _worded(ById(screen), wording, language)
    return Message(
        kept.blocks,
        kept.choices,
        kept.actions,
        kept.screen,
        nonce,
        kept.figure,
        kept.papers,
        kept.code,
        language=kept.language,
        shared=kept,
    )


class ById(Generic[Value]):
    """A shared value as a key: told apart by identity, which costs nothing to compare."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and other.value is self.value


@lru_cache(maxsize=4096)
def _worded(shared: ById[Screen], wording: Wording, language: str) -> Message:
    return _resolve(shared.value, 0, wording, language)


def _resolve(screen: Screen, nonce: int, wording: Wording, language: str) -> Message:
    blocks: list[tuple[str, tuple[str, ...]]] = []
    for block in screen.blocks:
        texts = tuple(text for item in block.items for text in wording.spread(item, language))
        blocks += [(block.kind, texts)] if block.kind == "list" else [(block.kind, (text,)) for text in texts]
    return Message(
        tuple(blocks),
        _labels(screen.choices, wording, language),
        _labels(screen.actions, wording, language),
        screen.name,
        nonce,
        _drawing(screen.figure, wording, language),
        tuple((paper.kind, paper.ref, wording.word(paper.label, language)) for paper in screen.papers),
        screen.code,
        language=language if _adds(screen) else "",
        page=screen.page,
        pin=_pinned(screen, wording, language),
        media=_media(screen, wording, language),
    )


def _adds(screen: Screen) -> bool:
    """Tell whether a channel says something of its own beside the words of a screen."""
    return bool(screen.figure or screen.papers or screen.code or screen.page or screen.media)


def _media(screen: Screen, wording: Wording, language: str) -> tuple[str, str, str] | None:
    given = screen.media
    return (given.kind, given.ref, wording.word(given.label, language)) if given else None


def _pinned(screen: Screen, wording: Wording, language: str) -> tuple[float, float, str, str] | None:
    if screen.pin is None:
        return None
    return (
        *screen.pin.point,
        wording.word(screen.pin.name, language),
        wording.word(screen.pin.address, language),
    )


def _drawing(figure: Figure | None, wording: Wording, language: str) -> Drawing | None:
    if figure is None:
        return None
    return Drawing(
        figure.kind,
        wording.word(figure.title, language),
        tuple(wording.word(head, language) for head in figure.columns),
        tuple((wording.word(label, language), points) for label, points in figure.rows),
    )


def apart(message: Message) -> tuple[Message, ...]:
    """Cut a message into what a channel that is called carries in one call each: pin, figure, papers, then the text."""
    if message.figure is None and not message.papers and message.pin is None:
        return split(message)
    bare = Message((), screen=message.screen, nonce=message.nonce, language=message.language)
    pictures = (replace(bare, figure=message.figure),) if message.figure else ()
    papers = tuple(replace(bare, papers=(paper,)) for paper in message.papers)
    pins = (replace(bare, pin=message.pin),) if message.pin else ()
    rest = replace(message, figure=None, papers=(), pin=None)
    return (*pins, *pictures, *papers, *(split(rest) if rest.blocks or rest.choices or rest.actions else ()))


def split(message: Message) -> tuple[Message, ...]:
    """Cut a message that no channel carries in one piece; the choices stay on the last part.

    Cuts between blocks, else inside one on a paragraph, a line or a sentence, never inside a grapheme.
    """
    most = LONGEST - (LINKS if message.page or message.code else 0)
    shown = [
        *(text for _, texts in message.blocks for text in texts),
        *(label for _, label in message.choices),
    ]
    if 2 * sum(map(len, shown)) + ROOM * len(shown) <= most:  # a character is two units at most
        return (message,)
    tail = sum(utf16_len(label) + ROOM for _, label in message.choices)
    if sum(utf16_len(text) + ROOM for _, texts in message.blocks for text in texts) + tail <= most:
        return (message,)
    parts: list[list[tuple[str, tuple[str, ...]]]] = [[]]
    room = most
    pieces = [
        (kind, piece) for kind, texts in message.blocks for text in texts for piece in _pieces(text, most)
    ]
    for kind, text in pieces:
        size = utf16_len(text) + ROOM
        if size > room and parts[-1]:
            parts.append([])
            room = most
        room -= size
        if kind == "list" and parts[-1] and parts[-1][-1][0] == "list":
            parts[-1][-1] = ("list", (*parts[-1][-1][1], text))
        else:
            parts[-1].append((kind, (text,)))
    if tail > room:
        parts.append([])
    first = [Message(tuple(blocks), (), (), message.screen, message.nonce) for blocks in parts[:-1]]
    return (*first, replace(message, blocks=tuple(parts[-1]), shared=None))


def _pieces(text: str, most: int) -> list[str]:
    return split_message(text, most - ROOM) if utf16_len(text) + ROOM > most else [text]


def _labels(choices: tuple[Choice, ...], wording: Wording, language: str) -> tuple[tuple[str, str], ...]:
    return tuple((choice.key, wording.word(choice.label, language)) for choice in choices)


def dump(message: Message) -> str:
    """Write a message into the outbox's JSON; what is seldom there is left out when it is not."""
    body: dict[str, object] = {
        "v": VERSION,
        "b": message.blocks,
        "c": message.choices,
        "a": message.actions,
        "s": message.screen,
        "n": message.nonce,
    }
    if message.figure:
        drawing = message.figure
        body["f"] = (drawing.kind, drawing.title, drawing.columns, drawing.rows)
    if message.papers:
        body["p"] = message.papers
    if message.code:
        body["k"] = message.code
    if message.card:
        body["z"] = (message.card, message.frozen)
    if message.language:
        body["l"] = message.language
    if message.page:
        body["w"] = message.page
    if message.pin:
        body["m"] = message.pin
    if message.media:
        body["d"] = message.media
    return orjson.dumps(body).decode()


def load(body: str) -> Message:
    """Read a message back from the outbox."""
    raw = orjson.loads(body)
    card, frozen = raw.get("z", ("", ()))
    return Message(
        _blocks(raw["b"]),
        tuple((key, label) for key, label in raw["c"]),
        tuple((key, label) for key, label in raw["a"]),
        raw["s"],
        raw["n"],
        _drawn(raw["f"]) if "f" in raw else None,
        tuple((kind, ref, label) for kind, ref, label in raw.get("p", ())),
        raw.get("k", ""),
        card,
        _blocks(frozen),
        raw.get("l", ""),
        raw.get("w", ""),
        tuple(raw["m"]) if "m" in raw else None,
        tuple(raw["d"]) if "d" in raw else None,
    )


def _blocks(raw: Iterable[tuple[str, list[str]]]) -> Blocks:
    return tuple((kind, tuple(texts)) for kind, texts in raw)


def _drawn(raw: tuple[str, str, list[str], list[tuple[str, list[float | None]]]]) -> Drawing:
    kind, heading, columns, rows = raw
    return Drawing(kind, heading, tuple(columns), tuple((label, tuple(points)) for label, points in rows))

"""Screens: what a person is shown, as values. A screen knows no channel and no language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rallynov.dialogue.words import Words

Kind: TypeAlias = Literal["title", "text", "note", "quote", "list", "rich"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of a screen.

    ``title`` is a short heading, ``text`` a paragraph, ``note`` something secondary (progress, a hint),
    ``quote`` what the person wrote, ``list`` several items, ``rich`` a text with the little markup of ``text.marks``.
    """

    kind: Kind
    items: tuple[Words, ...]


def title(words: Words) -> Block:
    """A short heading."""
    return Block("title", (words,))


def text(words: Words) -> Block:
    """A paragraph."""
    return Block("text", (words,))


def note(words: Words) -> Block:
    """Something secondary: progress, a hint."""
    return Block("note", (words,))


def quote(words: Words) -> Block:
    """What the person wrote, given back."""
    return Block("quote", (words,))


def listing(*items: Words) -> Block:
    """Several items, one a line."""
    return Block("list", items)


def rich(words: Words) -> Block:
    """A text with the little markup of ``rallynov.text.marks``: each channel shows it by its own rules."""
    return Block("rich", (words,))


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: pressed, typed as its number or its words.

    ``synonyms`` names a term whose value lists other ways of typing it, in the person's language.
    """

    key: str
    label: Words
    synonyms: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Points drawn as a picture, always beside the same figures in words.

    ``columns`` heads the labels, then each series (the newest first); values go from 0 to 100, None where there
    is no point. Bars are counts, as large as they are.
    """

    kind: Literal["radar", "bars"]
    title: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, tuple[float | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document offered to whoever reads the screen: made when it is fetched, by the maker of its kind."""

    kind: str
    ref: str
    label: Words


@dataclass(frozen=True, slots=True)
class Media:
    """A file that goes with a screen, in the same message: its words are then the caption.

    Its content is that of the paper ``media`` of this ref.
    """

    kind: Literal["photo", "document"]
    ref: str
    label: Words


@dataclass(frozen=True, slots=True)
class Pin:
    """A place on a map, as latitude and longitude: shown where a channel has maps, always beside the same in words."""

    point: tuple[float, float]
    name: Words
    address: Words


@dataclass(frozen=True, slots=True)
class Screen:
    """A question put to a person: its words, its numbered choices, and the actions beside them.

    ``choices`` are answers (numbered, written in the text too); ``actions`` are the verbs of navigation.
    ``notes`` tells that a sentence typed here is kept as a note of this question. ``shared`` tells that this very
    value is shown to many people and holds nothing anyone typed: it may be worded once and kept. ``code`` is a
    one-time code, which each channel shows as the links that it knows. ``free`` tells that any text may be an answer
    here: no typo is forgiven in a verb, and no choice is guessed. ``page`` is the path of a page of the web door that
    tells the same at leisure. ``mend`` says how to answer here, to whoever was not understood. ``read`` tells that its
    words are read rather than answered: they are not said again to whoever was not understood. ``unseen`` are what is
    understood here when its very words are typed, and not shown.
    """

    name: str
    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    actions: tuple[Choice, ...] = ()
    notes: bool = False
    shared: bool = False
    figure: Figure | None = None
    papers: tuple[Paper, ...] = ()
    code: str = ""
    free: bool = False
    page: str = ""
    pin: Pin | None = None
    media: Media | None = None
    mend: Words | None = None
    read: bool = False
    unseen: tuple[Choice, ...] = ()

    def led_by(self, *blocks: Block) -> Screen:
        """Return this screen with something said before it, in the same message."""
        return replace(self, blocks=(*blocks, *self.blocks), shared=False) if blocks else self

    def offers(self, key: str) -> bool:
        """Tell whether a key is one of the choices or actions."""
        return any(choice.key == key for choice in (*self.choices, *self.actions))

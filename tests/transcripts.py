"""Golden transcripts: what people write and what they are answered, in files that anyone can read.

Each lies in a folder named after the language that its person speaks; in every language the stage directions are French.

``> words`` is typed, ``> [Label]`` is pressed, ``> {autocollant}`` is sent; with ``>>`` it comes twice before any answer.
``> [Label] (à nouveau)`` presses the same card again, ``> [Label] (2 messages plus haut)`` an older one.
``~ 3 jours`` lets time pass (``~ 3 jours, ménage compris``: what is too old by then is erased). ``? données`` shows all
that is kept of the person (``= `` lines), ``# `` is a comment.
``< `` is what is answered: ``# title``, text, ``• item``, ``| quote``, ``1. choice``, ``[action]``, ``▦`` a figure,
``⎙`` a document, ``⚑`` a place on a map, ``⌗`` a code. With several people, ``@ name`` is whose turn it is, and ``CODE``
the last code shown.

``pytest --update`` writes the answers anew. A label that has changed since is found by its place on the card.
Every turn begins from the database alone: state is saved and read again between any two of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from conversation import Clock

from rallynov.delivery.message import Message

UNITS = {"minute": "minutes", "heure": "hours", "jour": "days"}
PRESS = re.compile(r"\[(?P<label>.+?)\](?: \((?:(?P<again>à nouveau)|(?P<up>\d+) messages? plus haut)\))?")
NOTHING = "(pas de réponse)"


@dataclass(frozen=True)
class Card:
    """One message as any door shows it; ``buttons`` give what pressing a label sends."""

    texts: tuple[str, ...]
    choices: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return (*self.choices, *self.actions)

    def lines(self) -> list[str]:
        """The canonical form: one for all doors."""
        numbered = [f"  {n}. {label}" for n, label in enumerate(self.choices, 1)]
        actions = ["  " + " ".join(f"[{label}]" for label in self.actions)] if self.actions else []
        return [line for text in self.texts for line in text.split("\n")] + numbered + actions


class Person(Protocol):
    """Someone at a door. Each method returns what it made the door show."""

    def say(self, text: str, times: int = 1) -> Sequence[Card]: ...

    def press(self, card: Card, label: str, times: int = 1) -> Sequence[Card]: ...

    def odd(self, name: str) -> Sequence[Card]: ...

    def kept(self) -> Iterable[str]: ...


@runtime_checkable
class Tidied(Protocol):
    """Someone of whom what is too old can be erased."""

    def tidied(self) -> None: ...


def card_of(message: Message) -> Card:
    """What a message shows, before any channel renders it."""
    both = (*message.choices, *message.actions)
    texts = (text for kind, texts in message.blocks for text in _marked(kind, texts))
    return Card(
        (*_beside(message), *texts),
        tuple(label for _, label in message.choices),
        tuple(label for _, label in message.actions),
        tuple(message.token(key) for key, _ in both),
        tuple(key for key, _ in both),
    )


def _beside(message: Message) -> Iterable[str]:
    """What stands beside the words: the figure as a table, the papers, and that there is a code."""
    if message.figure:
        yield f"▦ {message.figure.title}"
        for label, points in message.figure.rows:
            yield f"▦ {label}: " + " | ".join("?" if one is None else f"{one:g}" for one in points)
    yield from (f"⎙ {label}" for _, _, label in message.papers)
    if message.pin:
        yield f"⚑ {message.pin[2]}, {message.pin[3]}"
    if message.code:
        yield "⌗ un code"


def _marked(kind: str, texts: Iterable[str]) -> list[str]:
    marks = {"title": "# ", "list": "• ", "quote": "| "}
    mark = marks.get(kind, "")
    return [mark + text.replace("\n", "\n" + ("| " if kind == "quote" else "")) for text in texts]


@dataclass
class Play:
    """One transcript being played."""

    person: Person
    clock: Clock
    cards: list[Card] = field(default_factory=list)
    before: list[Card] = field(default_factory=list)
    pressed: tuple[int, str] = (0, "")

    def line(self, line: str, told: Sequence[str]) -> tuple[str, list[str]]:
        """Play one line of the person, ``told`` being its golden answer; return the line and what was answered."""
        mark, _, what = line.partition(" ")
        if mark == "~":
            figure, unit = what.split()[:2]
            self.clock.pass_(**{UNITS[unit.rstrip("s,")]: int(figure)})
            if what.endswith("ménage compris"):
                assert isinstance(self.person, Tidied)
                self.person.tidied()
            return line, []
        if mark == "?":
            return line, [f"= {one}" for one in self.person.kept()]
        times = len(mark)
        press = PRESS.fullmatch(what)
        if press:
            label, shown = self._press(press, times)
            what = what.replace(press["label"], label, 1)
        elif what.startswith("{"):
            shown = self.person.odd(what.strip("{}"))
        else:
            shown = self.person.say(what, times)
        self.cards += shown
        self.before += [_golden(told)] * len(shown)
        return f"{mark} {what}", [f"< {row}".rstrip() for row in _rows(shown)] or [f"< {NOTHING}"]

    def _press(self, press: re.Match[str], times: int) -> tuple[str, Sequence[Card]]:
        at = self.pressed[0] if press["again"] else len(self.cards) - 1 - int(press["up"] or 0)
        label = _label(self.cards[at], self.before[at], press["label"])
        self.pressed = (at, label)
        return label, self.person.press(self.cards[at], label, times)


def _rows(cards: Sequence[Card]) -> list[str]:
    return [row for n, card in enumerate(cards) for row in ([*["—"] * (n > 0), *card.lines()])]


def _label(card: Card, before: Card, wanted: str) -> str:
    """The label meant: the same, or its key (while a transcript is being written), or what now stands in its place."""
    plain = [_plain(label) for label in card.labels]
    if _plain(wanted) in plain:
        return card.labels[plain.index(_plain(wanted))]
    if wanted in card.keys:
        return card.labels[card.keys.index(wanted)]
    if wanted in before.labels and len(before.labels) == len(card.labels):
        return card.labels[before.labels.index(wanted)]
    raise AssertionError(f"[{wanted}] is not on the card: {card.labels}")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _golden(told: Sequence[str]) -> Card:
    """The card that a golden answer shows: its labels alone."""
    rows = [row.removeprefix("<").removeprefix(" ") for row in told]
    choices = tuple(row.split(". ", 1)[1] for row in rows if re.match(r"  \d+\. ", row))
    actions = tuple(label for row in rows if row.startswith("  [") for label in row[3:-1].split("] ["))
    return Card((), choices, actions)


def language(path: Path) -> str:
    """The language of a transcript's person."""
    return path.parent.name


def play(
    path: Path,
    person: Person,
    clock: Clock,
    *,
    update: bool,
    seen: Callable[[str], str] = str,
) -> None:
    """Play a transcript and compare it with its golden form, or write that anew.

    ``seen`` leaves out of a line what a door does not show (a terminal's headings are in capitals).
    """
    golden = path.read_text("utf-8")
    playing, written = Play(person, clock), []
    for line, told in read(golden):
        if line[0] == "#":
            written += ["", line]
            continue
        new, shown = playing.line(line, told)
        written += ["", new, *shown]
    settle(path, golden, written, update=update, seen=seen)


def settle(
    path: Path, golden: str, written: Sequence[str], *, update: bool, seen: Callable[[str], str] = str
) -> None:
    """Compare what was played with its golden form, or write that anew."""
    result = "\n".join(written).lstrip("\n") + "\n"
    if update:
        path.write_text(result, "utf-8")
    else:
        new = [seen(line) for line in result.split("\n")]
        old = [seen(line) for line in golden.split("\n")]
        differing = "\n".join(difflib.unified_diff(old, new, path.name, "now", n=2, lineterm=""))
        assert new == old, f"pytest --update writes it anew\n{differing}"


def read(golden: str) -> list[tuple[str, list[str]]]:
    """The lines of a transcript that do something, each with its answer."""
    steps: list[tuple[str, list[str]]] = []
    for line in golden.split("\n"):
        if line[:1] in "<=" and line and steps:
            steps[-1][1].append(line)
        elif line.strip():
            steps.append((line, []))
    return steps

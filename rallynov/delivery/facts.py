"""The facts of a batch: each is read when a dialogue asks for it, once for all of the batch, in the batch's transaction.

What was asked for lately on the same occasions is read before; a fact that nobody expected is read when it is asked for,
and what asked, being pure, is decided again. A wrong guess thus costs a statement and never a decision. A fact is always
read for the whole batch: of two people who type one code, the first has it whoever asks first.

Locks: codes alone are locked while facts are read (``people.service``), so they come after the conversations and before
what is applied, however late they are read. Should a second subject lock, PostgreSQL ends one of two transactions that
wait for each other, and the cycle is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from rallynov.delivery.subject import Shared, Subject
from rallynov.dialogue.events import Event

T = TypeVar("T")
Occasion = tuple[str, type[Event], bool]
"""Where a person stands, the kind of event that comes, and whether anything can be known of them."""


class UnreadError(Exception):
    """A dialogue asks for a fact that is not read yet: it is to be read, and the step to be decided again."""

    def __init__(self, kind: type) -> None:
        super().__init__(kind.__name__)
        self.kind = kind


class Kinds:
    """All subjects by the kind of their fact, in their order; ``shared`` are the kinds read for strangers too."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects: Mapping[type, Subject] = {type(subject.blank("")): subject for subject in subjects}
        self.shared = frozenset(kind for kind, one in self.subjects.items() if isinstance(one, Shared))


class Facts:
    """The facts of some people, of which ``happened`` tells what has just happened to each."""

    def __init__(self, tx: Connection, kinds: Kinds, happened: Mapping[str, Event]) -> None:
        self.kinds = kinds
        self._tx = tx
        self._happened = happened
        self._read: dict[type, Mapping[str, object]] = {}

    def read(self, kinds: Collection[type]) -> None:
        """Read facts that are not read yet, always in the order of the subjects."""
        for kind, subject in self.kinds.subjects.items() if kinds else ():
            if kind in kinds and kind not in self._read:
                self._read[kind] = subject.load(self._tx, self._happened)

    def of(self, person: str) -> Known:
        """Return what is known of a person, or of a stranger."""
        return Known(self, person)

    def one(self, kind: type, person: str) -> object:
        """Return one fact of one person; ``UnreadError`` when it must be read first, ``KeyError`` when nobody has it."""
        subject = self.kinds.subjects[kind]
        if kind in self._read:
            return self._read[kind].get(person) or subject.blank(person)
        if self.reads(kind, person):
            raise UnreadError(kind)
        return subject.blank(person)

    def reads(self, kind: type, person: str) -> bool:
        """Tell whether a fact of a person is to be read: of a stranger, only what is said to everybody."""
        return person in self._happened or kind in self.kinds.shared

    def until(self, decide: Callable[[], T]) -> T:
        """Decide, reading whatever is asked for meanwhile."""
        while True:
            try:
                return decide()
            except UnreadError as unread:
                self.read({unread.kind})


class Known(Mapping[type, Any]):
    """What is known of one person: it is found when it is asked for, and ``asked`` remembers what was to be read."""

    __slots__ = ("_facts", "_found", "_person", "asked")

    def __init__(self, facts: Facts, person: str) -> None:
        self._facts = facts
        self._person = person
        self._found: dict[type, object] = {}
        self.asked: set[type] = set()

    def __getitem__(self, kind: type) -> object:
        """Return a fact; ``UnreadError`` and ``KeyError`` as ``Facts.one``."""
        if kind not in self._found:
            if self._facts.reads(kind, self._person):
                self.asked.add(kind)
            self._found[kind] = self._facts.one(kind, self._person)
        return self._found[kind]

    def __iter__(self) -> Iterator[type]:
        """Iterate over all kinds of facts, read or not."""
        return iter(self._facts.kinds.subjects)

    def __len__(self) -> int:
        """Count all kinds of facts."""
        return len(self._facts.kinds.subjects)


class Habits:
    """What was lately asked for on each occasion: of the last ten times or so, how often."""

    FADING = 0.1
    """What the last time counts for."""
    LIKELY = 0.5
    """How many are to ask for a fact, of a batch, for it to be read before they do."""

    def __init__(self) -> None:
        self._shares: dict[Occasion, dict[type, float]] = {}

    def expected(self, occasions: Iterable[Occasion]) -> Collection[type]:
        """Return the facts that at least one of these will likely ask for."""
        sums: dict[type, float] = {}
        for occasion in occasions:
            for kind, share in self._shares.get(occasion, {}).items():
                sums[kind] = sums.get(kind, 0.0) + share
        return {kind for kind, total in sums.items() if total >= self.LIKELY}

    def learn(self, occasion: Occasion, asked: Collection[type]) -> None:
        """Remember what one step asked for; the first of its kind is taken for the rule."""
        shares = self._shares.get(occasion)
        if shares is None:
            self._shares[occasion] = dict.fromkeys(asked, 1.0)
            return
        for kind in shares:
            shares[kind] *= 1 - self.FADING
        for kind in asked:
            shares[kind] = shares.get(kind, 0.0) + self.FADING

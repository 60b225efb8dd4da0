"""What became of an announcement, by channel: a fate for each recipient, and for each correction. Pure.

Small counts are told to the team alone: to others they are masked as in the figures, by whatever they could be computed
from too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rallynov.dialogue.screens import Block, Figure, listing, note, text, title
from rallynov.dialogue.words import Say, Typed, Words, plural, say
from rallynov.masking import LEAST, few, masked


class Fate(StrEnum):
    """What became of a message; the first is not final."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    UNKNOWN = "unknown"
    FAILED = "failed"
    BLOCKED = "blocked"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    UNWANTED = "unwanted"
    PUT_OFF = "put_off"
    CANCELLED = "cancelled"
    OLD = "old"
    """Of a correction: what was delivered is too old to be changed."""
    CHANGED = "changed"
    """Of a correction: a later one took its place, or there was nothing to change."""


_STATES: Mapping[str, Fate] = {
    "planned": Fate.WAITING,
    "queued": Fate.WAITING,
    "sending": Fate.WAITING,
    "sent": Fate.ARRIVED,
    "unknown": Fate.UNKNOWN,
    "failed": Fate.FAILED,
    "skipped": Fate.FAILED,
}
"""What the state of a message stands for (``OutboxStatus``), unless its reason says more."""
_REASONS: Mapping[str, Fate] = {
    "blocked": Fate.BLOCKED,
    "the door was closed": Fate.BLOCKED,
    "chat not found": Fate.GONE,
    "unreachable": Fate.UNREACHABLE,
    "no longer wanted": Fate.UNWANTED,
    "put off too long": Fate.PUT_OFF,
    "cancelled": Fate.CANCELLED,
    "withdrawn": Fate.CANCELLED,
    "too old": Fate.OLD,
    "superseded": Fate.CHANGED,
    "not delivered": Fate.CHANGED,
}
"""What a message that did not leave was given up for, as delivery writes it."""
LEFT_OUT = (Fate.FAILED, Fate.BLOCKED, Fate.GONE, Fate.UNREACHABLE, Fate.PUT_OFF)
"""Fates that a new try may mend."""
_NAMED: Mapping[Fate, Say] = {
    Fate.WAITING: say("waiting"),
    Fate.ARRIVED: say("delivered"),
    Fate.UNKNOWN: say("perhaps delivered: Telegram did not answer"),
    Fate.FAILED: say("failed"),
    Fate.BLOCKED: say("blocked by the person"),
    Fate.GONE: say("address not found"),
    Fate.UNREACHABLE: say("not reachable"),
    Fate.UNWANTED: say("no longer wanted"),
    Fate.PUT_OFF: say("given up: too many announcements that week"),
    Fate.CANCELLED: say("never sent: cancelled"),
    Fate.OLD: say("too old to be changed"),
    Fate.CHANGED: say("nothing to change"),
}
_CHANNELS: Mapping[str, Say] = {"telegram": say("Telegram"), "web": say("Web"), "terminal": say("Terminal")}


@dataclass(frozen=True, slots=True)
class Line:
    """How many messages of a channel had a fate."""

    channel: str
    fate: Fate
    many: int

    @property
    def read(self) -> bool:
        """Whether the channel is one that reads its pages."""
        return self.channel != "telegram"


@dataclass(frozen=True, slots=True)
class Report:
    """All messages of an announcement, or of one of its corrections."""

    lines: tuple[Line, ...] = ()
    exact: bool = True
    """Whether whoever reads it may know small counts: the team."""

    def cells(self) -> tuple[tuple[Line, int | None], ...]:
        """Return each line with what may be told of its count: None where it is masked."""
        counts = [line.many for line in self.lines]
        return tuple(zip(self.lines, counts if self.exact else masked(counts), strict=True))

    def told(self, fates: Collection[Fate] = frozenset(Fate), *, read: bool | None = None) -> int | None:
        """Return how many messages had one of some fates; None when one of these counts is masked.

        Those of pages alone when `read`, of the channels that are called when not.
        """
        mine = [cell for line, cell in self.cells() if line.fate in fates and read in {line.read, None}]
        return None if None in mine else sum(cell or 0 for cell in mine)

    @property
    def total(self) -> int:
        """All messages."""
        return sum(line.many for line in self.lines)

    @property
    def whole(self) -> int | None:
        """All messages; None when they are so few that it is not told."""
        return None if not self.exact and few(self.total) else self.total

    def many(self, fates: Collection[Fate]) -> int:
        """Count the messages that had one of some fates."""
        return sum(line.many for line in self.lines if line.fate in fates)


@dataclass(frozen=True, slots=True)
class Reports:
    """What became of announcements, by id, and of the last correction of those that were corrected or withdrawn."""

    sent: Mapping[str, Report] = field(default_factory=dict)
    changed: Mapping[str, Report] = field(default_factory=dict)

    def of(self, announcement: str) -> Report:
        """Return what became of an announcement; nothing, when nothing has left."""
        return self.sent.get(announcement, Report())


def read(counts: Mapping[tuple[str, str, str], int], *, exact: bool = True) -> Report:
    """Read the counts of messages by channel, state and reason; a failure that is not known is one."""
    found: Counter[tuple[str, Fate]] = Counter()
    for (channel, state, reason), many in counts.items():
        fate = _STATES[state]
        if state == "skipped" or (state == "failed" and reason in _REASONS):
            fate = _REASONS.get(reason, Fate.FAILED)
        found[channel, fate] += many
    order = {fate: at for at, fate in enumerate(Fate)}
    ranked = sorted(found.items(), key=lambda one: (one[0][0] != "telegram", one[0][0], order[one[0][1]]))
    return Report(tuple(Line(channel, fate, many) for (channel, fate), many in ranked), exact)


def table(report: Report) -> tuple[Block, ...]:
    """Tell what became of each message, channel by channel, in words."""
    blocks: list[Block] = []
    cells = report.cells()
    for channel in dict.fromkeys(line.channel for line in report.lines):
        told = (
            say("{fate}: {n}", fate=_NAMED[one.fate], n=_shown(n))
            for one, n in cells
            if one.channel == channel
        )
        blocks += [title(channel_named(channel)), listing(*told)]
    return (*blocks, *_masking(n for _, n in cells))


def _shown(cell: int | None) -> Words | int:
    return say("masked") if cell is None else cell


def _masking(cells: Iterable[int | None]) -> tuple[Block, ...]:
    said = say(
        "Counts under {least} are masked, and another one with them, so that none can be found by subtraction.",
        least=LEAST,
    )
    return (note(said),) if None in cells else ()


def figure(report: Report) -> Figure | None:
    """Draw the same; nothing when there is nothing to draw, or a count is masked."""
    rows = tuple(
        (
            say("{channel}: {fate}", channel=channel_named(line.channel), fate=_NAMED[line.fate]),
            (float(line.many),),
        )
        for line in report.lines
    )
    if not rows or report.told() is None:
        return None
    return Figure("bars", say("What became of the messages"), (say("State"), say("Messages")), rows[:12])


def summary(report: Report) -> tuple[Words, ...]:
    """Tell the fates of all channels together."""
    found = [fate for fate in Fate if report.many({fate})]
    return tuple(say("{fate}: {n}", fate=_NAMED[fate], n=_shown(report.told({fate}))) for fate in found)


def changes(report: Report, sent: Report) -> tuple[Block, ...]:
    """Tell what of the delivered could be changed, and why the rest could not; pages are changed where they stand.

    All that was delivered is the sum of this: where that is masked, so is all of this.
    """
    hidden = sent.told({Fate.ARRIVED}) is None
    cells = [(line, None if hidden else n) for line, n in report.cells()]
    lost = sent.many({Fate.UNKNOWN})
    left = [one for one in cells if one[0].fate not in {Fate.ARRIVED, Fate.WAITING, Fate.CHANGED}]
    waits = [one for one in cells if one[0].fate is Fate.WAITING]
    done = [n for line, n in cells if line.fate is Fate.ARRIVED]
    done += [n for line, n in sent.cells() if line.fate is Fate.ARRIVED and line.read]
    if not (done or waits or left or lost):
        return (note(say("Nobody had received it: there was nothing to change.")),)
    blocks: list[Block] = [title(say("What was changed at their place")), text(_done(done))]
    blocks += [note(_to_change(n)) for _, n in waits]
    why: list[Words] = [_unchanged(line, n) for line, n in left]
    if lost:
        why.append(say("{n}: {reason}", n=_shown(sent.told({Fate.UNKNOWN})), reason=_LOST))
    if why:
        blocks += [text(say("Could not be changed:")), listing(*why)]
    return (*blocks, *_masking([*done, *(n for _, n in cells)]))


def _done(cells: Sequence[int | None]) -> Words:
    if None in cells:
        return say("Some messages were changed.")
    return plural("{n} message was changed.", "{n} messages were changed.", sum(n or 0 for n in cells))


def channel_named(channel: str) -> Words:
    """Name a channel."""
    return _CHANNELS.get(channel, Typed(channel))


def _to_change(waits: int | None) -> Words:
    if waits is None:
        return say("Some messages are still to be changed.")
    return plural("{n} message is still to be changed.", "{n} messages are still to be changed.", waits)


def _unchanged(line: Line, cell: int | None) -> Words:
    why = _WHY_NOT.get(line.fate, _NAMED[line.fate])
    return say("{n}: {reason}", n=_shown(cell), reason=why)


_WHY_NOT: Mapping[Fate, Say] = {
    Fate.OLD: say("sent more than two days ago, Telegram does not let it be changed any more"),
    Fate.BLOCKED: say("blocked by the person since"),
    Fate.GONE: say("the conversation is there no more"),
    Fate.UNKNOWN: say("Telegram has not answered: it may have been changed"),
    Fate.FAILED: say("refused by Telegram"),
}
_LOST = say("perhaps delivered, without our knowing which message it is")

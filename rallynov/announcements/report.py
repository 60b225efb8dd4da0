"""What became of an announcement, by channel: a fate for each recipient, and for each correction. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rallynov.dialogue.screens import Block, Figure, listing, note, text, title
from rallynov.dialogue.words import Plural, Say, Typed, Words, plural, say


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


@dataclass(frozen=True, slots=True)
class Report:
    """All messages of an announcement, or of one of its corrections."""

    lines: tuple[Line, ...] = ()

    def arrived(self, *, called: bool) -> int:
        """Count what was delivered on the channels that are called, or on those that read their pages."""
        mine = (line for line in self.lines if line.fate is Fate.ARRIVED)
        return sum(line.many for line in mine if (line.channel == "telegram") is called)

    @property
    def total(self) -> int:
        """All messages."""
        return sum(line.many for line in self.lines)

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


def read(counts: Mapping[tuple[str, str, str], int]) -> Report:
    """Read the counts of messages by channel, state and reason; a failure that is not known is one."""
    found: Counter[tuple[str, Fate]] = Counter()
    for (channel, state, reason), many in counts.items():
        fate = _STATES[state]
        if state == "skipped" or (state == "failed" and reason in _REASONS):
            fate = _REASONS.get(reason, Fate.FAILED)
        found[channel, fate] += many
    order = {fate: at for at, fate in enumerate(Fate)}
    ranked = sorted(found.items(), key=lambda one: (one[0][0] != "telegram", one[0][0], order[one[0][1]]))
    return Report(tuple(Line(channel, fate, many) for (channel, fate), many in ranked))


def table(report: Report) -> tuple[Block, ...]:
    """Tell what became of each message, channel by channel, in words."""
    blocks: list[Block] = []
    for channel in dict.fromkeys(line.channel for line in report.lines):
        mine = [line for line in report.lines if line.channel == channel]
        blocks += [title(channel_named(channel)), listing(*map(_told, mine))]
    return tuple(blocks)


def figure(report: Report) -> Figure | None:
    """Draw the same; nothing when there is nothing to draw."""
    rows = tuple(
        (
            say("{channel}: {fate}", channel=channel_named(line.channel), fate=_NAMED[line.fate]),
            (float(line.many),),
        )
        for line in report.lines
    )
    if not rows:
        return None
    return Figure("bars", say("What became of the messages"), (say("State"), say("Messages")), rows[:12])


def summary(report: Report) -> tuple[Words, ...]:
    """Tell the fates of all channels together."""
    found: Counter[Fate] = Counter()
    for line in report.lines:
        found[line.fate] += line.many
    return tuple(say("{fate}: {n}", fate=_NAMED[fate], n=found[fate]) for fate in Fate if found[fate])


def changes(report: Report, sent: Report) -> tuple[Block, ...]:
    """Tell what of the delivered could be changed, and why the rest could not; pages are changed where they stand."""
    done, waits = report.many({Fate.ARRIVED}) + sent.arrived(called=False), report.many({Fate.WAITING})
    left = [line for line in report.lines if line.fate not in {Fate.ARRIVED, Fate.WAITING, Fate.CHANGED}]
    lost = sent.many({Fate.UNKNOWN})
    if not (done or waits or left or lost):
        return (note(say("Nobody had received it: there was nothing to change.")),)
    blocks: list[Block] = [title(say("What was changed at their place"))]
    blocks.append(text(plural("{n} message was changed.", "{n} messages were changed.", done)))
    if waits:
        blocks.append(note(_to_change(waits)))
    why = [*map(_unchanged, left), *((say("{n}: {reason}", n=lost, reason=_LOST),) if lost else ())]
    if why:
        blocks += [text(say("Could not be changed:")), listing(*why)]
    return tuple(blocks)


def channel_named(channel: str) -> Words:
    """Name a channel."""
    return _CHANNELS.get(channel, Typed(channel))


def _to_change(waits: int) -> Plural:
    return plural("{n} message is still to be changed.", "{n} messages are still to be changed.", waits)


def _told(line: Line) -> Words:
    return say("{fate}: {n}", fate=_NAMED[line.fate], n=line.many)


def _unchanged(line: Line) -> Words:
    why = _WHY_NOT.get(line.fate, _NAMED[line.fate])
    return say("{n}: {reason}", n=line.many, reason=why)


_WHY_NOT: Mapping[Fate, Say] = {
    Fate.OLD: say("sent more than two days ago, Telegram does not let it be changed any more"),
    Fate.BLOCKED: say("blocked by the person since"),
    Fate.GONE: say("the conversation is there no more"),
    Fate.UNKNOWN: say("Telegram has not answered: it may have been changed"),
    Fate.FAILED: say("refused by Telegram"),
}
_LOST = say("perhaps delivered, without our knowing which message it is")

"""When the next message may leave: the limits of the Bot API, and the caution a refusal asks for.

Time is an argument, in seconds of any clock that does not go back; the pacer neither waits nor sends. It
knows only what its own process sent: one sender at a time serves a token.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil, exp, sqrt
from typing import Final

from rallynov.delivery.decisions import Klass
from rallynov.delivery.window import NEVER, RoundTrip, Window

CREDIT: Final = 0.05
"""Seconds by which announcements may catch up on a sender that woke late."""
AFTER_FLOOD: Final = 0.1
"""Seconds added to the wait Telegram asks for."""
CLEAN: Final = 60.0
"""Seconds without a refusal after which a chat is trusted again, and the bulk rate gains a thirtieth of itself."""
TALK: Final = 5.0
"""Seconds over which answers are counted, to leave room for as many of them."""
STORM_CHATS: Final = 3
"""Chats refused within `STORM` seconds that make it a matter of the whole bot; a twentieth of what may leave, if more."""
STORM: Final = 2.0
LONG_WAIT: Final = 5.0
"""A wait in seconds beyond which a refusal may be a matter of the whole bot: it is once a second chat is told so."""
PROBE: Final = 1.0
"""Seconds that announcements wait after such a refusal, then once more after the one that tries whether others pass."""
SUSPECT: Final = 4.0
"""Seconds within which a second chat makes it a matter of the whole bot: the calls under way, and that one, have ended."""
MINUTE: Final = 60.0
QUIET: Final = 0.01
"""Answers a second that are none."""
_SWEEP: Final = 1_024


@dataclass(slots=True)
class _Chat:
    """One chat's recent past; worth nothing once all of it is over."""

    clear_at: float  # when all it got would have left at the sustained rate
    held_until: float = NEVER
    wary_until: float = NEVER
    minute: deque[float] | None = None  # groups only

    def over(self, now: float) -> bool:
        group = self.minute[-1] + MINUTE if self.minute else NEVER
        return max(self.clear_at, self.held_until, self.wary_until, group) <= now


class Call:
    """A message under way: it counts as long as nobody has told that its call is over."""

    __slots__ = ("_at", "_bulk", "_pacer")

    def __init__(self, pacer: Pacer, at: float, *, bulk: bool) -> None:
        self._pacer: Pacer | None = pacer
        self._at = at
        self._bulk = bulk

    def over(self, now: float, *, taken: bool = True) -> None:
        """Note that the call is over; `taken`: the server took the message. Said again, nothing happens."""
        if self._pacer is not None:
            self._pacer.ended(now, now - self._at if taken else None, bulk=self._bulk)
            self._pacer = None


class Pacer:
    """Says when a message of a class may go to a chat, from what was sent and refused before.

    Announcements are always paced: at most `rate` messages in any second of the server's (`window`), all classes
    counted, of which at most `bulk_rate` announcements, evenly spread; room is left for as many answers as people lately
    had. One chat
    gets `burst`, then `per_chat` a second, which goes for staff messages too. Answers and receipts leave at once, the
    person sets their pace, until a refusal: then that chat is held for the wait asked and gets `per_chat` a second
    until a clean minute has passed. A refusal that concerns the whole bot (`STORM_CHATS`, or two chats with a
    `LONG_WAIT`) holds all announcements and halves their rate, which gains a thirtieth of itself, one a second at
    least, per clean minute; meanwhile answers too keep within `rate`. A group (negative id) gets `group_rate`
    messages a minute, whatever their class; None lifts that.
    """

    def __init__(
        self,
        rate: int = 30,
        bulk_rate: int = 20,
        *,
        per_chat: float = 1.0,
        burst: int = 3,
        group_rate: int | None = 20,
    ) -> None:
        if not 1 <= bulk_rate <= rate:
            raise ValueError(f"bulk_rate {bulk_rate} is not between 1 and rate {rate}")
        self._rate = rate
        self._step = 1.0 / per_chat
        self._slack = (burst - 1) * self._step
        self._group_rate = group_rate
        self._all, self._bulk, self._trip = Window(rate), Window(bulk_rate), RoundTrip()
        self._full = self._low = bulk_rate  # the bulk rate as configured, and as it was at `_clean_from`
        self._clean_from = self._storm_at = self._held_until = self._next = self._suspect_until = NEVER
        self._long: dict[int, float] = {}  # chats lately told to wait long
        self._storm_chats = max(STORM_CHATS, int(bulk_rate * STORM / 20))
        self._gain = max(1, bulk_rate // 30)
        self._talk = 0.0
        self._talk_at = NEVER
        self._refused: dict[int, float] = {}
        self._chats: dict[int, _Chat] = {}
        self._sweep_at = _SWEEP

    def bulk_rate(self, now: float) -> int:
        """Announcements a second allowed at `now`, from 1 to what was configured."""
        if self._low == self._full:
            return self._full
        return min(self._full, self._low + self._gain * int(max(0.0, now - self._clean_from) / CLEAN))

    def cautious(self, now: float) -> bool:
        """Whether a refusal that concerns the whole bot still has effects."""
        return now < self._held_until or self.bulk_rate(now) < self._full

    def ready_at(self, klass: Klass, chat: int, now: float) -> float:
        """When a message may leave as things stand at `now`; `now` or earlier: at once.

        At that moment the answer is the same, or earlier, unless something was sent or refused in between.
        """
        ready = self.chat_ready(klass, chat, now)
        if klass is Klass.BULK:
            return max(ready, self.bulk_ready(now))
        return max(ready, self._room_at(now)) if self.cautious(now) else ready

    def held(self, now: float) -> bool:
        """Whether a refusal holds all announcements for the moment."""
        return now < max(self._held_until, self._suspect_until)

    def bulk_ready(self, now: float) -> float:
        """When some announcement may leave, whoever it is for."""
        trip = self._trip.shortest(now)
        spread = max(self._held_until, self._next, self._bulk.ready(self.bulk_rate(now), trip, now))
        return max(spread, self._room_at(now, self._room(now)))

    def _room_at(self, now: float, but: int = 0) -> float:
        return self._all.ready(self._rate - but, self._trip.shortest(now), now)

    def sent(self, klass: Klass, chat: int, now: float) -> Call:
        """Count a message before its call, until that is over, which the caller must tell."""
        self._all.open += 1
        bulk = klass is Klass.BULK
        if bulk:
            self._bulk.open += 1
            pause = PROBE if now < self._suspect_until else 1.0 / self.bulk_rate(now)
            self._next = max(self._next, now - CREDIT) + pause
        else:
            self._talk = self._talking(now) + 1.0 / TALK
            self._talk_at = now
        known = self._chat(chat, now)
        known.clear_at = max(known.clear_at, now) + self._step
        if known.minute is not None:
            known.minute.append(now)
        return Call(self, now, bulk=bulk)

    def ended(self, now: float, took: float | None, *, bulk: bool) -> None:
        """Note the end of a call (`Call.over`), which took so many seconds if the server took the message."""
        self._all.close(now)
        if bulk:
            self._bulk.close(now)
        if took is not None:
            self._trip.seen(took, now)

    def flooded(self, chat: int, retry_after: float, now: float, jitter: float = 0.0) -> None:
        """Note a refusal: `retry_after` seconds as Telegram said, `jitter` seconds drawn by the caller."""
        until = now + retry_after + AFTER_FLOOD
        known = self._chat(chat, now)
        known.held_until = max(known.held_until, until)
        known.wary_until = max(known.wary_until, known.held_until + CLEAN)
        known.clear_at = min(known.clear_at, known.held_until)  # the wait has paid for what was sent
        self._low = self.bulk_rate(now)
        self._clean_from = max(self._clean_from, now)
        self._refused.pop(chat, None)  # so that the dict stays in order of time
        self._refused[chat] = now
        while self._refused[first := next(iter(self._refused))] <= now - STORM:
            del self._refused[first]
        if self._told_long(chat, retry_after, now) or len(self._refused) >= self._storm_chats:
            self._beware(now, until + jitter)

    def _told_long(self, chat: int, retry_after: float, now: float) -> bool:
        """Whether a long wait concerns the whole bot; the first chat told so has the others wait, then one of them try."""
        if retry_after <= LONG_WAIT:
            return False
        self._long = {other: at for other, at in self._long.items() if at > now - SUSPECT} | {chat: now}
        if len(self._long) > 1 or now < self._held_until:
            return True
        self._next = max(self._next, now + PROBE)
        self._suspect_until = now + 2 * PROBE
        return False

    def _beware(self, now: float, until: float) -> None:
        # The calls in flight when a storm breaks are refused one after the other: that is still one storm.
        if now >= max(self._held_until, self._storm_at + STORM):
            self._low = max(1, self._low // 2)
        self._storm_at = now
        self._held_until = max(self._held_until, until)
        self._clean_from = max(self._clean_from, self._held_until)

    def _room(self, now: float) -> int:
        """How many answers a second to expect: as many as lately, and twice the spread of such a number."""
        talk = self._talking(now)
        return min(self._rate - max(1, self._rate // 10), ceil(talk + 2 * sqrt(talk))) if talk > QUIET else 0

    def _talking(self, now: float) -> float:
        """Answers a second, lately: the older, the less they count."""
        return self._talk * exp((self._talk_at - now) / TALK) if self._talk else 0.0

    def chat_ready(self, klass: Klass, chat: int, now: float) -> float:
        """When a message may go to a chat, as far as that chat is concerned."""
        known = self._chats.get(chat)
        if known is None:
            return NEVER
        ready = known.held_until
        if now < known.wary_until:
            ready = max(ready, known.clear_at)
        elif klass is Klass.BULK or klass is Klass.STAFF:
            ready = max(ready, known.clear_at - self._slack)
        if known.minute is not None and len(known.minute) == known.minute.maxlen:
            ready = max(ready, known.minute[0] + MINUTE)
        return ready

    def _chat(self, chat: int, now: float) -> _Chat:
        known = self._chats.get(chat)
        if known is None:
            group = chat < 0 and self._group_rate is not None
            known = self._chats[chat] = _Chat(now, minute=deque(maxlen=self._group_rate) if group else None)
            if len(self._chats) > self._sweep_at:
                self._chats = {key: past for key, past in self._chats.items() if not past.over(now)}
                self._chats[chat] = known
                self._sweep_at = max(_SWEEP, 2 * len(self._chats))
        return known

"""What happens around those who write announcements, in a transcript: roles, what leaves, what Telegram answers.

``! invitation partner-writer aaaa… : CRESS exemple`` and ``! retrait`` are those of roles; ``! rôle coordinator Karim``
gives a role to somebody who has spoken; ``! abonnés 230`` asks for news of the stages, each on Telegram. ``! départ`` has
the announcer work, without letting anything go; ``! envoi`` lets all go that may, ``! envoi sans réponse`` while Telegram
answers nothing. ``! arrêt de 8 heures`` is the service being stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from announcements.crowds import chats, people
from conversation import Clock
from people.appointed import Team, appoint

from bot.wiring import Core
from rallynov.delivery import outbox
from rallynov.delivery.feed import Alone
from rallynov.delivery.outbox import Receipt
from rallynov.delivery.rows import Rows
from rallynov.delivery.tables import OutboxStatus
from rallynov.people.roles import Role


@dataclass
class Hall:
    """The announcer and a sender, which are the test itself."""

    core: Core
    clock: Clock
    sent: int = 0
    leader: Alone = field(default_factory=Alone)

    def __call__(self, direction: str) -> None:
        what, _, organisation = direction.partition(" : ")
        match what.split():
            case ["rôle", role, name]:
                appoint(self.core, self.clock, f"web:{name}", Role(role), organisation)
            case ["abonnés", many]:
                people(self.core.store, chats(int(many)), now=self.clock())
            case ["départ"]:
                self._plan()
            case ["envoi"]:
                self._let_go(OutboxStatus.SENT)
            case ["envoi", "sans", "réponse"]:
                self._let_go(OutboxStatus.UNKNOWN)
            case ["arrêt", "de", hours, _]:
                self.clock.pass_(hours=int(hours))
            case _:
                Team(self.core, self.clock)(direction)

    def _plan(self) -> None:
        while self.core.announcer.step(self.leader).more:
            pass

    def _let_go(self, state: OutboxStatus) -> None:
        for _ in range(4):
            self._plan()
            self.clock.pass_(seconds=10)  # what there was nothing of is looked at again
            self.core.announcer.releases.show(self.leader)
            going = self.core.announcer.releases.fetch(
                Rows(self.core.store, "telegram", "hall", self.clock), 100, self.leader
            )
            ids = [str(9000 + self.sent + n) for n in range(len(going))]
            self.sent += len(going)
            with self.core.store.write() as tx:
                ends = [
                    Receipt(one, state, id_ if state is OutboxStatus.SENT else None)
                    for one, id_ in zip(going, ids, strict=True)
                ]
                outbox.finish(tx, ends, "hall", self.clock())

"""People who have a role, and the team at its command line, for tests.

In a transcript: ``! invitation coordinator aaaabbbb…`` makes that code, ``! invitation partner-writer aaaabbbb… : CRESS
exemple`` one for an organisation; ``! retrait`` takes the role that was granted last away.
"""

from __future__ import annotations

from dataclasses import dataclass

from conversation import Clock
from sqlalchemy import select

from bot.wiring import Core, new_secret
from rallynov.delivery.tables import ConversationRow
from rallynov.people import granting
from rallynov.people.granting import COMMAND_LINE, Invited
from rallynov.people.model import Purpose, code_of
from rallynov.people.roles import Grant, Role


@dataclass
class Team:
    """What the team does in a transcript."""

    core: Core
    clock: Clock

    def __call__(self, direction: str) -> None:
        what, _, organisation = direction.partition(" : ")
        match what.split():
            case ["invitation", role, code]:
                invite(self.core, self.clock, Role(role), organisation, code=code)
            case ["retrait"]:
                dismiss(self.core, self.clock)
            case _:
                raise AssertionError(direction)


def invite(core: Core, clock: Clock, role: Role, organisation: str = "", *, code: str = "") -> str:
    """Make an invitation at the command line; return its code."""
    code = code or code_of(new_secret(), Purpose.ROLE)
    invited = Invited(code, core.edition.slug, Grant(role, organisation))
    with core.store.write() as tx:
        granting.make(tx, invited, clock())
    return code


def appoint(core: Core, clock: Clock, address: str, role: Role, organisation: str = "") -> None:
    """Give a role to the person of an address that has already spoken."""
    digest = granting.digest_of(invite(core, clock, role, organisation))
    with core.store.write() as tx:
        mine = select(ConversationRow.person_id).where(ConversationRow.address == address)
        person = tx.execute(mine).scalar_one()
        granting.hold(tx, digest, person)
        granting.accept(tx, core.edition.slug, digest, person, clock())


def dismiss(core: Core, clock: Clock) -> None:
    """Take the role that was granted last away."""
    with core.store.write() as tx:
        last = max(one.id for one in granting.holders(tx, core.edition.slug))
        assert granting.revoke(tx, core.edition.slug, last, COMMAND_LINE, clock())

"""Taking roles away in conversation: whose, by whom, and what two people at once meet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from conversation import Clock, Talk, core
from people.appointed import appoint, dismiss

from bot.wiring import Core
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.dialogue.turn import Place, Scene
from rallynov.people import granting
from rallynov.people.acting import RolesDialogue
from rallynov.people.holding import Holding
from rallynov.people.model import Person
from rallynov.people.roles import Grant, Grants, Holder, Holders, RevokeRole, Role
from rallynov.storage.store import Store

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TEAM = Holder(1, "me", Grant(Role.COORDINATOR), "Camille exemple", NOW)
ADMIN = Holder(2, "me", Grant(Role.ADMINISTRATOR), "Camille exemple", NOW)
OTHER = Holder(3, "you", Grant(Role.COORDINATOR), "Claude exemple", NOW)
JUROR = Holder(4, "you", Grant(Role.JUROR), "Claude exemple", NOW)
ALL = Holders((TEAM, ADMIN, OTHER, JUROR))
HELD = Place("roles", "held")


def scene(*roles: Role) -> Scene:
    facts = (Grants(tuple(map(Grant, roles))), Person("me"), ALL)
    return Scene(NOW, NOW, facts={type(fact): fact for fact in facts})


@pytest.mark.parametrize(
    ("role", "taken"),
    [
        (Role.COORDINATOR, ["4"]),
        (Role.ADMINISTRATOR, ["3", "4"]),
        (Role.READER, []),
        (Role.WRITER, []),
    ],
)
def test_whose_role_may_be_taken_away(role: Role, taken: list[str]) -> None:
    dialogue, facts = RolesDialogue("exemple"), scene(role)
    assert [choice.key for choice in dialogue.screen(HELD, facts).choices] == taken
    for holder in ALL.all:
        asked = Place("roles", f"held:{holder.id}")
        done = dialogue.choose(asked, "take", facts).commands
        assert done == ((RevokeRole(holder.id),) if str(holder.id) in taken else ())


def test_nothing_is_taken_away_before_it_is_confirmed() -> None:
    dialogue, facts = RolesDialogue("exemple"), scene(Role.ADMINISTRATOR)
    asked = dialogue.choose(HELD, "3", facts)
    assert (asked.to, asked.commands) == (Place("roles", "held:3"), ())
    left = dialogue.choose(Place("roles", "held:3"), "leave", facts)
    assert (left.to, left.commands) == (HELD, ())


def test_a_role_that_somebody_else_has_just_taken_away(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    team, juror = Talk(built, clock), Talk(built, clock, "web:juror")
    for talk, role in ((team, Role.COORDINATOR), (juror, Role.JUROR)):
        talk.say("bonjour")
        appoint(built, clock, talk.address, role)
    team.say("/roles")
    team.press("held")
    team.press("2")
    dismiss(built, clock)
    stale = team.press("take")
    assert (stale.screen, stale.choices) == ("held", ())
    with sqlite.read() as tx:
        assert [one.revoked_at for one in granting.holders(tx, built.edition.slug)] == [None]


def held(built: Core, clock: Clock, role: Role, *names: str) -> dict[str, Holder]:
    """Give roles to people; return what they hold, by the name of their conversation."""
    for name in names:
        talk = Talk(built, clock, f"web:{name}")
        talk.say("bonjour")
        appoint(built, clock, talk.address, role)
    with built.store.read() as tx:
        new = [one for one in granting.holders(tx, built.edition.slug) if one.grant.role is role]
    return dict(zip(names, sorted(new, key=lambda one: one.id), strict=True))


def order(by: Holder, whose: Holder, clock: Clock) -> Order:
    return Order(by.person, f"web:{by.person}", RevokeRole(whose.id), clock(), 0)


def refused(built: Core, orders: list[Order]) -> bool:
    """Apply orders in one batch; whether none of them was."""
    with pytest.raises(OvertakenError), built.store.write() as tx:
        Holding(built.edition.slug).apply(tx, orders)
    with built.store.read() as tx:
        return all(one.revoked_at is None for one in granting.holders(tx, built.edition.slug))


def test_of_two_who_take_the_same_role_away_the_second_is_decided_again(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    team = held(built, clock, Role.COORDINATOR, "anne", "luc")
    [juror] = held(built, clock, Role.JUROR, "juror").values()
    assert refused(built, [order(one, juror, clock) for one in team.values()])


def test_two_who_dismiss_each_other_at_once_do_not_leave_nobody(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    anne, luc = held(built, clock, Role.ADMINISTRATOR, "anne", "luc").values()
    assert refused(built, [order(anne, luc, clock), order(luc, anne, clock)])

"""A limitation: nothing is sent, listed nor erased by age while it lasts; and who of the team saw what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conversation import Clock, Talk, core
from initiatives.life import Life
from sqlalchemy import event, select, update

from rallynov.diagnosis.model import Diagnosis
from rallynov.dialogue.events import Ignored
from rallynov.dialogue.turn import Scene
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.aside import set_aside
from rallynov.initiatives.commands import JoinDossier
from rallynov.initiatives.model import Dossiers, Right
from rallynov.initiatives.tables import DossierRow
from rallynov.people import access, granting
from rallynov.people.access import Access, Seen
from rallynov.people.consents import service as consents
from rallynov.people.consents.model import ChooseTopics, Topic
from rallynov.people.model import Limit
from rallynov.people.restricting import limit
from rallynov.people.roles import Grant, Role
from rallynov.people.tables import AccessRow, PersonRow
from rallynov.privacy.erasing import erase
from rallynov.privacy.facts import Holdings
from rallynov.privacy.rights import COPY, CORRECT, RightsDialogue
from rallynov.privacy.service import purge
from rallynov.storage.lifetimes import kept
from rallynov.storage.store import Store

ON, OFF = Limit(on=True, source="web"), Limit(on=False, source="web")


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    made = Life(store, clock)
    made.person("amina")
    made.person("bruno")
    return made


def order(life: Life, person: str, command: Limit) -> None:
    with life.store.write() as tx:
        limit(tx, person, command, life.clock())


def aside(life: Life) -> set[str]:
    with life.store.read() as tx:
        return set(tx.execute(select(DossierRow.id).where(set_aside(DossierRow.id))).scalars())


def test_whoever_limits_is_sent_no_announcement_until_they_lift_it(life: Life) -> None:
    with life.store.write() as tx:
        consents.choose(tx, "amina", ChooseTopics((Topic.ADVICE,), (), "command", "1/fr"), life.clock())
    for command, wanted in ((ON, []), (ON, []), (OFF, ["amina"]), (ON, [])):
        order(life, "amina", command)
        with life.store.read() as tx:
            assert consents.who(tx, Topic.ADVICE) == wanted


def test_a_dossier_is_set_aside_unless_somebody_else_may_change_it(life: Life) -> None:
    life.full("amina")
    life.full("bruno", "d2")
    assert aside(life) == set()
    order(life, "amina", ON)
    assert aside(life) == {"d1"}
    life.order("bruno", JoinDossier("d1", Right.READ, "Bruno"))
    assert aside(life) == {"d1"}, "whoever only reads it does not go on with it"
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    assert aside(life) == set()
    order(life, "bruno", ON)
    assert aside(life) == {"d1", "d2"}
    order(life, "amina", OFF)
    assert aside(life) == {"d2"}


def test_what_is_limited_is_not_erased_by_age_for_three_years_at_most(life: Life) -> None:
    life.full("amina")
    at = life.clock.at
    with life.store.write() as tx:
        tx.execute(update(DossierRow).values(status="submitted", updated_at=at))
    order(life, "amina", ON)
    with life.store.write() as tx:
        purge(tx, at + kept("dossier") + timedelta(days=30))
        assert set(tx.execute(select(PersonRow.id)).scalars()) == {"amina"}
        assert tx.execute(select(DossierRow.id)).scalars().all() == ["d1"]
        purge(tx, at + kept("restriction") + timedelta(minutes=1))
        assert tx.execute(select(DossierRow.id)).scalars().all() == []


def test_the_same_look_within_the_hour_is_one(life: Life) -> None:
    life.full("amina")
    at, actor = life.clock.at, "claude"
    looks = (
        (0, actor, Seen.READ),
        (50, actor, Seen.READ),
        (50, actor, Seen.EXPORTED),
        (55, "lea", Seen.READ),
        (61, actor, Seen.READ),
    )
    with life.store.write() as tx:
        for minutes, who, act in looks:
            seen = Access(who, "coordinator", act, at + timedelta(minutes=minutes))
            access.record(tx, seen, dossiers=["d1", "d1"], people=["amina"])
        lines = tx.execute(
            select(AccessRow.actor, AccessRow.action, AccessRow.dossier_id).order_by(AccessRow.id)
        ).all()
    assert [tuple(one) for one in lines if one.dossier_id] == [
        ("claude", "read", "d1"),
        ("claude", "exported", "d1"),
        ("lea", "read", "d1"),
        ("claude", "read", "d1"),
    ]


def test_a_person_sees_the_role_of_who_looked_and_never_who(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said in ("/start", "commencer", "oui"):
        talk.say(said)
    with sqlite.write() as tx:
        person = tx.execute(select(PersonRow.id)).scalar_one()
        access.record(tx, Access("claude", "coordinator", Seen.READ, clock()), people=[person])
    shown = str(talk.say("/mesdonnees").blocks)
    assert "lu (coordination)" in shown
    assert "claude" not in shown
    assert "claude" not in str(core(sqlite, clock).papers.make("mydata", talk.address, "1", "fr"))


def test_an_administrator_reads_the_log_and_a_coordinator_does_not(sqlite: Store, clock: Clock) -> None:
    for role, shown in ((Role.COORDINATOR, False), (Role.ADMINISTRATOR, True)):
        talk = Talk(core(sqlite, clock), clock, f"web:{role}")
        talk.say("/start")
        talk.say("commencer")
        talk.say("oui")
        with sqlite.write() as tx:
            [person] = set(tx.execute(select(PersonRow.id)).scalars()) - {"coordinator"}
            granting.make(tx, granting.Invited(role, DEFAULT.slug, Grant(role), f"Nom de {role}"), clock())
            granting.hold(tx, granting.digest_of(role), person)
            granting.accept(tx, DEFAULT.slug, granting.digest_of(role), person, clock())
            access.record(tx, Access(person, role, Seen.READ, clock()), people=["somebody"])
        said = str(talk.say("/journal").blocks)
        assert (f"par Nom de {role}" in said) is shown, said
        with sqlite.write() as tx:
            tx.execute(PersonRow.__table__.delete())


def test_what_is_held_is_read_of_whoever_asks_alone(sqlite: Store, clock: Clock) -> None:
    Life(sqlite, clock).person("amina")
    asked = []
    with sqlite.read() as tx:
        event.listen(tx, "before_cursor_execute", lambda *said: asked.append(said[2]))
        found = Holdings().load(tx, {name: Ignored() for name in ("amina", "bruno", "claude")})
        assert asked == []
        assert found["amina"].rooms
        once = len(asked)
        assert found["amina"].rooms
        assert len(asked) == once


def test_what_was_seen_of_who_is_erased_goes_and_what_they_did_stays_without_them(life: Life) -> None:
    with life.store.write() as tx:
        access.record(tx, Access("claude", "coordinator", Seen.READ, life.clock()), people=["amina", "bruno"])
        access.record(tx, Access("amina", "coordinator", Seen.READ, life.clock()), people=["bruno"])
        erase(tx, ["amina"], life.clock())
        left = tx.execute(select(AccessRow.actor, AccessRow.person_id).order_by(AccessRow.id)).all()
    assert [tuple(one) for one in left] == [("claude", "bruno"), ("", "bruno")]


@pytest.mark.parametrize(("mine", "told"), [((), False), (("dossier",), True)])
def test_whoever_has_a_dossier_is_told_how_to_have_what_the_team_noted(
    mine: tuple[Any, ...],
    told: bool,  # noqa: FBT001
    clock: Clock,
) -> None:
    scene = Scene(clock(), clock(), facts={Dossiers: Dossiers(mine)})
    words = str(RightsDialogue().screen(COPY, scene).blocks)
    assert ("privacy:copy:notes" in words) is told


def test_what_somebody_has_not_is_not_theirs_to_correct(clock: Clock) -> None:
    scene = Scene(clock(), clock(), facts={Dossiers: Dossiers(), Diagnosis: Diagnosis()})
    bare = {one.key for one in RightsDialogue().screen(CORRECT, scene).choices}
    scene = scene.having(Dossiers(("dossier",))).having(Diagnosis(1, {"R1.1": "3"}))  # type: ignore[arg-type]
    full = {one.key for one in RightsDialogue().screen(CORRECT, scene).choices}
    assert full - bare == {"recap", "dossier"}

"""The permission table: every decision as it is written down, and none without a rule."""

from pathlib import Path

import pytest
from people.matrix import grants, matrix

from rallynov.people import permissions
from rallynov.people.permissions import RULES, Action, Whose, inviting, may, revoking
from rallynov.people.roles import Grant, Grants, Role
from rallynov.people.screens import ALLOWED, INVITED, ROLES

GOLDEN = Path(__file__).parent / "permissions.txt"
DECISIONS = len(Action) * len(Role) * len(Whose)


def test_every_decision_is_as_it_is_written_down(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update"):
        GOLDEN.write_text(matrix(), "utf-8")
    assert matrix() == GOLDEN.read_text("utf-8")
    assert sum(len(line.split("|")) - 1 for line in matrix().split("\n")[2:]) * len(Whose) == DECISIONS


def test_an_action_without_a_rule_is_seen() -> None:
    assert set(RULES) == set(Action)
    assert all(RULES[action] for action in Action)


def test_an_action_without_a_rule_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = Grants(tuple(Grant(role) for role in Role))
    assert may(everything, Action.EXPORT)
    rules = {action: rule for action, rule in RULES.items() if action is not Action.EXPORT}
    monkeypatch.setattr(permissions, "RULES", rules)
    assert not any(may(everything, Action.EXPORT, whose) for whose in Whose)


def test_roles_add_up_and_take_nothing_away() -> None:
    both = Grants((Grant(Role.WRITER, "exemple"), Grant(Role.READER)))
    for action in Action:
        for whose in Whose:
            alone = any(may(grants(role), action, whose) for role in both.roles)
            assert may(both, action, whose) == alone


def test_no_one_approves_what_they_wrote() -> None:
    everything = Grants(tuple(Grant(role) for role in Role))
    assert not may(everything, Action.APPROVE_ANNOUNCEMENT, Whose.OWN)
    assert may(everything, Action.APPROVE_ANNOUNCEMENT, Whose.OTHER)


def test_a_co_owner_acts_by_the_dossier_that_says_so() -> None:
    assert not may(Grants(), Action.EDIT_DOSSIER, Whose.OWN)
    assert may(Grants().acting(Role.COOWNER), Action.EDIT_DOSSIER, Whose.OWN)
    assert not may(Grants().acting(Role.COOWNER), Action.EDIT_DOSSIER, Whose.OTHER)


def test_only_an_administrator_gives_and_takes_the_roles_of_the_team() -> None:
    for role in Role:
        team = role in {Role.COORDINATOR, Role.ADMINISTRATOR}
        assert may(grants(Role.ADMINISTRATOR), inviting(role))
        assert may(grants(Role.COORDINATOR), inviting(role)) is not team
        assert may(grants(Role.COORDINATOR), revoking(role), Whose.OTHER) is not team


def test_every_role_that_is_given_has_its_words() -> None:
    given = {role for role in Role if role.granted}
    assert set(ROLES) == set(Role)
    assert set(ALLOWED) == set(INVITED) == given

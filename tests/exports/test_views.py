"""Views: what each shows, to whom, and what consent and roles keep in."""

from __future__ import annotations

from pathlib import Path

import pytest
from exports.stage import FIELDS, VIEWS, answering, entry, tables
from initiatives.life import FORM, FULL

from rallynov.exports.model import OPERATOR, Holder, Moved, Piece, Selection, Who
from rallynov.exports.views import BANDS, band, consents, find_view, load_views
from rallynov.initiatives.form import Json
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import PERSONAL, Right, Status
from rallynov.people.roles import Grant, Grants, Role
from rallynov.wording import ContentError

PLAN = Piece("p1", "plan.pdf", "application/pdf", 10, "0" * 64, scanned=True)
WHOLE = entry(
    reason="un motif",
    others={"ancien": "valeur"},
    consents=FIELDS,
    pieces=(PLAN,),
    holders=(Holder(Right.EDIT, "Bruno", FULL and entry().created_at),),
    moves=(Moved(entry().created_at, Act.SUBMIT, Status.SUBMITTED, "Bruno", ""),),
)


def who(*roles: Role) -> Who:
    return Who("somebody", Grants(tuple(Grant(role) for role in roles)))


def test_the_whole_view_hides_nothing() -> None:
    assert VIEWS["complete"].of(FORM, WHOLE) == WHOLE


@pytest.mark.parametrize("name", ["jury", "publication", "tracking"])
def test_personal_fields_and_people_are_in_no_view_but_two(name: str) -> None:
    shown = VIEWS[name].of(FORM, WHOLE)
    assert not set(PERSONAL) & set(shown.answers)
    assert shown.holders == ()
    assert "Bruno" not in [move.by for move in shown.moves]
    assert shown.others == {}
    assert not {column.id for table in tables(VIEWS[name]).all for column in table.columns} & {
        *PERSONAL,
        "who",
    }


def test_the_jury_sees_what_the_form_says_it_sees() -> None:
    shown = VIEWS["jury"].of(FORM, WHOLE)
    assert set(shown.answers) == {one.id for one in FORM.fields if one.jury} & set(FULL)
    assert shown.pieces == (PLAN,)
    assert (shown.fingerprint, shown.reason, shown.moves) == ("", "", ())
    assert (shown.created_at, shown.updated_at, shown.submitted_at, shown.correct_by) == (None,) * 4


def test_contacts_hold_nothing_of_the_initiative_but_its_name() -> None:
    shown = VIEWS["contacts"].of(FORM, WHOLE)
    assert set(shown.answers) == {"title", "name", "commune", *PERSONAL}
    assert (shown.pieces, shown.reason) == ((), "")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([["none"], ["none"]], set()),
        ([["all"], ["all"]], {"title", "name", "need", "headcount"}),
        ([["title", "name"], ["title", "name"]], {"title", "name"}),
        ([["all"], ["title"]], {"title"}),
        ([["title"], None], set()),
        ([None, None], set()),
        ([["all", "none"], ["all"]], set()),
        ([["email", "title"], ["all"]], {"title"}),
        (["title", ["title"]], set()),
    ],
)
def test_publication_shows_what_is_agreed_to_now_and_was_when_it_was_submitted(
    said: list[Json], shown: set[str]
) -> None:
    agreed = consents(FORM, said)
    found = set(VIEWS["publication"].of(FORM, entry(consents=agreed, pieces=(PLAN,))).answers)
    assert found & {"title", "name", "need", "headcount", "email", "registry", "street"} == shown


def test_files_are_published_by_their_own_consent() -> None:
    view = VIEWS["publication"]
    assert view.of(FORM, entry(consents=frozenset({"title"}), pieces=(PLAN,))).pieces == ()
    assert view.of(FORM, entry(consents=frozenset({"files"}), pieces=(PLAN,))).pieces == (PLAN,)


@pytest.mark.parametrize(
    ("headcount", "shown"),
    [
        (0, "0"),
        (1, "1-2"),
        (2, "1-2"),
        (3, "3-5"),
        (49, "20-49"),
        (50, "50-99"),
        (1999, "1000-1999"),
        (2000, "2000+"),
        (-1, "0"),
    ],
)
def test_a_headcount_is_published_as_a_band(headcount: int, shown: str) -> None:
    given = answering(headcount=headcount)
    published = VIEWS["publication"].of(FORM, entry(answers=given.answers, consents=frozenset({"headcount"})))
    assert published.answers == {"headcount": shown}
    assert VIEWS["jury"].of(FORM, given).answers["headcount"] == headcount


def test_every_headcount_has_one_band() -> None:
    assert len({band(one) for one in range(2001)}) == len(BANDS)


@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        ((Role.COORDINATOR,), {"complete", "jury", "publication", "contacts", "tracking"}),
        ((Role.READER,), {"jury", "publication", "tracking"}),
        ((Role.JUROR, Role.PRESIDENT, Role.WRITER, Role.APPROVER, Role.ADMINISTRATOR), set()),
        ((), set()),
    ],
)
def test_each_role_has_its_views(roles: tuple[Role, ...], allowed: set[str]) -> None:
    assert {name for name, view in VIEWS.items() if view.allowed(who(*roles))} == allowed


def test_the_operator_has_them_all() -> None:
    assert all(view.allowed(OPERATOR) for view in VIEWS.values())


def test_a_view_is_found_by_its_french_name() -> None:
    for named in ("suivi", "Suivi", "TRACKING", "complet"):
        assert find_view(VIEWS, named)
    assert find_view(VIEWS, "tout le reste") is None
    assert VIEWS["tracking"].called == "suivi"


def test_a_view_of_a_field_that_is_not_asked_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "views.toml"
    path.write_text('[[views]]\nid="x"\nroles=[]\nabout=[]\nfields=["nope"]\nsubjects=[]\n')
    with pytest.raises(ContentError, match="nope is no field"):
        load_views(FORM, path)


def test_withdrawn_dossiers_are_hidden_from_the_views_of_others() -> None:
    for name in ("jury", "publication"):
        assert VIEWS[name].hidden(frozenset({Status.WITHDRAWN}))
        assert VIEWS[name].hidden(Selection(frozenset({Status.SUBMITTED, Status.DRAFT})).statuses)
        assert not VIEWS[name].hidden(frozenset({Status.ADMISSIBLE}))

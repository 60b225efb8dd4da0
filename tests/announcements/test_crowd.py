"""Who an announcement is for: the same people are counted, fanned out and reckoned without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from announcements.throng import HERE, ONE, drawn, written

from rallynov.announcements import crowd
from rallynov.announcements.census import _samples, census, initials
from rallynov.announcements.crowd_model import Cell, Crowd
from rallynov.announcements.model import Audience, Standing
from rallynov.announcements.screens import parts
from rallynov.people.consents.model import Topic
from rallynov.storage.store import Store

AUDIENCES = (
    Audience(),
    Audience(territories=("25",)),
    Audience(territories=("25", "90"), standings=(Standing.NONE, Standing.SUBMITTED)),
    Audience(standings=(Standing.ADMISSIBLE, Standing.INADMISSIBLE), themes=("health",)),
    Audience(themes=("health", "mobility")),
    Audience(members=True, but=(Standing.DRAFT,)),
    Audience(but=(Standing.NONE, Standing.ADMISSIBLE)),
    Audience(seated=True, told="before"),
    Audience(territories=("39",), members=True, seated=True, told="before", but=(Standing.SUBMITTED,)),
)


def test_the_same_people_are_counted_fanned_out_and_reckoned(store: Store) -> None:
    everybody = drawn(160)
    written(store, everybody)
    with store.read() as tx:
        counted = census(tx, HERE, "CRESS exemple", ("before",), named=False)
        for audience in AUDIENCES:
            one, after, found = replace(ONE, audience=audience), "", []
            while chunk := crowd.recipients(tx, one, after, 7):
                found += chunk
                after = chunk[-1].person
            expected = [person.id for person in everybody if person.wants(audience)]
            assert [recipient.person for recipient in found] == expected, audience
            assert expected or audience is AUDIENCES[-1]
            assert crowd.size(tx, one) == counted.count(one) == len(expected), audience


def test_each_has_one_address_that_reaches_them(sqlite: Store) -> None:
    everybody = drawn(60)
    written(sqlite, everybody)
    with sqlite.read() as tx:
        found = {one.person: one for one in crowd.recipients(tx, ONE, "", 1000)}
    for n, person in enumerate(everybody):
        if person.id in found:
            open_ = [door for door, opens in person.doors.items() if opens]
            door = "telegram" if "telegram" in open_ else open_[-1]
            assert found[person.id].address == f"{door}:{n}"


def test_the_team_reads_names_and_a_partner_initials(sqlite: Store) -> None:
    written(sqlite, drawn(60))
    with sqlite.read() as tx:
        partner = census(tx, HERE, "CRESS exemple", (), named=False)
        team = census(tx, HERE, "", (), named=True)
    names = {sample.name for cell in team.cells for sample in cell.samples}
    masked = {sample.name for cell in partner.cells for sample in cell.samples}
    assert (names, masked) == ({"Camille Exemple", ""}, {"C. E.", ""})
    assert len(team.samples(replace(ONE, organisation=""))) == 5
    assert not team.count(replace(ONE, organisation="", audience=Audience(members=True)))


LINKED = Audience(members=True)


@pytest.mark.parametrize(
    ("audience", "count", "hidden"),
    [
        (Audience(), 4, True),
        (Audience(), 5, False),
        (Audience(), 0, False),
        (LINKED, 4, True),
        (LINKED, 0, True),
        (LINKED, 5, False),
        (Audience(themes=("health",)), 0, True),
    ],
)
def test_a_few_people_are_not_counted_for_a_partner(audience: Audience, count: int, *, hidden: bool) -> None:
    one = replace(ONE, audience=audience)
    assert Crowd().hides(one, count) is hidden
    assert not Crowd(named=True).hides(one, count)


def test_no_difference_between_two_counts_tells_a_partner_of_a_few() -> None:
    everybody = [
        ("25", Standing.NONE, 9),
        ("25", Standing.DRAFT, 3),
        ("39", Standing.NONE, 4),
        ("70", Standing.NONE, 8),
    ]
    asked, none = frozenset((Topic.STAGES,)), frozenset[str]()
    cells = tuple(
        Cell(asked, place, standing, none, member=False, seats=frozenset(), told=none, count=n)
        for place, standing, n in everybody
    )
    shown = {
        Audience(("25",)): 12,
        Audience(("25",), but=(Standing.DRAFT,)): None,  # 12 - 9 would tell of the three
        Audience(("25", "39")): None,  # 16 - 12 would tell of the four
        Audience(("25", "70")): None,  # 24 - 20 too
        Audience(("70",)): 8,
        Audience(): 24,
    }
    for audience, count in shown.items():
        one, partner = replace(ONE, topic=Topic.STAGES, audience=audience), Crowd(cells)
        found = partner.count(one)
        assert (None if partner.hides(one, found) else found) == count
        assert not Crowd(cells, named=True).hides(one, found)
        told = str(parts.reckoned(one, found, partner))
        assert ("I do not say how many" in told) is (count is None)


@pytest.mark.parametrize("audience", [LINKED, Audience(standings=(Standing.DRAFT,))])
def test_a_partner_is_shown_nobody_who_was_chosen_by_more_than_where_they_live(
    sqlite: Store, audience: Audience
) -> None:
    written(sqlite, drawn(60))
    with sqlite.read() as tx:
        partner, team = (census(tx, HERE, "CRESS exemple", (), named=named) for named in (False, True))
    assert partner.samples(ONE)
    assert not partner.samples(replace(ONE, audience=audience))
    assert team.samples(replace(ONE, audience=audience))


def test_a_name_in_quotes_is_a_name() -> None:
    odd = '"Jo" dite "Jojo"'
    names = f'{odd}\x1f"Camille"\x1f"\\u00c9va"\x1f"'
    assert [one.name for one in _samples(names, "25", named=True)] == [odd, "Camille", "Éva", '"']


def test_initials_say_nothing_more() -> None:
    assert initials("  jean-luc  d'exemple 3") == "J. D."
    assert initials("") == ""

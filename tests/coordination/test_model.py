"""A view of the table is its address: read and written again it is the same, and what it cannot mean is left out."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from rallynov.coordination.model import Filters, Listing, Sort, read_listing, staff
from rallynov.editions.stages.model import TERRITORIES
from rallynov.people.roles import Grant, Grants, Role

THEMES = frozenset(("health", "mobility"))


def read(query: str) -> Listing:
    return read_listing(dict(parse_qsl(query)), THEMES, frozenset(TERRITORIES))


@pytest.mark.parametrize(
    "listing",
    [
        Listing(),
        Listing(Filters(words="été & co", status="registered", territory="25", size="250", theme="health")),
        Listing(Filters(label="à suivre", verdict="none", correction=True, late=True, alike=True)),
        Listing(Filters(), Sort.TITLE, descending=False, after="abc"),
        Listing(Filters(), Sort.SUBMITTED, descending=True, before="x_-"),
    ],
)
def test_an_address_keeps_a_view(listing: Listing) -> None:
    assert read(listing.query) == listing


def test_the_plain_view_has_a_plain_address() -> None:
    assert Listing().query == ""
    assert Listing().filters.count == 0
    assert Filters(words="x", theme="health", late=True).count == 2


@pytest.mark.parametrize(
    "query",
    ["statut=x", "dep=75", "taille=3", "theme=x", "avis=x", "tri=x", "tri=-", "correction=2", "q=%20", "z=1"],
)
def test_what_an_address_cannot_mean_is_left_out(query: str) -> None:
    assert read(query) == Listing()


def test_a_second_look_at_a_column_turns_it_round() -> None:
    once = Listing().sorted_by(Sort.TITLE)
    assert (once.sort, once.descending) == (Sort.TITLE, False)
    assert once.sorted_by(Sort.TITLE).descending
    assert not Listing(Filters(theme="health"), after="abc").sorted_by(Sort.NAME).after


def test_a_number_that_was_typed_with_spaces_is_one_word() -> None:
    assert Filters(words="732 829 320 00074").terms == ("73282932000074",)
    assert Filters(words="Été, à Dole").terms == ("ete", "a", "dole")
    assert Filters(words=" 2026-0042 ").number == "2026-0042"
    assert Filters(words="2026-42").number == ""


def test_only_the_team_and_readers_look() -> None:
    looks = {role for role in Role if role.granted and staff("p", Grants((Grant(role),))) is not None}
    assert looks == {Role.COORDINATOR, Role.READER}
    assert staff("p", Grants()) is None

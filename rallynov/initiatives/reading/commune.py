"""The commune of an establishment: a name, a postcode or both, within the départements of the rally."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rallynov.dialogue.words import Typed, plural, say
from rallynov.initiatives.form import Field, Json
from rallynov.initiatives.reading.confirm import confirm, which
from rallynov.initiatives.reading.places import DEPARTEMENTS, Commune, Places
from rallynov.initiatives.reading.result import Given, Reading, Refusal, Value, mend
from rallynov.text import clean_line, fold

CHOICES: Final = 8
"""How many communes are offered at most."""
_SHOWN: Final = 40
_POSTCODE = re.compile(r"(?<!\d)(\d{2})\s?(\d{3})(?!\d)")
_SHORT = re.compile(r"^(?P<before>\d{2})\b|\b(?P<after>\d{2})$")
_CEDEX = re.compile(r"\bcedex(?: \d+)?\b.*$")
_COUNTRY = re.compile(r" (?:france|franche comte|bourgogne franche comte)$")


@dataclass(frozen=True, slots=True)
class _Said:
    """What was typed: a postcode or "", a département or "", and the folded name."""

    postcode: str
    departement: str
    name: str


def read_commune(field: Field, typed: str, given: Given) -> Reading:
    """Read a commune: its INSEE code, its name of today and one of its postcodes."""
    text = clean_line(typed)
    said = _said(text, given.places)
    if said.postcode and not given.places.at(said.postcode) and said.postcode[:2] not in DEPARTEMENTS:
        return Refusal(
            say(
                "The postcode {postcode} is outside the area of the rally. The establishment that carries the initiative"
                " must be in Franche-Comté (25, 39, 70, 90): give its commune there.",
                postcode=Typed(said.postcode),
            )
        )
    if said.departement and said.departement not in DEPARTEMENTS:
        return Refusal(
            say(
                "The establishment must be in Franche-Comté (25, 39, 70, 90). Give its commune there, with its postcode."
            )
        )
    if not said.name:
        return _of_postcode(field, said.postcode, given.places) if said.postcode else mend(field)
    return _named(field, said, given.places) or _unknown(text)


def _said(text: str, places: Places) -> _Said:
    found = _POSTCODE.search(text)
    if not found:
        return _without_postcode(_tidy(text), places)
    # "12 rue des Cras, 25000 Besançon": what comes after is the commune, else what stands before.
    name = _tidy(text[found.end() :]) or _tidy(text[: found.start()])
    postcode = "".join(str(int(one)) for one in found[1] + found[2])
    departement = postcode[:2] if postcode[:2] in DEPARTEMENTS else ""
    return _Said(postcode, departement, _without_postcode(name, places).name)


def _without_postcode(name: str, places: Places) -> _Said:
    """Take the département from beside a name: "25 besançon", "Belfort (90)", "Besançon, Doubs"."""
    departement = ""
    if found := _SHORT.search(name):
        departement, name = found[0], _SHORT.sub("", name).strip()
    for number, called in DEPARTEMENTS.items():
        if name.endswith(f" {called}") and not places.called(name):
            departement, name = number, name.removesuffix(f" {called}")
    return _Said("", departement, name)


def _tidy(text: str) -> str:
    return _COUNTRY.sub("", _CEDEX.sub("", fold(text))).strip()


def _of_postcode(field: Field, postcode: str, places: Places) -> Reading:
    found = places.at(postcode)
    if not found:
        return Refusal(
            say(
                "I know no commune of the postcode {postcode}. Write the name as well.",
                postcode=Typed(postcode),
            )
        )
    return _offered(field, found, postcode, sure=False)


def _named(field: Field, said: _Said, places: Places) -> Reading | None:
    """Find a name: its very letters first, then the name of a former commune and what it begins, then what is like it."""
    exact = places.called(said.name)
    if exact:
        near = _narrowed(exact, said)
        more = () if near and said.postcode else places.begun(said.name)
        if 0 < len(more) < CHOICES:
            return _offered(field, (*(near or exact), *more), said.postcode, sure=False)
        return _offered(field, near or exact, said.postcode, sure=bool(near) and not more)
    once = places.once(said.name)
    if once:
        found = dict.fromkeys((*(_narrowed(once, said) or once), *places.begun(said.name)))
        return _offered(field, tuple(found), said.postcode, sure=False)
    here = places.at(said.postcode) or (places.within(said.departement) if said.departement else ())
    like = (places.like(said.name, here) if here else ()) or places.like(said.name)
    return _offered(field, like, said.postcode, sure=False) if like else None


def _narrowed(found: Sequence[Commune], said: _Said) -> Sequence[Commune]:
    """Keep those that the postcode or the département allows; a postcode of no commune (Cedex) is only its département."""
    at = [one for one in found if said.postcode in one.postcodes]
    if at or not (said.postcode or said.departement):
        return at or found
    return [one for one in found if one.departement == said.departement] if said.departement else []


def _offered(field: Field, found: Sequence[Commune], postcode: str, *, sure: bool) -> Reading:
    values = [value for one in found for value in _values(one, postcode)]
    if len(values) == 1:
        known = not postcode or postcode in found[0].postcodes
        return Value(values[0]) if sure and known else confirm(field, values[0])
    if len(values) > CHOICES:
        return Refusal(
            plural(
                "This may be one commune. Write its whole name and its postcode.",
                "This may be {n} communes. Write the whole name and the postcode.",
                len(values),
            )
        )
    return which(tuple(values))


def _values(commune: Commune, postcode: str) -> list[Json]:
    """Return a commune with its postcode: the one that was given, else each that it has."""
    codes = [postcode] if postcode in commune.postcodes else commune.postcodes
    return [{"insee": commune.insee, "name": commune.name, "postcode": code} for code in codes]


def _unknown(text: str) -> Refusal:
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return Refusal(
        say(
            "I do not find “{typed}” in Franche-Comté (25, 39, 70, 90), where the establishment must be. Check the name,"
            " and add the postcode.",
            typed=Typed(cut),
        )
    )

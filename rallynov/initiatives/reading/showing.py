"""A stored value as a person reads it. What an earlier release stored and this one does not know is shown as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Final

from rallynov.dialogue.words import Day, Slot, Term, Typed, Words, say
from rallynov.initiatives.form import Field, Json, Kind
from rallynov.initiatives.reading.columns import of_column

_NOTHING: Final = Typed("")
FRANCE: Final = 33


def show(field: Field, value: Json) -> Words:
    """Return a value in words; an empty text when there is none."""
    if value is None:
        return _NOTHING
    try:
        return _shown(field, value)
    except (TypeError, ValueError, LookupError):  # the shape of another release
        return Typed(str(value))


def show_cell(field: Field, column: str, value: Json) -> Words:
    """Return one cell of a row in words."""
    asked = next((of_column(field, one) for one in field.columns if one.id == column), None)
    return show(asked, value) if asked else _as_it_is(value)


def listed(items: Sequence[Words]) -> Words:
    """Return several things, parted by commas; an empty text when there are none."""
    return (
        reduce(lambda one, other: say("{one}, {other}", one=one, other=other), items) if items else _NOTHING
    )


def _as_it_is(value: Json) -> Words:
    return Typed(value) if isinstance(value, str) else Typed(str(value))


def _option(field: Field, value: Json) -> Words:
    option = field.renamed.get(str(value), str(value))
    return Term(f"form:{field.id}.{option}:label") if option in field.options else Typed(option)


def _options(field: Field, value: Json) -> Words:
    if not isinstance(value, list):
        return _as_it_is(value)
    return listed([_option(field, one) for one in value]) if value else Term("form:none:label")


def _number(value: Json) -> Words:
    return say("{number}", number=_figure(value))


def _amount(value: Json) -> Words:
    return say("€{amount}", amount=_figure(value))


def _figure(value: Json) -> Slot:
    return value if isinstance(value, int | float) else Typed(str(value))


def _yes_or_no(value: Json) -> Words:
    return Term("form:yes:label") if value else Term("form:no:label")


def _date(value: Json) -> Words:
    year, month, day = (*str(value).split("-"), "", "")[:3]
    if day:
        return say("{day}", day=Day(datetime(int(year), int(month), int(day), 12, tzinfo=UTC)))
    if month:
        return say("{month} {year}", month=Term(f"form:month:{int(month)}"), year=Typed(year))
    return Typed(year)


def _phone(value: Json) -> Words:
    import phonenumbers  # noqa: PLC0415  # megabytes, for a dossier alone

    try:
        number = phonenumbers.parse(str(value))
    except phonenumbers.NumberParseException:
        return _as_it_is(value)
    national = number.country_code == FRANCE
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return Typed(phonenumbers.format_number(number, form))


def _registry(value: Json) -> Words:
    code = str(value)
    grouped = f"{code[:3]} {code[3:6]} {code[6:9]} {code[9:]}"
    return Typed(grouped if code.isdecimal() and len(code) == 14 else code)


def _commune(value: Json) -> Words:
    if not isinstance(value, Mapping):
        return _as_it_is(value)
    return say("{name} ({postcode})", name=Typed(str(value["name"])), postcode=Typed(str(value["postcode"])))


def _urls(value: Json) -> Words:
    return listed([Typed(str(one)) for one in value]) if isinstance(value, list) else _as_it_is(value)


def _rows(field: Field, value: Json) -> Words:
    rows = [_row(field, row) for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    return reduce(lambda one, other: say("{one}\n{other}", one=one, other=other), rows) if rows else _NOTHING


def _row(field: Field, row: Mapping[str, Json]) -> Words:
    cells = [show(of_column(field, column), row.get(column.id)) for column in field.columns]
    return reduce(lambda one, other: say("{one}; {other}", one=one, other=other), cells)


def _shown(field: Field, value: Json) -> Words:
    match field.kind:
        case Kind.CHOICE:
            return _option(field, value)
        case Kind.CHOICES:
            return _options(field, value)
        case Kind.ROWS:
            return _rows(field, value)
        case kind:
            return _PLAIN.get(kind, _as_it_is)(value)


_PLAIN: Final[Mapping[Kind, Callable[[Json], Words]]] = {
    Kind.NUMBER: _number,
    Kind.AMOUNT: _amount,
    Kind.DATE: _date,
    Kind.YESNO: _yes_or_no,
    Kind.MUST: _yes_or_no,
    Kind.PHONE: _phone,
    Kind.URLS: _urls,
    Kind.REGISTRY: _registry,
    Kind.COMMUNE: _commune,
}

"""Numbers of registers: the SIRET, the RNA of an association that has none, the NAF."""

from __future__ import annotations

import re
from typing import Final

from rallynov.dialogue.words import Plural, Say, Typed, plural, say
from rallynov.initiatives.form import Field
from rallynov.initiatives.reading.result import Reading, Refusal, Value, mend
from rallynov.text import clean_line, fold

_SIRET: Final = 14
_SIREN: Final = 9
_RNA = re.compile(r"W\d[0-9A-Z]\d{7}")
_RNA_ALIKE = re.compile(r"W\d[0-9A-Z]{0,14}")
_LABELS = re.compile(
    r"\bn\s?°|\b(?:no|num[ée]ro|number|siret|siren|rna|rcs|waldec|code|naf|ape|is|est|notre|our|my|mon|le|the)\b|[:#]",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s.,_/()-]+")
_VAT = re.compile(r"FR[0-9A-Z]{2}(\d{9})")
_NAF = re.compile(r"(\d{2})[\s.,-]?(\d{2})\s?([A-Za-z])(?![A-Za-z0-9])")
_NAF_SHORT = re.compile(r"\d{2}[\s.,-]?\d{2}")


def read_registry(field: Field, typed: str) -> Reading:
    """Read a SIRET, as 14 figures, or an RNA, as "W" and nine signs."""
    text = clean_line(typed)
    code = _compact(text)
    if code.isdecimal():
        return _siret(code)
    if _RNA.fullmatch(code):
        return Value(code)
    if _RNA_ALIKE.fullmatch(code):
        return Refusal(say("An RNA is the letter W and nine figures. Check yours, for example W250000000."))
    if vat := _VAT.fullmatch(code):
        return Refusal(_of_fourteen(vat[1]))
    place = re.sub(r"\D", "", text)
    return _siret(place) if len(place) in {_SIREN, _SIRET} and _is_rcs(text) else mend(field)


def read_naf(field: Field, typed: str) -> Reading:
    """Read a NAF code, as "25.62B"; the label of the activity may follow it."""
    text = _LABELS.sub(" ", clean_line(typed)).strip()
    found = _NAF.match(text)
    if found:
        return Value(f"{_ascii(found[1])}.{_ascii(found[2])}{found[3].upper()}")
    if _NAF_SHORT.fullmatch(text):
        return Refusal(
            say("The letter is missing. Write the four figures and the letter, for example 25.62B.")
        )
    return mend(field)


def _compact(text: str) -> str:
    return _ascii(_SEPARATORS.sub("", _LABELS.sub(" ", text))).upper()


def _ascii(text: str) -> str:
    """Write the figures of any script as ours."""
    return "".join(str(int(one)) if one.isdecimal() else one for one in text)


def _is_rcs(text: str) -> bool:
    """Tell whether a town stands beside the number, as in "RCS Besançon 732 829 320"."""
    return "rcs" in fold(text).split()


def _siret(figures: str) -> Reading:
    from stdnum.exceptions import ValidationError  # noqa: PLC0415  # 1 MB, that many processes never need
    from stdnum.fr import siren, siret  # noqa: PLC0415

    if len(figures) == _SIREN and siren.is_valid(figures):
        return Refusal(_of_fourteen(figures))
    if len(figures) != _SIRET:
        return Refusal(_length(len(figures)))
    try:
        return Value(siret.validate(figures))
    except ValidationError:
        return Refusal(
            say("This SIRET is not valid. Check the 14 figures (annuaire-entreprises.data.gouv.fr).")
        )


def _of_fourteen(figures: str) -> Say:
    from stdnum.fr import siren  # noqa: PLC0415  # see above

    return say(
        "{siren} is a SIREN, of 9 figures. Add the 5 figures of your establishment: a SIRET has 14.",
        siren=Typed(siren.format(figures)),
    )


def _length(given: int) -> Plural:
    if given < _SIRET:
        return plural(
            "One figure is missing: a SIRET has 14. Check yours.",
            "{n} figures are missing: a SIRET has 14. Check yours.",
            _SIRET - given,
        )
    return plural(
        "One figure too many: a SIRET has 14. Check yours.",
        "{n} figures too many: a SIRET has 14. Check yours.",
        given - _SIRET,
    )

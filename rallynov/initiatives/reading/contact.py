"""Ways to reach somebody: e-mail and telephone. Nothing is looked up on the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rallynov.dialogue.words import Typed, plural, say
from rallynov.initiatives.form import Field
from rallynov.initiatives.reading.confirm import confirm
from rallynov.initiatives.reading.mail_domains import ENDINGS, NEIGHBOURS, PROVIDERS, SLIPS
from rallynov.initiatives.reading.result import Doubt, Reading, Refusal, Value, mend
from rallynov.initiatives.reading.showing import FRANCE
from rallynov.text import clean_line, slips

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SWITZERLAND: Final = 41
_MOST_FIGURES: Final = 17
_LONGEST: Final = 400

_AROUND = re.compile(
    r"^(?:mailto|mail|e-mail|email|courriel|tel|tél|téléphone|phone|site|web)\s*:\s*|[<>\"]", re.IGNORECASE
)
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\b(?:arobase|at)\b)\s*", re.IGNORECASE)
_EXAMPLE: Final = Typed("nom@structure.fr")
_NUMBER: Final = Typed("03 81 12 34 56")
_NAMED = re.compile(r"^[^@]*<([^<>\s]+@[^<>\s]+)>$")


def read_email(field: Field, typed: str) -> Reading:
    """Read an e-mail address; one that resembles a common one is asked about, and may be kept as it is."""
    text = clean_line(typed)
    if len(text) > _LONGEST:
        return mend(field)
    named = _NAMED.match(text)
    text = named[1] if named else _AROUND.sub("", text).strip(" ,;")
    text = re.sub(r"\s*@\s*", "@", text).removesuffix(".")
    if text.count("@") > 1 and " " in text:
        return Refusal(
            say(
                "There are several addresses in your message. Write only one, for example {address}.",
                address=_EXAMPLE,
            )
        )
    address = _address(text)
    if not address:
        meant = next(filter(None, map(_address, _mended(text))), "")
        return confirm(field, meant) if meant else mend(field)
    likely = _likely(address)
    if not likely:
        return Value(address)
    return Doubt(likely, say("Did you mean {value}?", value=Typed(likely)), (address,), named=True)


def _address(text: str) -> str:
    """Return an address as it is kept, "" when it is none."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # megabytes, for a dossier alone

    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""


def _mended(text: str) -> Iterator[str]:
    """Give what may be meant by a text that is no address: the one in a sentence, one with a comma, "(at)"."""
    text = _AT.sub("@", text)
    found = re.search(r"[^\s@<>,;:()]+@[^\s@<>;:()]+", text)
    if found:
        yield found[0].strip(".,!?")
        yield found[0].strip(".,!?").replace(",", ".")


def _likely(address: str) -> str:
    """Return the address that was likely meant, "" when there is nothing to ask."""
    name, _, domain = address.rpartition("@")
    if domain in PROVIDERS or domain in NEIGHBOURS:
        return ""
    stem, _, ending = domain.rpartition(".")
    meant = SLIPS.get(domain) or next((one for one in PROVIDERS if _resembles(stem, ending, one)), "")
    if not meant and ending in ENDINGS:
        meant = f"{stem}.{ENDINGS[ending]}"
    return f"{name}@{meant}" if meant else ""


def _resembles(stem: str, ending: str, provider: str) -> bool:
    """Tell whether a domain is a slip of a known one: in its name or in its ending, never in its first letter."""
    known, _, known_ending = provider.rpartition(".")
    if ending == known_ending:
        return stem[:1] == known[0] and slips(stem, known) <= (2 if len(known) > 7 else 1)
    return stem == known and slips(ending, known_ending) == 1


def read_phone(field: Field, typed: str) -> Reading:
    """Read a telephone number, as E.164. French by default; a country other than France and Switzerland is asked about."""
    text = _AROUND.sub("", clean_line(typed)).strip()
    if sum(one.isdecimal() for one in text) > _MOST_FIGURES:
        return Refusal(
            say(
                "There are several numbers in your message. Write only one, for example {number}.",
                number=_NUMBER,
            )
        )
    number = _number(text)
    if number is None:
        return mend(field)
    import phonenumbers  # noqa: PLC0415  # megabytes, for a dossier alone

    code = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code == FRANCE:
        return Value(code) if re.fullmatch(r"\+33[1-9]\d{8}", code) else _french(number)
    if not phonenumbers.is_possible_number(number):
        return mend(field)
    if number.country_code == _SWITZERLAND and phonenumbers.is_valid_number(number):
        return Value(code)
    return confirm(field, code)


def _number(text: str) -> PhoneNumber | None:
    """Parse a number that is written from its beginning: with its 0, its + or its 00."""
    text = re.sub(r"^\(\s*(\+?\d+)\s*\)", r"\1", text)
    if not text.startswith(("+", "0")) or re.search(r"[^\W\d]", text) or len(text) > 40:
        return None
    text = "+" + text[2:] if text.startswith("00") else text
    import phonenumbers  # noqa: PLC0415  # see above

    try:
        return phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return None


def _french(number: PhoneNumber) -> Refusal:
    missing = 9 - len(str(number.national_number or ""))
    if missing > 0:
        return Refusal(
            plural(
                "One figure is missing: a number in France has 10. Write it again, for example {number}.",
                "{n} figures are missing: a number in France has 10. Write it again, for example {number}.",
                missing,
                number=_NUMBER,
            )
        )
    return Refusal(
        say(
            "Too many figures: a number in France has 10. Write it again, for example {number}.",
            number=_NUMBER,
        )
    )

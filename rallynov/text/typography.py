"""Typography, in one place: catalogues are written with plain keys, readers receive the right signs.

Applied to the catalogue's words, before names and answers take their places in them. Never touches an
address, a command, code, markup or a placeholder.
"""

import re
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal
from typing import Final

NBSP = "\u00a0"
NNBSP = "\u202f"

_SPACES = "[ \t\u00a0\u2009\u202f]"
_EMAIL = r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
_KEPT = "|".join(
    (
        r"```[\s\S]*?```|`[^`\n]*`",  # code
        r"<[A-Za-z/][^<>]*>|&\#?\w{1,31};",  # markup: the ; of an entity is not punctuation
        r"\{[^{}]*\}|%\(\w+\)[\w.]*|\$\{?\w+\}?",  # placeholders
        # An address ends before the sign that ends the sentence.
        r"(?:https?://|www\.|mailto:|tel:|tg://)[^\s<>«»]*[^\s<>«».,;:!?…)'’\"]",
        # "d'aide@x.fr" begins with an article, "o'neil@x.fr" does not.
        rf"(?<![\w.+'-])(?!(?:[cdjlmnst]|\w{{0,8}}qu)'){_EMAIL}",
        r"(?<![\w/.])/\w+",  # /commande
    )
)
_RULES = re.compile(
    rf"(?P<kept>{_KEPT})"
    rf"|(?P<open>«{_SPACES}*)"
    rf"|(?P<close>(?<=[^\s«]){_SPACES}*»)"
    # Only before a space, an end or a closing sign: "10:30", "a?b=c" and ":-)" are not sentences.
    rf"|(?P<high>(?<=[^\s;:!?«(\[]){_SPACES}*(?P<marks>[;!?]+)(?=[\s<»”\")\]*_~]|$))"
    rf"|(?P<colon>(?<=[^\s;:!?«(\[]){_SPACES}*:(?=[\s<»*_]|$))"
    rf"|(?P<percent>(?<=[\d}}]){_SPACES}*%(?=\W|$))"
    r"|(?P<apostrophe>(?<=[^\W\d_])'(?=[\w«{<`*/]))"
    r"|(?P<dots>(?<!\.)\.{3}(?!\.))",
    re.IGNORECASE,
)
_SIGNS = {
    "open": "«" + NNBSP,
    "close": NNBSP + "»",
    "colon": NBSP + ":",
    "percent": NBSP + "%",
    "apostrophe": "’",
    "dots": "…",
}

_ENGLISH_RULES = re.compile(
    rf"(?P<kept>{_KEPT})"
    r"|(?<=\S)[ \t\u00a0\u2009\u202f]+(?P<mark>[:;!?])(?=\s|$)"
    r"|(?P<apostrophe>')"
    r"|(?P<open>(?:(?<=[\s(\[—–])|^)\"(?=\S))"
    r"|(?P<close>\")"
    r"|(?P<dots>(?<!\.)\.{3}(?!\.))",
    re.IGNORECASE,
)
_ENGLISH_SIGNS = {"open": "“", "close": "”", "apostrophe": "’", "dots": "…"}


def french(text: str) -> str:
    """`text` with French spaces, apostrophes and ellipses.

    A narrow no-break space (U+202F) before `; ! ?` and inside `« »`, a no-break space (U+00A0) before `:` and
    the `%` of a figure, `’` for `'` inside a word, `…` for `...`. Doing it twice changes nothing.
    """
    return _RULES.sub(_typeset, text)


def english(text: str) -> str:
    """`text` with English quotation marks, apostrophes and ellipses.

    `’` for `'`, `“ ”` for `" "`, `…` for `...`, and no space before `: ; ! ?`. Doing it twice changes nothing.
    """
    return _ENGLISH_RULES.sub(_typeset_english, text)


def told_hour(hour: time, language: str = "fr") -> str:
    """Return an hour as a sentence holds it: « 8 h », « 18 h 30 » in French, `08:00` elsewhere."""
    if language != "fr":
        return f"{hour:%H:%M}"
    return f"{hour.hour}{NBSP}h" + (f"{NBSP}{hour:%M}" if hour.minute else "")


def told_number(number: float, language: str = "fr") -> str:
    """Return a number as a sentence holds it, to three decimals at most: `1 234,5` in French, `1,234.5` elsewhere."""
    written = f"{Decimal(str(number)):,.3f}".rstrip("0").rstrip(".")
    return written.translate(_FRENCH_FIGURES) if language == "fr" else written


_FRENCH_FIGURES = str.maketrans({",": NNBSP, ".": ","})


def _typeset(found: re.Match[str]) -> str:
    rule = found.lastgroup or ""
    return NNBSP + found["marks"] if rule == "high" else _SIGNS.get(rule, found[0])


def _typeset_english(found: re.Match[str]) -> str:
    rule = found.lastgroup or ""
    return found["mark"] if rule == "mark" else _ENGLISH_SIGNS.get(rule, found[0])


TYPOGRAPHIES: Final[Mapping[str, Callable[[str], str]]] = {"fr": french, "en": english}
"""How the words of each language are set."""

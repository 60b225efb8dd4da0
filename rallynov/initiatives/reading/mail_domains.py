"""Where people have their mail, how those names are mistyped, and real names that only resemble them. Data."""

from __future__ import annotations

from typing import Final

from rallynov.initiatives.reading.numerals import words_of

PROVIDERS: Final = (
    "gmail.com", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "hotmail.com", "hotmail.fr", "outlook.com",
    "outlook.fr", "yahoo.fr", "yahoo.com", "sfr.fr", "neuf.fr", "icloud.com", "live.fr", "bbox.fr", "club-internet.fr",
    "numericable.fr", "bluewin.ch", "protonmail.com",
)  # fmt: skip
"""Where people have their mail; the first ones win."""
NEIGHBOURS: Final = words_of(
    "mail.com gmx.com gmx.fr gmx.net gmx.ch gmx.de ymail.com email.com yahoo.ch yahoo.de yahoo.it yahoo.be yahoo.ca"
    " live.com live.be live.ch hotmail.ch hotmail.be hotmail.it orange.com orange.be outlook.be outlook.de sfr.com"
    " proton.me protonmail.ch bluemail.ch neuf.com"
)
"""Real domains that resemble those: never asked about."""
SLIPS: Final = {
    "gmail.fr": "gmail.com", "gmail.co": "gmail.com", "laposte.fr": "laposte.net", "wanadoo.com": "wanadoo.fr",
    "free.com": "free.fr", "hotmail.co": "hotmail.com", "yahoo.co": "yahoo.com", "outlook.co": "outlook.com",
}  # fmt: skip
"""Domains that are too far, or too real, to be found by likeness."""
ENDINGS: Final = {
    **dict.fromkeys(("con", "cim", "ocm", "comm", "cpm", "vom", "xom", "coom"), "com"),
    **dict.fromkeys(("ft", "rf", "frr", "fre", "ffr"), "fr"),
    **dict.fromkeys(("ogr", "orgg", "rog"), "org"),
    "ent": "net",
}
"""Endings that do not exist, and what was likely meant."""

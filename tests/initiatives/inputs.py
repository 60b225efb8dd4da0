"""What people may type, press and send in a run of the state machine."""

from __future__ import annotations

from hypothesis import strategies as st
from initiatives.ground import FORM
from initiatives.life import TEXT

from rallynov.delivery.message import Message
from rallynov.initiatives.model import Kind

MB = 2**20
TYPED = st.sampled_from(
    (
        *("12", "Un titre exemple", "Un autre titre", "trop court", "la suite, toujours trop courte", "1", "1 3", "tout"),
        *("santé", "mars 2012", "hier", "jamais", "Absences ; 12 ; 7 ; mars 2013", "Absences", "non", "nom@gmial.com"),
        *("732 829 320 00074", "12345678900011", TEXT, TEXT[:220], "x" * 2100),
    )
)  # fmt: skip
WORDS = st.sampled_from(
    (
        *("retour", "passer", "plus tard", "pause", "mon dossier", "/dossier", "récap", "déposer", "/dossiers", "/suite"),
        *("où en est mon dossier", "garder ma réponse", "pourquoi", "aide", "menu", "oui"),
    )
)  # fmt: skip
FILES = st.sampled_from(
    (
        *(("plan.pdf", 9), ("plan.pdf", 9), ("photo.jpg", 5 * MB), ("", 0), ("lourd.pdf", 9 * MB)),
        *(("trop lourd.pdf", 10 * MB + 1), ("tableur.xlsx", 9), ("virus.exe", 9)),
    )
)
"""Name and size of files; the last three are refused as soon as they are offered."""
ASKED = st.sampled_from([one.id for one in FORM.fields])
WRITTEN = st.sampled_from(
    [one.id for one in FORM.fields if one.kind in {Kind.TEXT, Kind.LINE} and one.when is None]
)
GOOD = {
    "headcount": "12", "title": "Une initiative exemple", "summary": TEXT, "themes": "1 3", "started": "mars 2012",
    "risk": TEXT, "indicators": "Absences ; 12 ; 7 ; mars 2013", "rules": "oui", "news": "aucune",
}  # fmt: skip
"""By field of those that the template leaves open, what it takes."""
AVOIDED = {"begin", "erase", "langue", "fr", "en", "left", "handed", "taken", "confidentialite"}
"""What would leave this dossier, its people or its language."""


def pressed(card: Message) -> list[str]:
    """The buttons of a card that a run may press."""
    return [key for key, _ in (*card.choices, *card.actions) if key not in AVOIDED] or ["help"]
